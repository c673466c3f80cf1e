"""PL204: a breakpoint on a prefix that is too short for the model to cache."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import RemoveBreakpoint
from promptlint.checks.breakpoints import marks
from promptlint.checks.prefix import sent
from promptlint.checks.wording import about, call, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find prompts whose last breakpoint stands behind too little text, all of it known.

    An estimate is a range: all of it has to be below the minimum. Where the model is not known, the least of all
    models counts.
    """
    placed = list(marks(request))
    if provider.breakpoints is None or not provider.told or not placed or placed[-1].automatic:
        return
    covered = request.layout.segments[: placed[-1].index + 1]
    tokens = sent(covered)
    least = provider.least_minimum(request.site.model)
    if all(s.literal and not s.repeated and not s.growing for s in covered) and tokens.high < least:
        model = f"{quoted(request.site.model)} caches" if request.site.model else f"{provider.title} caches"
        yield Finding(
            at=placed[-1].breakpoint.span,
            message=f"~{about(tokens):,} tokens stand before this breakpoint, and {model} no prefix of less than"
            f" {least:,}: it is ignored.",
            confidence=request.site.confidence,
            flow=(call(request.site),),
            stranded=tokens,
            change=RemoveBreakpoint(placed[-1].index),
        )
