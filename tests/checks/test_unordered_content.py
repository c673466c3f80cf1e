"""PL103: what has no fixed order stands in the part of a prompt that could be cached."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.changes import Sort
from promptlint.checks.unordered_content import check
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence, Disorder, Role, Tokens, Volatility
from promptlint.request import Request
from tests.checks.building import CALL, EXPLICIT, NAMES, data, history, line, listing, request, text, unknown


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def only(subject: Request) -> Finding:
    (finding,) = found(subject)
    return finding


def test_a_set_in_the_system_prompt() -> None:
    assert only(request(text(100), listing(300), text(1700), data("question"))) == Finding(
        at=line(60),
        message="The order of `NAMES` in the system prompt is not fixed (a set has no order): each new order"
        " re-bills ~2,000 tokens from there on at full price. Sort it.",
        confidence=Confidence.HIGH,
        flow=(CALL,),
        stranded=Tokens(2000, 2000),
        change=Sort(1),
    )


def test_tools_in_the_order_of_a_set() -> None:
    finding = only(request(listing(1200, Role.TOOLS), text(300), history()))
    assert finding.confidence is Confidence.HIGH
    assert finding.message == (
        "The order of `NAMES` in the tools is not fixed (a set has no order): each new order re-bills"
        " ~1,500 tokens from there on and the whole conversation at full price. Sort it."
    )


def test_tools_of_unknown_size_matter_for_a_conversation_that_another_process_goes_on_with() -> None:
    finding = only(request(listing(0, Role.TOOLS), text(300), history()))
    assert finding.confidence is Confidence.MEDIUM
    assert "each new order re-bills the whole conversation at full price" in finding.message


def test_tools_stand_before_a_conversation_also_where_its_messages_could_not_be_told() -> None:
    finding = only(request(listing(20, Role.TOOLS), unknown("messages", Role.UNKNOWN)))
    assert finding.confidence is Confidence.MEDIUM
    assert "re-bills the whole conversation at full price" in finding.message
    assert found(request(listing(20), unknown("messages", Role.UNKNOWN))) == []


def test_two_names_that_are_written_out_differ_in_order_whatever_else_is_in_the_set() -> None:
    kept = {"unordered": listing(1).unordered}
    some = unknown("more", Role.SYSTEM, **kept)
    one, other = (replace(text(1, **kept), text=word) for word in ("math", "json"))
    assert only(request(some, one, other, text(3000))).confidence is Confidence.HIGH
    assert only(request(some, one, text(3000))).confidence is Confidence.MEDIUM


def test_a_set_in_a_message_before_the_history_does_not_matter_for_it() -> None:
    assert found(request(text(300), listing(0, Role.USER), history())) == []


def test_short_prompts_would_not_be_cached_either_way() -> None:
    assert found(request(listing(100), text(900), data("question"))) == []


def test_nothing_of_size_from_there_on() -> None:
    assert found(request(text(3000), listing(200), data("question"))) == []


def test_the_parts_that_a_loop_makes_are_one_thing() -> None:
    parts = [listing(200, repeated=True), listing(300, repeated=True), listing(20, repeated=True)]
    finding = only(request(*parts, text(1480)))
    assert (finding.at, finding.stranded) == (line(60), Tokens(2000, 2000))


def test_they_are_one_thing_though_fixed_words_stand_between_them() -> None:
    finding = only(request(text(100), listing(200), text(10), listing(300), text(1490)))
    assert (finding.change, finding.stranded) == (Sort(1), Tokens(2000, 2000))


def test_what_is_listed_is_sorted_rather_than_the_words_around_it() -> None:
    dash = replace(text(1), text="- ", unordered=NAMES)
    finding = only(request(text(100), dash, listing(0), dash, text(2000)))
    assert (finding.at, finding.change) == (line(60), Sort(2))


def test_each_thing_without_order_has_its_own_mend() -> None:
    files = Disorder("a directory is listed in no fixed order", "folder.iterdir()", line(61))
    prompt = request(listing(500), text(1000), listing(500, unordered=files), text(10))
    assert [(f.at, f.change) for f in found(prompt)] == [(line(60), Sort(0)), (line(61), Sort(2))]


def test_what_the_data_of_one_request_holds_is_new_anyway() -> None:
    assert found(request(data("hits", Role.SYSTEM, unordered=NAMES), text(3000))) == []


def test_words_around_the_data_of_one_request_do_not_make_it_another() -> None:
    dash = text(1, unordered=NAMES)
    assert found(request(dash, data("hits", Role.SYSTEM, unordered=NAMES), text(3000))) == []


def test_words_around_what_could_not_be_told_tell_nothing() -> None:
    dash = text(1, unordered=NAMES)
    assert only(request(dash, unknown("name", unordered=NAMES), text(3000))).confidence is Confidence.MEDIUM
    dash = text(1, Role.USER, unordered=NAMES)
    assert found(request(dash, unknown("name", Role.USER, unordered=NAMES), text(3000, Role.USER))) == []


@pytest.mark.parametrize("role", [Role.TOOLS, Role.SYSTEM])
def test_at_the_head_an_order_is_blamed_though_the_things_could_not_be_told(role: Role) -> None:
    names = unknown("names", role, unordered=NAMES)
    assert only(request(names, text(3000))).confidence is Confidence.MEDIUM
    assert only(request(names, text(300), history())).confidence is Confidence.LOW


def test_elsewhere_what_could_not_be_told_is_not_blamed() -> None:
    assert found(request(unknown("hits", Role.USER, unordered=NAMES), text(3000, Role.USER))) == []


@pytest.mark.parametrize(
    ("volatility", "rebilled"),
    [(Volatility.CONSTANT, 3300), (Volatility.SESSION, 3300), (Volatility.CALL, 3000)],
)
def test_what_changes_by_its_order_only_is_mended_itself(volatility: Volatility, rebilled: int) -> None:
    names = replace(listing(300), volatility=volatility)
    assert only(request(names, text(3000))).stranded == Tokens(rebilled, rebilled)


def test_a_history_is_not_sorted() -> None:
    assert found(request(listing(0, growing=True), text(3000), history())) == []


def test_a_prompt_that_is_sent_once_has_nothing_to_share() -> None:
    assert found(request(listing(300), text(1700), once=True)) == []
