"""A walk through a folder: its files of interest, without what git ignores and what nobody wrote by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from promptlint.discovery.files import read, reason
from promptlint.discovery.gitignore import Rule, decision, parse

LEFT_OUT = frozenset(
    {"__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv"}
)
"""Folders which hold what tools made or installed. Hidden folders and virtual environments are left out as well."""

_IGNORE_FILES = (".ignore", ".gitignore")
"""The first one has the last word."""
_MOST_BYTES = 1_000_000

_Ignores = tuple[tuple[str, tuple[Rule, ...]], ...]
"""Folder → rules written there, the one with the last word first."""


class Tree:
    """The files of a folder with certain endings. Paths are relative to it, with `/`; itself is the empty path."""

    def __init__(self, root: Path, endings: tuple[str, ...]) -> None:
        self._root = root
        self._endings = endings
        self.files: set[str] = set()
        self._unlisted: dict[str, str] = {}
        self._entered: set[str] = set()
        self._walk("", self._above(""))

    def enter(self, folder: str) -> None:
        """Walk through a folder that somebody asked for, though it is one of those that are left out."""
        if folder not in self._entered and folder not in self._unlisted:
            self._walk(folder, self._above(folder))

    def below(self, folder: str) -> Iterator[str]:
        """The files found in a folder and the folders in it."""
        return (path for path in self.files if _within(path, folder))

    def unlisted_below(self, folder: str) -> Iterator[tuple[str, str]]:
        """The folders in a folder, and maybe itself, which could not be looked into, each with the reason."""
        return ((path, why) for path, why in self._unlisted.items() if _within(path, folder))

    def _walk(self, top: str, above: _Ignores) -> None:
        pending = [(top, above)]
        while pending:
            folder, ignores = pending.pop()
            try:
                with os.scandir(f"{self._root}/{folder}") as listing:
                    entries = {entry.name: entry for entry in listing}
            except OSError as error:
                self._unlisted[folder] = reason(error)
                continue
            if "pyvenv.cfg" in entries and folder != top:
                continue
            self._entered.add(folder)
            ignores = self._rules(folder, [name for name in _IGNORE_FILES if name in entries]) + ignores
            pending += [(path, ignores) for path in self._chosen(folder, entries, ignores)]

    def _chosen(self, folder: str, entries: dict[str, os.DirEntry[str]], ignores: _Ignores) -> list[str]:
        """The folders to go on with; files of interest are noted. Links are not followed: they lead anywhere."""
        inner = []
        for name, entry in entries.items():
            path = f"{folder}/{name}" if folder else name
            if entry.is_dir(follow_symlinks=False):
                if not (name.startswith(".") or name in LEFT_OUT or _ignored(path, ignores, folder=True)):
                    inner.append(path)
            elif (
                name.endswith(self._endings)
                and entry.is_file(follow_symlinks=False)
                and not _ignored(path, ignores, folder=False)
            ):
                self.files.add(path)
        return inner

    def _above(self, folder: str) -> _Ignores:
        """The rules that hold in a folder before its own ones."""
        if not folder:
            return self._rules("", [".git/info/exclude"])
        outer, _, _ = folder.rpartition("/")
        return self._rules(outer, _IGNORE_FILES) + self._above(outer)

    def _rules(self, folder: str, names: Sequence[str]) -> _Ignores:
        found = []
        for name in names:
            try:
                raw = read(f"{self._root}/{folder}/{name}", _MOST_BYTES)
            except OSError:
                continue
            found.append((folder, parse(raw.decode("utf-8", "surrogateescape"))))
        return tuple(found)


def _within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _ignored(path: str, ignores: _Ignores, *, folder: bool) -> bool:
    for home, rules in ignores:
        decided = decision(rules, path[len(home) + 1 :] if home else path, folder=folder)
        if decided is not None:
            return decided
    return False
