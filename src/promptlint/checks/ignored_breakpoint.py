"""PL210: a cache marker which this call, this client or this model drops or refuses."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.breakpoints import by_default, marks
from promptlint.checks.wording import call, listed, place, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence
from promptlint.request import Request
from promptlint.settings import Setting


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find markers in another library's spelling, and those that the model or the provider does not take."""
    site = request.site
    for stray in site.strays:
        mend = f"Here it is spelled {quoted(stray.instead)}." if stray.instead else "This call has none."
        yield Finding(
            at=stray.span,
            message=f"{quoted(stray.key)} is no cache marker of {quoted(site.call)}: it is dropped, or the request is"
            f" refused. {mend}",
            confidence=site.confidence,
            flow=(call(site),),
        )
    yield from _of_the_model(request, provider)
    yield from _beside_a_cached_prefix(request, provider)


def _of_the_model(request: Request, provider: Provider) -> Iterator[Finding]:
    site = request.site
    mark = next((mark for mark in marks(request) if provider.refuses(site.model, automatic=mark.automatic)), None)
    if mark is not None:
        never = provider.never_caches(site.model)
        what = "sets no breakpoint by itself" if mark.automatic and not never else "takes no breakpoints"
        without = "Nothing of it is cached." if never else "What it caches, it caches without being asked."
        yield Finding(
            at=mark.breakpoint.span,
            message=f"{quoted(site.model or '')} {what} at {provider.title}: this marker is dropped, or the request is"
            f" refused. {'Put it on a block.' if mark.automatic and not never else without}",
            # In the place of a default, others may be given, and the marker be set for them.
            confidence=Confidence.LOW if by_default(request) else site.confidence,
            flow=(call(site),),
        )


def _beside_a_cached_prefix(request: Request, provider: Provider) -> Iterator[Finding]:
    prefix = request.site.parameter(Setting.CACHED_PREFIX)
    sent = [s for s in request.layout.segments if s.role in provider.within_prefix]
    if prefix is None or not sent or any(s.arms or s.volatility is None for s in [*prefix.value, *sent]):
        return  # one of them may be missing
    what = listed(list(dict.fromkeys(place(s) for s in sent)))
    yield Finding(
        at=sent[0].origin.span,
        message=f"{what[0].upper()}{what[1:]} cannot be sent beside {quoted(prefix.name)}: the request is refused."
        " Put it into the cached prefix when that is made.",
        confidence=request.site.confidence,
        flow=(call(request.site),),
    )
