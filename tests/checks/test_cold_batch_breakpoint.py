"""PL212: breakpoints in the items of a batch."""

from __future__ import annotations

import pytest

from promptlint.changes import RemoveBreakpoint
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence
from promptlint.request import Mode, Request
from tests.checks.building import CALL, EXPLICIT, data, line, marked, request, text

check = CHECKS["PL212"]


def test_the_default_lifetime() -> None:
    assert list(check(request(marked(text(2000)), data("row"), mode=Mode.BATCH), EXPLICIT)) == [
        Finding(
            at=line(50),
            message="The items of a batch run side by side, in any order: each may write this prefix at 1.25 times the"
            " price, and few read it. Warm the cache with one call before, with the longest lifetime, or leave the"
            " breakpoint out.",
            confidence=Confidence.LOW,
            flow=(CALL,),
            change=RemoveBreakpoint(0),
        )
    ]


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(marked(text(2000), ttl="1h"), data("row"), mode=Mode.BATCH), id="an hour"),
        pytest.param(request(text(2000), data("row"), mode=Mode.BATCH), id="no breakpoint"),
        pytest.param(request(marked(text(2000)), data("row")), id="no batch"),
    ],
)
def test_what_is_right(subject: Request) -> None:
    assert list(check(subject, EXPLICIT)) == []
