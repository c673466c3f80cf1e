"""PL211: calls are further apart than what they cache lasts."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.breakpoints import marks
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider, seconds
from promptlint.layout import Step
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find loops that wait longer, by a number in the source, than any of their breakpoints lasts."""
    lasting = [provider.lifetime(mark.breakpoint.ttl) for mark in marks(request)]
    if not lasting or not all(seconds(ttl) for ttl in lasting):
        return
    longest = max(lasting, key=seconds)
    for loop in request.site.loops:
        if loop.pause > seconds(longest):
            longer = [ttl for ttl in provider.lifetimes if seconds(ttl) > loop.pause]
            mend = f"A lifetime of {longer[0]} would last." if longer else "Without breakpoints they cost less."
            yield Finding(
                at=loop.span,
                message=f"Each turn of this loop waits {loop.pause:,.0f} seconds, and what its call caches lasts"
                f" {longest}: it is written again each time. {mend}",
                confidence=request.site.confidence,
                flow=(*(Step("a breakpoint", mark.breakpoint.span) for mark in marks(request)), call(request.site)),
            )
