"""PL212: breakpoints in the items of a batch, which do not see each other's cache."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import RemoveBreakpoint
from promptlint.checks.breakpoints import marks
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider, seconds
from promptlint.layout import Confidence
from promptlint.request import Mode, Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find breakpoints with the shortest lifetime in a batch: its items start together, or far apart.

    Whether the cache was warmed before cannot be seen, so this is no more than a hint.
    """
    placed = list(marks(request))
    shortest = min(provider.lifetimes, key=seconds, default="")
    if request.site.mode is not Mode.BATCH or not placed or not shortest:
        return
    if all(provider.lifetime(mark.breakpoint.ttl) == shortest for mark in placed):
        yield Finding(
            at=placed[-1].breakpoint.span,
            message="The items of a batch run side by side, in any order: each may write this prefix at"
            f" {provider.lifetimes[shortest]:g} times the price, and few read it. Warm the cache with one call before,"
            " with the longest lifetime, or leave the breakpoint out.",
            confidence=min(request.site.confidence, Confidence.LOW),
            flow=(call(request.site),),
            change=None if placed[-1].automatic else RemoveBreakpoint(placed[-1].index),
        )
