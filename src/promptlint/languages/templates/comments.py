"""Comments of template files, in which users speak to promptlint, and the lines that each of them is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptlint.languages.templates.yaml_nodes import Node, NotYamlError, documents
from promptlint.spans import Lines

_IN_TEXT = re.compile(r"\{#-?[^\n]{0,300}?#\}|<!--[^\n]{0,300}?-->|\{\{!(?:--)?[^\n]{0,300}?\}\}")
_IN_YAML = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_YAML = (".yaml", ".yml")


class Comment(NamedTuple):
    """A comment, with its signs."""

    text: str
    line: int
    """1-based."""
    column: int
    """0-based, in code points."""
    about: range
    """The lines it is about: its own, when something else stands there; those of what follows, when nothing does."""


def comments(text: str, path: str) -> Iterator[Comment]:
    """The comments of a template file, those of the format and those of the templates in it, in order."""
    lines = Lines(text)
    yaml = list(_of_yaml(text, lines)) if path.endswith(_YAML) else []
    yield from sorted([*yaml, *_of_text(text, lines)], key=lambda comment: (comment.line, comment.column))


def _of_text(text: str, lines: Lines) -> Iterator[Comment]:
    for match in _IN_TEXT.finditer(text):
        place = lines.position(match.start())
        rest = lines.line(place.line).replace(match[0], "", 1)
        yield Comment(match[0], place.line, place.column - 1, _following(place.line, bool(rest.strip()), lines))


def _following(line: int, shared: bool, lines: Lines) -> range:
    """The line itself when something else stands there, else up to the next one on which something does."""
    last = line
    while not shared and last < len(lines):
        last += 1
        shared = bool(lines.line(last).strip())
    return range(line, last + 1)


def _of_yaml(text: str, lines: Lines) -> Iterator[Comment]:
    try:
        nodes = sorted(_all(documents(text)), key=lambda node: node.start)
    except NotYamlError:
        return
    scalars = [(_content(node, text), node.end) for node in nodes if node.value is not None]
    for match in _IN_YAML.finditer(text):
        if any(start <= match.start() < end for start, end in scalars):
            continue
        place = lines.position(match.start())
        alone = not lines.line(place.line)[: place.column - 1].strip()
        about = _below(match.end(), text, nodes) if alone else _beside(place.line, nodes, lines)
        last = lines.position(_end(about) - 1).line if about is not None else place.line
        yield Comment(match[0], place.line, place.column - 1, range(place.line, max(last, place.line) + 1))


def _content(node: Node, text: str) -> int:
    """Where the value of a scalar begins: for one of lines, behind its header, in which a comment may stand."""
    newline = text.find("\n", node.start) if node.style in ("|", ">") else node.start
    return newline if newline >= 0 else node.end


def _below(end: int, text: str, nodes: list[Node]) -> Node | None:
    """The value of the key, or the item of the list, that follows a comment on a line of its own."""
    following = re.compile(r"(?:\s|#[^\n]*)*").match(text, end)
    start = following.end() if following else end
    return next((node for node in nodes if node.start > start), None)


def _beside(line: int, nodes: list[Node], lines: Lines) -> Node | None:
    """The value that begins on the line of a comment at its end."""
    return next((node for node in nodes if node.value is not None and lines.position(node.start).line == line), None)


def _end(node: Node) -> int:
    """Where the last value in a node ends: a list or mapping itself ends where the next one begins."""
    return max((each.end for each in _all([node]) if each.value is not None), default=node.start + 1)


def _all(nodes: list[Node]) -> Iterator[Node]:
    seen: set[int] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            pending += [*node.items, *node.pairs.values()]
