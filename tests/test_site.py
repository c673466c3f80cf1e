"""The documentation site: built strictly, from what the program knows, without anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from promptlint.cli import commands
from promptlint.config.keys import KEYS
from promptlint.knowledge.loading import load_pages, load_providers

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.filterwarnings("default")  # of the site's own libraries


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built so that every warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(folder)))
    return folder


def text(site: Path, page: str) -> str:
    """A page without its markup."""
    html = (site / page / "index.html").read_text(encoding="utf-8")
    return re.sub(r"<[^>]+>", "", html)


def test_every_rule_has_its_page(site: Path) -> None:
    for code, page in load_pages().items():
        assert page.summary in text(site, "rules")
        assert f"confidence {page.confidence.name.lower()}" in text(site, f"rules/{code}-{page.name}")


def test_every_key_and_every_option_is_explained(site: Path) -> None:
    for name in KEYS:
        assert f'<h2 id="{name}">' in (site / "configuration" / "index.html").read_text(encoding="utf-8")
    told = text(site, "commands")
    for name, command in commands.commands.items():
        assert f"Usage: promptlint {name}" in told
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.opts[-1] in told


def test_every_provider_is_there_with_its_sources(site: Path) -> None:
    told = text(site, "caching")
    for name, provider in load_providers().by_name.items():
        if name != "unknown":
            assert provider.title in told
            assert all(str(fact.on) in told for fact in provider.sources)


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"(https?:[^\"]+)\"", page.read_text("utf-8")
        )
        assert loaded == []
