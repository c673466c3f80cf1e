"""How findings are known again when the lines around them have moved: by the text of their line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

from promptlint.reporters.report import Sources
from promptlint.spans import Lines, Span

_UNITS, _BASE, _END = 100, 37, "\uffff"
_BLANKS = str.maketrans("", "", " \t")


class LineHashes:
    """The hashes by which code scanning knows a line again, of the lines of one text and the empty one at its end.

    A polynomial over the 100 UTF-16 units from the start of the line on, without spaces and tabs, with `\\n` for every
    line break, 0xFFFF at the end of the file and zeros behind it; modulo 2**64, in hexadecimal. Behind it, how many
    lines up to this one have the same hash.
    """

    def __init__(self, text: str) -> None:
        units = _utf16_units(text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)) + _END
        self._windows: list[tuple[str, int]] = []
        seen: Counter[str] = Counter()
        start = 0
        while start < len(units):
            window = units[start : start + _UNITS]
            seen[window] += 1
            self._windows.append((window, seen[window]))
            start = units.find("\n", start) + 1 or len(units)

    def __len__(self) -> int:
        return len(self._windows)

    def hash(self, line: int) -> str:
        """The hash of a 1-based line; of the last one when there is no such line."""
        window, count = self._windows[min(line, len(self)) - 1]
        value = 0
        for unit in window.ljust(_UNITS, "\0"):
            value = (value * _BASE + ord(unit)) & 0xFFFFFFFFFFFFFFFF
        return f"{value:x}:{count}"


class TextPrints:
    """What findings point at, by its words: independent of lines, columns and layout."""

    def __init__(self, sources: Sources) -> None:
        self._lines: Callable[[str], Lines] = cache(lambda path: Lines(sources(path)))

    def of(self, span: Span) -> str:
        """The line on which a span begins, without its white space."""
        return "".join(self._lines(span.path).line(span.start.line).split())


def _utf16_units(text: str) -> str:
    """A text in which every UTF-16 unit is one character."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    raw = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(raw[::2], raw[1::2], strict=True))
