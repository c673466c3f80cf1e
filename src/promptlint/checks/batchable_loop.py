"""PL301: one call per item, one after the other, where nobody waits for the answers."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import ToBatch
from promptlint.checks.batching import batchable, flow, instead, nobody, which
from promptlint.checks.wording import quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find loops over independent items whose answers can wait for a batch."""
    work = batchable(request, provider)
    if work is None or work.loop.parallel:
        return
    site = request.site
    yield Finding(
        at=work.loop.span,
        message=f"{which(site)} is called for each item of {quoted(work.loop.over)}, and {nobody(work.deciding)}:"
        f" {instead(site, provider)}.",
        confidence=work.confidence,
        flow=flow(site, work),
        change=ToBatch(work.loop.span),
    )
