"""One page that stands alone: what was found, and beside it every prompt as the cache reads it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby

from promptlint import __version__
from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Applicability
from promptlint.knowledge.loading import load_providers
from promptlint.layout import Tokens
from promptlint.reporters.patches import hunks
from promptlint.reporters.picture import Picture, Row, State, about, distinct, headline, total
from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import Excerpts, counted, harmless
from promptlint.spans import Span

_MOST = 3
"""Prompts of one call that are shown."""
_TAGS = {"-": "del", "+": "ins"}
"""Sign of a line of a diff → the element that says so without colours."""
_WORDS = {
    State.CACHED: "█ cached",
    State.GROWS: "█ grows",
    State.CHANGES: "≠ changes",
    State.REBILLED: "░ re-billed",
    State.UNKNOWN: "? unknown",
}


def render(report: Report, sources: Sources) -> str:
    """An HTML page without anything from elsewhere."""
    calls = distinct(report.requests)
    numbers = {span: f"prompt-{number}" for number, span in enumerate(calls, start=1)}
    found = _by_call(report.diagnostics, numbers)
    excerpts = Excerpts(sources)
    here = files("promptlint.reporters")
    findings = [_finding(d, i, numbers, excerpts, _fix(d, sources)) for i, d in enumerate(report.diagnostics, start=1)]
    prompts = [_prompts(span, pictures, numbers[span], found.get(span, ())) for span, pictures in calls.items()]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>promptlint</title>\n',
            f"<style>\n{here.joinpath('page.css').read_text(encoding='utf-8')}</style>\n</head>\n<body>\n",
            f"<header>\n<h1>promptlint</h1>\n{_totals(report)}</header>\n{_form(report)}<main>\n",
            '<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>\n',
            *(findings or ["<p>Nothing was found.</p>\n"]),
            '</section>\n<section aria-labelledby="prompts">\n<h2 id="prompts">Prompts</h2>\n',
            *(prompts or ["<p>No call that sends a prompt was found.</p>\n"]),
            f'</section>\n</main>\n<footer class="dim">promptlint {escape(__version__)}</footer>\n',
            f"<script>\n{here.joinpath('page.js').read_text(encoding='utf-8')}</script>\n</body>\n</html>\n",
        ]
    )


def _by_call(diagnostics: Sequence[Diagnostic], calls: Mapping[Span, str]) -> dict[Span, list[tuple[int, Diagnostic]]]:
    """The findings that each call has to do with, with their numbers."""
    found: dict[Span, list[tuple[int, Diagnostic]]] = {}
    for number, diagnostic in enumerate(diagnostics, start=1):
        for span in _calls_of(diagnostic, calls):
            found.setdefault(span, []).append((number, diagnostic))
    return found


def _calls_of(diagnostic: Diagnostic, calls: Mapping[Span, str]) -> list[Span]:
    touched = {diagnostic.span, *diagnostic.related, *(step.span for step in diagnostic.flow[-1:])}
    return sorted(touched & calls.keys())


def _totals(report: Report) -> str:
    severities = Counter(diagnostic.severity for diagnostic in report.diagnostics)
    rebilled = sum((d.stranded for d in report.diagnostics if d.stranded), Tokens())
    told = [(counted(severities[each], each.value), "") for each in Severity if severities[each]]
    told = told or [("0 findings", "")]
    told += [(counted(report.statistics.prompts, "prompt"), f"in {counted(report.statistics.files, 'file')}")]
    told += [(f"{about(rebilled)} tokens", "re-billed at full price, each time")] if rebilled.high else []
    items = "".join(f"<li><strong>{_text(big)}</strong> {_text(small)}</li>\n" for big, small in told)
    return f'<ul class="totals">\n{items}</ul>\n'


def _form(report: Report) -> str:
    names = {diagnostic.code: diagnostic.name for diagnostic in report.diagnostics}
    options = "".join(f'<option value="{code}">{code} {_text(names[code])}</option>' for code in sorted(names))
    boxes = "".join(
        f'<label><input type="checkbox" name="severity" value="{each}" checked>{each}</label>\n' for each in Severity
    )
    return (
        '<form hidden aria-label="Filter">\n'
        '<label>Search <input type="search" name="search"></label>\n'
        f'<label>Rule <select name="rule"><option value="">all</option>{options}</select></label>\n{boxes}'
        '<label><input type="checkbox" name="found">only prompts with findings</label>\n'
        '<span role="status" class="dim"></span>\n</form>\n'
    )


def _finding(diagnostic: Diagnostic, number: int, calls: Mapping[Span, str], excerpts: Excerpts, fix: str) -> str:
    title = f"{diagnostic.code} {diagnostic.name}"
    line, _ = excerpts.marked(diagnostic.span)
    way = "".join(
        f'<li>{_prose(step.message)} <span class="place">{_text(excerpts.place(step.span))}</span></li>'
        for step in diagnostic.flow
    )
    prompts = " ".join(f'<a href="#{calls[s]}">the prompt at {_text(str(s))}</a>' for s in _calls_of(diagnostic, calls))
    data = _data("finding", [diagnostic.code], f"{title} {diagnostic.message} {diagnostic.span}")
    return (
        f'<article id="finding-{number}" {data} data-severity="{diagnostic.severity}">\n'
        f'<h3><span class="severity {diagnostic.severity}">{diagnostic.severity}</span> {_text(title)}</h3>\n'
        f"<p>{_prose(diagnostic.message)}</p>\n"
        f'<p class="place">{_text(excerpts.place(diagnostic.span))} <code>{_text(line.strip())}</code></p>\n'
        + (f'<ol class="way">{way}</ol>\n' if way else "")
        + fix
        + (f"<p>{prompts}</p>\n" if prompts else "")
        + "</article>\n"
    )


def _fix(diagnostic: Diagnostic, sources: Sources) -> str:
    """A fix as the lines that it changes."""
    if diagnostic.fix is None:
        return ""
    unsafe = "" if diagnostic.fix.applicability is Applicability.SAFE else "unsafe "
    changed = []
    for path, lines in hunks(diagnostic.fix, sources):
        if path != diagnostic.span.path:
            changed.append(f'<span class="place">{_text(path)}:</span>')
        changed += [f"<{tag}>{_text(line)}</{tag}>" if (tag := _TAGS.get(line[:1])) else _text(line) for line in lines]
    shown = "\n".join(changed)
    return f'<p class="fix">{unsafe}fix: {_prose(diagnostic.fix.message)}</p>\n<pre tabindex="0">{shown}</pre>\n'


def _data(kind: str, rules: Sequence[str], text: str) -> str:
    return f'data-kind="{kind}" data-rules="{" ".join(sorted(set(rules)))}" data-text="{_text(text)}"'


def _prompts(span: Span, pictures: Sequence[Picture], name: str, found: Sequence[tuple[int, Diagnostic]]) -> str:
    first = pictures[0]
    links = " ".join(f'<a href="#finding-{number}">{d.code} {_text(d.name)}</a>' for number, d in found)
    words = " ".join([str(span), headline(first), *(row.text for row in first.rows)])
    more = len(pictures) - _MOST
    return (
        f'<details id="{name}" {_data("prompt", [d.code for _, d in found], words)}>\n'
        f'<summary><span class="place">{_text(str(span))}</span> {_text(headline(first))} {_marks(found)}</summary>\n'
        + (f"<p>{links}</p>\n" if links else "")
        + "".join(map(_table, pictures[:_MOST]))
        + (f"<p>… and {more} more prompts that other callers make of this call.</p>\n" if more > 0 else "")
        + "</details>\n"
    )


def _marks(found: Sequence[tuple[int, Diagnostic]]) -> str:
    return f'<span class="severity warning">{counted(len(found), "finding")}</span>' if found else ""


def _table(picture: Picture) -> str:
    said = total(picture, load_providers()[picture.request.site.provider])
    head = "".join(f'<th scope="col">{name}</th>' for name in ("cache", "tokens", "changes", "text", "written at"))
    body = "".join(_rows(picture))
    return (
        '<div class="scroll" role="group" aria-label="Prompt" tabindex="0">\n<table>\n'
        f"<caption>{_text(said)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )


def _rows(picture: Picture) -> Iterator[str]:
    ended = False
    for role, rows in groupby(picture.rows, key=lambda row: row.role):
        yield f'<tr><th scope="rowgroup" colspan="5">{role.value}</th></tr>\n'
        for row in rows:
            if row.state is State.CHANGES and not ended:
                ended = True
                yield _rule("the prefix ends here: what follows is billed anew")
            yield _row(row)
            if row.breakpoint:
                yield _rule(f"breakpoint{', ' + row.breakpoint.ttl if row.breakpoint.ttl else ''}")
    if picture.request.site.automatic or picture.request.site.caching:
        yield _rule("caching is switched on for the whole request")


def _rule(words: str) -> str:
    return f'<tr class="rule"><td colspan="5">── {_text(words)}</td></tr>\n'


def _row(row: Row) -> str:
    text = f"“{row.text}”" if row.literal else row.text
    short = text if len(text) <= 240 else f"{text[:239]}…"
    notes = f' <span class="dim">{_text("; ".join(row.notes))}</span>' if row.notes else ""
    cells = (
        f'<td class="state">{_WORDS[row.state]}</td>',
        f'<td class="number">{about(row.tokens)}</td>',
        f"<td>{row.often}</td>",
        f'<td class="text">{_text(short)}{notes}</td>',
        f'<td class="place">{_text(str(row.span))}</td>',
    )
    return f'<tr class="{row.state}">{"".join(cells)}</tr>\n'


def _text(text: str) -> str:
    return escape(harmless(text).encode("utf-8", "replace").decode("utf-8"))


def _prose(text: str) -> str:
    """A sentence, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))
