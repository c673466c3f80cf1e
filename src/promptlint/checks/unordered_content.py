"""PL103: what has no fixed order stands in the part of a prompt that could be cached."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import Sort
from promptlint.checks.orders import orders
from promptlint.checks.wording import behind, place, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find sets, directory listings and the like whose order reaches the prefix. That of keys is another rule's."""
    for found in orders(request, provider):
        segment, disorder = found.segment, found.disorder
        if disorder.keys:
            continue
        yield Finding(
            at=disorder.span,
            message=f"The order of {quoted(disorder.text)} in {place(segment)} is not fixed ({disorder.because}):"
            f" each new order re-bills {behind(found.loss)} at full price. Sort it.",
            confidence=min(found.confidence, request.site.confidence),
            flow=way(segment, request.site),
            stranded=found.loss.rebilled,
            change=Sort(found.index),
        )
