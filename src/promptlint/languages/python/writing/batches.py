"""ToBatch: a loop that sends one prompt per item hands all of them in at once, and then goes through the answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.knowledge.models import Client, Models
from promptlint.knowledge.providers import Batch, Providers
from promptlint.languages.python.writing.blocks import removed
from promptlint.languages.python.writing.calls import known
from promptlint.languages.python.writing.clients import base_of
from promptlint.languages.python.writing.importing import unused, with_imports
from promptlint.languages.python.writing.mapped import in_one_place
from promptlint.languages.python.writing.pools import is_one
from promptlint.languages.python.writing.sent import ONE, REQUESTS, Handing, Sent, free
from promptlint.languages.python.writing.single import must_be_body, must_take_batches
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.languages.python.writing.splitting import sent_by
from promptlint.languages.python.writing.started import in_two_places, started, started_of
from promptlint.languages.python.writing.turns import (
    Comprehension,
    Turn,
    changed_to,
    comprehension_of,
    must_be_awaited,
    turn_of,
)
from promptlint.languages.python.written import MOST_BYTES, MOST_REQUESTS, code, is_copy
from promptlint.request import Mode, Request
from promptlint.spans import Position, Span


def in_batches(request: Request, loop: Span, sources: Sources, providers: Providers) -> Iterator[Fix]:
    """The loop at a span as two: one makes the requests, one goes through the answers. Raises RefusedError."""
    site = request.site
    model, made = known(site, sources.models)
    limits = providers[site.provider].batch
    name = {Mode.SYNC: model.batch_code, Mode.ASYNC: model.async_batch_code}.get(site.mode, "")
    template = sources.models.batch_codes.get(name)
    if template is None or limits is None:
        raise RefusedError("promptlint does not write batches for this call")
    if request.layout.breakpoints or site.automatic or site.kept:
        raise RefusedError("its prompt carries cache breakpoints, which the items of a batch mostly write for nothing")
    source, call = sources.at(site.span)
    if not isinstance(call, ast.Call):
        raise RefusedError("it is not written as a call")
    must_be_body(source, call, model, sources)
    must_take_batches(source, sources.models)
    client = source.text(base_of(source, call, model.path, frozenset()))
    sent, edits = sent_by(source, call, client, code(template), sources)
    handing = Handing(code(template), sent.client)
    edits += _handed_in(source, sent, handing, loop, sources.models)
    edits += _function(source, min((call, sent.call), key=lambda node: node.lineno), template, limits, made, edits)
    yield Fix(
        Applicability.UNSAFE, f"Hand the requests in as a batch (`{handing.code.function}`)", tuple(sorted(edits))
    )


def _handed_in(source: Source, sent: Sent, handing: Handing, loop: Span, models: Models) -> list[Edit]:
    """The edits that hand in what is sent in the loop at a span. Raises RefusedError."""
    if sent.handed and is_one(source, sent.call, models.maps):
        return list(in_one_place(source, sent, handing, loop, models))
    kept = started_of(source, sent, handing, models)
    if kept is not None:
        return list(in_two_places(source, kept, sent, handing, loop, models))
    if sent.handed:
        raise RefusedError("the call is started, and its answer is not taken in a way that is seen")
    call = started(source, sent.call, models)
    if handing.code.is_async:
        must_be_awaited(source, call, models)
    collected = comprehension_of(source, call, loop, models, sent.names)
    if collected is not None:
        return [_two_comprehensions(source, collected, call, sent, handing)]
    turn = turn_of(source, sent.call, loop, sent.names, read=bool(sent.reader))
    return [*_two_loops(source, turn, sent, handing), *_without_pauses(source, turn, models)]


def _two_loops(source: Source, turn: Turn, sent: Sent, handing: Handing) -> Iterator[Edit]:
    """The edits that end the loop behind the request, and begin another one for what is done with the answer."""
    taken = source.names(source.scope(turn.loop))
    requests, one = free(REQUESTS, taken), free(ONE, taken)
    answer = turn.answer or handing.answer(taken)
    item = turn.items[0] if len(turn.items) == 1 else f"({', '.join(turn.items)})"
    outer, inner = source.indentation(turn.loop.lineno), source.indentation(turn.statement.lineno)
    yield _lines(source, _above(source, turn.loop), f"{outer}{requests} = []\n")
    arguments, statement = source.inside(turn.call), source.span(turn.statement)
    yield Edit(Span(source.path, statement.start, arguments.start), f"{one} = {sent.maker}(")
    text = sent.arguments(source)
    moved = _dedented(source, turn, text)
    if moved != source.lines.slice(arguments):
        yield Edit(arguments, moved)
    yield Edit(Span(source.path, arguments.end, statement.end), ")")
    end = turn.statement.end_lineno or turn.statement.lineno
    at = Position(end, len(source.lines.line(end)) + 1)
    kept = f"\n{inner}{requests}.append(({item}, {one}))"
    head = f"{outer}{handing.loop} {item}, {answer} in {handing.answers(requests)}:"
    if not turn.answer:
        rest = changed_to(source, turn.statement, turn.call, sent.read(answer))
        yield Edit(Span(source.path, at, at), f"{kept}\n{head}\n{inner}{rest}")
        return
    yield Edit(Span(source.path, at, at), kept)
    line = end + 1  # the blank lines behind the call stand between the two loops now
    while not source.lines.line(line).strip():
        line += 1
    yield _lines(source, line, f"{head}\n")


def _without_pauses(source: Source, turn: Turn, models: Models) -> Iterator[Edit]:
    """The edits that take out what slows the loop down: a batch keeps within the provider's limits by itself."""
    for node in turn.loop.body:
        match node:
            case ast.Expr(value=(ast.Call() as pause) | ast.Await(value=ast.Call() as pause)) if (
                source.dotted(pause) in models.pauses
            ):
                yield removed(source, node)


def _two_comprehensions(source: Source, found: Comprehension, call: ast.Call, sent: Sent, handing: Handing) -> Edit:
    """The edit that makes a list of requests of what goes through the items, and goes through the answers instead."""
    taken = source.names(source.scope(found.node))
    answer = handing.answer(taken)
    clause, place, start = source.lines.slice(found.clause), source.awaited(call), source.span(found.node).start
    begin = Position(start.line, start.column + 1)
    head = source.lines.slice(Span(source.path, begin, place.start)).lstrip()
    tail = source.lines.slice(Span(source.path, place.end, found.clause.start)).rstrip()
    item = found.items[0] if len(found.items) == 1 else f"({', '.join(found.items)})"
    arguments = sent.arguments(source)
    opened, closed = found.brackets
    outer = source.indentation(found.whole.start.line)
    inner = f"{outer}    "
    lines = [
        opened,
        f"{inner}{head}{sent.read(answer)}{tail}",
        f"{inner}{handing.loop} {item}, {answer} in {handing.answers('[')[:-1]}",
        f"{inner}    ({item}, {sent.maker}({arguments}))",
        f"{inner}    {clause.strip()}",
        f"{inner}])",
        f"{outer}{closed}",
    ]
    return Edit(found.whole, "\n".join(lines))


def _dedented(source: Source, turn: Turn, text: str) -> str:
    """The arguments of a call that stands deeper than its statement, as far out as the statement."""
    own = source.indentation(turn.call.end_lineno or 0)
    surplus = len(own) - len(source.indentation(turn.statement.lineno))
    inside = ast.walk(turn.call)
    if surplus <= 0 or any(isinstance(n, ast.Constant | ast.JoinedStr) and n.lineno != n.end_lineno for n in inside):
        return text
    first, *lines = text.split("\n")
    return "\n".join([first, *(line[surplus:] if line[:surplus].isspace() else line for line in lines)])


def _function(
    source: Source, user: ast.AST, template: str, limits: Batch, client: Client | None, edits: Sequence[Edit]
) -> Iterator[Edit]:
    """The edits that put the function for batches in front of what uses it, and keep the imports to what is used.

    `edits`: the others. Raises RefusedError.
    """
    text = _text(source, template, limits)
    if not text:
        yield from unused(source, edits)[0]
        return
    line = _above(source, source.top(user))
    blank = "".join("\n" for i in (1, 2) if source.lines.line(line - i).strip())
    function = _lines(source, line, f"{blank}{text}\n\n\n")
    imports = code(template).imports
    left_out, gone = unused(source, [*edits, function])
    yield function
    yield from left_out
    yield from with_imports(source, _as_it_was(imports, client) if client and client.until else imports, user, gone)


def _text(source: Source, template: str, limits: Batch) -> str:
    """The function for batches; empty where the file has it already. Raises RefusedError."""
    written = code(template)
    same = [node for node in source.tree.body if getattr(node, "name", "") == written.function]
    if any(is_copy(node, template) for node in same):
        return ""
    if same or written.function in source.names(source.tree):
        raise RefusedError(f"`{written.function}` is something else in this file")
    text = written.text
    for name, most in (MOST_REQUESTS, limits.requests), (MOST_BYTES, limits.bytes):
        if most is not None:
            text = text.replace(name, f"{most:_}")
        elif name in text:
            raise RefusedError("the limits of a batch are not known")
    return text


def _as_it_was(imports: Collection[str], client: Client) -> list[str]:
    """Imports of a library as it is, for one which still had a class of the same name in another module."""
    then, _, name = client.name.rpartition(".")
    now = next((line.split()[1] for line in imports if line.endswith(f" import {name}")), "")
    if not now:
        raise RefusedError(f"batches are written for {client.library} {client.until}, which has no `{client.name}`")
    return [re.sub(rf"(?<=from ){re.escape(now)}\b", then, line) for line in imports]


def _above(source: Source, node: ast.stmt) -> int:
    """The line of a statement, or of the comments and decorators right above it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while source.lines.line(line - 1).lstrip().startswith("#"):
        line -= 1
    return line


def _lines(source: Source, line: int, content: str) -> Edit:
    """New lines in front of a line."""
    return Edit(Span(source.path, Position(line, 1), Position(line, 1)), content)
