"""Sort: what has no order gets one, where it is read item by item."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.layout import Segment

_READERS = ("list", "tuple")


def sorted_things(segment: Segment, sources: Sources) -> Iterator[Fix]:
    """Call `sorted` where the things are read one by one. Raises RefusedError."""
    if segment.unordered is None:
        raise RefusedError("it has an order")
    source, node = sources.at(segment.unordered.span)
    applicability = _applicability(node, source, sources)
    use = _read_by_item(node, source)
    message = f"Sort `{' '.join(source.text(use).split())}`"
    yield Fix(applicability, message, _sorted(use, source))


def _applicability(node: ast.expr, source: Source, sources: Sources) -> Applicability:
    """Safe where the things can be compared for certain."""
    models = sources.models
    if isinstance(node, ast.Set):
        text = all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in node.elts)
        return Applicability.SAFE if text else Applicability.UNSAFE
    name = source.dotted(node)
    last = f".{node.func.attr}" if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    if name in models.sortable or last in models.sortable:
        return Applicability.SAFE
    if name in models.unordered and name not in models.sortable_text:
        raise RefusedError(f"what `{name}` gives cannot be sorted")
    return Applicability.UNSAFE


def _read_by_item(node: ast.expr, source: Source) -> ast.expr:
    """The expression whose items are read: the one given, or the only use of the name that it is assigned to."""
    if _consumed(node, source):
        return node
    parent = source.parent(node)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        scope = source.scope(parent)
        name = parent.targets[0].id
        loads = source.loads(name, scope)
        if len(source.stores(name, scope)) == 1 and len(loads) == 1 and _consumed(loads[0], source):
            return loads[0]
        raise RefusedError(f"`{name}` is used in other places too")
    raise RefusedError("the place where its items are read cannot be seen")


def _consumed(node: ast.expr, source: Source) -> bool:
    """Whether an expression stands where its items are read one by one, so that a list does as well."""
    match source.parent(node):
        case ast.For(iter=it) | ast.comprehension(iter=it, is_async=0):
            return it is node
        case ast.Starred():
            return True
        case ast.Call(func=ast.Attribute(attr="join"), args=[argument]):
            return argument is node
        case ast.Call(func=ast.Name(id=name), args=[argument, *_]):
            return argument is node and name in (*_READERS, "enumerate")
    return False


def _sorted(node: ast.expr, source: Source) -> tuple[Edit, ...]:
    parent = source.parent(node)
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "list":
        return (source.replaced(parent.func, "sorted"),)
    return source.wrapped(node, "sorted")
