"""Which parameter gets which argument of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Const,
    Entry,
    Func,
    Item,
    Map,
    Op,
    Opaque,
    Param,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_PLAIN = (Param, Attr)


def bound(function: Func, call: Call, engine: Engine) -> dict[Term, Term]:
    """Parameter → argument, for substitution; what the function sees of enclosing functions included."""
    info = function.info
    values: dict[Term, Term] = {}
    for entry in function.captured:
        assert isinstance(entry, Entry)
        assert isinstance(entry.key, Str)
        values[Param(info, entry.key.value)] = entry.value
    given = arguments(info, call, engine, function.receiver)
    for name, value in given.items():
        values[Param(info, name)] = _stepped(value, name, info, call)
    return values


def _stepped(value: Term, name: str, info: FunctionInfo, call: Call) -> Term:
    if name == info.receiver or isinstance(value, (Param, Opaque)):
        return value
    return Via(value, f"argument `{name}` of `{info.qualname}`", at=call.at)


def arguments(info: FunctionInfo, call: Call, engine: Engine, receiver: tuple[Term, ...] = ()) -> dict[str, Term]:
    """Parameter name → the term it gets: an argument, or its default."""
    positional = [*receiver, *_spread(call.arguments, engine)]
    found: dict[str, Term] = {}
    names = info.positional
    for name, value in zip(names, positional, strict=False):
        if isinstance(value, Splat):
            break
        found[name] = value
    before = len(found)
    rest = positional[before:]
    taken = {item.key.value for item in call.keywords if isinstance(item, Entry) and isinstance(item.key, Str)}
    splats = [item for item in call.keywords if isinstance(item, Splat)]
    a = info.arguments
    if a is None:
        return found
    for name in (*names, *(p.arg for p in a.kwonlyargs)):
        if name not in found:
            found[name] = _named(info, name, call, splats, (before, rest), engine)
    if a.vararg:
        found[a.vararg.arg] = Seq(tuple(rest), "tuple")
    if a.kwarg:
        known = set(info.parameters)
        extra = [
            i for i in call.keywords if not (isinstance(i, Entry) and isinstance(i.key, Str) and i.key.value in known)
        ]
        found[a.kwarg.arg] = Map(tuple(_without(item, known & set(found) - taken) for item in extra))
    return found


def _without(item: Term, names: set[str]) -> Term:
    """Keywords passed on with `**`, less those which a parameter of their own takes."""
    if isinstance(item, Splat) and names:
        return Splat(Op("without", (item.value, *(Str(name) for name in sorted(names)))))
    return item


def _named(
    info: FunctionInfo, name: str, call: Call, splats: list[Splat], unbound: tuple[int, list[Term]], engine: Engine
) -> Term:
    """What a parameter gets that is not given by its place: `unbound` are the arguments from a place on."""
    before, rest = unbound
    value = call.keyword(name)
    if value is not None:
        return value
    default = default_of(info, name, engine)
    for splat in splats:
        default = Item(splat.value, Op("key or", (Str(name), default)))
    if any(isinstance(item, Splat) for item in rest) and name in info.positional:
        place = info.positional.index(name) - before
        return Item(Seq(tuple(rest), "tuple"), Op("index or", (Const(place), default, Str(name))), at=call.at)
    return default


def default_of(info: FunctionInfo, name: str, engine: Engine) -> Term:
    """The default of a parameter, made when the module was imported."""
    node = info.defaults.get(name)
    if node is None:
        return Opaque(f"`{name}` is not passed")
    value = engine.evaluated(node, info.module)
    return Via(value, f"default of `{name}`", at=info.module.place(node), cap=Volatility.DEPLOYMENT)


def _spread(given: tuple[Term, ...], engine: Engine) -> list[Term]:
    found: list[Term] = []
    for item in given:
        items = engine.items(item.value) if isinstance(item, Splat) else None
        if items is None:
            found.append(item)
        else:
            found.extend(items)
    return found


def keyword_map(call: Call) -> Map:
    """The keywords of a call as a mapping."""
    return Map(call.keywords, at=call.at)
