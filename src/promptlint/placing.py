"""Where things are, as the user writes it: paths from the working directory instead of the root of a project."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from promptlint.discovery import relative
from promptlint.spans import Span

T = TypeVar("T")


class Places:
    """Changes the paths of spans, however deep in a value they are."""

    def __init__(self, root: Path) -> None:
        """`root` is the folder that the paths are relative to."""
        here = Path.cwd()
        self._here = root == here
        self.path = cache(lambda path: path if self._here else relative(root / path, here))
        """A path, as the user writes it."""
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, value: T) -> T:
        """A frozen value with all its spans as the user would write them. What is shared in it stays shared."""
        return value if self._here else self._moved(value)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, Span):
            return replace(value, path=self.path(value.path))
        if isinstance(value, tuple):
            return tuple(self._moved(each) for each in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if id(value) not in self._known:
            old = {each.name: getattr(value, each.name) for each in fields(value)}
            new = {name: self._moved(each) for name, each in old.items()}
            changed = {name: each for name, each in new.items() if each is not old[name]}
            # The old value is kept, so that no other one gets its id.
            self._known[id(value)] = value, replace(value, **changed)
        return self._known[id(value)][1]
