"""When a value is made: what is read before a loop, all turns of the loop have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.layout import Layout, Loop, Segment, Tie, Volatility
from promptlint.spans import Span

_RETURNED = "returned by "


def bound(layout: Layout, send: Send, loops: tuple[Loop, ...], engine: Engine) -> Layout:
    """The layout, where what differs on every call but is made before a loop of calls differs for each such loop only.

    A loop that sends the same prompt again, such as a retry, is none that a value could be shared by.
    """
    around = list(_around(send, loops, engine))
    if not around:
        return layout
    return Layout(tuple(_shared(segment, around) for segment in layout.segments))


def _around(send: Send, loops: tuple[Loop, ...], engine: Engine) -> Iterator[tuple[Span, Span]]:
    """The loops around a call, each with the function that it stands in."""
    ties = {frame.number: loop.tie for frame, loop in zip(send.loops, loops, strict=True)}
    for record in send.chain:
        node = record.function.node
        for frame in record.loops:
            if ties.get(frame.number, Tie.SAME) is not Tie.SAME and hasattr(node, "lineno"):
                yield engine.span(frame.at), engine.span(record.function.module.place(node))


def _shared(segment: Segment, around: list[tuple[Span, Span]]) -> Segment:
    if segment.volatility is not Volatility.CALL:
        return segment
    returned = (step.span for step in segment.origin.trail if step.message.startswith(_RETURNED))
    made = (segment.origin.span, *returned)
    for loop, function in around:
        inside = next((span for span in made if _within(span, function)), None)
        if inside is not None and not _within(inside, loop):
            because = f"{segment.because}, but only once for the whole loop"
            return replace(segment, volatility=Volatility.SESSION, because=because)
    return segment


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end
