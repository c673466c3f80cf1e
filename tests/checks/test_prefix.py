"""What the cache could read again of a prompt, and how much one request holds of it."""

from __future__ import annotations

import pytest

from promptlint.changes import MoveToEnd
from promptlint.checks.prefix import move_to_end, opening, sent, stable
from promptlint.layout import Arm, Layout, Role, Segment, Tokens, Volatility
from tests.checks.building import EXPLICIT, answer, clock, data, history, listing, request, session, side, text, unknown


def test_stable_is_what_changes_no_more_often_than_asked() -> None:
    assert stable(text(1), Volatility.CONSTANT)
    assert stable(session("profile"), Volatility.SESSION)
    assert not stable(session("profile"), Volatility.PERIODIC)
    assert not stable(unknown("context"), Volatility.CALL)
    assert not stable(listing(1), Volatility.CALL)
    assert not stable(history(), Volatility.CALL)


@pytest.mark.parametrize(
    "turn",
    [history(), answer(), session("greeting", Role.ASSISTANT), unknown("call.output", Role.TOOL)],
    ids=["history", "answer", "answer of the session", "tool"],
)
def test_the_opening_ends_where_the_dialogue_begins(turn: Segment) -> None:
    prompt = request(text(10), data("question"), turn, text(20, Role.USER)).layout
    assert opening(prompt).segments == prompt.segments[:2]


def test_a_prompt_without_a_dialogue_is_all_opening() -> None:
    prompt = request(text(10), text(20, Role.ASSISTANT), data("question")).layout
    assert opening(prompt) == prompt


def test_nothing_is_no_tokens() -> None:
    assert sent(()) == Tokens(0, 0)


def test_a_branch_of_which_one_side_is_seen_may_send_nothing() -> None:
    assert sent((text(5), text(100, arms=side(0)), text(20, arms=side(0)))) == Tokens(5, 125)


def test_a_branch_that_is_decided_sends_its_side() -> None:
    assert sent((text(5), text(100, arms=side(0))), decided={1}) == Tokens(105, 105)


def test_the_sides_of_a_branch_are_alternatives() -> None:
    assert sent((text(100, arms=side(0)), text(5), text(70, arms=side(1)), text(8, arms=side(2)))) == Tokens(13, 105)


def test_branches_within_branches() -> None:
    inner = Arm(2, 0), Arm(2, 1)
    parts = (
        text(100, arms=(*side(0), inner[0])),
        text(300, arms=(*side(0), inner[1])),
        text(20, arms=side(0)),
        text(7, arms=side(1)),
    )
    assert sent(parts) == Tokens(7, 320)
    assert sent(parts[:3], decided={1}) == Tokens(120, 320)


def test_a_move_has_to_let_something_stable_of_the_same_role_pass() -> None:
    def move(*behind: Segment) -> MoveToEnd | None:
        return move_to_end(request(text(1), clock(), *behind), EXPLICIT, 1, Volatility.SESSION)

    assert move(text(9)) == MoveToEnd(1)
    assert move(data("hits", Role.SYSTEM)) is None
    assert move(text(9, Role.USER)) is None
    assert move(history(), text(9)) is None


def test_an_empty_prompt_has_no_opening() -> None:
    assert opening(Layout(())).segments == ()
