"""Logging commands of Azure Pipelines."""

from __future__ import annotations

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import harmless

_ESCAPES = {"%": "%AZP25", "]": "%5D", ";": "%3B"}


def render(report: Report, sources: Sources) -> str:
    """A `task.logissue` for each finding."""
    return "".join(f"{_command(diagnostic, report)}\n" for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic, report: Report) -> str:
    start = diagnostic.span.start
    properties = {
        "type": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "sourcepath": report.in_repository(diagnostic.span.path),
        "linenumber": str(start.line),
        "columnnumber": str(start.column),
        "code": diagnostic.code,
    }
    said = "".join(f"{name}={_escaped(value)};" for name, value in properties.items())
    message = harmless(diagnostic.message).replace("%", "%AZP25")
    return f"##vso[task.logissue {said}]{diagnostic.code} [{diagnostic.name}] {message}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in harmless(text))
