"""Lists, dictionaries and texts that outlive a call, with what is added to them since."""

from __future__ import annotations

from promptlint.frozen import replace
from promptlint.languages.python.values.histories import Change
from promptlint.languages.python.values.rewriting import cat, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    HISTORY,
    NONE,
    Cat,
    Const,
    Each,
    Entry,
    Hole,
    Item,
    Map,
    Maybe,
    Op,
    Opaque,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.languages.python.values.unrolling import capped
from promptlint.layout import Volatility


def with_history(start: Term, which: str, name: str, changes: list[Change]) -> Term:
    """What was there at first, with what has been added to it since; `which` tells the list from others."""
    for change in changes:
        start = _exchanged(start, change.first) if change.first else start
    result = start
    for change in changes:
        result = filled(result, change) if isinstance(change.like, Map) else result
    if any(isinstance(change.like, Seq) for change in changes):
        added = tuple(item for change in changes for item in change.added)
        history = Hole(Volatility.SESSION, HISTORY, name, type=which, stored=added)
        result = Seq((Splat(kept(start)), Repeat(Each(0, Opaque(HISTORY)), (history,), growing=True)))
    lost = [change.cut for change in changes if change.cut is not None]
    if isinstance(first := stripped(start), Op) and first.operator == "cut":
        lost.append(first)
    return replace(lost[0], operands=(result, *lost[0].operands[1:])) if lost else result


def _exchanged(start: Term, first: tuple[Term, ...]) -> Term:
    """A list of which others may have taken the place of the first items since."""
    plain, new = stripped(start), tuple(map(kept, first))
    rest: tuple[Term, ...] = (Splat(Item(start, Op("slice", (Const(len(first)), NONE, NONE)))),)
    old: tuple[Term, ...] = (Splat(start),)
    if isinstance(plain, Seq) and not any(isinstance(i, (Splat, Repeat)) for i in plain.items[: len(first)]):
        old, rest = plain.items[: len(first)], plain.items[len(first) :]
        return Seq((Maybe(Opaque("was changed since"), new, old), *rest))
    return Seq((Maybe(Opaque("was changed since"), (*new, *rest), old),))


def kept(value: Term) -> Term:
    """A value that stays until a function is called again: nobody knows when that is, but not for each request."""
    return Via(value, "", cap=Volatility.SESSION)


def filled(start: Term, change: Change) -> Term:
    """What functions add to, whenever they are called."""
    each = Each(0, Opaque("is filled in by functions"))
    if isinstance(change.like, Cat):
        return cat(start, Cat((Repeat(each, tuple(map(kept, change.added))),)))
    if isinstance(change.like, Seq):
        added = tuple(capped(item, Volatility.SESSION) for item in change.added)
        return Seq((Splat(start), Repeat(each, added)), change.like.kind, change.like.unordered)
    added = tuple(replace(i, value=kept(i.value)) if isinstance(i, Entry) else i for i in change.added)
    plain = all(isinstance(item, Entry) and isinstance(stripped(item.key), Str) for item in added)
    changed = Maybe(Opaque("was changed since"), added, ()) if plain else Repeat(each, added)
    return Map((Splat(start), changed))
