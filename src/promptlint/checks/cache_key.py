"""PL209: a cache key that differs from request to request keeps them from reading each other's prefix."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.prefix import sent, sent_again, stable
from promptlint.checks.wording import call, quoted, who
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Segment, Volatility
from promptlint.request import Known, Request
from promptlint.settings import Setting

_OFTEN = {Volatility.CALL: "on every call", Volatility.REQUEST: "with every request"}


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find keys with a random text, a clock, or the data of one request in them.

    One key for each user or conversation (SESSION) is what keys are for. A prompt which is known to be too short for
    the cache has nothing to lose.
    """
    key = request.site.parameter(Setting.CACHE_KEY)
    if key is None or not sent_again(request) or _too_short(request, provider):
        return
    for segment in key.value:
        if segment.volatility in _OFTEN and not segment.arms:
            yield Finding(
                at=segment.origin.span,
                message=f"{who(segment)} changes {_OFTEN[segment.volatility]} and is a part of {quoted(key.name)}:"
                " requests with different keys do not read each other's prefix, however much of it is the same."
                " Make the key of what such requests share: the name of the prompt, or the conversation.",
                confidence=min(_certainty(segment), request.site.confidence),
                flow=(*segment.origin.trail, call(request.site)),
            )
            return


def _certainty(segment: Segment) -> Confidence:
    certain = segment.volatility is Volatility.CALL
    return segment.confidence if certain else min(segment.confidence, Confidence.MEDIUM)


def _too_short(request: Request, provider: Provider) -> bool:
    if request.known is not Known.FULLY or request.layout.conversation:
        return False
    steady = [s for s in request.layout.segments if stable(s, Volatility.SESSION)]
    return sent(steady).high < provider.minimum_for(request.site.model)
