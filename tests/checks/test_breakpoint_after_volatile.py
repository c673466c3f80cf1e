"""PL202: a breakpoint covers text that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.changes import MoveBreakpoint
from promptlint.checks import CHECKS, request_data_first, volatile_prefix
from promptlint.diagnostics import Finding
from promptlint.layout import Breakpoint, Confidence, Role, Step, Tokens
from promptlint.request import Known, Mode, Request, Tie
from tests.checks.building import (
    CALL,
    EXPLICIT,
    answer,
    clock,
    data,
    history,
    line,
    listing,
    loop,
    marked,
    random_id,
    request,
    session,
    side,
    text,
    unknown,
)

check = CHECKS["PL202"]


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def only(subject: Request) -> Finding:
    (finding,) = found(subject)
    return finding


def test_a_clock_in_the_block_that_is_marked() -> None:
    assert only(request(text(2000), marked(clock()), data("question"))) == Finding(
        at=line(50),
        message="This breakpoint covers `datetime.now()`, which reads the clock, in the system prompt: ~2,000 tokens"
        " and more are written to the cache at 1.25 times the price on every call, and never read. Use a date, or put"
        " a breakpoint before it, behind the text that stays the same.",
        confidence=Confidence.HIGH,
        flow=(Step("this changes", line(2)), CALL),
        stranded=Tokens(2000, 2000),
        change=MoveBreakpoint(0, 1),
    )


def test_the_price_is_that_of_the_lifetime() -> None:
    assert "at 2 times the price" in only(request(text(2000), marked(clock(), ttl="1h"))).message
    assert "to the cache on every call" in only(request(text(2000), marked(clock(), ttl="2w"))).message


def test_static_text_behind_the_one_that_changes_has_to_move_first() -> None:
    finding = only(request(random_id(), marked(text(2000)), data("question")))
    assert finding.message.endswith("Move it behind the text that stays the same, and put the breakpoint between them.")
    assert finding.change is None


def test_without_text_that_is_worth_it_the_breakpoint_is_of_no_use() -> None:
    assert only(request(text(10), marked(random_id()))).message.endswith("Take the breakpoint off.")


def test_a_breakpoint_before_the_text_that_changes_is_right() -> None:
    assert found(request(marked(text(2000)), clock(), data("question"))) == []


def test_a_second_breakpoint_behind_it_is_not() -> None:
    assert only(request(marked(text(2000)), clock(), marked(data("question"), at=60))).at == line(60)


def test_the_data_of_a_loop() -> None:
    finding = only(request(text(2000), marked(data("row")), loops=(loop(Tie.INDEPENDENT),)))
    assert "is a parameter, in the user message" in finding.message
    assert "for every request, and never read" in finding.message
    assert finding.confidence is Confidence.HIGH


def test_the_same_question_may_be_asked_twice() -> None:
    assert only(request(text(2000), marked(data("question")))).confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(marked(data("document")), data("question")), id="another question behind it"),
        pytest.param(request(marked(data("document")), unknown("question")), id="what is behind it cannot be told"),
        pytest.param(request(text(9), marked(data("task")), history()), id="a conversation"),
        pytest.param(request(data("task"), answer(), marked(data("more"))), id="a dialogue"),
        pytest.param(request(text(9), marked(data("task")), loops=(loop(Tie.CHAINED),)), id="an agent's loop"),
        pytest.param(request(unknown("messages", Role.UNKNOWN), marked(data("last"))), id="messages from elsewhere"),
        pytest.param(request(text(9), marked(data("task")), known=Known.PARTLY), id="followed in part"),
    ],
)
def test_data_that_may_be_sent_again(subject: Request) -> None:
    assert found(subject) == []


def test_a_clock_is_new_on_every_turn_of_a_conversation() -> None:
    assert only(request(clock(), history(), marked(data("question")))).confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(marked(session("profile"))), id="a user's profile"),
        pytest.param(request(marked(unknown("context"))), id="could not be told"),
        pytest.param(request(marked(listing(2000))), id="without order: PL103"),
        pytest.param(request(text(2000), marked(clock()), once=True), id="sent once"),
        pytest.param(request(text(2000), marked(clock()), mode=Mode.BATCH), id="in a batch"),
        pytest.param(request(text(2000), clock(arms=side(0)), marked(text(5))), id="only in some requests"),
    ],
)
def test_what_is_no_fault(subject: Request) -> None:
    assert found(subject) == []


def test_a_breakpoint_that_may_not_be_there() -> None:
    assert only(request(text(2000), marked(clock(), optional=True))).confidence is Confidence.LOW


def test_the_automatic_breakpoint_is_behind_the_last_block() -> None:
    finding = only(request(text(2000), data("question"), automatic=Breakpoint(line(95))))
    assert finding.at == line(95)
    assert finding.message.startswith("The automatic breakpoint covers `question`")


def test_text_in_the_wrong_place_is_no_fault_of_the_automatic_breakpoint() -> None:
    subject = request(clock(), text(2000), data("question"), automatic=Breakpoint(line(95)))
    assert found(subject) == []
    assert len(list(volatile_prefix.check(subject, EXPLICIT))) == 1


def test_one_cause_is_told_by_one_rule() -> None:
    subject = request(clock(), marked(text(2000)), data("question"))
    assert len(found(subject)) == 1
    assert list(volatile_prefix.check(subject, EXPLICIT)) == []
    subject = request(data("row"), marked(text(2000)), loops=(loop(),))
    assert len(found(subject)) == 1
    assert list(request_data_first.check(subject, EXPLICIT)) == []


def test_a_provider_without_breakpoints() -> None:
    assert list(check(request(text(2000), marked(clock())), replace(EXPLICIT, breakpoints=None))) == []
