"""The rules of a `.gitignore` or `.ignore` file, with git's meaning.

Each file and folder is judged by its own name only: who walks a tree does not enter what is ignored, so nothing below
an ignored folder is ever asked about. That is what makes git's rules exact here where matching whole paths is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate

from promptlint.frozen import dataclass

_SPACES = re.compile(r"(?<!\\) +$")
_ESCAPED = re.compile(r"\\(.)")
_SPECIAL = "*?["

Part = re.Pattern[str] | None
"""What one name in a path must match. None: any number of folders (`**`)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file."""

    parts: tuple[Part, ...]
    folders_only: bool
    ignores: bool
    """False: takes back what an earlier line ignores (`!name`)."""

    def matches(self, names: Sequence[str]) -> bool:
        """Whether the whole of a path, as its names from the folder of the ignore file on, is what the line says."""
        name = part = 0
        folders: tuple[int, int] | None = None
        while name < len(names):
            wanted = self.parts[part] if part < len(self.parts) else _NOTHING
            if wanted is None:
                part += 1
                folders = part, name
            elif wanted.match(names[name]):
                name, part = name + 1, part + 1
            elif folders is not None:
                # The last `**` takes one more folder: earlier ones need not be tried again.
                part, name = folders[0], folders[1] + 1
                folders = part, name
            else:
                return False
        return part == len(self.parts)


def parse(text: str) -> tuple[Rule, ...]:
    """The rules of an ignore file, the last line first: the first one that matches decides."""
    rules = (_rule(line.removesuffix("\r")) for line in text.removeprefix("\ufeff").split("\n"))
    return tuple(rule for rule in rules if rule)[::-1]


def decision(rules: Sequence[Rule], path: str, *, folder: bool) -> bool | None:
    """Whether rules ignore a path below the folder of their file; None when they do not speak of it."""
    names = path.split("/")
    for rule in rules:
        if (folder or not rule.folders_only) and rule.matches(names):
            return rule.ignores
    return None


def _rule(line: str) -> Rule | None:
    glob = _SPACES.sub("", line)
    if not glob or glob.startswith("#"):
        return None
    ignores = not glob.startswith("!")
    glob = glob.removeprefix("!")
    folders_only = glob.endswith("/")
    glob = glob.removesuffix("/")
    if not glob or glob.endswith("\\"):
        return None
    return Rule(_parts(glob), folders_only, ignores)


def _parts(glob: str) -> tuple[Part, ...]:
    if "/" not in glob:
        return None, _part(glob)
    names = glob.removeprefix("/").split("/")
    parts = tuple(None if name == "**" else _part(name) for name in names)
    # `a/**` is what is in `a`, and not `a` itself.
    return (*parts, _part("*")) if parts[-1] is None else parts


def _part(glob: str) -> re.Pattern[str]:
    plain = _ESCAPED.sub(lambda match: f"[{match[1]}]" if match[1] in _SPECIAL else match[1], glob)
    return re.compile(translate(plain.replace("[^", "[!")))


_NOTHING = re.compile(r"(?!)")
