"""Configuration files: `promptlint.toml`, or `[tool.promptlint]` in `pyproject.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promptlint.config.keys import KEYS
from promptlint.config.kinds import ConfigError, MisfitError
from promptlint.config.settings import Layer
from promptlint.knowledge.errors import closest

NAMES = ("promptlint.toml", ".promptlint.toml", "pyproject.toml")
"""The files that are looked for in a folder; the first one that says something holds."""

_TABLE = ("tool", "promptlint")


def in_folder(folder: Path) -> tuple[Layer, ...]:
    """What the configuration file of a folder says: the files it extends first. Empty where there is none.

    Raises ConfigError when it cannot be understood.
    """
    for name in NAMES:
        path = folder / name
        if path.is_file():
            layers = read(path)
            if layers or name != "pyproject.toml":
                return layers
    return ()


def read(path: Path, extended: tuple[Path, ...] = ()) -> tuple[Layer, ...]:
    """What a file says, behind what the files that it extends say. Raises ConfigError."""
    shown = _shown(path)
    text, said = _table(path, shown)
    if said is None:
        return ()
    values = {name: _value(name, value, path, shown, text) for name, value in said.items()}
    _resolve(values, path.parent, shown, text)
    layer = Layer({name: value for name, value in values.items() if name != "extend"}, shown)
    if "extend" not in values:
        return (layer,)
    further = (path.parent / Path(values["extend"]).expanduser()).resolve()
    if further in (*extended, path):
        raise ConfigError(f"{_at(shown, text, 'extend')}: extend goes round in a circle")
    if not further.is_file():
        raise ConfigError(f"{_at(shown, text, 'extend')}: extend: there is no file {values['extend']}")
    return (*read(further, (*extended, path)), layer)


def single(setting: str) -> Layer:
    """What `KEY=VALUE` on the command line says, the value as in TOML. Raises ConfigError."""
    name, _, value = setting.partition("=")
    try:
        said: Mapping[str, Any] = tomllib.loads(f"{name.strip()} = {value}")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"--config {setting}: not TOML: {error}") from error
    here = Path.cwd() / "command line"
    shown = f"--config {setting}"
    values = {key: _value(key, each, here, shown, "") for key, each in said.items()}
    _resolve(values, here.parent, shown, "")
    return Layer(values, shown)


def _table(path: Path, shown: str) -> tuple[str, Mapping[str, Any] | None]:
    """The text of a file and the table of ours in it; None where it has none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}: is not UTF-8 text") from error
    inner = path.name == "pyproject.toml"
    # A pyproject.toml that has nothing to do with us may be broken, or a template: that is not ours to say.
    if inner and not re.search(r"tool\s*\.\s*promptlint", text):
        return text, None
    try:
        said: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown}: not TOML: {error}") from error
    for part in _TABLE if inner else ():
        said = said.get(part)
        if said is None:
            return text, None
        if not isinstance(said, dict):
            raise ConfigError(f"{shown}: [tool.promptlint] must be a table")
    return text, said


def _value(name: str, value: Any, path: Path, shown: str, text: str) -> Any:
    if name not in KEYS:
        known = ", ".join(KEYS)
        raise ConfigError(f"{_at(shown, text, name)}: unknown key '{name}'{closest(name, KEYS)}; one of {known}")
    try:
        return KEYS[name].kind.read(value, path.parent)
    except MisfitError as error:
        raise ConfigError(f"{_at(shown, text, name)}: {name} {error}") from error


def _resolve(values: dict[str, Any], folder: Path, shown: str, text: str) -> None:
    """Make paths absolute, and patterns for files to the files."""
    for name in ("baseline", "cache-dir"):
        if name in values:
            values[name] = (folder / Path(values[name]).expanduser()).as_posix()
    if "models" in values:
        found: list[Path] = []
        for pattern in values["models"]:
            here = Path(pattern).expanduser()
            base = Path(here.anchor) if here.anchor else folder
            files = sorted(base.glob(here.relative_to(here.anchor).as_posix()))
            if not files:
                raise ConfigError(f"{_at(shown, text, 'models')}: models: there is no file '{pattern}'")
            found += [path for path in files if path not in found]
        values["models"] = tuple(found)


def _at(shown: str, text: str, key: str) -> str:
    """`file:line` of a key, found again in the text: the TOML parser of Python forgets lines."""
    word = re.escape(key)
    header = re.search(r"^\s*\[\s*tool\s*\.\s*promptlint\b", text, re.MULTILINE)
    start = header.start() if header else 0
    found = re.compile(rf"^\s*(?:\[\s*(?:tool\s*\.\s*promptlint\s*\.\s*)?)?[\"']?{word}[\"']?\s*[\]=.]", re.MULTILINE)
    match = found.search(text, start)
    return f"{shown}:{text.count(chr(10), 0, match.end()) + 1}" if match else shown


def _shown(path: Path) -> str:
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:
        return path.as_posix()
