"""What outlives a call elsewhere than in an attribute: lists of messages, one for each user, and names of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo, ModuleInfo
from promptlint.languages.python.values import attributes, classes, counting, growing, histories
from promptlint.languages.python.values.rewriting import Exchange, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Class,
    Const,
    Entry,
    Item,
    Map,
    Module,
    Op,
    Opaque,
    Param,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Confidence

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_ADD = frozenset({"append", "extend", "insert"})


def under_key(term: Item, engine: Engine) -> Term | None:
    """`self.chats[user]` where methods of the object add to such lists; None where they do not."""
    place = stripped(term.value)
    if not isinstance(place, Attr) or isinstance(stripped(term.key), (Str, Const, Op)):
        return None
    klass = _class_of(engine.head(place.value), engine)
    changes: list[histories.Change] = []
    start: Term = Seq(())
    for info in classes.lineage(klass, engine) if klass is not None else ():
        for method in info.assigned.get(place.name, ()):
            for key, value in engine.summary(method).effects.items():
                change = histories.change(key, value)
                if _is_item(key, method, place.name) and change is not None and isinstance(change.like, Seq):
                    changes.append(change)
                elif key == _attribute(method, place.name) and isinstance(stripped(value), Map):
                    start = next(_lists(stripped(value)), start)
    if klass is None or not changes:
        return None
    which = f"{klass.module.path}:{klass.name}.{place.name}"
    return growing.with_history(start, which, place.name, changes)


def changes(name: Attr, engine: Engine) -> bool:
    """Whether functions change what a name at the top of a module stands for."""
    info = engine.project.module(name.value.path) if isinstance(name.value, Module) else None
    return info is not None and name.name in info.changed


def in_module(found: Term, name: str, info: ModuleInfo, engine: Engine) -> Term:
    """What a name at the top of a module stands for, with what functions of the module make of it later."""
    functions = info.changed.get(name, ())
    if functions and isinstance(stripped(found), Seq) and name in set(_added_to(info)):
        return growing.with_history(found, f"{info.path}:{name}", name, [histories.Change(like=Seq(()))])
    if len(functions) > attributes.MOST_ALTERNATIVES:
        return Opaque(f"`{name}` is changed by more functions than we follow")
    place = Attr(Module(info.name, info.path), name)
    result = found
    for function in functions:
        summary = engine.summary(function)
        value = summary.bindings.get(name) if name in function.local else summary.effects.get(place)
        if value is not None and (number := counting.counted(place, value, Confidence.MEDIUM)):
            return number
        result = _since(place, found, value, result) if value is not None else result
    return result


def _since(place: Attr, found: Term, value: Term, result: Term) -> Term:
    """What a function leaves under a name in place of `result`, which was `found` there when the module was made."""
    change = histories.change(place, value)
    if change is not None and change.like is not None:
        return growing.filled(result, change)
    return attributes.otherwise(result, growing.kept(Exchange({place: found})(value)))


def _added_to(info: ModuleInfo) -> Iterator[str]:
    for node, function in info.calls:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=[*_, message]):
                outside = not function.is_module and name not in function.local
                if outside and attr in _ADD and _has_role(message):
                    yield name


def _has_role(message: ast.expr) -> bool:
    """Whether what is added has a role: a dictionary, or an object of whichever library."""
    if isinstance(message, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value == "role" for key in message.keys)
    return isinstance(message, ast.Call) and any(keyword.arg == "role" for keyword in message.keywords)


def _class_of(owner: Term, engine: Engine) -> ClassInfo | None:
    if isinstance(owner, Param):
        return classes.class_of(owner, engine)
    return owner.function.info if isinstance(owner, Call) and isinstance(owner.function, Class) else None


def _attribute(method: FunctionInfo, name: str) -> Attr:
    return Attr(Param(method, method.receiver or ""), name)


def _is_item(key: Term, method: FunctionInfo, name: str) -> bool:
    return isinstance(key, Item) and stripped(key.value) == _attribute(method, name)


def _lists(mapping: Term) -> Iterator[Term]:
    for item in mapping.items if isinstance(mapping, Map) else ():
        if isinstance(item, Entry) and isinstance(stripped(item.value), Seq):
            yield Seq((Splat(item.value),))
