"""YAML files as nodes with places. Nothing is constructed: tags are passed over, and an alias is the node it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from promptlint.languages.templates.nodes import BrokenFileError, Node

MOST_NESTED = 100
"""Nodes inside each other; a file with more is not read."""
MOST_NODES = 100_000
"""Nodes of one file, those that an alias stands for counted each time: a short file may stand for billions."""

# The parser of libyaml gives events, and recurses as little as the one in Python.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(text: str) -> list[Node]:
    """The documents of a YAML text. Raises BrokenFileError."""
    try:
        return list(_Composer(text).documents())
    except yaml.YAMLError as error:
        raise BrokenFileError(str(error).splitlines()[0]) from error
    except (RecursionError, ValueError) as error:
        raise BrokenFileError(str(error)) from error


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
        begun: list[int] = []
        for event in yaml.parse(self.text[self.shift :], Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors, stack = {}, [(Node(0), None)]
            elif isinstance(event, yaml.DocumentEndEvent):
                yield from stack[0][0].items
            elif isinstance(event, yaml.CollectionEndEvent):
                closed, _ = stack.pop()
                closed.end = self._offset(event.end_mark)
                closed.size = self.count - begun.pop()
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                self._put(stack, node)
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append((node, None))
                    begun.append(self.count - node.size)
                    if len(stack) > MOST_NESTED:
                        raise BrokenFileError("is nested too deeply")

    def _node(self, event: yaml.NodeEvent) -> Node:
        known = self.anchors.get(str(event.anchor), Node(0)) if isinstance(event, yaml.AliasEvent) else None
        self.count += known.size if known is not None else 1
        if self.count > MOST_NODES:
            raise BrokenFileError("holds more values than we read")
        if known is not None:
            return known
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
