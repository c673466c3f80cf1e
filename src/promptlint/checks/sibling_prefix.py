"""PL111: a second call over the same conversation, with other tools or another system text."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Volatility
from promptlint.request import Request
from promptlint.settings import Setting
from promptlint.spans import Span

_HEAD = (Role.TOOLS, Role.SYSTEM)


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find calls that cannot read what another call over the same history has written to the cache.

    Another model has a cache of its own: nothing could be shared with it. A history of which only a part is sent is no
    prefix of the other.
    """
    if any(s.cut for s in request.layout.segments):
        return
    for other in _calls(request):
        differs = [_difference(request, seen) for seen in other]
        if all(differs) and _same_cache(request, other[0]) and _follows(request, other[0]):
            site = other[0].site
            yield Finding(
                at=request.site.span,
                message="This call replays the conversation of another one"
                f" ({site.span.path}:{site.span.start.line}) with {differs[0]}. That stands before the conversation, so"
                " nothing of its cache can be read: all of it is re-billed at full price. Send the same tools and the"
                " same system prompt, and say what this call is for in a last user message.",
                confidence=Confidence.LOW,
                flow=(call(site), call(request.site)),
            )
            return


def _calls(request: Request) -> list[list[Request]]:
    """The siblings by the call that sends them: one call may send several prompts, seen from its callers."""
    calls: dict[Span, list[Request]] = {}
    for sibling in request.siblings:
        calls.setdefault(sibling.site.span, []).append(sibling)
    return list(calls.values())


def _difference(request: Request, other: Request) -> str:
    """What differs before the history: words for the user; empty when nothing is seen to."""
    tools, others = _head(request, Role.TOOLS), _head(other, Role.TOOLS)
    if tools != others:
        return "other tools" if tools else "no tools"
    system, its = _head(request, Role.SYSTEM), _head(other, Role.SYSTEM)
    told = any(all(how is not None for how, _ in head) for head in (system, its))
    return "another system prompt" if system != its and told else ""


def _head(request: Request, role: Role) -> list[tuple[Volatility | None, str]]:
    return [(s.volatility, s.text) for s in request.layout.segments if s.role is role and not s.history]


def _same_cache(request: Request, other: Request) -> bool:
    same = request.site.provider == other.site.provider
    return same and _model(request) == _model(other)


def _model(request: Request) -> list[str]:
    return [s.text for p in request.site.parameters if p.setting is Setting.MODEL for s in p.value]


def _follows(request: Request, other: Request) -> bool:
    """Whether this is the call to change: not the one which the conversation is made of."""
    mine, its = _weight(request), _weight(other)
    return mine < its or (mine == its and request.site.span > other.site.span)


def _weight(request: Request) -> tuple[bool, bool]:
    return request.site.chained, bool(_head(request, Role.TOOLS))
