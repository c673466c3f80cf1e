"""Which versions of a library a project asks for: what is written must not need a newer one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join

from promptlint.edits import RefusedError
from promptlint.languages.python.writing.source import Source, Sources

_FILES = ("pyproject.toml", "requirements.txt")
_BOUND = re.compile(r"(===?|<=|<|~=|\^|~)\s*v?(\d+(?:\.\d+)*)")

Version = tuple[int, ...]


def must_be_allowed(source: Source, library: str, since: str, sources: Sources) -> None:
    """Raises RefusedError where the nearest file that asks for a library asks for versions before `since` only."""
    asked = next(_asked(source, library, sources), None)
    if asked is None or not since:
        return
    path, specifier = asked
    needed = _version(since)
    for operator, bound in _BOUND.findall(specifier):
        if _first_above(operator, _version(bound)) <= needed:
            raise RefusedError(f"{path} asks for `{library}` {specifier}, and it needs {since}")


def _asked(source: Source, library: str, sources: Sources) -> Iterator[tuple[str, str]]:
    """The files that ask for a library, the nearest first, each with the versions that it takes."""
    named = rf"(?:^[ \t]*|[\"']){re.escape(library)}(?:\[[^\]\n]*\])?"
    versions = r"[\"']?\s*(?:=\s*[\"'])?\(?([=<>!~^][^\n\"';#)]*|\d[^\n\"']*)"
    wanted = re.compile(named + versions, re.MULTILINE | re.IGNORECASE)
    folder = source.path
    while folder:
        folder = dirname(folder)
        for name in _FILES:
            for found in wanted.finditer(sources.text(join(folder, name))):
                yield join(folder, name), found[1].strip()


def _version(text: str) -> Version:
    return tuple(map(int, text.split(".")))


def _first_above(operator: str, bound: Version) -> Version:
    """The first version that a bound does not take."""
    match operator:
        case "<":
            return bound
        case "^":
            kept = next((i for i, number in enumerate(bound) if number), len(bound) - 1) + 1
        case "~" | "~=":
            kept = max(len(bound) - 1, 1)
        case _:
            kept = len(bound)
    return (*bound[: kept - 1], bound[kept - 1] + 1)
