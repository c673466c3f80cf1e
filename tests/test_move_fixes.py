"""Where a text that moves is written in Python, and what stays the last of the prompt."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import applied
from promptlint.session import check

OPTIONS = Configuration(fixed=Settings(select=("PL101",)))
RULES = "Rule: {}. " + "Be kind to everybody whom you answer, and say what you know of it. " * 120


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)


def program(*literals: str) -> str:
    """A program that sends a system prompt of these literals, each on its own line."""
    lines = "".join(f"        {literal}\n" for literal in literals)
    return (
        "import uuid\n\nimport anthropic\n\n"
        f'RULES = "{RULES}"\n\n\n'
        f"def prompt():\n    return (\n{lines}    )\n\n\n"
        "def ask(question):\n    return anthropic.Anthropic().messages.create(\n"
        '        model="claude-opus-5-5", max_tokens=500, system=prompt(),\n'
        '        messages=[{"role": "user", "content": question}],\n    )\n'
    )


def mended(source: str) -> str:
    """The program with its fix made, or why there is none."""
    Path("app.py").write_text(source)
    report, _ = check(["app.py"], OPTIONS, {})
    (found,) = report.diagnostics
    return applied(source, found.fix.edits) if found.fix else found.refused


HEAD, END = r'"You help.\n\n"', r'f"{RULES}\n\n"'
REQUEST = [r'f"Request:\n"', r'f"{uuid.uuid4()}\n\n"']


def test_what_moves_is_written_in_literals_of_its_own() -> None:
    last = r'f"Rules:\n{RULES}"'
    moved = [r'f"\n\nRequest:\n"', r'f"{uuid.uuid4()}"']
    assert mended(program(HEAD, *REQUEST, last)) == program(HEAD, last, *moved)


def test_what_says_how_to_answer_stays_the_last() -> None:
    last = '"Please return only the answer as JSON."'
    assert mended(program(HEAD, *REQUEST, END, last)) == program(HEAD, END, *REQUEST, last)


def test_it_stays_the_last_in_the_same_literal() -> None:
    text = 'f"""\\\nYou help.\n\n{}{RULES}{}\n\nReturn only JSON.\n"""'
    request = "Request: {uuid.uuid4()}"
    before, after = (
        text.format(f"{request}\n\n", "", RULES="{RULES}"),
        text.format("", f"\n\n{request}", RULES="{RULES}"),
    )
    assert mended(program(before)) == program(after)
