"""One turn of a loop, around the call that it makes: what comes before it, what comes after it, what goes along."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import takewhile

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.syntax import dotted_name
from promptlint.languages.python.writing.source import Source
from promptlint.spans import Span

_SIMPLE = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr
_COMPREHENSIONS = ast.comprehension | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_OPENED, _CLOSED = re.compile(r"\(\n\s*"), re.compile(r",?\n\s*\)")
LOOPS = ast.For | ast.AsyncFor | ast.While | _COMPREHENSIONS
"""What makes a call several times."""


def bound(loop: ast.AST) -> list[str]:
    """The names that a loop gives to things on each turn, in their order."""
    parts = [loop.target, *loop.body] if isinstance(loop, ast.For | ast.AsyncFor) else getattr(loop, "body", [])
    parts = [*parts, *(each.target for each in getattr(loop, "generators", []))]
    stored = (node for part in parts for node in ast.walk(part) if isinstance(node, ast.Name))
    return [node.id for node in stored if isinstance(node.ctx, ast.Store)]


def is_of_loop(source: Source, name: ast.Name, but: ast.AST | None = None) -> bool:
    """Whether a name is that of the things which a loop around it goes through, and not the one loop `but`."""
    loops = [above for above in source.above(name) if isinstance(above, LOOPS) and above is not but]
    targets = [part.target for loop in loops for part in getattr(loop, "generators", [loop]) if hasattr(part, "target")]
    return any(isinstance(n, ast.Name) and n.id == name.id for target in targets for n in ast.walk(target))


@dataclass(frozen=True, slots=True)
class Turn:
    """The body of a loop, cut at the statement that makes a call."""

    loop: ast.For
    statement: ast.stmt
    call: ast.Call
    answer: str
    """The name that the statement gives to the answer, if that is all it does; else empty."""
    items: tuple[str, ...]
    """The names that what follows the call needs of what is before it; never empty."""


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A list, a set or a dictionary that is made with one call for each item."""

    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    whole: Span
    """What gives all answers: itself, or `await gather(*itself)`."""
    brackets: tuple[str, str]
    """Those that the answers stand in."""
    clause: Span
    """From its `for` to its end, without the closing bracket."""
    items: tuple[str, ...]
    """The names that the rest of it needs of the item; never empty."""


def comprehension_of(
    source: Source, call: ast.Call, span: Span, models: Models, needs: Collection[str]
) -> Comprehension | None:
    """The comprehension at a span which makes a call; None: it is another loop. Raises RefusedError.

    `needs`: names that what reads the answer is given.
    """
    node = next((node for node in source.above(call) if isinstance(node, LOOPS)), None)
    gather = gathered(source, node, models)
    single = ast.ListComp | ast.SetComp | ast.DictComp | (ast.GeneratorExp if gather else ast.ListComp)
    if not isinstance(node, single) or source.scope(node) is not source.scope(call):
        return None
    place, [first, *more] = source.span(node), node.generators
    whole = source.awaited(gather) if gather else place
    opened = source.lines.slice(place)
    if more or first.is_async or not node.lineno <= span.start.line <= (node.end_lineno or 0):
        raise RefusedError("there is another loop around the call")
    own = {*ast.walk(node)} - {*ast.walk(first)}
    if call not in own or "#" in source.lines.slice(whole):
        raise RefusedError("the call is a part of the condition, or comments stand in between")
    if any(isinstance(above, ast.IfExp | ast.BoolOp | LOOPS | ast.Lambda) for above in _between(source, call, node)):
        raise RefusedError("the call is made under a condition")
    until = source.lines.offset(source.span(first.target).start)
    begin = source.lines.position(source.content.rindex("for", 0, until))
    end = source.lines.position(source.lines.offset(place.end) - 1)
    rest = own - {*ast.walk(call)}
    items = tuple(_items(first.target, (), rest, needs))
    brackets = ("[", "]") if gather else (opened[0], opened[-1])
    return Comprehension(node, whole, brackets, Span(source.path, begin, end), items)


def gathered(source: Source, node: ast.AST | None, models: Models) -> ast.Call | None:
    """The awaited call by which the coroutines of a comprehension run side by side, if that is all it is given."""
    starred = source.parent(node) if node is not None else None
    call = source.parent(starred) if isinstance(starred, ast.Starred) else None
    if not isinstance(call, ast.Call) or call.args != [starred] or source.dotted(call) not in models.running.gathers:
        return None
    plain = not call.keywords or (shows(source, call, models) and all(key.arg != "timeout" for key in call.keywords))
    return call if plain and isinstance(source.parent(call), ast.Await) else None


def shows(source: Source, call: ast.Call, models: Models) -> bool:
    """Whether a call gives the things that it is given, one by one, and shows how many were given: a progress bar."""
    name = source.dotted(call)
    return any(sign.kind == "wraps" and name in sign.names for sign in models.signs)


def must_be_awaited(source: Source, call: ast.Call, models: Models) -> None:
    """Raises RefusedError where the answer of a coroutine is not there where it is called."""
    above = source.parent(call)
    alone = isinstance(above, ast.ListComp | ast.GeneratorExp) and above.elt is call
    if not isinstance(above, ast.Await) and not (alone and gathered(source, above, models)):
        raise RefusedError("its coroutine is handed on before it is awaited")


def must_be_outermost(source: Source, call: ast.Call) -> None:
    """Raises RefusedError where the loop around a call is in another one of its function."""
    loops = [node for node in _between(source, call, source.scope(call)) if isinstance(node, LOOPS)]
    if len(loops) > 1:
        raise RefusedError("each turn of the loop around it would wait for a batch of its own")


def _between(source: Source, node: ast.AST, outer: ast.AST) -> Iterator[ast.AST]:
    """What a node is in, up to an outer one."""
    yield from takewhile(lambda above: above is not outer, source.above(node))


def turn_of(source: Source, call: ast.Call, span: Span, needs: Collection[str], *, read: bool) -> Turn:
    """The turn of the loop at a span which makes a call. Raises RefusedError where it cannot be cut in two there.

    `read`: what the call gives is made of the answer, and not the answer itself. `needs`: names that this takes.
    """
    loop = next((node for node in source.above(call) if isinstance(node, LOOPS)), None)
    if not isinstance(loop, ast.For) or not loop.lineno <= span.start.line <= (loop.iter.end_lineno or 0):
        raise RefusedError("there is another loop around the call")
    statement = next(node for node in (call, *source.above(call)) if isinstance(node, ast.stmt))
    if source.parent(statement) is not loop or not isinstance(statement, _SIMPLE) or loop.orelse:
        raise RefusedError("the call is made under a condition, or its errors are handled in the loop")
    at = loop.body.index(statement)
    before, after = loop.body[:at], loop.body[at + 1 :]
    lines = [line for node in loop.body for line in (node.lineno, node.end_lineno)]
    if any(lines.count(line) > 2 for line in lines) or loop.body[0].lineno == loop.lineno:
        raise RefusedError("several statements stand on one line")
    answer = "" if read else named_answer(statement, call)
    rest = [n for node in after for n in ast.walk(node)]
    own = [n for n in ast.walk(statement) if n not in set(ast.walk(call))]
    if answer and not after:
        raise RefusedError("nothing is done with the answer")
    if any(isinstance(n, ast.Return | ast.Yield | ast.YieldFrom) for node in before for n in ast.walk(node)):
        raise RefusedError("the loop may be left, or gives something, before the call")
    _must_not_depend(before, call, [*own, *rest], source.imported, _of_the_turn(loop.target, before))
    return Turn(loop, statement, call, answer, tuple(_items(loop.target, before, [*own, *rest], needs, answer)))


def named_answer(statement: ast.stmt, call: ast.Call) -> str:
    """The name that a statement gives to what a call gives, if that is all it does; else empty."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is(value, call):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if _is(value, call):
            return name
    return ""


def _is(value: ast.expr | None, call: ast.Call) -> bool:
    return value is call or (isinstance(value, ast.Await) and value.value is call)


def _items(
    target: ast.expr, before: Iterable[ast.stmt], after: Iterable[ast.AST], needs: Collection[str], answer: str = ""
) -> Iterator[str]:
    """The names to take along. Raises RefusedError where one of them may not be there."""
    targets = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
    if not targets or any(isinstance(node, ast.Attribute | ast.Subscript) for node in ast.walk(target)):
        raise RefusedError("its item has no name")
    sure = list(_stored(node for node in before if isinstance(node, ast.Assign | ast.AnnAssign)))
    loaded = {node.id for node in after if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    loaded |= set(needs)
    needed = [name for name in dict.fromkeys([*targets, *_stored(before)]) if name in loaded and name != answer]
    for name in needed:
        if name not in targets and name not in sure:
            raise RefusedError(f"`{name}` is not set on every turn")
    yield from needed or targets[:1]


def _stored(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _of_the_turn(target: ast.expr, before: Iterable[ast.stmt]) -> set[str]:
    """The names of what is another thing on each turn: the item of a loop, or what a list holds at its number."""
    items = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    for statement in before:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(slice=ast.Name(id=key))) if key in items:
                items.add(name)
    return items


def _must_not_depend(
    before: Iterable[ast.stmt],
    call: ast.Call,
    after: Iterable[ast.AST],
    modules: Collection[str],
    items: AbstractSet[str],
) -> None:
    """Raises RefusedError where what is done with an answer may be seen when the next request is made.

    `items`: names of what is another thing on each turn. What is put into one of these is not seen on the next, and
    what is put under one of them, into a list or a dictionary, only by who looks at more of that.
    """
    changed = list(_changed(after, items))
    made = [*(node for node in before if not isinstance(node, ast.Expr)), *call.args, *call.keywords]
    for own, seen in ((False, frozenset[str]()), (True, items)):
        names = {name for name, only_own in changed if only_own is own} - {*modules}
        for name in (name for node in made for name in _read(node, seen)):
            if name in names:
                raise RefusedError(f"what is done with an answer may change the next request (`{name}`)")


def _read(node: ast.AST, items: AbstractSet[str]) -> Iterator[str]:
    """The names and attributes that some code reads, and those it calls a method of, but for the object itself.

    What it reads under one of some `items` is left out.
    """
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id in items:
        return
    if isinstance(node, ast.Name | ast.Attribute) and (name := dotted_name(node)):
        yield name
        return
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not isinstance(node.func.value, ast.Name)
    ):
        yield from _read(node.func.value, items)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and dotted_name(node.func.value) != "self":
        yield dotted_name(node.func.value)
    for child in ast.iter_child_nodes(node):
        yield from _read(child, items)


def _changed(nodes: Iterable[ast.AST], items: AbstractSet[str]) -> Iterator[tuple[str, bool]]:
    """The names of what some code assigns, or calls a method of, and whether that is only what it has under one of some
    `items`. What it puts into these is left out.
    """
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            target: ast.expr = node
            keys: list[ast.expr] = []
            while isinstance(target, ast.Subscript):
                keys.append(target.slice)
                target = target.value
            if not (keys and isinstance(target, ast.Name) and target.id in items):
                yield dotted_name(target), any(isinstance(key, ast.Name) and key.id in items for key in keys)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield dotted_name(node.func.value), False


def changed_to(source: Source, statement: ast.stmt, call: ast.Call, text: str) -> str:
    """A statement with a text in the place of a call, on one line where nothing else keeps it on several."""
    whole, sent = source.span(statement), source.awaited(call)
    before = source.lines.slice(Span(source.path, whole.start, sent.start))
    after = source.lines.slice(Span(source.path, sent.end, whole.end))
    flat = f"{_OPENED.sub('(', before)}{text}{_CLOSED.sub(')', after)}"
    return before + text + after if "\n" in flat else flat
