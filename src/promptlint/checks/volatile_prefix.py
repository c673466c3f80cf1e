"""PL101: text that differs on every call stands before text that does not."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import Coarsen
from promptlint.checks.breakpoints import told_of
from promptlint.checks.prefix import Break, breaks, move_to_end
from promptlint.checks.wording import also, cost, in_one_message, place, tells_time, way, who
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Segment, Volatility
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find clocks, random ids and the like at the head of a prompt.

    What one user or one conversation shares (SESSION) is lost as well, and a history behind it is reason enough: a text
    that differs on every call differs on every turn. A changing order is another rule's business.
    """
    for found in breaks(request, provider, Volatility.SESSION, _differs):
        segment, loss = found.segment, found.loss
        if told_of(request, provider, found.index):
            continue
        clocks = tuple(i for i in found.later if tells_time(request.layout.segments[i]))
        alone = Coarsen(found.index) if clocks and tells_time(segment) else None
        yield Finding(
            at=segment.origin.span,
            message=f"{who(segment)} changes on every call and stands in {place(segment)}"
            f" before {cost(loss, provider, request.site.model)}. {_mend(found)}"
            f"{'' if tells_time(segment) else in_one_message(segment, request.site, provider)}{also(found.others)}",
            confidence=min(segment.confidence, request.site.confidence, _place_known(found, request)),
            severity=loss.severity,
            flow=way(segment, request.site),
            stranded=loss.rebilled,
            change=Coarsen(found.index, clocks) if tells_time(segment) else None,
            instead=tuple(filter(None, [alone, move_to_end(request, provider, found.index, Volatility.SESSION)])),
        )


def _place_known(found: Break, request: Request) -> Confidence:
    """How sure it is that a conversation stands behind a text: who sends both may send them the other way round."""
    if found.loss.enough:
        return Confidence.HIGH
    if request.site.partial and found.segment.role is not Role.SYSTEM:
        return Confidence.LOW
    return Confidence.HIGH if found.loss.history else Confidence.MEDIUM


def _differs(segment: Segment) -> bool:
    return segment.volatility is Volatility.CALL and not segment.unordered and not segment.address


def _mend(found: Break) -> str:
    # In a conversation the end of the prompt is the newest message: unless the text is stored with it, the next turn
    # replays another prompt.
    stored = "add it to the newest message and store it there"
    move = stored if found.loss.history or found.loss.replayed else "move it to the end of the prompt"
    return f"Use a date, or {move}." if tells_time(found.segment) else f"{move[0].upper()}{move[1:]}."
