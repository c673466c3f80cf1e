"""Where output goes: to the terminal as it likes it, or to a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from promptlint.cli.outcome import RefusedError


def write(text: str, file: str | None) -> None:
    """Print a text, or write it to a file without its styles. Raises RefusedError where that cannot be done."""
    if file is None:
        click.echo(text, nl=False, color=coloured())
        return
    try:
        Path(file).write_text(click.unstyle(text), encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise RefusedError(f"{file}: cannot be written: {error.strerror}") from error


def coloured() -> bool:
    """Whether standard output shows colours: a terminal does, and the usual variables have their say."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
