"""A prompt in a template and the code that renders it: one finding, where the hole is, with the whole way to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.diagnostics import Diagnostic

TEMPLATE = (
    "You are a clerk. You must answer the user question in JSON format.\nIt is {{ current_time }}.\n"
    + "A refund goes back the way the money came, and takes ten working days after the final bill of the year.\n" * 90
)
CODE = """
from datetime import datetime
from pathlib import Path
from anthropic import Anthropic
from jinja2 import Environment, FileSystemLoader

class Clerk:
    def __init__(self):
        self.client = Anthropic()
        self.env = Environment(loader=FileSystemLoader(Path(__file__).parent / "prompts"))

    def ask(self, question: str):
        system = self.env.get_template("answer.j2").render(current_time=NOW)
        return self.client.messages.create(
            model="claude-opus-5-5", max_tokens=9, system=system, cache_control={"type": "ephemeral"},
            messages=[{"role": "user", "content": question}],
        )
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the template alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app" / "prompts").mkdir(parents=True)
    (tmp_path / "app" / "prompts" / "answer.j2").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def told(project: Path, now: str) -> tuple[Diagnostic, ...]:
    """What is said when code passes something as the time."""
    (project / "app" / "main.py").write_text(CODE.replace("NOW", now), encoding="utf-8")
    report, _ = session.check(["."], Configuration(fixed=Settings()), {})
    return report.diagnostics


def test_one_finding_at_the_hole_with_the_way_from_the_clock(project: Path) -> None:
    (finding,) = told(project, "datetime.now()")
    assert (finding.code, str(finding.span)) == ("PL101", "app/prompts/answer.j2:2:7")
    assert [(step.message, str(step.span)) for step in finding.flow] == [
        ("`datetime.now()`, which reads the clock", "app/main.py:13:73"),
        ("filled into the template", "app/main.py:13:18"),
        ("assigned to `system`", "app/main.py:13:9"),
        ("sent by `anthropic.Anthropic.messages.create`", "app/main.py:14:16"),
    ]


def test_what_code_passes_counts_and_not_the_name(project: Path) -> None:
    assert [finding for finding in told(project, '"noon"') if finding.span.path.endswith(".j2")] == []


def test_without_code_the_name_is_all_there_is(project: Path) -> None:
    report, _ = session.check(["."], Configuration(fixed=Settings()), {})
    (finding,) = report.diagnostics
    assert (finding.code, str(finding.span)) == ("PL101", "app/prompts/answer.j2:2:7")
    assert [step.message for step in finding.flow] == ["in this template"]
