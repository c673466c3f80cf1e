"""PL201: a long stable prefix is sent again and again, and nothing asks the provider to cache it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from promptlint.changes import MarkBreakpoint
from promptlint.checks.breakpoints import caches, explicit, history, only_default, optional, uncached, unkept, unseen
from promptlint.checks.prefix import opening, seen_again, sent, sent_again, stable
from promptlint.checks.wording import about, money, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Segment, Step, Volatility
from promptlint.request import Known, Mode, Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find long prefixes without a breakpoint where the provider caches nothing without one, or not up to their end.

    What cuts a prefix short of the minimum is for the rules about changing text to say, and a conversation that grows
    for PL208. Marks within a batch are another matter: its items do not see each other's cache.
    """
    site, layout = request.site, request.layout
    marked = layout.breakpoints or site.automatic or site.caching or request.known is Known.NOT
    if (
        marked
        or not site.markable
        or site.mode is Mode.BATCH
        or not sent_again(request)
        or history(request) is not None
        or uncached(request, provider)
    ):
        return
    limit = Volatility.SESSION if layout.conversation else Volatility.PERIODIC
    head = list(takewhile(lambda s: stable(s, limit), opening(layout).segments))
    tokens = sent(head) if explicit(request, provider) else unkept(request, provider, head)
    if sent(head).low >= provider.minimum_for(site.model) and tokens.low:
        mend = "put a cache breakpoint behind them" if head[-1].markable else "send what changes in another message"
        yield Finding(
            at=site.span,
            message=f"~{about(tokens):,} tokens at the start of this prompt stay the same and are billed at full price"
            f" each time{money(tokens, provider, site.model)}: {_why(request, provider)}{mend}."
            f"{only_default(request, provider)}",
            confidence=min(_certainty(request, head), site.confidence) if caches(request, provider) else Confidence.LOW,
            severity=optional(site),
            flow=(Step("what stays the same ends here", head[-1].origin.span), *way(head[-1], site)),
            stranded=tokens,
            change=MarkBreakpoint(_end(request, head, provider)) if head[-1].markable else None,
        )


def _why(request: Request, provider: Provider) -> str:
    if explicit(request, provider):
        return ""
    return f"for {request.site.model}, {provider.title} keeps no prefix that ends inside a message; "


def _end(request: Request, head: Sequence[Segment], provider: Provider) -> int:
    """Where the breakpoint goes: behind the last whole block of what stays the same, if that is enough of it.

    Else behind its last whole line: what begins a line may be the beginning of what changes.
    """
    segments = request.layout.segments
    whole = [i for i in range(len(head)) if i + 1 == len(segments) or segments[i + 1].block != segments[i].block]
    if whole and sent(head[: whole[-1] + 1]).low >= provider.minimum_for(request.site.model):
        return whole[-1]
    lines = [i for i, s in enumerate(head) if s.literal and "\n" in s.text]
    least = provider.minimum_for(request.site.model)
    return max((i for i in lines if sent(head[: i + 1]).low >= least), default=len(head) - 1)


def _certainty(request: Request, head: Sequence[Segment]) -> Confidence:
    if unseen(request):
        return Confidence.LOW
    plain = seen_again(request) and request.known is Known.FULLY
    return min([Confidence.HIGH if plain else Confidence.MEDIUM, *(s.confidence for s in head if s.tokens.high)])
