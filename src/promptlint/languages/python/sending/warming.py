"""Which prompts begin with what an earlier call has sent, so that a cache may hold it already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from promptlint.frozen import replace
from promptlint.request import Request
from promptlint.spans import Span

LEAST_SHARED = 128
"""Tokens of a text that is long enough to tell that two prompts begin alike."""


def with_warmed(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The requests, those marked which run side by side after a call in the same file that sends the same text.

    Whichever function that call is in: it may be called before.
    """
    sharing: defaultdict[Span, list[Request]] = defaultdict(list)
    for request in requests:
        for segment in request.layout.segments:
            if segment.literal and segment.tokens.low >= LEAST_SHARED:
                sharing[segment.origin.span].append(request)
    return tuple(
        replace(request, site=replace(request.site, warmed=True)) if _is_warmed(request, sharing) else request
        for request in requests
    )


def _is_warmed(request: Request, sharing: Mapping[Span, Sequence[Request]]) -> bool:
    fan_out = next((loop for loop in request.site.loops if loop.parallel), None)
    if fan_out is None:
        return False
    others = (o for s in request.layout.segments for o in sharing.get(s.origin.span, ()) if o is not request)
    return any(
        other.site.span.path == fan_out.span.path
        and other.site.span.start < fan_out.span.start
        and not any(loop.parallel for loop in other.site.loops)
        for other in others
    )
