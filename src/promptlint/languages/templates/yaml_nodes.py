"""YAML files as nodes with places. Nothing is constructed: tags are passed over, and an alias is the node it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from promptlint.languages.templates.places import Source
from promptlint.languages.templates.yaml_scalars import offsets
from promptlint.spans import Lines

MOST_NESTED = 100
"""Nodes inside each other; a file with more is not read."""
MOST_NODES = 100_000
"""Nodes of one file."""

# The parser of libyaml gives events, and recurses as little as the one in Python.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotYamlError(Exception):
    """A file is not YAML, or more of it than we read: the message says why."""


@dataclass(slots=True)
class Node:
    """One value: a scalar, a list or a mapping."""

    start: int
    """0-based offset in code points, of what is written, without anchor and tag."""
    end: int = 0
    value: str | None = None
    """Of a scalar."""
    style: str = ""
    items: list[Node] = field(default_factory=list)
    """Of a list."""
    pairs: dict[str, Node] = field(default_factory=dict)
    """Of a mapping, by those of its keys which are scalars."""
    mapping: bool = False

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


def documents(text: str) -> list[Node]:
    """The documents of a YAML text. Raises NotYamlError."""
    try:
        return list(_Composer(text).documents())
    except yaml.YAMLError as error:
        raise NotYamlError(str(error).splitlines()[0]) from error
    except (RecursionError, ValueError) as error:
        raise NotYamlError(str(error)) from error


def scalar_source(node: Node, text: str, path: str, lines: Lines) -> Source:
    """The value of a scalar as the text of a template."""
    value = node.value or ""
    places = offsets(text, node.start, node.end, node.style, value)
    if places is not None:
        return Source(value, path, lines, 0, places)
    return Source(value, path, lines, whole=Source(text, path, lines).span(node.start, node.end))


class _Composer:
    def __init__(self, text: str) -> None:
        self.text = text
        # A byte order mark is no part of what marks count.
        self.shift = 1 if text.startswith("\ufeff") else 0
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def documents(self) -> Iterator[Node]:
        """Build nodes from events with a stack of our own."""
        stack: list[tuple[Node, Node | None]] = []
        for event in yaml.parse(self.text[self.shift :], Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors, stack = {}, [(Node(0), None)]
            elif isinstance(event, yaml.DocumentEndEvent):
                yield from stack[0][0].items
            elif isinstance(event, yaml.CollectionEndEvent):
                closed, _ = stack.pop()
                closed.end = self._offset(event.end_mark)
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                self._put(stack, node)
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append((node, None))
                    if len(stack) > MOST_NESTED:
                        raise NotYamlError("is nested too deeply")

    def _node(self, event: yaml.NodeEvent) -> Node:
        self.count += 1
        if self.count > MOST_NODES:
            raise NotYamlError("holds more values than we read")
        if isinstance(event, yaml.AliasEvent):
            return self.anchors.get(str(event.anchor), Node(0))
        start, end = self._offset(event.start_mark), self._offset(event.end_mark)
        node = Node(start, end, mapping=isinstance(event, yaml.MappingStartEvent))
        if isinstance(event, yaml.ScalarEvent):
            node.value, node.style = event.value, event.style or ""
            node.start = self._written(start, end)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _offset(self, mark: Any) -> int:
        return int(mark.index) + self.shift

    def _written(self, start: int, end: int) -> int:
        """Where a scalar begins, behind its anchor and its tag."""
        at = start
        while at < end and self.text[at] in "&!":
            while at < end and not self.text[at].isspace():
                at += 1
            while at < end and (self.text[at].isspace() or self.text[at] == "#"):
                comment = self.text[at] == "#"
                at = max(self.text.find("\n", at, end), at) + 1 if comment else at + 1
        return at

    @staticmethod
    def _put(stack: list[tuple[Node, Node | None]], node: Node) -> None:
        parent, key = stack[-1]
        if not parent.mapping:
            parent.items.append(node)
        elif key is None:
            stack[-1] = parent, node
        else:
            if key.value is not None:
                parent.pairs.setdefault(key.value, node)
            stack[-1] = parent, None
