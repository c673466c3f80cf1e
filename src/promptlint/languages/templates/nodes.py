"""The values in a file of any format: where each is written, and the texts among them as sources of templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from promptlint.languages.templates.places import Source
from promptlint.languages.templates.yaml_scalars import offsets
from promptlint.spans import Lines


class BrokenFileError(Exception):
    """A file is not of its format, or more of it than we read: the message says why."""


@dataclass(slots=True)
class Node:
    """One value: a scalar, a list or a mapping."""

    start: int
    """0-based offset in code points, of what is written, without anchor and tag."""
    end: int = 0
    value: str | None = None
    """Of a scalar."""
    places: Sequence[int] | None = None
    """Offset in the file of each character of a scalar's value, and of its end, where its reader knows them."""
    style: str = ""
    items: list[Node] = field(default_factory=list)
    """Of a list."""
    pairs: dict[str, Node] = field(default_factory=dict)
    """Of a mapping, by those of its keys which are scalars."""
    mapping: bool = False
    size: int = 1
    """Nodes in it and itself, those that an alias stands for counted each time."""

    def get(self, path: str) -> Node | None:
        """The node at a dotted path of keys; itself for the empty path."""
        node: Node | None = self
        for key in path.split(".") if path else ():
            node = node.pairs.get(key) if node is not None else None
        return node

    def find(self, path: str) -> Iterator[Node]:
        """All nodes at a dotted path of keys, where `*` is any key or item."""
        first, _, rest = path.partition(".")
        if not first:
            yield self
        elif first == "*":
            for child in (*self.items, *self.pairs.values()):
                yield from child.find(rest)
        elif first in self.pairs:
            yield from self.pairs[first].find(rest)

    def scalar(self, path: str = "") -> str:
        """The text of the scalar at a path; empty where there is none."""
        node = self.get(path)
        return node.value or "" if node is not None else ""


def scalar_source(node: Node, text: str, path: str, lines: Lines) -> Source:
    """The value of a scalar as the text of a template."""
    value = node.value or ""
    places = node.places or offsets(text, node.start, node.end, node.style, value)
    if places is not None:
        return Source(value, path, lines, 0, places)
    return Source(value, path, lines, whole=Source(text, path, lines).span(node.start, node.end))
