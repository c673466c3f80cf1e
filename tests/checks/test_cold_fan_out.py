"""PL304: calls side by side that share a long beginning which no call has sent before."""

from __future__ import annotations

from typing import Any

import pytest

from promptlint.checks.cold_fan_out import check
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.layout import Confidence, Tokens
from promptlint.request import Mode, Request, Tie
from tests.checks.building import CALL, EXPLICIT, IMPLICIT, data, line, loop, marked, request, sign, text

SIDE_BY_SIDE = loop(parallel=True, kind="gather")


def found(subject: Request, provider: Provider = EXPLICIT) -> list[Finding]:
    return list(check(subject, provider))


def fan_out(*loops: Any, tokens: int = 5000, **site: Any) -> Request:
    """Questions about a marked handbook, asked side by side."""
    return request(marked(text(tokens)), data("question"), loops=loops or (SIDE_BY_SIDE,), **site)


def test_each_call_writes_what_all_of_them_share() -> None:
    assert found(fan_out()) == [
        Finding(
            at=line(90),
            message="The calls for the items of `rows` run side by side and share their first ~5,000 tokens. What one"
            " call writes can be read once its answer begins, so each pays for all of them at 1.25 times the price."
            " Await one call first, and run the others then.",
            confidence=Confidence.MEDIUM,
            flow=(CALL,),
            stranded=Tokens(5000, 5000),
        )
    ]


def test_the_same_prompt_several_times_is_shared_as_a_whole() -> None:
    prompt = request(
        text(600), marked(data("question", tokens=Tokens(600, 600))), loops=(loop(Tie.SAME, parallel=True),)
    )
    assert [finding.stranded for finding in found(prompt)] == [Tokens(1200, 1200)]


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(fan_out(loop()), id="one after the other"),
        pytest.param(fan_out(loop(Tie.CHAINED), SIDE_BY_SIDE), id="round after round"),
        pytest.param(fan_out(warmed=True), id="warmed"),
        pytest.param(fan_out(tokens=1000), id="too short for the model"),
        pytest.param(fan_out(tokens=3000, model=None), id="too short for some model"),
        pytest.param(fan_out(mode=Mode.BATCH), id="a batch"),
        pytest.param(
            fan_out(batch="batches.create", offline=(sign("a progress bar"),)), id="it could be a batch: PL302 says so"
        ),
        pytest.param(request(text(5000), data("question"), loops=(SIDE_BY_SIDE,)), id="nothing is written: PL201"),
        pytest.param(request(data("question"), marked(text(5000)), loops=(SIDE_BY_SIDE,)), id="nothing is shared"),
    ],
)
def test_when_nothing_is_written_twice(subject: Request) -> None:
    assert found(subject) == []


@pytest.mark.parametrize(
    ("subject", "provider"),
    [
        pytest.param(request(text(5000), data("question"), loops=(SIDE_BY_SIDE,)), IMPLICIT, id="nothing on top"),
        pytest.param(fan_out(waiting=(sign("a web handler"),)), EXPLICIT, id="an earlier request may have written it"),
    ],
)
def test_what_is_a_guess(subject: Request, provider: Provider) -> None:
    assert [finding.confidence for finding in found(subject, provider)] == [Confidence.LOW]
