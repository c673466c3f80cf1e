"""How a command ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

CLEAN, FOUND, FAILED = 0, 1, 2
"""Exit codes: nothing was found; something was; what was asked for could not be done."""


class RefusedError(click.ClickException):
    """What was asked for cannot be done; the message is for the user."""

    exit_code = FAILED


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what the user has to mend (a path, a setting, a file of models) into a refusal."""
    try:
        yield
    except click.ClickException:
        raise
    except Exception as error:
        from promptlint.session import ConfigError, KnowledgeError, PathError

        if isinstance(error, ConfigError | KnowledgeError | PathError):
            raise RefusedError(str(error)) from error
        raise
