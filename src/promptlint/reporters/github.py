"""Workflow commands of GitHub Actions, which become annotations on a pull request."""

from __future__ import annotations

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import harmless

_MOST = 10
"""Annotations of one kind that are shown for a step; the others are only in its log."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, sources: Sources) -> str:
    """A command for each finding, and a notice where some of them will not be shown."""
    lines = [_command(diagnostic, report) for diagnostic in report.diagnostics]
    kinds = [diagnostic.severity for diagnostic in report.diagnostics]
    if any(kinds.count(severity) > _MOST for severity in Severity):
        lines.append(
            f"::notice title=promptlint::{len(lines)} findings, and no more than {_MOST} of a kind are shown as"
            " annotations. The log of this step has them all; --output-format sarif with an upload shows them all."
        )
    return "".join(f"{line}\n" for line in lines)


def _command(diagnostic: Diagnostic, report: Report) -> str:
    start, end = diagnostic.span.start, diagnostic.span.end
    where = {"file": report.in_repository(diagnostic.span.path), "line": start.line}
    # GitHub refuses columns where a span has several lines.
    where |= {"col": start.column, "endLine": end.line, "endColumn": end.column} if start.line == end.line else {}
    where |= {"title": f"promptlint {diagnostic.code} [{diagnostic.name}]"}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    message = f"{diagnostic.span.path}:{start.line}:{start.column}: {diagnostic.code} {diagnostic.message}"
    return f"::{_COMMANDS[diagnostic.severity]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return harmless(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
