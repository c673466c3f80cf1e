"""How sure it is that a condition comes out otherwise for the next request."""

from __future__ import annotations

import pytest

from promptlint.layout import Confidence
from tests.reading.notation import read

PROGRAM = """
from openai import OpenAI

def ask(client: OpenAI, question: str):
    rules = "Be brief." if {condition} else "Take your time."
    return client.responses.create(model="gpt-6-sol", instructions=rules, input=question)
"""


@pytest.mark.parametrize(
    ("condition", "sure"),
    [
        pytest.param("len(question) > 200", Confidence.MEDIUM, id="what a thing is like changes as often as the thing"),
        pytest.param("question", Confidence.LOW, id="whether there is one at all does not"),
        pytest.param("not question", Confidence.LOW, id="nor whether there is none"),
        pytest.param("question.strip() is not None", Confidence.LOW, id="nor whether it is None"),
        pytest.param("question + question", Confidence.LOW, id="nor whether a text of it holds anything"),
    ],
)
def test_how_sure_a_condition_is(condition: str, sure: Confidence) -> None:
    (request,) = read({"main.py": PROGRAM.replace("{condition}", condition)}).requests
    decided = {arm.condition for segment in request.layout.segments for arm in segment.arms}
    assert [c.confidence for c in decided if c is not None] == [sure]


def test_what_a_thing_is_an_instance_of_is_not_blamed() -> None:
    (request,) = read({"main.py": PROGRAM.replace("{condition}", "isinstance(question, bytes)")}).requests
    decided = {arm.condition for segment in request.layout.segments for arm in segment.arms}
    assert [c.volatility for c in decided if c is not None] == [None]
