"""What was being done when something went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Leaves a note on what goes wrong, so that the user can be told what was being done."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise
