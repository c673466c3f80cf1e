"""The Python files of a project, as a mapping that reads them when they are asked for."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from posixpath import normpath
from types import MappingProxyType
from typing import NamedTuple

MOST_BYTES = 16 * 1024 * 1024
"""A longer file is not read: nobody wrote it."""
MOST_PROMPT_BYTES = 1_000_000
"""A longer prompt file is not read."""
_SETTLED = 2_000_000_000
"""Nanoseconds after which a change of a file gives it another time, whatever the file system."""


View = Callable[[str, bytes], bytes]
"""(path, bytes of the file) → the bytes that are read in their place."""


def _unchanged(path: str, raw: bytes) -> bytes:
    return raw


class Stamp(NamedTuple):
    """How to tell whether a file is still the same."""

    size: int
    time: int
    """When it was changed, in nanoseconds; 0: so shortly before it was read that it may have changed since."""
    digest: str


class FilesTrace(NamedTuple):
    """What came up while files were read."""

    unreadable: dict[str, str]
    holding: set[str]
    stamps: dict[str, Stamp]
    steady: bool


class Files(Mapping[str, bytes]):
    """Path → bytes. Nothing is kept, so that a tree of any size fits in memory.

    A file that cannot be read is empty, and the reason is in `unreadable`.
    """

    def __init__(
        self, root: Path, paths: Sequence[str], given: Mapping[str, bytes], needle: bytes, view: View = _unchanged
    ) -> None:
        """`paths` are relative to the folder `root`; `given` stands in for what is on disk; all is seen by `view`."""
        self._view = view
        self._root = root
        self._paths = dict.fromkeys(paths)
        self._given = given
        self._needle = needle
        self.unreadable: dict[str, str] = {}
        """Path → why it could not be read: a predicate, to stand behind "this file"."""
        self.holding: set[str] = set()
        """The files read so far in which the needle occurs."""
        self.stamps: dict[str, Stamp] = {}
        """Of the files read so far from disk."""
        self.steady = True
        """Whether every file was the same each time that it was read."""

    def __getitem__(self, path: str) -> bytes:
        if path not in self._paths:
            raise KeyError(path)
        raw = self._view(path, self.raw(path))
        if self._needle in raw:
            self.holding.add(path)
        return raw

    def raw(self, path: str) -> bytes:
        """The bytes of a file as they are."""
        return self._given[path] if path in self._given else self._read(path)

    def trace(self) -> FilesTrace:
        """What has come up so far."""
        return FilesTrace(self.unreadable, self.holding, self.stamps, self.steady)

    def follow(self, trace: FilesTrace) -> None:
        """What has come up where the same files were read too."""
        self.unreadable |= trace.unreadable
        self.holding |= trace.holding
        same = all(self.stamps.get(path, stamp)[::2] == stamp[::2] for path, stamp in trace.stamps.items())
        self.stamps |= trace.stamps
        self.steady = self.steady and trace.steady and same

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def _read(self, path: str) -> bytes:
        try:
            raw, status = _read(f"{self._root}/{path}", MOST_BYTES)
        except OSError as error:
            self.unreadable[path] = f"cannot be read: {reason(error)}"
            return b""
        if path not in self.stamps:
            self.stamps[path] = stamp(raw, status)
        elif self.stamps[path].size != len(raw) or self.stamps[path].time not in (0, status.st_mtime_ns):
            self.steady = False
        return raw


def stamp(raw: bytes, status: os.stat_result) -> Stamp:
    """The stamp of a file that has just been read."""
    settled = time.time_ns() - status.st_mtime_ns > _SETTLED
    return Stamp(len(raw), status.st_mtime_ns if settled else 0, digest(raw))


def digest(raw: bytes) -> str:
    """A word for a text that no other text has."""
    return blake2b(raw, digest_size=16).hexdigest()


class RefusedError(OSError):
    """What there is under a name is not for us to read."""


def read(path: str, most: int) -> bytes:
    """The bytes of a regular file. Raises OSError, also when it has more than `most` bytes or is no regular file."""
    return _read(path, most)[0]


def stamped(path: str, most: int) -> tuple[bytes, Stamp]:
    """The bytes of a regular file, and its stamp. Raises OSError as `read` does."""
    raw, status = _read(path, most)
    return raw, stamp(raw, status)


def _read(path: str, most: int) -> tuple[bytes, os.stat_result]:
    # Without O_NONBLOCK, opening a pipe that took the place of a file waits for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("it is not a regular file")
        if status.st_size > most:
            raise RefusedError(f"it is longer than {most // 1_000_000} MB")
        return file.read(status.st_size), status


def reason(error: OSError) -> str:
    """What the operating system, or `read`, says went wrong."""
    return error.strerror or str(error)


def prompt_files(root: Path, given: Mapping[str, bytes] = MappingProxyType({})) -> Callable[[str], bytes | None]:
    """Gives readers the files that prompts are read from: only inside the root, and none of more than a megabyte."""

    def read_text(path: str) -> bytes | None:
        if (known := given.get(normpath(path))) is not None:
            return known
        try:
            real = (root / path).resolve()
            return read(str(real), MOST_PROMPT_BYTES) if real.is_relative_to(root) else None
        except (OSError, ValueError, RuntimeError):  # a null byte in the path, a loop of links
            return None

    return read_text
