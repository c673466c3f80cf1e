"""PL206: more blocks are added in one turn than the provider looks back from a breakpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from promptlint.checks.breakpoints import marks
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Segment
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find conversations whose turns add so many blocks that a breakpoint does not reach what the last turn wrote.

    The breakpoint's own block counts, and so does the answer in between. A run of tool results is one.
    """
    segments = request.layout.segments
    last = max((i for i, segment in enumerate(segments) if segment.growing), default=None)
    mark = next((mark for mark in marks(request) if last is not None and mark.index > last), None)
    if provider.lookback is None or last is None or mark is None:
        return
    added = _blocks(segments[last + 1 : mark.index + 1]) + 1
    if added >= provider.lookback:
        yield Finding(
            at=mark.breakpoint.span,
            message=f"Each turn adds {added} blocks up to this breakpoint, and {provider.title} looks back over"
            f" {provider.lookback} at most: what the last turn wrote is not found. Put another breakpoint in between.",
            confidence=min(request.site.confidence, Confidence.LOW),
            flow=(call(request.site),),
        )


def _blocks(segments: Sequence[Segment]) -> int:
    blocks = groupby(segments, key=lambda s: (s.role, -1 if s.role is Role.TOOL else s.block))
    return sum(1 for _ in blocks)
