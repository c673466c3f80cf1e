"""What rules about breakpoints share: where they stand in a prompt, and whether what they cover is ever sent again.

A breakpoint writes everything before it into the cache, at a price above that of plain input, and a later request reads
it only when all of it is the same. So a breakpoint behind a text that changes is paid for each time and never read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from promptlint.checks.prefix import opening, sent, sent_again, stable, worth
from promptlint.diagnostics import Severity
from promptlint.frozen import dataclass
from promptlint.knowledge.providers import Provider
from promptlint.layout import Breakpoint, Confidence, Role, Segment, Tokens, Volatility
from promptlint.request import Known, Mode, Request, Site, Tie
from promptlint.settings import Setting


@dataclass(frozen=True, slots=True)
class Mark:
    """A breakpoint, and the segment that it stands behind."""

    index: int
    segment: Segment
    breakpoint: Breakpoint
    automatic: bool = False
    """Whether the provider sets it, behind the last block of each request."""


def marks(request: Request) -> Iterator[Mark]:
    """All breakpoints of a request, in cache order; the automatic one last."""
    segments = request.layout.segments
    for index, segment in enumerate(segments):
        if segment.breakpoint is not None:
            yield Mark(index, segment, segment.breakpoint)
    if request.site.automatic is not None and segments:
        yield Mark(len(segments) - 1, segments[-1], request.site.automatic, automatic=True)


def together(found: Sequence[Mark], decided: Collection[int] = ()) -> Sequence[Mark]:
    """The most breakpoints that one request can hold, whichever way the branches not yet `decided` go."""
    branch = next((arm.branch for mark in found for arm in mark.segment.arms if arm.branch not in decided), None)
    if branch is None:
        return found
    sides = {arm.side for mark in found for arm in mark.segment.arms if arm.branch == branch}
    ways = ([mark for mark in found if _sent_on(mark, branch, side)] for side in sides)
    return max((together(way, {*decided, branch}) for way in ways), key=len)


def _sent_on(mark: Mark, branch: int, side: int) -> bool:
    return all(arm.side == side for arm in mark.segment.arms if arm.branch == branch)


def explicit(request: Request, provider: Provider) -> bool:
    """Whether nothing of a prompt is cached without a breakpoint."""
    mode = request.site.parameter(Setting.CACHE_MODE)
    told = bool(provider.explicit_mode) and mode is not None and mode.literal == provider.explicit_mode
    return provider.explicit or told


def caches(request: Request, provider: Provider) -> bool:
    """Whether the model is known to cache, or may be any: of one that is named and not known, who knows.

    A default says little: others may be given in its place.
    """
    return not request.site.model or by_default(request) or provider.caches(request.site.model)


def uncached(request: Request, provider: Provider) -> bool:
    """Whether the model is known as one of which nothing is cached, and is no default."""
    return provider.never_caches(request.site.model) and not by_default(request)


def by_default(request: Request) -> bool:
    """Whether the model is one that is only sent where no other one is given."""
    named = request.site.parameter(Setting.MODEL)
    return named is not None and any(s.confidence < Confidence.HIGH for s in named.value)


def unseen(request: Request) -> bool:
    """Whether messages that could not be followed may carry a breakpoint of their own."""
    unknown = any(s.volatility is None and s.role is Role.UNKNOWN for s in request.layout.segments)
    return unknown and request.site.named


def only_default(request: Request, provider: Provider) -> str:
    """A sentence on a model that may not cache, which is sent where no other one is given; nothing where it may."""
    model = request.site.model
    if not model or provider.caches(model):
        return ""
    return f" This is for models that cache: {model}, the default, may be none of them."


def optional(site: Site) -> Severity | None:
    """The severity of a missing breakpoint: a note where a framework leaves caching to its users."""
    return Severity.NOTE if site.framework else None


def unkept(request: Request, provider: Provider, head: Sequence[Segment]) -> Tokens:
    """What stays the same and is not kept, where a prefix is kept only up to the end of messages; none if too little.

    The end of the newest message is where its prefix ends in any case; the system messages that come first are kept
    when all of them stay the same.
    """
    if not head or not provider.keeps_whole_messages(request.site.model):
        return Tokens()
    run = list(takewhile(lambda s: s.role in (Role.TOOLS, Role.SYSTEM), request.layout.segments))
    kept = len(run) if run and run[-1].role is Role.SYSTEM and len(run) <= len(head) else 0
    lost = sent(head[kept:])
    behind = request.layout.segments[len(head) :]
    changes = bool(behind) and (behind[0].volatility is not None or behind[0].unordered is not None)
    return lost if changes and worth(lost, provider, request.site.model) else Tokens()


def history(request: Request) -> int | None:
    """Where a history begins which grows from turn to turn, and before which all is the same on each turn.

    None where there is none, or the cache could not be read behind what changes. The data of a whole dialogue is the
    same on each of its turns.
    """
    segments = request.layout.segments
    # A text that grows within a message is no history: the message is another one on each turn.
    mixed = {segment.block for segment in segments if segment.literal and not segment.growing}
    said = (i for i, s in enumerate(segments) if s.growing and s.role is not Role.TOOLS and s.block not in mixed)
    start = next(said, None)
    limit = Volatility.REQUEST if request.site.chained else Volatility.SESSION
    # What is only guessed to change speaks no louder than what is not known.
    told = (s for s in opening(request.layout).segments if s.volatility is not None and s.confidence > Confidence.LOW)
    steady = all(stable(s, limit) for s in told)
    return start if steady else None


@dataclass(frozen=True, slots=True)
class Waste:
    """A text that changes, and the first breakpoint behind it: it is written each time and never read."""

    index: int
    """Of the text."""
    mark: Mark
    confidence: Confidence


def wasted(request: Request, provider: Provider) -> Iterator[Waste]:
    """The texts which change between any two requests, each with the first breakpoint that covers it.

    A random text or a clock is new on every call. The data of a request is not: a conversation, or several questions
    about one document, send it again. It counts only where nothing shows that they do: one prompt, in which no text
    behind the breakpoint changes.

    What one run makes once and sends in several calls is read by all but the first.

    An automatic breakpoint is at the end of whatever is sent. What stands before text that stays the same, or before a
    history, is then the fault of its place.
    """
    if request.site.mode is Mode.BATCH or provider.breakpoints is None or not sent_again(request):
        return
    begin = opening(request.layout).segments
    for mark in marks(request):
        if mark.breakpoint.read:
            continue
        covered = [i for i, s in enumerate(begin[: mark.index + 1]) if set(s.arms) <= set(mark.segment.arms)]
        cause = next((i for i in covered if _changes(request, i, mark)), None)
        if cause is not None and not (mark.automatic and _ahead(request, cause)):
            yield Waste(cause, mark, min(_certainty(request, begin[cause]), _sure(mark)))
            return


def _ahead(request: Request, index: int) -> bool:
    """Whether text that stays the same, or a history, stands behind a text."""
    return any(s.growing or stable(s, Volatility.SESSION) for s in request.layout.after(index))


def _changes(request: Request, index: int, mark: Mark) -> bool:
    segment = request.layout.segments[index]
    if segment.volatility is Volatility.CALL:
        return not segment.unordered
    if segment.volatility is not Volatility.REQUEST or segment.unordered or _answers(request):
        return False
    return all(stable(s, Volatility.SESSION) for s in request.layout.after(mark.index))


def _answers(request: Request) -> bool:
    """Whether a prompt is a dialogue, or may be one: the data at its start is then the same from turn to turn."""
    whole = opening(request.layout).segments == request.layout.segments
    told = request.known is Known.FULLY and all(s.role is not Role.UNKNOWN for s in request.layout.segments)
    return not whole or not told or request.site.chained


def _certainty(request: Request, cause: Segment) -> Confidence:
    each = any(loop.tie is Tie.INDEPENDENT for loop in request.site.loops)
    if cause.volatility is Volatility.CALL or each:
        return min(cause.confidence, request.site.confidence)
    return min(cause.confidence, request.site.confidence, Confidence.MEDIUM)


def _sure(mark: Mark) -> Confidence:
    # A marker that some requests go without may be left out just where the text changes.
    return Confidence.LOW if mark.breakpoint.optional else Confidence.HIGH


def told_of(request: Request, provider: Provider, index: int) -> bool:
    """Whether a text is covered by a breakpoint which is written each time because of it, or of one before it.

    PL202 says so then, and what to do; other rules need not say that the text changes.
    """
    return any(waste.index <= index <= waste.mark.index for waste in wasted(request, provider))
