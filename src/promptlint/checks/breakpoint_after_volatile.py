"""PL202: a breakpoint covers text that changes, so that it is written each time and never read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from promptlint.changes import MoveBreakpoint
from promptlint.checks.breakpoints import Mark, Waste, wasted
from promptlint.checks.prefix import opening, sent, stable
from promptlint.checks.wording import about, place, tells_time, way, who
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Segment, Step, Tokens, Volatility
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find breakpoints behind a clock or a random text, and behind the data of a prompt that is sent once.

    Data that may be sent again, with another question behind the breakpoint or in the next turn, is no fault.
    """
    for waste in wasted(request, provider):
        segments, mark = request.layout.segments, waste.mark
        cause, covered = segments[waste.index], sent(segments[: mark.index + 1])
        head, rest = _stable(request, waste)
        minimum = provider.minimum_for(request.site.model)
        enough = sent(head).low >= minimum
        mend = _mend(enough=enough, movable=sent([*head, *rest]).low >= minimum)
        yield Finding(
            at=mark.breakpoint.span,
            message=f"{_what(mark)} covers {who(cause)} in {place(cause)}: {_amount(covered)} written to the"
            f" cache{_price(mark, provider)} {_often(cause)}, and never read. {_dated(cause, mend)}",
            confidence=waste.confidence,
            flow=(Step("this changes", cause.origin.span), *way(cause, request.site)),
            stranded=covered,
            change=MoveBreakpoint(len(head) - 1, mark.index) if enough and not mark.automatic else None,
        )


def _stable(request: Request, waste: Waste) -> tuple[list[Segment], list[Segment]]:
    """What stays the same before the text that changes, up to the first one that does not, and what does elsewhere."""
    begin = opening(request.layout).segments
    limit = Volatility.SESSION if begin[waste.index].volatility is Volatility.CALL else Volatility.PERIODIC
    head = list(takewhile(lambda s: stable(s, limit), begin[: waste.index]))
    return head, [s for s in begin[len(head) :] if stable(s, limit)]


def _what(mark: Mark) -> str:
    return "The automatic breakpoint" if mark.automatic else "This breakpoint"


def _amount(covered: Tokens) -> str:
    tokens = about(covered)
    return f"~{tokens:,} tokens and more are" if tokens else "all of it is"


def _price(mark: Mark, provider: Provider) -> str:
    times = provider.lifetimes.get(provider.lifetime(mark.breakpoint.ttl))
    return f" at {times:g} times the price" if times else ""


def _often(cause: Segment) -> str:
    return "on every call" if cause.volatility is Volatility.CALL else "for every request"


def _mend(*, enough: bool, movable: bool) -> str:
    if enough:
        return "Put a breakpoint before it, behind the text that stays the same."
    if movable:
        return "Move it behind the text that stays the same, and put the breakpoint between them."
    return "Take the breakpoint off."


def _dated(cause: Segment, mend: str) -> str:
    return f"Use a date, or {mend[0].lower()}{mend[1:]}" if tells_time(cause) else mend
