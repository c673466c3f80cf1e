"""What was being done when something of our own went wrong, and what it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

TRACEBACK = "PROMPTLINT_TRACEBACK"
"""Environment variable: with `1`, an error of our own ends the run, and shows where it was."""


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Leaves a note on what goes wrong, so that the user can be told what was being done."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def told(error: Exception) -> str:
    """An error on one line, and how to see more of it."""
    return f"{' '.join(f'{type(error).__name__}: {error}'.split())} ({TRACEBACK}=1 shows where)"
