"""Lists of messages that outlive a call, elsewhere than in an attribute: one for each user, or one in a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo, ModuleInfo
from promptlint.languages.python.values import attributes, histories
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Class,
    Const,
    Entry,
    Item,
    Map,
    Op,
    Param,
    Seq,
    Splat,
    Str,
)

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
    for info in attributes.lineage(klass, engine) if klass is not None else ():
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
    return attributes.with_history(start, which, place.name, changes)


def in_module(found: Term, name: str, info: ModuleInfo) -> Term:
    """A list at the top of a module, with what its functions add to it, where that is messages."""
    if not isinstance(stripped(found), Seq) or name not in set(_added_to(info)):
        return found
    return attributes.with_history(found, f"{info.path}:{name}", name, [histories.Change(like=Seq(()))])


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
        return attributes.class_of(owner, engine)
    return owner.function.info if isinstance(owner, Call) and isinstance(owner.function, Class) else None


def _attribute(method: FunctionInfo, name: str) -> Attr:
    return Attr(Param(method, method.receiver or ""), name)


def _is_item(key: Term, method: FunctionInfo, name: str) -> bool:
    return isinstance(key, Item) and stripped(key.value) == _attribute(method, name)


def _lists(mapping: Term) -> Iterator[Term]:
    for item in mapping.items if isinstance(mapping, Map) else ():
        if isinstance(item, Entry) and isinstance(stripped(item.value), Seq):
            yield Seq((Splat(item.value),))
