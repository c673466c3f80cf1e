"""Places of a project as the user is shown them: what stands there, and the steps that a value takes."""

from __future__ import annotations

import ast

from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.modules.syntax import UNREADABLE, last_name, parsed
from promptlint.languages.python.values.terms import Via
from promptlint.layout import Step
from promptlint.spans import Position, Span


class Showing:
    """Shows places, and remembers each that it has shown: most are asked for again and again."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._spans: dict[Place, Span] = {}
        self._sources: dict[Place, str] = {}
        self._told: dict[tuple[str, Place], Step] = {}

    def source(self, at: Place) -> str:
        """The expression at a place, as the user wrote it, on one line; empty when it is not in a module."""
        known = self._sources.get(at)
        if known is None:
            text = " ".join(self._written(at).split())
            known = self._sources[at] = text if len(text) <= 60 else text[:59] + "…"
        return known

    def mapped(self, at: Place, function: str) -> Place:
        """Where a call at a place is given what it goes through: `texts` of `pool.map(ask, texts)`.

        The place of the call where it is not one of that function.
        """
        try:
            body = parsed(f"({self._written(at)})").body
        except UNREADABLE:
            body = []
        match body:
            case [ast.Expr(value=ast.Call(args=[_, ast.expr() as items, *_]) as call)] if last_name(call) == function:
                columns = ((items.lineno, items.col_offset), (items.end_lineno or 0, items.end_col_offset or 0))
                start, end = ((at.line + line - 1, column + (at.column - 1) * (line == 1)) for line, column in columns)
                return Place(at.path, *start, *end)
        return at

    def _written(self, at: Place) -> str:
        module = self.project.module(at.path) if at.path in self.project.files else None
        return module.lines.slice(module.span(at)) if module is not None else ""

    def span(self, at: Place) -> Span:
        """The span of a place in a file of the project, or in a text that was read from one."""
        known = self._spans.get(at)
        if known is None:
            module = self.project.module(at.path) if at.path in self.project.files else None
            ends = Position(at.line, at.column + 1), Position(at.end_line, at.end_column + 1)
            known = self._spans[at] = module.span(at) if module is not None else Span(at.path, *ends)
        return known

    def step(self, via: Via) -> Step:
        """A step as it is told: one and the same object each time, for most texts have the same ones behind them."""
        known = self._told.get((via.step, via.at))
        if known is None:
            known = self._told[via.step, via.at] = Step(via.step, self.span(via.at))
        return known
