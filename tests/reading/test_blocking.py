"""Where an async function waits for a synchronous call, and where nobody minds."""

from __future__ import annotations

import pytest

from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.read import read_source

SOURCE = """
from openai import OpenAI

async def ask(client: OpenAI):
    return client.responses.create(model="gpt-6-sol", input="Begin.")
"""


@pytest.mark.parametrize(
    ("path", "blocks"),
    [("shop/asking.py", True), ("shop/attest.py", True), ("tests/asking.py", False), ("shop/test_asking.py", False)],
)
def test_nothing_else_runs_on_the_event_loop_of_a_test(path: str, blocks: bool) -> None:
    (request,) = read_source(SOURCE, path, load_models(), load_providers()).requests
    assert (request.site.blocks is not None) == blocks
