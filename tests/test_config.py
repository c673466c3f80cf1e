"""The configuration: what may be set, where, and what holds for a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from promptlint.config import writing
from promptlint.config.configuration import Configuration
from promptlint.config.keys import KEYS, Key
from promptlint.config.kinds import ConfigError
from promptlint.config.schema import schema
from promptlint.config.settings import Settings
from promptlint.diagnostics import Severity
from promptlint.layout import Confidence

SCHEMA = Path(__file__).parents[1] / "src" / "promptlint" / "schemas" / "configuration.schema.json"

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Write files, by their paths, into a folder that is the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def settings(folder: Path) -> Settings:
    """What holds in a folder."""
    return Configuration().settings(folder)


# --- which file holds -------------------------------------------------------------------------------------------------


def test_the_nearest_file_holds_and_nothing_is_merged(tree: Tree) -> None:
    root = tree({
        "pyproject.toml": '[tool.promptlint]\nselect = ["PL1"]\nignore = ["PL301"]\n',
        "app/promptlint.toml": 'select = ["PL2"]\n',
    })  # fmt: skip
    assert (settings(root).select, settings(root).ignore) == (("PL1",), ("PL301",))
    assert (settings(root / "app" / "deep").select, settings(root / "app" / "deep").ignore) == (("PL2",), ())


def test_a_file_of_our_own_goes_before_pyproject(tree: Tree) -> None:
    root = tree({"pyproject.toml": '[tool.promptlint]\nselect = ["PL1"]\n', "promptlint.toml": 'select = ["PL2"]\n'})
    assert settings(root).select == ("PL2",)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param('[tool.ruff]\nselect = ["E"]\n', id="about other tools"),
        pytest.param("{% if x %}[project]{% endif %}\n", id="a template"),
        pytest.param("", id="empty"),
    ],
)
def test_a_pyproject_that_does_not_speak_of_us_is_passed_over(tree: Tree, other: str) -> None:
    root = tree({"promptlint.toml": 'select = ["PL1"]\n', "app/pyproject.toml": other})
    assert settings(root / "app").select == ("PL1",)


def test_a_file_extends_another_one(tree: Tree) -> None:
    root = tree({
        "common/base.toml": 'select = ["PL1"]\nextend-select = ["PL201"]\nignore = ["PL102"]\nexclude = ["gen/"]\n',
        "app/promptlint.toml": 'extend = "../common/base.toml"\nextend-select = ["PL301"]\nignore = ["PL103"]\n',
    })  # fmt: skip
    held = settings(root / "app")
    assert (held.select, held.extend_select, held.ignore) == (("PL1",), ("PL201", "PL301"), ("PL103",))
    assert held.place("select") == "common/base.toml"
    assert held.place("ignore") == "app/promptlint.toml"
    assert held.place("min-tokens") == "the default"
    # Patterns stay relative to the file that they are written in.
    assert held.excludes(root / "common" / "gen" / "a.py")
    assert not held.excludes(root / "app" / "gen" / "a.py")


# --- what cannot be understood ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('x = 1\nselct = ["PL1"]\n', "unknown key 'x'; one of"),
        (
            '\nselct = ["PL1"]\n',
            "promptlint.toml:2: unknown key 'selct' (did you mean 'select'?); one of",
        ),
        ('select = "PL1"\n', "promptlint.toml:1: select must be a list, not 'PL1'"),
        ("select = [1]\n", "promptlint.toml:1: select must be a text, not 1"),
        ('min-confidence = "hihg"\n', "promptlint.toml:1: min-confidence cannot be 'hihg' (did you mean 'high'?);"),
        ("min-tokens = -1\n", "promptlint.toml:1: min-tokens must be a whole number, 0 or more, not -1"),
        ("min-tokens = true\n", "promptlint.toml:1: min-tokens must be a whole number, 0 or more, not true"),
        ("force-exclude = 1\n", "promptlint.toml:1: force-exclude must be true or false, not 1"),
        (
            '\n[severity]\nPL101 = "fatal"\n',
            "promptlint.toml:2: severity cannot be 'fatal'; one of error",
        ),
        ("severity = 3\n", "promptlint.toml:1: severity must be a table, not 3"),
        ('models = ["nope/*.yaml"]\n', "promptlint.toml:1: models: there is no file 'nope/*.yaml'"),
        ('extend = "gone.toml"\n', "promptlint.toml:1: extend: there is no file gone.toml"),
        ('extend = "promptlint.toml"\n', "promptlint.toml:1: extend goes round in a circle"),
        ("select = [\n", "promptlint.toml: not TOML: "),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_was_meant(tree: Tree, text: str, message: str) -> None:
    root = tree({"promptlint.toml": text})
    with pytest.raises(ConfigError) as refused:
        settings(root)
    assert message in str(refused.value)


def test_a_mistake_in_pyproject_has_its_line(tree: Tree) -> None:
    root = tree({"pyproject.toml": '[project]\nselect = 1\n\n[tool.promptlint]\nselect = "x"\n'})
    with pytest.raises(ConfigError, match=r"pyproject.toml:5: select must be a list"):
        settings(root)


# --- which files are reported on --------------------------------------------------------------------------------------

EXCLUDE = 'exclude = ["gen/", "*_pb2.py", "!keep_pb2.py", "/top.py"]\n'


@pytest.mark.parametrize(
    ("path", "excluded"),
    [
        ("gen/a.py", True),
        ("app/gen/deep/a.py", True),
        ("app/gen.py", False),
        ("app/x_pb2.py", True),
        ("app/keep_pb2.py", False),
        ("top.py", True),
        ("app/top.py", False),
    ],
)
def test_patterns_mean_what_they_mean_to_git(tree: Tree, path: str, excluded: bool) -> None:
    root = tree({"promptlint.toml": EXCLUDE})
    assert Configuration().excluded(root / path, root) is excluded


def test_what_is_asked_for_by_name_is_not_excluded_unless_that_is_forced(tree: Tree) -> None:
    root = tree({"promptlint.toml": EXCLUDE, "forced/promptlint.toml": f"{EXCLUDE}force-exclude = true\n"})
    for folder, excluded in ((root, False), (root / "forced", True)):
        assert Configuration().excluded(folder / "gen" / "a.py", folder / "gen" / "a.py") is excluded
        assert Configuration().excluded(folder / "gen" / "a.py", folder / "gen") is excluded


def test_a_configuration_below_an_excluded_folder_is_not_read(tree: Tree) -> None:
    root = tree({"promptlint.toml": 'exclude = ["gen/"]\n', "gen/pyproject.toml": "[tool.promptlint]\n{{ broken }}\n"})
    assert Configuration().excluded(root / "gen" / "a.py", root)


# --- the keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_the_example_of_a_key_is_one(tree: Tree, key: Key) -> None:
    said = tomllib.loads(key.example)
    value: dict[str, Any] = said["tool"]["promptlint"] if "tool" in said else said
    jsonschema.validate(value, schema())
    root = tree({
        "pyproject.toml": key.example if "tool" in said else f"[tool.promptlint]\n{key.example}\n",
        "promptlint/mine.yaml": "imports: [shop]\n",
        "../promptlint.toml": "",
    })  # fmt: skip
    held = settings(root)
    assert key.name == "extend" or getattr(held, key.field) != getattr(Settings(), key.field)


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_the_default_of_a_key_is_the_one_that_holds(key: Key) -> None:
    assert getattr(Settings(), key.field) == key.default


def test_the_schema_that_is_shipped_is_current() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_the_schema_refuses_what_we_refuse() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    for wrong in ({"selct": []}, {"select": "PL1"}, {"severity": {"PL1": "fatal"}}, {"min-tokens": -1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())


def test_settings_are_shown_with_where_they_are_from(tree: Tree) -> None:
    root = tree({
        "promptlint.toml": 'min-confidence = "high"\n[severity]\nPL101 = "error"\n[per-file-ignores]\n"a/" = ["PL1"]\n'
    })  # fmt: skip
    shown = writing.shown(settings(root))
    assert 'min-confidence = "high"  # promptlint.toml' in shown
    assert 'severity = { "PL101" = "error" }  # promptlint.toml' in shown
    assert 'per-file-ignores = { "a/" = ["PL1"] }  # promptlint.toml' in shown
    assert "exclude = []  # the default" in shown
    assert settings(root).severity == (("PL101", Severity.ERROR),)
    assert settings(root).min_confidence is Confidence.HIGH
    # What is shown can be read again.
    (root / "promptlint.toml").write_text(shown.replace('""', '"x"'), encoding="utf-8")
    assert settings(root).min_confidence is Confidence.HIGH
