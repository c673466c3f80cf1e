"""Findings for other programs. The form is a promise: keys are added within a version, never changed or taken away."""

from __future__ import annotations

import json
from typing import Any

from promptlint.diagnostics import Diagnostic
from promptlint.edits import Fix
from promptlint.layout import Step
from promptlint.reporters.report import Report, Sources
from promptlint.request import Gap
from promptlint.spans import Position, Span

SCHEMA_VERSION = 1


def render(report: Report, sources: Sources) -> str:
    """A JSON object with the findings, and the prompts that could not be followed. ASCII, so that no pipe breaks it."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "diagnostics": [diagnostic_object(diagnostic) for diagnostic in report.diagnostics],
        "gaps": [_gap(gap) for gap in report.gaps],
    }
    return json.dumps(document, indent=2) + "\n"


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as an object of JSON, in the form that the schema of reports describes."""
    stranded = diagnostic.stranded
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "confidence": diagnostic.confidence.name.lower(),
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "flow": [_step(step) for step in diagnostic.flow],
        "stranded_tokens": [stranded.low, stranded.high] if stranded else None,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "fix_refused": diagnostic.refused or None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.name.lower(),
        "message": fix.message,
        "edits": [{**_place(edit.span), "content": edit.content} for edit in fix.edits],
    }


def _step(step: Step) -> dict[str, Any]:
    return {**_place(step.span), "message": step.message}


def _gap(gap: Gap) -> dict[str, Any]:
    return {"path": gap.span.path, "start": _position(gap.span.start), "reason": gap.reason}


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.path, "start": _position(span.start), "end": _position(span.end)}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
