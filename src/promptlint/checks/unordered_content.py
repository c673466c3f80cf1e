"""PL103: what has no fixed order stands in the part of a prompt that could be cached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from promptlint.changes import Sort
from promptlint.checks.prefix import Loss, loss_behind, opening, sent_again
from promptlint.checks.wording import behind, place, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Layout, Request, Role, Segment, Volatility

_HEAD = (Role.TOOLS, Role.SYSTEM)


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find sets, directory listings and the like whose order reaches the prefix.

    Sorting mends the text itself too, so it counts among what is re-billed, and so do other texts without an order. The
    data of one request is new anyway, whatever its order.
    """
    if not sent_again(request):
        return
    mended = replace(request, layout=Layout(tuple(replace(s, unordered=None) for s in request.layout.segments)))
    begin = opening(request.layout).segments
    for disorder in dict.fromkeys(s.unordered for s in begin if s.unordered):
        things = [s for s in begin if s.unordered == disorder]
        subject = next((s for s in things if not s.literal), things[0])
        loss = loss_behind(mended, provider, begin.index(things[0]), Volatility.SESSION)
        matters = loss.enough or (loss.history and subject.role in _HEAD)
        if matters and _accidental(things):
            yield Finding(
                at=disorder.span,
                message=f"The order of {quoted(disorder.text)} in {place(subject)} is not fixed ({disorder.because}):"
                f" each new order re-bills {behind(loss)} at full price. Sort it.",
                confidence=min(_certainty(things, loss), request.site.confidence),
                flow=way(subject, request.site),
                stranded=loss.rebilled,
                change=Sort(begin.index(subject)),
            )


def _accidental(things: Sequence[Segment]) -> bool:
    # Where it could not be told how often the things change, their order is a fault in any case at the prompt's head.
    told = all(s.volatility is not None for s in things)
    return (told or things[0].role in _HEAD) and all(s.volatility is not Volatility.REQUEST for s in things)


def _certainty(things: Sequence[Segment], loss: Loss) -> Confidence:
    """How sure it is that the order alone makes the difference.

    Things may change as well, where that could not be told. Most orders hold as long as the process: a history is lost
    only when another process goes on with it.
    """
    doubts = any(s.volatility is None for s in things) + (not loss.enough)
    return min(*(s.confidence for s in things), (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[doubts])
