"""PL106: the tools differ from call to call."""

from __future__ import annotations

from collections.abc import Sequence

from promptlint.checks.varying_tools import check
from promptlint.diagnostics import Finding
from promptlint.layout import Arm, Condition, Confidence, Role, Segment, Tokens, Volatility
from promptlint.request import Loop, Request, Tie
from tests.checks.building import CALL, EXPLICIT, data, history, line, loop, request, text


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def condition(volatility: Volatility | None = Volatility.REQUEST, *, turns: Sequence[Loop] = ()) -> Condition:
    return Condition("wanted", line(70), volatility, frozenset(loop.span for loop in turns))


def tool(decided: Condition, branch: int = 1) -> Segment:
    return text(300, Role.TOOLS, arms=(Arm(branch, 0, decided),))


def test_a_tool_that_is_sent_on_some_turns() -> None:
    turns = (loop(Tie.CHAINED),)
    prompt = request(tool(condition(turns=turns)), text(2000), history(), loops=turns)
    assert found(prompt) == [
        Finding(
            at=line(70),
            message="Which tools are sent depends on `wanted`, and is decided anew on each turn. Tools stand first in"
            " the prompt: each change re-bills ~2,300 tokens from there on and the whole conversation at full price."
            " Send the same list each time, and refuse a tool that may not be used when it is called.",
            confidence=Confidence.HIGH,
            flow=(CALL,),
            stranded=Tokens(2300, 2300),
        )
    ]


def test_what_is_asked_of_the_task_is_the_same_on_all_turns() -> None:
    assert found(request(tool(condition()), text(2000), history(), loops=(loop(Tie.CHAINED),))) == []


def test_what_is_asked_of_an_item_is_the_same_on_all_turns_of_its_conversation() -> None:
    items, turns = loop(Tie.INDEPENDENT, span=line(80)), loop(Tie.CHAINED)
    prompt = (tool(condition(turns=[items])), text(2000), history())
    assert found(request(*prompt, loops=(items, turns))) == []
    assert found(request(*prompt, loops=(items,))) == []


def test_what_is_decided_on_each_turn_within_an_item() -> None:
    items, turns = loop(Tie.INDEPENDENT, span=line(80)), loop(Tie.CHAINED)
    assert len(found(request(tool(condition(turns=[turns])), text(2000), history(), loops=(items, turns)))) == 1


def test_one_condition_makes_two_prompts_that_can_both_be_cached() -> None:
    assert found(request(tool(condition()), text(2000), data("question"))) == []


def test_a_filter_makes_as_many_as_there_are_requests() -> None:
    decided = condition()
    (finding,) = found(request(tool(decided, 1), tool(decided, 2), text(2000), data("question")))
    assert "may differ from request to request" in finding.message


def test_what_could_not_be_told_is_not_blamed() -> None:
    assert found(request(tool(condition(None)), text(2000), history())) == []
    assert found(request(tool(condition(Volatility.SESSION)), text(2000), history())) == []


def test_tools_that_are_the_data_of_a_request() -> None:
    (finding,) = found(request(data("nearest", Role.TOOLS), text(2000), history()))
    assert finding.message.startswith("The tools differ from request to request: `nearest` is a parameter.")


def test_a_tool_alone_is_one_of_many_and_no_list_that_varies() -> None:
    parts = (data("schema", Role.TOOLS), text(2000, Role.TOOLS), history())
    assert found(request(*parts, partial=True)) == []
    assert len(found(request(*parts))) == 1
