"""Where each character of a YAML scalar's value stands in the file.

PyYAML says what the value is. Here the text of the scalar is decoded again with the place of every character, and the
result is compared: where the two differ, nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass

_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = " \t"
_ESCAPES = {
    "0": "\0", "a": "\x07", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "\\": "\\", "/": "/", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEXADECIMAL = {"x": 2, "u": 4, "U": 8}

_Placed = tuple[str, int]
"""A character of the value, and its 0-based offset in the file."""


def offsets(text: str, start: int, end: int, style: str, value: str) -> list[int] | None:
    """The offset in a file's text of each character of a scalar's value, and of its end.

    The scalar stands from `start` to `end`, 0-based code points, without anchor and tag; `style` is its first sign
    (`|`, `>`, `'`, `"`), empty for a plain one. None: the places could not be told.
    """
    if style in ("|", ">"):
        placed = _Block(text, start, end, folded=style == ">").decoded(value)
        last = end
    else:
        quote = len(style)
        placed = _Flow(text, start + quote, end - quote, style).decoded()
        last = end - quote
    if placed is None or "".join(character for character, _ in placed) != value:
        return None
    return [*(at for _, at in placed), max(last, placed[-1][1] + 1 if placed else start)]


@dataclass(slots=True)
class _Cursor:
    text: str
    at: int
    end: int

    def peek(self) -> str:
        return self.text[self.at] if self.at < self.end else "\0"

    def on_break(self) -> bool:
        return self.at < self.end and self.text[self.at] in _BREAKS

    def line_break(self) -> _Placed:
        """Pass over a line break, which YAML may read as another one."""
        start, sign = self.at, self.text[self.at]
        self.at += 2 if self.text.startswith("\r\n", start) else 1
        return ("\n" if sign in "\r\n\x85" else sign), start

    def pass_blanks(self) -> None:
        while self.peek() in _BLANKS:
            self.at += 1

    def column(self) -> int:
        return self.at - max(self.text.rfind(sign, 0, self.at) for sign in _BREAKS) - 1


class _Block:
    """A scalar of lines: `|` keeps their breaks, `>` folds them."""

    def __init__(self, text: str, start: int, end: int, *, folded: bool) -> None:
        self.text = text
        self.end = end
        self.folded = folded
        self.keep: bool | None = None
        given = 0
        at = start + 1
        while at < end and text[at] in "+-123456789":
            if text[at] in "+-":
                self.keep = text[at] == "+"
            else:
                given = int(text[at])
            at += 1
        while at < end and text[at] not in _BREAKS:
            at += 1
        self.body = at
        self.column = start - max(text.rfind(sign, 0, start) for sign in _BREAKS) - 1
        self.given = given

    def decoded(self, value: str) -> list[_Placed] | None:
        # An indentation that is written out counts from the parent's, which is not known here.
        widths = [self._width()] if not self.given else [self.given + outer for outer in range(self.column + 1)]
        for width in widths:
            placed = self._lines(width)
            if "".join(character for character, _ in placed) == value:
                return placed
        return None

    def _width(self) -> int:
        """The indentation of the first line that is not blank; of the longest blank one, where all are."""
        cursor = _Cursor(self.text, self.body, self.end)
        longest = 1
        while cursor.on_break():
            cursor.line_break()
            first = cursor.at
            while cursor.peek() == " ":
                cursor.at += 1
            if not cursor.on_break() and cursor.at < self.end:
                return max(cursor.at - first, 1)
            longest = max(longest, cursor.at - first)
        return longest

    def _lines(self, width: int) -> list[_Placed]:
        cursor = _Cursor(self.text, self.body, self.end)
        out: list[_Placed] = []
        if cursor.on_break():
            cursor.line_break()
        last: _Placed | None = None
        blank = self._blank_lines(cursor, width)
        while cursor.at < self.end and cursor.column() == width:
            out += blank
            lead = cursor.peek() not in _BLANKS
            start = cursor.at
            while cursor.at < self.end and not cursor.on_break():
                cursor.at += 1
            out += zip(self.text[start : cursor.at], range(start, cursor.at), strict=True)
            last = cursor.line_break() if cursor.on_break() else None
            blank = self._blank_lines(cursor, width)
            if last is None or cursor.at >= self.end or cursor.column() != width:
                break
            if not (self.folded and last[0] == "\n" and lead and cursor.peek() not in _BLANKS):
                out.append(last)
            elif not blank:
                out.append((" ", last[1]))
        if self.keep is not False and last is not None:
            out.append(last)
        return out + blank if self.keep else out

    @staticmethod
    def _blank_lines(cursor: _Cursor, width: int) -> list[_Placed]:
        found: list[_Placed] = []
        while True:
            start = cursor.at
            while cursor.peek() == " " and cursor.at - start < width:
                cursor.at += 1
            if not cursor.on_break():
                return found
            found.append(cursor.line_break())


class _Flow:
    """A scalar in quotes, or a plain one."""

    def __init__(self, text: str, start: int, end: int, quote: str) -> None:
        self.cursor = _Cursor(text, start, end)
        self.quote = quote

    def decoded(self) -> list[_Placed] | None:
        cursor = self.cursor
        out: list[_Placed] = []
        while cursor.at < cursor.end:
            sign = cursor.peek()
            if sign in _BLANKS or cursor.on_break():
                out += self._space()
            elif sign == "'" and self.quote == "'":
                out.append((sign, cursor.at))
                cursor.at += 2
            elif sign == "\\" and self.quote == '"':
                escaped = self._escaped()
                if escaped is None:
                    return None
                out += escaped
            else:
                out.append((sign, cursor.at))
                cursor.at += 1
        return out

    def _space(self) -> list[_Placed]:
        """Blanks within a line, or a folded line break."""
        cursor = self.cursor
        start = cursor.at
        cursor.pass_blanks()
        if not cursor.on_break():
            return list(zip(cursor.text[start : cursor.at], range(start, cursor.at), strict=True))
        first = cursor.line_break()
        further = self._breaks()
        if first[0] != "\n":
            return [first, *further]
        return further or [(" ", first[1])]

    def _breaks(self) -> list[_Placed]:
        cursor = self.cursor
        found: list[_Placed] = []
        while True:
            cursor.pass_blanks()
            if not cursor.on_break():
                return found
            found.append(cursor.line_break())

    def _escaped(self) -> list[_Placed] | None:
        cursor = self.cursor
        start = cursor.at
        cursor.at += 1
        sign = cursor.peek()
        if cursor.on_break():
            cursor.line_break()
            return self._breaks()
        cursor.at += 1
        if sign in _HEXADECIMAL:
            digits = cursor.text[cursor.at : cursor.at + _HEXADECIMAL[sign]]
            cursor.at += len(digits)
            try:
                return [(chr(int(digits, 16)), start)]
            except (ValueError, OverflowError):
                return None
        return [(_ESCAPES[sign], start)] if sign in _ESCAPES else None
