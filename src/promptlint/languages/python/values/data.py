"""Data that code loads from a text, as plain values. Nothing of the user's is constructed but these."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import yaml

MOST_VALUES = 100_000
"""Values in a text, those that an alias stands for counted each time: a short text may stand for billions."""
MOST_NESTED = 200
"""Lists and mappings within each other in YAML: the time that its reader takes grows with the square of that."""


Kind = Literal["json", "yaml", "toml"]


def parsed(text: str, kind: Kind) -> object:
    """What a text says as data of a kind. Raises ValueError, also where it is none or says too much."""
    try:
        data = _READERS[kind](text)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if kind != "yaml" and _values(data) > MOST_VALUES:
        raise ValueError("says more than is read")
    return data


def _values(data: object) -> int:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(_values, inner))


def _constructed(text: str) -> object:
    import yaml

    loader = _loader()(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}) > MOST_VALUES:
            raise ValueError("says more than is read")
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    finally:
        loader.dispose()


@cache
def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        depth = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.depth > MOST_NESTED:
                raise ValueError("is nested too deeply")
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    return Loader


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """Values in a node and itself."""
    if id(node) not in known:
        # A node within itself has no end.
        known[id(node)] = MOST_VALUES
        known[id(node)] = 1 + sum(_size(child, known) for child in _children(node))
    return known[id(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    from yaml import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return node.value if isinstance(node, SequenceNode) else []


_READERS: dict[Kind, Callable[[str], object]] = {"json": json.loads, "yaml": _constructed, "toml": tomllib.loads}
