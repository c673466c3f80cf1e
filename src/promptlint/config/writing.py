"""Settings as a person reads them: TOML, with where each value was set."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

from promptlint.config.keys import KEYS, Key
from promptlint.config.kinds import Pattern
from promptlint.config.settings import Settings


def toml(value: Any) -> str:
    """A value of a key as TOML spells it."""
    match value:
        case bool():
            return str(value).lower()
        case int() if not isinstance(value, Enum):
            return str(value)
        case tuple() if value and all(isinstance(each, tuple) for each in value):
            return "{ " + ", ".join(f"{_text(str(name))} = {toml(each)}" for name, each in value) + " }"
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case Pattern() | Path() | str() if not isinstance(value, Enum):
            return _text(str(value))
        case _:
            # Confidence and Severity, as files spell them.
            return _text(value.name.lower())


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def explained(key: Key) -> str:
    """What one key is for: its sentences, what it takes, its default, and an example."""
    default = toml(key.default) if key.default not in ((), "") else "none"
    return f"{key.name}\n\n{key.about}\n\nTakes: {key.kind.words}\nDefault: {default}\n\n{key.example}\n"


def listing() -> str:
    """All keys, with their first sentences."""
    width = max(map(len, KEYS))
    lines = [f"{name:<{width}}  {key.about.split('. ')[0].removesuffix('.')}." for name, key in KEYS.items()]
    return "\n".join(lines) + "\n"


def shown(settings: Settings) -> str:
    """Every key with its value, and where it was set."""
    lines = []
    for name, key in KEYS.items():
        if name != "extend":
            value = getattr(settings, key.field)
            empty = "{}" if key.kind.schema["type"] == "object" else "[]"
            lines.append(f"{name} = {toml(value) if value != () else empty}  # {settings.place(name)}")
            if name == "installed-models":
                lines += [f"#   {path}" for path in settings.model_files if path not in settings.models]
    return "\n".join(lines) + "\n"
