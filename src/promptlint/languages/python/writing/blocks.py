"""Statements that go: whole, or what stands around others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import groupby

from promptlint.edits import Edit, RefusedError
from promptlint.languages.python.modules.notebooks import ENDING
from promptlint.languages.python.writing.source import Source
from promptlint.spans import Position, Span

Block = ast.With | ast.AsyncWith


def removed(source: Source, statement: ast.stmt) -> Edit:
    """The edit that takes a statement out, with its lines. Raises RefusedError where others stand on them."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    last = statement.end_lineno or statement.lineno
    span = Span(source.path, Position(first, 1), Position(last + 1, 1))
    whole = source.span(statement)
    around = source.lines.slice(Span(source.path, span.start, Position(first, whole.start.column)))
    behind = source.lines.slice(Span(source.path, whole.end, span.end)).strip()
    if (around.strip() and not decorators) or (behind and not behind.startswith("#")):
        raise RefusedError("several statements stand on one line")
    if not source.lines.line(first - 1).strip() or statement in getattr(source.parent(statement), "body", [])[:1]:
        notebook = source.path.endswith(ENDING)  # there, what is no code is blank too
        while not notebook and not source.lines.line(last + 1).strip() and last < source.content.count("\n"):
            last += 1  # blank lines behind it would part nothing
    return Edit(Span(source.path, span.start, Position(last + 1, 1)), "")


def unwrapped(source: Source, block: Block, item: ast.withitem, edits: Sequence[Edit]) -> Iterator[Edit]:
    """The edits that take one of the things out that a block holds, and the block with it if that is all.

    `edits`: the others, which are made in the block; what they write has its place already.
    """
    if len(block.items) > 1:
        yield from left_out([_span(source, each) for each in block.items], [each is item for each in block.items])
        return
    first = block.body[0].lineno
    colon = source.content.index(":", source.lines.offset(_span(source, item).end))
    header = source.lines.position(colon).line
    if header >= first:
        raise RefusedError("several statements stand on one line")
    yield Edit(Span(source.path, Position(block.lineno, 1), Position(header + 1, 1)), "")
    surplus = len(source.indentation(first)) - len(source.indentation(block.lineno))
    texts = {line for node in ast.walk(block) if isinstance(node, ast.Constant | ast.JoinedStr)
             for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)}  # fmt: skip
    for line in range(header + 1, (block.end_lineno or first) + 1):
        start, end = Position(line, 1), Position(line, 1 + surplus)
        covered = any(edit.span.start < end and start < edit.span.end for edit in edits)
        if line not in texts and not covered and source.lines.line(line)[:surplus].isspace():
            yield Edit(Span(source.path, start, end), "")


def left_out(parts: Sequence[Span], gone: Sequence[bool]) -> Iterator[Edit]:
    """The edits that take some parts out of a list with commas."""
    at = 0
    for out, several in groupby(gone):
        first, at = at, at + len([*several])
        if out and at < len(parts):
            yield Edit(Span(parts[0].path, parts[first].start, parts[at].start), "")
        elif out:
            start = parts[first - 1].end if first else parts[0].start
            yield Edit(Span(parts[0].path, start, parts[-1].end), "")


def outdented(source: Source, line: int, block: Block | None) -> str:
    """The white space at the start of a line, once a block is gone that stands around it and holds one thing."""
    own = source.indentation(line)
    if block is None or len(block.items) > 1 or not block.lineno < line <= (block.end_lineno or 0):
        return own
    return own[len(source.indentation(block.body[0].lineno)) - len(source.indentation(block.lineno)) :]


def _span(source: Source, item: ast.withitem) -> Span:
    start = source.span(item.context_expr)
    end = source.span(item.optional_vars) if item.optional_vars is not None else start
    return Span(source.path, start.start, end.end)
