"""PL207: a breakpoint on a block that cannot carry one."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.breakpoints import marks
from promptlint.checks.wording import call, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find breakpoints on blocks of a kind that the call's API refuses to mark."""
    for mark in marks(request):
        if mark.breakpoint.refused:
            kind = mark.breakpoint.block
            what = "a block without text" if kind == "empty" else f"a block of type {quoted(kind)}"
            yield Finding(
                at=mark.breakpoint.span,
                message=f"{what[0].upper()}{what[1:]} cannot carry a breakpoint: the request is refused, or the"
                " breakpoint dropped. Put it on the block before or behind it.",
                confidence=min(request.site.confidence, Confidence.LOW),
                flow=(call(request.site),),
            )
