"""`promptlint check --watch`, as a person uses it who writes in the files that are watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from promptlint.discovery.watching import changed, state
from tests.commands import CLOCK, Run

FIXED = CLOCK.replace("Now: {datetime.now()} ", "")
# Where tests run in the background of a shell, Ctrl-C is ignored by whatever they start.
PROGRAM = """
import signal
from promptlint.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
WAITING = "Waiting for changes; Ctrl-C ends it."


@contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program that watches a folder, and is gone behind the test whatever happens."""
    command = [sys.executable, "-c", PROGRAM, "check", "--watch", "--output-format", "concise", *arguments]
    environment = os.environ | {"CI": "1"}
    with (folder / "out.txt").open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """What it tells the person until it waits, without the times."""
    lines = []
    assert process.stderr is not None
    for line in process.stderr:
        time, _, text = line.strip().rpartition("] ")
        assert not time or len(time) == len("[12:34:56")
        lines.append(text)
        if text == WAITING:
            return "\n".join(lines)
    raise AssertionError(f"it ended: {lines}")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal for Ctrl-C that a test can send")
def test_a_file_that_changes_is_checked_again_until_it_is_stopped(tmp_path: Path) -> None:
    app, report = tmp_path / "app.py", tmp_path / "report.txt"
    app.write_text(CLOCK, encoding="utf-8")
    with watching(tmp_path, "--output", "concise", "--output", "concise:report.txt") as process:
        assert said(process) == WAITING
        assert "app.py:7:22: PL101" in report.read_text(encoding="utf-8")
        app.write_text(FIXED, encoding="utf-8")
        assert said(process) == f"app.py has changed.\n{WAITING}"
        assert report.read_text(encoding="utf-8").startswith("Found nothing in 1 file")
        (tmp_path / "promptlint.toml").write_text("selct = []", encoding="utf-8")
        error = "Error: promptlint.toml:1: unknown key 'selct' (did you mean 'select'?)"
        assert said(process).startswith(f"promptlint.toml has changed.\n{error}")
        (tmp_path / "promptlint.toml").write_text("", encoding="utf-8")
        assert said(process) == f"promptlint.toml has changed.\n{WAITING}"
        app.write_text(CLOCK, encoding="utf-8")
        (tmp_path / "other.py").touch()
        assert said(process) == f"app.py and 1 more have changed.\n{WAITING}"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 1
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").count("\nFound ") == 4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["-"], "- for standard input"),
        (["--show-files"], "--show-files"),
        (["--baseline", "a.json", "--update-baseline"], "--update-baseline"),
        (["--add-ignore"], "--add-ignore"),
    ],
)
def test_what_is_done_once_is_not_watched(run: Run, arguments: list[str], named: str) -> None:
    done = run("check", "--watch", *arguments)
    assert done.code == 2
    assert done.err.endswith(f"Error: --watch checks again and again: it does not go with {named}\n")


def test_a_path_that_does_not_exist_is_not_waited_for(run: Run) -> None:
    assert run("check", "--watch", "nope.py").err == "Error: nope.py: no such file or folder\n"


def test_what_has_changed(tmp_path: Path) -> None:
    names = ("same.py", "other.txt", "gone.yaml", "ignored.log", "ours.sarif")
    for name in (*names, ".gitignore"):
        (tmp_path / name).write_text("*.log\n", encoding="utf-8")

    def look() -> dict[str, tuple[int, int]]:
        return dict(state([tmp_path], [tmp_path / "absent.toml"], {str(tmp_path / "ours.sarif")}))

    before = look()
    for name in ("other.txt", "new.py", "ignored.log", "ours.sarif"):
        (tmp_path / name).write_text("other words\n", encoding="utf-8")
    (tmp_path / "gone.yaml").unlink()
    (tmp_path / "absent.toml").touch()
    names_changed = ["absent.toml", "gone.yaml", "new.py", "other.txt"]
    assert changed(before, look()) == tuple(str(tmp_path / name) for name in names_changed)
