"""A sign of life on a long run, when a person is watching."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 1.0
"""Seconds before anything is shown, and between two signs."""


@contextmanager
def watched(what: str) -> Iterator[None]:
    """Says on the terminal how long something has been going on; nothing where nobody looks, and nothing is left."""
    if not sys.stderr.isatty() or "CI" in os.environ or os.environ.get("TERM") == "dumb":
        yield
        return
    done = threading.Event()
    since = time.monotonic()

    def show() -> None:
        while not done.wait(_PATIENCE):
            sys.stderr.write(f"\r{what} … {time.monotonic() - since:.0f} s\x1b[K")
            sys.stderr.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
