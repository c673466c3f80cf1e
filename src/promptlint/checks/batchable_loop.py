"""PL301: one call per item where nobody waits for the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.checks.wording import call, listed, offer, quoted
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Evidence, Loop, Mode, Request, Site, Step, Tie


def check(request: Request, provider: Provider) -> Iterator[Finding]:
    """Find loops over independent items whose answers can wait for a batch.

    How the loop is built comes first: many a loop with a progress bar needs each answer for the next prompt. Signs that
    nobody waits then decide how sure it is; without any, it is a guess.
    """
    site = request.site
    loop = _item_loop(site)
    live = site.mode in (Mode.STREAM, Mode.BATCH) or any(sign.weight >= Confidence.MEDIUM for sign in site.waiting)
    if loop is None or live or site.batch is None or provider.batch is None:
        return
    signs: dict[str, Evidence] = {}
    for sign in site.offline:
        signs.setdefault(sign.reason, sign)  # a function and its caller may show the same one
    strongest = max((sign.weight for sign in signs.values()), default=Confidence.LOW)
    deciding = [sign for sign in signs.values() if sign.weight is strongest]
    yield Finding(
        at=loop.span,
        message=f"{quoted(site.call)} is called for each item of {quoted(loop.over)}, {_signs(deciding)}:"
        f" the {provider.batch.name} ({quoted(site.batch)}) does the same {offer(provider.batch)}.",
        confidence=min(_certainty(site, strongest, len(deciding)), site.confidence),
        flow=(*(Step(sign.reason, sign.span) for sign in deciding), call(site)),
    )


def _item_loop(site: Site) -> Loop | None:
    """The loop over the items: the innermost one that is no retry, if a batch can take its place."""
    loop = next((loop for loop in reversed(site.loops) if loop.tie is not Tie.SAME), None)
    if loop is None or loop.tie is not Tie.INDEPENDENT or loop.parallel or loop.few or loop.leaves_early:
        return None
    return loop


def _certainty(site: Site, strongest: Confidence, number: int) -> Confidence:
    if strongest is Confidence.LOW and number > 1:
        strongest = Confidence.MEDIUM
    # A weak sign that somebody waits, or rounds which need the answers of the one before, speak against waiting a day.
    against = site.waiting or any(loop.tie is Tie.CHAINED for loop in site.loops)
    return min(strongest, Confidence.MEDIUM) if against else strongest


def _signs(deciding: Sequence[Evidence]) -> str:
    if not deciding:
        return "and nothing shows that anybody waits"
    return f"and nobody seems to wait for the answers ({listed([sign.reason for sign in deciding])})"
