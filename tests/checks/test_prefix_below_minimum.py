"""PL204: a breakpoint behind too little text."""

from __future__ import annotations

import pytest

from promptlint.changes import RemoveBreakpoint
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Breakpoint, Confidence, Role, Tokens
from promptlint.request import Request
from tests.checks.building import CALL, EXPLICIT, data, line, marked, request, session, side, text

check = CHECKS["PL204"]
PROVIDERS = load_providers()
ROWS = [
    (name, facts.name, facts.minimum)
    for name, provider in PROVIDERS.by_name.items()
    for facts in provider.models.values()
    if provider.breakpoints and facts.minimum
]


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def test_a_short_prefix() -> None:
    assert found(request(text(300, Role.TOOLS), marked(text(700)), data("question"))) == [
        Finding(
            at=line(50),
            message="~1,000 tokens stand before this breakpoint, and `clever-5` caches no prefix of less than 1,024: it"
            " is ignored.",
            confidence=Confidence.HIGH,
            flow=(CALL,),
            stranded=Tokens(1000, 1000),
            change=RemoveBreakpoint(1),
        )
    ]


@pytest.mark.parametrize(("provider", "model", "minimum"), ROWS)
def test_the_minimum_of_each_model(provider: str, model: str, minimum: int) -> None:
    for tokens, findings in ((minimum - 1, 1), (minimum, 0)):
        subject = request(marked(text(tokens)), provider=provider, model=model)
        assert len(list(check(subject, PROVIDERS[provider]))) == findings


def test_of_a_model_that_is_not_known_only_what_holds_for_all() -> None:
    anthropic = PROVIDERS["anthropic"]
    least = min(facts.minimum for facts in anthropic.models.values() if facts.minimum)
    for tokens, findings in ((least - 1, 1), (least, 0)):
        assert len(list(check(request(marked(text(tokens)), model=None), anthropic))) == findings


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(session("profile"), marked(text(10))), id="text of unknown length"),
        pytest.param(request(marked(text(10)), marked(text(2000))), id="a later one is worth it"),
        pytest.param(request(marked(text(10)), text(2000), automatic=Breakpoint(line(95))), id="automatic"),
        pytest.param(request(text(2000, arms=side(0)), marked(text(10))), id="long in some requests"),
        pytest.param(request(marked(text(10, repeated=True))), id="any number of texts"),
        pytest.param(request(text(10)), id="no breakpoint"),
    ],
)
def test_what_may_be_long_enough(subject: Request) -> None:
    assert found(subject) == []
