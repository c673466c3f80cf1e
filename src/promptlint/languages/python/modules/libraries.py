"""Which libraries the import statements of a file lead to, told by its bytes: a file is parsed only if it must be."""

from __future__ import annotations

import re
from collections.abc import Collection

from promptlint.languages.python.modules.project import Project

_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+)?import\b[ \t]*(\([^)]*\)|[^\n#]*)", re.MULTILINE)
"""One that is not relative: such an import stays in its package. What it takes from, and what it takes."""


class Libraries:
    """Knows the imports of some libraries."""

    def __init__(self, names: Collection[str]) -> None:
        """`names` are dotted where many libraries share the first name (`google.genai`)."""
        heads = sorted({name.partition(".")[0] for name in names})
        self.heads = frozenset(head.encode() for head in heads)
        """One of them is a word of each file that imports one."""
        # Of another library too: what wraps one mostly says so (`from fnllm.openai import`).
        self._named = re.compile(rf"(?:^|\.)(?:{'|'.join(map(re.escape, sorted(names)))})(?:\.|$)")

    def imported(self, raw: bytes, path: str, project: Project | None = None) -> bool:
        """Whether a file imports one of them, or what has the name of one from a library that wraps it.

        What a `project` has itself under such a name wraps nothing; without one, that cannot be told.
        """
        for source, names in _IMPORT.findall(raw):
            module, taken = source.decode(), _taken(names)
            if any(map(self._named.search, [module] if module else taken)):
                return True
            named = module and any(self._named.search(f"{module}.{name}") for name in taken)
            if named and (project is None or project.resolve(module, path) is None):
                return True
        return False


def _taken(names: bytes) -> list[str]:
    """What an import statement takes, without the names that it gives to it."""
    items = names.decode("utf-8", "replace").strip("()").split(",")
    return [item.split()[0] for item in items if item.split()]
