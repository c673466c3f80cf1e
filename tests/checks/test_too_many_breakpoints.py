"""PL203: more breakpoints than the provider takes."""

from __future__ import annotations

import pytest

from promptlint.changes import RemoveBreakpoint
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Breakpoint, Confidence, Segment, Step
from promptlint.request import Left, Request
from tests.checks.building import CALL, EXPLICIT, data, history, line, loop, marked, request, side, text

check = CHECKS["PL203"]
PROVIDERS = load_providers()
LIMITED = sorted(name for name, provider in PROVIDERS.by_name.items() if provider.breakpoints)


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def many(number: int, **more: object) -> list[Segment]:
    return [marked(text(10), at=50 + i, **more) for i in range(number)]


def test_the_fifth_of_five() -> None:
    (finding,) = found(request(*many(5), data("question")))
    assert finding == Finding(
        at=line(54),
        message="This is the fifth of 5 breakpoints in this prompt, and Explicit takes at most 4 in a request. Keep"
        " those behind the tools, the system prompt and the newest message.",
        confidence=Confidence.HIGH,
        flow=(*(Step("another breakpoint", line(50 + i)) for i in range(4)), CALL),
        change=RemoveBreakpoint(0),
    )


@pytest.mark.parametrize("name", LIMITED)
def test_each_provider_takes_as_many_as_its_file_says(name: str) -> None:
    provider = PROVIDERS[name]
    assert provider.breakpoints is not None
    assert list(check(request(*many(provider.breakpoints), provider=name), provider)) == []
    assert len(list(check(request(*many(provider.breakpoints + 1), provider=name), provider))) == 1


def test_the_automatic_one_takes_a_place() -> None:
    assert found(request(*many(3), data("question"), automatic=Breakpoint(line(95)))) == []
    assert len(found(request(*many(4), data("question"), automatic=Breakpoint(line(95))))) == 1


def test_the_sides_of_a_branch_are_not_sent_together() -> None:
    one, other = marked(text(10, arms=side(0))), marked(text(10, arms=side(1)))
    assert found(request(*many(3), one, other)) == []
    assert len(found(request(*many(4), one, other))) == 1


def test_what_may_not_be_there_is_not_counted() -> None:
    assert found(request(*many(4), *many(1, optional=True))) == []


def test_one_for_each_item_of_a_loop() -> None:
    (finding,) = found(request(marked(data("page", repeated=True), repeated=True), data("question")))
    assert finding.confidence is Confidence.MEDIUM
    assert finding.message == (
        "Every item of a loop carries a breakpoint, and Explicit takes at most 4 in a request: a longer prompt is"
        " refused. Put one behind the last of them."
    )


def test_one_for_each_turn_of_a_conversation() -> None:
    (finding,) = found(request(marked(data("input()", growing=True, repeated=True), repeated=True), loops=(loop(),)))
    assert finding.message.startswith("Every message of a growing conversation carries a breakpoint")


def test_one_for_each_message_in_its_place() -> None:
    (finding,) = found(request(history(), data("question"), throughout=(Breakpoint(line(40)),)))
    assert (finding.at, finding.confidence) == (line(40), Confidence.MEDIUM)
    assert finding.message.startswith("Every message of a growing conversation carries a breakpoint")


def test_messages_that_are_as_many_on_each_call() -> None:
    assert found(request(text(100), data("question"), throughout=(Breakpoint(line(40)),))) == []


@pytest.mark.parametrize("confidence", [Confidence.LOW, Confidence.MEDIUM])
def test_one_that_stays_on_an_object_which_outlives_the_call(confidence: Confidence) -> None:
    (finding,) = found(request(text(100), data("question"), left=(Left(Breakpoint(line(40)), confidence),)))
    assert (finding.at, finding.confidence) == (line(40), confidence)
    assert finding.message == (
        "Each call leaves this breakpoint on another part of an object that outlives it, and nothing takes the older"
        " ones off: they add up, and Explicit takes at most 4 in a request. Take them off first, or mark a copy."
    )


def test_one_that_a_loop_sets_under_a_condition_may_be_on_the_last_item_alone() -> None:
    assert found(request(marked(data("page", repeated=True, arms=side(0)), repeated=True), data("question"))) == []


def test_one_on_a_block_whose_text_a_loop_makes() -> None:
    assert found(request(marked(data("rule", repeated=True)), data("question"))) == []
