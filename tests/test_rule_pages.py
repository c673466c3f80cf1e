"""The pages of the rules hold what they promise: what they call bad is found, what they call ok is silent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from promptlint import repairing
from promptlint.checks import CHECKS
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability
from promptlint.knowledge.loading import load_models, load_pages, load_providers
from promptlint.knowledge.pages import Fix, Page
from promptlint.layout import Confidence
from promptlint.reading import read_project

DEFAULT_CONFIDENCE = Confidence.MEDIUM
"""Findings of this confidence and above are reported unless the user asks for others."""

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADINGS = re.compile(r"^## (.*)$", re.MULTILINE)

PAGES = {code: page for code, page in load_pages().items() if code in CHECKS}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))


@dataclass(frozen=True, slots=True)
class Example:
    """A fence of a page which says what is to be found in it."""

    code: str
    verdict: str
    number: int
    file: str
    source: str

    def __str__(self) -> str:
        return f"{self.code}-{self.verdict}-{self.number}"


def examples(verdict: str) -> list[Example]:
    """All fences of all pages with that verdict."""
    return [
        Example(code, verdict, number, file, source)
        for code, page in PAGES.items()
        for number, (file, source) in enumerate(sources(page, verdict), start=1)
    ]


FILES = {"python": "app.py", "jinja": "prompts/app.j2"}
"""Language of a fence → the file in which such a source stands."""


def sources(page: Page, verdict: str) -> Iterator[tuple[str, str]]:
    """File and source of all fences of a page with that verdict."""
    for fence in FENCE.finditer(page.text):
        language, said = fence["info"].split()
        if said == verdict:
            yield FILES[language], fence["source"]


@dataclass(frozen=True, slots=True)
class Mended:
    """What a page calls bad, and what the fixes make of it."""

    code: str
    bad: str
    good: str
    number: int

    def __str__(self) -> str:
        return f"{self.code}-{self.number}"


def mended() -> list[Mended]:
    """Every fence that is called good, with the bad one right before it."""
    found = []
    for code, page in PAGES.items():
        fences = list(FENCE.finditer(page.text))
        for before, after in pairwise(fences):
            if after["info"] == "python good":
                assert before["info"] == "python bad", f"{code}: good stands right behind bad"
                found.append(Mended(code, before["source"], after["source"], len(found) + 1))
    return found


def reported(example: Example) -> list[str]:
    """Code and message of what the page's own rule, and those that are on, find in an example, in their order."""
    providers = load_providers()
    least = dict.fromkeys(PAGES, DEFAULT_CONFIDENCE)
    least[example.code] = min(DEFAULT_CONFIDENCE, PAGES[example.code].confidence)
    files = {example.file: example.source.encode()}
    reading = read_project(files, files, load_models(), providers, files.get)
    assert reading.unreadable == ()
    return [
        f"{code} {finding.at}: {finding.message}"
        for code, check in CHECKS.items()
        if PAGES[code].default or code == example.code
        for request in reading.requests
        for finding in check(request, providers[request.site.provider])
        if finding.confidence >= least[code]
    ]


@pytest.mark.parametrize("example", examples("bad"), ids=str)
def test_what_is_called_bad_is_found_and_nothing_else(example: Example) -> None:
    found = reported(example)
    assert {message.split()[0] for message in found} == {example.code}, found


@pytest.mark.parametrize("example", mended(), ids=str)
def test_the_fixes_make_of_what_is_bad_exactly_what_is_called_good(
    example: Mended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    least = min(DEFAULT_CONFIDENCE, PAGES[example.code].confidence)
    options = Configuration(fixed=Settings(select=(example.code,), min_confidence=least))
    repaired = repairing.repaired(["app.py"], options, {"app.py": example.bad.encode()}, Applicability.UNSAFE)
    assert [change.after.decode() for change in repaired.changes.values()] == [example.good]
    assert repaired.report.diagnostics == ()


@each_page
def test_a_page_with_a_fix_shows_what_it_makes(page: Page) -> None:
    shown = {example.code for example in mended()}
    assert (page.fix is not Fix.NONE) == (page.code in shown)


@pytest.mark.parametrize("example", examples("ok"), ids=str)
def test_what_is_called_ok_is_silent_for_all_rules(example: Example) -> None:
    assert reported(example) == []


@each_page
def test_a_page_shows_both_sides(page: Page) -> None:
    assert len(list(sources(page, "bad"))) >= 2
    assert len(list(sources(page, "ok"))) >= 2


@each_page
def test_every_fence_of_a_page_is_run(page: Page) -> None:
    runs = {f"{language} {verdict}" for language in FILES for verdict in ("bad", "ok")} | {"python good"}
    assert {fence["info"] for fence in FENCE.finditer(page.text)} <= runs
    assert page.text.count("```") == 2 * len(FENCE.findall(page.text))


@each_page
def test_pages_are_built_alike(page: Page) -> None:
    assert page.text.startswith(f"# {page.code} {page.name}\n")
    assert HEADINGS.findall(FENCE.sub("", page.text)) == [
        "Why it costs",
        "What to do",
        "Examples",
        "When it stays silent",
        "Fix safety",
        "Sources",
    ]


@each_page
def test_a_page_says_so_when_there_is_no_fix(page: Page) -> None:
    safety = page.text.partition("## Fix safety\n")[2]
    assert safety.strip().startswith("There is no automatic fix yet.") == (page.fix is Fix.NONE)
