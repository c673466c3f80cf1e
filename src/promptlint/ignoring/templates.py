"""`# promptlint: ignore[…]` in YAML and TOML files, and `{# promptlint: ignore[…] #}` in Jinja templates.

What is inserted is held to two things: the file has the same values as before, and the finding is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jinja2 import Environment, TemplateSyntaxError

from promptlint.diagnostics import Diagnostic
from promptlint.frozen import dataclass
from promptlint.ignoring import NotIgnoredError
from promptlint.languages.templates.nodes import BrokenFileError, Node
from promptlint.languages.templates.toml_nodes import tables
from promptlint.languages.templates.yaml_nodes import documents
from promptlint.reading import read_comments
from promptlint.spans import Lines, Position

_JINJA = (".j2", ".jinja", ".jinja2")
_YAML = (".yaml", ".yml")
_TOML = ".toml"
_MOST_ABOVE = 400
"""Lines above a finding in which the key of its text is looked for."""


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How comments are written in one kind of template."""

    said: Callable[[str], object]
    """What a text says to everybody else. Raises NotIgnoredError."""
    places: Callable[[Lines, int, str], Iterator[tuple[int, str]]]
    """(lines, line of the finding, words) → offsets, and what may be inserted there; the best first."""


def ignored(path: str, text: str, diagnostics: Sequence[Diagnostic], reason: str) -> tuple[str, int]:
    """The text with a comment for each finding, and the number of findings. Raises NotIgnoredError."""
    if path.endswith(_YAML):
        syntax = _Syntax(_yaml, _above)
    elif path.endswith(_TOML):
        syntax = _Syntax(_toml, _above)
    elif path.endswith(_JINJA):
        syntax = _Syntax(_words, _behind)
    else:
        raise NotIgnoredError("has no comments that nobody else would read: use per-file-ignores")
    number = 0
    # From the bottom up, so that the lines of what is still to be done stay as they are.
    for diagnostic in sorted(diagnostics, key=lambda d: d.order, reverse=True):
        text = _with_comment(path, text, diagnostic, reason, syntax)
        number += 1
    return text, number


def _with_comment(path: str, text: str, diagnostic: Diagnostic, reason: str, syntax: _Syntax) -> str:
    line = diagnostic.span.start.line
    lines = Lines(text)
    for ignore in read_comments(text, path).ignores:
        if ignore.statement is not None and line in ignore.statement:
            at = lines.offset(ignore.span.end)
            return text if ignore.rule == diagnostic.code else f"{text[:at]}, {diagnostic.code}{text[at:]}"
    before = syntax.said(text)
    body = f"promptlint: ignore[{diagnostic.code}] {reason}".rstrip()
    for at, comment in syntax.places(lines, line, body):
        new = text[:at] + comment + text[at:]
        down = comment.count("\n")
        if syntax.said(new) == before and _covers(path, new, line + down, diagnostic.code):
            return new
    raise NotIgnoredError("has no place for a comment that would change nothing else")


def _covers(path: str, text: str, line: int, code: str) -> bool:
    ignores = read_comments(text, path).ignores
    return any(each.rule == code and each.statement is not None and line in each.statement for each in ignores)


def _above(lines: Lines, line: int, body: str) -> Iterator[tuple[int, str]]:
    """A line of its own above the finding, or above one of the lines above it: within a text it would be text."""
    newline = "\r\n" if lines.windows else "\n"
    for number in range(line, max(line - _MOST_ABOVE, 0), -1):
        words = lines.line(number)
        indent = words[: len(words) - len(words.lstrip())]
        yield lines.offset(Position(number, 1)), f"{indent}# {body}{newline}"


def _behind(lines: Lines, line: int, body: str) -> Iterator[tuple[int, str]]:
    """At the end of the line, without a blank: all else would be sent."""
    # The plus keeps the line break where blocks are trimmed.
    yield lines.offset(Position(line, len(lines.line(line)) + 1)), f"{{# {body} +#}}"


def _yaml(text: str) -> object:
    """What a YAML file says."""
    return _values(text, documents)


def _toml(text: str) -> object:
    """What a TOML file says."""
    return _values(text, lambda text: [tables(text)[0]])


def _values(text: str, read: Callable[[str], list[Node]]) -> object:
    def value(node: Node) -> object:
        return node.value, [*map(value, node.items)], [(key, value(each)) for key, each in node.pairs.items()]

    try:
        return [value(node) for node in read(text)]
    except (BrokenFileError, RecursionError) as error:
        raise NotIgnoredError("is broken") from error


def _words(text: str) -> object:
    """What a Jinja template says: its texts and the parts of its blocks, without comments."""
    said: list[tuple[str, str]] = []
    try:
        for _, kind, words in Environment(keep_trailing_newline=True).lex(text):
            if kind == "data" and said and said[-1][0] == "data":
                said[-1] = "data", said[-1][1] + words
            elif not kind.startswith("comment"):
                said.append((kind, words))
    except TemplateSyntaxError as error:
        raise NotIgnoredError("is no Jinja template") from error
    return said
