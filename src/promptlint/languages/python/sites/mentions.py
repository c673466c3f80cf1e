"""Where source text names a key: to write it into a dictionary, or to do something else with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.languages.python.modules.syntax import all_nodes


def mentions(tree: ast.AST, key: str) -> Iterator[ast.AST]:
    """All nodes that name a key, as a text or as the name of an argument."""
    for node in all_nodes(tree):
        named = node.value if isinstance(node, ast.Constant) else node.arg if isinstance(node, ast.keyword) else None
        if named == key:
            yield node


def only_written(tree: ast.AST, key: str) -> bool:
    """Whether a key is only written: nothing looks for it, and nothing takes it off."""
    written = {id(node) for node in _written(tree)}
    return all(isinstance(node, ast.keyword) or id(node) in written for node in mentions(tree, key))


def _written(tree: ast.AST) -> Iterator[ast.AST]:
    for node in all_nodes(tree):
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield node.slice
