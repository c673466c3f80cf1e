"""PL110: text is added to the newest message for one call only, so the next turn replays another prefix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.checks.wording import listed, quoted, way
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Segment, Volatility
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find newest messages that are stored without a part of what is sent.

    A provider that caches by itself reads the history up to the last message but one, so little is lost: sure it is
    only about a clock there, which nobody needs to send. Where a breakpoint stands behind the added text, what it
    writes is never read.
    """
    added = [s for s in request.layout.segments if s.replayed is False and not s.literal]
    if not added or not any(s.replayed for s in request.layout.segments):  # none of it is stored: it is sent this once
        return
    first = request.layout.segments.index(added[0])
    written = request.site.automatic is not None or any(s.breakpoint for s in request.layout.segments[first:])
    if provider.explicit and not written:
        return
    what = listed([quoted(s.text) for s in added[:3]])
    yield Finding(
        at=added[0].origin.span,
        message=f"{what} {'is' if len(added) == 1 else 'are'} added to the newest message for this call only, and the"
        " history keeps that message without it. The next turn sends another text there: the prefix ends, and"
        " everything from that message on is re-billed at full price."
        f"{_wasted(provider) if written else ''} Store the message as it was sent, or put the breakpoint before it.",
        confidence=min(_certainty(added, written=written), request.site.confidence),
        flow=way(added[0], request.site),
    )


def _wasted(provider: Provider) -> str:
    return " The breakpoint behind it is written on every turn and never read." if provider.explicit else ""


def _certainty(added: Sequence[Segment], *, written: bool) -> Confidence:
    sure = min(s.confidence for s in added)
    if written:
        return max(sure, Confidence.MEDIUM)
    return sure if any(s.volatility is Volatility.CALL for s in added) else Confidence.LOW
