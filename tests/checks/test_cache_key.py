"""PL209: a cache key that differs from request to request."""

from __future__ import annotations

from typing import Any

import pytest

from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence, Segment
from promptlint.request import Known, Request
from promptlint.settings import Setting
from tests.checks.building import CALL, IMPLICIT, data, line, parameter, random_id, request, session, side, text

check = CHECKS["PL209"]


def keyed(*value: Segment, prompt: tuple[Segment, ...] = (text(2000), data("question")), **site: Any) -> Request:
    return request(*prompt, parameters=(parameter(Setting.CACHE_KEY, *value),), **site)


def found(subject: Request) -> list[Finding]:
    return list(check(subject, IMPLICIT))


def test_a_random_key() -> None:
    assert found(keyed(text(1, text="v1-"), random_id())) == [
        Finding(
            at=line(1),
            message="`uuid4()`, which is random, changes on every call and is a part of `cache-key`: requests with"
            " different keys do not read each other's prefix, however much of it is the same. Make the key of what such"
            " requests share: the name of the prompt, or the conversation.",
            confidence=Confidence.HIGH,
            flow=(CALL,),
        )
    ]


def test_a_key_of_the_data_may_be_that_of_a_whole_conversation() -> None:
    assert [f.confidence for f in found(keyed(data("question")))] == [Confidence.MEDIUM]
    assert [f.confidence for f in found(keyed(data("key", confidence=Confidence.LOW)))] == [Confidence.LOW]


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(text(2000), data("question")), id="no key"),
        pytest.param(keyed(text(1, text="review-v3")), id="one for the prompt"),
        pytest.param(keyed(session("conversation_id")), id="one for each conversation"),
        pytest.param(keyed(random_id(arms=side(0))), id="under a condition"),
        pytest.param(keyed(random_id(), once=True), id="sent once"),
        pytest.param(keyed(random_id(), prompt=(text(100), data("question"))), id="too short for the cache"),
    ],
)
def test_what_is_right(subject: Request) -> None:
    assert found(subject) == []


def test_a_prompt_may_be_longer_than_what_was_followed() -> None:
    assert len(found(keyed(random_id(), prompt=(text(100),), known=Known.PARTLY))) == 1
