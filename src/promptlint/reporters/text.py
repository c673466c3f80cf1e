"""Text for a terminal: users' texts made harmless, excerpts of source lines, and the last line of a report."""

from __future__ import annotations

import unicodedata
from functools import cache

import click

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Applicability
from promptlint.knowledge.loading import page_file
from promptlint.reporters.cells import cell
from promptlint.reporters.report import Report, Sources
from promptlint.request import Gap
from promptlint.spans import Lines, Span

MOST_COLUMNS = 120
"""Characters of a source line that are shown."""
_MANY = 50
"""Findings that are more than somebody mends before the next commit."""
_BEFORE = 40
"""Characters before the place in question that are shown of a line which is too long."""

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}

# Control characters steer a terminal, and bidirectional ones make text look like what it is not.
_HARMLESS = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    **dict.fromkeys([0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029], "�"),
    ord("\t"): "    ",
}


def harmless(text: str) -> str:
    """Text of the user's as it can be shown: on one line, and without what steers a terminal."""
    return text.translate(_HARMLESS)


def width(text: str) -> int:
    """The columns which a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Excerpts:
    """Lines of the source, by the spans that point at them."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lines = cache(lambda path: Lines(sources(path)))

    def marked(self, span: Span) -> tuple[str, str]:
        """The first line of a span, and below it what marks the span. Both empty where there is no such line."""
        line = self._lines(span.path).line(span.start.line)
        first = min(span.start.column - 1, len(line))
        last = span.end.column - 1 if span.end.line == span.start.line else len(line)
        shown, cut = _cut(line, first)
        before, within = harmless(shown[: first - cut]), harmless(shown[first - cut : max(last, first) - cut])
        return (harmless(shown), " " * width(before) + "^" * max(width(within), 1)) if line.strip() else ("", "")

    def place(self, span: Span) -> str:
        """Where a span begins; in a notebook, by its cell as well."""
        within = cell(self._sources(span.path), span)
        return harmless(f"{span} ({within})" if within else str(span))

    def line(self, span: Span) -> str:
        """The line on which a span begins, without its indentation."""
        line = self._lines(span.path).line(span.start.line)
        return harmless(_cut(line, min(span.start.column - 1, len(line)))[0].strip())


def _cut(line: str, at: int) -> tuple[str, int]:
    """What is shown of a line around a place in it, and how many characters before it are not."""
    if len(line) <= MOST_COLUMNS:
        return line, 0
    begin = min(max(at - _BEFORE, 0), len(line) - MOST_COLUMNS)
    piece = line[begin : begin + MOST_COLUMNS]
    head = "…" if begin else piece[0]
    tail = "…" if begin + MOST_COLUMNS < len(line) else piece[-1]
    return head + piece[1:-1] + tail, begin


def rule_code(diagnostic: Diagnostic) -> str:
    """The code of a rule, coloured, and a link to its page. Whoever prints it takes off what a terminal cannot do."""
    code = click.style(diagnostic.code, fg=COLOURS[diagnostic.severity], bold=True)
    return f"\x1b]8;;{page_file(diagnostic.code, diagnostic.name)}\x1b\\{code}\x1b]8;;\x1b\\"


def gap_line(gap: Gap) -> str:
    """A prompt that could not be followed, on one line."""
    return f"{click.style(harmless(str(gap.span)), bold=True)}: not followed: {harmless(gap.reason)}"


def summary(report: Report) -> str:
    """The last line of a report for people."""
    found = len(report.diagnostics)
    if found:
        said = f"Found {counted(found, 'finding')} in {counted(len({d.span.path for d in report.diagnostics}), 'file')}"
    else:
        said = f"Found nothing in {counted(report.statistics.files, 'file')}"
    if report.mended:
        said = f"Fixed {counted(report.mended, 'finding')}. {said}"
    return f"{click.style(said, bold=True)} ({_followed(report)}).{_fixable(report)}{_baseline(report)}"


def _fixable(report: Report) -> str:
    """A line that says how many findings a fix is there for; nothing when there is none."""
    levels = [d.fix.applicability for d in report.diagnostics if d.fix]
    safe, unsafe = levels.count(Applicability.SAFE), levels.count(Applicability.UNSAFE)
    options = [(safe, "--fix"), (unsafe, "--fix --unsafe-fixes")]
    said = [f"{number:,} with {option}" for number, option in options if number]
    return f"\nCan be fixed: {', '.join(said)}." if said else ""


def _baseline(report: Report) -> str:
    """A line on findings that were there before; where there are many and no baseline, that there may be one."""
    if report.known:
        return f"\nNot shown: {counted(report.known, 'finding')} of the baseline."
    if len(report.diagnostics) >= _MANY:
        return (
            "\nSo many at once: --statistics counts them by rule; --baseline FILE --update-baseline writes them down,"
            " and from then on --baseline FILE tells only new ones."
        )
    return ""


def _followed(report: Report) -> str:
    statistics = report.statistics
    said = f"{counted(statistics.prompts, 'prompt')} read"
    if statistics.partly:
        said += f", {statistics.partly} understood in part"
    if statistics.not_at_all:
        said += f", {statistics.not_at_all} not understood"
    if statistics.unsent:
        said += f", {statistics.unsent} more read without the call that sends them"
    hidden = (statistics.partly or statistics.not_at_all) and not report.gaps
    return f"{said}; --show-gaps says where and why" if hidden else said


def counted(number: int, noun: str) -> str:
    """A number of things: "1 file", "1,200 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
