"""Changes of a layout: what a check proposes, and what a writer turns into edits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from promptlint.layout import Breakpoint, Layout, Volatility


@dataclass(frozen=True, slots=True)
class MoveToEnd:
    """Put a segment behind all others of its role."""

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout as it is after the move: the segment joins the last block of its role."""
        moved = layout.segments[self.index]
        rest = layout.segments[: self.index] + layout.segments[self.index + 1 :]
        last = max((i for i, s in enumerate(rest) if s.role is moved.role), default=self.index - 1)
        block = rest[last].block if 0 <= last < len(rest) and rest[last].role is moved.role else moved.block
        return Layout((*rest[: last + 1], replace(moved, block=block), *rest[last + 1 :]))


@dataclass(frozen=True, slots=True)
class MarkBreakpoint:
    """Put a cache breakpoint right after a segment."""

    index: int
    ttl: str | None = None

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with the mark. A segment which has one already keeps it."""
        segment = layout.segments[self.index]
        mark = segment.breakpoint or Breakpoint(segment.origin.span, self.ttl)
        marked = replace(segment, breakpoint=mark)
        return Layout((*layout.segments[: self.index], marked, *layout.segments[self.index + 1 :]))


@dataclass(frozen=True, slots=True)
class Coarsen:
    """Let a clock tell the date only."""

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with a text that changes once a day."""
        coarse = replace(layout.segments[self.index], volatility=Volatility.PERIODIC)
        return Layout((*layout.segments[: self.index], coarse, *layout.segments[self.index + 1 :]))


@dataclass(frozen=True, slots=True)
class Sort:
    """Give an order to what has none: all the items of which this segment is one."""

    index: int

    def applied_to(self, layout: Layout) -> Layout:
        """The layout with all items in a fixed order."""
        disorder = layout.segments[self.index].unordered
        return Layout(tuple(replace(s, unordered=None) if s.unordered == disorder else s for s in layout.segments))


@dataclass(frozen=True, slots=True)
class ToBatch:
    """Send what a loop sends one by one through the provider's batch API: the layout stays as it is."""

    def applied_to(self, layout: Layout) -> Layout:
        """The same layout: a batch changes how a prompt is sent, not the prompt."""
        return layout


Change = MoveToEnd | MarkBreakpoint | Coarsen | Sort | ToBatch
