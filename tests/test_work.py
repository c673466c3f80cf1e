"""Work grows with the calls of LLMs and not with the tree around them: counted, not timed."""

from __future__ import annotations

import pytest

from bench.speed.trees import plant
from bench.speed.work import work

FILES = 40
MOST = {"files parsed": 40, "bodies walked": 300, "prompts worked out": 60}
"""For ten calls: if it becomes more, whoever made it more should know why."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, int]]:
    """What is done for the same calls in a tree, and in one that is sixteen times as large."""
    found = []
    for times in (1, 16):
        tree = tmp_path_factory.mktemp(f"times{times}")
        plant(tree, FILES * times)
        found.append(work(tree))
    return found


@pytest.mark.parametrize("name", MOST)
def test_what_has_nothing_to_do_with_prompts_is_not_parsed_walked_or_worked_out(
    done: list[dict[str, int]], name: str
) -> None:
    assert done[0][name] == done[1][name]


@pytest.mark.parametrize("name", MOST)
def test_a_call_costs_no_more_than_it_did(done: list[dict[str, int]], name: str) -> None:
    assert 0 < done[0][name] <= MOST[name]


def test_a_file_is_read_once_and_those_with_prompts_some_times_more(done: list[dict[str, int]]) -> None:
    more = done[1]["files read"] - done[0]["files read"]
    assert more <= 16 * FILES - FILES + 16  # and a few packages
