"""Where a client is made, and everything that is done with it: what has to be known before it may become another."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.writing.source import Source, Sources

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Made:
    """The one place where a client is made, and those where it is used."""

    call: ast.Call
    annotation: ast.expr | None
    """Of the name or attribute that keeps it."""
    uses: tuple[ast.expr, ...]
    """Every expression that gives it."""


def made(source: Source, base: ast.expr, sources: Sources) -> Made:
    """Where the client that an expression gives is made. Raises RefusedError where that, or its uses, are not seen."""
    if isinstance(base, ast.Call):
        return Made(base, None, (base,))
    if isinstance(base, ast.Name):
        scope = _binding(source, base)
        uses = [load for load in source.loads(base.id, scope) if _binding(source, load) is scope]
        stores = [store for store in source.stores(base.id, scope) if _binding(source, store) is scope]
        _must_be_seen_here(source, base.id, scope, sources)
        return _kept(source, base, stores, uses)
    if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name):
        return _of_object(source, base, base.value, sources)
    raise RefusedError(f"the place where `{source.text(base)}` is made is not seen")


def made_elsewhere(source: Source, models: Models) -> bool:
    """Whether a client is made in a file with an address that it may be given."""
    for node in ast.walk(source.tree):
        client = models.clients.get(source.dotted(node)) if isinstance(node, ast.Call) else None
        for keyword in node.keywords if client and isinstance(node, ast.Call) else ():
            none = isinstance(keyword.value, ast.Constant) and keyword.value.value is None
            if client and keyword.arg == client.endpoint and not none:
                return True
    return False


def _of_object(source: Source, base: ast.Attribute, receiver: ast.Name, sources: Sources) -> Made:
    owner = next((node for node in source.above(base) if isinstance(node, ast.ClassDef)), None)
    every = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute) and node.attr == base.attr]
    inside = set(ast.walk(owner)) if owner else set()
    if owner is None or any(
        node not in inside or not isinstance(node.value, ast.Name) or node.value.id != receiver.id for node in every
    ):
        raise RefusedError(f"`.{base.attr}` is read outside of its class too")
    for path in sources.naming(source.path, base.attr, owner.name):
        if path != source.path and _reads_attribute(sources[path], base.attr):
            raise RefusedError(f"`.{base.attr}` may be read in {path} too")
    stores = [node for node in every if not isinstance(node.ctx, ast.Load)]
    return _kept(source, base, stores, [node for node in every if isinstance(node.ctx, ast.Load)])


def _reads_attribute(source: Source, name: str) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(source.tree))


def _kept(source: Source, base: ast.expr, stores: Sequence[ast.expr], uses: Sequence[ast.expr]) -> Made:
    name = source.text(base)
    parents = [source.parent(store) for store in stores]
    if len(parents) != 1:
        raise RefusedError(f"`{name}` is not assigned once, in this file")
    match parents[0]:
        case ast.Assign(targets=[_], value=ast.Call() as call):
            return Made(call, None, tuple(uses))
        case ast.AnnAssign(annotation=annotation, value=ast.Call() as call):
            return Made(call, annotation, tuple(uses))
    raise RefusedError(f"`{name}` may be another client than one that is made for it")


def _binding(source: Source, name: ast.Name) -> ast.Module | _Function | ast.ClassDef:
    """The function, class or module that a name belongs to. Raises RefusedError where it is a parameter."""
    for scope in source.above(name):
        if isinstance(scope, _Function) and any(
            isinstance(node, ast.arg) and node.arg == name.id for node in ast.walk(scope.args)
        ):
            raise RefusedError(f"`{name.id}` is given by the callers of the function")
        if isinstance(scope, _Function) and any(_binds(node, name.id, source, scope) for node in ast.walk(scope)):
            return scope
    return source.tree


def _binds(node: ast.AST, name: str, source: Source, scope: ast.AST) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
        raise RefusedError(f"`{name}` is assigned by functions")
    own = isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
    return own and source.scope(node) is scope


def _must_be_seen_here(source: Source, name: str, scope: ast.AST, sources: Sources) -> None:
    """Raises RefusedError where other files may use a name of this module."""
    if scope is not source.tree:
        return
    *folders, file = source.path.removesuffix(".py").split("/")
    module = folders[-1] if file == "__init__" and folders else file
    for path in sources.naming(source.path, name, module):
        if path != source.path and any(_imports(node, name, module) for node in ast.walk(sources[path].tree)):
            raise RefusedError(f"`{name}` is used in {path} too")


def _imports(node: ast.AST, name: str, module: str) -> bool:
    match node:
        case ast.ImportFrom(names=names):
            return any(alias.name in (name, "*") for alias in names)
        case ast.Attribute(value=value, attr=attribute):
            return attribute == name and last_name(value) == module
    return False


def calls(source: Source, made: Made, same: frozenset[str]) -> Iterator[tuple[ast.Call, str]]:
    """The calls on a client, each with its path below it. Raises RefusedError where it is used in another way.

    `same`: what gives the client back.
    """
    for use in made.uses:
        names: list[str] = []
        at: ast.expr = use
        while True:
            parent = source.parent(at)
            if isinstance(parent, ast.Attribute):
                names.append(parent.attr)
            elif isinstance(parent, ast.Call) and parent.func is at and names and names[-1] in same:
                names = []
            else:
                break
            at = parent
        names = [name for name in names if name not in same]
        if not isinstance(parent, ast.Call) or parent.func is not at:
            raise RefusedError(f"`{source.text(use)}` is handed on in line {use.lineno}")
        yield parent, ".".join(names)


def base_of(source: Source, call: ast.Call, path: str, same: frozenset[str]) -> ast.expr:
    """The client on which a path is called. Raises RefusedError."""
    at: ast.expr = call.func
    for name in reversed(path.split(".")):
        at = _beside(at, same)
        if not isinstance(at, ast.Attribute) or at.attr != name:
            raise RefusedError("the call is not written in one piece")
        at = at.value
    return _beside(at, same)


def _beside(node: ast.expr, same: frozenset[str]) -> ast.expr:
    """What is behind the methods and attributes that give a client back."""
    while True:
        inner = node.func if isinstance(node, ast.Call) else node
        if not isinstance(inner, ast.Attribute) or inner.attr not in same:
            return node
        node = inner.value
