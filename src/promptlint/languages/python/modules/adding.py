"""To what a body adds something, by the names it has there. Syntax only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from promptlint.frozen import dataclass
from promptlint.languages.python.modules.mutating import Changed

_TO_LISTS = ("append", "appendleft", "extend", "insert", "sort")
_TO_SETS = ("add", "update")
_LONGER, _KEYED, _HANDED_ON = "+= [...]", "['text'] =", "**name"


@dataclass(frozen=True, slots=True)
class Added:
    """Names of a body that hold something to which it adds."""

    lists: frozenset[str]
    """As one adds to a list, or sorts one."""
    sets: frozenset[str]
    """As one adds to a set; to a mapping, too, for all that is known of them."""
    mappings: frozenset[str]
    """Under keys that are texts, or it is updated and is handed on as keywords."""
    objects: Mapping[str, Mapping[str, str]]
    """Objects → their attributes → how these are added to. An attribute that is only set is not among them."""


def added(nodes: Iterable[ast.AST], changes: Iterable[Changed]) -> Added:
    """To what a body adds something: its nodes, and what they change in place."""
    to: dict[str, set[str]] = {}
    objects: dict[str, dict[str, str]] = {}
    for target, method in changes:
        if isinstance(target, ast.Name):
            to.setdefault(method, set()).add(target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            attributes = objects.setdefault(target.value.id, {})
            if method:
                attributes.setdefault(target.attr, method)
    for way, name in _written(nodes):
        to.setdefault(way, set()).add(name)
    keyed = _those(to, "setdefault", _KEYED) | (_those(to, "update") & _those(to, _HANDED_ON))
    return Added(_those(to, *_TO_LISTS, _LONGER), _those(to, *_TO_SETS), keyed, objects)


def _written(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """What tells, by the way it is written, what kind of thing a name holds."""
    for node in nodes:
        match node:
            case ast.AugAssign(target=ast.Name(id=name), value=ast.List() | ast.ListComp()):
                yield _LONGER, name
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str()), ctx=ast.Store()):
                yield _KEYED, name
            case ast.keyword(arg=None, value=ast.Name(id=name)):
                yield _HANDED_ON, name


def _those(to: Mapping[str, set[str]], *ways: str) -> frozenset[str]:
    return frozenset().union(*(to.get(way, ()) for way in ways))
