"""The prompts in a file, by the format that it has: from its values to sources of templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from promptlint.frozen import dataclass
from promptlint.knowledge.formats import Format, Part, Shape
from promptlint.knowledge.formats import Prompt as Recipe
from promptlint.languages.templates.baml_nodes import functions
from promptlint.languages.templates.nodes import BrokenFileError, Node, scalar_source
from promptlint.languages.templates.places import Source
from promptlint.languages.templates.toml_nodes import tables
from promptlint.languages.templates.yaml_nodes import documents
from promptlint.layout import Role
from promptlint.spans import Lines

MOST_PROMPTS = 500
"""Prompts of one file."""

_FENCE = re.compile(r"^---[ \t]*\r?\n", re.MULTILINE)
_FILE = "file://"


class Passage(NamedTuple):
    """One text of a prompt."""

    role: Role
    source: Source
    language: str


@dataclass(frozen=True, slots=True)
class Written:
    """One prompt as it is written in a file."""

    format: str
    """Its name, as the user knows it."""
    passages: tuple[Passage, ...]
    """In the order in which they are sent."""
    headers: str = "none"
    """How its texts tell where another message begins, as a format says it."""
    inputs: tuple[str, ...] = ()
    """Names which it declares as its inputs."""
    reads_like: bool = False
    """Whether it is a prompt only if it reads like one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file with prompts, and how to get another one that it names."""

    text: str
    path: str
    lines: Lines
    load: Callable[[str, str], Source | None]
    """The text of the file that a name means in the file with a path."""
    roles: Mapping[str, Role]
    """What all formats call the roles of messages, in lower case."""


def values(container: str, text: str) -> list[Node]:
    """The values in a text of a format; none where it is not of that format after all."""
    try:
        if container == "toml":
            return [tables(text)[0]]
        return [functions(text)] if container == "baml" else documents(text)
    except BrokenFileError:
        return []


def whole(file: File, format: Format) -> Iterator[Written]:
    """The text of a file, or what stands behind its YAML header, as one prompt, if it is of the format."""
    start, root = 0, Node(0, mapping=True)
    if format.container == "front-matter":
        header, start = _header(file.text)
        root = next(iter(values("yaml", header)), root)
        fit = fits(root, format.shape)
    else:
        fit = format.shape.may_fit(file.text)
        beside = file.load(format.beside, file.path) if format.beside else None
        root = next(iter(values("yaml", beside.text)), root) if beside is not None else root
    if fit:
        body = Passage(Role.USER, Source(file.text[start:], file.path, file.lines, start), _language(root, format))
        yield Written(format.name, (body,), format.headers, tuple(_inputs(root, format.inputs)))


def _header(text: str) -> tuple[str, int]:
    """The YAML between two lines of `---` at the top, and where the rest begins."""
    first = _FENCE.match(text, 1 if text.startswith("\ufeff") else 0)
    second = _FENCE.search(text, first.end()) if first else None
    if first is None or second is None:
        return "", 0
    return text[first.end() : second.start()], second.end()


def prompts_in(file: File, root: Node, format: Format) -> Iterator[Written]:
    """The prompts among the values of a file, if it is of the format."""
    if not fits(root, format.shape):
        return
    reader = _Reader(file, _language(root, format), {**file.roles, **format.roles})
    inputs = tuple(_inputs(root, format.inputs))
    count = 0
    for recipe in format.prompts:
        for node in root.find(recipe.each):
            passages = tuple(reader.passages(node, recipe))
            if passages and count < MOST_PROMPTS:
                count += 1
                given = (*inputs, *_inputs(node, recipe.inputs))
                yield Written(format.name, passages, format.headers, given, format.reads_like)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes the texts of prompts out of the values of one file."""

    file: File
    language: str
    roles: Mapping[str, Role]

    def passages(self, node: Node, recipe: Recipe) -> Iterator[Passage]:
        """The texts of the prompt that a recipe finds in a value."""
        if any(node.scalar(path) != said for path, said in recipe.where.items()):
            return
        for part in recipe.parts:
            for found in node.find(part.at):
                if part.role is None:
                    yield from self._messages(found, part)
                elif found.value and part.file:
                    source = self.file.load(found.value.removeprefix(_FILE), self.file.path)
                    if source is not None:
                        yield Passage(part.role, source, self.language)
                elif found.value and not found.value.startswith(_FILE):
                    yield Passage(part.role, self._source(found), self.language)

    def _messages(self, node: Node, part: Part) -> Iterator[Passage]:
        """Messages in a list, or one of them: each with its role, or alone with its text."""
        for message in node.items or ([node] if node.mapping else ()):
            if message.value:
                yield Passage(Role.UNKNOWN, self._source(message), self.language)
            said = (found.value for path in part.told_by for found in message.find(path) if found.value)
            role = next((self.roles[word.lower()] for word in said if word.lower() in self.roles), Role.UNKNOWN)
            content = next(message.find(part.text), None)
            history = next(message.find(part.history), None) if part.history else None
            if content is not None and content.value:
                yield Passage(role, self._source(content), self.language)
            elif history is not None and history.value:
                yield Passage(role, self._source(history), "name")

    def _source(self, node: Node) -> Source:
        return scalar_source(node, self.file.text, self.file.path, self.file.lines)


def fits(root: Node, shape: Shape) -> bool:
    """Whether a file has the shape of a format."""
    keys = root.pairs.keys()
    return (
        all(_there(root, path) for path in shape.needs)
        and (not shape.any_of or any(_there(root, path) for path in shape.any_of))
        and (not shape.only or (bool(keys) and keys <= shape.only))
        and (not shape.every or (bool(keys) and all(_has(node, shape.every) for node in root.pairs.values())))
    )


def _there(root: Node, path: str) -> bool:
    return next(root.find(path), None) is not None


def _has(node: Node, keys: tuple[str, ...]) -> bool:
    return all(key in node.pairs for key in keys)


def _language(root: Node, format: Format) -> str:
    said = (format.languages.get(node.scalar().lower()) for path in format.language_at for node in root.find(path))
    return next((language for language in said if language), format.language)


def _inputs(node: Node, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        for found in node.find(path):
            yield from (key.split("?")[0].split("(")[0] for key in found.pairs)
            yield from (item.value or item.scalar("name") for item in found.items)
