"""Lists that are gone through from their end: the newest message first."""

from __future__ import annotations

from collections.abc import Callable

from promptlint.frozen import replace
from promptlint.languages.python.modules.places import NOWHERE
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.cuts import called
from promptlint.languages.python.values.rewriting import Exchange, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Call,
    Choice,
    Const,
    Each,
    Global,
    Item,
    Maybe,
    Op,
    Repeat,
    Seq,
    Splat,
)

BACKWARDS = (Const(-1), Op("negative", (Const(1),)))
"""The step of a slice that turns a list round."""


def newest_first(each: Term) -> Term | None:
    """The list through which a loop goes from its end; None: it does not."""
    over = stripped(each.over) if isinstance(each, Each) else None
    if isinstance(over, Call) and called(over, "reversed") and over.arguments:
        return over.arguments[0]
    key = stripped(over.key) if isinstance(over, Item) else None
    ends = [*map(stripped, key.operands)] if isinstance(key, Op) and key.operator == "slice" else []
    return over.value if isinstance(over, Item) and ends[:2] == [NONE, NONE] and ends[2] in BACKWARDS else None


def by_item(each: Each) -> tuple[Each, Callable[[Term], Term]]:
    """The loop `for i in range(len(items) - 1, -1, -1)` as one over `reversed(items)`, with what its body is then."""
    over = stripped(each.over)
    bounds = [*map(stripped, over.arguments)] if isinstance(over, Call) and called(over, "range") else []
    last = bounds[0] if len(bounds) == 3 and bounds[1] in BACKWARDS and bounds[2] in BACKWARDS else None
    size = stripped(last.operands[0]) if isinstance(last, Op) and last.operator == "-" else None
    if not isinstance(size, Call) or not cuts.is_length(size) or not size.arguments:
        return each, lambda body: body
    whole = size.arguments[0]
    moved = replace(each, over=Call(Global("reversed"), (whole,), at=each.at))
    return moved, Exchange({Item(whole, each): moved})


def fitting(each: Each, added: tuple[Term, ...], *, stops: bool) -> Each:
    """The same loop, where it takes the newest messages that fit: it stops at a limit, or adds nothing beyond it.

    A limit that only decides in which form a message is sent, such as how many carry a marker, leaves none out.
    """
    whole = newest_first(each)
    if whole is None or not (stops or any(map(_left_out, added))):
        return each
    lost = cuts.cut(whole, getattr(stripped(each.over), "at", NOWHERE), because=cuts.FITS)
    return replace(each, over=Call(Global("reversed"), (lost,)))


def _left_out(item: Term) -> bool:
    if not isinstance(item, Maybe):
        return False
    some = not (item.then and item.other) and cuts.asks_size(item.condition)
    return some or any(map(_left_out, (*item.then, *item.other)))


def put_ahead(before: Term, after: Term, each: Term) -> tuple[Term, ...]:
    """What a turn of a loop from the end of a list puts before what was there; empty: it does something else."""
    if newest_first(each) is None:
        return ()
    plain = stripped(after)
    if isinstance(plain, Choice):
        then, other = put_ahead(before, plain.then, each), put_ahead(before, plain.other, each)
        return (Maybe(plain.condition, then, other),) if then or other else ()
    if isinstance(plain, Op) and plain.operator == "+" and cuts.itself(plain.operands[-1]) == before:
        first = stripped(plain.operands[0])
        return first.items if isinstance(first, Seq) and len(plain.operands) == 2 else ()
    items = plain.items if isinstance(plain, Seq) else ()
    at = next((i for i, item in enumerate(items) if isinstance(item, Splat) and stripped(item.value) == before), 0)
    return items[:at] if at == len(items) - 1 else ()


def flipped(items: tuple[Term, ...]) -> tuple[Term, ...]:
    """Items the other way round. Those of a loop from the end of a list are in the order of the list again."""
    return tuple(map(_forwards, reversed(items)))


def _forwards(item: Term) -> Term:
    whole = newest_first(item.each) if isinstance(item, Repeat) else None
    if whole is None or not isinstance(item, Repeat) or not isinstance(item.each, Each):
        return item
    return replace(item, each=replace(item.each, over=whole), items=flipped(item.items))
