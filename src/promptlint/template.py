"""A parsed template: fixed texts, and holes for whoever fills it in.

This is what the reader of templates gives to the reader of a language which renders them. Names that the template
itself gives (`set`, loop variables, macros, blocks, includes) are gone: each expression says what it is made of, so a
template means the same wherever it is put. A template is never rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from promptlint.frozen import dataclass, replace
from promptlint.layout import Breakpoint, Confidence, Role, Volatility
from promptlint.spans import Span


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the template."""

    value: object


@dataclass(frozen=True, slots=True)
class Name:
    """A value which whoever renders the template gives by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`value.key` or `value["key"]`: templates do not tell the one from the other."""

    value: Expression
    key: str | int


@dataclass(frozen=True, slots=True)
class Each:
    """The item of this turn of a loop over a value."""

    over: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function or method."""

    function: Expression
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A value passed through a filter: `value | name(arguments)`."""

    value: Expression
    name: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of two values. A condition of None could not be understood, or is nothing but another value."""

    condition: Expression | None
    then: Expression
    other: Expression


@dataclass(frozen=True, slots=True)
class Compound:
    """A value made of others by an operator, or a condition over them."""

    operator: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text that a part of a template makes: a captured block, a macro that is called."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """What could not be understood: words for the user."""

    reason: str


Expression = Constant | Name | Member | Each | Call | Filter | Either | Compound | Rendered | Unclear


def dotted(value: Expression) -> str:
    """`datetime.datetime.now`; empty for what is no dotted name."""
    names: list[str] = []
    while isinstance(value, Member) and isinstance(value.key, str):
        names.append(value.key)
        value = value.value
    return ".".join([value.name, *reversed(names)]) if isinstance(value, Name) else ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is sent as it is written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Judgement:
    """How often a value changes, as far as is known."""

    volatility: Volatility | None
    because: str = ""
    """Words for the user, as those of a segment."""
    confidence: Confidence = Confidence.HIGH
    named: bool = False
    """Whether only its name tells it."""


NOT_JUDGED = Judgement(None)


@dataclass(frozen=True, slots=True)
class Hole:
    """A place which a value fills."""

    expression: Expression
    text: str
    """The expression as it is written, without the signs around it."""
    span: Span
    """With the signs around it."""
    alone: Judgement = NOT_JUDGED
    """What the template alone tells of it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Pieces of which one side is sent."""

    condition: Expression
    then: tuple[Piece, ...]
    other: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Pieces which a loop sends for each item."""

    over: Expression
    pieces: tuple[Piece, ...]
    span: Span
    """Of the tag that begins the loop."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Another message begins here."""

    role: Role


@dataclass(frozen=True, slots=True)
class Mark:
    """The provider is asked to cache up to here."""

    breakpoint: Breakpoint


Piece = Text | Hole | Branch | Repeat | Turn | Mark


@dataclass(frozen=True, slots=True)
class Template:
    """One template, with everything that it includes."""

    path: str
    """Of the file it is written in, as spans have it."""
    pieces: tuple[Piece, ...]
    reason: str = ""
    """Why a part of it could not be understood; empty: all of it was."""


Parse = Callable[[str, Span], Template]
"""Gives the template which a text is, by the place at which the text is written: a whole file, or a literal in code."""


def plain_template(text: str, span: Span) -> Template:
    """A template of which nothing is understood but that it is one text."""
    return Template(span.path, (Hole(Unclear("is made from a template"), text[:40], span),))


def judged(pieces: tuple[Piece, ...], judge: Callable[[Expression], Judgement]) -> tuple[Piece, ...]:
    """The pieces with what is judged of their holes."""
    found: list[Piece] = []
    for piece in pieces:
        match piece:
            case Hole():
                found.append(replace(piece, alone=judge(piece.expression)))
            case Branch(_, then, other):
                found.append(replace(piece, then=judged(then, judge), other=judged(other, judge)))
            case Repeat():
                found.append(replace(piece, pieces=judged(piece.pieces, judge)))
            case _:
                found.append(piece)
    return tuple(found)


def walk(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """All pieces, and the pieces in them, in the order of the text."""
    for piece in pieces:
        yield piece
        if isinstance(piece, Branch):
            yield from walk(piece.then)
            yield from walk(piece.other)
        elif isinstance(piece, Repeat):
            yield from walk(piece.pieces)
        elif isinstance(piece, Hole) and isinstance(piece.expression, Rendered):
            yield from walk(piece.expression.pieces)


def holes(pieces: tuple[Piece, ...]) -> Iterator[Hole]:
    """All holes in pieces, in the order of the text."""
    return (piece for piece in walk(pieces) if isinstance(piece, Hole))
