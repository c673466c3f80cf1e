"""What is shown for CI: the action runs, and every snippet is one that its service would read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import CLOCK

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SNIPPET = re.compile(r"^```(?P<language>yaml|toml)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"promptlint (?P<command>check|show|rule|config|server)\b(?P<arguments>[^`\n&#]*)")
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


def test_the_action_reports_in_both_ways_and_fails_on_a_finding(tmp_path: Path) -> None:
    program = tmp_path / "temp" / "promptlint" / "bin" / "promptlint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m promptlint "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "a b.py").write_text(CLOCK, encoding="utf-8")
    (tmp_path / "app.py").write_text(CLOCK, encoding="utf-8")
    (step,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
    values = {name: given["default"] for name, given in ACTION["inputs"].items()} | {"paths": "app.py"}
    environment = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], value)
        for name, value in step["env"].items()
    }
    output = tmp_path / "output"
    environment |= {"RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(output)}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::warning file=app.py,line=7")
    assert output.read_text(encoding="utf-8") == "sarif=promptlint.sarif\n"
    assert "PL101" in (tmp_path / "promptlint.sarif").read_text(encoding="utf-8")


def test_inputs_reach_the_shell_as_variables_only() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_are_what_they_claim_to_be(page: Path) -> None:
    for match in SNIPPET.finditer(page.read_text(encoding="utf-8")):
        assert yaml.safe_load(match["text"]) if match["language"] == "yaml" else tomllib.loads(match["text"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_are_shown_exist(page: Path) -> None:
    from promptlint.cli import commands

    for match in COMMAND.finditer(page.read_text(encoding="utf-8")):
        options = {name for parameter in commands.commands[match["command"]].params for name in parameter.opts}
        shown = {word.split("=")[0] for word in match["arguments"].split() if word.startswith("-") and len(word) > 1}
        assert shown <= options
