"""The pre-commit hook, run by the real pre-commit in a real repository, without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from promptlint.knowledge.loading import endings

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
    """An empty git repository."""
    run(tmp_path, "git", "init", "--quiet")
    return tmp_path


def with_hook(repository: Path, name: str) -> None:
    """Configure a hook of ours, run from this environment instead of one built from the registry."""
    (hook,) = (hook for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8")) if hook["id"] == name)
    assert hook["entry"].startswith("promptlint ")
    hook |= {"entry": f"{sys.executable} -m {hook['entry']}", "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository, untouched by the settings of whoever runs the tests."""
    # Within a hook, git names the repository that is being committed to.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # In a worktree, `.git` is a file: nothing can be kept in it.
    store = Path(tempfile.gettempdir()) / "promptlint-pre-commit"
    alone = {"PRE_COMMIT_HOME": str(store), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        command,
        cwd=repository,
        env=clean | alone,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def commit_hook(
    repository: Path, source: str, name: str = "reply.py", hook: str = "promptlint"
) -> subprocess.CompletedProcess[str]:
    """What pre-commit does when a file with this source is about to be committed."""
    with_hook(repository, hook)
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


def test_every_file_that_may_hold_a_prompt_is_passed_to_the_hook() -> None:
    for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8")):
        assert [end for end in endings() if not re.search(hook["files"], f"name{end}")] == []


def test_a_file_without_a_prompt_is_passed_over(repository: Path) -> None:
    done = commit_hook(repository, "name: tests\non: [push]\n", name="workflow.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("Passed")


def test_other_files_are_not_looked_at(repository: Path) -> None:
    done = commit_hook(repository, PROMPT + CLOCK_FIRST, name="reply.rs")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("Skipped")


SORTED = """
import json

from openai import OpenAI


def reply(client: OpenAI, facts: dict, question: str) -> str:
    system = ", ".join({"north", "south"}) + GUIDE
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-6-sol", messages=messages)
"""


def test_the_hook_with_fixes_mends_the_file_and_stops_the_commit_once(repository: Path) -> None:
    done = commit_hook(repository, PROMPT + SORTED, hook="promptlint-fix")
    assert (done.returncode, "files were modified by this hook" in done.stdout) == (1, True)
    mended = (repository / "reply.py").read_text(encoding="utf-8")
    assert mended == (PROMPT + SORTED).replace('{"north", "south"}', 'sorted({"north", "south"})')
    assert commit_hook(repository, mended, hook="promptlint-fix").returncode == 0


def test_what_is_excluded_is_not_checked(repository: Path) -> None:
    (repository / "promptlint.toml").write_text('exclude = ["reply.py"]\n', encoding="utf-8")
    done = commit_hook(repository, PROMPT + CLOCK_FIRST)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("Passed")


def test_the_files_of_a_commit_are_judged_as_in_a_run_over_everything(repository: Path) -> None:
    (repository / "prompts.py").write_text(PROMPT, encoding="utf-8")
    (repository / "other.py").write_text(PROMPT + CLOCK_FIRST, encoding="utf-8")
    staged = commit_hook(repository, "from prompts import GUIDE\n" + CLOCK_FIRST)
    everything = run(repository, sys.executable, "-m", "promptlint", "check", ".")
    told = [line for line in staged.stdout.splitlines() if "--> " in line]
    assert told == [line for line in everything.stdout.splitlines() if "--> reply.py" in line]
    assert told


@pytest.fixture
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with our hooks, as whoever uses them has its address."""
    folder = tmp_path_factory.mktemp("hooks")
    ours = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    # Built without a registry: the environment of the tests stands in for the one that pip would make.
    for hook in ours:
        hook |= {"entry": f"{sys.executable} -m {hook['entry']}", "language": "system"}
    (folder / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(ours), encoding="utf-8")
    who = ["-c", "user.name=x", "-c", "user.email=x"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "hooks"]):
        run(folder, "git", *command)
    return folder


def test_the_hook_can_be_tried_from_its_repository(repository: Path, hooks: Path) -> None:
    (repository / "reply.py").write_text(PROMPT + CLOCK_FIRST, encoding="utf-8")
    run(repository, "git", "add", "reply.py")
    done = run(repository, sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "promptlint", "--color", "never")
    assert done.returncode == 1
    assert "PL101" in done.stdout


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md"])
def test_the_configuration_that_is_shown_runs_and_can_be_brought_up_to_date(
    page: str, repository: Path, hooks: Path
) -> None:
    shown = re.search(r"```yaml\n(repos:\n.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    config = repository / ".pre-commit-config.yaml"
    config.write_text(shown[1].replace("ADDRESS/OF/promptlint", str(hooks)), encoding="utf-8")
    (repository / "reply.py").write_text(PROMPT + CLOCK_FIRST, encoding="utf-8")
    run(repository, "git", "add", ".")
    assert "PL101" in run(repository, sys.executable, "-m", "pre_commit", "run", "--color", "never").stdout
    assert run(repository, sys.executable, "-m", "pre_commit", "autoupdate").returncode == 0
    newest = run(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    (repo,) = yaml.safe_load(config.read_text(encoding="utf-8"))["repos"]
    assert repo["rev"] == newest
