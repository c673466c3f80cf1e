"""PL106: the tools differ from call to call. They stand first, so the whole prompt is lost with them."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.prefix import Loss, anew, changes_within, loss_behind, opening, sent_again
from promptlint.checks.wording import behind, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Volatility
from promptlint.request import Request
from promptlint.spans import Span


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find tools that are picked for a request or for a turn; their order alone is another rule's business.

    One finding is enough: the first change loses everything. Where it could not be told how often tools change, or what
    decides about them, nothing is blamed. Nor is a tool which is seen without the prompt that it is part of.
    """
    alone = request.site.partial and all(s.role is Role.TOOLS or s.growing for s in request.layout.segments)
    if alone or not sent_again(request):
        return
    found = next(_conditional(request, provider), None) or next(_other(request, provider), None)
    if found is not None:
        yield found


def _conditional(request: Request, provider: Provider) -> Iterator[Finding]:
    """Tools that are sent only under a condition."""
    tools = [(i, s) for i, s in enumerate(opening(request.layout).segments) if s.role is Role.TOOLS]
    for condition in dict.fromkeys(arm.condition for _, s in tools for arm in s.arms if arm.condition):
        depending = [(i, s) for i, s in tools if any(arm.condition == condition for arm in s.arms)]
        branches = {arm.branch for _, s in depending for arm in s.arms if arm.condition == condition}
        index = depending[0][0]
        loss = loss_behind(request, provider, index, Volatility.PERIODIC)
        filtered = len(branches) > 1 or any(s.repeated for _, s in depending)
        # One condition makes two prompts, and each of them can be cached: it costs only within a conversation. A filter
        # makes as many as there are requests.
        within = loss.history and changes_within(request, condition)
        if within or (filtered and loss.enough and anew(condition)):
            how = "is decided anew on each turn" if within and condition.turns else "may differ from request to request"
            what = f"Which tools are sent depends on {quoted(condition.text)}, and {how}"
            yield _finding(request, index, loss, what, condition.span, condition.confidence)


def _other(request: Request, provider: Provider) -> Iterator[Finding]:
    """Tools that are the data of one request."""
    for index, segment in enumerate(opening(request.layout).segments):
        if segment.role is not Role.TOOLS or segment.volatility is not Volatility.REQUEST:
            continue
        loss = loss_behind(request, provider, index, Volatility.PERIODIC)
        if loss.enough or loss.history:
            what = f"The tools differ from request to request: {quoted(segment.text)} {segment.because}"
            yield _finding(request, index, loss, what, segment.origin.span)


def _finding(
    request: Request, index: int, loss: Loss, what: str, at: Span, sure: Confidence = Confidence.HIGH
) -> Finding:
    segment = request.layout.segments[index]
    return Finding(
        at=at,
        message=f"{what}. Tools stand first in the prompt: each change re-bills {behind(loss)} at full price. Send the"
        " same list each time, and refuse a tool that may not be used when it is called.",
        confidence=min(sure, segment.confidence, request.site.confidence),
        flow=way(segment, request.site),
        stranded=loss.rebilled,
    )
