"""How a command ends."""

from __future__ import annotations

import click

CLEAN, FOUND, FAILED = 0, 1, 2
"""Exit codes: nothing was found; something was; what was asked for could not be done."""


class RefusedError(click.ClickException):
    """What was asked for cannot be done; the message is for the user."""

    exit_code = FAILED
