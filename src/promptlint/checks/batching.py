"""Which calls could be one batch: what PL301 and PL302 have in common."""

from __future__ import annotations

from collections.abc import Sequence

from promptlint.checks.wording import call, listed, offer, quoted
from promptlint.frozen import dataclass
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Step
from promptlint.request import Evidence, Loop, Mode, Request, Site, Tie

MANY_WEAK = 3
"""Weak signs which together are as good as a fair one."""
FAR = 4
"""Functions between a loop and a call: what lies further down is mostly one of several calls that an item needs."""


@dataclass(frozen=True, slots=True)
class Work:
    """Calls over independent items whose answers can wait."""

    loop: Loop
    deciding: tuple[Evidence, ...]
    """The strongest signs that nobody waits, each reason once."""
    confidence: Confidence


def batchable(request: Request, provider: Provider) -> Work | None:
    """The work of which a request is one item; None where it cannot be a batch, or somebody waits.

    How the loop is built comes first: many a loop with a progress bar needs each answer for the next prompt. Signs that
    nobody waits then decide how sure it is; without any, it is a guess.
    """
    site = request.site
    loop = item_loop(site)
    talks = request.layout.conversation or request.begins
    if loop is None or site.batch is None or provider.batch is None or talks:
        return None
    if loop.after_failure:
        return None  # the few items of which the first try failed
    signs: dict[str, Evidence] = {}
    for sign in site.offline:
        signs.setdefault(sign.reason, sign)  # a function and its caller may show the same one
    strongest = max((sign.weight for sign in signs.values()), default=Confidence.LOW)
    waiting = max((sign.weight for sign in site.waiting), default=Confidence.LOW)
    several = len({sign.reason for sign in site.waiting}) > 1
    live = waiting is Confidence.HIGH or (
        waiting is Confidence.MEDIUM and (several or strongest is not Confidence.HIGH)
    )
    if live or site.mode in (Mode.STREAM, Mode.BATCH):
        return None
    deciding = tuple(sign for sign in signs.values() if sign.weight is strongest)
    certainty = _certainty(site, loop, strongest, len(deciding)) if _seen(request) else Confidence.LOW
    return Work(loop, deciding, min(certainty, site.confidence))


def item_loop(site: Site) -> Loop | None:
    """The loop over the items, if a batch can replace it: the innermost that is no retry and more than a handful."""
    many = (loop for loop in reversed(site.loops) if loop.tie is not Tie.SAME)
    loop = next((loop for loop in many if not (loop.tie is Tie.INDEPENDENT and loop.few)), None)
    return loop if loop is not None and loop.tie is Tie.INDEPENDENT and not loop.leaves_early else None


def flow(site: Site, work: Work) -> tuple[Step, ...]:
    """How the call comes to be made so often, and why nobody waits."""
    around = tuple(
        Step(f"for each item of {quoted(loop.over)}", loop.span)
        for loop in site.loops[: site.loops.index(work.loop)]
        if loop.tie is Tie.INDEPENDENT and not loop.few
    )
    return (*around, *(Step(sign.reason, sign.span) for sign in work.deciding), call(site))


def which(site: Site) -> str:
    """The call, at the start of a sentence. Behind an object that may be of several classes, it is one of several."""
    return quoted(site.call) if site.confidence is Confidence.HIGH else f"What may be {quoted(site.call)}"


def instead(site: Site, provider: Provider) -> str:
    """What does the same, and what it saves."""
    assert provider.batch is not None
    how = "through the provider's own SDK" if site.batch == "elsewhere" else quoted(site.batch or "")
    here = "" if site.confidence is Confidence.HIGH else "where it is that, "
    return f"{here}the {provider.batch.name} ({how}) does the same {offer(provider.batch)}"


def nobody(deciding: Sequence[Evidence]) -> str:
    """Why the answers can wait."""
    if not deciding:
        return "nothing shows that anybody waits"
    return f"nobody seems to wait for the answers ({listed([sign.reason for sign in deciding])})"


def _seen(request: Request) -> bool:
    """Whether any of the prompt is seen. Where all that is known is the call, it may as well make an embedding."""
    return any(segment.origin.span != request.site.span for segment in request.layout.segments)


def _certainty(site: Site, loop: Loop, strongest: Confidence, number: int) -> Confidence:
    if strongest is Confidence.LOW and number >= MANY_WEAK:
        strongest = Confidence.MEDIUM
    if loop.functions >= FAR:
        return Confidence.LOW
    # A sign that somebody waits, or rounds which need the answers of the one before, speak against waiting a day.
    against = site.waiting or site.chained
    return min(strongest, Confidence.MEDIUM) if against else strongest
