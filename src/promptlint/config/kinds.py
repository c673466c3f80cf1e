"""What the value of a key may be: how it is read from TOML, and how a JSON schema says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promptlint.discovery.gitignore import decision, parse
from promptlint.frozen import dataclass
from promptlint.knowledge.errors import closest


class ConfigError(Exception):
    """A setting is not understood: the message says where, and what is expected."""


class MisfitError(Exception):
    """A value is not what its key takes: the message is a predicate, to stand behind the name of the key."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern for paths, with git's meaning, and the folder that it is relative to."""

    folder: Path
    glob: str

    def __str__(self) -> str:
        return self.glob


def matching(patterns: tuple[Pattern, ...], path: Path, *, folder: bool) -> bool:
    """Whether patterns match a path, or a folder that it is in. The last pattern that matches decides, as in git."""
    for pattern in reversed(patterns):
        if pattern.folder not in path.parents:
            continue
        rules = parse(pattern.glob)
        names = path.relative_to(pattern.folder).parts
        for end in range(1, len(names) + 1):
            decided = decision(rules, "/".join(names[:end]), folder=folder or end < len(names))
            if decided is not None:
                return decided
    return False


Reader = Callable[[Any, Path], Any]
"""(TOML value, folder of the file) → frozen value. Raises MisfitError."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value."""

    read: Reader
    schema: Mapping[str, Any]
    words: str
    """What a person is to write: "a list of texts"."""


def _text(value: Any, folder: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MisfitError(f"must be a text, not {_named(value)}")
    return value


def _flag(value: Any, folder: Path) -> bool:
    if not isinstance(value, bool):
        raise MisfitError(f"must be true or false, not {_named(value)}")
    return value


def _whole(value: Any, folder: Path) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MisfitError(f"must be a whole number, 0 or more, not {_named(value)}")
    return value


def _named(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() if not value.strip():
            return "a blank one"
        case str():
            return f"'{value}'"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return str(value)


TEXT = Kind(_text, {"type": "string", "minLength": 1}, "a text")
FLAG = Kind(_flag, {"type": "boolean"}, "true or false")
WHOLE = Kind(_whole, {"type": "integer", "minimum": 0}, "a whole number")


def _pattern(value: Any, folder: Path) -> Pattern:
    return Pattern(folder, _text(value, folder))


PATTERN = Kind(_pattern, TEXT.schema, "a pattern")


def word(choices: Mapping[str, Any]) -> Kind:
    """One word of a closed list, which stands for a value."""

    def read(value: Any, folder: Path) -> Any:
        text = _text(value, folder)
        if text not in choices:
            raise MisfitError(f"cannot be '{text}'{closest(text, choices)}; one of {', '.join(choices)}")
        return choices[text]

    return Kind(read, {"type": "string", "enum": list(choices)}, " | ".join(f'"{choice}"' for choice in choices))


def listed(item: Kind) -> Kind:
    """A list of values of one kind."""

    def read(value: Any, folder: Path) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise MisfitError(f"must be a list, not {_named(value)}")
        return tuple(item.read(each, folder) for each in value)

    return Kind(read, {"type": "array", "items": dict(item.schema)}, f"a list, each {item.words}")


def table(name: Kind, item: Kind) -> Kind:
    """A table from names that the user chooses to values of one kind."""

    def read(value: Any, folder: Path) -> tuple[tuple[Any, Any], ...]:
        if not isinstance(value, dict):
            raise MisfitError(f"must be a table, not {_named(value)}")
        return tuple((name.read(key, folder), item.read(each, folder)) for key, each in value.items())

    schema = {"type": "object", "additionalProperties": dict(item.schema)}
    return Kind(read, schema, f"a table from {name.words} to {item.words}")
