"""Places in source text: what every finding points at and every edit replaces.

Lines and columns are 1-based; columns count code points, as editors show them. The end of a span is exclusive.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from promptlint.frozen import dataclass


class Position(NamedTuple):
    """A place between two characters: 1-based line, 1-based column in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file, end exclusive. `path` is relative to the working directory, with `/`."""

    path: str
    start: Position
    end: Position

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"span ends before it starts: {self}")

    def __str__(self) -> str:
        return f"{self.path}:{self.start.line}:{self.start.column}"


class Lines:
    """The lines of one text, for turning offsets and UTF-8 columns into positions and back.

    Lines break where Python's tokenizer breaks them (LF, CRLF, CR), not where `str.splitlines` does: a form feed or a
    Unicode line separator inside a prompt is text.
    """

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        starts = [0]
        at = 0
        while True:
            newline, carriage = text.find("\n", at), text.find("\r", at)
            if newline < 0 and carriage < 0:
                break
            if carriage < 0 or 0 <= newline < carriage:
                at = newline + 1
            else:
                at = carriage + (2 if text.startswith("\n", carriage + 1) else 1)
            starts.append(at)
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def windows(self) -> bool:
        """Whether lines are broken as on Windows."""
        return "\r\n" in self._text

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line break; empty when there is no such line."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[start:end].rstrip("\r\n")

    def position(self, offset: int) -> Position:
        """The position of a 0-based offset in code points."""
        row = bisect_right(self._starts, offset) - 1
        return Position(row + 1, offset - self._starts[row] + 1)

    def offset(self, position: Position) -> int:
        """The 0-based offset in code points of a position."""
        return self._starts[position.line - 1] + position.column - 1

    def from_utf8(self, line: int, column: int) -> Position:
        """The position of a 1-based line and a 0-based column in UTF-8 bytes, as `ast` gives them."""
        start = self._starts[line - 1]
        head = self._text[start : start + column]
        if head.isascii():
            return Position(line, column + 1)
        return Position(line, len(head.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")) + 1)

    def slice(self, span: Span) -> str:
        """The text that a span claims."""
        return self._text[self.offset(span.start) : self.offset(span.end)]
