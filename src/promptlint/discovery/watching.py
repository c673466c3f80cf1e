"""How the files of projects are at a moment, so that somebody who looks twice can tell what has changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from promptlint.discovery.walking import Tree

State = Mapping[str, tuple[int, int]]
"""Absolute path → size and time of change, in nanoseconds."""


def state(roots: Iterable[Path], also: Iterable[Path] = (), apart: Collection[str] = ()) -> State:
    """The files of folders, and files that are named, which there need not be; without those `apart`.

    All files count, of whatever kind, since a prompt may be read from any: but not what git ignores, and not where we
    write ourselves.
    """
    paths = {f"{root}/{path}" for root in roots for path in Tree(root, ("",)).files}
    return dict(_known(paths.union(map(str, also)).difference(apart)))


def changed(before: State, after: State) -> tuple[str, ...]:
    """The files that are new, gone or different, sorted."""
    return tuple(sorted({path for path, _ in before.items() ^ after.items()}))


def _known(paths: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    written = set(_written())
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - a Path for each of 20,000 files takes longer
        except OSError:
            continue
        if (status.st_dev, status.st_ino) not in written:
            yield path, (status.st_size, status.st_mtime_ns)


def _written() -> Iterator[tuple[int, int]]:
    """The files that standard output and standard error go to, by device and number."""
    for descriptor in (1, 2):
        with suppress(OSError):
            status = os.fstat(descriptor)
            yield status.st_dev, status.st_ino
