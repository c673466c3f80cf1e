"""ToAsync and ToThread: while a model answers, the event loop goes on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.knowledge.models import Call, Client
from promptlint.languages.python.modules.syntax import own_nodes
from promptlint.languages.python.writing.arguments import with_first
from promptlint.languages.python.writing.calls import known
from promptlint.languages.python.writing.clients import base_of, calls, made
from promptlint.languages.python.writing.importing import renamed, with_imports
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.request import Mode, Request
from promptlint.spans import Position, Span

_THREAD = "asyncio.to_thread"
_AWAIT = "await "
_WAITS = re.compile(r"\b(?:synchronous|block)", re.IGNORECASE)


def awaited(request: Request, sources: Sources) -> Iterator[Fix]:
    """Make the client, or the method, an asynchronous one, and await its calls. Raises RefusedError."""
    site = request.site
    model, client = known(site, sources.models)
    source, call = sources.at(site.span)
    if not isinstance(call, ast.Call) or site.blocks is None or site.blocks.span != site.span:
        raise RefusedError("it is called by a function that is no coroutine")
    if site.mode is Mode.STREAM:
        raise RefusedError("the answer is streamed: what reads the stream has to be asynchronous too")
    if not site.twin:
        raise RefusedError("its library has no asynchronous client for this call")
    twin = model.twin or (client.twin if client else "")
    edits = _method(source, call, model) if model.twin else _class(source, call, model, client, sources)
    yield Fix(Applicability.UNSAFE, f"Await `{twin}`", tuple(sorted(edits)))


def in_thread(request: Request, sources: Sources) -> Iterator[Fix]:
    """Let a thread make the call that the event loop waits for. Raises RefusedError."""
    site = request.site
    if site.blocks is None or site.mode is Mode.STREAM:
        raise RefusedError("the answer is streamed, and would be read outside of the thread")
    inner, sends = sources.at(site.span)
    source, call = sources.at(site.blocks.span)
    if not isinstance(call, ast.Call):
        raise RefusedError("it is not written as a call")
    if sends is not call and any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own_nodes(inner.scope(sends))):
        raise RefusedError("the function that calls it gives its answers one by one")
    function = source.text(call.func)
    longer = len(_THREAD) - len(function) + len(_AWAIT)
    edits = (
        *with_imports(source, ("import asyncio",), call),
        *_await(source, call, aligned=False),
        source.replaced(call.func, _THREAD),
        with_first(source, call, function, longer),
        *_realigned(source, call, longer),
    )
    yield Fix(Applicability.UNSAFE, f"Wait for `{' '.join(function.split())}` in a thread", tuple(sorted(edits)))


def _await(source: Source, call: ast.Call, longer: int = 0, *, aligned: bool = True) -> tuple[Edit, ...]:
    """The edits that await a call, whose function gets longer by so many characters. Raises RefusedError where it
    cannot be awaited.
    """
    scope = source.scope(call)
    inside = next((node for node in source.above(call) if isinstance(node, ast.GeneratorExp | ast.JoinedStr)), None)
    within = scope.body if isinstance(scope, ast.AsyncFunctionDef) else []
    if inside is not None or not any(node in within for node in source.above(call)):
        raise RefusedError(f"the call in line {call.lineno} stands where nothing can be awaited")
    if _WAITS.search("\n".join(_said_above(source, call))):
        raise RefusedError("the comment above it says that it waits")
    above = source.parent(call)
    if isinstance(above, ast.Await):
        raise RefusedError(f"the call in line {call.lineno} is awaited already")
    used = isinstance(above, ast.Attribute | ast.Subscript) and above.value is call
    enclosed = used or (isinstance(above, ast.Call) and above.func is call)
    before, after = (f"({_AWAIT}", (source.after(call, ")"),)) if enclosed else (_AWAIT, ())
    moved = _realigned(source, call, len(before) + longer) if aligned else ()
    return source.before(call, before), *after, *moved


def _realigned(source: Source, call: ast.Call, by: int) -> Iterator[Edit]:
    """The edits by which lines that stand behind the parenthesis of a call still do so when it is further right."""
    begin = source.inside(call).start
    if not source.lines.line(begin.line)[begin.column - 1 :].strip():
        return
    texts = (n for n in ast.walk(call) if isinstance(n, ast.Constant | ast.JoinedStr) and n.lineno != n.end_lineno)
    fixed = {line for node in texts for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)}
    for line in range(begin.line + 1, (call.end_lineno or call.lineno) + 1):
        if line not in fixed and len(source.indentation(line)) >= begin.column - 1 and source.lines.line(line).strip():
            start, end = Position(line, 1), Position(line, 1 + max(-by, 0))
            yield Edit(Span(source.path, start, end), " " * by)


def _said_above(source: Source, call: ast.Call) -> Iterator[str]:
    """The comments right above the statement that a call stands in."""
    statement = next(node for node in source.above(call) if isinstance(node, ast.stmt))
    for line in range(source.head(statement), statement.lineno):
        yield source.lines.line(line)


def _method(source: Source, call: ast.Call, model: Call) -> tuple[Edit, ...]:
    """The edits that call a coroutine of the same client, or the same module."""
    if model.function:
        twin = model.twin.rpartition(".")[2]
        named = call.func.attr if isinstance(call.func, ast.Attribute) else source.text(call.func)
        return *renamed(source, [call.func], twin), *_await(source, call, len(twin) - len(named))
    base = base_of(source, call, model.path, frozenset())
    span = Span(source.path, source.span(base).end, source.span(call.func).end)
    if source.lines.slice(span) != f".{model.path}":
        raise RefusedError("the call is not written in one piece")
    return Edit(span, f".{model.twin}"), *_await(source, call, len(model.twin) - len(model.path))


def _class(source: Source, call: ast.Call, model: Call, client: Client | None, sources: Sources) -> tuple[Edit, ...]:
    """The edits that make another client, and await all that is called on it."""
    models = sources.models
    found = made(source, base_of(source, call, model.path, models.same_client), sources)
    kind = models.clients.get(source.dotted(found.call.func))
    if client is None or kind is None or kind.twin != client.twin:
        raise RefusedError("the place where its client is made is not seen")
    for keyword in found.call.keywords:
        if keyword.arg in kind.differs:
            raise RefusedError(f"its client is made with `{keyword.arg}`, which would have to be asynchronous too")
    module, _, twin = f"{kind.name.rpartition('.')[0]}.{kind.twin.rpartition('.')[2]}".rpartition(".")
    if f"{module}.{twin}" not in models.clients:
        raise RefusedError(f"`{module}` has no `{twin}`")
    speaking = [found.call.func]
    if found.annotation is not None and source.dotted(found.annotation) == source.dotted(found.call.func):
        speaking.append(found.annotation)
    edits = [*renamed(source, speaking, twin)]
    for each, path in calls(source, found, models.same_client):
        other = next((known for known in models.calls.get(path, ()) if known.library == kind.library), None)
        if other is None or other.mode is not None or any(k.arg == other.stream for k in each.keywords):
            raise RefusedError(f"`{path}` in line {each.lineno} is called in another way there")
        edits += _await(source, each)
    return tuple(edits)
