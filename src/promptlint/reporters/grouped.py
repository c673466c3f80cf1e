"""Findings under the names of their files."""

from __future__ import annotations

from itertools import groupby

import click

from promptlint.diagnostics import Diagnostic
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import gap_line, harmless, rule_code, summary


def render(report: Report, sources: Sources) -> str:
    """For each file its path, its findings as `line:column CODE [name] message`, and a blank line."""
    lines: list[str] = []
    for path, diagnostics in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.span.path):
        lines += [click.style(f"{harmless(path)}:", bold=True), *_table(list(diagnostics)), ""]
    lines += [*map(gap_line, report.gaps), *([""] if report.gaps else []), summary(report)]
    return "\n".join(lines) + "\n"


def _table(diagnostics: list[Diagnostic]) -> list[str]:
    places = [f"{d.span.start.line}:{d.span.start.column}" for d in diagnostics]
    width = max(map(len, places))
    return [f"  {place:<{width}}  {_said(d)}" for place, d in zip(places, diagnostics, strict=True)]


def _said(diagnostic: Diagnostic) -> str:
    return f"{rule_code(diagnostic)} [{diagnostic.name}] {harmless(diagnostic.message)}"
