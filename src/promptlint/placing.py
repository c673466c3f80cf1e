"""Where things are, as the user writes it: paths from the working directory instead of the root of a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from promptlint.discovery import relative
from promptlint.edits import Fix
from promptlint.frozen import replace
from promptlint.spans import Span

if TYPE_CHECKING:
    from promptlint.languages.python.modules.notebooks import Notebook

T = TypeVar("T")


class Places:
    """Changes the paths of spans, however deep in a value they are."""

    def __init__(
        self,
        root: Path,
        notebooks: Callable[[str], Notebook | None] | None = None,
        named: Callable[[str], str] | None = None,
    ) -> None:
        """`root` is the folder that paths are relative to. `notebooks` gives those among the files, if there are.

        `named` says what a path is to be instead of that from the working directory.
        """
        here = Path.cwd()
        self._here = root == here and named is None
        self._notebook = notebooks or (lambda path: None)
        self._same = self._here and notebooks is None
        self.path = cache(named or (lambda path: path if self._here else relative(root / path, here)))
        """A path, as the user writes it."""
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, value: T) -> T:
        """A frozen value with all its spans as the user would write them. What is shared in it stays shared."""
        return value if self._same else self._moved(value)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, Span):
            return self._span(value)
        if isinstance(value, Fix):
            return self._fix(value)
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

    def _span(self, span: Span) -> Span:
        notebook = self._notebook(span.path)
        start, end = (notebook.place(span.start), notebook.place(span.end)) if notebook else (span.start, span.end)
        return Span(self.path(span.path), start, end)

    def _fix(self, fix: Fix) -> Fix | None:
        """The fix with its edits as the files have them; None where a notebook cannot take one."""
        edits = []
        for edit in fix.edits:
            notebook = self._notebook(edit.span.path)
            stored = notebook.edit(edit) if notebook else edit
            if stored is None:
                return None
            edits.append(replace(stored, span=replace(stored.span, path=self.path(edit.span.path))))
        return replace(fix, edits=tuple(edits))
