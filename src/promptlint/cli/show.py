"""`promptlint show`: the prompt of a call, as the cache reads it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from promptlint.cli.outcome import RefusedError, refusing
from promptlint.cli.printing import write
from promptlint.cli.settings import config_options, configured

if TYPE_CHECKING:
    from promptlint.request import Request

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::\d+)?$")


@click.command(short_help="Draw a prompt as the cache reads it.")
@click.argument("place", metavar="FILE[:LINE]")
@config_options
def show(place: str, **options: Any) -> None:
    """Draw prompts as the cache reads them: those that a file sends, or is part of.

    With LINE, only those of the call there, or those which the text there gets into. Each text has its size in tokens,
    how often it changes, and what the cache makes of it.
    """
    match = None if Path(place).exists() else _PLACE.match(place)
    path, line = (match["path"], int(match["line"])) if match else (place, None)
    with refusing():
        configuration, _ = configured(options)
        from promptlint import session
        from promptlint.discovery import relative
        from promptlint.knowledge.loading import load_providers
        from promptlint.reporters.drawing import drawn

        report, _ = session.check([path], configuration, {})
    shown = relative(Path(path).resolve(), Path.cwd())
    prompts = (request for request in report.requests if not request.site.bare)
    here = [request for request in prompts if _touches(request, shown, None)]
    chosen = [request for request in here if _touches(request, shown, line)]
    if not chosen:
        lines = sorted({request.site.span.start.line for request in here if request.site.span.path == shown})
        known = f"; there are calls on line {', '.join(map(str, lines))}" if lines and line else ""
        raise RefusedError(f"{place}: no prompt is sent from here, and no text of it gets into one{known}")
    write(drawn(chosen, load_providers()), None)


def _touches(request: Request, path: str, line: int | None) -> bool:
    """Whether a prompt is sent from a place, or has a text from there."""
    return any(s.path == path and (line is None or s.start.line <= line <= s.end.line) for s in request.spans())
