"""The call in a loop that stands for one request: the one that sends it, or the only one of a function that does."""

from __future__ import annotations

import ast
import re

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import replace
from promptlint.languages.python.modules.syntax import dotted_name
from promptlint.languages.python.writing.blocks import removed
from promptlint.languages.python.writing.halving import Halves
from promptlint.languages.python.writing.pools import throttle_of, unneeded
from promptlint.languages.python.writing.sent import Sent
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.languages.python.writing.turns import LOOPS, bound
from promptlint.languages.python.writing.uses import Function, Use, handing_on, only_use, parameters
from promptlint.languages.python.written import Code


def sent_by(source: Source, call: ast.Call, client: str, code: Code, sources: Sources) -> tuple[Sent, list[Edit]]:
    """The call in the loop, and the edits that take the function apart in which the request is made, if it is another.

    Raises RefusedError.
    """
    scope = source.scope(call)
    around = next((node for node in source.above(call) if isinstance(node, LOOPS)), None)
    if around is not None and source.scope(around) is scope:
        return Sent(call, client), []
    if not isinstance(scope, Function) or scope.decorator_list:
        raise RefusedError("the call is in a function that cannot be taken apart")
    use, edits = only_use(source, scope, sources), list[Edit]()
    path = use.path
    while (wrapper := handing_on(source, use.call, sources.models)) is not None:
        throttle = throttle_of(source, wrapper.body[-1], sources.models)
        edits += [removed(source, wrapper), *unneeded(source, throttle, [wrapper], sources)]
        use = _through(use, only_use(source, wrapper, sources))
    for name in (f"{scope.name}_request", f"{scope.name}_answer"):
        if re.search(rf"\b{name}\b", source.content):
            raise RefusedError(f"`{name}` is something else in this file")
    halves = Halves(source, scope, call, code, sources.models, use.given or {})
    needs = tuple(_needed(source, halves, use, name) for name in halves.needed)
    there = _client(source, scope, use, path, client)
    dropped = [name for name in (halves.throttled, _root(client)) if _is_only_for_the_call(source, scope, use, name)]
    edits += halves.edits(dropped)
    if halves.block is not None:
        throttle = (use.given or {}).get(halves.throttled, halves.block.items[0].context_expr)
        edits += unneeded(source, throttle, [halves.block, use.call], sources)
    item = next(iter(parameters(source, scope)), "item")
    left_out = tuple((use.given or {})[name] for name in dropped)
    return Sent(use.call, there, f"{path}_request", f"{path}_answer", needs, use.handed, item, left_out), edits


def _through(inner: Use, outer: Use) -> Use:
    """The use of a function that is used by another one only, which hands on what it is given."""
    if inner.given is None or outer.given is None:
        return replace(outer, given=None)
    names = {name: value.id for name, value in inner.given.items() if isinstance(value, ast.Name)}
    return replace(outer, given={name: outer.given[own] for name, own in names.items() if own in outer.given})


def _needed(source: Source, halves: Halves, use: Use, name: str) -> str:
    """What the one call of a function gives for one of its parameters, as it is written. Raises RefusedError."""
    if use.given is None and name == next(iter(parameters(source, halves.function))):
        return name
    value = (use.given or {}).get(name)
    if not isinstance(value, ast.Name | ast.Constant):
        raise RefusedError(f"in `{halves.function.name}`, what reads the answer needs `{name}` too")
    return source.text(value)


def _root(client: str) -> str:
    return re.split(r"[.(]", client, maxsplit=1)[0]


def _client(source: Source, function: Function, use: Use, path: str, client: str) -> str:
    """The client of a function, as it is written where the function is called. Raises RefusedError."""
    root = _root(client)
    stored = bool(source.stores(root, function))
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    if root not in own and not stored:
        return client
    receiver = function.args.args[0].arg if function.args.args else ""
    caller = source.scope(use.call)
    same = isinstance(caller, Function) and source.parent(caller) is source.parent(function)
    if same and root == receiver and path == f"{receiver}.{function.name}":
        return client
    given = dotted_name((use.given or {}).get(root, ast.Constant(None)))
    loops = [above for above in source.above(use.call) if isinstance(above, LOOPS)]
    if stored or not given or any(given.partition(".")[0] in bound(loop) for loop in loops):
        raise RefusedError(f"the client of `{function.name}` is not known where it is called")
    return given + client.removeprefix(root)


def _is_only_for_the_call(source: Source, function: Function, use: Use, name: str) -> bool:
    """Whether a parameter is a client or a semaphore that the function needs for nothing but the call."""
    given = name in (use.given or {}) and name in parameters(source, function)
    return given and len(source.loads(name, function)) == 1
