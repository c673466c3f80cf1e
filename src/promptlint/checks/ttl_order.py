"""PL205: a breakpoint with a longer lifetime stands behind one with a shorter one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from promptlint.changes import Retime
from promptlint.checks.breakpoints import Mark, marks
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider, seconds
from promptlint.layout import Step
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find breakpoints in an order that the provider refuses, where all lifetimes are written in the source."""
    if not provider.longer_first:
        return
    for former, mark in pairwise(m for m in marks(request) if not m.breakpoint.optional):
        short, long = (provider.lifetime(m.breakpoint.ttl) for m in (former, mark))
        if not former.segment.together_with(mark.segment):
            continue
        if (seconds(short) and seconds(long) > seconds(short)) or _two_at_the_end(former, mark, short, long):
            yield Finding(
                at=mark.breakpoint.span,
                message=f"This breakpoint lasts {long} and stands {_where(former, mark)} one of {short}:"
                f" {provider.title} refuses the request. Put the longer lifetime first, or give both the same.",
                confidence=request.site.confidence,
                flow=(Step(f"this one lasts {short}", former.breakpoint.span), call(request.site)),
                change=Retime(former.index, long),
            )


def _two_at_the_end(former: Mark, mark: Mark, short: str, long: str) -> bool:
    """Whether the automatic breakpoint falls on a block which has one with another lifetime already."""
    return mark.automatic and former.index == mark.index and "" not in (short, long) and short != long


def _where(former: Mark, mark: Mark) -> str:
    return "on the same block as" if former.index == mark.index else "behind"
