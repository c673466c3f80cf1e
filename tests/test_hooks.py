"""The pre-commit hook, run by the real pre-commit in a real repository, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit needs git")

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / ".pre-commit-hooks.yaml"

PROMPT = (
    '"""Sorts messages into teams."""\n\nGUIDE = """\n' + "Read the whole message before you decide.\n" * 200 + '"""\n'
)

CLOCK_FIRST = """
from datetime import datetime

from openai import OpenAI


def reply(client: OpenAI, history: list) -> str:
    system = f"Now: {datetime.now().isoformat()}\\n{GUIDE}"
    answer = client.chat.completions.create(
        model="gpt-6-sol", messages=[{"role": "system", "content": system}, *history]
    )
    return answer.choices[0].message.content
"""

CLOCK_LEFT_OUT = CLOCK_FIRST.replace('f"Now: {datetime.now().isoformat()}\\n{GUIDE}"', "GUIDE")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty git repository whose hook is ours, run from this environment instead of one built from the registry."""
    (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    assert hook["entry"].startswith("promptlint ")
    hook |= {"entry": f"{sys.executable} -m {hook['entry']}", "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    run(tmp_path, "git", "init", "--quiet")
    return tmp_path


def run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository, untouched by the settings of whoever runs the tests."""
    # Within a hook, git names the repository that is being committed to.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"PRE_COMMIT_HOME": str(repository / ".git" / "pre-commit"), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        command,
        cwd=repository,
        env=clean | alone,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def commit_hook(repository: Path, source: str, name: str = "reply.py") -> subprocess.CompletedProcess[str]:
    """What pre-commit does when a file with this source is about to be committed."""
    (repository / name).write_text(source, encoding="utf-8")
    run(repository, "git", "add", name)
    return run(repository, sys.executable, "-m", "pre_commit", "run", "--color", "never")


def test_the_manifest_is_valid() -> None:
    done = run(ROOT, sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS))
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_the_configuration_of_this_repository_is_valid() -> None:
    done = run(ROOT, sys.executable, "-m", "pre_commit", "validate-config", str(ROOT / ".pre-commit-config.yaml"))
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_a_defect_stops_the_commit(repository: Path) -> None:
    done = commit_hook(repository, PROMPT + CLOCK_FIRST)
    assert done.returncode == 1
    assert "PL101" in done.stdout
    assert "reply.py:" in done.stdout


def test_a_clean_file_passes(repository: Path) -> None:
    done = commit_hook(repository, PROMPT + CLOCK_LEFT_OUT)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("Passed")


def test_other_files_are_not_looked_at(repository: Path) -> None:
    done = commit_hook(repository, PROMPT + CLOCK_FIRST, name="reply.txt")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("Skipped")
