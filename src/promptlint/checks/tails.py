"""The order of what is filled into a prompt: a cache gains most where what changes less often comes first."""

from __future__ import annotations

from collections.abc import Callable

from promptlint.checks.prefix import opening
from promptlint.frozen import dataclass
from promptlint.layout import Confidence, Layout, Segment, Volatility


@dataclass(frozen=True, slots=True)
class Disordered:
    """A value before one that changes less often."""

    index: int
    segment: Segment
    later: Segment
    """That one: a list, if there is one."""


def first_disorder(layout: Layout, blamed: Callable[[Segment], bool]) -> Disordered | None:
    """The first `blamed` value of the opening with one of a user or a conversation behind it."""
    begin = opening(layout)
    for index, segment in enumerate(begin.segments):
        later = [s for s in begin.after(index) if _lasts(s)] if blamed(segment) else []
        if later:
            return Disordered(index, segment, max(later, key=lambda s: s.repeated))
    return None


def _lasts(segment: Segment) -> bool:
    # A text of which the length is known has been weighed already.
    told = segment.volatility is Volatility.SESSION and segment.confidence > Confidence.LOW
    return told and not segment.tokens.high
