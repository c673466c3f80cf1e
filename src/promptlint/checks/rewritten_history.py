"""PL107: a conversation does not begin as it did on the turn before: its head is cut off, or rebuilt."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.prefix import changes_within, opening
from promptlint.checks.wording import call, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Cut, Role
from promptlint.request import Request, Site

_SHORT, _LONG = 6, 12
"""Messages: a history shorter than the first is hardly worth a cache, one as long as the second mostly is."""


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find histories of which only the newest messages are sent, and system text that is another one on some turns.

    Where it could not be told what decides about a text (volatility None), it is not blamed.
    """
    yield from _cut(request)
    if request.layout.conversation:
        yield from _rebuilt(request)


def _cut(request: Request) -> Iterator[Finding]:
    for cut in dict.fromkeys(s.cut for s in request.layout.segments if s.cut):
        segment = next(s for s in request.layout.segments if s.cut == cut)
        yield Finding(
            at=cut.span,
            message=f"{quoted(cut.text)} {cut.because}{_edited() if cut.edits else _dropped(cut)}",
            confidence=min(_certainty(cut, request.site), request.site.confidence),
            flow=(*segment.origin.trail, call(request.site)),
        )


def _rebuilt(request: Request) -> Iterator[Finding]:
    system = [s for s in opening(request.layout).segments if s.role is Role.SYSTEM]
    for condition in dict.fromkeys(arm.condition for s in system for arm in s.arms if arm.condition):
        if changes_within(request, condition):
            segment = next(s for s in system if any(arm.condition == condition for arm in s.arms))
            yield Finding(
                at=condition.span,
                message=f"What stands in the system prompt depends on {quoted(condition.text)}, which may come out"
                " otherwise on the next turn: then the prefix ends there, and the whole conversation behind it is"
                " re-billed at full price. Keep the system prompt as it is, and add what is new to the newest message.",
                confidence=min(condition.confidence, segment.confidence, request.site.confidence),
                flow=way(segment, request.site),
            )
            return


def _certainty(cut: Cut, site: Site) -> Confidence:
    """How sure it is that a long history is lost each time: a call that is not seen may be the only one."""
    if site.partial or (cut.keeps is not None and cut.keeps < _SHORT):
        return Confidence.LOW
    return Confidence.HIGH if cut.keeps is None or cut.keeps >= _LONG else Confidence.MEDIUM


def _dropped(cut: Cut) -> str:
    twice = f"let it grow to {cut.keeps * 2} messages, then cut it to {cut.keeps}" if cut.keeps else "many at a time"
    return (
        ", so every turn begins with another message than the one before: the prefix of the conversation never"
        f" repeats, and all of it is re-billed at full price each time. Drop messages in blocks: {twice}."
    )


def _edited() -> str:
    return (
        ", further on with each turn: the prefix ends there, and what follows is re-billed at full price each time."
        " Change many messages at a time, and seldom."
    )
