"""From places in a template's text to places in the file which holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from promptlint.frozen import dataclass, replace
from promptlint.layout import Role
from promptlint.spans import Lines, Span
from promptlint.template import Piece, Text, Turn


@dataclass(frozen=True, slots=True)
class Headers:
    """How a text tells where another message begins."""

    pattern: re.Pattern[str]
    """Its group `role` is what the message calls its role; without it, a message ends there."""
    roles: Mapping[str, Role]


def line_headers(roles: Mapping[str, Role]) -> Headers:
    """`system:` on a line of its own, maybe behind a `#`, maybe with attributes in brackets."""
    words = "|".join(re.escape(word) for word in sorted(roles))
    pattern = rf"(?im)^[ \t]*#?[ \t]*(?P<role>{words})[ \t]*(?:\[[^\]\n]*\])?[ \t]*:[ \t]*\r?$\n?"
    return Headers(re.compile(pattern), roles)


def prefix_headers(roles: Mapping[str, Role]) -> Headers:
    """`System:` with a capital at the head of a line, the message behind it or below."""
    words = "|".join(re.escape(word.capitalize()) for word in sorted(roles))
    return Headers(re.compile(rf"(?m)^[ \t]*(?P<role>{words}):[ \t]*"), roles)


def element_headers(roles: Mapping[str, Role]) -> Headers:
    """`<message role="system">`."""
    return Headers(re.compile(r"""(?i)<message\s{1,9}role=["'](?P<role>\w+)["']\s{0,9}>|</message>"""), roles)


def part_headers(roles: Mapping[str, Role]) -> Headers:
    """`- name:`, maybe `role:`, and `content:` on lines of their own: an item of a YAML list around a text."""
    keys = r"""(?:[ \t]+(?:role:[ \t]*["']?(?P<role>\w+)["']?[ \t]*|truncation_priority:[^\r\n]*)\r?\n)*"""
    return Headers(
        re.compile(rf"(?im)^[ \t]*-[ \t]+name:[^\r\n]*\r?\n{keys}[ \t]+content:[ \t]*(?:[|>][-+0-9]*[ \t]*\r?\n)?"),
        roles,
    )


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template, and where each of its characters stands in a file.

    A template may be a whole file, the rest of one behind a header, or a value in one, in which escapes, indentation
    and folded lines keep its characters from standing side by side.
    """

    text: str
    path: str
    lines: Lines
    """Of the whole file."""
    start: int = 0
    """0-based offset in the file, in code points, of a text which stands there as it is."""
    offsets: Sequence[int] | None = None
    """Offset in the file of each character, and of the end, where the text does not stand there as it is."""
    whole: Span | None = None
    """The span of all of it, where the places within it could not be told."""
    headers: Headers | None = None
    """How it tells where another message begins; None: it is one message, or has tags for that."""

    def span(self, start: int, end: int) -> Span:
        """The span of a part of the text, by 0-based offsets in it, the end exclusive."""
        if self.whole is not None:
            return self.whole
        first = self._offset(start)
        last = self._offset(end - 1) + 1 if end > start else first
        return Span(self.path, self.lines.position(first), self.lines.position(max(first, last)))

    def part(self, start: int, end: int) -> Source:
        """A part of the text as a source of its own."""
        offsets = None if self.offsets is None else self.offsets[start : end + 1]
        return replace(self, text=self.text[start:end], start=self.start + start, offsets=offsets)

    def texts(self, start: int, end: int) -> Iterator[Piece]:
        """A fixed part of the text as pieces: where a header stands in it, another message begins."""
        for match in self.headers.pattern.finditer(self.text, start, end) if self.headers else ():
            if self._begins_line(match.start()):
                if match.start() > start:
                    yield self._text(start, match.start())
                if self.headers and match["role"]:
                    yield Turn(self.headers.roles.get(match["role"].lower(), Role.UNKNOWN))
                start = match.end()
        if end > start:
            yield self._text(start, end)

    def _text(self, start: int, end: int) -> Text:
        return Text(self.text[start:end], self.span(start, end))

    def _begins_line(self, at: int) -> bool:
        # `^` also matches at the start of the stretch that is searched.
        return self.text[at : at + 1] == "<" or at == 0 or self.text[at - 1] in "\r\n"

    def _offset(self, at: int) -> int:
        return self.start + at if self.offsets is None else self.offsets[at]


def file_source(text: str, path: str) -> Source:
    """A whole file as the text of a template."""
    return Source(text, path, Lines(text))
