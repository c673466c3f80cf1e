"""PL303, proved: after the fix the real clients send the same prompts side by side."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

from promptlint import repairing
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability
from tests.provider.server import environment, serving

PROGRAMS = {
    "anthropic": """
import asyncio

import anthropic

client = anthropic.Anthropic()


async def ask(question: str) -> str:
    message = client.messages.create(
        model="claude-sonnet-5-5", max_tokens=99, messages=[{"role": "user", "content": question}]
    )
    return message.content[0].text


async def main() -> None:
    assert await asyncio.gather(*(ask(f"{i}?") for i in range(3))) == ["An answer."] * 3


asyncio.run(main())
""",
    "openai in a function between": """
import asyncio

from openai import OpenAI

client = OpenAI()


def complete(prompt: str) -> str:
    return client.responses.create(model="gpt-6-sol", input=prompt).output_text


async def ask(question: str) -> str:
    return complete(question)


async def main() -> None:
    assert await asyncio.gather(*(ask(f"{i}?") for i in range(3))) == ["An answer."] * 3


asyncio.run(main())
""",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_calls_that_are_awaited_run_side_by_side(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = Configuration(fixed=Settings(select=("PL303",)))
    given = {"app.py": source.encode()}
    [change] = repairing.repaired(["app.py"], options, given, Applicability.UNSAFE).changes.values()
    sent = []
    with serving() as provider:
        for name, value in environment(provider.url).items():
            monkeypatch.setenv(name, value)
        provider.pause = 0.2
        for program in (change.before, change.after):
            provider.reset()
            Path("program.py").write_bytes(program)
            runpy.run_path("program.py", run_name="__main__")
            sent.append((provider.together, Counter(entry.prompt.text for entry in provider.ledger)))
    assert [together for together, _ in sent] == [1, 3]
    assert sent[0][1] == sent[1][1]
