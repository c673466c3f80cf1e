"""Lists in attributes that code elsewhere adds to: `agent.memory.steps.append(step)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_ADD = ("append", "extend")


def filled_elsewhere(klass: ClassInfo, name: str, engine: Engine) -> bool:
    """Whether code that can come by an object of a class adds to a list in one of its attributes.

    That it is this object is told by the name of the attribute alone.
    """
    known = engine.filled.get((klass, name))
    if known is None:
        paths = {path for method in _ADD for path in engine.naming(klass.module.path, f".{name}.{method}(")}
        known = engine.filled[klass, name] = any(_adds(path, name, engine) for path in sorted(paths))
    return known


def _adds(path: str, name: str, engine: Engine) -> bool:
    module = engine.project.module(path)
    return module is not None and any(_is_added_to(node, function, name) for node, function in module.calls)


def _is_added_to(node: ast.Call, function: FunctionInfo, name: str) -> bool:
    match node.func:
        case ast.Attribute(attr=method, value=ast.Attribute(attr=attribute, value=owner)):
            own = isinstance(owner, ast.Name) and owner.id == function.receiver
            return method in _ADD and attribute == name and not own
    return False
