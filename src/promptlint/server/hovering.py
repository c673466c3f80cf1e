"""What an editor shows above a place: the rule that finds something there, and the prompt in question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import click

from promptlint.diagnostics import Diagnostic
from promptlint.knowledge.loading import load_providers, page
from promptlint.reporters.drawing import drawn
from promptlint.request import Request
from promptlint.spans import Position

_COMMENT = re.compile(r"promptlint:\s*(?:ignore|file-ignore|disable|enable)\[(?P<rules>[^\]]*)\]")
_RULE = re.compile(r"[^\s,]+")


def hover(line: str, at: Position, found: Sequence[Diagnostic], requests: Sequence[Request]) -> str:
    """Markdown about a place: the page of a rule that is named in a comment there, or what was found there."""
    return "\n\n---\n\n".join([*_named(line, at), *_found(at, found, requests)])


def _named(line: str, at: Position) -> Iterator[str]:
    for comment in _COMMENT.finditer(line):
        for rule in _RULE.finditer(line, *comment.span("rules")):
            known = page(rule[0])
            if known and rule.start() < at.column <= rule.end() + 1:
                yield known.text


def _found(at: Position, found: Sequence[Diagnostic], requests: Sequence[Request]) -> Iterator[str]:
    for diagnostic in found:
        if diagnostic.span.start <= at <= diagnostic.span.end:
            known = page(diagnostic.code)
            yield f"**{diagnostic.code} {diagnostic.name}**\n\n{diagnostic.message}"
            calls = {*(step.span for step in diagnostic.flow[-1:]), diagnostic.span}
            sent = [request for request in requests if request.site.span in calls][:1]
            if sent:
                yield f"```text\n{click.unstyle(drawn(sent, load_providers()))}```"
            if known:
                yield known.text
