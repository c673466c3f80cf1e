"""To what a body adds something, by the names it has there. Syntax only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from promptlint.frozen import dataclass
from promptlint.languages.python.modules.mutating import changed_in_place

_TO_LISTS = ("append", "appendleft", "extend", "insert")
_TO_SETS = ("add", "update")
_LISTS = (ast.List, ast.ListComp)


@dataclass(frozen=True, slots=True)
class Added:
    """Names of a body that hold something to which it adds."""

    lists: frozenset[str]
    """As one adds to a list."""
    sets: frozenset[str]
    """As one adds to a set; to a mapping, too, for all that is known of them."""
    mappings: frozenset[str]
    """Under keys that are texts, or it is updated and is handed on as keywords."""
    objects: Mapping[str, Mapping[str, str]]
    """Objects → their attributes → how these are added to. An attribute that is only set is not among them."""


def added(nodes: Iterable[ast.AST]) -> Added:
    """To what the nodes of a body add something."""
    to: dict[str, set[str]] = {}
    objects: dict[str, dict[str, str]] = {}
    keywords: set[str] = set()
    for node in nodes:
        target, method = changed_in_place(node)
        if isinstance(target, ast.Name):
            to.setdefault(_way(node, method), set()).add(target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            changes = objects.setdefault(target.value.id, {})
            if method:
                changes.setdefault(target.attr, method)
        elif isinstance(node, ast.keyword) and node.arg is None and isinstance(node.value, ast.Name):
            keywords.add(node.value.id)
    sets = _those(to, *_TO_SETS)
    keyed = _those(to, "setdefault", "[text]=") | (_those(to, "update") & keywords)
    return Added(_those(to, *_TO_LISTS), sets, keyed, objects)


def _way(node: ast.AST, method: str) -> str:
    """How a node adds to a thing: by which method, as a list to a list, or under a key that is a text."""
    if isinstance(node, ast.AugAssign) and isinstance(node.value, _LISTS):
        return "extend"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return "[text]=" if isinstance(node.ctx, ast.Store) else method
    return method


def _those(to: Mapping[str, set[str]], *ways: str) -> frozenset[str]:
    return frozenset().union(*(to.get(way, ()) for way in ways))
