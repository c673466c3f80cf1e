"""PL101: text that differs on every call stands before text that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.changes import Coarsen, MoveToEnd
from promptlint.checks.volatile_prefix import check
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence, Origin, Role, Segment, Step, Tokens
from promptlint.request import Known, Request, Tie
from tests.checks.building import (
    CALL,
    EXPLICIT,
    IMPLICIT,
    answer,
    clock,
    data,
    history,
    line,
    listing,
    loop,
    random_id,
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


def test_a_clock_before_long_instructions() -> None:
    assert only(request(clock(), text(2100), data("question"))) == Finding(
        at=line(1),
        message="`datetime.now()`, which reads the clock, changes on every call and stands in the system prompt before"
        " ~2,100 tokens that stay the same: they are re-billed at full price each time"
        " (about $3.78 per 1,000 calls on clever-5). Use a date, or move it to the end of the prompt.",
        confidence=Confidence.HIGH,
        flow=(CALL,),
        stranded=Tokens(2100, 2100),
        change=Coarsen(0),
        instead=(MoveToEnd(0),),
    )


def test_all_the_clocks_of_a_prompt_are_coarsened_together() -> None:
    finding = only(request(clock(), text(100), random_id(), clock(), text(2100)))
    assert finding.change == Coarsen(0, (3,))
    assert finding.instead == (Coarsen(0), MoveToEnd(0))


def test_where_a_message_of_a_prompt_whose_call_is_not_seen_stands_is_a_guess() -> None:
    prompt = (replace(clock(), role=Role.USER), history())
    assert only(request(*prompt, partial=True)).confidence is Confidence.LOW
    assert only(request(*prompt)).confidence is Confidence.HIGH
    assert only(request(clock(), history(), partial=True)).confidence is Confidence.HIGH


def test_a_random_id_is_moved_rather_than_coarsened() -> None:
    finding = only(request(text(100), random_id(), text(2100), data("question")))
    assert finding.message.endswith(" Move it to the end of the prompt.")
    assert (finding.change, finding.instead) == (None, (MoveToEnd(1),))


def test_there_is_no_move_within_a_role_that_ends_with_the_changing_text() -> None:
    assert only(request(random_id(), text(2100, Role.USER))).change is None


def test_a_history_behind_the_clock_is_reason_enough() -> None:
    finding = only(request(text(40), clock(), history(), data("question")))
    assert finding.message == (
        "`datetime.now()`, which reads the clock, changes on every call and stands in the system prompt before the"
        " whole conversation: it is re-billed at full price each time. Use a date, or add it to the newest message and"
        " store it there."
    )
    assert finding.stranded == Tokens(0, 0)


def test_long_instructions_and_a_history() -> None:
    assert only(request(clock(), text(2100), history())).message == (
        "`datetime.now()`, which reads the clock, changes on every call and stands in the system prompt before"
        " ~2,100 tokens that stay the same and the whole conversation: all of it is re-billed at full price each time"
        " (at least $3.78 per 1,000 calls on clever-5). Use a date, or add it to the newest message and store it there."
    )


def test_a_move_before_the_text_of_the_session_is_worth_it() -> None:
    profile = session("profile", tokens=Tokens(2100, 2100))
    assert only(request(random_id(), profile)).instead == (MoveToEnd(0),)


def test_no_money_is_named_where_the_price_is_not_known() -> None:
    message = only(request(clock(), text(5000), model="quick-5")).message
    assert "re-billed at full price each time. Use a date" in message
    assert only(request(clock(), text(5000), model=None)).message == message


def test_the_price_of_a_cached_token_may_be_known_for_the_provider_only() -> None:
    facts = EXPLICIT.models["clever-5"]
    assert facts.price is not None
    general = replace(EXPLICIT, models={"clever-5": replace(facts, price=replace(facts.price, cache_read=None))})
    (finding,) = check(request(clock(), text(2100)), general)
    assert "(about $3.78 per 1,000 calls on clever-5)" in finding.message
    (finding,) = check(request(clock(), text(2100)), replace(general, read=None))
    assert "$" not in finding.message


def test_the_way_of_the_value_ends_at_the_call() -> None:
    step = Step("argument `today` of build_prompt", line(7))
    subject = clock()
    subject = replace(subject, origin=Origin(line(1), (step,)))
    assert only(request(subject, text(2100))).flow == (step, CALL)


def test_a_prompt_below_the_minimum_would_not_be_cached_either_way() -> None:
    assert found(request(text(300), clock(), text(723))) == []
    assert len(found(request(text(300), clock(), text(724)))) == 1


def test_the_whole_range_of_the_estimate_has_to_reach_the_minimum() -> None:
    assert found(request(clock(), replace(text(0), tokens=Tokens(1023, 4000)))) == []
    assert len(found(request(clock(), replace(text(0), tokens=Tokens(1024, 4000))))) == 1


def test_a_few_tokens_behind_the_clock_do_not_matter() -> None:
    assert found(request(text(3000), clock(), text(255))) == []
    assert len(found(request(text(3000), clock(), text(256)))) == 1


def test_a_handful_of_tokens_never_matters_however_little_the_provider_caches() -> None:
    fine_grained = replace(EXPLICIT, minimum=64)
    assert list(check(request(clock(), text(127), model=None), fine_grained)) == []
    assert len(list(check(request(clock(), text(128), model=None), fine_grained))) == 1


def test_a_clock_at_the_end_is_no_finding() -> None:
    assert found(request(text(3000), clock(), data("question"))) == []


def test_a_clock_in_the_newest_message_of_a_conversation_is_no_finding() -> None:
    assert found(request(text(3000), history(), clock(Role.USER), text(2000, Role.USER))) == []


def test_text_behind_an_earlier_answer_cannot_move_before_it() -> None:
    assert found(request(clock(Role.USER), answer(), text(2000, Role.USER))) == []
    assert found(request(text(2000), answer(), clock(Role.USER), text(2000, Role.USER))) == []


def test_examples_that_are_written_as_answers_are_no_answers() -> None:
    example = text(1500, Role.ASSISTANT)
    assert only(request(clock(), text(500, Role.USER), example, data("question"))).stranded == Tokens(2000, 2000)


def test_what_a_user_or_conversation_shares_is_lost_as_well() -> None:
    profile = session("profile", tokens=Tokens(1500, 1500))
    assert only(request(clock(), profile, data("question"))).stranded == Tokens(1500, 1500)


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(unknown("context", tokens=Tokens(3000, 3000)), id="could not be told"),
        pytest.param(listing(3000), id="without order"),
    ],
)
def test_what_may_change_itself_is_not_counted(segment: Segment) -> None:
    assert found(request(clock(), segment)) == []


def test_what_could_not_be_told_is_not_blamed() -> None:
    assert found(request(unknown("stamp"), text(3000))) == []


def test_a_changing_order_is_the_business_of_another_rule() -> None:
    assert found(request(clock(unordered="a set has no order"), text(3000))) == []


def test_data_in_between_can_move_too() -> None:
    assert only(request(clock(Role.USER), data("question"), text(2100, Role.USER))).stranded == Tokens(2100, 2100)


def test_one_finding_names_later_ones_that_cost_as_much() -> None:
    prompt = request(clock(), text(1000), random_id(), text(1000), random_id(), clock(), text(300), random_id())
    assert only(prompt).message.endswith("move it to the end of the prompt. The same goes for `uuid4()`.")


def test_later_ones_that_cost_little_or_are_never_sent_with_it_are_not_named() -> None:
    prompt = request(clock(arms=side(0)), text(2100), random_id(arms=side(1)), text(1000), random_id(), history())
    first, second = found(prompt)
    assert (first.at, second.at) == (line(1), line(3))
    assert first.message.endswith("store it there.")
    assert second.message.endswith("store it there.")


def test_either_side_of_a_branch_has_its_own_finding() -> None:
    prompt = request(clock(arms=side(0)), random_id(arms=side(1)), clock(arms=side(1)), text(2100))
    assert [finding.at for finding in found(prompt)] == [line(1), line(2)]


def test_text_on_the_other_side_of_a_branch_is_not_behind_the_clock() -> None:
    assert found(request(clock(arms=side(0)), text(3000, arms=side(1)))) == []
    assert len(found(request(clock(arms=side(0)), text(3000, arms=side(0))))) == 1


def test_text_that_may_be_left_out_does_not_count_for_sure() -> None:
    assert found(request(clock(), text(3000, arms=side(0)))) == []


def test_of_two_sides_the_shorter_counts_for_sure() -> None:
    prompt = request(clock(), text(1500, arms=side(0)), text(2500, arms=side(1)), text(100))
    assert only(prompt).stranded == Tokens(1600, 2600)


def test_a_guess_does_not_hide_what_is_certain() -> None:
    guess, certain = random_id(confidence=Confidence.LOW), clock()
    assert [(f.at, f.confidence) for f in found(request(guess, certain, text(2100)))] == [
        (line(1), Confidence.LOW),
        (line(2), Confidence.HIGH),
    ]


def test_what_is_certain_does_not_name_guesses_before_it() -> None:
    _, certain = found(request(random_id(confidence=Confidence.LOW), clock(), text(2100)))
    assert certain.message.endswith("or move it to the end of the prompt.")


def test_it_is_no_surer_than_that_the_call_sends_a_prompt() -> None:
    assert only(request(clock(), text(2100), confidence=Confidence.MEDIUM)).confidence is Confidence.MEDIUM


def test_a_prompt_that_is_sent_once_has_nothing_to_share() -> None:
    assert found(request(clock(), text(2100), once=True)) == []
    assert found(request(clock(), text(2100), once=True, loops=(loop(Tie.SAME),))) == []
    assert len(found(request(clock(), text(2100), once=True, loops=(loop(),)))) == 1
    assert len(found(request(clock(), text(2100), history(), once=True))) == 1


def test_it_matters_where_nobody_has_to_ask_for_caching_too() -> None:
    assert len(list(check(request(clock(), text(2100)), IMPLICIT))) == 1


def test_what_is_certain_in_a_prompt_that_was_followed_in_part_is_said() -> None:
    assert len(found(request(clock(), text(2100), unknown("rest"), known=Known.PARTLY))) == 1


def test_long_expressions_are_cut_and_stand_on_one_line() -> None:
    subject = replace(random_id(), text="make_id(\n    prefix,\n    seed_of_the_generator_of_this_process,\n)")
    assert only(request(subject, text(2100))).message.startswith(
        "`make_id( prefix, seed_of_the_generator_of_this_pr…`, "
    )


def test_before_answers_that_are_sent_again() -> None:
    said = (replace(data("round.question"), repeated=True), replace(answer(), repeated=True))
    finding = only(request(clock(), text(20), *said))
    assert "before the answers that are sent again: they are re-billed" in finding.message
    assert finding.confidence is Confidence.MEDIUM
    assert found(request(clock(), text(20), data("question"), answer())) == []
    # A time that is kept with a message is sent again as it was.
    assert found(request(text(20), clock(Role.USER), *said)) == []


def test_a_second_reason_that_is_sent_without_the_first() -> None:
    first, second = clock(arms=side(0, 1)), random_id(arms=side(0, 2))
    assert [f.at for f in found(request(first, second, text(2100)))] == [line(1), line(2)]
    assert [f.at for f in found(request(clock(), second, text(2100)))] == [line(1)]
    assert [f.at for f in found(request(first, clock(arms=side(0, 2)), text(2100)))] == [line(1)]
