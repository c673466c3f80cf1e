"""PL208: a conversation grows from turn to turn, and no breakpoint moves along with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.changes import CacheRequest
from promptlint.checks.breakpoints import caches, explicit, history, marks, only_default, optional, uncached, unseen
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Step
from promptlint.request import Known, Mode, Request, Site, Tie


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find histories which are sent anew on every turn, where the provider caches only up to a breakpoint.

    What changes before the history is for other rules to say: a breakpoint behind it could not be read.
    """
    site, segments = request.site, request.layout.segments
    start = history(request)
    if start is None or site.caching or not site.markable or site.mode is Mode.BATCH:
        return
    placed = list(marks(request))
    if not explicit(request, provider) or uncached(request, provider):
        return
    if any(mark.index >= start for mark in placed):
        return
    cached = "Only what stands before it is cached" if placed else "Nothing of it is cached"
    # None: could not be told.
    again = [segment.replayed for segment in request.layout.newest]
    dropped = False in again
    yield Finding(
        at=site.span,
        message="This conversation grows from turn to turn, and no breakpoint moves along with it."
        f" {cached}: the rest is billed at full price on every turn. {_advice(dropped=dropped)}"
        f"{only_default(request, provider)}",
        confidence=_certainty(request, provider, again),
        severity=optional(site),
        flow=(Step("this grows", segments[start].origin.span), *_turns(site), call(site)),
        change=None if dropped else CacheRequest(kept=None not in again),
    )


def _turns(site: Site) -> Iterator[Step]:
    for loop in site.loops:
        if loop.tie is Tie.CHAINED:
            yield Step("on each turn of this loop", loop.span)


def _advice(*, dropped: bool) -> str:
    if dropped:
        return "Put one on the last message of the history: the newest one is not kept as it is sent."
    return "Put one on the newest message of each request."


def _certainty(request: Request, provider: Provider, again: Sequence[bool | None]) -> Confidence:
    aside = bool(again) and all(sent is False for sent in again)  # asked once, maybe, behind what was said
    if unseen(request) or aside or not caches(request, provider):
        return Confidence.LOW
    return min(Confidence.HIGH if request.known is Known.FULLY else Confidence.MEDIUM, request.site.confidence)
