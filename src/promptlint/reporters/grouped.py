"""Findings under the names of their files."""

from __future__ import annotations

from itertools import groupby

import click

from promptlint.diagnostics import Diagnostic
from promptlint.reporters.cells import cell
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import gap_line, harmless, rule_code, summary


def render(report: Report, sources: Sources) -> str:
    """For each file its path, its findings as `line:column CODE [name] message`, and a blank line."""
    lines: list[str] = []
    for path, diagnostics in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.span.path):
        lines += [click.style(f"{harmless(path)}:", bold=True), *_table(list(diagnostics), sources(path)), ""]
    lines += [*map(gap_line, report.gaps), *([""] if report.gaps else []), summary(report)]
    return "\n".join(lines) + "\n"


def _table(diagnostics: list[Diagnostic], text: str) -> list[str]:
    cells = [cell(text, d.span) for d in diagnostics]
    within = [f" ({each})" if each else "" for each in cells]
    places = [f"{d.span.start.line}:{d.span.start.column}{w}" for d, w in zip(diagnostics, within, strict=True)]
    width = max(map(len, places))
    return [f"  {place:<{width}}  {_said(d)}" for place, d in zip(places, diagnostics, strict=True)]


def _said(diagnostic: Diagnostic) -> str:
    return f"{rule_code(diagnostic)} [{diagnostic.name}] {harmless(diagnostic.message)}"
