"""One JSON object on each line: the findings in the form of `json`, for programs that read a stream."""

from __future__ import annotations

import json

from promptlint.reporters.json import diagnostic_object
from promptlint.reporters.report import Report, Sources


def render(report: Report, sources: Sources) -> str:
    """A line for each finding; nothing where nothing was found."""
    return "".join(f"{json.dumps(diagnostic_object(diagnostic))}\n" for diagnostic in report.diagnostics)
