"""PL110: text is added to the newest message for one call only."""

from __future__ import annotations

from dataclasses import replace

from promptlint.checks.replay_drift import check
from promptlint.layout import Breakpoint, Confidence, Role, Segment
from promptlint.request import Request
from tests.checks.building import EXPLICIT, IMPLICIT, clock, data, history, line, request, text


def prompt(added: Segment, *, marked: bool = False) -> Request:
    mark = Breakpoint(line(95)) if marked else None
    question = replace(data("question"), replayed=True, breakpoint=mark)
    return request(text(2000), history(), replace(added, replayed=False), question)


def test_what_is_written_behind_it_is_never_read() -> None:
    (finding,) = check(prompt(data("passages"), marked=True), EXPLICIT)
    assert finding.confidence is Confidence.HIGH
    assert finding.message == (
        "`passages` is added to the newest message for this call only, and the history keeps that message without it."
        " The next turn sends another text there: the prefix ends, and everything from that message on is re-billed at"
        " full price. The breakpoint behind it is written on every turn and never read. Store the message as it was"
        " sent, or put the breakpoint before it."
    )


def test_a_breakpoint_before_it_reads_what_it_should() -> None:
    assert list(check(prompt(data("passages")), EXPLICIT)) == []


def test_a_provider_that_caches_by_itself_loses_little() -> None:
    assert [f.confidence for f in check(prompt(data("passages")), IMPLICIT)] == [Confidence.LOW]
    assert [f.confidence for f in check(prompt(clock(Role.USER)), IMPLICIT)] == [Confidence.HIGH]


def test_fixed_words_around_a_question_are_not_worth_a_word() -> None:
    assert list(check(prompt(text(5, Role.USER), marked=True), EXPLICIT)) == []
