"""Chains, `{"question": …} | prompt | model`: what the steps before a model make of what the chain is given."""

from __future__ import annotations

from itertools import count

from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Each,
    Entry,
    Func,
    Global,
    Item,
    Map,
    Op,
    Repeat,
    Seq,
    Splat,
)

_numbers = count(3_000_000_000)


def steps(term: Term, engine: Engine) -> tuple[Term, ...]:
    """The steps of a chain; of anything else, itself."""
    head = engine.head(term)
    if isinstance(head, Op) and head.operator == "|":
        return tuple(step for operand in head.operands for step in steps(operand, engine))
    return (head,)


def given(before: tuple[Term, ...], call: Call, engine: Engine, *, many: bool) -> Call:
    """The call of a model with what the steps before it make of the first argument; of each item of it, if `many`."""
    if not before or not call.arguments or isinstance(call.arguments[0], Splat):
        return call
    first = call.arguments[0]
    if many:
        each = Each(next(_numbers), first, at=call.at)
        made: Term = Seq((Repeat(each, (_through(before, each, engine),)),), at=call.at)
    else:
        made = _through(before, first, engine)
    return Call(call.function, (made, *call.arguments[1:]), call.keywords, at=call.at)


def _through(before: tuple[Term, ...], value: Term, engine: Engine) -> Term:
    for step in before:
        value = _after(step, value, engine)
    return value


def _after(step: Term, value: Term, engine: Engine) -> Term:
    """What one step makes of a value."""
    head = engine.head(step)
    if isinstance(head, Op) and head.operator == "|":
        return _through(steps(head, engine), value, engine)
    if isinstance(head, Map):
        return _side_by_side(head.items, value, engine)
    if isinstance(head, Func):
        return Call(head, (value,))
    function = stripped(head.function) if isinstance(head, Call) else None
    if isinstance(head, Call) and isinstance(function, Global):
        known = engine.models.steps.get(function.name)
        if known == "same":
            return value
        if known == "adds":
            return Map((Splat(value), *_side_by_side(head.keywords, value, engine).items))
        if known == "parallel":
            entries = tuple(item for each in head.arguments for item in _items(each, engine))
            return _side_by_side((*entries, *head.keywords), value, engine)
        if known == "runs" and head.arguments:
            return _after(head.arguments[0], value, engine)
        if known == "item" and head.arguments:
            return Item(value, head.arguments[0])
        if function.name in engine.models.forms or function.name.rpartition(".")[0] in engine.models.forms:
            return Call(Attr(head, "invoke"), (value,), at=head.at)
    if isinstance(head, Call) and isinstance(function, Attr) and function.name == "partial":
        return Call(Attr(head, "invoke"), (value,), at=head.at)
    return Op("| step", (value,))


def _items(term: Term, engine: Engine) -> tuple[Term, ...]:
    plain = engine.head(term)
    return plain.items if isinstance(plain, Map) else ()


def _side_by_side(items: tuple[Term, ...], value: Term, engine: Engine) -> Map:
    return Map(tuple(Entry(i.key, _after(i.value, value, engine)) for i in items if isinstance(i, Entry)))
