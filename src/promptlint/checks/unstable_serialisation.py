"""PL104: data is written into a prompt in a way that gives another text for the same data."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import Sort
from promptlint.checks.orders import orders
from promptlint.checks.prefix import breaks
from promptlint.checks.wording import behind, cost, place, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Segment, Volatility
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find dictionaries whose keys come in no fixed order, and objects that are printed with their address."""
    for found in orders(request, provider):
        if found.disorder.keys:
            disorder = found.disorder
            yield Finding(
                at=disorder.span,
                message=f"A dictionary in {place(found.segment)} has its keys in the order of {quoted(disorder.text)},"
                f" which is not fixed ({disorder.because}): each new order re-bills {behind(found.loss)} at full price."
                " Write it with `sort_keys=True`, or sort what it is made from.",
                confidence=min(found.confidence, request.site.confidence),
                flow=way(found.segment, request.site),
                stranded=found.loss.rebilled,
                change=Sort(request.layout.segments.index(found.segment)),
            )
    for printed in breaks(request, provider, Volatility.SESSION, _is_address):
        segment = printed.segment
        yield Finding(
            at=segment.origin.span,
            message=f"{quoted(segment.text)} {segment.because}: another one for each object and in each process. It"
            f" stands in {place(segment)} before {cost(printed.loss, provider, request.site.model)}."
            " Write what the model has to know of it, or give the class a `__str__`.",
            confidence=min(_certainty(segment), request.site.confidence),
            flow=way(segment, request.site),
            stranded=printed.loss.rebilled,
        )


def _is_address(segment: Segment) -> bool:
    return segment.address


def _certainty(segment: Segment) -> Confidence:
    # What lives as long as the process keeps its address as long.
    lasts = segment.volatility is not None and segment.volatility < Volatility.SESSION
    return min(segment.confidence, Confidence.MEDIUM if lasts else Confidence.HIGH)
