"""Where output goes: to the terminal as it likes it, or to a file."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

from promptlint.cli.outcome import RefusedError

_LINK = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\")
_KNOW_LINKS = ("VTE_VERSION", "WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "ITERM_SESSION_ID", "WEZTERM_PANE")
"""Variables which terminals set that can follow a link in a text."""


def write(text: str, file: str | None) -> None:
    """Print a text, or write it to a file without styles and links. Raises RefusedError where that cannot be done."""
    if file is None:
        click.echo(text if linked() else _LINK.sub("", text), nl=False, color=coloured())
        return
    plain = click.unstyle(_LINK.sub("", text))
    try:
        Path(file).write_text(plain, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise RefusedError(f"{file}: cannot be written: {error.strerror}") from error


def coloured() -> bool:
    """Whether standard output shows colours: a terminal does, and the usual variables have their say."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def linked() -> bool:
    """Whether standard output shows links: a terminal that says so by one of its variables, or FORCE_HYPERLINK."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced != "0"
    knows = any(name in os.environ for name in _KNOW_LINKS)
    return knows and sys.stdout.isatty() and coloured() and "CI" not in os.environ
