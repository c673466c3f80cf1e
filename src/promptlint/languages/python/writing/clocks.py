"""Coarsen: a clock tells the date only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from promptlint.changes import label_of
from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.frozen import replace
from promptlint.knowledge.models import Models
from promptlint.knowledge.varying import Clock
from promptlint.labels import time_named
from promptlint.languages.python.writing.moves import places, put_together, texts_at
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.layout import Layout, Segment, Volatility
from promptlint.spans import Span

_TOKENS = re.compile(r"%[-#_0^]?[A-Za-z%]|[^%]+|%")
_SPEC = re.compile(r"\s*(?:![rsa])?:([^{}]*)\}")
_DATE = "%Y-%m-%d"
_MESSAGE = "Let the clock tell the date only"


def coarsened(layout: Layout, clocks: Sequence[int], sources: Sources) -> Iterator[Fix]:
    """The ways to have the first of some clocks tell the date where its text is made, each with the best way for the
    others, and with what they are called. Raises RefusedError.
    """
    first, *rest = (layout.segments[index] for index in clocks)
    others = [edit for segment in rest for edit in next(_ways(segment, sources)).edits]
    others += [_renamed(layout, index, label, sources) for index in clocks if (label := label_of(layout, index))]
    for fix in _ways(first, sources):
        yield replace(fix, edits=tuple(dict.fromkeys((*fix.edits, *others))))


def _renamed(layout: Layout, index: int, label: Segment, sources: Sources) -> Edit:
    """The edit that calls a date what the text before it calls a time. Raises RefusedError."""
    source = sources[label.origin.span.path]
    for text in texts_at(source, put_together(source, label.origin.span)):
        for at in places(text, layout, index):
            named = time_named(text.flat[:at])
            if named:
                first, last = text.characters[named[0]], text.characters[named[1] - 1]
                if first.atom == last.atom:
                    position = source.lines.position
                    return Edit(Span(source.path, position(first.start), position(last.end)), named[2])
    raise RefusedError("the text before it calls it a time")


def _ways(segment: Segment, sources: Sources) -> Iterator[Fix]:
    source, node = sources.at(segment.origin.span)
    function = getattr(source.scope(node), "name", "")
    if {"time", "clock"} & set(function.lower().split("_")) and "date" not in function.lower():
        raise RefusedError(f"`{function}` is asked for the time")
    clock, read = _clock(node, source, sources.models)
    if clock is None:
        yield _fix(_literal(_format_argument(node, source, sources.models), source, sources.models))
        return
    refused: RefusedError | None = None
    for use in _uses(node, clock, source):
        try:
            yield _fix(_use(use, clock, read, source, sources.models))
        except RefusedError as error:
            refused = error
    if refused:
        raise refused


def _fix(edit: Edit) -> Fix:
    return Fix(Applicability.UNSAFE, _MESSAGE, (edit,))


def _clock(node: ast.expr, source: Source, models: Models) -> tuple[Clock | None, str]:
    """The kind of clock that an expression gives, if it becomes a date, and the method which makes it one."""
    known = models.varies.get(source.dotted(node))
    clock = models.clocks.get(known.gives) if known else None
    for method, becomes in clock.becomes.items() if clock else ():
        other = models.clocks.get(becomes)
        if other and models.units[other.text] <= Volatility.PERIODIC:
            return clock, method
    return None, ""


def _format_argument(node: ast.expr, source: Source, models: Models) -> ast.expr:
    """The format in a call like `time.strftime`. Raises RefusedError for other calls."""
    known = models.varies.get(source.dotted(node))
    position = known.format_argument if known else None
    if isinstance(node, ast.Call) and position is not None and position < len(node.args):
        return node.args[position]
    raise RefusedError(f"`{source.text(node)}` does not tell a date in any form")


def _uses(node: ast.expr, clock: Clock, source: Source) -> Iterator[ast.expr]:
    """Where the value of a clock is used: there, or where the name is read that it is assigned to."""
    top = _same(node, clock, source)
    parent = source.parent(top)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1 or not isinstance(parent.targets[0], ast.Name):
        yield top
        return
    name = parent.targets[0].id
    scope = source.scope(parent)
    loads = source.loads(name, scope)
    if isinstance(scope, ast.Module | ast.ClassDef) or len(source.stores(name, scope)) != 1 or not loads:
        raise RefusedError(f"`{name}` is used in other places too")
    if len(loads) == 1 and isinstance(source.parent(loads[0]), ast.FormattedValue) and not _spec(loads[0], source):
        yield top
        return
    for load in loads:
        yield _same(load, clock, source)


def _same(node: ast.expr, clock: Clock, source: Source) -> ast.expr:
    """The outermost expression that is still the same clock: in another time zone, say."""
    while True:
        parent = source.parent(node)
        call = source.parent(parent) if isinstance(parent, ast.Attribute) and parent.attr in clock.same else None
        if not isinstance(call, ast.Call) or call.func is not parent:
            return node
        node = call


def _use(node: ast.expr, clock: Clock, date: str, source: Source, models: Models) -> Edit:
    """The edit that makes a date of one use of a clock. Raises RefusedError."""
    parent = source.parent(node)
    call = source.parent(parent) if isinstance(parent, ast.Attribute) else None
    if isinstance(parent, ast.Attribute) and isinstance(call, ast.Call) and call.func is parent:
        return _called(call, parent, clock, date, source, models)
    if isinstance(parent, ast.Attribute):
        raise RefusedError(f"`{parent.attr}` of a date does not exist")
    spec = _spec(node, source) if isinstance(parent, ast.FormattedValue) else None
    if spec is None or not spec[1]:
        return source.after(node, f".{date}()")
    return Edit(spec[0], _coarse_format(spec[1], models))


def _called(call: ast.Call, method: ast.Attribute, clock: Clock, date: str, source: Source, models: Models) -> Edit:
    if method.attr in clock.formats and call.args:
        return _literal(call.args[0], source, models)
    if method.attr == "isoformat":
        return source.replaced(call, f"{source.text(method.value)}.{date}().isoformat()")
    raise RefusedError(f"`{method.attr}` tells no date")


def _spec(node: ast.expr, source: Source) -> tuple[Span, str] | None:
    """Where the format of an interpolated value is written, and what it says; None where there is none."""
    begin = source.lines.offset(source.span(node).end)
    found = _SPEC.match(source.content, begin)
    if found is None:
        return None
    position = source.lines.position
    return Span(source.path, position(found.start(1)), position(found.end(1))), found[1]


def _literal(node: ast.expr, source: Source, models: Models) -> Edit:
    """The edit that makes a date of a format which is written as a literal. Raises RefusedError."""
    text = source.text(node)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or text.count(node.value) != 1:
        raise RefusedError("the format of the time is not written where it is used")
    return source.replaced(node, text.replace(node.value, _coarse_format(node.value, models)))


def _coarse_format(text: str, models: Models) -> str:
    """A strftime format without what is finer than a day. Raises RefusedError where the two are mixed."""
    units = list(models.units)
    day = units.index("day")
    tokens = _TOKENS.findall(text)
    fine = [
        token in models.directives and units.index(models.directives[token]) < day
        for token in (re.sub(r"[-#_0^]", "", token) if token.startswith("%") else token for token in tokens)
    ]
    coarse = [
        i for i, token in enumerate(tokens) if token.startswith("%") and not fine[i] and token not in ("%%", "%Z", "%z")
    ]
    if not coarse:
        return _DATE
    if any(fine[coarse[0] : coarse[-1]]):
        raise RefusedError("the format mixes date and time")
    begin = coarse[0] if any(fine[: coarse[0]]) else 0
    end = coarse[-1] + 1 if any(fine[coarse[-1] :]) else len(tokens)
    return "".join(tokens[begin:end])
