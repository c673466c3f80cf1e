"""Texts with places in them: `%`, `.format`, `string.Template`, `.replace`."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.values.rewriting import cat, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Cat,
    Choice,
    Const,
    Format,
    Func,
    Item,
    Map,
    Op,
    Opaque,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)
_TEMPLATE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z]\w*)|\{(?P<braced>[_a-zA-Z]\w*)\})")
MOST_PARTS = 2_000
"""Places in one text; a text with more is left as it is."""


def percent(term: Op, engine: Engine) -> Term | None:
    """`text % values`; None when the left side is no text."""
    text = engine.reduced(term.operands[0])
    if not isinstance(stripped(text), (Str, Cat)):
        return None
    values = engine.reduced(term.operands[1])
    plain = stripped(values)
    given = list(plain.items) if isinstance(plain, Seq) and plain.kind == "tuple" else [values]

    def cut(piece: str) -> list[str | Term]:
        parts: list[str | Term] = []
        at = 0
        for match in _PERCENT.finditer(piece):
            parts.append(piece[at : match.start()])
            at = match.end()
            if match["kind"] == "%":
                parts.append("%")
            elif match["name"] is not None:
                parts.append(Format(Item(values, Str(match["name"]))))
            else:
                parts.append(Format(given.pop(0) if given else Opaque("is not given to `%`")))
        parts.append(piece[at:])
        return parts

    return filled(text, cut)


def filled(text: Term, cut: Callable[[str], list[str | Term]], cap: Volatility | None = None) -> Term:
    """The text with each of its literal parts cut into what is fixed and what is filled in.

    When the text was made (`cap`) is told of what it held before, and not of what is filled in.
    """
    if isinstance(text, Via):
        caps = [known for known in (cap, text.cap) if known is not None]
        return replace(text, value=filled(text.value, cut, min(caps, default=None)), cap=None)
    if isinstance(text, (Choice, Repeat)):
        # A condition, and what a loop runs over, is no part of the text.
        kept = (text.condition,) if isinstance(text, Choice) else (text.each,)
        return text.rebuilt(lambda part: part if any(part is each for each in kept) else filled(part, cut, cap))
    if isinstance(text, Cat):
        return replace(text, parts=_flat([filled(part, cut, cap) for part in text.parts])[:MOST_PARTS])
    if not isinstance(text, Str):
        return text if cap is None else Via(text, "", cap=cap)
    parts = [piece if isinstance(piece, Term) else replace(text, value=piece) for piece in cut(text.value)]
    return cat(*parts[:MOST_PARTS])


def _flat(parts: list[Term]) -> tuple[Term, ...]:
    whole = cat(*parts)
    return whole.parts if isinstance(whole, Cat) else (whole,)


def formatted(text: Term, arguments: tuple[Term, ...], keywords: tuple[Term, ...], engine: Engine) -> Term:
    """`text.format(…)`. A place that nothing fills stays open."""
    values = Map(keywords)
    given = list(engine.items(Seq(arguments)) or ())
    splatted = any(isinstance(argument, Splat) for argument in arguments) and not given
    counter = iter(range(10_000))

    def cut(piece: str) -> list[str | Term]:
        parts: list[str | Term] = []
        try:
            for literal, name, spec, _ in string.Formatter().parse(piece):
                parts.append(literal)
                if name is not None:
                    parts.append(Format(_field(name, values, given, counter, splatted), spec or ""))
        except ValueError:
            return [piece]
        return parts

    return filled(text, cut)


def _field(name: str, values: Map, given: list[Term], counter: object, splatted: bool) -> Term:
    head, *path = re.split(r"[.\[]", name.replace("]", ""))
    if head == "" or head.isdigit():
        at = next(counter) if head == "" else int(head)  # type: ignore[call-overload]
        if splatted or at >= len(given):
            return Opaque("is filled from `*` arguments")
        term = given[at]
    else:
        term = Item(values, Op("key or", (Str(head), Opaque(f"nothing fills {{{head}}}"))))
    for part in path:
        term = Item(term, Const(int(part)) if part.isdigit() else Str(part))
    return term


def substituted_template(text: Term, keywords: tuple[Term, ...], mapping: Term | None) -> Term:
    """`string.Template(text).substitute(mapping, …)`."""
    values = Map((*((Splat(mapping),) if mapping is not None else ()), *keywords))

    def cut(piece: str) -> list[str | Term]:
        parts: list[str | Term] = []
        at = 0
        for match in _TEMPLATE.finditer(piece):
            parts.append(piece[at : match.start()])
            at = match.end()
            name = match["named"] or match["braced"]
            parts.append(Format(Item(values, Str(name))) if name else "$")
        parts.append(piece[at:])
        return parts

    return filled(text, cut)


def rewritten(text: Term, new: Term, engine: Engine) -> Term:
    """`re.sub(pattern, new, text)`. Where what is put in stands is not known: it is told behind the text."""
    whole = engine.reduced(text)
    return whole if isinstance(engine.head(new), (Str, Func)) else cat(whole, Format(new))


def replaced(text: Term, old: str, new: Term) -> Term:
    """`text.replace(old, new)`."""

    def cut(piece: str) -> list[str | Term]:
        parts: list[str | Term] = []
        for i, fixed in enumerate(piece.split(old)):
            if i:
                parts.append(Format(new))
            parts.append(fixed)
        return parts

    return filled(text, cut) if old else text
