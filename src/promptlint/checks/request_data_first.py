"""PL102: the data of one request stands before instructions that stay the same."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import MoveToEnd
from promptlint.checks.breakpoints import told_of
from promptlint.checks.prefix import Break, Loss, breaks, move_to_end, sent_again
from promptlint.checks.tails import first_disorder
from promptlint.checks.wording import also, cost, in_one_message, place, quoted, way, who
from promptlint.diagnostics import Finding, Severity
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Role, Segment, Volatility
from promptlint.request import Request, Site


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find questions, documents and loop variables ahead of stable text. Tools are another rule's business.

    Stable is what different users share: the text of one conversation (SESSION) is not counted.
    """
    blamed = list(breaks(request, provider, Volatility.PERIODIC, _data))
    if not blamed:
        yield from _tail(request, provider)
    for found in blamed:
        segment, loss = found.segment, found.loss
        if told_of(request, provider, found.index) or loss.reminder:
            continue
        yield Finding(
            at=segment.origin.span,
            message=f"{who(segment)} changes with every request and stands in {place(segment)}"
            f" before {cost(loss, provider, request.site.model)}. {_mend(loss)}"
            f"{in_one_message(segment, request.site, provider)}{also(found.others)}",
            confidence=min(_certainty(found, request.site), request.site.confidence),
            severity=loss.severity,
            flow=way(segment, request.site),
            stranded=loss.rebilled,
            change=move_to_end(request, provider, found.index, Volatility.PERIODIC),
        )


def _tail(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find data before text of unknown length that changes less often: long enough to matter, where it is a list."""
    found = first_disorder(request.layout, _data) if sent_again(request) else None
    if found is None or told_of(request, provider, found.index):
        return
    segment, later = found.segment, found.later
    # In a template a name says what is filled in; elsewhere data may change as seldom as the list behind it.
    sure = segment.confidence if request.site.template else segment.confidence.guess
    yield Finding(
        at=segment.origin.span,
        message=f"{who(segment)} changes with every request and stands in {place(segment)} before"
        f" {quoted(later.text)}, which changes less often. Put first what stays the same for longest.",
        confidence=min(sure, Confidence.MEDIUM if later.repeated else Confidence.LOW),
        severity=Severity.NOTE,
        flow=way(segment, request.site),
        change=MoveToEnd(found.index) if later.block == segment.block else None,
    )


def _data(segment: Segment) -> bool:
    return segment.volatility is Volatility.REQUEST and segment.role is not Role.TOOLS


def _certainty(found: Break, site: Site) -> Confidence:
    """How sure it is that the data changes while the text behind it does not.

    A history behind the data is lost only if the data changes from turn to turn. It may as well be the task of the
    whole conversation: likely in a message before it, where a loop of turns is in sight, and where no call is seen.
    """
    if found.loss.enough:
        return found.segment.confidence
    task = not found.loss.history or site.partial or found.segment.role is not Role.SYSTEM or site.chained
    return Confidence.LOW if task else found.segment.confidence.guess


def _mend(loss: Loss) -> str:
    behind = "Move it behind them, or into the newest message." if loss.enough else "Add it to the newest message."
    return behind if loss.history else "Move it to the end of the prompt."
