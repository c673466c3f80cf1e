"""PL205: a longer lifetime behind a shorter one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from promptlint.changes import Retime
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.knowledge.providers import seconds
from promptlint.layout import Breakpoint, Confidence, Role, Step
from promptlint.request import Request
from tests.checks.building import CALL, EXPLICIT, data, line, marked, request, side, text

check = CHECKS["PL205"]
PROVIDERS = load_providers()
STRICT = replace(EXPLICIT, longer_first=True)


def found(subject: Request) -> list[Finding]:
    return list(check(subject, STRICT))


def test_an_hour_behind_five_minutes() -> None:
    assert found(request(marked(text(10, Role.TOOLS), at=40), marked(text(10), ttl="1h"), data("question"))) == [
        Finding(
            at=line(50),
            message="This breakpoint lasts 1h and stands behind one of 5m: Explicit refuses the request. Put the longer"
            " lifetime first, or give both the same.",
            confidence=Confidence.HIGH,
            flow=(Step("this one lasts 5m", line(40)), CALL),
            change=Retime(0, "1h"),
        )
    ]


@pytest.mark.parametrize("name", sorted(PROVIDERS.by_name))
def test_the_providers_that_want_the_longer_lifetime_first(name: str) -> None:
    provider = PROVIDERS[name]
    for short, long in pairwise(provider.lifetimes):
        assert 0 < seconds(short) < seconds(long)
        wrong = request(marked(text(10), ttl=short), marked(text(10), ttl=long))
        right = request(marked(text(10), ttl=long), marked(text(10), ttl=short))
        assert len(list(check(wrong, provider))) == provider.longer_first
        assert list(check(right, provider)) == []


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(marked(text(10), ttl="5m"), marked(text(10))), id="the default is five minutes"),
        pytest.param(request(marked(text(10)), marked(text(10), ttl="")), id="a lifetime that could not be told"),
        pytest.param(
            request(marked(text(10)), marked(text(10), ttl="1h", optional=True)), id="one that may be missing"
        ),
        pytest.param(
            request(marked(text(10, arms=side(0))), marked(text(10, arms=side(1)), ttl="1h")), id="never sent together"
        ),
    ],
)
def test_what_is_taken(subject: Request) -> None:
    assert found(subject) == []


def test_the_automatic_one_on_a_block_that_has_another_lifetime() -> None:
    for ttl, findings in ((None, 1), ("1h", 0), ("", 0)):
        subject = request(marked(data("question"), ttl="1h"), automatic=Breakpoint(line(95), ttl))
        assert len(found(subject)) == findings
