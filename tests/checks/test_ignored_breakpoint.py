"""PL210: a cache marker that is dropped or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Breakpoint, Confidence, Role
from promptlint.request import Request, Stray
from promptlint.settings import Setting
from tests.checks.building import CALL, IMPLICIT, clock, data, line, marked, parameter, request, side, text

check = CHECKS["PL210"]
PROVIDERS = load_providers()
OPENAI, BEDROCK, GEMINI = PROVIDERS["openai"], PROVIDERS["bedrock"], PROVIDERS["gemini"]


def test_a_marker_in_the_spelling_of_another_library() -> None:
    stray = Stray("cache_control", line(7), "prompt_cache_breakpoint")
    assert list(check(request(text(2000), strays=(stray,)), IMPLICIT)) == [
        Finding(
            at=line(7),
            message="`cache_control` is no cache marker of `sdk.Client.messages.create`: it is dropped, or the request"
            " is refused. Here it is spelled `prompt_cache_breakpoint`.",
            confidence=Confidence.HIGH,
            flow=(CALL,),
        )
    ]


def test_a_call_that_takes_no_marker_there() -> None:
    (finding,) = check(request(text(2000), strays=(Stray("cache_control", line(7)),)), IMPLICIT)
    assert finding.message.endswith("This call has none.")


@pytest.mark.parametrize("model", sorted(OPENAI.models))
def test_the_models_of_openai_that_take_breakpoints(model: str) -> None:
    findings = list(check(request(marked(text(2000)), model=model), OPENAI))
    assert len(findings) == (model not in OPENAI.marked_models)


def test_a_model_that_is_not_known_may_take_them() -> None:
    assert list(check(request(marked(text(2000)), model="gpt-9"), OPENAI)) == []
    assert list(check(request(marked(text(2000)), model=None), OPENAI)) == []


@pytest.mark.parametrize("model", sorted(BEDROCK.models))
def test_the_models_on_bedrock_that_set_no_breakpoint_by_themselves(model: str) -> None:
    findings = list(check(request(text(2000), model=model, automatic=Breakpoint(line(95))), BEDROCK))
    assert len(findings) == (model in BEDROCK.unmoved_models | BEDROCK.uncached_models)
    assert len(list(check(request(marked(text(2000)), model=model), BEDROCK))) == (model in BEDROCK.uncached_models)


def test_a_model_of_which_nothing_is_cached() -> None:
    model = "us.anthropic.claude-3-5-sonnet-20240620-v1:0"
    (finding,) = check(request(marked(text(2000)), model=model), BEDROCK)
    assert finding.message == (
        f"`{model}` takes no breakpoints at Amazon Bedrock: this marker is dropped, or the request is refused."
        " Nothing of it is cached."
    )
    default = parameter(Setting.MODEL, text(1, text=model, confidence=Confidence.MEDIUM))
    (guess,) = check(request(marked(text(2000)), model=model, parameters=(default,)), BEDROCK)
    assert (finding.confidence, guess.confidence) == (Confidence.HIGH, Confidence.LOW)
    later = "us.anthropic.claude-3-5-sonnet-20241022-v2:0"
    assert list(check(request(marked(text(2000)), model=later), BEDROCK)) == []


@pytest.mark.parametrize(("role", "refused"), [(Role.TOOLS, True), (Role.SYSTEM, True), (Role.USER, False)])
def test_what_cannot_be_sent_beside_a_cached_prefix(role: Role, refused: bool) -> None:
    assert (role in GEMINI.within_prefix) == refused
    prefix = parameter(Setting.CACHED_PREFIX, data("name"))
    assert len(list(check(request(text(10, role), parameters=(prefix,)), GEMINI))) == refused


def test_a_cached_prefix_or_else_a_system_prompt() -> None:
    prefix = parameter(Setting.CACHED_PREFIX, data("name"))
    optional = parameter(Setting.CACHED_PREFIX, data("name", arms=side(0)))
    assert list(check(request(text(10, arms=side(1)), parameters=(prefix,)), GEMINI)) == []
    assert list(check(request(text(10), parameters=(optional,)), GEMINI)) == []


def test_what_stands_beside_it_is_named() -> None:
    prefix = parameter(Setting.CACHED_PREFIX, data("name"))
    subject: Request = request(text(5, Role.TOOLS), clock(), parameters=(prefix,))
    (finding,) = check(subject, replace(GEMINI, within_prefix=(Role.TOOLS, Role.SYSTEM)))
    assert finding.message.startswith("The tools and the system prompt cannot be sent beside `cached-prefix`")
