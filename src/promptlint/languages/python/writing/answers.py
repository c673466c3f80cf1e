"""The answers of a batch, taken in the place where those of calls were that had been started."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promptlint.edits import Edit, RefusedError
from promptlint.languages.python.writing.blocks import Block, outdented, removed
from promptlint.languages.python.writing.pairs import Pair
from promptlint.languages.python.writing.sent import Handing, Sent
from promptlint.languages.python.writing.source import Source
from promptlint.languages.python.writing.taking import Taking, Turns
from promptlint.spans import Span


def taken_instead(
    source: Source, taking: Taking, sent: Sent, handing: Handing, pair: Pair, requests: str, block: Block | None
) -> Iterator[Edit]:
    """The edits that take the answers to a list of requests. Raises RefusedError.

    `block`: what goes, and may stand around them.
    """
    answers = handing.answers(requests)
    if isinstance(taking.at, ast.Call):
        answer = handing.answer({*re.findall(r"\w+", f"{answers} {pair.target}")})
        clause = f"{handing.loop} {pair.target}, {answer} in {answers}"
        yield _at_once(source, taking.at, sent, sent.read(answer, pair.called), clause, block)
        return
    yield from _one_by_one(source, taking.at, sent, handing, pair, answers)
    if pair.gone is not None:
        yield removed(source, pair.gone)
    else:
        yield from (source.replaced(told, pair.told) for told in taking.told)


def _at_once(source: Source, gather: ast.Call, sent: Sent, read: str, clause: str, block: Block | None) -> Edit:
    """The edit that makes a list of all answers; only a loop where nothing is done with the list."""
    place = source.awaited(gather)
    line, indent = source.lines.line(place.start.line), outdented(source, place.start.line, block)
    if isinstance(source.parent(source.parent(gather) or gather), ast.Expr) and sent.reader:
        return Edit(place, f"{clause}:\n{indent}    {read}")
    text = f"[{read} {clause}]"
    width = len(line) - (place.end.column - place.start.column) + len(text)
    if width > source.width or place.start.line != place.end.line:
        text = f"[\n{indent}    {read}\n{indent}    {clause}\n{indent}]"
    return Edit(place, text)


def _one_by_one(source: Source, turns: Turns, sent: Sent, handing: Handing, pair: Pair, answers: str) -> Iterator[Edit]:
    """The edits that make a loop over the answers of one over the calls."""
    loop, is_async = turns.loop, handing.code.is_async
    whole = source.parent(loop) if isinstance(loop, ast.comprehension) else loop
    assert whole is not None
    if is_async:
        _must_take_async(source, whole, loop.target)
    answer, named = ("", None) if sent.reader else _naming(source, turns)
    answer, took = answer or handing.answer(source.names(source.scope(whole))), turns.answer
    each = f"{pair.target}, {answer}"
    yield source.replaced(turns.target, f"({each})" if isinstance(loop.target, ast.Tuple) else each)
    yield source.replaced(loop.iter if is_async else turns.given, answers)
    if is_async and not getattr(loop, "is_async", isinstance(loop, ast.AsyncFor)):
        begin = source.content.rindex("for", 0, source.lines.offset(source.span(loop.target).start))
        at = source.lines.position(begin)
        yield Edit(Span(source.path, at, at), "async ")
    if named:
        yield removed(source, named)
        return
    place = source.awaited(took.value) if isinstance(took, ast.Await) else source.span(took)
    yield Edit(place, sent.read(answer, pair.called))


def _naming(source: Source, turns: Turns) -> tuple[str, ast.stmt | None]:
    """The name that a statement of a loop gives to an answer, if that is all it does, and that statement."""
    match source.parent(turns.answer):
        case ast.Assign(targets=[ast.Name(id=name)]) as statement if statement in getattr(turns.loop, "body", [])[:-1]:
            return name, statement
    return "", None


def _must_take_async(source: Source, whole: ast.AST, target: ast.expr) -> None:
    """Raises RefusedError where a loop cannot be one that awaits what it goes through."""
    if not isinstance(source.scope(whole), ast.AsyncFunctionDef) or isinstance(whole, ast.GeneratorExp):
        raise RefusedError("its answers are taken where nothing can be awaited")
    if isinstance(target, ast.Tuple):
        raise RefusedError("its answers are numbered as they come")
