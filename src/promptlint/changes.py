"""Changes of a layout: what a check proposes, and what a writer turns into edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from promptlint.frozen import dataclass, replace
from promptlint.labels import dated, time_named
from promptlint.layout import Breakpoint, Layout, Segment, Volatility
from promptlint.passages import HOLE, TornError, body, gap, passage, whole_lines
from promptlint.spans import Span


@dataclass(frozen=True, slots=True)
class MoveToEnd:
    """Put a segment at the end of its block, with the line, sentence or section that it stands in.

    A last paragraph that says what to answer with stays the last. What stands in a branch or a loop moves with all of
    that.
    """

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout as it is after the move; the same one where the segment cannot be lifted out."""
        moved = layout.segments[self.index]
        if moved.arms or moved.repeated:
            return self._with_branch(layout)
        block = [s for s in layout.segments if s.block == moved.block]
        begin = next(i for i, s in enumerate(layout.segments) if s.block == moved.block)
        text = _Flat(block)
        try:
            lifted = passage(text.flat, text.starts[self.index - begin])
        except TornError:
            return layout
        first, last = gap(text.flat, lifted)
        end = max(body(text.flat), last)
        space = replace(moved, text=lifted.separator, volatility=Volatility.CONSTANT, because="")
        pieces = [
            *text.cut(0, first), *text.cut(last, end), space, *text.cut(lifted.start, lifted.end),
            *text.cut(end, len(text.flat)),
        ]  # fmt: skip
        mark = block[-1].breakpoint
        pieces = [replace(s, breakpoint=mark if i == len(pieces) - 1 else None) for i, s in enumerate(pieces)]
        return Layout((*layout.segments[:begin], *pieces, *layout.segments[begin + len(block) :]))

    def _with_branch(self, layout: Layout) -> Layout:
        moved = layout.segments[self.index]
        first, last = branch_around(layout, self.index)
        end = max(i for i, s in enumerate(layout.segments) if s.block == moved.block) + 1
        space = replace(moved, text="\n", volatility=Volatility.CONSTANT, because="", arms=(), repeated=False)
        rest = (*layout.segments[:first], *layout.segments[last:end])
        return Layout((*rest, space, *layout.segments[first:last], *layout.segments[end:]))


def branch_around(layout: Layout, index: int) -> tuple[int, int]:
    """The segments of the outermost branch or loop that a segment stands in: their positions, the end exclusive."""
    moved = layout.segments[index]
    branch = moved.arms[0].branch if moved.arms else 0

    def inside(segment: Segment) -> bool:
        if segment.block != moved.block:
            return False
        return segment.repeated if not branch else bool(segment.arms) and segment.arms[0].branch == branch

    first = last = index
    while first and inside(layout.segments[first - 1]):
        first -= 1
    while last < len(layout.segments) and inside(layout.segments[last]):
        last += 1
    return first, last


class _Flat:
    """The text of one block, with a character for each value."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        texts = [s.text.replace(HOLE, "?") if s.literal else HOLE for s in segments]
        self.flat = "".join(texts)
        self.starts = [0, *accumulate(map(len, texts))]

    def cut(self, start: int, end: int) -> Iterator[Segment]:
        """The segments between two characters; literals are cut."""
        for segment, begin, stop in zip(self._segments, self.starts, self.starts[1:], strict=False):
            first, last = max(begin, start), min(stop, end)
            if first < last:
                yield replace(segment, text=segment.text[first - begin : last - begin]) if segment.literal else segment


@dataclass(frozen=True, slots=True)
class MarkBreakpoint:
    """Put a cache breakpoint right after a segment; after its last whole line, where its block goes on behind it."""

    index: int
    ttl: str | None = None

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with the mark; what follows in the block becomes one of its own. A mark that is there stays."""
        segment = layout.segments[self.index]
        mark = segment.breakpoint or Breakpoint(segment.origin.span, self.ttl)
        before, behind = layout.segments[: self.index], layout.segments[self.index + 1 :]
        if not behind or behind[0].block != segment.block:
            return Layout((*before, replace(segment, breakpoint=mark), *behind))
        goes_on = bool(before) and before[-1].block == segment.block
        end = whole_lines(segment.text, goes_on=goes_on) if segment.literal else len(segment.text)
        rest = (replace(segment, text=segment.text[end:]),) if end < len(segment.text) else ()
        marked = replace(segment, text=segment.text[:end], breakpoint=mark)
        after = [replace(s, block=s.block + 1) for s in (*rest, *behind)]
        return Layout((*before, marked, *after))


@dataclass(frozen=True, slots=True)
class MoveBreakpoint:
    """Take a breakpoint from behind one segment, and put it behind an earlier one of the same block."""

    index: int
    source: int
    """The segment that it stands behind so far."""

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with the mark at its new place; the same one where there is none to move."""
        old = layout.segments[self.source].breakpoint
        if old is None or self.source <= self.index:
            return layout
        bare = tuple(replace(s, breakpoint=None) if i == self.source else s for i, s in enumerate(layout.segments))
        return MarkBreakpoint(self.index, old.ttl).applied_to(Layout(bare))


@dataclass(frozen=True, slots=True)
class RemoveBreakpoint:
    """Take out the breakpoint behind a segment."""

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout without that mark."""
        return _replaced(layout, self.index, replace(layout.segments[self.index], breakpoint=None))


@dataclass(frozen=True, slots=True)
class Retime:
    """Give the breakpoint behind a segment another lifetime."""

    index: int
    ttl: str

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with that lifetime; the same one where there is no mark."""
        segment = layout.segments[self.index]
        mark = replace(segment.breakpoint, ttl=self.ttl) if segment.breakpoint else None
        return _replaced(layout, self.index, replace(segment, breakpoint=mark))


def _replaced(layout: Layout, index: int, segment: Segment) -> Layout:
    return Layout((*layout.segments[:index], segment, *layout.segments[index + 1 :]))


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """Ask the provider to set a breakpoint behind the newest message by itself: the layout stays as it is."""

    kept: bool = True
    """Whether the next turn is seen to send the newest message again: else what is written may never be read."""

    def applied_to(self, layout: Layout) -> Layout:
        """The same layout: the mark is on the request."""
        return layout


@dataclass(frozen=True, slots=True)
class Coarsen:
    """Let a clock tell the date only, and others of the same prompt with it; the text before each says so."""

    index: int
    others: tuple[int, ...] = ()

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with texts that change once a day."""
        for index in (self.index, *self.others):
            layout = _replaced(layout, index, replace(layout.segments[index], volatility=Volatility.PERIODIC))
            label = label_of(layout, index)
            layout = _replaced(layout, index - 1, replace(label, text=dated(label.text))) if label else layout
        return layout


def label_of(layout: Layout, index: int) -> Segment | None:
    """The text right in front of a value, where its end calls the value a time."""
    label = layout.segments[index - 1] if index else None
    same = label is not None and label.literal and label.block == layout.segments[index].block
    return label if same and label and time_named(label.text) else None


def all_dated(layout: Layout) -> Layout:
    """The layout as it would be if no text called the value behind it a time."""
    for index in range(1, len(layout.segments)):
        label = None if layout.segments[index].literal else label_of(layout, index)
        layout = _replaced(layout, index - 1, replace(label, text=dated(label.text))) if label else layout
    return layout


@dataclass(frozen=True, slots=True)
class Sort:
    """Give an order to what has none: all the items of which this segment is one."""

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with all items in a fixed order."""
        disorder = layout.segments[self.index].unordered
        return Layout(tuple(replace(s, unordered=None) if s.unordered == disorder else s for s in layout.segments))


@dataclass(frozen=True, slots=True)
class ToAsync:
    """Send it through the library's asynchronous client, and await the answer: the layout stays as it is."""

    def applied_to(self, layout: Layout) -> Layout:
        """The same layout."""
        return layout


@dataclass(frozen=True, slots=True)
class ToThread:
    """Let a thread wait for the answer in the place of the event loop: the layout stays as it is."""

    def applied_to(self, layout: Layout) -> Layout:
        """The same layout."""
        return layout


@dataclass(frozen=True, slots=True)
class ToBatch:
    """Send what a loop sends one by one through the provider's batch API: the layout stays as it is."""

    loop: Span
    """The loop, as the site has it."""

    def applied_to(self, layout: Layout) -> Layout:
        """The same layout: a batch changes how a prompt is sent, not the prompt."""
        return layout


Change = (
    MoveToEnd
    | MarkBreakpoint
    | MoveBreakpoint
    | RemoveBreakpoint
    | Retime
    | CacheRequest
    | Coarsen
    | Sort
    | ToAsync
    | ToThread
    | ToBatch
)
