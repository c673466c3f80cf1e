"""Operators and subscripts, and what is known to be true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.values import backwards, clocks, conversations, counting, files, formats
from promptlint.languages.python.values.rewriting import cat, is_text, rewrapped, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Choice,
    Class,
    Const,
    Each,
    Entry,
    Func,
    Global,
    Hole,
    Item,
    Map,
    Maybe,
    Module,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_KNOWN = (Str, Const, Seq, Map, Func, Class, Module)


def reduced(term: Op, engine: Engine) -> Term | None:
    """The value of an operator; None when its operands do not tell it."""
    if term.operator in ("not", "is", "is not", "==", "!=", "in", "not in", "all", "isinstance"):
        decided = engine.truth(term)
        return None if decided is None else Const(decided, at=term.at)
    if term.operator == "+":
        return _plus(term, engine)
    if term.operator == "-":
        return _counted([engine.head(operand) for operand in term.operands], term)
    if term.operator == "%":
        return formats.percent(term, engine)
    if term.operator == "*":
        return _times(term, engine)
    if term.operator == "|":
        return _union(term, engine)
    if term.operator == "/":
        return _slash(term, engine)
    if term.operator == "enter":
        return _entered(term, engine)
    if term.operator == "sorted":
        return ordered(term.operands[0], engine)
    if term.operator == "without":
        return _without(term, engine)
    return None


def _plus(term: Op, engine: Engine) -> Term | None:
    left, right = (engine.reduced(operand) for operand in term.operands)
    a, b = stripped(left), stripped(right)
    if is_text(a) or is_text(b):
        return cat(left, right)
    if isinstance(a, Choice) and is_text(whole := engine.text(left)):
        return cat(whole, right)
    if isinstance(a, Seq) or isinstance(b, Seq):
        like = a if isinstance(a, Seq) else b
        assert isinstance(like, Seq)
        return Seq((*_items(left), *_items(right)), like.kind, at=term.at)
    return _counted([a, b], term)


def _counted(operands: list[Term], term: Op) -> Term | None:
    return clocks.computed(operands, term) or counting.computed(operands, term)


def _items(term: Term) -> tuple[Term, ...]:
    return term.items if isinstance(term, Seq) and not term.unordered else (Splat(term),)


def _times(term: Op, engine: Engine) -> Term | None:
    a, b = (engine.head(operand) for operand in term.operands)
    if isinstance(a, Const):
        a, b = b, a
    if isinstance(b, Const) and isinstance(b.value, int) and 0 <= b.value <= 10_000:
        if isinstance(a, Str) and len(a.value) * b.value <= 1_000_000:
            return Str(a.value * b.value, at=a.at)
        if isinstance(a, Seq) and b.value <= 100:
            return Seq(a.items * b.value, a.kind, a.unordered, at=a.at)
    return None


def _union(term: Op, engine: Engine) -> Term | None:
    left, right = (engine.reduced(operand) for operand in term.operands)
    a, b = stripped(left), stripped(right)
    if isinstance(a, Map) and isinstance(b, Call) and _is_form(b, engine):
        return None
    if isinstance(a, Map) or isinstance(b, Map):
        return Map((Splat(left), Splat(right)), at=term.at)
    for side in (a, b):
        if isinstance(side, Seq) and (side.kind == "set" or side.unordered):
            return Seq((Splat(left), Splat(right)), "set", at=term.at)
        if isinstance(side, Call) and isinstance(side.function, Class):
            return None
    return None


def _is_form(call: Call, engine: Engine) -> bool:
    """Whether a call makes a prompt with places in it: then `|` makes a chain."""
    function = stripped(call.function)
    name = function.name if isinstance(function, Global) else ""
    return name in engine.models.forms or name.rpartition(".")[0] in engine.models.forms


def _slash(term: Op, engine: Engine) -> Term | None:
    left, right = (engine.head(operand) for operand in term.operands)
    return files.slash(left, right, term.at)


def _entered(term: Op, engine: Engine) -> Term | None:
    """What `with value as x` binds: of a generator the first thing it yields, else the value itself."""
    value = engine.reduced(term.operands[0])
    plain = stripped(value)
    if isinstance(plain, Seq) and plain.kind == "generator" and plain.items:
        return rewrapped(plain.items[0], value)
    return value


def ordered(value: Term, engine: Engine) -> Term | None:
    """A sequence in a fixed order; None when it is not known to be one."""
    value = engine.reduced(value)
    plain = stripped(value)
    if isinstance(plain, Seq):
        items = tuple(_ordered_item(item, engine) for item in plain.items)
        return rewrapped(Seq(items, "list", at=plain.at), value)
    return None


def _ordered_item(item: Term, engine: Engine) -> Term:
    if isinstance(item, Splat):  # a list may be made of itself: it is put in order when somebody looks into it
        return Splat(Op("sorted", (item.value,)))
    if isinstance(item, Repeat) and isinstance(item.each, Each):
        over = ordered(item.each.over, engine)
        return item if over is None else Repeat(Op("sorted items", (item.each, over)), item.items)
    return item


def _without(term: Op, engine: Engine) -> Term | None:
    value = engine.head(term.operands[0])
    if not isinstance(value, Map):
        return None
    dropped = {key.value for key in term.operands[1:] if isinstance(key, Str)}
    kept: list[Term] = []
    for item in value.items:
        if isinstance(item, Splat):
            kept.append(Splat(Op("without", (item.value, *term.operands[1:]))))
        elif not (isinstance(item, Entry) and isinstance(stripped(item.key), Str) and _text(item.key) in dropped):
            kept.append(item)
    return Map(tuple(kept), at=value.at)


def _text(term: Term) -> str:
    plain = stripped(term)
    return plain.value if isinstance(plain, Str) else ""


# --- subscripts -------------------------------------------------------------------------------------------------------


def item(value: Term, term: Item, engine: Engine) -> Term | None:
    """`value[key]`; None when it cannot be told."""
    key = engine.head(term.key)
    default: Term | None = None
    if isinstance(key, Op) and key.operator == "key or":
        name, default = key.operands
        key = stripped(name)
    if isinstance(value, Map):
        return entry(value, key, default, engine)
    if isinstance(value, Seq) and isinstance(key, Op) and key.operator == "index or":
        return _unpacked(value, key, engine)
    if isinstance(value, Seq):
        return _indexed(value, key, term, engine)
    if isinstance(value, Hole):
        return clocks.part_of(value, term.at)
    if isinstance(value, Opaque):
        return default or value
    if isinstance(value, Global):
        return engine_source(value.name, term, engine)
    if isinstance(value, Param) and isinstance(key, Str):
        return conversations.field(value, key.value, engine)
    return None


def engine_source(name: str, term: Term, engine: Engine) -> Term | None:
    """What is known of a value outside the project, such as `os.environ[…]`."""
    source = engine.models.varies.get(name)
    return clocks.hole(source, term) if source else None


def entry(value: Map, key: Term, default: Term | None, engine: Engine) -> Term | None:
    """The value under a key: of the last entry which has it. None when an unknown key may be the one."""
    for i in range(len(value.items) - 1, -1, -1):
        item = value.items[i]
        rest = Map(value.items[:i])
        if isinstance(item, Entry):
            own = engine.head(item.key)
            if own == key:
                return item.value
            if not isinstance(own, (Str, Const)) or not isinstance(key, (Str, Const)):
                return Choice(Op("==", (own, key)), item.value, Item(rest, Op("key or", (key, default or NONE))))
        elif isinstance(item, Splat):
            inner = engine.head(item.value)
            if isinstance(inner, Map) and not _may_hold(inner.items, key, engine):
                continue
            missing = Item(rest, Op("key or", (key, default or Opaque("is a key we do not see"))))
            return Item(item.value, Op("key or", (key, missing)))
        elif isinstance(item, Maybe):
            if not _may_hold((*item.then, *item.other), key, engine):
                continue
            then = Item(Map((*rest.items, *item.then)), Op("key or", (key, default or NONE)))
            other = Item(Map((*rest.items, *item.other)), Op("key or", (key, default or NONE)))
            return Choice(item.condition, then, other)
        elif isinstance(item, Repeat):
            turns = engine.turns(item)
            if turns is not None:
                return Item(Map((*rest.items, *turns)), Op("key or", (key, default or NONE)))
            copied = _copied_mapping(item, engine)
            if copied is not None:
                missing = Item(rest, Op("key or", (key, default or NONE)))
                return Item(copied, Op("key or", (key, missing)))
            put = item.items[0] if len(item.items) == 1 else None
            if isinstance(put, Entry) and _may_hold(item.items, key, engine):
                # It is that of the loop where no other one is known.
                default = Choice(item.each, put.value, default or Opaque("is a key we do not see"))
    return default


def _may_hold(items: tuple[Term, ...], key: Term, engine: Engine) -> bool:
    """Whether some of the entries may be the one under a key."""
    for item in items:
        if isinstance(item, Maybe):
            if _may_hold((*item.then, *item.other), key, engine):
                return True
        elif not isinstance(item, Entry) or not isinstance(own := engine.head(item.key), (Str, Const)) or own == key:
            return True
    return False


def _copied_mapping(item: Repeat, engine: Engine) -> Term | None:
    """The mapping that `{k: v for k, v in mapping.items() if …}` copies."""
    over = engine.head(item.each.over) if isinstance(item.each, Each) else None
    if isinstance(over, Call) and isinstance(stripped(over.function), Attr):
        method = stripped(over.function)
        if isinstance(method, Attr) and method.name == "items":
            return method.value
    return None


def _unpacked(value: Seq, key: Op, engine: Engine) -> Term | None:
    """What a place gets of arguments passed with `*`; what it gets else, where they are fewer."""
    place, default, _ = key.operands
    items = engine.items(value)
    if items is None or not isinstance(place, Const) or not isinstance(place.value, int):
        return None
    return items[place.value] if place.value < len(items) else default


def _indexed(value: Seq, key: Term, term: Item, engine: Engine) -> Term | None:
    items = value.items
    if isinstance(key, Const) and isinstance(key.value, int):
        steps = items if key.value >= 0 else tuple(reversed(items))
        at = key.value if key.value >= 0 else -key.value - 1
        for i, found in enumerate(steps):
            if isinstance(found, Splat):
                inner = engine.head(found.value)
                if i == at and not isinstance(inner, Seq):
                    return Item(found.value, Const(key.value if key.value < 0 else key.value - i))
                return None
            if isinstance(found, Maybe) and i == at == 0 and len(found.then) == len(found.other) == 1:
                return Choice(found.condition, *(Item(Seq(side), key) for side in (found.then, found.other)))
            if isinstance(found, (Repeat, Maybe)):
                return None
            if i == at:
                return found
        return Opaque("is an item we do not see")
    if isinstance(key, Op) and key.operator == "slice":
        return sliced(value, key)
    return None


def sliced(value: Seq, key: Op) -> Term | None:
    """A slice of a sequence whose first items are known."""
    low, high, step = (stripped(end) for end in key.operands)
    if low == high == NONE and step in backwards.BACKWARDS:
        return replace(value, items=backwards.flipped(value.items))
    if not (isinstance(low, Const) and isinstance(high, Const) and step == NONE):
        return None
    start, end = low.value, high.value
    if not isinstance(start, (int, type(None))) or not isinstance(end, (int, type(None))):
        return None
    # What is cut off in front must be known item by item; a whole list or nothing must be known to cut at its end.
    counted = value.items[:start] if start is not None and start > 0 and end is None else value.items
    if any(isinstance(item, (Splat, Repeat, Maybe)) for item in counted):
        return None
    return replace(value, items=value.items[start:end])
