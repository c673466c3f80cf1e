"""What methods which change a list or dictionary in place leave it as."""

from __future__ import annotations

from promptlint.frozen import replace
from promptlint.languages.python.bodies.states import State
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.values import backwards, cuts
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Const,
    Entry,
    Item,
    Map,
    Maybe,
    Op,
    Repeat,
    Seq,
    Splat,
    Str,
)

SHORTENERS = frozenset({"pop", "popleft", "del"})
"""What takes an item off."""


def mutated(
    content: Term, method: str, arguments: tuple[Term, ...], keywords: tuple[Term, ...], state: State, at: Place
) -> Term | None:
    """The content after the call at a place; None when it cannot have changed anything that matters."""
    plain = stripped(content)
    if method in ("append", "add") and len(arguments) == 1:
        return _extended(content, plain, arguments)
    if method == "extend" and len(arguments) == 1:
        return _extended(content, plain, (Splat(state.snapshot(arguments[0])),))
    if method in ("insert", "appendleft") and arguments:
        return _inserted(content, plain, arguments)
    if method == "update" and (arguments or keywords):
        added = tuple(Splat(state.snapshot(argument)) for argument in arguments)
        is_set = isinstance(plain, Seq) and not keywords
        return _extended(content, plain, added) if is_set else _updated(content, (*added, *keywords))
    if method == "[]=":
        entry = arguments[0]
        if not isinstance(entry, Entry):
            return Seq((entry,)) if isinstance(entry, Splat) else entry
        return _replaced(content, plain, entry)
    if method == "setdefault" and len(arguments) == 2:
        return Map((Entry(arguments[0], arguments[1]), *_items_of(content)))
    if method == "reverse":
        return replace(plain, items=backwards.flipped(plain.items)) if isinstance(plain, Seq) else None
    if method == "sort":
        return Seq((Splat(Op("sorted", (content,))),))
    if method == "clear":
        return Map(()) if isinstance(plain, Map) else Seq(())
    if method == "pop" and isinstance(plain, Map) and arguments:
        return _without(plain, arguments[0])
    if method == "popleft" or (method in ("pop", "del") and arguments):
        return _shortened(content, plain, arguments[0] if arguments else Const(0), at)
    return None


def _extended(content: Term, plain: Term, items: tuple[Term, ...]) -> Term:
    if isinstance(plain, Seq):
        return Seq((*plain.items, *items), plain.kind, plain.unordered, at=plain.at)
    return Seq((Splat(content), *items))


def _inserted(content: Term, plain: Term, arguments: tuple[Term, ...]) -> Term:
    item = arguments[-1]
    index = stripped(arguments[0]) if len(arguments) == 2 else Const(0)
    items = plain.items if isinstance(plain, Seq) else (Splat(content),)
    kind = plain.kind if isinstance(plain, Seq) else "list"
    if isinstance(index, Const) and isinstance(index.value, int) and not any(isinstance(i, Splat) for i in items):
        at = index.value if index.value >= 0 else len(items) + index.value
        return Seq((*items[:at], item, *items[at:]), kind)
    if isinstance(index, Const) and index.value == 0:
        return Seq((item, *items), kind)
    return Seq((*items, item), kind)


def _shortened(content: Term, plain: Term, key: Term, at: Place) -> Term | None:
    """A list without one of its items, or without some of the first."""
    index = stripped(key)
    if isinstance(plain, Map):
        return _without(plain, key)
    if isinstance(index, Op) and index.operator == "slice":
        first, end, step = index.operands
        rest = Item(content, Op("slice", (end, NONE, step)), at=at)
        return cuts.shortened(rest) if stripped(first) in (NONE, Const(0), Const(1)) else None
    if not isinstance(index, Const) or not isinstance(index.value, int) or index.value < 0:
        return None
    items = plain.items if isinstance(plain, Seq) else (Splat(content),)
    before = items[: index.value + 1]
    if isinstance(plain, Seq) and len(before) > index.value and not any(_many(item) for item in before):
        return Seq((*items[: index.value], *items[index.value + 1 :]), plain.kind, at=plain.at)
    return cuts.cut(content, at) if index.value <= 2 else None


def _many(item: Term) -> bool:
    return isinstance(item, (Splat, Repeat, Maybe))


def _updated(content: Term, added: tuple[Term, ...]) -> Term:
    """A mapping with further entries: under a key that is there already, another value takes its place."""
    for item in added:
        inner = stripped(item.value) if isinstance(item, Splat) else None
        for entry in inner.items if isinstance(inner, Map) else (item,):
            if isinstance(entry, Entry):
                content = _replaced(content, stripped(content), entry)
            else:
                content = Map((*_items_of(content), entry))
    return content


def _items_of(content: Term) -> tuple[Term, ...]:
    plain = stripped(content)
    return plain.items if isinstance(plain, Map) else (Splat(content),)


def _replaced(content: Term, plain: Term, entry: Entry) -> Term:
    key = stripped(entry.key)
    if isinstance(key, Const) and isinstance(key.value, int) and not isinstance(plain, Map):
        return _exchanged(content, plain, key.value, entry)
    if isinstance(plain, Seq):
        return Seq((Op("changed", (plain, entry.value)),))
    items = _items_of(content)
    if isinstance(key, Str):
        for i, item in enumerate(items):
            # A key that is there already keeps its place.
            here = isinstance(item, Entry) and stripped(item.key) == key
            if here and not any(_may_hold(later, key) for later in items[i + 1 :]):
                return Map((*items[:i], entry, *items[i + 1 :]))
    return Map((*items, entry))


def _may_hold(item: Term, key: Str) -> bool:
    """Whether an item of a mapping may be, or hold, one under a key."""
    if isinstance(item, Maybe):
        return any(_may_hold(part, key) for part in (*item.then, *item.other))
    return not isinstance(item, Entry) or stripped(item.key) == key


def _exchanged(content: Term, plain: Term, index: int, entry: Entry) -> Term:
    """A list in which another item has taken the place of one."""
    if isinstance(plain, Seq) and -len(plain.items) <= index < len(plain.items):
        at = index % len(plain.items)
        passed = plain.items[at:] if index < 0 else plain.items[: at + 1]
        if not any(map(_many, passed)):
            return Seq((*plain.items[:at], entry.value, *plain.items[at + 1 :]), plain.kind, at=plain.at)
    before = Splat(_slice(content, NONE, Const(index), entry)) if index else None
    behind = Splat(_slice(content, Const(index + 1), NONE, entry)) if index != -1 else None
    return Seq(tuple(item for item in (before, entry.value, behind) if item is not None))


def _slice(content: Term, first: Term, end: Term, entry: Entry) -> Item:
    return Item(content, Op("slice", (first, end, NONE)), at=entry.at)


def _without(plain: Map, key: Term) -> Term:
    kept = tuple(i for i in plain.items if not (isinstance(i, Entry) and stripped(i.key) == stripped(key)))
    return Map(kept, at=plain.at)
