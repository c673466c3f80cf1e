"""RemoveBreakpoint and Retime: breakpoints that are there already go, or last longer."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.layout import Breakpoint, Layout
from promptlint.spans import Span


def unmarked(layout: Layout, index: int, sources: Sources) -> Iterator[Fix]:
    """Take out the breakpoint behind a segment. Raises RefusedError where it is not written in its block."""
    source, value = sources.at(_mark(layout, index).span)
    block = source.parent(value)
    if not isinstance(block, ast.Dict) or value not in block.values:
        raise RefusedError("the breakpoint is not written where it is set")
    holder = source.parent(block)
    if len(block.values) > 1:
        edit = _dropped(source, [_entry(source, block, i) for i in range(len(block.keys))], block.values.index(value))
    elif isinstance(holder, ast.List) and len(holder.elts) > 1:
        edit = _dropped(source, [source.span(element) for element in holder.elts], holder.elts.index(block))
    else:
        raise RefusedError("nothing would be left of its block")
    yield Fix(Applicability.SAFE, "Take the cache breakpoint out", (edit,))


def _mark(layout: Layout, index: int) -> Breakpoint:
    mark = layout.segments[index].breakpoint
    if mark is None:
        raise RefusedError("there is no breakpoint")
    return mark


def _entry(source: Source, block: ast.Dict, index: int) -> Span:
    """Where a key and its value are written, or what is unpacked."""
    key, value = block.keys[index], block.values[index]
    return Span(source.path, source.span(key or value).start, source.span(value).end)


def _dropped(source: Source, items: Sequence[Span], index: int) -> Edit:
    """The edit that takes an item out of a list, with the comma that parts it from its neighbour."""
    if index:
        span = Span(source.path, items[index - 1].end, items[index].end)
    else:
        span = Span(source.path, items[0].start, items[1].start)
    if "#" in source.lines.slice(span):
        raise RefusedError("a comment stands beside it")
    return Edit(span, "")


def retimed(layout: Layout, index: int, ttl: str, sources: Sources) -> Iterator[Fix]:
    """Let the breakpoint behind a segment last as long as `ttl` says. Raises RefusedError."""
    source, value = sources.at(_mark(layout, index).span)
    if not isinstance(value, ast.Dict) or not value.values or not isinstance(source.parent(value), ast.Dict):
        raise RefusedError("the breakpoint is not written where it is set")
    quote = source.quote
    keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
    if "ttl" in keys:
        edit = source.replaced(value.values[keys.index("ttl")], f"{quote}{ttl}{quote}")
    else:
        edit = source.after(value.values[-1], f", {quote}ttl{quote}: {quote}{ttl}{quote}")
    yield Fix(Applicability.SAFE, f"Let the cache breakpoint last {ttl}", (edit,))
