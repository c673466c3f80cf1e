"""PL109: branches at the head of a prompt split the cache into variants."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.prefix import loss_behind, opening, sent_again
from promptlint.checks.wording import about, place, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Volatility
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find text that only some requests have, in front of text that all of them have.

    How often a condition changes does not matter: each way through it is a prefix of its own, written to the cache by
    itself. What decides a branch has to be seen, or there is nothing to point at.
    """
    if not sent_again(request):
        return
    begin = opening(request.layout).segments
    told = set()
    for index, segment in enumerate(begin):
        shared = [s for s in begin[index + 1 :] if not s.arms]
        for arm in segment.arms:
            if arm.condition is None or arm.condition in told or not shared:
                continue
            if arm.condition.span == request.site.span:
                continue  # written nowhere: what was set elsewhere since, say
            told.add(arm.condition)
            loss = loss_behind(request, provider, begin.index(shared[0]), Volatility.SESSION)
            if loss.enough:
                yield Finding(
                    at=arm.condition.span,
                    message=f"{quoted(arm.condition.text)} decides on text in {place(segment)}, before"
                    f" ~{about(loss.rebilled):,} tokens that are the same either way: each way is written to the cache"
                    " by itself, and read by its own requests only. Put what differs behind what does not.",
                    confidence=min(Confidence.MEDIUM, request.site.confidence),
                    flow=way(segment, request.site),
                    stranded=loss.rebilled,
                )
