"""The examples: what is planted in `examples/app` is found, where it is, and nothing else; the mended twin is clean."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "examples" / "app"
CLEAN = ROOT / "examples" / "clean"

PLANTED = {
    ("PL101", "prompts.py", "chat_system"): 'now = datetime.now(UTC).isoformat(timespec="seconds")',
    ("PL102", "contracts.py", "main"): "print(answer(client, Path(path)",
    ("PL103", "tools.py", "offered"): "return [SCHEMAS[name] for name in LOOK_UP | CHANGE]",
    ("PL201", "claude.py", "Claude.answer"): "message = self._client.messages.create(",
    ("PL301", "triage.py", "main"): "for row in csv.DictReader(source):",
}
"""Code, file, function → how the line begins that is to be pointed at."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


def check(folder: str, root: Path) -> tuple[int, list[tuple[str, str, int]]]:
    """The exit code, and code, path and line of every finding."""
    command = [sys.executable, "-m", "promptlint", "check", folder, "--output-format", "json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)["diagnostics"]
    return done.returncode, [(d["code"], d["path"], d["start"]["line"]) for d in found]


def line_in(path: Path, function: str, begins: str) -> int:
    """The 1-based number of the one line of a function that begins so."""
    text = path.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for name in function.split("."):
        (node,) = (n for n in ast.iter_child_nodes(node) if getattr(n, "name", None) == name)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    body = list(enumerate(text.splitlines(), 1))[node.lineno - 1 : node.end_lineno]
    (number,) = (number for number, line in body if line.strip().startswith(begins))
    return number


def test_every_planted_defect_is_found_where_it_is_and_nothing_else(alone: Path) -> None:
    expected = [
        (code, f"examples/app/{file}", line_in(APP / file, function, begins))
        for (code, file, function), begins in PLANTED.items()
    ]
    exit_code, found = check("examples/app", alone)
    assert sorted(found) == sorted(expected)
    assert exit_code == 1


def test_the_mended_twin_is_clean(alone: Path) -> None:
    assert check("examples/clean", alone) == (0, [])


def test_the_twins_differ_only_where_a_defect_was_mended() -> None:
    names = sorted(path.name for path in APP.glob("*.py"))
    assert names == sorted(path.name for path in CLEAN.glob("*.py"))
    differ = {name for name in names if (APP / name).read_bytes() != (CLEAN / name).read_bytes()}
    assert differ == {file for _, file, _ in PLANTED}


@pytest.mark.parametrize("code", sorted({code for code, _, _ in PLANTED}))
def test_the_code_does_not_give_the_defects_away(code: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*APP.glob("*.py"), *CLEAN.glob("*.py")]]
    assert [text for text in texts if code in text or "promptlint" in text] == []


def test_the_table_in_the_readme_names_what_is_planted() -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    rows = [
        f"| {code} | [`app/{file}`](app/{file}#L{line_in(APP / file, function, begins)}), `{function}` |"
        for (code, file, function), begins in PLANTED.items()
    ]
    assert [row for row in rows if row not in readme] == []
