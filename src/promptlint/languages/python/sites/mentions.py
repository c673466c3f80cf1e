"""Where source text names a key: to write it into a dictionary, or to do something else with it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from promptlint.languages.python.modules.syntax import all_nodes, children


def mentions(tree: ast.AST, key: str, aside: Collection[str] = ()) -> Iterator[ast.AST]:
    """All nodes that name a key, as a text or as the name of an argument.

    But not in what is put under one of the names `aside`, in a dictionary or among the arguments of a call.
    """
    left_out: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in left_out:
            continue
        named = node.value if isinstance(node, ast.Constant) else node.arg if isinstance(node, ast.keyword) else None
        if named == key:
            yield node
        left_out.update(id(value) for name, value in _put(node) if name in aside)
        stack += reversed([*children(node)])


def _put(node: ast.AST) -> Iterator[tuple[object, ast.expr | None]]:
    """What a node puts under names: of arguments, of keys, of an item that is assigned."""
    if isinstance(node, ast.keyword):
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield getattr(key, "value", None), value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield getattr(target.slice, "value", None), node.value


def only_written(tree: ast.AST, key: str) -> bool:
    """Whether a key is only written: nothing looks for it, and nothing takes it off."""
    return not any(True for _ in looks(tree, key))


def looks(tree: ast.AST, key: str) -> Iterator[ast.AST]:
    """The nodes that name a key to look for it, or to take it off."""
    written = {id(node) for node in _written(tree)}
    yield from (n for n in mentions(tree, key) if not isinstance(n, ast.keyword) and id(n) not in written)


def _written(tree: ast.AST) -> Iterator[ast.AST]:
    for node in all_nodes(tree):
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield node.slice
