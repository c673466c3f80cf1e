"""Models that installed packages bring along: the example of the documentation, installed, and what may be wrong."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from promptlint.knowledge.packages import packaged
from tests.commands import Run

PAGE = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
MODELS, PROJECT = re.findall(r"^```(?:yaml|toml) title=[^\n]*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
APP = f"""\
import shop.clock
import shop.llm

GUIDE = "{"Read the whole message before you decide. " * 300}"


def reply(question: str) -> str:
    return shop.llm.ask(question, system=f"It is {{shop.clock.stamp()}} {{GUIDE}}", model="claude-sonnet-5-5")
"""
FOUND = "app.py:8:51: PL101"

Install = Callable[..., Path]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which packages are installed."""
    folder = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(folder)
    packaged.cache_clear()
    yield folder
    packaged.cache_clear()


@pytest.fixture
def install(site: Path, tmp_path: Path) -> Install:
    """Install the package of the documentation, as a wheel would be, and write a program that uses it."""
    (tmp_path / "promptlint.toml").write_text('output-format = "concise"', encoding="utf-8")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")

    def install(models: str = MODELS, *, names: str = "", recorded: bool = True) -> Path:
        (_, named), *_ = tomllib.loads(PROJECT)["project"]["entry-points"]["promptlint.models"].items()
        texts = {
            "shop/__init__.py": "raise SystemExit('the package was imported')",
            "shop/promptlint/shop.yaml": models,
            "shop-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n",
        }
        entry_points = f"[console_scripts]\nx = y:z\n\n[promptlint.models]\nshop = {names or named}\n"
        texts["shop-1.0.dist-info/entry_points.txt"] = entry_points
        texts["shop-1.0.dist-info/RECORD"] = "".join(f"{name},,\n" for name in texts if recorded or "dist-info" in name)
        for name, text in texts.items():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_text(text, encoding="utf-8")
        return site / "shop" / "promptlint" / "shop.yaml"

    return install


def test_a_package_brings_its_models(run: Run, install: Install) -> None:
    assert run("check").code == 0
    path = install()
    packaged.cache_clear()
    assert run("check").out.startswith(FOUND)
    assert f"installed-models = true  # the default\n#   {path}\n" in run("check", "--show-settings").out


def test_a_package_that_is_a_link_to_its_sources_does_so_too(run: Run, install: Install) -> None:
    install(recorded=False)
    assert run("check").out.startswith(FOUND)


def test_the_sources_that_it_is_a_link_to_need_not_be_on_the_path(run: Run, install: Install, site: Path) -> None:
    install(recorded=False)
    sources = site / "elsewhere" / "src"
    sources.mkdir(parents=True)
    (site / "shop").rename(sources / "shop")
    url = {"url": sources.parent.as_uri(), "dir_info": {"editable": True}}
    (site / "shop-1.0.dist-info" / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")
    assert run("check").out.startswith(FOUND)


def test_they_can_be_left_out(run: Run, install: Install) -> None:
    install()
    assert run("check", "--config", "installed-models=false").code == 0


def test_what_was_found_with_other_models_is_not_found_again(run: Run, install: Install) -> None:
    path = install()
    assert run("check").code == 1
    path.write_text(MODELS.replace("how-often: call", "how-often: deployment"), encoding="utf-8")
    assert run("check").code == 0


def test_a_mistake_says_where_it_is(run: Run, install: Install) -> None:
    path = install(MODELS.replace("prompt:", "promt:"))
    error = f"Error: {path.as_posix()}:8: unknown key 'promt' (did you mean 'prompt'?) in a function; one of function, "
    assert run("check").err.startswith(error)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("shop.models:load", "'shop.models:load' under promptlint.models must be a dotted name, as 'shop.promptlint'"),
        (
            "shop.models",
            (
                "'shop.models' under promptlint.models must name a folder of the package in which YAML files are, as"
                " 'shop.promptlint' names shop/promptlint/*.yaml; shop/models/*.yaml was not installed"
            ),
        ),
    ],
)
def test_a_name_that_leads_nowhere(run: Run, install: Install, site: Path, names: str, message: str) -> None:
    install(names=names)
    where = f"{site.as_posix()}/shop-1.0.dist-info/entry_points.txt:5"
    assert run("check").err == f"Error: {where}: {message}\n"


def test_what_a_repository_holds_is_no_package(
    run: Run, install: Install, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    monkeypatch.chdir(site)
    assert packaged() == ()
