"""The HTML page: it stands alone, shows what was found and every prompt, and works in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.commands import CLOCK, Run

BROWSER = next((path for name in ("chromium", "google-chrome", "chrome") if (path := shutil.which(name))), None)
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """The elements of a page, and whether all of them are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.open += [] if tag in VOID else [tag]
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [value for name in ("href", "src") if (value := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1:] not in (["script"], ["style"]) else ""


@pytest.fixture
def page(run: Run, tmp_path: Path) -> Path:
    """The page of a program with one finding, and a text that would be markup."""
    source = CLOCK.replace('"Read the whole', '"<script>alert(1)</script> & Read the whole')
    (tmp_path / "app.py").write_text(source, encoding="utf-8")
    assert run("check", "app.py", "--output", "html:report.html").code == 1
    return tmp_path / "report.html"


def test_a_page_shows_the_finding_and_the_prompt(page: Path) -> None:
    read = Page(page.read_text(encoding="utf-8"))
    assert read.open == []
    for words in (
        "PL101 volatile-prefix",
        "app.py:7:22",
        "unsafe fix: Let the clock tell the date only",
        "1 warning",
        "1 prompt",
        "≠ changes",
        "the prefix ends here",
    ):
        assert words in read.text
    assert "<script>alert(1)</script> & Read the whole" in read.text


def test_a_page_needs_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    read = Page(text)
    assert [link for link in read.links if not link.startswith("#")] == []
    assert {link[1:] for link in read.links} <= set(read.ids)
    assert "url(" not in text
    assert "@import" not in text
    assert text.count("<script") == 1


def test_a_page_can_be_heard_and_used_without_a_mouse(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    for control in re.findall(r"<(?:input|select)[^>]*>", text):
        assert re.search(rf"<label>[^<]*{re.escape(control)}", text), control
    assert '<span role="status"' in text
    for table in re.findall(r"<table>.*?</table>", text, re.DOTALL):
        assert "<caption>" in table
        assert all(' scope="' in head for head in re.findall(r"<th\b[^>]*>", table))
    for section in re.findall(r'<section aria-labelledby="(.*?)">', text):
        assert f'<h2 id="{section}">' in text
    scrolls = re.findall(r'<(?:pre|div class="scroll")[^>]*>', text)
    assert scrolls
    assert all('tabindex="0"' in each for each in scrolls)


def test_the_colours_of_a_page_can_be_read_by_day_and_by_night(page: Path) -> None:
    schemes = re.findall(r":root \{(.*?)\}", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w{6});", scheme))
        for name in colours.keys() - {"ground", "raised", "line"}:
            for ground in ("ground", "raised"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def contrast(one: str, other: str) -> float:
    """How well a colour stands out from another one, as WCAG counts: 4.5 is enough for text."""
    dark, bright = sorted(map(luminance, (one, other)))
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """How bright a colour is."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_page_of_a_clean_run_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    done = run("check", "--output-format", "html")
    assert done.code == 0
    assert "Nothing was found." in Page(done.out).text


def in_browser(page: Path) -> str:
    """What a browser makes of a page, once its script has run."""
    assert BROWSER
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]
    done = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_the_filters_work_in_a_browser(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "1 findings and 1 prompts shown" in in_browser(page)
    page.write_text(text.replace('name="search"', 'name="search" value="nonsense"'), encoding="utf-8")
    dom = in_browser(page)
    assert "0 findings and 0 prompts shown" in dom
    assert re.search(r'<article [^>]*hidden=""', dom)
    page.write_text(text.replace('value="warning" checked', 'value="warning"'), encoding="utf-8")
    assert "0 findings and 1 prompts shown" in in_browser(page)
