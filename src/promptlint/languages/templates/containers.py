"""The prompts in a file, by the format that it has: from its values to sources of templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.knowledge.formats import Format, Shape
from promptlint.knowledge.formats import Prompt as Recipe
from promptlint.languages.templates.places import Source
from promptlint.languages.templates.yaml_nodes import Node, NotYamlError, documents, scalar_source
from promptlint.layout import Role
from promptlint.spans import Lines

MOST_PROMPTS = 500
"""Prompts of one file."""

_FENCE = re.compile(r"^---[ \t]*\r?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """One prompt as it is written in a file."""

    format: str
    """Its name, as the user knows it."""
    language: str
    parts: tuple[tuple[Role, Source], ...]
    """Its texts with their roles, in the order in which they are sent."""
    headers: str = "none"
    """How its texts tell where another message begins, as a format says it."""
    inputs: tuple[str, ...] = ()
    """Names which it declares as its inputs."""


@dataclass(frozen=True, slots=True)
class Values:
    """A file with values, and where its texts stand."""

    text: str
    path: str
    lines: Lines
    root: Node

    def source(self, node: Node) -> Source:
        """The text of a scalar as a source."""
        return scalar_source(node, self.text, self.path, self.lines)


def front_matter(text: str, path: str, format: Format, lines: Lines) -> Iterator[Written]:
    """The text behind a YAML header, as one prompt. Without a header it is not of the format, if that asks for one."""
    header, start = _header(text)
    root = Node(0, mapping=True)
    if header:
        try:
            root = next(iter(documents(header)), root)
        except NotYamlError:
            root = Node(0, mapping=True)
    if not fits(root, format.shape):
        return
    body = Source(text[start:], path, lines, start)
    language = _language(root, format)
    yield Written(format.name, language, ((Role.USER, body),), format.headers, tuple(_inputs(root, format)))


def _header(text: str) -> tuple[str, int]:
    """The YAML between two lines of `---` at the top, and where the rest begins."""
    first = _FENCE.match(text, 1 if text.startswith("\ufeff") else 0)
    second = _FENCE.search(text, first.end()) if first else None
    if first is None or second is None:
        return "", 0
    return text[first.end() : second.start()], second.end()


def prompts_in(values: Values, format: Format, roles: Mapping[str, Role]) -> Iterator[Written]:
    """The prompts of a file with values, if it is of the format."""
    root = values.root
    if not fits(root, format.shape):
        return
    language, inputs = _language(root, format), tuple(_inputs(root, format))
    count = 0
    for recipe in format.prompts:
        for node in root.find(recipe.each):
            parts = tuple(_parts(values, node, recipe, roles))
            if parts and count < MOST_PROMPTS:
                count += 1
                yield Written(format.name, language, parts, format.headers, inputs)


def _parts(values: Values, node: Node, recipe: Recipe, roles: Mapping[str, Role]) -> Iterator[tuple[Role, Source]]:
    for part in recipe.parts:
        for found in node.find(part.at):
            if part.role is None:
                yield from _messages(values, found, roles)
            elif found.value and not found.value.startswith("file://"):
                yield part.role, values.source(found)


def _messages(values: Values, node: Node, roles: Mapping[str, Role]) -> Iterator[tuple[Role, Source]]:
    """Messages in a list, or one of them: each with its role, or alone with its text."""
    for message in node.items or ([node] if node.mapping else ()):
        if message.value:
            yield Role.UNKNOWN, values.source(message)
        role = roles.get((message.scalar("role") or message.scalar("type")).lower(), Role.UNKNOWN)
        content = message.get("content")
        if content is not None and content.value:
            yield role, values.source(content)


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
    said = (format.languages.get(root.scalar(path).lower()) for path in format.language_at)
    return next((language for language in said if language), format.language)


def _inputs(root: Node, format: Format) -> Iterator[str]:
    for path in format.inputs:
        for node in root.find(path):
            yield from (key.split("?")[0].split("(")[0] for key in node.pairs)
            yield from (item.value or item.scalar("name") for item in node.items)
