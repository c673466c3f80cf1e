"""Templates with logic-less tags as pieces: Mustache, Handlebars (dotprompt), and Semantic Kernel's own language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from promptlint.frozen import dataclass
from promptlint.languages.templates.places import Source
from promptlint.layout import Role
from promptlint.template import (
    Branch,
    Call,
    Compound,
    Constant,
    Each,
    Expression,
    Hole,
    Member,
    Name,
    Piece,
    Repeat,
    Template,
    Turn,
    Unclear,
)

MOST_NESTED = 50
"""Sections inside each other."""

_WORD = re.compile(r"""'[^']*'|"[^"]*"|[^\s='"]+(?==)|[^\s'"]+""")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TEXTS = ("'", '"')


@dataclass(frozen=True, slots=True)
class _Tag:
    """One tag. `sign` is the `#`, `/`, `^`, `>` or `!` it begins with."""

    start: int
    end: int
    sign: str
    text: str


def read_mustache(source: Source, roles: Mapping[str, Role]) -> Template:
    """The pieces of such a template."""
    reader = _Reader(source, roles)
    pieces = tuple(reader.pieces(None, ""))
    return Template(source.path, pieces, reader.reason)


def _tags(text: str) -> Iterator[_Tag]:
    at = 0
    while (start := text.find("{{", at)) >= 0:
        opening, closing = ("{{{", "}}}") if text.startswith("{{{", start) else ("{{", "}}")
        if text.startswith("{{!--", start):
            closing = "--}}"
        stop = text.find(closing, start + len(opening))
        if stop < 0:
            return
        inner = text[start + len(opening) : stop].strip().strip("~").strip()
        sign = inner[0] if inner and inner[0] in "#/^>!&" else ""
        at = stop + len(closing)
        yield _Tag(start, at, sign, inner[1:].strip() if sign else inner)


class _Reader:
    def __init__(self, source: Source, roles: Mapping[str, Role]) -> None:
        self.source = source
        self.roles = roles
        self.tags = list(_tags(source.text))
        self.at = 0
        self.cursor = 0
        self.depth = 0
        self.reason = ""

    def pieces(self, item: Expression | None, section: str) -> list[Piece]:
        """The pieces up to the tag that closes or divides a section, which is left to the caller."""
        found: list[Piece] = []
        while self.at < len(self.tags):
            tag = self.tags[self.at]
            found += self._text(tag.start)
            if section and (tag.sign == "/" or (not tag.sign and tag.text == "else") or tag.text == "^"):
                return found
            self.cursor, self.at = tag.end, self.at + 1
            found += self._piece(tag, item)
        if section:
            self.reason = f"ends before `{section}` is closed"
        return [*found, *self._text(len(self.source.text))]

    def _text(self, end: int) -> list[Piece]:
        start, self.cursor = self.cursor, max(self.cursor, end)
        return list(self.source.texts(start, end)) if end > start else []

    def _piece(self, tag: _Tag, item: Expression | None) -> list[Piece]:
        words = _WORD.findall(tag.text)
        if tag.sign == "!" or not words:
            return []
        if tag.sign in ("#", "^") and self.depth < MOST_NESTED:
            return self._section(tag, words, item)
        if tag.sign in ("/", "#", "^"):
            return []
        if words[0] == "role" and len(words) == 2:
            return [Turn(self._role(words[1]))]
        if tag.sign == ">":
            return [Hole(Unclear(f"is included from `{words[0]}`"), tag.text, self.source.span(tag.start, tag.end))]
        return [Hole(_value(words, item), tag.text, self.source.span(tag.start, tag.end))]

    def _section(self, tag: _Tag, words: list[str], item: Expression | None) -> list[Piece]:
        self.depth += 1
        kind, over = words[0], _value(words[1:] or words[:1], item)
        inner = Each(over) if kind == "each" else item
        body = self.pieces(inner, kind)
        other: list[Piece] = []
        if self.at < len(self.tags) and self.tags[self.at].sign != "/":
            self._pass()
            other = self.pieces(item, kind)
        self._pass()
        self.depth -= 1
        if kind == "role" and len(words) == 2:
            return [Turn(self._role(words[1])), *body]
        if kind == "each":
            repeat = Repeat(over, tuple(body), self.source.span(tag.start, tag.end))
            return [Branch(over, (repeat,), tuple(other))] if other else [repeat]
        sides = (tuple(other), tuple(body)) if kind == "unless" or tag.sign == "^" else (tuple(body), tuple(other))
        return [Branch(over, *sides)]

    def _pass(self) -> None:
        if self.at < len(self.tags):
            self.cursor, self.at = self.tags[self.at].end, self.at + 1

    def _role(self, word: str) -> Role:
        return self.roles.get(word.strip("'\"").lower(), Role.UNKNOWN)


def _value(words: list[str], item: Expression | None) -> Expression:
    """A path, a literal, or a helper with its arguments."""
    if len(words) > 1:
        return Call(_single(words[0], None), tuple(_single(word, item) for word in words[1:]))
    return _single(words[0], item)


def _single(word: str, item: Expression | None) -> Expression:
    if word.startswith(_TEXTS):
        return Constant(word[1:-1])
    if _NUMBER.fullmatch(word):
        return Constant(word)
    if word.startswith("@"):
        return Compound("loop", ())
    if word.startswith("../"):
        word, item = word.removeprefix("../"), None
    first, *path = word.lstrip("$").replace("/", ".").split(".")
    value: Expression = Name(first)
    if item is not None:
        value = item if first == "this" else Member(item, first)
    for key in path:
        value = Member(value, key)
    return value
