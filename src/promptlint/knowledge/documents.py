"""YAML files with a closed vocabulary: every value knows where it is written, every misfit says what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

import yaml

from promptlint.knowledge.errors import KnowledgeError, closest

T = TypeVar("T")

_KINDS = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:int": "a whole number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:seq": "a list",
    "tag:yaml.org,2002:map": "a mapping",
}

# A checkout of PyYAML without libyaml has no C loader.
_FAST_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path, shown: str, *, shipped: bool) -> Value:
    """The document in a YAML file; `shown` is how messages name the file.

    Raises KnowledgeError when the file cannot be read or is not YAML.
    """
    return parse(read_text(path, shown), shown, shipped=shipped)


def read_text(path: Path, shown: str) -> str:
    """The text of a file. Raises KnowledgeError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(f"{shown}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{shown}: is not UTF-8 text") from error


def parse(text: str, shown: str, *, shipped: bool, lines_before: int = 0) -> Value:
    """The document in a YAML text which stands `lines_before` lines below the top of its file.

    Raises KnowledgeError when it is not YAML, or empty.
    """
    # The C composer recurses without a limit and crashes the process on deep nesting: it reads only what we ship.
    loader = _FAST_LOADER if shipped else yaml.SafeLoader
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 + lines_before if mark else 1 + lines_before
        raise KnowledgeError(f"{shown}:{line}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{shown}: not YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise KnowledgeError(f"{shown}: is nested too deeply") from error
    if node is None:
        raise KnowledgeError(f"{shown}: is empty")
    return Value(node, shown, "the file", lines_before)


class Value:
    """A YAML node which knows its file and what it is called in messages."""

    __slots__ = ("_lines_before", "_name", "_node", "_shown")

    def __init__(self, node: yaml.Node, shown: str, name: str, lines_before: int) -> None:
        self._node = node
        self._shown = shown
        self._name = name
        self._lines_before = lines_before

    @property
    def place(self) -> str:
        """`file:line`, 1-based."""
        return f"{self._shown}:{self._node.start_mark.line + 1 + self._lines_before}"

    @property
    def file(self) -> str:
        """The file as messages name it."""
        return self._shown

    @property
    def empty(self) -> bool:
        """Whether it is `~`."""
        return self._node.tag == "tag:yaml.org,2002:null"

    def error(self, message: str) -> KnowledgeError:
        """An error which points here."""
        return KnowledgeError(f"{self.place}: {message}")

    def text(self) -> str:
        """The text it is. Raises KnowledgeError when it is none, or blank."""
        self._must_be("text", "tag:yaml.org,2002:str")
        value = str(self._node.value)
        if not value.strip():
            raise self.error(f"{self._name} must not be blank")
        return value

    def flag(self) -> bool:
        """True or false. Raises KnowledgeError."""
        self._must_be("true or false", "tag:yaml.org,2002:bool")
        return str(self._node.value).lower() in ("true", "yes", "on")

    def whole(self) -> int:
        """The whole number it is, 0 or more. Raises KnowledgeError."""
        self._must_be("a whole number", "tag:yaml.org,2002:int")
        return int(self._counted(int))

    def number(self) -> float:
        """The number it is, 0 or more. Raises KnowledgeError."""
        self._must_be("a number", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        return float(self._counted(float))

    def day(self) -> date:
        """The date it is. Raises KnowledgeError."""
        self._must_be("a date", "tag:yaml.org,2002:timestamp")
        try:
            return date.fromisoformat(str(self._node.value))
        except ValueError as error:
            raise self.error(f"{self._name} must be a date such as 2026-11-22") from error

    def word(self, kind: str, choices: Mapping[str, T]) -> T:
        """What the word it is stands for. `kind` names the vocabulary in the message. Raises KnowledgeError."""
        word = self.text()
        if word not in choices:
            raise self.error(f"unknown {kind} '{word}'{closest(word, choices)}; one of {', '.join(choices)}")
        return choices[word]

    def items(self) -> list[Value]:
        """The items of the list it is. Raises KnowledgeError."""
        self._must_be("a list", "tag:yaml.org,2002:seq")
        name = f"an item of {self._name}"
        return [Value(node, self._shown, name, self._lines_before) for node in self._node.value]

    def texts(self) -> dict[str, Value]:
        """The texts of the list it is, each with its place. Raises KnowledgeError, also when one is given twice."""
        texts: dict[str, Value] = {}
        for item in self.items():
            text = item.text()
            if text in texts:
                raise item.error(f"'{text}' is listed twice")
            texts[text] = item
        return texts

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """The keys and values of the mapping it is, in order. Raises KnowledgeError, also when a key is given twice."""
        self._must_be("a mapping", "tag:yaml.org,2002:map")
        seen: dict[str, Value] = {}
        for key_node, node in self._node.value:
            key = Value(key_node, self._shown, f"a key of {self._name}", self._lines_before)
            if not isinstance(key_node, yaml.ScalarNode):
                raise key.error(f"{key._name} must be text, not {key._kind}")
            if key_node.value in seen:
                raise key.error(f"'{key_node.value}' is given twice, first at {seen[key_node.value].place}")
            seen[key_node.value] = key
            yield key, Value(node, self._shown, f"'{key_node.value}'", self._lines_before)

    def written(self) -> str:
        """The characters of a scalar, whatever YAML takes them for (a key such as `5m`, `on` or `512`)."""
        return str(self._node.value)

    def entry(self, kind: str, required: str = "", optional: str = "") -> Entry:
        """The mapping it is, with keys from a closed vocabulary. `kind` ("a call") stands in messages.

        Raises KnowledgeError on an unknown key, and on a required one that is missing or empty.
        """
        values: dict[str, Value] = {}
        known = [*required.split(), *optional.split()]
        for key, value in self.pairs():
            word = key.written()
            if word not in known:
                raise key.error(f"unknown key '{word}'{closest(word, known)} in {kind}; one of {', '.join(known)}")
            values[word] = value
        entry = Entry(self, values)
        entry.needs(kind, required)
        return entry

    @property
    def _kind(self) -> str:
        return _KINDS.get(self._node.tag, f"a value with the tag {self._node.tag}")

    def _must_be(self, expected: str, *tags: str) -> None:
        if self._node.tag not in tags:
            raise self.error(f"{self._name} must be {expected}, not {self._kind}")

    def _counted(self, number: type[int] | type[float]) -> float:
        try:
            value = number(self._node.value)
        except ValueError as error:
            raise self.error(f"{self._name} must be a plain decimal number") from error
        if value < 0:
            raise self.error(f"{self._name} must not be negative")
        return value


class Entry:
    """A mapping whose keys are known to be in order: look-ups give a default for what is not said."""

    __slots__ = ("_values", "at")

    def __init__(self, at: Value, values: Mapping[str, Value]) -> None:
        self.at = at
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __getitem__(self, key: str) -> Value:
        return self._values[key]

    def needs(self, kind: str, keys: str) -> None:
        """Raise KnowledgeError when one of the keys, given as words, is missing or empty."""
        for key in keys.split():
            if key not in self or self[key].empty:
                raise self.at.error(f"{kind} needs '{key}'")

    def items(self, key: str) -> list[Value]:
        """The items of a list; none when it is not given."""
        return self[key].items() if key in self else []

    def texts(self, key: str) -> dict[str, Value]:
        """The texts of a list; none when it is not given."""
        return self[key].texts() if key in self else {}

    def pairs(self, key: str) -> Iterator[tuple[Value, Value]]:
        """The keys and values of a mapping; none when it is not given."""
        return self[key].pairs() if key in self else iter(())

    def text(self, key: str, default: str = "") -> str:
        """A text; `default` when it is not given, empty when it is `~`."""
        if key not in self:
            return default
        return "" if self[key].empty else self[key].text()

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return self[key].flag() if key in self else default

    def whole(self, key: str, default: int | None = None) -> int | None:
        """A whole number; `default` when it is not given."""
        return self[key].whole() if key in self else default

    def number(self, key: str, default: float | None = None) -> float | None:
        """A number; `default` when it is not given."""
        return self[key].number() if key in self else default


class Shelf(Generic[T]):
    """Things of one kind by name, from any number of files: each may be given once."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._places: dict[str, str] = {}
        self.things: dict[str, T] = {}

    def put(self, name: str, thing: T, at: Value) -> None:
        """Add a thing. Raises KnowledgeError when there is one of that name."""
        if name in self.things:
            raise at.error(f"{self._kind} '{name}' is already in {self._places[name]}")
        self.things[name] = thing
        self._places[name] = at.place

    def find(self, name: Value) -> T:
        """The thing which a text names. Raises KnowledgeError when there is none."""
        return name.word(self._kind, self.things)
