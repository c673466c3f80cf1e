"""Calls that a pool makes for each thing of a list: `pool.map(ask, items)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.writing.blocks import Block, outdented
from promptlint.languages.python.writing.pools import pool_of
from promptlint.languages.python.writing.sent import Handing, Sent, free
from promptlint.languages.python.writing.source import Source
from promptlint.languages.python.writing.taking import must_go_to_the_end
from promptlint.languages.python.writing.turns import LOOPS, shows
from promptlint.spans import Position, Span


def in_one_place(source: Source, sent: Sent, handing: Handing, loop: Span, models: Models) -> Iterator[Edit]:
    """The edits that go through the answers to requests in the place of what a pool gives. Raises RefusedError."""
    call = sent.call
    if handing.code.is_async:
        raise RefusedError("its coroutine is handed on before it is awaited")
    _must_be_one_list(source, call, loop)
    if source.dotted(call) in models.maps:
        yield from _answers(source, sent, handing, None, models)
        return
    pool = pool_of(source, call, models)
    if call.keywords:
        raise RefusedError("the pool is given more than a function and a list")
    edits = list(_answers(source, sent, handing, pool.block, models))
    yield from edits
    yield from pool.gone(source, edits)


def _answers(source: Source, sent: Sent, handing: Handing, block: Block | None, models: Models) -> Iterator[Edit]:
    """The same but for the pool. `block`: what goes with it."""
    call = sent.call
    around: ast.expr = call
    above = source.parent(call)
    while isinstance(above, ast.Call) and above.args[:1] == [around] and shows(source, above, models):
        around, above = above, source.parent(above)
    written = _Map(source, sent, handing, around, block)
    name = source.dotted(call)
    known, parallel = name in models.maps, name in models.parallel
    match _loop(source, above, around), above:
        case _, ast.Call() as whole if source.dotted(whole) == "list" and whole.args == [around]:
            yield _listed(written, whole)
        case _ if known and not parallel:
            raise RefusedError("the next call is made when the answer to this one was used")
        case (ast.For() as each, iterated), _:
            yield from _for(written, each, iterated)
        case _, ast.comprehension(target=ast.Name() as target):
            yield from _comprehension(written, target, above)
        case _, ast.Expr() as statement if around is call:
            yield _nothing(written, statement)
        case _, _ if around is call and (known or (above is not None and _takes_lists(source, above))):
            yield _listed(written, call)
        case _:
            raise RefusedError("what the pool gives is handed on")


def _must_be_one_list(source: Source, call: ast.Call, span: Span) -> None:
    if len(call.args) != 2 or isinstance(call.args[1], ast.Starred):
        raise RefusedError("the pool is given more than a function and a list")
    if "#" in source.text(call):
        raise RefusedError("comments stand in between")
    inside: ast.AST = call
    for above in source.above(call):
        if isinstance(above, LOOPS) and inside not in (
            getattr(above, "iter", None),
            *getattr(above, "generators", ())[:1],
        ):
            raise RefusedError("there is another loop around the call")
        inside = above
    if not call.lineno <= span.start.line <= (call.end_lineno or 0):
        raise RefusedError("there is another loop around the call")


@dataclass(frozen=True, slots=True)
class _Map:
    """What is written in the place of a call of `map`."""

    source: Source
    sent: Sent
    handing: Handing
    around: ast.expr
    """What gives the same as the call: itself, or a progress bar around it."""
    block: Block | None
    """What goes, and stands around it."""

    def answers(self, item: str, indent: str) -> str:
        """What gives each item with its answer, with what stood around the call."""
        whole, call = self.source.span(self.around), self.source.span(self.sent.call)
        before = _on_one_line(self.source.lines.slice(Span(whole.path, whole.start, call.start)))
        after = _on_one_line(self.source.lines.slice(Span(whole.path, call.end, whole.end)))
        request = f"({item}, {self.sent.maker}({item}))"
        listed = (
            f"[\n{indent}    {request}\n{indent}    for {item} in {self.source.text(self.sent.call.args[1])}\n{indent}]"
        )
        return before + self.handing.answers(listed) + after

    def read(self, item: str, answer: str) -> str:
        """What the call gave for an item."""
        return self.sent.read(answer, {self.sent.item: item})


def _on_one_line(text: str) -> str:
    """What stands around a call, as it would stand on one line, where no string or comment is written on several."""
    if any(sign in text for sign in ("#", "'''", '"""', "\\\n")):
        return text
    return re.sub(r"\s*\n\s*", " ", re.sub(r"\(\s*\n\s*", "(", re.sub(r",?\s*\n\s*\)", ")", text)))


def _loop(source: Source, above: ast.AST | None, around: ast.expr) -> tuple[ast.For, ast.expr] | None:
    """The loop over what a pool gives, and what it runs over: that, or items and that (`zip`)."""
    if isinstance(above, ast.For):
        return above, around
    beside = source.parent(above) if above is not None else None
    if isinstance(above, ast.Call) and isinstance(beside, ast.For) and source.dotted(above) == "zip":
        match above.args, beside.target:
            case [items, last], ast.Tuple(elts=[ast.Name(), ast.Name()]) if last is around:
                if source.text(items) == source.text(around.args[1] if isinstance(around, ast.Call) else around):
                    return beside, above
    return None


def _for(written: _Map, loop: ast.For, iterated: ast.expr) -> Iterator[Edit]:
    must_go_to_the_end(loop)
    source, sent = written.source, written.sent
    taken = source.names(source.scope(loop))
    answer = written.handing.answer(taken)
    target: ast.expr = loop.target
    if isinstance(target, ast.Tuple) and iterated is not written.around:
        item, target = source.text(target.elts[0]), target.elts[1]
        kept = item
    else:
        item = free((sent.item, "item", "each"), taken)
        kept = item if sent.names else free(("_", item), {n.id for n in source.loads("_", source.tree)})
    colon = source.lines.position(source.content.index(":", source.lines.offset(source.span(loop.iter).end)))
    if colon.line >= loop.body[0].lineno:
        raise RefusedError("several statements stand on one line")
    yield source.replaced(loop.target, f"{kept}, {answer}")
    yield source.replaced(iterated, written.answers(item, outdented(source, loop.lineno, written.block)))
    inner = outdented(source, loop.body[0].lineno, written.block)
    at = Position(colon.line + 1, 1)
    yield Edit(Span(source.path, at, at), f"{inner}{source.text(target)} = {written.read(kept, answer)}\n")


def _comprehension(written: _Map, target: ast.Name, clause: ast.AST) -> Iterator[Edit]:
    source = written.source
    whole = source.parent(clause)
    taken = {node.id for node in ast.walk(whole or clause) if isinstance(node, ast.Name)}
    loads = [node for node in ast.walk(whole or clause) if isinstance(node, ast.Name) and node.id == target.id]
    uses = [node for node in loads if isinstance(node.ctx, ast.Load)]
    if len(uses) != 1:
        raise RefusedError(f"`{target.id}` is used for more than its answer")
    item, answer = free((written.sent.item, "item", "each"), taken), written.handing.answer(taken)
    yield source.replaced(target, f"{item}, {answer}")
    indent = outdented(source, written.around.lineno, written.block)
    yield source.replaced(written.around, written.answers(item, indent))
    yield source.replaced(uses[0], written.read(item, answer))


def _nothing(written: _Map, statement: ast.Expr) -> Edit:
    """A loop that reads all answers, where nothing was done with what the pool gives."""
    source, outer = written.source, outdented(written.source, statement.lineno, written.block)
    taken = source.names(source.scope(statement))
    item, answer = free((written.sent.item, "item", "each"), taken), written.handing.answer(taken)
    kept = item if written.sent.names or source.loads("_", source.tree) else "_"
    head = f"{written.handing.loop} {kept}, {answer} in {written.answers(item, outer)}:"
    return Edit(source.span(statement), f"{head}\n{outer}    {written.read(kept, answer)}")


def _listed(written: _Map, whole: ast.expr) -> Edit:
    """A list of all answers."""
    source, outer = written.source, outdented(written.source, whole.lineno, written.block)
    taken = {node.id for node in ast.walk(whole) if isinstance(node, ast.Name)}
    item, answer = free((written.sent.item, "item", "each"), taken), written.handing.answer(taken)
    lines = [
        "[",
        f"{outer}    {written.read(item, answer)}",
        f"{outer}    {written.handing.loop} {item}, {answer} in {written.answers(item, f'{outer}    ')}",
        f"{outer}]",
    ]
    return source.replaced(whole, "\n".join(lines))


def _takes_lists(source: Source, above: ast.AST) -> bool:
    """Whether what takes what a pool gives does the same with a list: not what asks for one thing after the other."""
    one = ("next", "iter")
    match above:
        case ast.Call():
            return source.dotted(above) not in one
        case ast.AugAssign():
            return True
        case ast.Assign(targets=[ast.Name(id=name) as target]) | ast.AnnAssign(target=ast.Name(id=name) as target):
            uses = [source.parent(load) for load in source.loads(name, source.scope(target))]
            return not any(isinstance(use, ast.Call) and source.dotted(use) in one for use in uses)
    return False
