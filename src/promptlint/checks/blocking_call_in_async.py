"""PL303: a synchronous client holds up an async function."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.changes import ToAsync, ToThread
from promptlint.checks.wording import call, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find calls for which the event loop stands still, directly or in a function that an async one calls."""
    site = request.site
    if site.blocks is None:
        return
    yield Finding(
        at=site.blocks.span,
        message=f"{quoted(site.call)} is synchronous and is called in a coroutine: until the answer is there, seconds"
        " later, the event loop stands still, and calls that should run side by side run one after the other. Use the"
        " async client and `await`, or `asyncio.to_thread`.",
        confidence=site.confidence,
        flow=(site.blocks, call(site)),
        change=ToAsync(),
        instead=(ToThread(),),
    )
