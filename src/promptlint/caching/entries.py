"""Reports on disk. Where one cannot be read, is broken or is of another promptlint, there is none."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from promptlint.caching.depends import Depends
from promptlint.caching.identity import identity
from promptlint.caching.plain import MisfitError, made, plain
from promptlint.diagnostics import Diagnostic
from promptlint.discovery.files import Stamp, digest
from promptlint.frozen import dataclass
from promptlint.keeping import put
from promptlint.languages.python.modules.index import Glimpse, Watched
from promptlint.reporters.report import Report, Statistics
from promptlint.request import Gap

KEPT = 30 * 24 * 3600
"""Seconds after which a report that nobody asked for is thrown away."""
_ENDING = ".json"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is the cache of promptlint.\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of a report that one project gives, without the prompts, and what it depends on."""

    depends: Depends
    report: Report
    codes: tuple[str, ...]
    """Of the rules that ran."""


class Cache:
    """Reports by what was asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, question: str) -> Entry | None:
        """What was found when the same was asked before."""
        path = self._path(question)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            if head.decode("ascii", "replace") != digest(body):
                return None
            entry = _entry(json.loads(body))
            os.utime(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return entry

    def keep(self, question: str, entry: Entry) -> None:
        """Remember what was found. Where the folder cannot be written to, nothing happens."""
        body = json.dumps(_plain(entry), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not (self._folder / "CACHEDIR.TAG").exists():
                (self._folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
                (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
            put(self._path(question), digest(body).encode() + b"\n" + body)
            self._forget_old()

    def clear(self) -> int:
        """Throw all reports away. Gives their number. Raises OSError."""
        entries = [path for path in self._folder.glob(f"*{_ENDING}") if path.is_file()]
        for path in entries:
            path.unlink(missing_ok=True)
        return len(entries)

    def _path(self, question: str) -> Path:
        return self._folder / f"{digest(f'{identity()} {question}'.encode())}{_ENDING}"

    def _forget_old(self) -> None:
        oldest = time.time() - KEPT
        for path in self._folder.glob(f"*{_ENDING}"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def user_folder(environment: Mapping[str, str]) -> Path:
    """Where programs keep such things for a user: nothing that a repository brings along is taken for a cache."""
    home = Path("~").expanduser()
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "promptlint" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "promptlint"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "promptlint"


def _plain(entry: Entry) -> dict[str, Any]:
    depends, report = entry.depends, entry.report
    return {
        "stamps": {path: list(stamp) for path, stamp in depends.stamps.items()},
        "glimpses": {
            path: [_texts(seen.told), _texts(seen.held) if seen.held is not None else None]
            for path, seen in depends.glimpses.items()
        },
        "watched": [_texts(depends.watched.known), _texts(depends.watched.asked)],
        "texts": dict(depends.texts),
        "report": [plain(report.diagnostics), plain(report.gaps), plain(report.statistics), list(report.files)],
        "codes": list(entry.codes),
    }


def _entry(data: Any) -> Entry:
    diagnostics, gaps, statistics, files = data["report"]
    known, asked = data["watched"]
    depends = Depends(
        {path: Stamp(*map(_typed, (int, int, str), stamp)) for path, stamp in data["stamps"].items()},
        {
            path: Glimpse(_words(told), None if held is None else _words(held))
            for path, (told, held) in data["glimpses"].items()
        },
        Watched(_words(known), _words(asked)),
        {path: _typed(str, text) for path, text in data["texts"].items()},
    )
    report = Report(
        diagnostics=made(tuple[Diagnostic, ...], diagnostics),
        gaps=made(tuple[Gap, ...], gaps),
        statistics=made(Statistics, statistics),
        files=made(tuple[str, ...], files),
    )
    return Entry(depends, report, made(tuple[str, ...], data["codes"]))


def _typed(kind: Callable[..., Any], data: Any) -> Any:
    return made(kind, data)


def _texts(found: Iterable[bytes]) -> list[str]:
    return sorted(word.decode("latin-1") for word in found)


def _words(data: Any) -> frozenset[bytes]:
    if not isinstance(data, list):
        raise MisfitError("not a list of words")
    return frozenset(word.encode("latin-1") for word in data)
