"""A Code Quality report of GitLab."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.reporters.fingerprints import TextPrints
from promptlint.reporters.report import Report, Sources
from promptlint.spans import Position

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def render(report: Report, sources: Sources) -> str:
    """A JSON list with an object for each finding. ASCII, so that no pipe breaks it."""
    prints = TextPrints(sources)
    seen: Counter[str] = Counter()
    issues = []
    for diagnostic in report.diagnostics:
        key = f"{diagnostic.code}\0{report.in_repository(diagnostic.span.path)}\0{prints.of(diagnostic.span)}"
        seen[key] += 1
        issues.append(_issue(diagnostic, report, f"{key}\0{seen[key]}"))
    return json.dumps(issues, indent=2) + "\n"


def _issue(diagnostic: Diagnostic, report: Report, key: str) -> dict[str, Any]:
    return {
        "description": f"{diagnostic.code} [{diagnostic.name}] {diagnostic.message}",
        "check_name": diagnostic.name,
        "fingerprint": hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": report.in_repository(diagnostic.span.path),
            "positions": {"begin": _position(diagnostic.span.start), "end": _position(diagnostic.span.end)},
        },
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
