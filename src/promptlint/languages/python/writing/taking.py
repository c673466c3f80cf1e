"""Where the answers of calls are taken that were started before: a loop over futures, `gather`, what comes first."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from itertools import takewhile

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.writing.pools import is_one
from promptlint.languages.python.writing.source import Scope, Source
from promptlint.languages.python.writing.turns import LOOPS, gathered, shows

_Loop = ast.For | ast.AsyncFor | ast.comprehension


@dataclass(frozen=True, slots=True)
class Turns:
    """A loop that takes answers one by one."""

    loop: _Loop
    given: ast.expr
    """What stands for the answers in what it runs over: `futures`, or `as_completed(futures)`."""
    target: ast.Name
    """What it calls the call that was started."""
    answer: ast.expr
    """What takes the answer of that."""


@dataclass(frozen=True, slots=True)
class Taking:
    """The place where all answers are taken, each once."""

    at: Turns | ast.Call
    """A loop, or what gives all of them at once (`gather`)."""
    lengths: tuple[ast.Name, ...]
    """Where only the number of calls is asked for, or whether there are any."""
    told: tuple[ast.Subscript, ...]
    """Where it is asked what a mapping tells of a call."""


def taking_of(source: Source, name: str, scope: Scope, own: Collection[ast.AST], models: Models) -> Taking:
    """The one place where what is started is taken, of which a list is known by a name. Raises RefusedError.

    `own`: what makes the list.
    """
    loads = [load for load in source.loads(name, scope) if load not in own]
    lengths = [load for load in loads if _is_number(source, load)]
    told = [above for load in loads if isinstance(above := source.parent(load), ast.Subscript) and above.value is load]
    rest = [load for load in loads if load not in lengths and source.parent(load) not in told]
    if len(source.stores(name, scope)) != 1:
        raise RefusedError(f"where `{name}` is made is not seen")
    if len(rest) != 1 or source.scope(rest[0]) is not scope or any(source.scope(load) is not scope for load in loads):
        raise RefusedError(f"`{name}` is used in several places")
    whole = gathered(source, rest[0], models)
    if whole is not None:
        _must_run_once(source, whole)
        if told:
            raise RefusedError(f"`{name}` is used in several places")
        return Taking(whole, tuple(lengths), ())
    loop, given = _loop(source, rest[0], models)
    must_go_to_the_end(loop)
    _must_run_once(source, loop)
    target = _target(source, loop)
    answer = _answer(source, loop, target, told)
    return Taking(Turns(loop, given, target, answer), tuple(lengths), tuple(told))


def must_go_to_the_end(loop: ast.AST) -> None:
    """Raises RefusedError where a loop over answers may be left before the last one."""
    leaves = (ast.Break, ast.Return, ast.Yield, ast.YieldFrom)
    if isinstance(loop, ast.For | ast.AsyncFor) and (loop.orelse or any(isinstance(n, leaves) for n in ast.walk(loop))):
        raise RefusedError("the loop over its answers may be left before the last one")


def _is_number(source: Source, load: ast.Name) -> bool:
    """Whether only the number of calls is asked for, or whether there are any."""
    match source.parent(load):
        case ast.Call(func=ast.Name(id="len")) | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.If(test=test):
            return test is load
    return False


def _must_run_once(source: Source, node: ast.AST) -> None:
    whole = source.parent(node) if isinstance(node, ast.comprehension) else node
    if whole is not None and any(isinstance(above, LOOPS | ast.Lambda) for above in _in_scope(source, whole)):
        raise RefusedError("there is another loop around the answers")


def _in_scope(source: Source, node: ast.AST) -> Iterator[ast.AST]:
    """What a node is in, up to its function."""
    scope = source.scope(node)
    yield from takewhile(lambda above: above is not scope, source.above(node))


def _loop(source: Source, load: ast.Name, models: Models) -> tuple[_Loop, ast.expr]:
    """The loop over what is started, and what stands there for the answers. Raises RefusedError."""
    given: ast.expr = load
    above = source.parent(load)
    if isinstance(above, ast.Call) and above.args[:1] == [load] and is_one(source, above, models.running.as_completed):
        if any(keyword.arg == "timeout" for keyword in above.keywords) or above.args[1:]:
            raise RefusedError("its answers are waited for only so long")
        given, above = above, source.parent(above)
    at = given
    while isinstance(above, ast.Call) and above.args[:1] == [at]:
        if not shows(source, above, models) and source.dotted(above) != "enumerate":
            break
        at, above = above, source.parent(above)
    if isinstance(above, _Loop) and above.iter is at:
        return above, given
    raise RefusedError(f"`{load.id}` is handed on before its answers are taken")


def _target(source: Source, loop: _Loop) -> ast.Name:
    """The name of the started call in a loop. Raises RefusedError."""
    numbered = any(isinstance(n, ast.Call) and source.dotted(n) == "enumerate" for n in ast.walk(loop.iter))
    match loop.target:
        case ast.Name() as name if not numbered:
            return name
        case ast.Tuple(elts=[_, ast.Name() as name]) if numbered:
            return name
    raise RefusedError("its answers are taken in a way that is not seen")


def _answer(source: Source, loop: _Loop, target: ast.Name, told: Collection[ast.Subscript]) -> ast.expr:
    """The one place in a loop where the answer of a call is taken. Raises RefusedError."""
    whole = source.parent(loop) if isinstance(loop, ast.comprehension) else loop
    assert whole is not None
    inside, found = set(ast.walk(whole)), list[ast.expr]()
    for load in source.loads(target.id, source.scope(whole)):
        above = source.parent(load)
        if load not in inside:
            if isinstance(loop, ast.comprehension) or load.lineno < target.lineno:
                continue
            raise RefusedError(f"`{target.id}` is used behind the loop too")
        if isinstance(above, ast.Subscript) and above in told and above.slice is load:
            continue
        taken = _taken(source, load)
        if taken is None:
            raise RefusedError(f"`{target.id}` is used for more than its answer")
        found.append(taken)
    if len(found) != 1 or any(above.slice not in inside for above in told):
        raise RefusedError(f"the answer of `{target.id}` is not taken once")
    between = [*takewhile(lambda above: above is not whole, source.above(found[0]))]
    if any(isinstance(above, ast.Try) and above.handlers for above in between):
        raise RefusedError("the errors of its answers are handled one by one")
    if any(isinstance(above, LOOPS | ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) for above in between):
        raise RefusedError("there is another loop around the answers")
    return found[0]


def _taken(source: Source, load: ast.Name) -> ast.expr | None:
    """What takes the answer of a started call: `await task`, or `future.result()`."""
    above = source.parent(load)
    if isinstance(above, ast.Await):
        return above
    call = source.parent(above) if isinstance(above, ast.Attribute) and above.attr == "result" else None
    if isinstance(call, ast.Call) and call.func is above and not call.args and not call.keywords:
        return call
    return None
