"""One line for each finding."""

from __future__ import annotations

import click

from promptlint.diagnostics import Diagnostic
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import gap_line, harmless, rule_code, summary


def render(report: Report, sources: Sources) -> str:
    """`path:line:column: CODE [name] message` for each finding, and a last line that sums up."""
    lines = [*map(_line, report.diagnostics), *map(gap_line, report.gaps), summary(report)]
    return "\n".join(lines) + "\n"


def _line(diagnostic: Diagnostic) -> str:
    place = click.style(harmless(str(diagnostic.span)), bold=True)
    return f"{place}: {rule_code(diagnostic)} [{diagnostic.name}] {harmless(diagnostic.message)}"
