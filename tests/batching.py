"""A file of which the first loop or fan-out is handed in as a batch."""

from __future__ import annotations

from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import applied
from promptlint.layout import Confidence
from promptlint.session import check

OPTIONS = Configuration(fixed=Settings(select=("PL301", "PL302"), min_confidence=Confidence.LOW))


def mended(source: str) -> str:
    """A file with the first fix made, or why there is none."""
    report, _ = check(["app.py"], OPTIONS, {"app.py": source.encode()})
    first = report.diagnostics[0]
    return applied(source, first.fix.edits) if first.fix else first.refused
