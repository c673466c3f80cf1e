"""Cache markers that a call leaves on objects which outlive it, each time on another one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from promptlint.languages.python.bodies.summaries import CallRecord
from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.sites.handed import Handed
from promptlint.languages.python.sites.markers import Marks, names
from promptlint.languages.python.sites.mentions import only_written
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Choice,
    Const,
    Each,
    Entry,
    Global,
    Item,
    Map,
    Maybe,
    Op,
    Param,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Confidence
from promptlint.request import Left

MOST_TERMS = 500
"""Parts of what a function leaves, or hands over, that are looked at."""
_ADD = ("append", "extend", "insert", "+=")
_TAKE = ("pop", "popleft", "remove", "clear")
_JOINS = ("all", "any", "and", "or", "not", "is", "is not")


def left(marks: Marks, functions: Iterable[Handed], engine: Engine) -> Iterator[Left]:
    """The markers that functions leave on the newest item of a list in an attribute, and that nothing takes off."""
    key = marks.marker.key if marks.marker is not None else ""
    for info in dict.fromkeys(function.info for function in functions):
        effects = engine.summary(info).effects
        for place, content in effects.items():
            whole, added = _list_of(place), _adds_to(place, content)
            if whole is None or not (added or _newest(place)):
                continue
            message = added or _inside(place) or _adds_to(whole, effects.get(whole, whole))
            for entry, within in entries(content, partial(_same, effects)):
                if not names(entry.key, key) or _looked_for(key, whole.name, entry.key.at, engine):
                    continue
                mark = marks.breakpoint(entry.value)
                if mark is not None and not mark.optional:
                    sure = message or within or _comes_and_goes(whole.name, info.module, engine)
                    yield Left(mark, Confidence.MEDIUM if sure else Confidence.LOW)


# --- what is left -----------------------------------------------------------------------------------------------------


def _list_of(place: Term) -> Attr | None:
    """The list in an attribute that a place is in, or is."""
    inside = stripped(place)
    while isinstance(inside, Item):
        inside = stripped(inside.value)
    return inside if isinstance(inside, Attr) else None


def _newest(place: Term) -> bool:
    inside = stripped(place)
    return isinstance(inside, Item) and isinstance(key := stripped(inside.key), Const) and key.value == -1


def _inside(place: Term) -> bool:
    """Whether a place is within an item of a list, and not one itself."""
    inside = stripped(place)
    return isinstance(inside, Item) and isinstance(stripped(inside.value), Item)


def _adds_to(place: Term, content: Term) -> bool:
    plain = stripped(content)
    return isinstance(plain, Seq) and plain.items[:1] == (Splat(place),)


def entries(content: Term, taken: Callable[[Term, bool], bool]) -> Iterator[tuple[Entry, bool]]:
    """The entries of what is left at a place, each with whether it stands within another one.

    Of what is left in one of two ways: where it is `taken`, by its condition and whether that holds.
    """
    stack = [(content, False)]
    for _ in range(MOST_TERMS):
        if not stack:
            return
        at, within = stack.pop()
        at = stripped(at)
        if isinstance(at, Entry):
            yield at, within
            stack.append((at.value, True))
        elif isinstance(at, Choice):
            stack += [
                (side, within) for side, holds in ((at.then, True), (at.other, False)) if taken(at.condition, holds)
            ]
        elif isinstance(at, Maybe):
            sides = ((at.then, True), (at.other, False))
            stack += [(item, within) for items, holds in sides if taken(at.condition, holds) for item in items]
        elif isinstance(at, (Map, Seq)):
            stack += [(item, within) for item in at.items]


def _same(changed: Collection[Term], condition: Term, _: bool) -> bool:
    return settled(condition, changed)


def settled(condition: Term, changed: Collection[Term]) -> bool:
    """Whether a condition only asks what is there, or a setting: nothing that is counted, or `changed` by the call."""
    stack = [condition]
    for _ in range(MOST_TERMS):
        if not stack:
            return True
        at = stripped(stack.pop())
        if isinstance(at, Op) and at.operator == "==" and any(isinstance(stripped(o), Str) for o in at.operands):
            stack += at.operands
        elif (isinstance(at, Op) and at.operator in _JOINS) or isinstance(at, Choice):
            stack += at.children()
        elif at in changed or not isinstance(at, (Attr, Param, Global, Str, Const)):
            return False
    return False


# --- whether it stays -------------------------------------------------------------------------------------------------


def _looked_for(key: str, name: str, written: Place, engine: Engine) -> bool:
    """Whether code looks for markers in a list of some name, or takes them off, in the module that writes one.

    It comes by the list under its name, or is handed it.
    """
    module = engine.project.module(written.path)
    if module is None:
        return True
    looking = {function for function in module.all_functions if not only_written(function.node, key)}
    looking.discard(module.body)
    if not looking:
        return not only_written(module.tree, key)
    if any(_speaks_of(function, name) for function in looking):
        return True
    records = [record for function in module.all_functions for record in engine.summary(function).calls]
    called = {_name(function) for function in looking}
    while True:
        handed = [record for record in records if _called(record) in called]
        if any(_leads_to(argument, name) for record in handed for argument in record.call.children()):
            return True
        further = {_name(r.function) for r in handed if any(_leads_to(a, "") for a in r.call.arguments)}
        if further <= called:
            return False
        called |= further


def _name(function: FunctionInfo) -> str:
    return getattr(function.node, "name", "")


def _called(record: CallRecord) -> str:
    return last_name(record.node.func) if isinstance(record.node, ast.Call) else ""


def _speaks_of(function: FunctionInfo, name: str) -> bool:
    return name in function.parameters or any(last_name(node) == name for node in function.nodes)


def _leads_to(argument: Term, name: str) -> bool:
    """Whether what is handed over is an attribute of a name, or a part of one; without a name: of a parameter."""
    stack = [argument]
    for _ in range(MOST_TERMS):
        if not stack:
            return False
        at = stripped(stack.pop())
        if isinstance(at, Attr):
            if name and at.name == name:
                return True
        elif isinstance(at, Param):
            if not name:
                return True
        else:
            stack += [at.over] if isinstance(at, Each) else [*at.children()]
    return True


# --- whether the list changes -----------------------------------------------------------------------------------------


def _comes_and_goes(name: str, home: ModuleInfo, engine: Engine) -> bool:
    """Whether code around adds to a list of some name, and takes off it, after its object was made."""
    modules = (engine.project.module(path) for path in engine.naming(home.path, name))
    every = [f for module in modules if module is not None for f in module.all_functions if _name(f) != "__init__"]
    ways = {way for function in every for way in _ways(function, name)}
    return not ways.isdisjoint(_ADD) and not ways.isdisjoint(_TAKE)


def _ways(function: FunctionInfo, name: str) -> Iterator[str]:
    """How a function changes the lists of a name."""
    yield from (way for target, way in function.changes if isinstance(target, ast.Attribute) and target.attr == name)
    for node in function.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.ListComp):
            source = node.value.generators[0].iter
            if any(isinstance(t, ast.Attribute) and t.attr == name for t in node.targets) and last_name(source) == name:
                yield "remove"
