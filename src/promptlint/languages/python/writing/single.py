"""What is for a single call: arguments, and clients, with which a batch does not do the same."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from promptlint.edits import RefusedError
from promptlint.knowledge.models import Call, Models
from promptlint.languages.python.writing.source import Source, Sources


def must_be_body(source: Source, call: ast.Call, model: Call, sources: Sources) -> None:
    """Raises RefusedError where an argument is none of the body of a request, or holds what is none."""
    if call.args:
        raise RefusedError("its arguments are given by position")
    inside = {path.partition(".")[0] for path in model.batch_refuses if "." in path}
    for keyword in call.keywords:
        if keyword.arg in model.batch_refuses:
            raise RefusedError(f"`{keyword.arg}` is for a single call")
        if inside and keyword.arg is None:
            raise RefusedError("its arguments are not all seen")
        if keyword.arg in inside:
            for name, value in _held(source, keyword.value, sources):
                path = f"{keyword.arg}.{name}"
                lost = model.batch_refuses.get(path, "")
                if lost and _is_read(source, lost, sources):
                    raise RefusedError(f"only the answer to a single call has `.{lost}`")
                if path in model.batch_refuses and not lost and not _is_plain(source, value, sources):
                    raise RefusedError(f"a batch does not do the same with `{path}`")


def must_take_batches(source: Source, models: Models) -> None:
    """Raises RefusedError where a client is made in this file in a way that takes no such batches."""
    for node in ast.walk(source.tree):
        client = models.clients.get(source.dotted(node)) if isinstance(node, ast.Call) else None
        if client is None or not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
            if keyword.arg in client.batch_refuses and not off:
                raise RefusedError(f"a client with `{keyword.arg}` takes batches in another way")


def _held(source: Source, value: ast.expr, sources: Sources) -> Iterator[tuple[str, ast.expr]]:
    """What a mapping or a record holds, by its names. Raises RefusedError where that is not all seen."""
    match _told(source, value, sources):
        case ast.Constant(value=None):
            return
        case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
            yield from ((str(k.value), v) for k, v in zip(keys, values, strict=True) if isinstance(k, ast.Constant))
        case ast.Call(args=[], keywords=given) as made if source.dotted(made) in sources.models.records and all(
            keyword.arg for keyword in given
        ):
            yield from ((keyword.arg or "", keyword.value) for keyword in given)
        case _:
            raise RefusedError(f"what `{source.text(value)}` holds is not seen")


def _is_plain(source: Source, value: ast.expr, sources: Sources) -> bool:
    """Whether a value is a list of mappings and records: no functions that the client may run."""
    listed = _told(source, value, sources)
    return isinstance(listed, ast.List) and all(
        isinstance(item, ast.Dict) or (isinstance(item, ast.Call) and source.dotted(item) in sources.models.records)
        for item in listed.elts
    )


def _is_read(source: Source, attribute: str, sources: Sources) -> bool:
    """Whether an attribute is read in this file, or in one that names its module."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == attribute
        for path in {source.path, *_naming(source, attribute, sources)}
        for node in ast.walk(sources[path].tree)
    )


def _naming(source: Source, name: str, sources: Sources) -> Collection[str]:
    """The other files that name something, and this module."""
    module = source.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    return {*sources.naming(source.path, name, module)} - {source.path}


def _told(source: Source, value: ast.expr, sources: Sources) -> ast.expr:
    """What a name or an attribute stands for: assigned once, handed to calls by name, and not named elsewhere."""
    if isinstance(value, ast.Attribute):
        same = [n for n in ast.walk(source.tree) if isinstance(n, ast.Attribute) and n.attr == value.attr]
        return value if _naming(source, value.attr, sources) else _assigned(source, value, same)
    if not isinstance(value, ast.Name):
        return value
    for scope in (source.scope(value), source.tree):
        stores = [store for store in source.stores(value.id, scope) if source.scope(store) is scope]
        if any(_binds(node, value.id) for node in ast.walk(scope)):
            return value
        if stores:
            elsewhere = scope is source.tree and _naming(source, value.id, sources)
            return value if elsewhere else _assigned(source, value, [*stores, *source.loads(value.id, scope)])
    return value


def _assigned(source: Source, value: ast.expr, uses: Sequence[ast.Name | ast.Attribute]) -> ast.expr:
    """What is assigned to a name by the one of its uses that does so, if all others hand it to calls; else itself."""
    stores = [source.parent(node) for node in uses if not isinstance(node.ctx, ast.Load)]
    loads = [source.parent(node) for node in uses if isinstance(node.ctx, ast.Load)]
    match stores:
        case [ast.Assign(targets=[_], value=told) | ast.AnnAssign(value=ast.expr() as told)]:
            return told if all(isinstance(node, ast.keyword) for node in loads) else value
    return value


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a name is a parameter there, or assigned by a function as one of the module."""
    return (isinstance(node, ast.arg) and node.arg == name) or (isinstance(node, ast.Global) and name in node.names)
