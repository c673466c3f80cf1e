"""The README: every command shown there is run and must print what is shown; the two set-up commands are as promised.

`PROMPTLINT_UPDATE=1` writes what is printed, and the table of rules, into the README instead.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from promptlint.knowledge.loading import load_pages
from promptlint.knowledge.readme import with_table

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
UPDATE = os.environ.get("PROMPTLINT_UPDATE") == "1"

SHOWN = re.compile(r"^```bash\n(?P<command>[^\n]+)\n```\n\n```text\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A command on one line, and right behind it what it prints."""
FILE = re.compile(r"^```python\n(?P<text># (?P<name>\S+\.py)\n.*?)^```$", re.MULTILINE | re.DOTALL)
"""A Python file, with its name in a comment on the first line."""
SET_UP = re.compile(r"^python3 -m venv .*$", re.MULTILINE)

COMMANDS = [match["command"] for match in SHOWN.finditer(TEXT)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder which holds what the README talks about: the examples, and the files that it shows."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").touch()
    for match in FILE.finditer(TEXT):
        (folder / match["name"]).write_text(match["text"], encoding="utf-8")
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the promptlint command at the end of a line; setting up an environment before it is for CI."""
    program, *arguments = shlex.split(command.rsplit("&&", maxsplit=1)[-1])
    assert Path(program).name == "promptlint"
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "CLICOLOR_FORCE", "CI")}
    return subprocess.run(
        [sys.executable, "-m", "promptlint", *arguments],
        cwd=folder, env=plain | {"COLUMNS": "120"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def write_anew(old: str, new: str) -> None:
    """Replace a part of the README as it is now."""
    README.write_text(README.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_is_shown(command: str, folder: Path) -> None:
    (match,) = (match for match in SHOWN.finditer(TEXT) if match["command"] == command)
    done = run(command, folder)
    assert done.returncode in (0, 1), done.stderr
    if UPDATE:
        write_anew(match[0], match[0].replace(f"```text\n{match['output']}", f"```text\n{done.stdout}"))
    else:
        assert done.stdout == match["output"]


def test_the_table_of_rules_is_current() -> None:
    if UPDATE:
        README.write_text(with_table(README.read_text(encoding="utf-8"), load_pages()), encoding="utf-8")
    else:
        assert with_table(TEXT, load_pages()) == TEXT


def test_two_commands_set_everything_up() -> None:
    look, test = SET_UP.findall(TEXT)
    environment = r"python3 -m venv \.venv && \.venv/bin/pip install -q "
    assert re.fullmatch(environment + r"\S+ && \.venv/bin/promptlint check examples", look)
    assert re.fullmatch(environment + r"-e \S+ && \.venv/bin/pytest -q", test)
    assert look in COMMANDS
    assert f"<!-- run: test -->\n```bash\n{test}\n```" in TEXT


@pytest.mark.parametrize(("arguments", "code"), [("examples/clean", 0), ("examples/app", 1), ("examples/missing", 2)])
def test_the_exit_codes_are_as_described(arguments: str, code: int, folder: Path) -> None:
    assert re.search(rf"^\| {code} \|", TEXT, re.MULTILINE)
    done = run(f"promptlint check {arguments}", folder)
    assert "Traceback" not in done.stderr
    assert done.returncode == code


def test_the_hook_shown_is_one_we_have() -> None:
    (shown,) = re.findall(r"^```yaml\n(repos:.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    ids = [hook["id"] for repo in yaml.safe_load(shown)["repos"] for hook in repo["hooks"]]
    ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert ids
    assert set(ids) <= {hook["id"] for hook in ours}


def test_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", TEXT) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
