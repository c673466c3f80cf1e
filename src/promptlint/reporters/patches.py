"""A fix as a small diff: the lines that it changes, before and after."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import groupby

from promptlint.edits import Edit, Fix, applied
from promptlint.frozen import replace
from promptlint.reporters.report import Sources
from promptlint.spans import Lines, Position, Span

_NEAR = 1
"""Unchanged lines that are shown around changed ones."""


def hunks(fix: Fix, sources: Sources) -> Iterator[tuple[str, list[str]]]:
    """Path → lines of a diff, each with its sign, for every file that a fix changes."""
    for path, edits in groupby(sorted(fix.edits), key=lambda edit: edit.span.path):
        yield path, _lines(list(edits), sources(path))


def _lines(edits: list[Edit], text: str) -> list[str]:
    """The diff of the lines from the first to the last edit: nobody needs the whole file compared."""
    lines = Lines(text)
    first = max(edits[0].span.start.line - _NEAR, 1)
    last = min(max(edit.span.end.line for edit in edits) + _NEAR, len(lines))
    before = "\n".join(lines.line(number) for number in range(first, last + 1))
    after = applied(before, [replace(edit, span=_raised(edit.span, first - 1)) for edit in edits])
    compared = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=_NEAR)
    return [line for line in compared if not line.startswith(("---", "+++", "@@"))]


def _raised(span: Span, lines: int) -> Span:
    start, end = (Position(p.line - lines, p.column) for p in (span.start, span.end))
    return Span(span.path, start, end)
