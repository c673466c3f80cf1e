"""Every fix, proved: the program before and after it is run against the provider, with the same input.

Safe fixes send the same text; unsafe ones the same words. All of them read more from the cache, and cost less.
"""

from __future__ import annotations

import re
import runpy
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.savings.__main__ import PROGRAMS
from promptlint import repairing
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability
from tests.provider.server import Entry, LocalProvider, environment, serving

EACH = sorted(path.stem for path in PROGRAMS.glob("*.py"))
ACROSS_PROCESSES = {"agent_unsorted_tools", "topics"}
"""Their order differs from process to process only."""
BATCHED = {"reviews"}
"""What is handed in as a batch costs half, whatever is read."""
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ]?[\d:.]*|\d\d\.\d\d\.\d{4}(?: \d\d:\d\d:\d\d)?")
"""Ids and times, which differ from run to run."""


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: LocalProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalProvider:
    """A provider which the clients find."""
    for name, value in environment(running.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return running


def run(provider: LocalProvider, source: bytes) -> tuple[list[Entry], float]:
    """What a program sends, and what it costs."""
    path = Path("program.py")
    path.write_bytes(source)
    provider.reset()
    runpy.run_path(str(path), run_name="__main__")
    return list(provider.ledger), provider.cost


def mended(source: bytes, least: Applicability) -> bytes:
    """A program with the fixes that are `least` applicable."""
    changes = repairing.repaired(["app.py"], Configuration(fixed=Settings()), {"app.py": source}, least).changes
    return changes["app.py"].after if changes else source


def texts(entries: Sequence[Entry]) -> list[str]:
    return [CHANGING.sub("…", entry.prompt.text) for entry in entries]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+|…", text))


def read(entries: Sequence[Entry]) -> int:
    return sum(entry.usage.read for entry in entries)


@pytest.mark.parametrize("name", EACH)
def test_all_fixes_send_the_same_words_read_more_and_cost_less(provider: LocalProvider, name: str) -> None:
    source = (PROGRAMS / f"{name}.py").read_bytes()
    fixed = mended(source, Applicability.UNSAFE)
    assert fixed != source
    before, cost_before = run(provider, source)
    after, cost_after = run(provider, fixed)
    # A clock that tells the date only is called a date.
    said = [text.replace("time is …", "date is …") for text in texts(before)]
    assert [words(text) for text in texts(after)] == [words(text) for text in said]
    if name not in ACROSS_PROCESSES:
        assert name in BATCHED or read(after) > read(before)
        assert cost_after < cost_before


@pytest.mark.parametrize("name", EACH)
def test_safe_fixes_send_the_same_text(provider: LocalProvider, name: str) -> None:
    source = (PROGRAMS / f"{name}.py").read_bytes()
    fixed = mended(source, Applicability.SAFE)
    if fixed == source or name in ACROSS_PROCESSES:
        return
    before, cost_before = run(provider, source)
    after, cost_after = run(provider, fixed)
    assert texts(after) == texts(before)
    assert cost_after < cost_before


@pytest.mark.parametrize("name", EACH)
def test_what_is_mended_stays_as_it_is(provider: LocalProvider, name: str) -> None:
    once = mended((PROGRAMS / f"{name}.py").read_bytes(), Applicability.UNSAFE)
    assert mended(once, Applicability.UNSAFE) == once
