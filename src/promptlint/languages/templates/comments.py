"""Comments of template files, in which users speak to promptlint, and the lines that each of them is about."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptlint.languages.templates.nodes import BrokenFileError, Node
from promptlint.languages.templates.toml_nodes import tables
from promptlint.languages.templates.yaml_nodes import documents
from promptlint.spans import Lines, Position

_IN_TEXT = re.compile(r"\{#-?[^\n]{0,300}?#\}|<!--[^\n]{0,300}?-->|\{\{!(?:--)?[^\n]{0,300}?\}\}")
_IN_YAML = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_YAML = (".yaml", ".yml")
_TOML = ".toml"


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
    found = [*_of_file(text, path, lines), *_of_text(text, lines)]
    yield from sorted(found, key=lambda comment: (comment.line, comment.column))


def _of_file(text: str, path: str, lines: Lines) -> Iterator[Comment]:
    try:
        if path.endswith(_YAML):
            roots = documents(text)
            yield from _of_values(text, lines, roots, _in_yaml(text, roots))
        elif path.endswith(_TOML):
            root, places = tables(text)
            yield from _of_values(text, lines, [root], places)
    except BrokenFileError:
        return


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


def _of_values(text: str, lines: Lines, roots: list[Node], places: Iterable[tuple[int, int]]) -> Iterator[Comment]:
    """Comments between the values of a file, by their offsets."""
    nodes = sorted(_all(roots), key=lambda node: node.start)
    starts = [node.start for node in nodes]
    for start, end in places:
        place = lines.position(start)
        alone = not lines.line(place.line)[: place.column - 1].strip()
        line = lines.offset(Position(place.line, 1))
        about = _below(end, text, nodes, starts) if alone else _beside(line, start, nodes, starts)
        last = lines.position(_end(about) - 1).line if about is not None else place.line
        yield Comment(text[start:end], place.line, place.column - 1, range(place.line, max(last, place.line) + 1))


def _in_yaml(text: str, roots: list[Node]) -> Iterator[tuple[int, int]]:
    """The comments of a YAML text: what looks like one, and stands in no scalar."""
    scalars = sorted((_content(node, text), node.end) for node in _all(roots) if node.value is not None)
    for match in _IN_YAML.finditer(text):
        before = bisect_right(scalars, (match.start(), len(text))) - 1
        if before < 0 or scalars[before][1] <= match.start():
            yield match.span()


def _content(node: Node, text: str) -> int:
    """Where the value of a scalar begins: for one of lines, behind its header, in which a comment may stand."""
    newline = text.find("\n", node.start) if node.style in ("|", ">") else node.start
    return newline if newline >= 0 else node.end


def _below(end: int, text: str, nodes: list[Node], starts: list[int]) -> Node | None:
    """The value of the key, or the item of the list, that follows a comment on a line of its own."""
    following = re.compile(r"(?:\s|#[^\n]*)*").match(text, end)
    at = bisect_right(starts, following.end() if following else end)
    return nodes[at] if at < len(nodes) else None


def _beside(line: int, end: int, nodes: list[Node], starts: list[int]) -> Node | None:
    """The value that begins on the line of a comment at its end: from the start of the line on, by offsets."""
    on_line = nodes[bisect_left(starts, line) : bisect_left(starts, end)]
    return next((node for node in on_line if node.value is not None), None)


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
