"""Notebooks in an editor, which knows them by their cells: put together as Jupyter stores them, and taken apart."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from promptlint.spans import Position


class Cell(NamedTuple):
    """A cell with code."""

    uri: str
    text: str


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook that hold code, in their order."""

    cells: tuple[Cell, ...]

    @cached_property
    def stored(self) -> str:
        """The text of a file with these cells, each line of code on a line of its own."""
        return _stored([cell.text for cell in self.cells])

    def within(self, place: Position) -> tuple[str, Position]:
        """The address of a cell, and the place in it, of a place in the stored text; the nearest one for any other."""
        number = max(bisect_right(self._starts, place.line) - 1, 0)
        cell = self.cells[number]
        lines = cell.text.split("\n")
        line = min(max(place.line - self._starts[number], 0), len(lines) - 1)
        # A character may be stored as several: the last one that begins there or before.
        before = range(len(lines[line]) + 1)
        column = bisect_right(before, place.column - _INDENT - 2, key=lambda length: _width(lines[line][:length]))
        return cell.uri, Position(line + 1, max(column, 1))

    def outside(self, uri: str, place: Position) -> Position:
        """The place in the stored text of one in a cell."""
        number = [cell.uri for cell in self.cells].index(uri)
        lines = self.cells[number].text.split("\n")
        line = lines[min(place.line, len(lines)) - 1]
        return Position(self._starts[number] + place.line - 1, _INDENT + 2 + _width(line[: place.column - 1]))

    def changes(self, changed: str) -> Iterator[tuple[str, int, int, str]]:
        """Address of a cell, the part of it that a change of the stored text replaces, and what comes there."""
        cells = [cell for cell in json.loads(changed)["cells"] if cell["cell_type"] == "code"]
        for (uri, old), cell in zip(self.cells, cells, strict=True):
            new = "".join(cell["source"])
            if new != old:
                begin = _same(old, new)
                end = _same(old[begin:][::-1], new[begin:][::-1])
                yield uri, begin, len(old) - end, new[begin : len(new) - end]

    @cached_property
    def _starts(self) -> list[int]:
        """The line of the stored text with the first line of each cell."""
        heads = [n for n, line in enumerate(self.stored.split("\n"), start=1) if line.startswith('   "source": [')]
        return [head + 1 for head in heads]


_INDENT = 4
"""Blanks before a line of code, where JSON is indented by one."""


def _stored(texts: Sequence[str]) -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(text)}
        for text in texts
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]


def _width(text: str) -> int:
    """Characters that a text takes between the quotes of JSON."""
    return len(json.dumps(text, ensure_ascii=False)) - 2


def _same(one: str, other: str) -> int:
    """Characters with which both begin."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
