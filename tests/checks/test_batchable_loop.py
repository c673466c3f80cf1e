"""PL301: one call per item where nobody waits for the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from promptlint.changes import ToBatch
from promptlint.checks.batchable_loop import check
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence, Step
from promptlint.request import Evidence, Loop, Mode, Tie
from tests.checks.building import CALL, EXPLICIT, data, history, line, loop, request, sign

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


def found(*loops: Loop, offline: tuple[Evidence, ...] = (sign("a progress bar"),), **site: Any) -> list[Finding]:
    sent = {"batch": "client.messages.batches.create"} | site
    return list(check(request(data("row"), loops=loops, offline=offline, **sent), EXPLICIT))


def only(*loops: Loop, **site: Any) -> Finding:
    (finding,) = found(*loops, **site)
    return finding


def test_a_loop_with_a_progress_bar() -> None:
    assert only(loop()) == Finding(
        at=line(90),
        message="`sdk.Client.messages.create` is called for each item of `rows`, and nobody seems to wait for the"
        " answers (a progress bar): the Message Batches API (`client.messages.batches.create`) does the same at half"
        " price, within 24 hours.",
        confidence=Confidence.HIGH,
        flow=(Step("a progress bar", line(80)), CALL),
        change=ToBatch(line(90)),
    )


@pytest.mark.parametrize(
    ("weights", "confidence"),
    [
        ([HIGH], HIGH),
        ([LOW, HIGH, MEDIUM], HIGH),
        ([MEDIUM], MEDIUM),
        ([LOW, LOW, LOW], MEDIUM),
        ([LOW, LOW], LOW),
        ([LOW], LOW),
        ([], LOW),
    ],
)
def test_signs_that_nobody_waits_make_it_sure(weights: list[Confidence], confidence: Confidence) -> None:
    signs = tuple(sign(f"sign {number}", weight) for number, weight in enumerate(weights))
    assert only(loop(), offline=signs).confidence is confidence


def test_the_message_names_the_strongest_signs() -> None:
    signs = (sign("a data set", LOW), sign("a progress bar", at=81), sign("a file is written", at=82))
    finding = only(loop(), offline=signs)
    assert "wait for the answers (a progress bar and a file is written): " in finding.message
    assert finding.flow == (Step("a progress bar", line(81)), Step("a file is written", line(82)), CALL)


def test_a_sign_that_is_seen_twice_is_one_sign() -> None:
    twice = (sign("a data set", LOW, at=81), sign("a data set", LOW, at=82))
    finding = only(loop(), offline=twice)
    assert finding.confidence is LOW
    assert finding.flow == (Step("a data set", line(81)), CALL)
    assert "wait for the answers (a data set): " in finding.message


def test_without_any_sign_it_is_a_guess_and_says_so() -> None:
    finding = only(loop(), offline=())
    assert "is called for each item of `rows`, and nothing shows that anybody waits: the Message" in finding.message
    assert finding.flow == (CALL,)


@pytest.mark.parametrize("mode", [Mode.STREAM, Mode.BATCH])
def test_streams_are_waited_for_and_batches_are_batches(mode: Mode) -> None:
    assert found(loop(), mode=mode) == []


def test_somebody_waits() -> None:
    assert found(loop(), waiting=(sign("a web handler", HIGH),)) == []


def test_somebody_may_wait() -> None:
    query = (sign("a query is passed in", MEDIUM),)
    assert found(loop(), waiting=query, offline=(sign("a data set is read", MEDIUM),)) == []
    assert only(loop(), waiting=query).confidence is MEDIUM


def test_two_signs_that_somebody_waits_are_stronger_than_a_progress_bar() -> None:
    query, named = sign("a query is passed in", MEDIUM), sign("the file is named like a part of a server", LOW, 81)
    assert found(loop(), waiting=(query, named)) == []
    assert only(loop(), waiting=(query, query)).confidence is MEDIUM


def test_a_weak_sign_that_somebody_waits_leaves_doubt() -> None:
    assert only(loop(), waiting=(sign("a parameter `query`", LOW),)).confidence is MEDIUM


@pytest.mark.parametrize("tie", [Tie.SAME, Tie.CHAINED, Tie.UNKNOWN])
def test_turns_that_are_no_items_of_their_own(tie: Tie) -> None:
    assert found(loop(tie)) == []


@pytest.mark.parametrize(
    "subject", [loop(parallel=True), loop(few=True), loop(leaves_early=True)], ids=["parallel", "few", "leaves early"]
)
def test_loops_that_a_batch_cannot_replace(subject: Loop) -> None:
    assert found(subject) == []


def test_no_loop() -> None:
    assert found() == []


def test_a_retry_inside_the_loop_over_the_items() -> None:
    retry = loop(Tie.SAME, span=line(95), leaves_early=True)
    assert only(loop(), retry).at == line(90)


def test_the_loops_around_are_steps_on_the_way() -> None:
    around, handful = loop(span=line(86), over="books"), loop(span=line(87), over="marks", few=True)
    finding = only(around, handful, loop(span=line(92), over="book.pages"))
    assert finding.flow == (Step("for each item of `books`", line(86)), Step("a progress bar", line(80)), CALL)


def test_the_innermost_loop_decides() -> None:
    assert only(loop(span=line(88)), loop(span=line(92), over="row.parts")).at == line(92)
    assert found(loop(), loop(Tie.CHAINED)) == []


def test_rounds_that_need_the_answers_of_the_round_before() -> None:
    assert only(loop(Tie.CHAINED), loop()).confidence is MEDIUM


def test_what_is_only_done_when_the_first_try_failed() -> None:
    assert found(loop(after_failure=True)) == []


def test_a_call_of_whose_prompt_nothing_is_seen_may_be_no_prompt() -> None:
    assert only(loop(), span=line(1)).confidence is LOW  # all that is known of the text is the call itself


def test_a_handful_inside_the_loop_over_the_items() -> None:
    assert only(loop(), loop(few=True, span=line(95))).at == line(90)


def test_far_below_a_loop_an_item_mostly_needs_several_calls() -> None:
    assert only(loop(functions=3)).confidence is HIGH
    assert only(loop(functions=4)).confidence is LOW


def test_the_batch_of_another_sdk() -> None:
    assert "(through the provider's own SDK) does the same" in only(loop(), batch="elsewhere").message


def test_a_conversation_for_each_item() -> None:
    talk = request(history(), loops=(loop(),), offline=(sign("a progress bar"),), batch="client.batches.create")
    assert list(check(talk, EXPLICIT)) == []


def test_no_batch_twin() -> None:
    assert found(loop(), batch=None) == []
    prompt = request(data("row"), loops=(loop(),), batch="client.batches.create")
    assert list(check(prompt, replace(EXPLICIT, batch=None))) == []


def test_other_discounts_and_no_promised_time() -> None:
    assert EXPLICIT.batch is not None
    cheap = replace(EXPLICIT, batch=replace(EXPLICIT.batch, discount=0.2, hours=None))
    (finding,) = check(request(data("row"), loops=(loop(),), batch="client.batch.create"), cheap)
    assert finding.message.endswith("(`client.batch.create`) does the same for 20% less, later.")


def test_it_is_no_surer_than_that_the_call_sends_a_prompt() -> None:
    assert only(loop(), confidence=LOW).confidence is LOW


def test_behind_an_object_that_may_be_of_several_classes_it_is_one_of_several() -> None:
    message = only(loop(), confidence=MEDIUM).message
    assert message.startswith("What may be `sdk.Client.messages.create` is called for each item of `rows`")
    assert ": where it is that, the Message Batches API (`client.messages.batches.create`) does the same" in message
