"""PL211: a loop waits longer than what its call caches lasts."""

from __future__ import annotations

import pytest

from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.knowledge.providers import seconds
from promptlint.layout import Breakpoint, Confidence, Step
from promptlint.request import Tie
from tests.checks.building import CALL, EXPLICIT, data, line, loop, marked, request, text

check = CHECKS["PL211"]
ANTHROPIC = load_providers()["anthropic"]


def test_ten_minutes_between_calls() -> None:
    subject = request(marked(text(2000)), data("question"), loops=(loop(Tie.SAME, pause=600),))
    assert list(check(subject, EXPLICIT)) == [
        Finding(
            at=line(90),
            message="Each turn of this loop waits 600 seconds, and what its call caches lasts 5m: it is written again"
            " each time. A lifetime of 1h would last.",
            confidence=Confidence.HIGH,
            flow=(Step("a breakpoint", line(50)), CALL),
        )
    ]


@pytest.mark.parametrize("ttl", ANTHROPIC.lifetimes)
def test_each_lifetime(ttl: str) -> None:
    for pause, findings in ((seconds(ttl), 0), (seconds(ttl) + 1, 1)):
        subject = request(marked(text(2000), ttl=ttl), loops=(loop(pause=pause),))
        assert len(list(check(subject, ANTHROPIC))) == findings


def test_a_pause_that_no_lifetime_spans() -> None:
    (finding,) = check(request(text(9), automatic=Breakpoint(line(95), "1h"), loops=(loop(pause=9000),)), EXPLICIT)
    assert finding.message.endswith("Without breakpoints they cost less.")
    assert finding.confidence is Confidence.HIGH


def test_the_longest_of_several_counts() -> None:
    subject = request(marked(text(9), ttl="1h"), marked(text(9)), loops=(loop(pause=600),))
    assert list(check(subject, EXPLICIT)) == []


def test_without_a_breakpoint_or_a_pause_or_a_known_lifetime() -> None:
    assert list(check(request(text(2000), loops=(loop(pause=600),)), EXPLICIT)) == []
    assert list(check(request(marked(text(2000)), loops=(loop(),)), EXPLICIT)) == []
    assert list(check(request(marked(text(2000), ttl=""), loops=(loop(pause=600),)), EXPLICIT)) == []
