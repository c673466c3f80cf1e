"""JUnit XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from promptlint.diagnostics import Diagnostic
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import counted, harmless

# What XML 1.0 cannot hold, however it is written.
_NO_XML = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, sources: Sources) -> str:
    """An XML document. A file in which nothing was found is no suite; a clean run is one case that passed."""
    found = len(report.diagnostics)
    suites = [_suite(path, list(each)) for path, each in groupby(report.diagnostics, key=lambda d: d.span.path)]
    passed = _attribute(f"nothing found in {counted(report.statistics.files, 'file')}")
    clean = [
        '  <testsuite name="promptlint" tests="1" failures="0" errors="0">',
        f'    <testcase name={passed} classname="promptlint"/>',
        "  </testsuite>",
    ]
    head = f'<testsuites name="promptlint" tests="{max(found, 1)}" failures="{found}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *(suites or clean), "</testsuites>"]) + "\n"


def _suite(path: str, diagnostics: list[Diagnostic]) -> str:
    number = len(diagnostics)
    cases = "\n".join(map(_case, diagnostics))
    head = f'  <testsuite name={_attribute(path)} tests="{number}" failures="{number}" errors="0">'
    return f"{head}\n{cases}\n  </testsuite>"


def _case(diagnostic: Diagnostic) -> str:
    start = diagnostic.span.start
    place = f'file={_attribute(diagnostic.span.path)} line="{start.line}"'
    name = f"{diagnostic.code} [{diagnostic.name}] line {start.line}, column {start.column}"
    failure = f"{diagnostic.span}: {diagnostic.message}"
    kind = f'type="{diagnostic.severity}" message={_attribute(diagnostic.message)}'
    return (
        f"    <testcase name={_attribute(name)} classname={_attribute(diagnostic.span.path)} {place}>\n"
        f"      <failure {kind}>{_text(failure)}</failure>\n"
        "    </testcase>"
    )


def _text(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", harmless(text)))


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", harmless(text)))
