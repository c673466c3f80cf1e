"""Which promptlint it was that found something: another one may find something else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from promptlint import __version__
from promptlint.knowledge.loading import RULES

FORM = 1
"""Of the files in the cache: another one is not read."""


@cache
def identity() -> str:
    """The form of the cache, the version, the Python that parses, and the state of our own files, as one word."""
    parts = [str(FORM), __version__, sys.version, *_state(str(Path(__file__).parents[1])), *_state(str(RULES))]
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _state(folder: str) -> Iterator[str]:
    """Names, sizes and times of files, as Python looks at them to know whether its bytecode is right."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                yield from _state(entry.path)
            elif entry.name.endswith((".py", ".yaml", ".md")):
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
