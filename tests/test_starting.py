"""What a run costs before it does anything: nothing is imported before it is needed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from promptlint.knowledge import compiled

HEAVY = ("jinja2", "libcst", "yaml", "pygls", "subprocess")
"""What only some runs need."""


def imported(*arguments: str, folder: Path) -> set[str]:
    """The modules that a run of promptlint imports."""
    program = "import sys\nfrom promptlint.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.split())


def test_a_check_of_code_imports_no_parser_of_templates(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import anthropic\n\nanthropic.Anthropic().messages.create(system='Be brief.')\n")
    imported("check", folder=tmp_path)  # what is known may have to be read, once
    assert imported("check", folder=tmp_path).isdisjoint(HEAVY)


def test_help_imports_no_reader(tmp_path: Path) -> None:
    found = imported("check", "--help", folder=tmp_path)
    assert [name for name in found if name.startswith("promptlint.languages")] == []


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is known is kept in this test."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    return compiled.place()


def test_what_is_known_is_read_again_only_when_a_file_has_changed(tmp_path: Path, kept: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text("a")
    assert compiled.compiled([rules], lambda: 1) == 1
    assert compiled.compiled([rules], lambda: 2) == 1
    (rules / "a.yaml").write_text("ab")
    assert compiled.compiled([rules], lambda: 3) == 3


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps(1), pickle.dumps(((), 1))])
def test_what_is_kept_and_cannot_be_used_is_made_again(tmp_path: Path, kept: Path, content: bytes) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    assert compiled.compiled([tmp_path], lambda: 2) == 2
    assert compiled.compiled([tmp_path], lambda: 3) == 2


def test_where_nothing_can_be_kept_it_is_read_each_time(tmp_path: Path, kept: Path) -> None:
    (tmp_path / "bytecode").write_text("a file where a folder should be")
    assert [compiled.compiled([tmp_path], lambda n=n: n) for n in (1, 2)] == [1, 2]
