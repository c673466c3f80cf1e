"""Many repositories on any executor: one report, in which what failed is told and the rest is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.many import Outcome, check_many, check_one, one_report
from promptlint.reporters import reporter
from tests.commands import CLOCK

PAGE = Path(__file__).parents[1] / "docs" / "many.md"
SCRIPTS = dict(
    re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
)


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Three repositories with one finding each, and one that is not there."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two", "three"):
        folder = tmp_path / "repositories" / name
        (folder / "src").mkdir(parents=True)
        (folder / "pyproject.toml").write_text("")
        (folder / "src" / "app.py").write_text(CLOCK)
    return {name: str(tmp_path / "repositories" / name) for name in ("one", "two", "gone", "three")}


class Here(Executor):
    """Does at once what it is given; what is in `dies` kills its worker."""

    def __init__(self, dies: str = "") -> None:
        self.dies = dies
        self.most = 0

    def submit(self, run: Any, /, *arguments: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if arguments[0] == self.dies:
            future.set_exception(OSError("worker lost"))
        else:
            future.set_result(run(*arguments, **keywords))
        return future


def test_one_report_of_all_of_which_each_path_begins_with_its_repository(repositories: dict[str, str]) -> None:
    report, texts = one_report(check_many(repositories, Here()))
    assert [(d.span.path, d.code) for d in report.diagnostics] == [
        ("gone", "PL001"), ("one/src/app.py", "PL101"), ("three/src/app.py", "PL101"), ("two/src/app.py", "PL101")
    ]  # fmt: skip
    assert report.diagnostics[0].message.startswith("This repository could not be checked: FileNotFoundError")
    assert (report.statistics.files, texts("two/src/app.py"), texts("no/such.py")) == (3, CLOCK, "")
    assert report.diagnostics[1].fix
    assert {edit.span.path for edit in report.diagnostics[1].fix.edits} == {"one/src/app.py"}


def test_a_repository_whose_worker_dies_is_told_and_the_others_are_kept(repositories: dict[str, str]) -> None:
    del repositories["gone"]
    report, _ = one_report(check_many(repositories, Here(dies="two"), waiting=1))
    assert [(d.span.path, d.code) for d in report.diagnostics] == [
        ("one/src/app.py", "PL101"), ("three/src/app.py", "PL101"), ("two", "PL001")
    ]  # fmt: skip
    assert "OSError: worker lost" in report.diagnostics[2].message


def test_an_error_of_ours_is_an_outcome(repositories: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Iterator[Outcome]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(session, "check", fail)
    assert check_one("one", repositories["one"]).failure == "ZeroDivisionError: oh"


def test_it_finds_what_a_check_of_the_repository_finds(repositories: dict[str, str]) -> None:
    os.chdir(repositories["one"])
    alone, _ = session.check(["."], Configuration(), {})
    together, _ = one_report(check_many({"one": repositories["one"]}, Here()))
    assert [d.message for d in together.diagnostics] == [d.message for d in alone.diagnostics]
    assert [f"one/{d.span}" for d in alone.diagnostics] == [str(d.span) for d in together.diagnostics]


def test_processes_give_the_same_as_one(repositories: dict[str, str]) -> None:
    with ProcessPoolExecutor(2) as pool:
        report, texts = one_report(check_many(repositories, pool))
    alone, _ = one_report(check_many(repositories, Here()))
    assert report == alone
    log = json.loads(reporter("sarif")(report, texts))
    assert len(log["runs"]) == 1
    assert len(log["runs"][0]["results"]) == 4


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_the_page_shows_runs(script: str, repositories: dict[str, str], tmp_path: Path) -> None:
    if "dask" in SCRIPTS[script]:
        pytest.importorskip("dask.distributed")
    (tmp_path / script).write_text(SCRIPTS[script])
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["3 findings in 3 files"]), done.stderr
    assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"
