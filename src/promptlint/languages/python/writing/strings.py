"""Expressions that build a string, as one flat text with values in it, and every character's place in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import pairwise

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass, replace
from promptlint.languages.python.writing.source import Source
from promptlint.passages import HOLE
from promptlint.spans import Span

_ESCAPE = re.compile(
    r"\\(?:\r\n|N\{[^}]*\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{1,3}|.)|\{\{|\}\}|\r\n|.", re.DOTALL
)
_FIELD = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Character:
    """One character of the flat text, and what is written for it: offsets in the file."""

    value: str
    start: int
    end: int
    atom: int


@dataclass(frozen=True, slots=True)
class Atom:
    """One literal, or one operand that is none."""

    start: int
    end: int
    prefix: str = ""
    """As it is written: `f`, `Rb`."""
    quote: str = ""
    """Empty: it is no literal."""

    @property
    def formatted(self) -> bool:
        """Whether it is an f-string."""
        return "f" in self.prefix.lower()

    @property
    def raw(self) -> bool:
        """Whether a backslash is a backslash in it."""
        return "r" in self.prefix.lower()

    @property
    def inner_end(self) -> int:
        """Where its text ends, before the closing quotes."""
        return self.end - len(self.quote)


@dataclass(frozen=True, slots=True)
class Text:
    """A flat text: literals one after the other, or joined by `+`."""

    source: Source
    atoms: tuple[Atom, ...]
    characters: tuple[Character, ...]
    added: bool
    """Whether the atoms are operands of `+`."""

    @property
    def flat(self) -> str:
        """The characters, `HOLE` for each value."""
        return "".join(c.value for c in self.characters)

    def holds(self, span: Span) -> bool:
        """Whether a span lies in it."""
        offset = self.source.lines.offset
        same = span.path == self.source.path
        return same and self.atoms[0].start <= offset(span.start) and offset(span.end) <= self.atoms[-1].end

    def cut(self, at: int) -> tuple[str, str]:
        """The source of the text before the character `at`, and of the text from there on. Raises RefusedError."""
        before, after = self.characters[at - 1], self.characters[at]
        content, atom = self.source.content, self.atoms[before.atom]
        written = [content[a.start : a.end] for a in self.atoms]
        if before.atom != after.atom:
            return self._joined(written, 0, before.atom), self._joined(written, after.atom, len(self.atoms) - 1)
        first = _simplest(content[atom.start : before.end] + atom.quote)
        second = _simplest(f"{atom.prefix}{atom.quote}{content[after.start : atom.end]}")
        return (
            self._joined([*written[: before.atom], first], 0, before.atom),
            self._joined(
                [*written[: before.atom], second, *written[before.atom + 1 :]], before.atom, len(self.atoms) - 1
            ),
        )

    def _joined(self, written: Sequence[str], first: int, last: int) -> str:
        """Literals and operands on one line. Raises RefusedError where a comment stands between any two."""
        gaps = [self.source.content[a.end : b.start] for a, b in pairwise(self.atoms)]
        if any("#" in gap for gap in gaps):
            raise RefusedError("a comment stands beside it")
        joints = [" + " if "+" in gap else " " for gap in gaps[first:last]]
        return "".join(x for pair in zip(["", *joints], written[first : last + 1], strict=True) for x in pair)


def _simplest(literal: str) -> str:
    """A literal without the `f` where nothing is put in."""
    plain = re.match(r"""[fF](?=['"])""", literal) and "{" not in literal and "}" not in literal
    return literal[1:] if plain else literal


def text_of(source: Source, node: ast.expr, *, template: bool = False) -> Text:
    """The text that an expression builds. In a `template`, the fields of `str.format` are values.

    Raises RefusedError where it is no literal.
    """
    operands = _operands(node)
    atoms: list[Atom] = []
    characters: list[Character] = []
    for operand in operands:
        start, end = (source.lines.offset(p) for p in (source.span(operand).start, source.span(operand).end))
        if isinstance(operand, ast.JoinedStr) or (isinstance(operand, ast.Constant) and isinstance(operand.value, str)):
            _literals(source, start, end, template, atoms, characters)
        else:
            characters.append(Character(HOLE, start, end, len(atoms)))
            atoms.append(Atom(start, end))
    if not any(atom.quote for atom in atoms):
        raise RefusedError("the text is not written where it is put together")
    return Text(source, tuple(atoms), tuple(characters), len(operands) > 1)


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_operands(node.left), *_operands(node.right)]
    return [node]


def _literals(
    source: Source, start: int, end: int, template: bool, atoms: list[Atom], characters: list[Character]
) -> None:
    import libcst as cst  # heavy: only what is rewritten is parsed by it
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

    head = "(\n"
    code = head + source.content[start:end] + ")"
    try:
        wrapper = MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
    except cst.ParserSyntaxError as error:
        raise RefusedError("its literal could not be read again") from error
    places = wrapper.resolve(ByteSpanPositionProvider)
    raw = code.encode()

    def offset(byte: int) -> int:
        return start + len(raw[:byte].decode()) - len(head)

    statement = wrapper.module.body[0]
    assert isinstance(statement, cst.SimpleStatementLine)
    assert isinstance(statement.body[0], cst.Expr)
    for literal in _parts(statement.body[0].value):
        place = places[literal]
        begin, stop = offset(place.start), offset(place.start + place.length)
        atom = Atom(begin, stop, literal.prefix, literal.quote)
        inside = begin + len(literal.prefix) + len(literal.quote)
        if isinstance(literal, cst.SimpleString):
            characters += _plain(source.content, inside, atom, len(atoms), template)
        else:
            for part in literal.parts:
                place = places[part]
                at, to = offset(place.start), offset(place.start + place.length)
                if isinstance(part, cst.FormattedStringText):
                    characters += _escaped(source.content, at, to, atom, len(atoms))
                else:
                    characters.append(Character(HOLE, at, to, len(atoms)))
        atoms.append(atom)


def _parts(node: object) -> list:  # type: ignore[type-arg]
    import libcst as cst

    if isinstance(node, cst.ConcatenatedString):
        return [*_parts(node.left), *_parts(node.right)]
    if isinstance(node, cst.SimpleString | cst.FormattedString):
        if "b" in node.prefix.lower():
            raise RefusedError("it is made of bytes")
        return [node]
    raise RefusedError("the text is not written where it is put together")


def _plain(content: str, start: int, atom: Atom, number: int, template: bool) -> list[Character]:
    characters = _escaped(content, start, atom.inner_end, atom, number)
    if not template:
        return characters
    found: list[Character] = []
    at = start
    for field in _FIELD.finditer(content, start, atom.inner_end):
        found += [c for c in characters if at <= c.start < field.start()]
        found.append(Character(HOLE, field.start(), field.end(), number))
        at = field.end()
    return [*found, *(c for c in characters if c.start >= at)]


def _escaped(content: str, start: int, end: int, atom: Atom, number: int) -> list[Character]:
    """The characters of a stretch of a literal."""
    characters = []
    for match in _ESCAPE.finditer(content, start, end):
        written = match[0]
        value = written
        if written.startswith("\\") and len(written) > 1:
            if atom.raw:
                characters.append(Character("\\", match.start(), match.start() + 1, number))
                rest = _escaped(content, match.start() + 1, match.end(), replace(atom, prefix="r"), number)
                characters += rest
                continue
            value = _value(written)
        elif written in ("{{", "}}"):
            if not atom.formatted:
                characters += [Character(c, match.start() + i, match.start() + i + 1, number)
                               for i, c in enumerate(written)]  # fmt: skip
                continue
            value = written[0]
        elif written == "\r\n":
            value = "\n"
        if value:
            characters.append(Character(value, match.start(), match.end(), number))
    return characters


def _value(escape: str) -> str:
    """What an escape stands for; empty for a line that goes on."""
    if escape[1] in "\r\n":
        return ""
    try:
        value = ast.literal_eval(f'"{escape}"' if escape != '\\"' else "'\"'")
    except (SyntaxError, ValueError):
        return escape
    return value if isinstance(value, str) and len(value) == 1 else escape[:1]
