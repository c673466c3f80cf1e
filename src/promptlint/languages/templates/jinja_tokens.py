"""The tags of a Jinja template, each exactly where it is written.

Jinja's own lexer decides what is a tag. It changes line breaks and leaves out blanks beside tags (`{%-`), so its tokens
are laid against the source again: put together, the tags give the source, character by character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from promptlint.frozen import dataclass

if TYPE_CHECKING:
    from jinja2 import Environment

_TWO_CHARACTER_BREAK = re.compile("\r\n")


class Kind(Enum):
    """What a tag is."""

    TEXT = "text"
    BLANK = "blank"
    """White space which is not sent, because a tag beside it says so."""
    HOLE = "hole"
    STATEMENT = "statement"
    COMMENT = "comment"
    BROKEN = "broken"
    """The rest of a source which is not Jinja from here on."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A stretch of a template. Offsets are 0-based code points, ends exclusive."""

    kind: Kind
    start: int
    end: int
    inner: tuple[int, int]
    """What stands between the delimiters."""
    name: str = ""
    """The first word of a statement."""


_OPENING = {"variable_begin": Kind.HOLE, "block_begin": Kind.STATEMENT, "comment_begin": Kind.COMMENT}
_CLOSING = frozenset({"variable_end", "block_end", "comment_end"})


@cache
def environment() -> Environment:
    """Jinja with nothing changed but that it keeps the last line break. It parses; it never renders."""
    from jinja2 import Environment

    return Environment(keep_trailing_newline=True)


def tags(source: str) -> tuple[Tag, ...]:
    """The tags of a source: their texts, put together, are the source."""
    return tuple(_tags(source))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    text: str


def _tokens(source: str) -> Iterator[_Token]:
    """The tokens of Jinja's lexer with their places, the blanks it leaves out, and a last one for what it refuses."""
    from jinja2 import TemplateSyntaxError

    crlf = [match.start() - index for index, match in enumerate(_TWO_CHARACTER_BREAK.finditer(source))]
    plain = source.replace("\r\n", "\n").replace("\r", "\n")

    def place(at: int) -> int:
        return at + bisect_left(crlf, at)

    cursor = 0
    try:
        for _, kind, text in environment().lexer.tokeniter(source, None):
            at = cursor
            while not plain.startswith(text, at) and plain[at : at + 1].isspace():
                at += 1
            if at > cursor:
                yield _Token("left out", place(cursor), place(at), plain[cursor:at])
            cursor = at + len(text)
            if text:
                yield _Token(kind, place(at), place(cursor), text)
    except (TemplateSyntaxError, RecursionError):
        pass
    if cursor < len(plain):
        blank = plain[cursor:].isspace()
        yield _Token("left out" if blank else "refused", place(cursor), len(source), plain[cursor:])


def _tags(source: str) -> Iterator[Tag]:
    opened: _Token | None = None
    name = ""
    end = 0
    for token in _tokens(source):
        end = token.end
        if opened is not None:
            if token.kind == "name" and not name:
                name = token.text
            if token.kind in _CLOSING:
                yield from _closed(opened, token, name)
                opened, name = None, ""
        elif token.kind in _OPENING:
            opened = token
        elif token.kind in ("raw_begin", "raw_end"):
            tag = token.text.rstrip()
            stop = token.start + len(tag)
            yield Tag(Kind.STATEMENT, token.start, stop, (stop, stop), "raw" if token.kind == "raw_begin" else "endraw")
            yield from _blank(stop, token.end)
        else:
            kind = {"left out": Kind.BLANK, "refused": Kind.BROKEN}.get(token.kind, Kind.TEXT)
            yield Tag(kind, token.start, token.end, (token.start, token.end))
    if opened is not None:
        yield Tag(Kind.BROKEN, opened.start, end, (opened.start, end))


def _closed(opened: _Token, closing: _Token, name: str) -> Iterator[Tag]:
    # The sign that ends a tag holds the blanks which it swallows.
    stop = closing.start + len(closing.text.rstrip())
    kind = _OPENING[opened.kind]
    yield Tag(kind, opened.start, stop, (opened.end, closing.start), name if kind is Kind.STATEMENT else "")
    yield from _blank(stop, closing.end)


def _blank(start: int, end: int) -> Iterator[Tag]:
    if end > start:
        yield Tag(Kind.BLANK, start, end, (start, end))
