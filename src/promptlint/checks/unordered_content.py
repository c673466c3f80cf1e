"""PL103: what has no fixed order stands in the part of a prompt that could be cached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from promptlint.checks.prefix import Loss, loss_behind, opening, sent_again
from promptlint.checks.wording import behind, place, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Layout, Request, Role, Segment, Sort, Volatility


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find sets, directory listings and the like whose order reaches the prefix.

    Sorting mends the text itself too, so it counts among what is re-billed, and so do other texts without an order. The
    data of one request is new anyway, whatever its order.
    """
    if not sent_again(request):
        return
    mended = replace(request, layout=Layout(tuple(replace(s, unordered=None) for s in request.layout.segments)))
    # The items of one set are one thing, and so are the parts of each line that a loop over them makes.
    for disorder, things in groupby(enumerate(opening(request.layout).segments), lambda thing: thing[1].unordered):
        run = list(things)
        loss = loss_behind(mended, provider, run[0][0], Volatility.SESSION)
        index, subject = next((thing for thing in run if not thing[1].literal), run[0])
        at_head = subject.role in (Role.TOOLS, Role.SYSTEM)
        accidental = subject.volatility is not Volatility.REQUEST
        if disorder and accidental and (at_head or subject.volatility is not None) and (loss.enough or (loss.history and at_head)):
            yield Finding(
                at=disorder.span,
                message=f"The order of {quoted(disorder.text)} in {place(subject)} is not fixed ({disorder.because}):"
                f" each new order re-bills {behind(loss)} at full price. Sort it.",
                confidence=min(_certainty(subject, loss), request.site.confidence),
                flow=way(subject, request.site),
                stranded=loss.rebilled,
                change=Sort(index),
            )


def _certainty(subject: Segment, loss: Loss) -> Confidence:
    """How sure it is that the order alone changes.

    Where it could not be told how often the things change, their order is a fault at the head in any case, but perhaps
    not the only one. Most orders hold as long as the process: a history is lost when another process goes on with it.
    """
    doubts = (subject.volatility is None) + (not loss.enough)
    return min(subject.confidence, (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[doubts])
