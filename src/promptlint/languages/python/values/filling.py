"""Attributes that code elsewhere sets or changes: `agent.title = text`, `agent.memory.steps.append(step)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo
from promptlint.languages.python.values import classes, histories
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Call, Choice, Class, Param

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


@dataclass(slots=True)
class Elsewhere:
    """What code outside a class does to the attributes of its objects, as far as somebody asked."""

    filled: dict[tuple[ClassInfo, str], bool] = field(default_factory=dict)
    given: dict[tuple[ClassInfo, str], bool] = field(default_factory=dict)
    shortened: dict[tuple[ClassInfo, str], tuple[histories.Change, ...]] = field(default_factory=dict)


_ADD = ("append", "extend")
_SHORTEN = (".pop(", ".popleft(", "[", " = ")
"""What stands behind the name of a list of which items are taken off."""


def filled_elsewhere(klass: ClassInfo, name: str, engine: Engine) -> bool:
    """Whether code that can come by an object of a class adds to a list in one of its attributes.

    That it is this object is told by the name of the attribute alone.
    """
    known = engine.elsewhere.filled.get((klass, name))
    if known is None:
        paths = {path for method in _ADD for path in engine.naming(klass.module.path, f".{name}.{method}(")}
        known = engine.elsewhere.filled[klass, name] = any(_adds(path, name, engine) for path in sorted(paths))
    return known


def set_elsewhere(klass: ClassInfo, name: str, engine: Engine) -> bool:
    """Whether code that can come by an object of a class sets one of its attributes, by the name of that alone."""
    known = engine.elsewhere.given.get((klass, name))
    if known is None:
        paths = engine.naming(klass.module.path, f".{name} = ")
        known = engine.elsewhere.given[klass, name] = any(_sets(path, name, engine) for path in paths)
    return known


def _sets(path: str, name: str, engine: Engine) -> bool:
    module = engine.project.module(path)
    functions = module.all_functions if module is not None else ()
    return any(_is_set(target, function, name) for function in functions for target, _ in function.changes)


def _adds(path: str, name: str, engine: Engine) -> bool:
    module = engine.project.module(path)
    return module is not None and any(_is_added_to(node, function, name) for node, function in module.calls)


def _is_added_to(node: ast.Call, function: FunctionInfo, name: str) -> bool:
    match node.func:
        case ast.Attribute(attr=method, value=ast.Attribute(attr=attribute, value=owner)):
            own = isinstance(owner, ast.Name) and owner.id == function.receiver
            return method in _ADD and attribute == name and not own
    return False


def shortened_elsewhere(klass: ClassInfo, name: str, engine: Engine) -> tuple[histories.Change, ...]:
    """How code that holds an object of a class takes items off a list in one of its attributes."""
    known = engine.elsewhere.shortened.get((klass, name))
    if known is None:
        engine.elsewhere.shortened[klass, name] = ()  # for whoever asks again while that is looked for
        paths = {path for way in _SHORTEN for path in engine.naming(klass.module.path, f".{name}{way}")}
        found = (change for path in sorted(paths) for change in _shortened_in(path, klass, name, engine))
        known = engine.elsewhere.shortened[klass, name] = tuple(found)
    return known


def _shortened_in(path: str, klass: ClassInfo, name: str, engine: Engine) -> Iterator[histories.Change]:
    module = engine.project.module(path)
    for function in module.all_functions if module is not None else ():
        if any(_is_set(target, function, name) for target, _ in function.changes):
            for place, value in engine.summary(function).effects.items():
                change = histories.change(place, value) if isinstance(place, Attr) and place.name == name else None
                if change is not None and change.cut is not None and _is_of(klass, place.children()[0], engine):
                    yield histories.Change(cut=change.cut)


def _is_set(target: ast.expr, function: FunctionInfo, name: str) -> bool:
    own = isinstance(target, ast.Attribute) and getattr(target.value, "id", None) == function.receiver
    return isinstance(target, ast.Attribute) and target.attr == name and not own


def _is_of(klass: ClassInfo, owner: Term, engine: Engine) -> bool:
    """Whether a value is an object of a class, or of one that inherits from it, if only in one of several ways."""
    value = engine.head(owner)
    if isinstance(value, Choice):
        return _is_of(klass, value.then, engine) or _is_of(klass, value.other, engine)
    info = classes.class_of(value, engine) if isinstance(value, Param) else None
    if isinstance(value, Call) and isinstance(value.function, Class):
        info = value.function.info
    return info is not None and klass in classes.lineage(info, engine)
