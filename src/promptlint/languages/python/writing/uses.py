"""The one use of a function: a call of it, or what is given the function to call it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import takewhile

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.writing.pools import is_one, throttle_of
from promptlint.languages.python.writing.source import Scope, Source, Sources

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Use:
    """Where a function is used."""

    named: ast.expr
    """The name of the function there."""
    call: ast.Call
    """The call of it, or of what calls it: `ask(item)`, `pool.submit(ask, item)`, `pool.map(ask, items)`."""
    given: Mapping[str, ast.expr] | None
    """What it is given, by the names of its parameters; None: one thing of a list after the other."""

    @property
    def path(self) -> str:
        """The name of the function, as it is written there."""
        return ast.unparse(self.named)

    @property
    def handed(self) -> bool:
        """Whether something else is given the function to call it."""
        return self.call.func is not self.named


def parameters(source: Source, function: Function) -> dict[str, ast.arg]:
    """What a function is given by position, by name, without the object itself."""
    given = [*function.args.posonlyargs, *function.args.args]
    return {arg.arg: arg for arg in (given[1:] if isinstance(source.parent(function), ast.ClassDef) else given)}


def only_use(source: Source, function: Function, sources: Sources) -> Use:
    """The one use of a function, as far as names tell. Raises RefusedError."""
    name = function.name
    method = isinstance(source.parent(function), ast.ClassDef)
    whole: Scope = source.tree if method else source.scope(function)
    if not method and whole is not source.tree:
        _must_be_settled(source, function, whole)
    named = (node for node in ast.walk(whole) if isinstance(node, ast.Name | ast.Attribute))
    uses = [node for node in named if _may_be(source, node, function)]
    call = source.parent(uses[0]) if len(uses) == 1 else None
    calls = isinstance(call, ast.Call) and (call.func is uses[0] or _calls_first(source, call, uses[0], sources.models))
    if not isinstance(call, ast.Call) or not calls or isinstance(uses[0], ast.Attribute) != method:
        raise RefusedError(f"`{name}` is called in several places, or handed on")
    for path in sources.naming(source.path, name) if method or whole is source.tree else ():
        if path != source.path and any(_names(node, name, method) for node in ast.walk(sources[path].tree)):
            raise RefusedError(f"`{name}` is used in {path} too")
    each = call.func is not uses[0] and is_one(source, call, sources.models.maps)
    return Use(uses[0], call, None if each else _given(source, function, call, call.func is not uses[0]))


def _given(source: Source, function: Function, call: ast.Call, handed: bool) -> Mapping[str, ast.expr]:
    """What the call of a function gives it, as far as it is seen."""
    positional = call.args[1:] if handed else call.args
    seen = [*takewhile(lambda argument: not isinstance(argument, ast.Starred), positional)]
    by_name = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    return {**dict(zip(parameters(source, function), seen, strict=False)), **by_name}


def _may_be(source: Source, node: ast.Name | ast.Attribute, function: Function) -> bool:
    """Whether an expression may be a function: has its name, and is none of another function's own."""
    home, scope = source.scope(function), source.scope(node)
    if isinstance(node, ast.Attribute):
        return node.attr == function.name
    if node.id != function.name:
        return False
    return scope is home or (not isinstance(home, ast.ClassDef) and not source.stores(node.id, scope))


def _calls_first(source: Source, call: ast.Call, function: ast.expr, models: Models) -> bool:
    """Whether something is given a function to call it: now, or for each thing of a list."""
    position = next((at for name, at in models.calls_argument.items() if is_one(source, call, (name,))), None)
    return call.args[:1] == [function] and (position == 0 or is_one(source, call, models.maps))


def _names(node: ast.AST, name: str, method: bool) -> bool:
    """Whether a node of another file may name a function: a method of any object, or what is imported."""
    if isinstance(node, ast.ImportFrom):
        return not method and any(alias.name in (name, "*") for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr == name


def _must_be_settled(source: Source, function: Function, around: Scope) -> None:
    """Raises RefusedError where what a function within a function knows of that may be another thing later."""
    above = [*takewhile(lambda node: node is not around, source.above(function))]
    if not isinstance(around, Function) or not all(isinstance(node, ast.With | ast.AsyncWith) for node in above):
        raise RefusedError(f"`{function.name}` is a function within a function")
    inside = set(ast.walk(function))
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    for name in {node.id for node in inside if isinstance(node, ast.Name)} - own:
        stores = [store for store in source.stores(name, around) if _lasts(source, store)]
        if len(stores) > 1 and not any(store in inside for store in stores):
            raise RefusedError(f"`{function.name}` is a function within a function, where `{name}` changes")


def _lasts(source: Source, store: ast.Name) -> bool:
    """Whether a name is one of a function, and not only of a comprehension."""
    return not any(isinstance(above, ast.comprehension) for above in source.above(store))


def handing_on(source: Source, use: ast.Call, models: Models) -> Function | None:
    """The function around a call that hands on what it is given, and holds calls back; None where it does more."""
    around = source.scope(use)
    if not isinstance(around, Function) or around.decorator_list or isinstance(source.parent(around), ast.ClassDef):
        return None
    body = around.body[1:] if ast.get_docstring(around) is not None else around.body
    if len(body) == 1 and throttle_of(source, body[0], models) is not None:
        body = getattr(body[0], "body", [])
    given = [argument.id if isinstance(argument, ast.Name) else "" for argument in use.args]
    if use.keywords or given != [node.arg for node in ast.walk(around.args) if isinstance(node, ast.arg)]:
        return None
    match body:
        case [ast.Return(value=value)] if value is use or (isinstance(value, ast.Await) and value.value is use):
            return around
    return None
