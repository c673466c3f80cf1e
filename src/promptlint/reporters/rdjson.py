"""The Diagnostic Format of reviewdog."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.reporters.report import Report, Sources
from promptlint.spans import Lines, Position, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, sources: Sources) -> str:
    """A JSON object with the findings, in ASCII. Columns count UTF-8 bytes, as the format wants."""
    lines: Callable[[str], Lines] = cache(lambda path: Lines(sources(path)))

    def location(span: Span) -> dict[str, Any]:
        places = {"start": _position(lines(span.path), span.start), "end": _position(lines(span.path), span.end)}
        return {"path": report.in_repository(span.path), "range": places}

    document = {
        "source": {"name": "promptlint"},
        "severity": "WARNING",
        "diagnostics": [_diagnostic(diagnostic, location) for diagnostic in report.diagnostics],
    }
    return json.dumps(document, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, location: Callable[[Span], dict[str, Any]]) -> dict[str, Any]:
    return {
        "message": diagnostic.message,
        "location": location(diagnostic.span),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code},
        "suggestions": [
            {"range": location(edit.span)["range"], "text": edit.content}
            for edit in (diagnostic.fix.edits if diagnostic.fix else ())
            if edit.span.path == diagnostic.span.path
        ],
        "relatedLocations": [{"message": s.message, "location": location(s.span)} for s in diagnostic.flow],
    }


def _position(lines: Lines, position: Position) -> dict[str, int]:
    head = lines.line(position.line)[: position.column - 1]
    # Behind the end of a line there is nothing to count.
    beyond = max(position.column - 1 - len(head), 0)
    return {"line": position.line, "column": len(head.encode("utf-8", "surrogatepass")) + beyond + 1}
