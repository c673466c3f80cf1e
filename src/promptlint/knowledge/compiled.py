"""What the files of `rules/` say, kept beside Python's own bytecode: to read them as YAML takes longer than a check.

As with bytecode, what is kept holds as long as no file that it was made of has another size or time; it is made by us,
in a folder that is as trusted as our own modules; and where it cannot be written, nothing is lost but time.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from promptlint.keeping import put

Made = tuple[tuple[str, int, int], ...]
"""Name, size and time of each file that something was made of."""


def compiled(folders: Iterable[Path], make: Callable[[], Any]) -> Any:
    """What `make` makes of the files in some folders, or what it made of them before."""
    kept = place()
    sources = _state((*folders, Path(__file__).parent, Path(__file__).parents[1]))
    # Whatever may be wrong with what is kept, it can be made again.
    with suppress(Exception):
        made_of, value = pickle.loads(kept.read_bytes())
        if made_of == sources:
            return value
    value = make()
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        put(kept, pickle.dumps((sources, value), pickle.HIGHEST_PROTOCOL))
    return value


def place() -> Path:
    """The file in which it is kept: beside the bytecode of this module, wherever Python is told to keep that."""
    return Path(importlib.util.cache_from_source(__file__)).with_name(f"rules.{sys.implementation.cache_tag}.pickle")


def _state(folders: Iterable[Path]) -> Made:
    """The files right in some folders: those of ours say how values look, those of `rules/` what they are."""
    found: list[tuple[str, int, int]] = []
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".yaml", ".md")):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
    return tuple(sorted(found))
