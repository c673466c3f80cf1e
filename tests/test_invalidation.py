"""The rows of Anthropic's table of what invalidates its cache: each as a program spells it, from source to finding."""

from __future__ import annotations

import pytest

from promptlint.checks import CHECKS
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.read import read_source
from promptlint.layout import Role
from promptlint.settings import Setting

MODELS, PROVIDERS = load_models(), load_providers()
ANTHROPIC = PROVIDERS["anthropic"]

TALK = """
import anthropic

client = anthropic.Anthropic()
RULES = "You check translations of leaflets, and list what was left out, added or softened, with both sentences. " * 80
LOOK = {{"name": "look", "input_schema": {{"type": "object"}}}}
AUTO = {{"type": "auto"}}
ONE, MANY = ({{"type": "json_schema", "schema": {{"type": kind}}}} for kind in ("object", "array"))
WEB = {{"type": "web_search_20260209", "name": "web_search"}}


def talk(urgent: bool) -> None:
    messages = []
    for turn in range(20):
        {decided}
        messages.append({{"role": "user", "content": input()}})
        given = {{"model": "claude-opus-5-5", "system": RULES, "tools": [LOOK], {sent}}}
        reply = client.messages.create(
            max_tokens=2000, messages=messages, cache_control={{"type": "ephemeral"}}, **given
        )
        messages.append({{"role": "assistant", "content": reply.content}})
"""

ROWS: list[tuple[Setting | Role, str, str]] = [
    (Setting.MODEL, "PL108", '"model": "claude-opus-5-5" if urgent else "claude-sonnet-5-5"'),
    (Setting.TOOL_CHOICE, "PL108", '"tool_choice": {"type": "any"} if urgent else {"type": "auto"}'),
    (Setting.TOOL_CHOICE, "PL108", '"tool_choice": {**AUTO, "disable_parallel_tool_use": True} if urgent else AUTO'),
    (Setting.THINKING, "PL108", '"thinking": {"type": "adaptive"} if urgent else {"type": "disabled"}'),
    (Setting.EFFORT, "PL108", '"output_config": {"effort": "low" if urgent else "high"}'),
    (Setting.FORMAT, "PL108", '"output_config": {"format": ONE if urgent else MANY}'),
    (Setting.SPEED, "PL108", '"speed": "fast" if urgent else "standard"'),
    (Role.TOOLS, "PL106", '"tools": [LOOK] if urgent else []'),
    (Role.TOOLS, "PL106", '"tools": [LOOK, WEB] if urgent else [LOOK]'),
    (Role.SYSTEM, "PL107", '"system": f"{\'Hurry.\' if urgent else \'Take your time.\'} {RULES}"'),
]  # fmt: skip

LOST = {Role.TOOLS: "tools", Role.SYSTEM: "system prompt", Role.USER: "whole conversation"}


def found(decided: str, sent: str) -> dict[str, str]:
    """The rules about what invalidates a cache that find something, with what they say."""
    (request,) = read_source(TALK.format(decided=decided, sent=sent), "talk.py", MODELS, PROVIDERS).requests
    findings = ((code, finding) for code in ("PL106", "PL107", "PL108") for finding in CHECKS[code](request, ANTHROPIC))
    return {code: finding.message for code, finding in findings}


@pytest.mark.parametrize(("row", "code", "sent"), ROWS, ids=[sent.partition(":")[0] for _, _, sent in ROWS])
def test_what_changes_within_a_conversation(row: Setting | Role, code: str, sent: str) -> None:
    said = found("urgent = turn == 0", sent)
    assert said.keys() == {code}
    assert Role.USER in ANTHROPIC.invalidates[row]
    assert LOST[Role.USER] in said[code]
    if code == "PL108":
        assert {role for role, words in LOST.items() if words in said[code]} == {*ANTHROPIC.invalidates[row]}


@pytest.mark.parametrize("sent", [sent for _, _, sent in ROWS])
def test_what_is_decided_once_for_a_conversation(sent: str) -> None:
    assert found("", sent) == {}


def test_each_row_of_the_file_is_here() -> None:
    # Whether tools may be called side by side is a part of `tool_choice` here.
    assert {row for row, _, _ in ROWS} | {Setting.PARALLEL_TOOLS} == ANTHROPIC.invalidates.keys()
