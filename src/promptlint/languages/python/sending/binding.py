"""When a value is made: what is read before a loop, all turns of the loop have in common."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from promptlint.frozen import dataclass, replace
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.terms import HISTORY
from promptlint.layout import Layout, Role, Segment, Volatility
from promptlint.request import Request, Tie
from promptlint.spans import Span

_RETURNED = "returned by "
_SAID = HISTORY.removeprefix("is ")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def bound(request: Request, send: Send, engine: Engine) -> Request:
    """The request, where what differs on every call but is made before a loop of calls differs for each such loop only.

    That goes for its prompt, and for what is sent beside it. A loop that sends the same prompt again, such as a retry,
    is none that a value could be shared by. Nor does one loop matter to a conversation that is older than it: each
    message that is answered in such a loop is one more turn of it.
    """
    layout, site = request.layout, request.site
    sent = (layout.segments, *(parameter.value for parameter in site.parameters))
    if not any(segment.volatility is Volatility.CALL for segments in sent for segment in segments):
        return request
    around = list(_around(send, request, engine))
    if not around or _outlives(layout):
        return request
    bodies = [_body(record.function, engine) for record in send.chain]
    parameters = [replace(p, value=_shared(p.value, around, bodies)) for p in site.parameters]
    layout = replace(layout, segments=_shared(layout.segments, around, bodies))
    return replace(request, layout=layout, site=replace(site, parameters=tuple(parameters)))


def _outlives(layout: Layout) -> bool:
    """Whether a history that is kept elsewhere stands before the newest message: what a loop adds stands behind it."""
    segments = layout.segments
    kept = (i for i, segment in enumerate(segments) if segment.growing and _SAID in segment.because)
    first = next(kept, len(segments))
    return any(s.role is Role.USER and not s.growing and not s.literal for s in segments[first:])


@dataclass(frozen=True, slots=True)
class _Body:
    """What runs when a function is called."""

    whole: Span
    later: tuple[Span, ...]
    """Functions that it defines: they run when they are called themselves."""

    def runs(self, span: Span) -> bool:
        return _within(span, self.whole) and not any(_within(span, inner) for inner in self.later)


def _body(function: FunctionInfo, engine: Engine) -> _Body | None:
    """None for a module: what it makes is made once anyway."""
    node, place = function.node, function.module.place
    if not hasattr(node, "lineno"):
        return None
    later = [inner for inner in ast.walk(node) if isinstance(inner, _DEFINITIONS) and inner is not node]
    return _Body(engine.span(place(node)), tuple([engine.span(place(inner)) for inner in later]))


def _around(send: Send, request: Request, engine: Engine) -> Iterator[tuple[Span, int]]:
    """The loops around a call, each with the number of the call in the chain around which it stands."""
    ties = {frame.number: loop.tie for frame, loop in zip(send.loops, request.site.loops, strict=True)}
    for number, record in enumerate(send.chain):
        for frame in record.loops:
            if ties.get(frame.number, Tie.SAME) is not Tie.SAME:
                yield engine.span(frame.at), number


def _shared(
    segments: Sequence[Segment], around: Sequence[tuple[Span, int]], bodies: Sequence[_Body | None]
) -> tuple[Segment, ...]:
    return tuple(
        [
            replace(
                segment,
                volatility=Volatility.SESSION,
                because=f"{segment.because}, but only once for the whole loop",
            )
            if segment.volatility is Volatility.CALL and _before(segment, around, bodies)
            else segment
            for segment in segments
        ]
    )


def _before(segment: Segment, around: Sequence[tuple[Span, int]], bodies: Sequence[_Body | None]) -> bool:
    """Whether a value is made before one of these loops: in the function of the loop, or in one that calls that one."""
    made = [
        (span, number)
        for span in made_at(segment)
        for number, body in enumerate(bodies)
        if body is not None and body.runs(span)
    ]
    for loop, around_call in around:
        first = next((span for span, number in made if number >= around_call), None)
        if first is not None and not _within(first, loop):
            return True
    return False


def made_at(segment: Segment) -> tuple[Span, ...]:
    """Where a text is made: its own place, and the calls that returned it."""
    returned = [step.span for step in segment.origin.trail if step.message.startswith(_RETURNED)]
    return (segment.origin.span, *returned)


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end
