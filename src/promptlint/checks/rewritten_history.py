"""PL107: a conversation loses its beginning from turn to turn, so that no turn begins as the one before."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.checks.wording import call, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Cut, Request

_SHORT, _LONG = 6, 12
"""Messages: a history shorter than the first is hardly worth a cache, one as long as the second mostly is."""


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find histories of which only the newest messages are sent."""
    for cut in dict.fromkeys(s.cut for s in request.layout.segments if s.cut):
        segment = next(s for s in request.layout.segments if s.cut == cut)
        yield Finding(
            at=cut.span,
            message=f"{quoted(cut.text)} {cut.because}, so every turn begins with another message than the one before:"
            " the prefix of the conversation never repeats, and all of it is re-billed at full price each time."
            f" {_mend(cut)}",
            confidence=min(_certainty(cut), segment.confidence, request.site.confidence),
            flow=(*segment.origin.trail, call(request.site)),
        )


def _certainty(cut: Cut) -> Confidence:
    if cut.keeps is None or cut.keeps >= _LONG:
        return Confidence.HIGH
    return Confidence.MEDIUM if cut.keeps >= _SHORT else Confidence.LOW


def _mend(cut: Cut) -> str:
    twice = f"let it grow to {cut.keeps * 2} messages, then cut it to {cut.keeps}" if cut.keeps else "many at a time"
    return f"Drop messages in blocks: {twice}."
