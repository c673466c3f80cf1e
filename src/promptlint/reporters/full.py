"""Each finding with its source line, the way of the text into the prompt, and the call that sends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from promptlint.diagnostics import Diagnostic
from promptlint.edits import Applicability
from promptlint.reporters.patches import hunks
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import COLOURS, Excerpts, gap_line, harmless, rule_code, summary

_MOST_RELATED = 5
"""Further calls that are named."""
_MOST_ADDED, _FIRST, _LAST = 20, 8, 3
"""Lines in a row that a fix may add before only the first and the last of them are shown: a function for batches is
long, and the same each time."""
_SIGNS = {"+": "green", "-": "red"}


def render(report: Report, sources: Sources) -> str:
    """A paragraph for each finding, and a last line that sums up."""
    excerpts = Excerpts(sources)
    findings = ["\n".join([*_finding(d, excerpts), *_fix(d, sources), ""]) for d in report.diagnostics]
    gaps = ["\n".join([*map(gap_line, report.gaps), ""])] if report.gaps else []
    return "\n".join([*findings, *gaps, summary(report)]) + "\n"


def _finding(diagnostic: Diagnostic, excerpts: Excerpts) -> Iterator[str]:
    yield f"{rule_code(diagnostic)} [{diagnostic.name}] {harmless(diagnostic.message)}"
    span = diagnostic.span
    margin = " " * len(str(span.start.line))
    yield f"{margin}{_dim('-->')} {excerpts.place(span)}"
    source, marks = excerpts.marked(span)
    if source:
        yield f"{margin} {_dim('|')}"
        yield f"{_dim(f'{span.start.line} |')} {source}"
        yield f"{margin} {_dim('|')} {click.style(marks, fg=COLOURS[diagnostic.severity], bold=True)}"
    if diagnostic.flow:
        yield f"{margin} {_dim('|')}"
        yield f"{margin} {_dim('=')} the way to the call:"
    for step in diagnostic.flow:
        yield f"{margin}   {excerpts.place(step.span)}: {harmless(step.message)}"
        yield f"{margin}     {_dim(excerpts.line(step.span))}"
    if diagnostic.related:
        yield f"{margin} {_dim('=')} {_also(diagnostic, excerpts)}"


def _fix(diagnostic: Diagnostic, sources: Sources) -> Iterator[str]:
    if diagnostic.fix is None:
        return
    margin = " " * len(str(diagnostic.span.start.line))
    unsafe = "" if diagnostic.fix.applicability is Applicability.SAFE else "unsafe "
    yield f"{margin} {_dim('=')} {unsafe}fix: {harmless(diagnostic.fix.message)}"
    for path, lines in hunks(diagnostic.fix, sources):
        if path != diagnostic.span.path:
            yield f"{margin}   {harmless(path)}:"
        for line in _shortened(lines):
            yield f"{margin}   {click.style(harmless(line.rstrip()), fg=_SIGNS.get(line[0]))}".rstrip()


def _shortened(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a diff, without most of those that are added in one long row."""
    for sign, row in groupby(lines, key=lambda line: line[:1]):
        added = list(row)
        if sign == "+" and len(added) > _MOST_ADDED:
            left_out = len(added) - _FIRST - _LAST
            added[_FIRST:-_LAST] = [f"+… {left_out} more lines (--diff shows all)"]
        yield from added


def _also(diagnostic: Diagnostic, excerpts: Excerpts) -> str:
    shown = [excerpts.place(span) for span in diagnostic.related[:_MOST_RELATED]]
    more = len(diagnostic.related) - len(shown)
    return f"the same goes for the calls at {', '.join(shown)}{f' and {more:,} more' if more else ''}"


def _dim(text: str) -> str:
    return click.style(text, dim=True)
