"""SARIF 2.1.0, as code scanning services and editors read it.

Places are relative to the top of the repository, so that a log is the same on every machine. A region never spans
lines: a service shows an alert on a change only if all its lines are part of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import quote

from promptlint import __version__
from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Applicability, Edit, Fix
from promptlint.knowledge.pages import Page
from promptlint.layout import Step
from promptlint.reporters.fingerprints import LineHashes
from promptlint.reporters.report import Report, Sources
from promptlint.spans import Lines, Position, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"

_MOST_DESCRIPTION = 1024
"""Characters of a description that services take."""
MOST_RESULTS = 25_000
"""Results of one run that services take: they refuse a log with more."""
_MOST_RELATED = 10
_ABOUT = (
    "promptlint reports what stops the prompts of LLM calls being cached or batched. This log carries the page of each"
    " rule; `promptlint rule PL101` shows one."
)
"""What the tool is, in the place of the address of its pages: they come with it, and a log names no machine."""
_TAGS = ("cost", "performance", "prompt-caching")
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}


def render(report: Report, sources: Sources) -> str:
    """One run with all rules that ran, and their results. ASCII, so that no pipe breaks it."""
    places = _Places(report, sources)
    rules = list(report.rules)
    kept = _gravest(report.diagnostics)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "promptlint",
                "semanticVersion": __version__,
                "informationUri": f"data:text/plain,{quote(_ABOUT)}",
                "rules": [_rule(page) for page in report.rules.values()],
            }
        },
        "automationDetails": {"id": "promptlint/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": [_result(d, rules.index(d.code), places) for d in kept],
    }
    if len(kept) < len(report.diagnostics):
        words = (
            f"{len(report.diagnostics):,} findings: the {len(kept):,} gravest are told, since services take no more."
        )
        note = {"level": "warning", "message": {"text": words}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [note]}]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _gravest(diagnostics: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """As many as services take, in their order."""
    ranks = {severity: rank for rank, severity in enumerate(Severity)}

    def gravity(number: int) -> tuple[int, int]:
        return ranks[diagnostics[number].severity], -diagnostics[number].confidence

    return [diagnostics[number] for number in sorted(sorted(range(len(diagnostics)), key=gravity)[:MOST_RESULTS])]


def _rule(page: Page) -> dict[str, Any]:
    return {
        "id": page.code,
        "name": page.name,
        "shortDescription": {"text": f"{page.summary}."},
        "fullDescription": {"text": _first_paragraph(page.text)},
        "help": {"text": page.text, "markdown": page.text},
        "defaultConfiguration": {"level": page.severity.value},
        "properties": {
            "tags": list(_TAGS),
            "precision": page.confidence.name.lower(),
            "problem.severity": _PROBLEMS[page.severity],
        },
    }


def _first_paragraph(page: str) -> str:
    paragraphs = (" ".join(block.split()) for block in page.split("\n\n"))
    text = next(block for block in paragraphs if block and not block.startswith("#"))
    return text if len(text) <= _MOST_DESCRIPTION else f"{text[: _MOST_DESCRIPTION - 1]}…"


def _result(diagnostic: Diagnostic, rule: int, places: _Places) -> dict[str, Any]:
    related = diagnostic.related[:_MOST_RELATED]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": diagnostic.message + _links(related)},
        "locations": [places.location(diagnostic.span)],
        "partialFingerprints": {"primaryLocationLineHash": places.fingerprint(diagnostic)},
        "properties": {"confidence": diagnostic.confidence.name.lower()},
    }
    if diagnostic.flow:
        begin = [] if diagnostic.span in {s.span for s in diagnostic.flow} else [Step("written here", diagnostic.span)]
        way = [{"location": places.location(s.span, text=s.message)} for s in (*begin, *diagnostic.flow)]
        result["codeFlows"] = [{"threadFlows": [{"locations": way}]}]
    if diagnostic.fix:
        result["fixes"] = [places.fix(diagnostic.fix)]
    if related:
        result["relatedLocations"] = [places.location(span, id=i) for i, span in enumerate(related, start=1)]
    return result


def _links(related: tuple[Span, ...]) -> str:
    """A sentence that links the related locations: viewers show only those which the message names."""
    links = [f"[{_escaped(f'{span.path}:{span.start.line}')}]({i})" for i, span in enumerate(related, start=1)]
    return f" The same goes for the calls at {', '.join(links)}." if links else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


class _Places:
    """Spans as SARIF locations."""

    def __init__(self, report: Report, sources: Sources) -> None:
        self._report = report
        self._lines: Callable[[str], Lines] = cache(lambda path: Lines(sources(path)))
        self._seen: Counter[tuple[str, str, int]] = Counter()
        self._hashes: Callable[[str], LineHashes] = cache(lambda path: LineHashes(sources(path)))

    def location(self, span: Span, *, text: str = "", id: int | None = None) -> dict[str, Any]:
        """A location, with a message and an id where there are any."""
        location: dict[str, Any] = {} if id is None else {"id": id}
        location["physicalLocation"] = {"artifactLocation": self._artifact(span.path), "region": self._region(span)}
        return location | ({"message": {"text": text}} if text else {})

    def fix(self, fix: Fix) -> dict[str, Any]:
        """A fix. The form has no word for how safe it is: its description says so, and a property."""
        safe = fix.applicability is Applicability.SAFE
        changes = [
            {"artifactLocation": self._artifact(path), "replacements": [self._replacement(edit) for edit in edits]}
            for path, edits in groupby(sorted(fix.edits), key=lambda edit: edit.span.path)
        ]
        return {
            "description": {"text": f"{fix.message}{'' if safe else ' (changes the words that are sent)'}."},
            "artifactChanges": changes,
            "properties": {"applicability": fix.applicability.name.lower()},
        }

    def _replacement(self, edit: Edit) -> dict[str, Any]:
        """An edit. None begins in the indentation of a line: an editor moves its begin to the first word there."""
        lines = self._lines(edit.span.path)
        start, end = edit.span.start, edit.span.end
        text = edit.content
        head = lines.line(start.line)[: start.column - 1]
        if not head.strip() and start.line > 1 and lines.line(start.line)[:1].isspace():
            start = Position(start.line - 1, len(lines.line(start.line - 1)) + 1)
            text = f"\n{head}{text}"
        region = {
            "startLine": start.line,
            "startColumn": _utf16_column(lines.line(start.line), start.column),
            "endLine": end.line,
            "endColumn": _utf16_column(lines.line(end.line), end.column),
        }
        newline = "\r\n" if lines.windows else "\n"
        content = text.replace("\r\n", "\n").replace("\n", newline)
        return {"deletedRegion": region, "insertedContent": {"text": content}}

    def _artifact(self, path: str) -> dict[str, str]:
        uri = quote(self._report.in_repository(path), errors="surrogateescape")
        return {"uri": uri, "uriBaseId": ROOT}

    def fingerprint(self, diagnostic: Diagnostic) -> str:
        """The hash of the line of a finding; a service would take two of one rule on one line for the same."""
        span = diagnostic.span
        self._seen[diagnostic.code, span.path, span.start.line] += 1
        nth = self._seen[diagnostic.code, span.path, span.start.line]
        return self._hashes(span.path).hash(span.start.line) + (f"-{nth}" if nth > 1 else "")

    def _region(self, span: Span) -> dict[str, int]:
        line = self._lines(span.path).line(span.start.line)
        start = min(span.start.column, len(line) + 1)
        inside = span.start.line == span.end.line and span.start.column < span.end.column
        end = span.end.column if inside else len(line) + 1
        return {
            "startLine": span.start.line,
            "startColumn": _utf16_column(line, start),
            "endLine": span.start.line,
            "endColumn": _utf16_column(line, max(start, end)),
        }


def _utf16_column(line: str, column: int) -> int:
    """A 1-based column in UTF-16 units, from one in code points."""
    return column + sum(1 for character in line[: column - 1] if character > "\uffff")
