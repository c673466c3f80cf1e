"""Breakpoints that are read though what they cover changes: a text is made once, and sent by several calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from promptlint.frozen import replace
from promptlint.languages.python.sending.binding import made_at
from promptlint.languages.python.starting.senders import Send
from promptlint.layout import Breakpoint, Segment, Volatility
from promptlint.request import Request
from promptlint.spans import Span

_Made = tuple[Span, ...]
"""Where a text is made."""
_Sent = tuple[Send, Request]


def with_reread(sent: Sequence[_Sent]) -> tuple[Request, ...]:
    """The requests, with each breakpoint that a second call of the same run reads, such as one behind a call that warms
    the cache up. What holds of a breakpoint holds wherever it is sent."""
    holding: defaultdict[_Made, list[tuple[frozenset[_Made], _Sent]]] = defaultdict(list)
    for one in sent:
        changing = frozenset(_changing(one[1].layout.segments))
        for made in changing:
            holding[made].append((changing, one))
    read = {
        mark.span
        for one in sent
        for mark, covered in _marked(one[1])
        if any(covered <= changing and _in_one_run(one, other) for changing, other in holding[min(covered)])
    }
    return tuple([_with_marks(request, read) if read else request for _, request in sent])


def _changing(segments: Sequence[Segment]) -> Iterator[_Made]:
    for segment in segments:
        if segment.volatility is Volatility.CALL:
            yield made_at(segment)


def _marked(request: Request) -> Iterator[tuple[Breakpoint, frozenset[_Made]]]:
    """The breakpoints that cover a text which changes, with all such texts."""
    segments = request.layout.segments
    for index, segment in enumerate(segments):
        covered = frozenset(_changing(segments[: index + 1])) if segment.breakpoint else frozenset()
        if segment.breakpoint and covered:
            yield segment.breakpoint, covered


def _in_one_run(one: _Sent, other: _Sent) -> bool:
    """Whether a run of a function makes both calls, to one model: what leads to both of them asks the same for each."""
    chain, its = one[0].chain, other[0].chain
    here, there = one[1].site, other[1].site
    if here.span == there.span or here.model != there.model or chain[-1].function is not its[-1].function:
        return False
    asked = {record.function: (record.conditions, record.handler) for record in its}
    return all(asked.get(r.function, (r.conditions, r.handler)) == (r.conditions, r.handler) for r in chain)


def _with_marks(request: Request, read: set[Span]) -> Request:
    segments = request.layout.segments
    if not any(s.breakpoint and s.breakpoint.span in read for s in segments):
        return request
    told = [
        replace(s, breakpoint=replace(s.breakpoint, read=s.breakpoint.span in read)) if s.breakpoint else s
        for s in segments
    ]
    return replace(request, layout=replace(request.layout, segments=tuple(told)))
