"""Pictures of prompts in text: what `promptlint show` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from promptlint.knowledge.providers import Providers
from promptlint.layout import Role
from promptlint.reporters.picture import Picture, Row, State, about, distinct, headline, total
from promptlint.reporters.text import harmless
from promptlint.request import Request

_WIDTH = 56
"""Characters of a text that are shown."""
_MOST = 3
"""Prompts of one call that are drawn: callers may give it many."""

_MARKS = {State.CACHED: "█", State.GROWS: "█", State.CHANGES: "≠", State.REBILLED: "░", State.UNKNOWN: "?"}
_COLOURS = {
    State.CACHED: "green",
    State.GROWS: "green",
    State.CHANGES: "red",
    State.REBILLED: "yellow",
    State.UNKNOWN: "cyan",
}
LEGEND = "█ read from the cache   ≠ changes   ░ stays the same, and is re-billed at full price   ? cannot be told"


def drawn(requests: Sequence[Request], providers: Providers) -> str:
    """Every prompt of some calls, in the order in which the cache reads it."""
    parts = []
    for span, pictures in distinct(requests).items():
        for picture in pictures[:_MOST]:
            place = click.style(harmless(str(span)), bold=True)
            head = f"{place}  {headline(picture, harmless)}"
            said = total(picture, providers[picture.request.site.provider])
            parts.append("\n".join([head, *_lines(picture), "", f"  {said}"]))
        if len(pictures) > _MOST:
            parts.append(f"  … and {len(pictures) - _MOST} more prompts that other callers make of this call.")
    return "\n\n".join([*parts, LEGEND]) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    site = picture.request.site
    heading: Role | None = None
    ended = False
    for row in picture.rows:
        if row.role is not heading:
            heading = row.role
            yield ""
            yield f"  {click.style(row.role.value, bold=True)}"
        if row.state is State.CHANGES and not ended:
            ended = True
            yield _rule("the prefix ends here: what follows is billed anew")
        yield _line(row)
        if row.breakpoint:
            lifetime = f", {harmless(row.breakpoint.ttl)}" if row.breakpoint.ttl else ""
            yield _rule(f"breakpoint{lifetime}")
    if site.automatic or site.caching:
        yield _rule("caching is switched on for the whole request")


def _rule(words: str) -> str:
    return click.style(f"  ── {words} {'─' * max(70 - len(words), 2)}", fg="blue")


def _line(row: Row) -> str:
    text = f'"{row.text}"' if row.literal else row.text
    text = harmless(_cut(text))
    notes = f"  ({harmless(_cut('; '.join(row.notes)))})" if row.notes else ""
    mark = click.style(_MARKS[row.state], fg=_COLOURS[row.state], bold=True)
    place = click.style(harmless(str(row.span)), dim=True)
    return f"    {mark} {about(row.tokens):>7}  {row.often:<17}  {text}{notes}  {place}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
