"""Loops over lists of which the items are known, all or some: gone through one by one, as far as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.values.rewriting import Substitution, lasting, rewrapped, stripped, substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Choice, Each, Fold, Maybe, Opaque, Repeat, Seq, Splat, Via
from promptlint.layout import Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

MOST_TURNS = 40
"""Items of a list for which a loop is gone through one by one."""
MOST_NESTED = 12
"""Loops over what other loops made that are gone through; a list may be made of itself."""
MOST_INSIDE = 100
"""Branches and loops, one inside the other, in which the items of a list stand."""
MOST_WAYS = 8
"""Values of one item that are told apart."""
_TOO_DEEP = Opaque("goes through more code than we follow")


def turns(repeat: Repeat, engine: Engine, deep: int = MOST_NESTED) -> tuple[Term, ...] | None:
    """What a loop adds on all its turns together: items of a sequence, among them those of a loop over what is unknown.

    None when its items are not known one by one, and no part of them is.
    """
    able = not repeat.growing and deep > 0 and not engine.exhausted()
    parts = _parts(repeat.each, engine, deep) if able else None
    if parts is None:
        return None
    return tuple(_added(parts, repeat, engine, deep - 1))


def folded(fold: Fold, engine: Engine) -> Term:
    """What a name holds after the turns of a loop that changes it."""
    parts = _parts(fold.each, engine)
    return _maybe_turned(fold, fold.each, fold.initial) if parts is None else _after(parts, fold, fold.initial, engine)


def _parts(each: Term, engine: Engine, deep: int = MOST_NESTED) -> tuple[Term, ...] | None:
    over = engine.head(each.over) if isinstance(each, Each) else None
    if not isinstance(over, Seq):
        return None
    parts = tuple(_opened(over.items, engine, deep - 1))
    known = [part for part in parts if not isinstance(part, (Splat, Repeat))]
    return parts if len(parts) <= MOST_TURNS and (known or not parts or len(parts) > 1) else None


def _opened(items: tuple[Term, ...], engine: Engine, deep: int = MOST_NESTED) -> Iterator[Term]:
    """The items of a sequence, those of sequences within it in their place."""
    for item in items:
        whole = engine.reduced(item.value) if isinstance(item, Splat) else item
        if isinstance(item, Splat) and isinstance(inner := stripped(whole), Seq):
            cap = lasting(whole)
            within = inner.items if cap is None else tuple(capped(i, cap) for i in inner.items)
            yield from _opened(within, engine, deep)
        elif isinstance(item, Repeat) and (inner_turns := turns(item, engine, deep)) is not None:
            yield from _opened(inner_turns, engine, deep - 1)
        elif isinstance(item, Maybe) and (decided := engine.truth(item.condition)) is not None:
            yield from _opened(item.then if decided else item.other, engine, deep)
        else:
            yield item


def capped(item: Term, cap: Volatility) -> Term:
    """An item of a list that was made when `cap` tells."""
    if isinstance(item, (Splat, Repeat, Maybe)):
        return item.rebuilt(lambda part: part if isinstance(part, Each) else capped(part, cap))
    return Via(item, "", cap=cap)


def _added(parts: tuple[Term, ...], repeat: Repeat, engine: Engine, deep: int, inside: int = 0) -> Iterator[Term]:
    if _too_far(inside, engine):
        yield Splat(_TOO_DEEP)
        return
    for part in parts:
        if isinstance(part, Splat):
            each = _over(repeat.each, part)
            yield Repeat(each, tuple(substituted(inner, {repeat.each: each}) for inner in repeat.items))
        elif isinstance(part, Repeat):
            opened = tuple(_opened(part.items, engine, deep))
            yield replace(part, items=tuple(_added(opened, repeat, engine, deep, inside + 1)))
        elif isinstance(part, Maybe):
            sides = (tuple(_opened(side, engine, deep)) for side in (part.then, part.other))
            yield Maybe(part.condition, *(tuple(_added(side, repeat, engine, deep, inside + 1)) for side in sides))
        else:
            yield from _turn(part, repeat, engine)


def _too_far(inside: int, engine: Engine) -> bool:
    """Whether no more is told of what stands inside so many branches and loops: a list may be made of itself."""
    return inside > MOST_INSIDE or (inside > MOST_NESTED and engine.exhausted())


def _turn(part: Term, repeat: Repeat, engine: Engine, ways: int = MOST_WAYS) -> Iterator[Term]:
    """What a turn adds for one item; for each of the values that it may be, so that what is asked of it is decided."""
    whole = engine.reduced(part)
    plain = stripped(whole)
    if not isinstance(plain, Choice) or ways < 2:
        engine.spend(part)
        yield from _turned(repeat, part, engine)
        return
    sides = (rewrapped(side, whole) for side in (plain.then, plain.other))
    then, other = (tuple(_turn(side, repeat, engine, ways // 2)) for side in sides)
    yield Maybe(plain.condition, then, other)


def _turned(repeat: Repeat, part: Term, engine: Engine) -> tuple[Term, ...]:
    # The same list comes into prompts by many ways, and each of them asks for its turns.
    known = engine.turned.get((repeat.exact, part.exact))
    if known is None:
        known = tuple(map(Substitution({repeat.each: part}), repeat.items))
        engine.turned[repeat.exact, part.exact] = known
    return known


def _after(parts: tuple[Term, ...], fold: Fold, value: Term, engine: Engine, inside: int = 0) -> Term:
    if _too_far(inside, engine):
        return _TOO_DEEP
    for part in parts:
        if isinstance(part, Splat):
            value = _maybe_turned(fold, _over(fold.each, part), value)
        elif isinstance(part, Repeat):
            inner = _after(tuple(_opened(part.items, engine)), fold, value, engine, inside + 1)
            value = Choice(part.each, inner, value)
        elif isinstance(part, Maybe):
            opened = (tuple(_opened(side, engine)) for side in (part.then, part.other))
            value = Choice(part.condition, *(_after(side, fold, value, engine, inside + 1) for side in opened))
        elif not engine.exhausted():
            engine.spend(value)
            value = substituted(fold.body, {fold.carried: value, fold.each: part})
    return value


def _maybe_turned(fold: Fold, each: Term, value: Term) -> Term:
    """The value after a loop that has some turns, or none."""
    return Choice(each, substituted(fold.body, {fold.carried: value, fold.each: each}), value)


def _over(each: Term, part: Splat) -> Term:
    """The item of a loop over a part of its list."""
    assert isinstance(each, Each)
    return replace(each, over=part.value)
