"""Check, make fixes, check again, until nothing is left to be made; then write what has changed."""

from __future__ import annotations

import stat
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.discovery.files import MOST_BYTES, read, reason
from promptlint.edits import Applicability, Edit, applied, compatible
from promptlint.frozen import dataclass, replace
from promptlint.keeping import put
from promptlint.reading import bytes_of, text_of
from promptlint.reporters.report import Report, Sources

MOST_PASSES = 10
"""A mend can make room for another one; more rounds than this are two fixes undoing each other."""


class WriteError(Exception):
    """A mended file could not be written: the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file."""

    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Repaired:
    """What is left to be found, and what was mended. Nothing has been written yet."""

    report: Report
    sources: Sources
    made: tuple[Diagnostic, ...] = ()
    """What was found and is mended, each with its fix, in the order in which the fixes were made."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """Path → what became of the file."""


def repaired(
    paths: Sequence[str],
    configuration: Configuration,
    given: Mapping[str, bytes],
    least: Applicability,
    means: session.Means | None = None,
) -> Repaired:
    """Check as `session.check` does, and make the fixes that are `least` applicable or more. Raises as it does."""
    means = means or session.Means()
    repaired = Repaired(*session.check(paths, configuration, given, means))
    for _ in range(MOST_PASSES):
        chosen = _chosen(repaired.report, least)
        if not chosen:
            break
        changes = _changed(repaired.changes, chosen, given)
        texts = {path: change.after for path, change in changes.items()}
        report, sources = session.check(paths, configuration, {**given, **texts}, means)
        broken = _unreadable(report) - _unreadable(repaired.report)
        if broken:  # fixes that are right one by one, and wrong together
            return _warned(repaired, f"fixes in {', '.join(sorted(broken))} do not go together: not all were made")
        repaired = Repaired(report, sources, (*repaired.made, *chosen), changes)
    return replace(repaired, report=replace(repaired.report, mended=len(repaired.made)))


def _changed(
    changes: Mapping[str, Change], chosen: Sequence[Diagnostic], given: Mapping[str, bytes]
) -> dict[str, Change]:
    changed = dict(changes)
    for path, edits in _by_path(chosen).items():
        old = changes.get(path)
        raw = old.after if old else given[path] if path in given else read(path, MOST_BYTES)
        changed[path] = Change(old.before if old else raw, bytes_of(path, applied(text_of(path, raw), edits), raw))
    return changed


def _unreadable(report: Report) -> set[str]:
    return {d.span.path for d in report.diagnostics if d.code == UNREADABLE}


def _warned(repaired: Repaired, warning: str) -> Repaired:
    report = replace(repaired.report, warnings=(*repaired.report.warnings, warning), mended=len(repaired.made))
    return replace(repaired, report=report)


def _chosen(report: Report, least: Applicability) -> list[Diagnostic]:
    """What is mended in one round."""
    wanted = {d.fix: d for d in report.diagnostics if d.fix is not None and d.fix.applicability >= least}
    return [wanted[fix] for fix in compatible(list(wanted))]


def _by_path(chosen: Sequence[Diagnostic]) -> Mapping[str, list[Edit]]:
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    for diagnostic in chosen:
        for edit in diagnostic.fix.edits if diagnostic.fix else ():
            edits[edit.span.path].append(edit)
    return edits


def write(changes: Mapping[str, Change]) -> None:
    """Write changed files, each at once or not at all.

    Raises WriteError, also where a file is no longer the same.
    """
    for path, change in changes.items():
        try:
            real = Path(path).resolve(strict=True)
            if read(str(real), MOST_BYTES) != change.before:
                raise WriteError(f"{path}: was changed while it was checked, and is left alone")
            put(real, change.after, stat.S_IMODE(real.stat().st_mode))
        except OSError as error:
            raise WriteError(f"{path}: cannot be written: {reason(error)}") from error
