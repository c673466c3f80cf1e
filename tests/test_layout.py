"""The layout of a prompt: what holds for every layout, and for every change of one."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given

from promptlint.changes import Change, Coarsen, MarkBreakpoint, MoveToEnd, Sort, ToBatch
from promptlint.checks import CHECKS
from promptlint.layout import Arm, Breakpoint, Disorder, Layout, Origin, Request, Role, Segment, Tokens, Volatility
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


@given(layouts_with_changes())
def test_a_change_never_loses_a_segment(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    changed = change.applied_to(layout)
    assert Counter(s.text for s in changed.segments) == Counter(texts(layout))
    assert Counter(s.role for s in changed.segments) == Counter(s.role for s in layout.segments)
    assert Counter(s.origin for s in changed.segments) == Counter(s.origin for s in layout.segments)


@given(layouts_with_changes())
def test_a_change_leaves_all_other_segments_as_they_are_and_in_order(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    if isinstance(change, ToBatch):
        assert change.applied_to(layout) == layout
        return
    if isinstance(change, Sort):
        assert {s.unordered for s in layout.segments} - {s.unordered for s in change.applied_to(layout).segments} == {
            layout.segments[change.index].unordered
        } - {None}
        return
    after = list(change.applied_to(layout).segments)
    rest = [s for i, s in enumerate(layout.segments) if i != change.index]
    touched = [i for i in range(len(after)) if after[:i] + after[i + 1 :] == rest]
    assert touched
    assert any(after[i].text == layout.segments[change.index].text for i in touched)


@given(layouts_with_changes())
def test_a_change_made_twice_is_made_once(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    once = change.applied_to(layout)
    if not isinstance(change, MoveToEnd):
        assert change.applied_to(once) == once


@given(layouts_with_changes())
def test_a_move_puts_nothing_of_its_role_behind(subject: tuple[Layout, Change]) -> None:
    layout, change = subject
    if isinstance(change, MoveToEnd):
        moved = layout.segments[change.index]
        role = [s for s in change.applied_to(layout).segments if s.role is moved.role]
        assert replace(role[-1], block=moved.block) == moved


def test_a_move_joins_the_last_block_of_its_role() -> None:
    layout = Layout(
        (
            segment("now", Role.USER, 0),
            segment("rules", Role.USER, 0),
            segment("example", Role.ASSISTANT, 1),
            segment("question", Role.USER, 2),
            segment("{", Role.ASSISTANT, 3),
        )
    )
    moved = MoveToEnd(0).applied_to(layout)
    assert texts(moved) == ["rules", "example", "question", "now", "{"]
    assert [s.block for s in moved.segments] == [0, 1, 2, 2, 3]


def test_a_segment_that_is_alone_in_its_role_stays() -> None:
    layout = Layout((segment("tool", Role.TOOLS), segment("now"), segment("question", Role.USER, 1)))
    assert MoveToEnd(1).applied_to(layout) == layout


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


@pytest.mark.parametrize("code", CHECKS)
@given(request=requests)
def test_checks_are_deterministic(code: str, request: Request) -> None:
    check = CHECKS[code]
    assert list(check(deepcopy(request), EXPLICIT)) == list(check(request, EXPLICIT))


@pytest.mark.parametrize("code", CHECKS)
@given(request=requests)
def test_findings_are_complete_sentences_at_places_of_the_request(code: str, request: Request) -> None:
    places = {
        request.site.span,
        *(s.origin.span for s in request.layout.segments),
        *(s.unordered.span for s in request.layout.segments if s.unordered),
        *(s.unordered.span for s in request.layout.segments if s.unordered),
        *(x.span for x in request.site.loops),
    }
    for finding in CHECKS[code](request, IMPLICIT):
        assert finding.at in places
        assert finding.message.endswith(".")
        assert "  " not in finding.message
        assert finding.confidence <= request.site.confidence
        assert finding.flow[-1].span == request.site.span


@pytest.mark.parametrize("code", CHECKS)
@given(request=requests)
def test_changes_of_findings_can_be_made(code: str, request: Request) -> None:
    for finding in CHECKS[code](request, EXPLICIT):
        if finding.change is not None:
            finding.change.applied_to(request.layout)
