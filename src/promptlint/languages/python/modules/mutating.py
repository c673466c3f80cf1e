"""What nodes of a body change in place, or set where others see it: attributes, items, names of the module."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

MUTATORS = frozenset((
    "append", "extend", "insert", "update", "add", "appendleft", "setdefault", "clear", "pop", "popleft", "remove",
    "reverse", "sort",
))  # fmt: skip


def changed_in_place(node: ast.AST) -> tuple[ast.expr | None, str]:
    """What a node sets, or adds to by a method; and that method, `[]=` or `+=`, empty where it is only set."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node, ""
    if isinstance(node, ast.AugAssign):
        return node.target, "+="
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return node.value, "[]="
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        return node.func.value, node.func.attr
    return None, ""


def changed_attributes(nodes: Iterable[ast.AST], owner: str | None) -> Iterator[str]:
    """Attributes of an object, by the name that holds it, which are assigned, or of which a mutator is called."""
    for node in nodes:
        target = _whole(changed_in_place(node)[0])
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == owner:
            yield target.attr


def changed_names(nodes: Collection[ast.AST], local: Collection[str]) -> Iterator[str]:
    """Names from outside a body which it sets as a `global`, or what they hold. `local` are the names that it binds."""
    outer = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    yield from outer
    for node in nodes:
        target, method = changed_in_place(node)
        whole = _whole(target)
        if method and isinstance(whole, ast.Name) and (whole.id in outer or whole.id not in local):
            yield whole.id


def _whole(target: ast.expr | None) -> ast.expr | None:
    """What holds the item that is changed."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target
