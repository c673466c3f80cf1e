"""PL201: a long stable prefix is sent again and again, and nothing asks the provider to cache it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.changes import MarkBreakpoint
from promptlint.checks.missing_breakpoint import check
from promptlint.diagnostics import Finding, Severity
from promptlint.layout import Breakpoint, Confidence, Role, Segment, Step, Tokens
from promptlint.request import Known, Mode, Request, Tie
from promptlint.settings import Setting
from tests.checks.building import (
    CALL,
    EXPLICIT,
    IMPLICIT,
    clock,
    data,
    history,
    line,
    listing,
    loop,
    parameter,
    request,
    session,
    side,
    text,
    unknown,
)


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def only(subject: Request) -> Finding:
    (finding,) = found(subject)
    return finding


def test_a_long_system_prompt_in_a_loop() -> None:
    assert only(request(text(400, Role.TOOLS), text(2000), data("question"), loops=(loop(),))) == Finding(
        at=line(100),
        message="~2,400 tokens at the start of this prompt stay the same and are billed at full price each time"
        " (about $4.32 per 1,000 calls on clever-5): put a cache breakpoint behind them.",
        confidence=Confidence.HIGH,
        flow=(Step("what stays the same ends here", line(2)), CALL),
        stranded=Tokens(2400, 2400),
        change=MarkBreakpoint(1),
    )


def test_a_function_may_be_called_again_but_that_is_not_certain() -> None:
    assert only(request(text(2000), data("question"))).confidence is Confidence.MEDIUM


def test_a_prompt_that_is_sent_once() -> None:
    assert found(request(text(2000), data("question"), once=True)) == []
    assert found(request(text(2000), data("question"), once=True, loops=(loop(Tie.SAME),))) == []


def test_a_conversation_wants_a_breakpoint_that_moves() -> None:
    assert found(request(text(2000), session("profile"), history(), data("question"))) == []


def test_only_the_start_is_named_where_changing_text_stands_before_the_history() -> None:
    assert only(request(text(2000), clock(), history())).message == (
        "~2,000 tokens at the start of this prompt stay the same and are billed at full price each time"
        " (about $3.60 per 1,000 calls on clever-5): put a cache breakpoint behind them."
    )


def test_the_text_of_one_user_ends_what_requests_share() -> None:
    assert found(request(text(1000), session("profile"), text(1000), data("question"))) == []


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(clock(), id="a clock"),
        pytest.param(data("hits", Role.SYSTEM), id="data"),
        pytest.param(unknown("context"), id="could not be told"),
        pytest.param(listing(100), id="without order"),
    ],
)
def test_changing_text_before_the_minimum_is_the_business_of_other_rules(segment: Segment) -> None:
    assert found(request(text(1000), segment, text(3000))) == []


def test_the_minimum_of_the_model() -> None:
    assert found(request(text(1023))) == []
    assert len(found(request(text(1024)))) == 1


def test_of_an_unknown_model_what_holds_for_all() -> None:
    assert found(request(text(4095), model=None)) == []
    assert len(found(request(text(4096), model=None))) == 1


def test_text_that_may_be_left_out_does_not_count_for_sure() -> None:
    assert found(request(text(3000, arms=side(0)), text(1000))) == []


def test_what_is_marked_already() -> None:
    marked = replace(text(2000), breakpoint=Breakpoint(line(2)))
    assert found(request(marked, data("question"))) == []
    assert found(request(text(2000), data("question"), caching=line(95))) == []
    assert found(request(text(2000), data("question"), automatic=Breakpoint(line(95)))) == []


def test_a_call_that_cannot_carry_a_mark() -> None:
    assert found(request(text(2000), data("question"), markable=False)) == []


def test_marks_within_a_batch_are_another_matter() -> None:
    assert found(request(text(2000), data("question"), mode=Mode.BATCH)) == []


def test_a_provider_that_caches_without_being_asked() -> None:
    assert list(check(request(text(2000), data("question")), IMPLICIT)) == []


def test_a_mode_in_which_nothing_is_cached_without_a_mark() -> None:
    provider = replace(IMPLICIT, explicit_mode="explicit")
    for mode, findings in (("explicit", 1), ("implicit", 0)):
        setting = parameter(Setting.CACHE_MODE, text(1, text=mode))
        assert len(list(check(request(text(2000), parameters=(setting,)), provider))) == findings


def test_messages_that_could_not_be_followed_may_carry_a_mark() -> None:
    messages = unknown("messages", Role.UNKNOWN)
    assert only(request(text(2000), messages, known=Known.PARTLY, loops=(loop(),))).confidence is Confidence.LOW
    prompt = request(text(2000), messages, known=Known.PARTLY, loops=(loop(),), named=False)
    assert only(prompt).confidence is Confidence.MEDIUM, "no code names a marker"
    assert found(request(text(2000), messages, known=Known.NOT, loops=(loop(),))) == []


def test_a_prompt_that_was_followed_in_part() -> None:
    prompt = request(text(2000), unknown("question", Role.USER), known=Known.PARTLY, loops=(loop(),))
    assert only(prompt).confidence is Confidence.MEDIUM


def test_it_is_no_surer_than_that_the_text_stays_the_same() -> None:
    prompt = request(text(2000, confidence=Confidence.LOW), text(0, confidence=Confidence.LOW), loops=(loop(),))
    assert only(prompt).confidence is Confidence.LOW
    prompt = request(text(2000), text(0, confidence=Confidence.LOW), loops=(loop(),))
    assert only(prompt).confidence is Confidence.HIGH


def test_a_model_that_is_named_and_not_known_may_cache_nothing() -> None:
    assert only(request(text(4096), model="llama-9")).confidence is Confidence.LOW


def test_a_framework_that_leaves_caching_to_its_users_gets_a_note() -> None:
    assert only(request(text(2000), framework=True)).severity is Severity.NOTE
    assert only(request(text(2000))).severity is None


WHOLE = replace(IMPLICIT, whole_messages=True, marked_models=frozenset({"clever-5"}))
"""A provider that keeps a prefix only up to the end of a message."""


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        (request(text(2000), data("question", Role.SYSTEM)), 2000),
        (request(text(2000, Role.USER), data("question")), 2000),
        (request(text(2000), text(900, Role.USER), data("question")), 900),
        (request(text(2000), data("question")), 0),
        (request(text(2000), text(90, Role.USER), data("question")), 0),
        (request(text(2000), unknown("question", Role.SYSTEM)), 0),
        (request(text(2000, Role.USER)), 0),
        (request(text(2000, Role.USER), data("question"), model="quick-5"), 0),
    ],
)
def test_a_prefix_that_ends_inside_a_message(prompt: Request, tokens: int) -> None:
    assert sum(f.stranded.low for f in check(prompt, WHOLE) if f.stranded) == tokens


def test_a_message_that_carries_no_breakpoint_is_taken_apart_by_hand() -> None:
    bare = [replace(segment, markable=False) for segment in (text(2000), data("question", Role.SYSTEM))]
    [found] = check(request(*bare), WHOLE)
    assert found.change is None
    assert found.message.endswith("keeps no prefix that ends inside a message; send what changes in another message.")


def test_the_mark_stands_behind_a_line_only_where_enough_of_the_prompt_is_before_it() -> None:
    short, rules, tail = text(4, text="You are a clerk.\n"), text(2000), data("question", Role.SYSTEM)
    assert only(request(short, rules, tail)).change == MarkBreakpoint(1)
    assert only(request(rules, text(4, text="\nBe brief.\n"), text(2), tail)).change == MarkBreakpoint(1)
