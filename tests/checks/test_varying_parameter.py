"""PL108: a parameter that the cache depends on changes within a conversation."""

from __future__ import annotations

import pytest

from promptlint.checks import CHECKS
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Role
from promptlint.settings import Setting
from tests.checks.building import data, history, parameter, random_id, request, text

check = CHECKS["PL108"]
PROVIDERS = load_providers()
ALL, SYSTEM, MESSAGES = (Role.TOOLS, Role.SYSTEM, Role.USER), (Role.SYSTEM, Role.USER), (Role.USER,)

MATRIX = {
    "anthropic": {
        Role.TOOLS: ALL,
        Setting.MODEL: ALL,
        Role.SYSTEM: SYSTEM,
        Setting.SPEED: SYSTEM,
        Setting.TOOL_CHOICE: MESSAGES,
        Setting.PARALLEL_TOOLS: MESSAGES,
        Setting.THINKING: MESSAGES,
        Setting.EFFORT: MESSAGES,
        Setting.FORMAT: MESSAGES,
    },
    "openai": {
        Role.TOOLS: ALL,
        Setting.MODEL: ALL,
        Setting.PARALLEL_TOOLS: ALL,
        Setting.FORMAT: ALL,
        Setting.EFFORT: ALL,
        Setting.VERBOSITY: ALL,
        Setting.CONTEXT: ALL,
        Role.SYSTEM: SYSTEM,
    },
    "gemini": {},
    "unknown": {},
}
"""Provider → what changes between two requests → what of the cache is lost, as the providers' pages have it."""

ROWS = [(provider, setting) for provider in MATRIX for setting in Setting]


@pytest.mark.parametrize("provider", MATRIX)
def test_what_a_change_invalidates(provider: str) -> None:
    assert dict(PROVIDERS[provider].invalidates) == MATRIX[provider]


@pytest.mark.parametrize("provider", ["bedrock", "vertex", "foundry"])
def test_claude_is_the_same_on_other_platforms(provider: str) -> None:
    assert PROVIDERS[provider].invalidates == PROVIDERS["anthropic"].invalidates


@pytest.mark.parametrize(("provider", "setting"), ROWS)
def test_a_row_of_the_matrix_is_what_is_found(provider: str, setting: Setting) -> None:
    subject = request(history(), data("question"), parameters=(parameter(setting, random_id()),))
    found = list(check(subject, PROVIDERS[provider]))
    assert len(found) == (setting in MATRIX[provider])
    for finding in found:
        lost = MATRIX[provider][setting]
        assert ("the tools" in finding.message) == (Role.TOOLS in lost)
        assert ("the system prompt" in finding.message) == (Role.SYSTEM in lost)
        assert "the whole conversation" in finding.message


@pytest.mark.parametrize(("provider", "setting"), ROWS)
def test_what_stays_the_same_or_is_sent_once_loses_nothing(provider: str, setting: Setting) -> None:
    same = request(history(), data("question"), parameters=(parameter(setting, text(1)),))
    alone = request(data("question"), parameters=(parameter(setting, random_id()),))
    assert list(check(same, PROVIDERS[provider])) == []
    assert list(check(alone, PROVIDERS[provider])) == []
