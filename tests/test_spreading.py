"""Side by side as one after the other: the same is found, in the same order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from promptlint import checking, session
from promptlint.caching.entries import Cache
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.frozen import replace
from promptlint.session import Means
from promptlint.spreading import side_by_side
from tests.commands import CLOCK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies of a process are made on Linux only")

BROKEN = "import openai\ndef (\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packages of one project which have nothing to do with each other."""
    (tmp_path / "pyproject.toml").write_text("")
    use = "from openai import OpenAI\nfrom .app import reply\n\n\ndef ask(text):\n    return reply(OpenAI(), text)\n"
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        (tmp_path / name / "app.py").write_text(CLOCK.replace("Now", f"{name}: "))
        (tmp_path / name / "use.py").write_text(use)
        (tmp_path / name / "broken.py").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "FEW_FILES", 0)
    return tmp_path


def test_the_same_is_found_in_any_number_of_processes(project: Path) -> None:
    reports = [session.check(["."], Configuration(fixed=Settings()), {}, Means(jobs=jobs))[0] for jobs in (1, 2, 5)]
    assert len({d.span.path for d in reports[0].diagnostics}) == 6
    assert reports[0].requests
    assert reports == [reports[0]] * 3


def test_a_report_that_shows_no_prompts_holds_none_and_is_the_same_else(project: Path) -> None:
    means = [Means(prompts=prompts) for prompts in (True, False)]
    whole, bare = (session.check(["."], Configuration(fixed=Settings()), {}, each)[0] for each in means)
    assert whole.diagnostics
    assert bare == replace(whole, requests=())


def test_what_several_processes_read_is_what_a_cached_result_depends_on(project: Path, tmp_path: Path) -> None:
    means = Means(Cache(tmp_path / "cache"), jobs=3)
    alone = [session.check(["."], Configuration(fixed=Settings()), {})[0]]
    for path in ("one/app.py", "two/use.py", "three/broken.py"):
        session.check(["."], Configuration(fixed=Settings()), {}, means)
        (project / path).write_text("x = 1\n")
        report, _ = session.check(["."], Configuration(fixed=Settings()), {}, means)
        alone.append(session.check(["."], Configuration(fixed=Settings()), {})[0])
        assert (report.diagnostics, report.statistics) == (alone[-1].diagnostics, alone[-1].statistics)
        assert alone[-1] != alone[-2]


def test_projects_are_read_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one-1", "two-1", "three-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(CLOCK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checking, "FEW_FILES", 0)
    means = [Means(), Means(jobs=2), Means(Cache(tmp_path / "cache"), jobs=2)]
    reports = [session.check(["."], Configuration(fixed=Settings()), {}, each)[0] for each in means]
    assert len(reports[0].diagnostics) == 3
    assert reports == [reports[0]] * 3
    monkeypatch.setattr(checking, "checked", None)
    kept, _ = session.check(["."], Configuration(fixed=Settings()), {}, means[2])
    assert (kept.diagnostics, kept.files) == (reports[0].diagnostics, reports[0].files)


def test_what_goes_wrong_elsewhere_goes_wrong_here() -> None:
    assert side_by_side(lambda n: n * n, [3, 2, 1], 2) == [9, 4, 1]
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 // n, [1, 0], 2)
