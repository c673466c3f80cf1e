"""PL206: a turn adds more blocks than the provider looks back over."""

from __future__ import annotations

import pytest

from promptlint.checks import CHECKS
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Breakpoint, Confidence, Role, Segment
from promptlint.request import Request
from tests.checks.building import data, history, line, marked, request, text

check = CHECKS["PL206"]
PROVIDERS = load_providers()
LIMITED = sorted(name for name, provider in PROVIDERS.by_name.items() if provider.lookback)


def turn(blocks: int, role: Role = Role.USER) -> Request:
    """A conversation whose newest turn adds so many blocks, the last of them marked."""
    segments: list[Segment] = [text(1), history()]
    # Neighbours of one role would be one block.
    segments += [text(1, Role.USER if i % 2 else Role.ASSISTANT) for i in range(blocks - 1)]
    if role is Role.TOOL:
        segments[2:] = [data("result", Role.TOOL) for _ in range(blocks)]
    return request(*segments, marked(data("question", Role.SYSTEM)))


@pytest.mark.parametrize("name", LIMITED)
def test_as_many_blocks_as_the_file_of_the_provider_says(name: str) -> None:
    provider = PROVIDERS[name]
    assert provider.lookback is not None
    # The answer since the last breakpoint is a block as well.
    assert list(check(turn(provider.lookback - 2), provider)) == []
    (finding,) = check(turn(provider.lookback - 1), provider)
    assert finding.confidence is Confidence.LOW
    assert f"Each turn adds {provider.lookback} blocks up to this breakpoint" in finding.message


def test_a_run_of_tool_results_is_one_block() -> None:
    assert list(check(turn(40, Role.TOOL), PROVIDERS["anthropic"])) == []


def test_without_a_conversation_or_a_breakpoint_in_it_there_is_nothing_to_find() -> None:
    assert list(check(request(*[data(str(i)) for i in range(30)], text(1)), PROVIDERS["anthropic"])) == []
    automatic = Breakpoint(line(95))
    assert list(check(request(history(), data("question"), automatic=automatic), PROVIDERS["anthropic"])) == []
