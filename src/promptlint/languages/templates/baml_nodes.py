"""The functions in a file of BAML as nodes with places: the name of each, its prompt and its inputs."""

from __future__ import annotations

import re

from promptlint.languages.templates.nodes import Node

_FUNCTION = re.compile(r"^[ \t]*function[ \t]+(?P<name>\w+)[ \t]*\((?P<inputs>[^)]{0,4000})\)", re.MULTILINE)
_INPUT = re.compile(r"(\w+)[ \t]*:")
_PROMPT = re.compile(r"\bprompt[ \t]+(?P<signs>#+)\"")


def functions(text: str) -> Node:
    """A mapping of the names of functions to mappings with `prompt` and `inputs`."""
    root = Node(0, len(text), mapping=True)
    found = list(_FUNCTION.finditer(text))
    ends = [*(function.start() for function in found[1:]), len(text)]
    for function, last in zip(found, ends, strict=False):
        prompt = _PROMPT.search(text, function.end(), last)
        end = text.find(f'"{prompt["signs"]}', prompt.end()) if prompt else -1
        if prompt is None or end < 0:
            continue
        start = prompt.end()
        written = Node(start, end, text[start:end], range(start, end + 1))
        names = [Node(match.start(), match.end(), match[1]) for match in _INPUT.finditer(function["inputs"])]
        inputs = Node(*function.span("inputs"), items=names)
        root.pairs[function["name"]] = Node(
            *function.span(), pairs={"prompt": written, "inputs": inputs}, mapping=True
        )  # fmt: skip
    return root
