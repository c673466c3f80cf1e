"""PL108: a parameter that the cache depends on changes within a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.prefix import changes_within
from promptlint.checks.wording import call, listed, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Volatility
from promptlint.request import Parameter, Request
from promptlint.spans import Span

_LOST = {
    (Role.TOOLS, Role.SYSTEM, Role.USER): ("the tools", "the system prompt", "the whole conversation"),
    (Role.SYSTEM, Role.USER): ("the system prompt", "the whole conversation"),
    (Role.USER,): ("the whole conversation",),
}


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find parameters that differ from turn to turn, where the provider loses something of its cache with them.

    A value of which it could not be told how often it changes (volatility None) is not blamed.
    """
    if not request.layout.conversation:
        return
    for parameter in request.site.parameters:
        lost = provider.invalidates.get(parameter.setting)
        change = _change(parameter, request) if lost else None
        if lost and change is not None:
            at, why, sure = change
            yield Finding(
                at=at,
                message=f"{quoted(parameter.name)} {why}: a cached prompt holds for one value only, so each change"
                f" re-bills {listed(_LOST.get(lost, ('the prompt',)))} at full price. Choose a value once for each"
                " conversation.",
                confidence=min(sure, request.site.confidence),
                flow=(call(request.site),),
            )


def _change(parameter: Parameter, request: Request) -> tuple[Span, str, Confidence] | None:
    """Where a value changes within a conversation, why, and how sure that is."""
    for segment in parameter.value:
        for arm in segment.arms:
            if arm.condition is not None and changes_within(request, arm.condition):
                why = f"depends on {quoted(arm.condition.text)}, which may come out otherwise on the next turn"
                return arm.condition.span, why, min(arm.condition.confidence, segment.confidence)
        if segment.volatility is Volatility.CALL:
            why = f"changes on every call ({quoted(segment.text)} {segment.because})"
            return segment.origin.span, why, segment.confidence
    return None
