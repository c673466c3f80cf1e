"""PL203: more breakpoints than the provider takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from promptlint.changes import RemoveBreakpoint
from promptlint.checks.breakpoints import Mark, marks, together
from promptlint.checks.wording import call
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Breakpoint, Confidence, Role, Segment, Step
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find prompts with too many breakpoints, and loops or conversations that add one more each time.

    A breakpoint that some requests go without is not counted. Neither are those on different sides of one branch.
    """
    most = provider.breakpoints
    if most is None:
        return
    limit = f"{provider.title} takes at most {most} in a request"
    certain = [mark for mark in marks(request) if not mark.breakpoint.optional]
    yield from _left_behind(request, limit)
    once = [mark for mark in certain if not mark.breakpoint.repeated]
    # On one side of a branch in a loop, it may be on the last item alone.
    again = [mark for mark in certain if mark not in once and not mark.segment.arms]
    grown = [s for s in request.layout.segments if s.growing and s.role is not Role.TOOLS]
    at_once = together(once)
    if len(at_once) > most:
        extra = at_once[most]
        others = (Step("another breakpoint", mark.breakpoint.span) for mark in at_once if mark is not extra)
        yield Finding(
            at=extra.breakpoint.span,
            message=f"This is the {_ordinal(most + 1)} of {len(at_once)} breakpoints in this prompt, and {limit}."
            " Keep those behind the tools, the system prompt and the newest message.",
            confidence=request.site.confidence,
            flow=(*others, call(request.site)),
            change=RemoveBreakpoint(_spare(at_once).index),
        )
    elif again:
        yield _on_each(request, again[0].breakpoint, again[0].segment, limit)
    elif grown and request.site.throughout:
        yield _on_each(request, request.site.throughout[0], grown[0], limit)


def _on_each(request: Request, mark: Breakpoint, segment: Segment, limit: str) -> Finding:
    what = "every message of a growing conversation" if segment.growing else "every item of a loop"
    mend = "Take it off the older messages" if segment.growing else "Put one behind the last of them"
    return Finding(
        at=mark.span,
        message=f"{what[0].upper()}{what[1:]} carries a breakpoint, and {limit}: a longer prompt is refused. {mend}.",
        confidence=min(request.site.confidence, segment.confidence, Confidence.MEDIUM),
        flow=(call(request.site),),
    )


def _left_behind(request: Request, limit: str) -> Iterator[Finding]:
    for left in request.site.left[:1]:
        yield Finding(
            at=left.breakpoint.span,
            message="Each call leaves this breakpoint on another part of an object that outlives it, and nothing takes"
            f" the older ones off: they add up, and {limit}. Take them off first, or mark a copy.",
            confidence=min(request.site.confidence, left.confidence),
            flow=(call(request.site),),
        )


def _spare(at_once: Sequence[Mark]) -> Mark:
    """The one that is missed least: another one follows in the same part of the prompt; else the first."""
    pairs = pairwise(mark for mark in at_once if not mark.automatic)
    return next((mark for mark, following in pairs if mark.segment.role is following.segment.role), at_once[0])


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(number, f"{number}th")
