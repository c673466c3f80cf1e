"""PL111: a second call over the same conversation, with other tools or another system text."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Parameter, Request, Role, Tie
from promptlint.settings import Setting

_HEAD = (Role.TOOLS, Role.SYSTEM)


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find calls that cannot read what another call over the same history has written to the cache.

    Another model has a cache of its own: nothing could be shared with it. A history of which only a part is sent is no
    prefix of the other.
    """
    if any(s.cut for s in request.layout.segments):
        return
    for other in request.siblings:
        differs = _difference(request, other)
        if differs and _same_cache(request, other) and _follows(request, other):
            yield Finding(
                at=request.site.span,
                message=f"This call replays the conversation of another one (line {other.site.span.start.line} of"
                f" {other.site.span.path}) with {differs}. That stands before the conversation, so nothing of its cache"
                " can be read: all of it is re-billed at full price. Send the same tools and the same system prompt,"
                " and say what this call is for in a last user message.",
                confidence=min(Confidence.MEDIUM, request.site.confidence, other.site.confidence),
                flow=(call(other.site), call(request.site)),
            )
            return


def _difference(request: Request, other: Request) -> str:
    """What differs before the history: words for the user; empty when nothing does."""
    tools, others = _head(request, Role.TOOLS), _head(other, Role.TOOLS)
    if tools != others:
        return "other tools" if tools else "no tools"
    return "another system prompt" if _head(request, Role.SYSTEM) != _head(other, Role.SYSTEM) else ""


def _head(request: Request, role: Role) -> list[str]:
    return [s.text for s in request.layout.segments if s.role is role and not s.history]


def _same_cache(request: Request, other: Request) -> bool:
    same = request.site.provider == other.site.provider
    return same and _model(request) == _model(other)


def _model(request: Request) -> list[str]:
    return [s.text for p in request.site.parameters if _is_model(p) for s in p.value]


def _is_model(parameter: Parameter) -> bool:
    return parameter.setting is Setting.MODEL


def _follows(request: Request, other: Request) -> bool:
    """Whether this is the call to change: not the one which the conversation is made of."""
    mine, its = _weight(request), _weight(other)
    return mine < its or (mine == its and request.site.span > other.site.span)


def _weight(request: Request) -> tuple[bool, bool]:
    turns = any(loop.tie is Tie.CHAINED for loop in request.site.loops)
    return turns, bool(_head(request, Role.TOOLS))
