"""PL107: a conversation does not begin as it did on the turn before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.checks.rewritten_history import check
from promptlint.layout import Arm, Condition, Confidence, Cut, Volatility
from promptlint.request import Request, Tie
from tests.checks.building import EXPLICIT, data, history, line, loop, request, text


def cut(keeps: int | None) -> Request:
    lost = Cut("keeps only the newest messages", "history[-20:]", line(50), keeps)
    return request(text(2000), replace(history(), cut=lost), data("question"))


def test_a_window_over_the_newest_messages() -> None:
    (finding,) = check(cut(20), EXPLICIT)
    assert (finding.at, finding.confidence) == (line(50), Confidence.HIGH)
    assert finding.message == (
        "`history[-20:]` keeps only the newest messages, so every turn begins with another message than the one before:"
        " the prefix of the conversation never repeats, and all of it is re-billed at full price each time. Drop"
        " messages in blocks: let it grow to 40 messages, then cut it to 20."
    )


def test_a_call_that_is_not_seen_may_be_the_only_one() -> None:
    sent = cut(20)
    (finding,) = check(replace(sent, site=replace(sent.site, partial=True)), EXPLICIT)
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("keeps", "sure"),
    [
        (None, Confidence.HIGH),
        (12, Confidence.HIGH),
        (11, Confidence.MEDIUM),
        (6, Confidence.MEDIUM),
        (5, Confidence.LOW),
    ],
)
def test_a_short_history_is_hardly_worth_a_cache(keeps: int | None, sure: Confidence) -> None:
    assert [finding.confidence for finding in check(cut(keeps), EXPLICIT)] == [sure]


def test_a_history_that_only_grows() -> None:
    assert list(check(request(text(2000), history(), data("question")), EXPLICIT)) == []


def test_a_system_prompt_that_is_put_together_anew() -> None:
    decided = Condition("wanted", line(70), Volatility.REQUEST)
    changing = text(20, arms=(Arm(1, 0, decided),))
    (finding,) = check(request(text(2000), changing, history()), EXPLICIT)
    assert finding.at == line(70)
    assert list(check(request(text(2000), changing, data("question")), EXPLICIT)) == []
    assert list(check(request(text(2000), changing, history(), loops=(loop(Tie.CHAINED),)), EXPLICIT)) == []
