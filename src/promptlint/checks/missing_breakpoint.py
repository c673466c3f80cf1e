"""PL201: a long stable prefix is sent again and again, and nothing asks the provider to cache it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from promptlint.changes import MarkBreakpoint
from promptlint.checks.prefix import opening, seen_again, sent, sent_again, stable
from promptlint.checks.wording import about, call, money, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Known, Mode, Request, Role, Segment, Step, Volatility


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find prefixes and conversations without a breakpoint where the provider caches nothing without one.

    What cuts a prefix short of the minimum is for the rules about changing text to say. Marks within a batch are
    another matter: its items do not see each other's cache.
    """
    site, layout = request.site, request.layout
    marked = layout.breakpoints or site.automatic or site.caching or request.known is Known.NOT
    if marked or not provider.explicit or not site.markable or site.mode is Mode.BATCH or not sent_again(request):
        return
    limit = Volatility.SESSION if layout.conversation else Volatility.PERIODIC
    begin = opening(layout).segments
    head = list(takewhile(lambda s: stable(s, limit), begin))
    tokens = sent(head)
    enough = tokens.low >= provider.minimum_for(site.model)
    history = layout.conversation and all(s.volatility is None or stable(s, limit) for s in begin)
    if enough or history:
        price = money(tokens, provider, site.model, at_least=history) if enough else ""
        end = (Step("what stays the same ends here", head[-1].origin.span), *way(head[-1], site)) if enough else ()
        yield Finding(
            at=site.span,
            message=_message(about(tokens) if enough else 0, price, history),
            confidence=min(_certainty(request, head, enough), site.confidence),
            flow=end or (call(site),),
            stranded=tokens,
            change=MarkBreakpoint(len(head) - 1) if enough else None,
        )


def _certainty(request: Request, head: Sequence[Segment], enough: bool) -> Confidence:
    # Messages that could not be followed may carry a mark of their own.
    if any(s.volatility is None and s.role is Role.UNKNOWN for s in request.layout.segments):
        return Confidence.LOW
    plain = enough and seen_again(request) and request.known is Known.FULLY
    return min([Confidence.HIGH if plain else Confidence.MEDIUM, *(s.confidence for s in head if s.tokens.high)])


def _message(tokens: int, price: str, history: bool) -> str:
    what = f"~{tokens:,} tokens at the start of this prompt"
    if not history:
        what = f"{what} stay the same and are billed at full price each time{price}"
        return f"{what}: put a cache breakpoint behind them."
    what = f"{what} and the conversation behind them are" if tokens else "This conversation is"
    return f"{what} billed at full price on every turn{price}: put a cache breakpoint on the newest message."
