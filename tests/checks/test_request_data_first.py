"""PL102: the data of one request stands before instructions that stay the same."""

from __future__ import annotations

import pytest

from promptlint.changes import MoveToEnd
from promptlint.checks.request_data_first import check
from promptlint.diagnostics import Finding, Severity
from promptlint.layout import Confidence, Role, Segment, Tokens
from promptlint.request import Request, Tie
from tests.checks.building import CALL, EXPLICIT, clock, data, history, line, loop, request, session, text, unknown


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def only(subject: Request) -> Finding:
    (finding,) = found(subject)
    return finding


def test_a_document_before_the_rules_in_the_only_message() -> None:
    assert only(request(data("document"), text(1300, Role.USER))) == Finding(
        at=line(1),
        message="`document`, which is a parameter, changes with every request and stands in the user message before"
        " ~1,300 tokens that stay the same: they are re-billed at full price each time"
        " (about $2.34 per 1,000 calls on clever-5). Move it to the end of the prompt.",
        confidence=Confidence.HIGH,
        flow=(CALL,),
        stranded=Tokens(1300, 1300),
        change=MoveToEnd(0),
    )


def test_the_data_of_the_system_prompt_before_instructions_in_the_message() -> None:
    finding = only(request(data("document", Role.SYSTEM), text(1300, Role.USER)))
    assert finding.message.startswith(
        "`document`, which is a parameter, changes with every request and stands in the system prompt"
    )
    assert finding.change is None


def test_data_behind_the_instructions_is_as_it_should_be() -> None:
    assert found(request(text(3000), data("document"), text(200, Role.USER))) == []


def test_short_instructions_would_not_be_cached_either_way() -> None:
    assert found(request(text(200), data("document"), text(700, Role.USER))) == []


def test_one_finding_for_data_that_follows_on_data() -> None:
    prompt = request(
        data("document"), data("question"), text(1300, Role.USER), data("language"), text(300, Role.USER), data("row")
    )
    assert only(prompt).message.endswith(
        "Move it to the end of the prompt. The same goes for `question` and `language`."
    )


def test_a_clock_before_the_data_does_not_hide_it() -> None:
    prompt = request(clock(), data("question"), text(1300, Role.USER))
    assert only(prompt).at == line(2)


def test_the_text_of_one_conversation_is_not_shared_between_requests() -> None:
    assert found(request(data("question", Role.SYSTEM), session("profile", tokens=Tokens(3000, 3000)))) == []


def test_the_text_of_one_conversation_is_not_blamed() -> None:
    assert found(request(session("user"), text(3000))) == []


def test_a_guess_from_a_name_stays_a_guess() -> None:
    prompt = request(data("text", confidence=Confidence.LOW), text(1300, Role.USER))
    assert only(prompt).confidence is Confidence.LOW


def test_instructions_sent_again_behind_a_history_are_out_of_scope() -> None:
    assert found(request(text(2000), history(), data("question"), text(1300, Role.USER))) == []


@pytest.mark.parametrize(
    ("told", "confidence"),
    [(Confidence.HIGH, Confidence.MEDIUM), (Confidence.MEDIUM, Confidence.LOW), (Confidence.LOW, Confidence.LOW)],
)
def test_before_a_history_the_data_may_be_that_of_the_conversation(told: Confidence, confidence: Confidence) -> None:
    finding = only(request(text(100), data("context", Role.SYSTEM, confidence=told), history(), data("question")))
    assert finding.confidence is confidence
    assert finding.message == (
        "`context`, which is a parameter, changes with every request and stands in the system prompt before the whole"
        " conversation: it is re-billed at full price each time. Add it to the newest message."
    )


def test_a_loop_over_items_says_nothing_about_turns() -> None:
    prompt = request(data("task", Role.SYSTEM), history(), loops=(loop(),))
    assert only(prompt).confidence is Confidence.MEDIUM


def test_a_move_before_the_text_of_the_session_gains_nothing() -> None:
    profile = session("profile", Role.SYSTEM, tokens=Tokens(2000, 2000))
    assert only(request(data("question", Role.SYSTEM), profile, text(2000, Role.USER))).change is None


def test_before_the_turns_of_a_loop_in_sight_it_likely_is() -> None:
    prompt = request(data("task", Role.SYSTEM), history(), loops=(loop(), loop(Tie.CHAINED)))
    assert only(prompt).confidence is Confidence.LOW


def test_a_message_before_a_history_is_mostly_the_task_of_the_conversation() -> None:
    assert only(request(text(100), data("task"), history())).confidence is Confidence.LOW


def test_no_loop_is_in_sight_of_a_text_whose_call_is_not_seen() -> None:
    prompt = request(text(100), data("task", Role.SYSTEM), history(), partial=True)
    assert only(prompt).confidence is Confidence.LOW


def test_instructions_and_a_history_behind_the_data() -> None:
    finding = only(request(data("context", Role.SYSTEM), text(2000), history(), loops=(loop(Tie.CHAINED),)))
    assert finding.confidence is Confidence.HIGH
    assert finding.message.endswith("Move it behind them, or into the newest message.")


def test_a_loop_variable_of_items_written_by_a_loop() -> None:
    prompt = request(data("item", Role.SYSTEM, repeated=True), text(2000), data("question"))
    assert only(prompt).stranded == Tokens(2000, 2000)


def test_a_template_without_roles_may_be_part_of_a_longer_prompt() -> None:
    prompt = request(data("ticket", Role.UNKNOWN), text(300, Role.UNKNOWN), template=True)
    finding = only(prompt)
    assert finding.severity is Severity.NOTE
    assert finding.flow[-1].message == "in this sdk.Client.messages.create"


def test_a_template_with_roles_is_a_whole_prompt() -> None:
    assert found(request(data("ticket"), text(300, Role.USER), template=True)) == []


def test_a_reminder_behind_the_data_is_there_on_purpose() -> None:
    reminded = request(text(9000, Role.USER), data("document"), text(1100, Role.USER))
    assert found(reminded) == []
    assert found(request(text(7000, Role.USER), data("document"), text(1100, Role.USER))) != []


def test_a_question_before_what_one_user_shares() -> None:
    prompt = request(text(1300), data("question", Role.SYSTEM), session("profile", repeated=True))
    assert only(prompt) == Finding(
        at=line(2),
        message="`question`, which is a parameter, changes with every request and stands in the system prompt before"
        " `profile`, which changes less often. Put first what stays the same for longest.",
        confidence=Confidence.MEDIUM,
        severity=Severity.NOTE,
        flow=(CALL,),
        change=MoveToEnd(1),
    )


def test_data_that_changes_somehow_may_change_as_seldom_as_a_list_behind_it() -> None:
    asked = data("summary", Role.SYSTEM, confidence=Confidence.MEDIUM)
    assert only(request(text(1300), asked, session("profile", repeated=True))).confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("later", "confidence"),
    [
        pytest.param([session("profile")], [Confidence.LOW], id="which may be a word"),
        pytest.param([data("document", Role.SYSTEM)], [], id="no: it is new too"),
        pytest.param([unknown("rules")], [], id="no: it could not be told"),
        pytest.param([session("profile", tokens=Tokens(20, 20))], [], id="no: it is short"),
        pytest.param([history(), session("profile")], [], id="no: behind the conversation"),
    ],
)
def test_data_before_what_changes_less_often(later: list[Segment], confidence: list[Confidence]) -> None:
    prompt = request(text(1300), data("question", Role.SYSTEM), *later)
    assert [f.confidence for f in found(prompt) if "less often" in f.message] == confidence
