"""What a team does that has findings already: keep a baseline, look at changed lines only, ignore what is there."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

import click

from promptlint import baseline, edits, ignoring
from promptlint.cli.outcome import RefusedError
from promptlint.diagnostics import Diagnostic
from promptlint.discovery import relative
from promptlint.discovery.changes import Changed, RevisionError, changed_since
from promptlint.frozen import replace
from promptlint.reading import bytes_of, text_of
from promptlint.repairing import Change, WriteError, write
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import counted


def without_baseline(report: Report, sources: Sources, file: str, *, shrink: bool) -> Report:
    """The report without what a baseline file knows. What is no longer found is taken out of the file (`shrink`)."""
    path = Path(file)
    shown = relative(path, Path.cwd())
    if not path.is_file():
        raise RefusedError(f"{shown}: there is no such baseline; --update-baseline writes it")
    try:
        known = baseline.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, baseline.BaselineError) as error:
        raise RefusedError(f"{shown}: {error}") from error
    keys = _keys(path, sources)
    rest, left = baseline.without(report, known, keys)
    checked = {keys.placed(each) for each in report.files}
    gone = baseline.stale(left, report.rules, checked, lambda name: (path.parent / name).exists())
    if shrink and gone:
        _write(path, baseline.written(known - gone))
        number = counted(sum(gone.values()), "finding")
        click.echo(f"{shown}: {number} no longer there, and taken out.", err=True)
    return replace(rest, known=len(report.diagnostics) - len(rest.diagnostics))


def update_baseline(report: Report, sources: Sources, file: str) -> None:
    """Write everything that was found into a baseline file; entries for files that were not checked stay."""
    path = Path(file)
    keys = _keys(path, sources)
    found = keys.all(report)
    checked = {keys.placed(each) for each in report.files}
    try:
        known = baseline.parse(path.read_text(encoding="utf-8")) if path.is_file() else Counter[baseline.Entry]()
    except (UnicodeDecodeError, baseline.BaselineError):
        known = Counter[baseline.Entry]()
    kept = Counter({e: n for e, n in known.items() if e[1] not in checked and (path.parent / e[1]).exists()})
    _write(path, baseline.written(found + kept))
    click.echo(f"{relative(path, Path.cwd())}: {counted(sum(found.values()), 'finding')} written.", err=True)


def changed_only(report: Report, revision: str) -> Report:
    """The report with those findings only which lines changed since a revision have to do with."""
    try:
        changed = changed_since(revision, Path.cwd())
    except RevisionError as error:
        raise RefusedError(f"--diff-base {revision}: {error}") from error
    return replace(report, diagnostics=tuple(d for d in report.diagnostics if _touched(d, changed)))


def _touched(diagnostic: Diagnostic, changed: Changed) -> bool:
    """Whether a changed line is part of a finding, or of the way of its text into the prompt."""
    for span in (diagnostic.span, *(step.span for step in diagnostic.flow)):
        for lines in changed.get(Path(span.path).resolve(), ()):
            if span.start.line < lines.stop and lines.start <= span.end.line:
                return True
    return False


def add_ignores(report: Report, sources: Sources, reason: str) -> Report:
    """Write a comment above each statement in which something was found. Gives what could not be ignored."""
    number = 0
    left: list[Diagnostic] = []
    for path, group in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.span.path):
        found = list(group)
        try:
            done = _ignored_in(path, sources(path), found, reason)
        except (OSError, edits.RefusedError, WriteError, ignoring.NotIgnoredError) as error:
            click.echo(f"Warning: {path}: {error}", err=True)
            left += found
        else:
            number += done
    click.echo(f"{counted(number, 'finding')} ignored.", err=True)
    return replace(report, diagnostics=tuple(left))


def _ignored_in(path: str, text: str, found: list[Diagnostic], reason: str) -> int:
    done = ignoring.ignored(path, text, found, " ".join(reason.split()))
    raw = Path(path).read_bytes()
    if text_of(path, raw) != text:
        raise ignoring.NotIgnoredError("has changed since it was read")
    write({path: Change(raw, bytes_of(path, done.text, raw))})
    return done.number


def _keys(path: Path, sources: Sources) -> baseline.Keys:
    return baseline.Keys(sources, lambda name: relative(Path(name).resolve(), path.parent.resolve()))


def _write(path: Path, text: str) -> None:
    shown = relative(path, Path.cwd())
    try:
        path.touch()
        write({shown: Change(path.read_bytes(), text.encode())})
    except OSError as error:
        raise RefusedError(f"{shown}: cannot be written: {error.strerror}") from error
    except WriteError as error:
        raise RefusedError(str(error)) from error
