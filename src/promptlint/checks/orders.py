"""What has no fixed order in the part of a prompt that could be cached, and what each new order costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.checks.prefix import Loss, loss_behind, opening, sent_again
from promptlint.frozen import dataclass, replace
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Disorder, Layout, Role, Segment, Volatility
from promptlint.request import Request

_HEAD = (Role.TOOLS, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Order:
    """Something without an order whose things reach the prefix."""

    disorder: Disorder
    index: int
    """Position of the text that shows it best."""
    segment: Segment
    loss: Loss
    confidence: Confidence
    """How sure it is that the order alone makes the difference."""


def orders(request: Request, provider: Provider) -> Iterator[Order]:
    """Orders that are not fixed, of things which are the same from call to call.

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
        if subject.role is Role.TOOLS and any(s.role is not Role.TOOLS and s.volatility is None for s in begin):
            # What a tool gives back is asked about in another request: behind tools stands a conversation.
            loss = replace(loss, history=True)
        matters = loss.enough or (loss.history and subject.role in _HEAD)
        if matters and _accidental(things):
            yield Order(disorder, begin.index(subject), subject, loss, _certainty(things, loss))


def _accidental(things: Sequence[Segment]) -> bool:
    # Where it could not be told how often the things change, their order is a fault in any case at the prompt's head.
    told = all(s.volatility is not None for s in things)
    return (told or things[0].role in _HEAD) and all(s.volatility is not Volatility.REQUEST for s in things)


def _certainty(things: Sequence[Segment], loss: Loss) -> Confidence:
    """How sure it is that the order alone makes the difference.

    Things may change as well, where that could not be told; two that are written out cannot. Most orders hold as long
    as the process: a history is lost only when another process goes on with it.
    """
    written = {s.text for s in things if s.literal and any(map(str.isalnum, s.text))}
    changing = any(s.volatility is None for s in things) and len(written) < 2
    doubts = changing + (not loss.enough)
    return min(*(s.confidence for s in things), (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[doubts])
