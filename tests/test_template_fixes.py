"""Fixes in templates: what is moved, and what is left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint import repairing
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability

RULES = "Answer from the handbook only, and name the section that you took the answer from.\n" * 90


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)


def mended(files: dict[str, str]) -> dict[str, str]:
    """The files that all fixes change, as they are then."""
    for path, text in files.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", newline="")
    repaired = repairing.repaired(list(files), Configuration(fixed=Settings()), {}, Applicability.UNSAFE)
    return {path: change.after.decode() for path, change in repaired.changes.items()}


def prompt_file(*lines: str) -> str:
    """A prompt file of GitHub Models, with these lines as its system message."""
    content = "".join(f"      {line}\n" if line else "\n" for text in lines for line in text.splitlines() or [""])
    return f"name: support  # é\nmodel: openai/gpt-5.4\nmessages:\n  - role: system\n    content: |\n{content}"


def test_a_paragraph_moves_with_its_heading_and_the_indentation_of_the_file() -> None:
    before = prompt_file("You help.", "", "# Question", "{{ question }}", "", "# Rules", RULES)
    after = prompt_file("You help.", "", "# Rules", RULES, "", "# Question", "{{ question }}")
    assert mended({"support.prompt.yml": before}) == {"support.prompt.yml": after}


def test_a_comment_beside_what_moves_stays() -> None:
    text = "Question: {{ question }}\n{# why #}\nNow: {{ now }}\n"
    before = f"---\nmodel:\n  api: chat\n---\nsystem:\n{text}{RULES}"
    after = mended({"support.prompty": before})["support.prompty"]
    assert after.count("{# why #}") == 1


def test_line_breaks_stay_as_they_are() -> None:
    before = prompt_file("Question: {{ question }}", RULES).replace("\n", "\r\n")
    after = prompt_file(RULES, "Question: {{ question }}").replace("\n", "\r\n")
    assert mended({"support.prompt.yml": before}) == {"support.prompt.yml": after}


@pytest.mark.parametrize(
    "lines",
    [
        ("Help {{ question }} and", "nobody else.", RULES),
        ("1. {{ question }}", "2. Rules", RULES),
        ("Question: {{ question }}", RULES, "Read the question above."),
    ],
)
def test_what_cannot_be_lifted_out_stays(lines: tuple[str, ...]) -> None:
    assert mended({"support.prompt.yml": prompt_file(*lines)}) == {}


PROGRAM = """\
from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

environment = Environment(loader=FileSystemLoader("prompts"))


def answer(question: str) -> str:
    system = environment.get_template("system.j2").render(question=question)
    return OpenAI().responses.create(model="gpt-5.4", instructions=system, input="Go.").output_text
"""


def test_a_template_that_code_fills_in_is_changed_where_it_is_written() -> None:
    before = f"<question>\n{{{{ question }}}}\n</question>\n{RULES}"
    after = f"{RULES}<question>\n{{{{ question }}}}\n</question>\n"
    assert mended({"app.py": PROGRAM, "prompts/system.j2": before}) == {"prompts/system.j2": after}


def test_what_stands_beside_a_statement_stays() -> None:
    before = f"{{% set x = 1 %}}Question: {{{{- question }}}}\n{RULES}"
    assert mended({"app.py": PROGRAM, "prompts/system.j2": before}) == {}


WHERE = "{% if ticket %}\n# Ticket\nThe user asks {{ ticket }}.\n{% endif %}\n"
ROWS = "{% for row in rows %}\n- {{ row }}\n{% endfor %}\n"


OTHER = PROGRAM.replace("question: str", "ticket: str, rows: list").replace(
    "question=question", "ticket=ticket, rows=rows"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(f"Rules.\n{WHERE}{RULES}", f"Rules.\n{RULES}{WHERE}", id="a branch"),
        pytest.param(f"Rules.\n\n{WHERE}\n{RULES}", f"Rules.\n\n{RULES}\n{WHERE}", id="a branch between blank lines"),
        pytest.param(f"Rules.\n{ROWS}{RULES}", f"Rules.\n{RULES}{ROWS}", id="a loop"),
        pytest.param(f"{WHERE}{RULES}{ROWS}", f"{RULES}{ROWS}{WHERE}", id="behind a loop at the end"),
    ],
)
def test_a_branch_or_a_loop_moves_as_a_whole(before: str, after: str) -> None:
    files = {"app.py": OTHER, "prompts/system.j2": before}
    assert mended(files) == {"prompts/system.j2": after}


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(f"Rules.\n{WHERE.replace('{%', '{%-', 1)}{RULES}", id="a tag that takes white space away"),
        pytest.param(f"Be kind. {WHERE}{RULES}", id="text on its line"),
        pytest.param(f"# Where\n{WHERE}\n# Rules\n{RULES}", id="all of a section"),
        pytest.param(f"{WHERE.replace('# Ticket', '{% set x = 1 %}')}{RULES}", id="a name for later"),
        pytest.param(f"{WHERE}{RULES}Read what is above.\n", id="text that speaks of it"),
    ],
)
def test_a_branch_that_cannot_be_lifted_out_stays(before: str) -> None:
    assert mended({"app.py": OTHER, "prompts/system.j2": before}) == {}
