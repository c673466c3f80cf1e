"""Hypothesis strategies for the values that everything hangs on: texts, spans, layouts, requests."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from promptlint.changes import (
    CacheRequest,
    Change,
    Coarsen,
    MarkBreakpoint,
    MoveToEnd,
    RemoveBreakpoint,
    Retime,
    Sort,
    ToBatch,
)
from promptlint.layout import (
    Arm,
    Breakpoint,
    Confidence,
    Disorder,
    Layout,
    Origin,
    Role,
    Segment,
    Step,
    Tokens,
    Volatility,
)
from promptlint.request import Evidence, Known, Loop, Mode, Request, Site, Tie
from promptlint.spans import Lines, Position, Span

CHARACTERS = st.one_of(
    st.sampled_from(["\n", "\r\n", "\r", "\t", "\f", "\v", "\x1c", "\x85", "\u2028", "\u0301", "\ufeff", "\ud800"]),
    st.sampled_from(list("ab {}'\"\\éж字😀")),
    st.characters(),
)

texts = st.lists(CHARACTERS, max_size=40).map("".join)
"""Text with every line break, with characters of one to four UTF-8 bytes, with lone surrogates."""


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, int, int, Span]:
    """A text, two offsets into it in order, and the span between them."""
    text = draw(texts)
    begin, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    lines = Lines(text)
    return text, begin, end, Span("a.py", lines.position(begin), lines.position(end))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any place in one of two files."""
    start, end = sorted(draw(st.tuples(_positions, _positions)))
    return Span(draw(st.sampled_from(["a.py", "b/c.py"])), start, end)


_positions = st.builds(Position, st.integers(1, 200), st.integers(1, 120))
_steps = st.builds(Step, st.just("passed on"), spans())
_origins = st.builds(Origin, spans(), st.lists(_steps, max_size=2).map(tuple))
_arms = st.lists(
    st.builds(Arm, st.integers(0, 2), st.integers(0, 2)), max_size=2, unique_by=lambda arm: arm.branch
).map(tuple)


@st.composite
def tokens(draw: st.DrawFn) -> Tokens:
    """An estimate around the sizes that decide."""
    low = draw(st.sampled_from([0, 1, 255, 256, 1023, 1024, 4096]))
    return Tokens(low, low + draw(st.sampled_from([0, 1, 500])))


segments = st.builds(
    Segment,
    text=st.text(min_size=1, max_size=8),
    volatility=st.sampled_from([*Volatility, None]),
    role=st.sampled_from(Role),
    origin=_origins,
    tokens=tokens(),
    because=st.sampled_from(["", "reads the clock", "is a parameter"]),
    confidence=st.sampled_from(Confidence),
    breakpoint=st.none() | st.builds(Breakpoint, spans(), st.sampled_from([None, "1h"])),
    arms=_arms,
    repeated=st.booleans(),
    growing=st.booleans(),
    unordered=st.none() | st.builds(Disorder, st.just("a set has no order"), st.just("NAMES"), spans()),
)
"""Texts of block 0, with everything that a text may have."""


@st.composite
def layouts(draw: st.DrawFn, min_size: int = 0) -> Layout:
    """Texts in blocks, in any order of roles."""
    block = 0
    placed: list[Segment] = []
    for segment in draw(st.lists(segments, min_size=min_size, max_size=8)):
        block += draw(st.integers(0, 1))
        placed.append(replace(segment, block=block))
    return Layout(tuple(placed))


@st.composite
def layouts_with_changes(draw: st.DrawFn) -> tuple[Layout, Change]:
    """A layout and a change that can be made to it."""
    layout = draw(layouts(min_size=1))
    index = draw(st.integers(0, len(layout.segments) - 1))
    changes: list[Change] = [
        MoveToEnd(index),
        MarkBreakpoint(index, "1h"),
        Coarsen(index),
        Sort(index),
        RemoveBreakpoint(index),
        Retime(index, "1h"),
        CacheRequest(),
        ToBatch(layout.segments[index].origin.span),
    ]
    return layout, draw(st.sampled_from(changes))


_loops = st.builds(
    Loop,
    span=spans(),
    kind=st.just("for"),
    over=st.just("rows"),
    tie=st.sampled_from(Tie),
    parallel=st.booleans(),
    few=st.booleans(),
    leaves_early=st.booleans(),
)
_signs = st.lists(
    st.builds(Evidence, st.sampled_from(["a progress bar", "a web handler"]), spans(), st.sampled_from(Confidence)),
    max_size=3,
).map(tuple)

requests = st.builds(
    Request,
    layout=layouts(),
    site=st.builds(
        Site,
        call=st.just("sdk.Client.messages.create"),
        span=spans(),
        provider=st.just("explicit"),
        model=st.sampled_from([None, "clever-5", "quick-5", "never-heard-of"]),
        mode=st.sampled_from(Mode),
        batch=st.sampled_from([None, "client.messages.batches.create"]),
        loops=st.lists(_loops, max_size=3).map(tuple),
        waiting=_signs,
        offline=_signs,
        markable=st.booleans(),
        caching=st.none() | spans(),
        automatic=st.none() | st.builds(Breakpoint, spans(), st.sampled_from([None, "1h"])),
        once=st.booleans(),
        confidence=st.sampled_from(Confidence),
    ),
    known=st.sampled_from(Known),
)
