"""What was found is kept, and found again only as long as nothing that it depends on has changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint import checking, session
from promptlint.caching import entries
from promptlint.caching.entries import Cache, user_folder
from promptlint.caching.plain import MisfitError, made, plain
from promptlint.config.configuration import Configuration
from promptlint.config.settings import COMMAND_LINE, Layer, Settings
from promptlint.diagnostics import Diagnostic, Severity
from promptlint.discovery.files import digest
from promptlint.edits import Applicability, Edit, Fix
from promptlint.layout import Confidence, Step, Tokens
from promptlint.reporters.report import Report
from promptlint.spans import Position, Span
from tests.commands import CLOCK, Run

CALLS = """\
from app import reply
from openai import OpenAI

def more(client: OpenAI, texts: list[str]):
    return client.responses.create(model="gpt-6-sol", instructions="Be brief.", input=texts[0])
"""
PROMPT = """\
You are a helpful assistant. Answer the question of the user as precisely as you can.
{% include "guide.txt" %}
Question: {{ question }}
"""
IDLE = "def area(width, height):\n    return width * height\n"
OLD = 1_600_000_000


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose files have not been touched for years."""
    texts = {
        "pyproject.toml": "",
        "app.py": CLOCK,
        "calls.py": CALLS,
        "lib/idle.py": IDLE,
        "other.py": "",
        "guide.txt": "G",
        "system.j2": PROMPT,
    }
    (tmp_path / "lib").mkdir()
    for name, text in texts.items():
        write(tmp_path / name, text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str, time: int = OLD) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time, time))


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


def checked(cache: Cache | None, *layers: Layer) -> Report:
    """The report on all of the project, without what a cache does not hold."""
    configuration = Configuration(layers, fixed=Settings())
    report, _ = session.check(["."], configuration, {}, session.Means(cache))
    return Report(report.diagnostics, report.gaps, (), report.statistics, report.warnings, report.rules, report.files)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Has an item for each time that a project is read."""
    real, times = checking.checked, []

    def counted(*arguments: Any, **options: Any) -> Any:
        times.append("read")
        return real(*arguments, **options)

    monkeypatch.setattr(checking, "checked", counted)
    return times


def test_the_report_is_the_same_without_a_cache_and_with_a_cold_and_a_warm_one(
    project: Path, cache: Cache, readings: list[str]
) -> None:
    reports = [checked(None), checked(cache), checked(cache)]
    assert reports[0].diagnostics
    assert reports[0].diagnostics[0].fix
    assert (reports[1], reports[2]) == (reports[0], reports[0])
    assert len(readings) == 2


def edited(name: str, text: str) -> Callable[[Path], None]:
    return lambda project: write(project / name, text, OLD + 1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(edited("app.py", CLOCK.replace("Now", "At")), id="a file that sends a prompt"),
        pytest.param(edited("guide.txt", "H"), id="a text that gets into a prompt"),
        pytest.param(lambda project: (project / "guide.txt").unlink(), id="a text that is gone"),
        pytest.param(edited("lib/idle.py", f"import openai\n{IDLE}"), id="a file that has to do with LLMs now"),
        pytest.param(edited("lib/idle.py", f"{IDLE}# promptlint: ignore[PL101]\n"), id="a comment for us"),
        pytest.param(
            edited("lib/idle.py", f"from app import reply\n{IDLE}reply(1)\n"), id="a call of a known function"
        ),
        pytest.param(edited("lib/idle.py", "client.messages.create()"), id="the path of a call"),
        pytest.param(edited("new.py", ""), id="a file more"),
        pytest.param(lambda project: (project / "other.py").unlink(), id="a file less"),
    ],
)
def test_what_matters_and_has_changed_is_read_again(
    project: Path, cache: Cache, readings: list[str], change: Callable[[Path], None]
) -> None:
    checked(cache)
    change(project)
    assert checked(cache) == checked(None)
    assert len(readings) == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(edited("app.py", CLOCK), id="a new time and the same text"),
        pytest.param(
            edited("lib/idle.py", f"{IDLE}\n\ndef size(width):\n    return width\n"), id="code that sends nothing"
        ),
        pytest.param(edited("notes.rst", "Hello"), id="a file that nobody reads"),
    ],
)
def test_what_does_not_matter_may_change(
    project: Path, cache: Cache, readings: list[str], change: Callable[[Path], None]
) -> None:
    checked(cache)
    change(project)
    assert checked(cache) == checked(None)
    assert len(readings) == 2


def test_a_text_of_the_same_size_and_time_is_seen_when_it_was_written_just_before_the_run(
    project: Path, cache: Cache
) -> None:
    now = 4_000_000_000  # the clock of the file system is ahead, or the file was written just now
    write(project / "app.py", CLOCK, now)
    assert checked(cache).diagnostics
    write(project / "app.py", CLOCK.replace("datetime.now()", "question      "), now)
    assert checked(cache) == checked(None)


def test_settings_that_matter_are_part_of_the_question_and_others_are_not(
    project: Path, cache: Cache, readings: list[str]
) -> None:
    first = checked(cache)
    assert checked(cache, Layer({"ignore": ("PL101",)}, COMMAND_LINE)) != first
    assert checked(cache, Layer({"output-format": "json"}, COMMAND_LINE)) == first
    assert len(readings) == 2


def test_another_promptlint_finds_for_itself(
    project: Path, cache: Cache, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(cache)
    monkeypatch.setattr(entries, "identity", lambda: "another one")
    checked(cache)
    assert len(readings) == 2


@pytest.mark.parametrize(
    "broken", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: b"\xff" * 9, lambda raw: raw + b"x"]
)
def test_what_is_broken_is_found_again(
    project: Path, cache: Cache, readings: list[str], tmp_path: Path, broken: Callable[[bytes], bytes]
) -> None:
    first = checked(cache)
    (entry,) = cache._folder.glob("*.json")
    entry.write_bytes(broken(entry.read_bytes()))
    assert checked(cache) == first
    assert len(readings) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), lambda inner: st.lists(inner, max_size=4)
)


@given(data=JSON)
def test_what_somebody_else_wrote_is_refused(data: Any) -> None:
    with pytest.raises(MisfitError):
        made(tuple[Diagnostic, ...], [data])


@given(key=st.sampled_from(["stamps", "glimpses", "watched", "texts", "report", "codes"]), data=JSON)
def test_an_entry_of_another_form_is_none(key: str, data: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("foreign", numbered=True)
    cache = Cache(folder)
    entry = {
        "stamps": {},
        "glimpses": {},
        "watched": [[], []],
        "texts": {},
        "report": [[], [], [0, 0, 0, 0], []],
        "codes": [],
    }
    body = json.dumps({**entry, key: [data, 0, 0]}).encode()
    cache._path("?").write_bytes(digest(body).encode() + b"\n" + body)
    assert cache.find("?") is None


def test_a_value_comes_back_as_it_was() -> None:
    span = Span("ä.py", Position(1, 2), Position(3, 4))
    fix = Fix(Applicability.UNSAFE, "Move it", (Edit(span, "x\n"),))
    full = Diagnostic(
        "PL101",
        "volatile-prefix",
        Severity.ERROR,
        Confidence.LOW,
        "😀",
        span,
        (Step("s", span),),
        Tokens(1, 2),
        (span,),
        fix,
    )
    bare = Diagnostic("PL101", "volatile-prefix", Severity.NOTE, Confidence.HIGH, "", span, refused="no")
    assert made(tuple[Diagnostic, ...], json.loads(json.dumps(plain((full, bare))))) == (full, bare)


def test_nothing_is_lost_where_nothing_can_be_kept(project: Path, tmp_path: Path, readings: list[str]) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    assert checked(cache) == checked(cache) == checked(None)


def test_many_may_use_one_cache_at_once(project: Path, cache: Cache) -> None:
    first = checked(None)
    with ThreadPoolExecutor(4) as pool:
        assert all(report == first for report in pool.map(lambda _: checked(cache), range(8)))
    assert not [path for path in cache._folder.iterdir() if path.name.startswith(".") and path.name != ".gitignore"]


def test_what_nobody_asked_for_in_a_month_is_thrown_away(project: Path, cache: Cache) -> None:
    checked(cache)
    (entry,) = cache._folder.glob("*.json")
    os.utime(entry, (OLD, OLD))
    checked(cache, Layer({"ignore": ("PL101",)}, COMMAND_LINE))
    assert entry not in [*cache._folder.iterdir()]


def test_clean_throws_all_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("app.py").write_text(CLOCK)
    run("check", "--cache-dir", "kept")
    assert run("clean", "--cache-dir", "kept").out == "Removed 1 result.\n"
    run("check", "--cache-dir", "kept", "--no-cache")
    assert run("clean", "--cache-dir", "kept").out == "Removed 0 results.\n"
    assert run("check", "--cache-dir", "kept", "--output-format", "html").code == 1
    assert run("clean", "--cache-dir", "kept").out == "Removed 0 results.\n"


def test_where_results_are_kept_comes_from_the_user_and_not_from_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert user_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/promptlint")
    assert user_folder({}) == Path("~/.cache/promptlint").expanduser()
    monkeypatch.setattr("sys.platform", "darwin")
    assert user_folder({}) == Path("~/Library/Caches/promptlint").expanduser()
    monkeypatch.setattr("sys.platform", "win32")
    assert user_folder({"LOCALAPPDATA": "/l"}) == Path("/l/promptlint/cache")
