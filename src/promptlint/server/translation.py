"""Spans and diagnostics in the words of the Language Server Protocol, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls import uris

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Edit, applied
from promptlint.knowledge.loading import page_file
from promptlint.request import Gap
from promptlint.server.notebooks import Notebook
from promptlint.spans import Lines, Position, Span

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}

_UNITS: Mapping[types.PositionEncodingKind | str, Callable[[str], int]] = {
    types.PositionEncodingKind.Utf8: lambda text: len(text.encode("utf-8", "surrogatepass")),
    types.PositionEncodingKind.Utf16: lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    types.PositionEncodingKind.Utf32: len,
}
"""Encoding → the number of its units that a text takes."""


def uri_of(path: str) -> str:
    """The address of a file that a report names."""
    return uris.from_fs_path(str(Path(path).resolve())) or ""


class Texts:
    """Places in the texts of one report, in the units that the client counts."""

    def __init__(
        self,
        sources: Callable[[str], str],
        encoding: types.PositionEncodingKind | str,
        notebooks: Mapping[str, Notebook],
    ) -> None:
        self._sources = sources
        self._notebooks = notebooks
        """By the paths that the report names."""
        self._units = _UNITS[encoding]
        self._lines: dict[str, Lines] = {}

    def lines(self, path: str) -> Lines:
        """The lines of a file."""
        if path not in self._lines:
            self._lines[path] = Lines(self._sources(path))
        return self._lines[path]

    def location(self, span: Span) -> types.Location:
        """Where a span is, as the client counts it; one without width is the rest of its line."""
        notebook = self._notebooks.get(span.path)
        if notebook is None:
            return types.Location(uri_of(span.path), self._range(self.lines(span.path), span.start, span.end))
        (uri, start), (last, end) = notebook.within(span.start), notebook.within(span.end)
        return types.Location(uri, self._range(Lines(_cell(notebook, uri)), start, end if last == uri else start))

    def _range(self, lines: Lines, start: Position, end: Position) -> types.Range:
        if end == start:
            end = Position(start.line, max(len(lines.line(start.line)) + 1, start.column))
        return types.Range(self._position(lines, start), self._position(lines, end))

    def _position(self, lines: Lines, position: Position) -> types.Position:
        """A position as the client counts it: both numbers from 0."""
        return types.Position(position.line - 1, self._units(lines.line(position.line)[: position.column - 1]))

    def edits(self, path: str, edits: Sequence[Edit]) -> Iterator[tuple[str, list[types.TextEdit]]]:
        """Edits of a file as the client makes them, by the address of what it has open: the file, or its cells."""
        notebook = self._notebooks.get(path)
        if notebook is None:
            yield uri_of(path), [self._edit(edit) for edit in edits]
            return
        for uri, begin, end, content in notebook.changes(applied(self._sources(path), edits)):
            lines = Lines(_cell(notebook, uri))
            start, stop = (self._position(lines, lines.position(at)) for at in (begin, end))
            yield uri, [types.TextEdit(types.Range(start, stop), content)]

    def _edit(self, edit: Edit) -> types.TextEdit:
        lines = self.lines(edit.span.path)
        span = types.Range(self._position(lines, edit.span.start), self._position(lines, edit.span.end))
        windows = "\r\n" in self._sources(edit.span.path)
        content = edit.content.replace("\r\n", "\n")
        return types.TextEdit(span, content.replace("\n", "\r\n") if windows else content)

    def unchecked(self, gap: Gap) -> types.Diagnostic:
        """A file for a later Python than the one that runs us, at the place that tells it: the code is right."""
        return types.Diagnostic(
            range=self.location(gap.span).range,
            severity=types.DiagnosticSeverity.Information,
            source="promptlint",
            message=f"Nothing in this file was checked: {gap.reason}.",
        )

    def diagnostic(self, diagnostic: Diagnostic) -> types.Diagnostic:
        """A finding, with the way of its text into the prompt."""
        way = [types.DiagnosticRelatedInformation(self.location(s.span), s.message) for s in diagnostic.flow]
        return types.Diagnostic(
            range=self.location(diagnostic.span).range,
            severity=_SEVERITIES[diagnostic.severity],
            code=diagnostic.code,
            code_description=types.CodeDescription(page_file(diagnostic.code, diagnostic.name)),
            source="promptlint",
            message=diagnostic.message,
            related_information=way,
        )


def _cell(notebook: Notebook, uri: str) -> str:
    return next(cell.text for cell in notebook.cells if cell.uri == uri)


def meets(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges touch."""
    first, second = sorted((one, other), key=lambda each: (each.start.line, each.start.character))
    return (second.start.line, second.start.character) <= (first.end.line, first.end.character)
