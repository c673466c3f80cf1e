"""Calls that are started first, and kept until their answers are taken: futures of a pool, tasks, coroutines.

Where they are kept, their requests are; and where their answers are taken, those of a batch.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.writing.answers import taken_instead
from promptlint.languages.python.writing.pairs import Pair, pair_of
from promptlint.languages.python.writing.pools import is_one, pool_of
from promptlint.languages.python.writing.sent import ONE, REQUESTS, Handing, Sent, free
from promptlint.languages.python.writing.source import Scope, Source
from promptlint.languages.python.writing.taking import Taking, taking_of
from promptlint.languages.python.writing.turns import LOOPS, is_of_loop
from promptlint.spans import Position, Span


@dataclass(frozen=True, slots=True)
class Started:
    """A list of calls, each of which runs from when it was put in; or a mapping that tells something of each."""

    name: str
    made: ast.Assign | ast.AnnAssign
    """What makes the list, or the mapping."""
    put: ast.Call
    """What starts a call, in the place of which its request is kept."""
    alias: ast.Name | None
    """The name that it has before it is put in."""
    statement: ast.stmt | None
    """What puts it in; None: the list is made with all of them."""
    about: ast.expr | None
    """What a mapping tells of each call."""


def started_of(source: Source, sent: Sent, handing: Handing, models: Models) -> Started | None:
    """The list that a call is put in; None where its answer is waited for at once. Raises RefusedError."""
    put = started(source, sent.call, models)
    if not handing.code.is_async and not is_one(source, sent.call, models.calls_argument):
        return None
    match source.parent(put):
        case ast.Assign(targets=[ast.Name(id=name)]):
            named = _named(source, put, name)
            return _held(source, put, named, named) if named is not None else None
    return _held(source, put, put, None)


def started(source: Source, call: ast.Call, models: Models) -> ast.Call:
    """What starts a coroutine that is called: the call itself, or what makes a task of it."""
    above = source.parent(call)
    task = isinstance(above, ast.Call) and is_one(source, above, models.running.tasks)
    return above if task and isinstance(above, ast.Call) and above.args == [call] and not above.keywords else call


def _named(source: Source, put: ast.Call, name: str) -> ast.Name | None:
    """The only place where a name is read that a turn of a loop gives to a call; what other loops call so is theirs."""
    around = next((node for node in source.above(put) if isinstance(node, LOOPS)), None)
    inside = set(ast.walk(around)) if around is not None else set()
    loads = source.loads(name, source.scope(put))
    own = [load for load in loads if load in inside]
    others = [load for load in loads if load not in inside and not is_of_loop(source, load)]
    stores = [store for store in source.stores(name, source.scope(put)) if store in inside]
    return own[0] if len(own) == len(stores) == 1 and not others else None


def _held(source: Source, put: ast.Call, node: ast.expr, alias: ast.Name | None) -> Started | None:
    """What a call, or the name of one, is put in."""
    above = source.parent(node)
    statement = source.parent(above) if above is not None else None
    match above, statement:
        case ast.ListComp() | ast.DictComp(), ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(
            target=ast.Name(id=name)
        ) if node in (getattr(above, "elt", None), getattr(above, "key", None)):
            assert isinstance(statement, ast.Assign | ast.AnnAssign)
            about = above.value if isinstance(above, ast.DictComp) else None
            return Started(name, statement, put, alias, None, about)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[_], keywords=[]), ast.Expr():
            return Started(name, _made(source, name, node, ast.List), put, alias, statement, None)
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()), ast.Assign(targets=[_], value=about):
            return Started(name, _made(source, name, node, ast.Dict), put, alias, statement, about)
    return None


def _made(source: Source, name: str, inside: ast.AST, kind: type[ast.List | ast.Dict]) -> ast.Assign | ast.AnnAssign:
    """The statement that makes an empty list or mapping. Raises RefusedError where it is none, or not seen."""
    match [source.parent(store) for store in source.stores(name, source.scope(inside))]:
        case [ast.Assign(targets=[_], value=value) | ast.AnnAssign(value=ast.expr() as value) as made]:
            empty = isinstance(value, kind) and len(source.text(value)) == len("[]")
            assert isinstance(made, ast.Assign | ast.AnnAssign)
            if empty or (isinstance(value, ast.Call) and source.dotted(value) in ("list", "dict") and not value.args):
                return made
    raise RefusedError(f"where `{name}` is made is not seen")


def in_two_places(
    source: Source, kept: Started, sent: Sent, handing: Handing, loop: Span, models: Models
) -> Iterator[Edit]:
    """The edits that keep requests in the place of calls, and take their answers. Raises RefusedError."""
    scope = source.scope(kept.made)
    around = _must_be_one_loop(source, kept, loop)
    own = {node for part in (kept.made, kept.statement) if part is not None for node in ast.walk(part)}
    taking = taking_of(source, kept.name, scope, own, models)
    taken = source.names(scope)
    requests, one = free(REQUESTS, taken), free(ONE, taken)
    pair = pair_of(source, kept.about, taking, sent, around)
    _must_be_free(source, pair, taking, {*own, *(node for each in around for node in ast.walk(each))}, scope)
    pool = pool_of(source, kept.put, models) if _has_pool(source, kept.put, sent, models) else None
    edits = [
        *_list(source, kept, requests),
        *_put(source, kept, sent, pair.item, requests, one),
        *(source.replaced(length, requests) for length in taking.lengths),
        *taken_instead(source, taking, sent, handing, pair, requests, pool.block if pool else None),
    ]
    yield from edits
    if pool is not None:
        yield from pool.gone(source, edits)


def _must_be_free(source: Source, pair: Pair, taking: Taking, own: set[ast.AST], scope: Scope) -> None:
    """Raises RefusedError where a name that a loop over the answers is to give is that of something else.

    `own`: what makes the list, and puts the calls in.
    """
    if isinstance(taking.at, ast.Call) or isinstance(taking.at.loop, ast.comprehension):
        return
    inside = set(ast.walk(taking.at.loop))
    names = [node for node in ast.walk(scope) if isinstance(node, ast.Name) and source.scope(node) is scope]
    given = {node.arg for node in ast.walk(getattr(scope, "args", ast.Module([], []))) if isinstance(node, ast.arg)}
    for name in pair.new:
        same = (n for n in names if n.id == name and n not in own and not is_of_loop(source, n, taking.at.loop))
        uses = sorted(same, key=lambda node: (node.lineno, node.col_offset))
        read_first = bool(uses) and isinstance(uses[0].ctx, ast.Load)
        if name in given or read_first or any(node not in inside for node in uses):
            raise RefusedError(f"`{name}` is something else where the answers are taken")


def _has_pool(source: Source, put: ast.Call, sent: Sent, models: Models) -> bool:
    """Whether it is a pool, or a group of tasks, that starts a call."""
    return (sent.handed or put is not sent.call) and source.dotted(put) not in models.running.tasks


def _must_be_one_loop(source: Source, kept: Started, span: Span) -> list[ast.AST]:
    """The loops around what starts a call, the innermost first. Raises RefusedError where they run several times."""
    inside = [node for node in source.above(kept.put) if isinstance(node, LOOPS)]
    again = [node for node in source.above(kept.made) if isinstance(node, LOOPS)]
    lines = [(node.lineno, node.end_lineno or 0) for node in inside if isinstance(node, ast.stmt | ast.expr)]
    if set(again) & set(inside) or not any(first <= span.start.line <= last for first, last in lines):
        raise RefusedError("there is another loop around the call")
    return list(inside)


def _list(source: Source, kept: Started, requests: str) -> Iterator[Edit]:
    """The edits that make a list of the place where calls are kept."""
    made = kept.made
    target = made.target if isinstance(made, ast.AnnAssign) else made.targets[0]
    until = made.annotation if isinstance(made, ast.AnnAssign) else target
    yield Edit(Span(source.path, source.span(target).start, source.span(until).end), requests)
    assert made.value is not None
    place = source.span(made.value)
    if isinstance(made.value, ast.DictComp):
        yield Edit(Span(source.path, place.start, _along(place.start, 1)), "[")
        yield Edit(Span(source.path, source.span(made.value.key).end, source.span(made.value.value).end), "")
        yield Edit(Span(source.path, _along(place.end, -1), place.end), "]")
    elif not isinstance(made.value, ast.ListComp):
        yield Edit(place, "[]")


def _along(position: Position, columns: int) -> Position:
    return Position(position.line, position.column + columns)


def _put(source: Source, kept: Started, sent: Sent, item: str, requests: str, one: str) -> Iterator[Edit]:
    """The edits that put requests in."""
    place, statement = source.span(kept.put), kept.statement
    if sent.rewritten or isinstance(statement, ast.Assign):
        whole = f"({item}, {sent.maker}({sent.arguments(source)}))"
        parts = [Edit(place, whole)]
    else:
        whole, inside = "", source.inside(sent.call)
        parts = [
            Edit(Span(source.path, place.start, inside.start), f"({item}, {sent.maker}("),
            Edit(Span(source.path, inside.end, place.end), "))"),
        ]
    if kept.alias is not None and statement is not None:
        store = source.parent(kept.put)
        assert isinstance(store, ast.Assign)
        yield source.replaced(store.targets[0], one)
        yield from parts
        yield Edit(source.span(statement), f"{requests}.append({one})")
    elif isinstance(statement, ast.Assign):
        yield Edit(source.span(statement), f"{requests}.append({whole})")
    else:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            start = source.span(statement).start
            yield Edit(Span(source.path, start, _along(start, len(kept.name))), requests)
        yield from parts
