"""What nodes of a body change in place, or set where others see it: attributes, items, names of the module."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

MUTATORS = frozenset((
    "append", "extend", "insert", "update", "add", "appendleft", "setdefault", "clear", "pop", "popleft", "remove",
    "reverse", "sort",
))  # fmt: skip

Changed = tuple[ast.expr, str]
"""What is set, or added to by a method; and that method, `[]=` or `+=`, empty where it is only set."""
_CHANGING = frozenset({ast.Attribute, ast.AugAssign, ast.Call, ast.Subscript})


def changed_in_place(nodes: Iterable[ast.AST]) -> Iterator[Changed]:
    """What nodes set or add to, in their order."""
    for node in nodes:
        if node.__class__ not in _CHANGING:
            continue
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Store):
                yield node, ""
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                yield node.func.value, node.func.attr
        elif isinstance(node, ast.Subscript):
            if not isinstance(node.ctx, ast.Load):
                yield node.value, "[]="
        elif isinstance(node, ast.AugAssign):
            yield node.target, "+="


def changed_attributes(changes: Iterable[Changed], owner: str | None) -> Iterator[str]:
    """Attributes of an object, by the name that holds it, which are assigned, or of which a mutator is called."""
    for target, _ in changes:
        place = whole(target)
        if isinstance(place, ast.Attribute) and isinstance(place.value, ast.Name) and place.value.id == owner:
            yield place.attr


def whole(target: ast.expr) -> ast.expr:
    """What holds the item that is changed."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def root(target: ast.expr) -> ast.expr:
    """What holds the object that is changed, however deep inside."""
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        target = target.value
    return target
