"""What has changed since a revision, as git tells it."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

_HUNK = re.compile(r"@@ -\S+ \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")
_PLAIN = ("-c", "core.quotePath=false", "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false")

Changed = Mapping[Path, Sequence[range]]
"""Absolute path → the lines, 1-based, that are new or different."""


class RevisionError(Exception):
    """There is no such revision, or no repository: the message says which."""


def changed_since(revision: str, folder: Path) -> Changed:
    """The lines of the working tree that are not as they were where it left a revision; all lines of untracked files.

    Raises RevisionError.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    # A revision that begins with a dash would be an option.
    base = _git(top, "merge-base", "--end-of-options", revision, "HEAD").strip()
    diff = _git(top, *_PLAIN, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", base, "--")
    untracked = _git(top, *_PLAIN, "ls-files", "-z", "--others", "--exclude-standard")
    changed: defaultdict[Path, list[range]] = defaultdict(list)
    path = top
    for line in diff.splitlines():
        if line.startswith("+++ b/"):
            path = top / line.removeprefix("+++ b/").rstrip("\t")
        elif hunk := _HUNK.match(line):
            first = int(hunk["first"])
            changed[path].append(range(first, first + int(hunk["count"] or 1)))
    for name in untracked.split("\0"):
        if name:
            changed[top / name].append(range(1, 2**31))
    return changed


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
        raise RevisionError(f"git says: {said[0] if said else 'it failed'}")
    return done.stdout.decode("utf-8", "surrogateescape")
