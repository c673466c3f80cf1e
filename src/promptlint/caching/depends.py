"""What a report depends on, and whether all of it is still as it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from promptlint.discovery.files import MOST_BYTES, Stamp, digest, prompt_files, stamped
from promptlint.frozen import dataclass
from promptlint.languages.python.modules.index import Glimpse, Watched

Same = Callable[[bytes, frozenset[bytes]], bool]
"""(bytes of a file, the words told of it) → whether it still has nothing to do with prompts."""


@dataclass(frozen=True, slots=True)
class Depends:
    """Everything that was read for a report."""

    stamps: Mapping[str, Stamp]
    """Path below the root of the project → how it was."""
    glimpses: Mapping[str, Glimpse]
    """Those of which nothing matters but what was seen of them."""
    watched: Watched
    texts: Mapping[str, str]
    """Path of a file that is no code and was asked for → digest; empty: there was none."""

    def hold(self, root: Path, paths: Collection[str], same: Callable[[], Same]) -> bool:
        """Whether reading the project again would read the same: `paths` are its files now, as far as we look at them.

        `same` is asked for only where a file that does not matter has changed.
        """
        read_text = prompt_files(root)
        texts = all(_digest(read_text(path)) == known for path, known in self.texts.items())
        return texts and self.stamps.keys() <= set(paths) and all(self._same(root, path, same) for path in self.stamps)

    def _same(self, root: Path, path: str, same: Callable[[], Same]) -> bool:
        known = self.stamps[path]
        try:
            status = os.stat(f"{root}/{path}")  # noqa: PTH116 - a Path for each of 20,000 files takes longer
            if known.time and (status.st_size, status.st_mtime_ns) == known[:2]:
                return True
            raw, now = stamped(f"{root}/{path}", MOST_BYTES)
        except OSError:
            return False
        if now.digest == known.digest:
            return True
        glimpse = self.glimpses.get(path)
        return glimpse is not None and glimpse.still(raw, self.watched) and same()(raw, glimpse.told)


def _digest(raw: bytes | None) -> str:
    return digest(raw) if raw is not None else ""
