"""Texts with plain places in them as pieces: `str.format`, `{name}` alone, and `$name`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from promptlint.languages.templates.places import Source
from promptlint.template import Expression, Hole, Member, Name, Piece, Template, Text

_FORMAT = re.compile(
    r"\{\{|\}\}|\{(?P<path>[A-Za-z_]\w*(?:\.\w+|\[[^\]{}\n]{1,80}\])*)(?:![rsa])?(?::[^{}\n]{0,80})?\}"
)
_NAMES = re.compile(r"\{(?P<path>[A-Za-z_][\w-]*)\}")
_DOLLAR = re.compile(r"\$\$|\$(?P<path>[A-Za-z_]\w*)|\$\{(?P<braced>[A-Za-z_]\w*)\}")
_STEP = re.compile(r"\.(\w+)|\[([^\]]+)\]")


def read_format(source: Source) -> Template:
    """A text for `str.format`: `{{` and `}}` are braces."""
    return _read(source, _FORMAT)


def is_format(text: str) -> bool:
    """Whether `str.format` would take a text, and fill in nothing but names."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return False
    return bool(fields) and "${" not in text and all(_FORMAT.fullmatch(f"{{{name}}}") for name in fields)


def read_names(source: Source) -> Template:
    """A text in which only `{name}` is a place, and every other brace is a brace."""
    return _read(source, _NAMES)


def read_dollars(source: Source) -> Template:
    """A text for `string.Template`."""
    return _read(source, _DOLLAR)


def read_plain(source: Source) -> Template:
    """A text without places."""
    return Template(source.path, tuple(source.texts(0, len(source.text))))


def read_name(source: Source) -> Template:
    """A text which is the name of a value."""
    name = source.text.strip()
    return Template(source.path, (Hole(Name(name), name, source.span(0, len(source.text))),))


def _read(source: Source, places: re.Pattern[str]) -> Template:
    return Template(source.path, tuple(_pieces(source, places)))


def _pieces(source: Source, places: re.Pattern[str]) -> Iterator[Piece]:
    at = 0
    for match in places.finditer(source.text):
        groups = match.groupdict()
        path = groups.get("path") or groups.get("braced")
        yield from source.texts(at, match.start())
        span = source.span(*match.span())
        yield Hole(_expression(path), path, span) if path else Text(match[0][0], span)
        at = match.end()
    yield from source.texts(at, len(source.text))


def _expression(path: str) -> Expression:
    first = re.match(r"[\w-]+", path)
    assert first is not None
    value: Expression = Name(first[0])
    for step in _STEP.finditer(path, first.end()):
        value = Member(value, step[1] or step[2])
    return value
