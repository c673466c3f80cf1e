"""PL304: calls side by side that share a long beginning which no call has sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from promptlint.checks.batching import batchable
from promptlint.checks.breakpoints import caches, explicit, marks
from promptlint.checks.prefix import sent, stable
from promptlint.checks.wording import about, call, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Segment, Volatility
from promptlint.request import Loop, Mode, Request, Tie


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find fan-outs of which each call begins before another one has written what they share.

    In a loop around the fan-out only the first round is cold. What could be a batch is better off as one.
    """
    site = request.site
    loop = next((loop for loop in site.loops if loop.parallel), None)
    if loop is None or loop is not site.loops[0] or loop.tie not in (Tie.INDEPENDENT, Tie.SAME):
        return
    work = batchable(request, provider)
    sure = work is not None and work.confidence > Confidence.LOW
    if sure or site.warmed or site.mode is Mode.BATCH or provider.read is None or not caches(request, provider):
        return
    shared = _shared(request, provider, loop)
    tokens = sent(shared)
    if not shared or tokens.low < provider.surely_cached(site.model):
        return
    written = any(True for _ in marks(request)) and bool(provider.lifetimes)
    served = any(sign.weight > Confidence.LOW for sign in site.waiting)
    price = f" at {next(iter(provider.lifetimes.values())):g} times the price" if written else ""
    yield Finding(
        at=loop.span,
        message=f"The calls for the items of {quoted(loop.over)} run side by side and share their first"
        f" ~{about(tokens):,} tokens. What one call writes can be read once its answer begins, so each pays for all of"
        f" them{price}. Await one call first, and run the others then.",
        confidence=min(site.confidence, Confidence.LOW if served or not written else Confidence.MEDIUM),
        flow=(call(site),),
        stranded=tokens,
    )


def _shared(request: Request, provider: Provider, loop: Loop) -> Sequence[Segment]:
    """The beginning that all calls of a fan-out share, as far as the provider keeps it."""
    segments = request.layout.segments
    limit = Volatility.REQUEST if loop.tie is Tie.SAME else Volatility.SESSION
    head = list(takewhile(lambda s: stable(s, limit) and not s.arms, segments))
    if explicit(request, provider):
        last = max((mark.index for mark in marks(request) if mark.index < len(head)), default=-1)
        return head[: last + 1]
    if provider.keeps_whole_messages(request.site.model) and len(head) < len(segments):
        return [s for s in head if s.block < segments[len(head)].block]
    return head
