"""The layout of a prompt: what holds for every layout, and for every change of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given, settings

from promptlint.changes import Change, Coarsen, MarkBreakpoint, MoveToEnd, Sort
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Arm, Breakpoint, Disorder, Layout, Origin, Role, Segment, Tokens, Volatility
from promptlint.request import Request
from promptlint.shapes import shape
from promptlint.spans import Position, Span
from tests.checks.building import EXPLICIT, IMPLICIT
from tests.strategies import layouts, layouts_with_changes, requests, segments

HERE = Span("a.py", Position(1, 1), Position(1, 5))


def segment(text: str, role: Role = Role.SYSTEM, block: int = 0) -> Segment:
    return Segment(text, Volatility.CONSTANT, role, Origin(HERE), block=block)


def texts(layout: Layout) -> list[str]:
    return [s.text for s in layout.segments]


def test_blocks_come_in_order() -> None:
    with pytest.raises(ValueError, match=r"^block 0 stands after block 1: 'two'$"):
        Layout((segment("one", block=1), segment("two", block=0)))


def test_a_literal_is_not_empty() -> None:
    with pytest.raises(ValueError, match=r"^an empty literal at a\.py:1:1$"):
        Layout((segment(""),))


@pytest.mark.parametrize(("low", "high"), [(-1, 0), (2, 1)])
def test_tokens_are_a_range(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="not a range of tokens"):
        Tokens(low, high)


def test_ranges_of_tokens_add_up() -> None:
    assert Tokens(1, 2) + Tokens(10, 30) == Tokens(11, 32)


def inked(layout: Layout) -> Counter[tuple[Role, str, bool]]:
    """What is sent, apart from space and from order: the characters of literals, and each other text as one."""
    return Counter(
        (segment.role, text, segment.literal)
        for segment in layout.segments
        for text in ("".join(segment.text.split()) if segment.literal else [segment.text])
    )


@given(layouts_with_changes())
def test_a_change_neither_loses_nor_adds_a_word(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    if not isinstance(change, Coarsen):
        assert inked(change.applied_to(layout)) == inked(layout)


@given(layouts_with_changes())
def test_a_change_touches_its_own_block_only(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    if isinstance(change, MoveToEnd | MarkBreakpoint | Coarsen):
        own = layout.segments[change.index].block
        before = [s for s in layout.segments if s.block < own]
        behind = [s for s in layout.segments if s.block > own]
        after = change.applied_to(layout).segments
        assert list(after[: len(before)]) == before
        assert [replace(s, block=0) for s in after[len(after) - len(behind) :]] == [replace(s, block=0) for s in behind]


@given(layouts_with_changes())
def test_a_change_made_twice_is_made_once(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    once = change.applied_to(layout)
    if not isinstance(change, MoveToEnd):
        assert change.applied_to(once) == once


def value(text: str, block: int = 0) -> Segment:
    return replace(segment(text, block=block), volatility=Volatility.CALL)


def test_a_move_takes_the_line_along() -> None:
    layout = Layout((segment("Now: "), value("now()"), segment(".\nRules.\n"), segment("Done.", block=1)))
    moved = MoveToEnd(1).applied_to(layout)
    assert "".join(texts(moved)) == "Rules.\nNow: now().\nDone."
    assert [s.block for s in moved.segments] == [0, 0, 0, 0, 0, 0, 1]


def test_a_move_takes_the_breakpoint_of_the_block_along() -> None:
    mark = Breakpoint(HERE)
    layout = Layout((segment("Now: "), value("now()"), replace(segment("\nRules."), breakpoint=mark)))
    assert [s.breakpoint for s in MoveToEnd(1).applied_to(layout).segments] == [None, None, None, mark]


@pytest.mark.parametrize("surroundings", [("", ""), ("Rules.\n", ""), ("Now ", " and then"), ("1. ", "\n2. Rules.")])
def test_what_cannot_be_lifted_out_stays(surroundings: tuple[str, str]) -> None:
    before, after = ([segment(text)] if text else [] for text in surroundings)
    layout = Layout((*before, value("now()"), *after))
    assert MoveToEnd(len(before)).applied_to(layout) == layout


def test_a_mark_within_a_block_stands_behind_a_whole_line() -> None:
    layout = Layout((segment("Rules.\nNow: "), value("now()")))
    marked = MarkBreakpoint(0).applied_to(layout)
    assert [(s.text, s.block, s.breakpoint is not None) for s in marked.segments] == [
        ("Rules.\n", 0, True),
        ("Now: ", 1, False),
        ("now()", 1, False),
    ]


def test_a_mark_is_made_where_there_is_none() -> None:
    layout = Layout((segment("one"), segment("two")))
    marked = MarkBreakpoint(0, "1h").applied_to(layout)
    assert marked.breakpoints == (Breakpoint(HERE, "1h"),)
    assert MarkBreakpoint(0).applied_to(marked) == marked


def test_a_clock_can_tell_the_date_only() -> None:
    clock = replace(segment("now()"), volatility=Volatility.CALL)
    (coarse,) = Coarsen(0).applied_to(Layout((clock,))).segments
    assert coarse == replace(clock, volatility=Volatility.PERIODIC)


def test_sorting_gives_an_order() -> None:
    names = replace(segment("names"), unordered=Disorder("a set has no order", "names", HERE))
    assert Sort(0).applied_to(Layout((names,))) == Layout((segment("names"),))


@given(layouts())
def test_the_shape_does_not_tell_where_it_is_written(layout: Layout) -> None:
    elsewhere = Origin(Span("elsewhere.py", Position(7, 7), Position(7, 7)))
    moved = Layout(tuple(replace(s, origin=elsewhere, because="", tokens=Tokens()) for s in layout.segments))
    assert shape(moved) == shape(layout)


def test_the_shape_tells_what_is_sent() -> None:
    one = segment("one")
    others = [
        segment("two"),
        segment("one", Role.USER),
        replace(one, volatility=Volatility.DEPLOYMENT),
        replace(one, breakpoint=Breakpoint(HERE)),
    ]
    assert all(shape(Layout((other,))) != shape(Layout((one,))) for other in others)


@given(layouts(min_size=1))
def test_what_is_behind_a_segment_can_be_sent_with_it(layout: Layout) -> None:
    for index, here in enumerate(layout.segments):
        behind = layout.after(index)
        assert behind == tuple(s for s in layout.segments[index + 1 :] if s.together_with(here))


@given(segments, segments)
def test_two_segments_are_together_either_way_round(one: Segment, other: Segment) -> None:
    assert one.together_with(other) == other.together_with(one)
    assert one.together_with(one)


def test_sides_of_one_branch_are_never_sent_together() -> None:
    yes, no = replace(segment("yes"), arms=(Arm(1, 0),)), replace(segment("no"), arms=(Arm(1, 1), Arm(2, 0)))
    always, elsewhere = segment("always"), replace(segment("elsewhere"), arms=(Arm(2, 0),))
    layout = Layout((yes, no, elsewhere, always))
    assert texts(Layout(layout.after(0))) == ["elsewhere", "always"]
    assert texts(Layout(layout.after(1))) == ["elsewhere", "always"]


@given(layouts())
def test_breakpoints_and_conversations_are_those_of_the_segments(layout: Layout) -> None:
    assert [s.breakpoint for s in layout.segments if s.breakpoint] == list(layout.breakpoints)
    assert layout.conversation == bool([s for s in layout.segments if s.growing])


def found(request: Request, provider: Provider) -> list[tuple[str, Finding]]:
    """What all checks find, with their codes."""
    return [(code, finding) for code, check in CHECKS.items() for finding in check(request, provider)]


@given(requests)
def test_checks_are_deterministic(request: Request) -> None:
    assert found(deepcopy(request), EXPLICIT) == found(request, EXPLICIT)


def spans_in(value: object) -> Iterator[Span]:
    """Every place that a request names."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from spans_in(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from spans_in(getattr(value, part.name))


@settings(max_examples=300)
@given(requests)
def test_findings_are_complete_sentences_at_places_of_the_request(request: Request) -> None:
    places = set(spans_in(request))
    for code, finding in found(request, IMPLICIT):
        assert finding.at in places, code
        assert finding.message.endswith("."), code
        assert "  " not in finding.message, code
        assert finding.confidence <= request.site.confidence, code
        assert finding.flow[-1].span == request.site.span, code


@settings(max_examples=300)
@given(requests)
def test_changes_of_findings_can_be_made(request: Request) -> None:
    for _, finding in found(request, EXPLICIT):
        if finding.change is not None:
            finding.change.applied_to(request.layout)
