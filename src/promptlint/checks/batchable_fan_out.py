"""PL302: calls side by side, at full price, where nobody waits for the answers."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import ToBatch
from promptlint.checks.batching import batchable, flow, instead, nobody, which
from promptlint.checks.wording import quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find fan-outs over independent items whose answers can wait for a batch."""
    work = batchable(request, provider)
    if work is None or not work.loop.parallel:
        return
    site = request.site
    yield Finding(
        at=work.loop.span,
        message=f"{which(site)} is called side by side for each item of {quoted(work.loop.over)}, at full price,"
        f" and {nobody(work.deciding)}: {instead(site, provider)}.",
        confidence=work.confidence,
        flow=flow(site, work),
        change=ToBatch(work.loop.span),
    )
