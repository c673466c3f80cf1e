"""What the cache could read again of a prompt, and what one text in it takes away.

A cache reads a prompt from its start up to the first difference. So a text that changes costs whatever stands behind it
and would have been the same: that is *re-billed*, at the full price of a token instead of the price of a cached one.

Two judgements hold for every rule about the prefix:

- A text whose volatility could not be told (`None`) is neither stable nor blamed.
- From the first answer on, a prompt is a dialogue in the order in which it happened. Nothing in it can be moved to the
  front, and what is sent behind a history is new by nature. Rules look at the *opening* before it, and count the
  history itself as one thing of any length.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from promptlint.changes import MoveToEnd
from promptlint.diagnostics import Severity
from promptlint.frozen import dataclass
from promptlint.knowledge.providers import Provider
from promptlint.layout import Condition, Confidence, Layout, Role, Segment, Tokens, Volatility
from promptlint.request import Request, Tie

_LEAST_TOKENS, _PART_OF_MINIMUM = 128, 1 / 4
"""Re-billed text matters from this part of the cacheable minimum on, and never when it is shorter than that."""

_REMINDER = 8
"""A text of which all instructions together are this many times as long is a reminder."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is re-billed at full price because one text changes."""

    rebilled: Tokens
    """The text from there on which stays the same, not counting a history."""
    mended: Tokens
    """All text that stays the same and could come first."""
    enough: bool
    """Whether that text alone is worth mending, and the mended prefix long enough for the provider's cache."""
    history: bool
    """Whether a history that grows from turn to turn stands behind it: re-billed text of any length."""
    replayed: bool = False
    """Whether answers that are sent again stand behind it: most likely a history, or else examples of any number."""
    part: bool = False
    """Whether the mended prefix is long enough only together with what a longer prompt holds before it."""

    @property
    def reminder(self) -> bool:
        """Whether the text behind it is but a reminder: put there on purpose, after instructions that come first."""
        return not self.history and self.rebilled.low * _REMINDER < self.mended.low

    @property
    def severity(self) -> Severity | None:
        """What a finding weighs, where it weighs less than the page of its rule says."""
        return Severity.NOTE if self.part and not self.history else None


def stable(segment: Segment, limit: Volatility) -> bool:
    """Whether a text is the same in all calls between which nothing more volatile than `limit` changes."""
    told = segment.volatility is not None and segment.volatility <= limit
    return told and not segment.unordered and not segment.growing


def seen_again(request: Request) -> bool:
    """Whether a conversation or a loop is in sight which sends the same prefix again. A retry is the exception."""
    return request.layout.conversation or any(loop.tie is not Tie.SAME for loop in request.site.loops)


def sent_again(request: Request) -> bool:
    """Whether the same prefix may be sent more than once."""
    return not request.site.once or seen_again(request)


def opening(layout: Layout) -> Layout:
    """The part of a prompt before its first answer: before a growing history, or what a model or a tool said."""
    dialogue = (i for i, segment in enumerate(layout.segments) if segment.growing or _answer(segment))
    return Layout(layout.segments[: next(dialogue, len(layout.segments))])


def _answer(segment: Segment) -> bool:
    """Whether this is what a model or a tool said in this dialogue, rather than an example written by the author."""
    return segment.role in (Role.ASSISTANT, Role.TOOL) and not stable(segment, Volatility.PERIODIC)


def anew(condition: Condition) -> bool:
    """Whether a condition may come out the other way for the next request. Where that could not be told: no."""
    return condition.volatility is not None and condition.volatility >= Volatility.REQUEST


def changes_within(request: Request, condition: Condition) -> bool:
    """Whether a condition may come out the other way within one conversation.

    What is asked of the task of a conversation comes out the same on all turns of the loop that works on it. The next
    item of a loop is the next task, and begins another conversation.
    """
    loops = request.site.loops
    chained = [i for i, loop in enumerate(loops) if loop.tie is Tie.CHAINED]
    # Where no answer is seen to come back, only the innermost loop can be that of the turns.
    turns = loops[max(chained, default=len(loops) - 1) :] if loops else ()
    of_task = not condition.turns and not chained
    return anew(condition) and (
        of_task or any(x.span in condition.turns and x.tie is not Tie.INDEPENDENT for x in turns)
    )


def sent(segments: Sequence[Segment], decided: Collection[int] = ()) -> Tokens:
    """The tokens that one request holds of these texts, whichever way the branches not yet `decided` go.

    A branch of which one side is seen may send nothing at all. A repeated text counts once: its loop hardly ever runs
    over nothing.
    """
    total = Tokens()
    branches: dict[int, dict[int, list[Segment]]] = {}
    for segment in segments:
        arm = next((arm for arm in segment.arms if arm.branch not in decided), None)
        if arm is None:
            total += segment.tokens
        else:
            branches.setdefault(arm.branch, {}).setdefault(arm.side, []).append(segment)
    for branch, sides in branches.items():
        ways = [sent(side, {*decided, branch}) for side in sides.values()]
        total += Tokens(min(w.low for w in ways) if len(ways) > 1 else 0, max(w.high for w in ways))
    return total


def worth(tokens: Tokens, provider: Provider, model: str | None) -> bool:
    """Whether re-billed text is so much that it is worth mending."""
    return tokens.low >= max(_LEAST_TOKENS, provider.minimum_for(model) * _PART_OF_MINIMUM)


def loss_behind(request: Request, provider: Provider, index: int, limit: Volatility) -> Loss:
    """What is re-billed because segment `index` of the opening is not `limit` or steadier.

    Text behind other texts that change counts as well: they can all move behind it.
    """
    begin = opening(request.layout)
    here = begin.segments[index]
    together, later = here.company(), request.layout.after(index)
    could_stay = [i for i, s in enumerate(begin.segments) if stable(s, limit) and together(s)]
    decided = {arm.branch for arm in here.arms}
    mended = sent([begin.segments[i] for i in could_stay], decided)
    rebilled = sent([begin.segments[i] for i in could_stay if i >= index], decided)
    minimum = provider.minimum_for(request.site.model)
    # A message of a user is kept with what is in it, and is sent again as it was.
    head = here.role is Role.SYSTEM and not here.repeated
    # A template without roles may be put behind other texts.
    part = mended.low < minimum and request.site.template and begin.segments[0].role is Role.UNKNOWN
    return Loss(
        rebilled=rebilled,
        mended=mended,
        enough=(part or mended.low >= minimum) and worth(rebilled, provider, request.site.model),
        history=any(s.growing for s in later),
        replayed=head and any(s.repeated and _answer(s) for s in later),
        part=part,
    )


@dataclass(frozen=True, slots=True)
class Break:
    """The first text in a prompt that changes as often as a rule minds, and what that costs."""

    index: int
    segment: Segment
    loss: Loss
    later: tuple[int, ...]
    """Texts further down which would re-bill enough on their own, once this one is out of the way."""
    others: tuple[Segment, ...]
    """Those of them which are written in other words, each once."""


def breaks(
    request: Request, provider: Provider, limit: Volatility, blamed: Callable[[Segment], bool]
) -> Iterator[Break]:
    """The first `blamed` text of the opening behind which something is re-billed.

    One is enough for each way through the prompt: a further one only where the first is not sent, or is less certain.
    """
    if not sent_again(request):
        return
    begin = opening(request.layout)
    costly: list[tuple[int, Segment, Loss]] = []
    for index, segment in enumerate(begin.segments):
        if blamed(segment):
            loss = loss_behind(request, provider, index, limit)
            if loss.enough or loss.history or loss.replayed:
                costly.append((index, segment, loss))
    told: list[tuple[Confidence, Segment]] = []
    for index, segment, loss in costly:
        if any(sure >= segment.confidence and _told_with(segment, first) for sure, first in told):
            continue
        told.append((segment.confidence, segment))
        later = {i: s for i, s, more in costly if i > index and more.enough and segment.together_with(s)}
        others = {s.text: s for s in later.values() if s.text != segment.text}
        yield Break(index, segment, loss, tuple(later), tuple(others.values()))


def _told_with(segment: Segment, first: Segment) -> bool:
    """Whether a text needs no finding of its own: the first is always sent with it, or it says the same again."""
    a, b = segment.origin.span, first.origin.span
    same = segment.because == first.because
    if segment.together_with(first):
        return same or set(first.arms) <= set(segment.arms)
    return same and (a.path, a.start.line) == (b.path, b.start.line)


def move_to_end(request: Request, provider: Provider, index: int, limit: Volatility) -> MoveToEnd | None:
    """The move of segment `index` behind the others of its block; None where that lets the cache read nothing more.

    No stable text of the block may follow it; or the prefix may not be kept up to the middle of this block.
    """
    moved = request.layout.segments[index]
    if not moved.markable and provider.keeps_whole_messages(request.site.model):
        return None
    gains = any(s.block == moved.block and stable(s, limit) for s in opening(request.layout).after(index))
    return MoveToEnd(index) if gains else None
