"""Models that installed packages bring along, so that whoever uses a wrapper need not describe it.

A package names a folder of its own under the entry point group `promptlint.models`. Its files are found by what was
written down when it was installed: nothing of it is imported, so no code of it runs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from promptlint.knowledge.errors import KnowledgeError

GROUP = "promptlint.models"

_FOLDER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_ENDINGS = (".dist-info", ".egg-info")


@cache
def packaged() -> tuple[Path, ...]:
    """The files of models of all installed packages, by package, each in the order of their names.

    Raises KnowledgeError where a package names what it does not have.
    """
    found: dict[Path, None] = {}
    for metadata in sorted(_naming_us()):
        for line, folder in _entries(metadata):
            files = sorted(_installed(metadata, folder) or _linked(metadata, folder))
            if not files:
                where = f"{metadata.as_posix()}/entry_points.txt:{line}"
                raise KnowledgeError(
                    f"{where}: '{folder}' under {GROUP} must name a folder of the package in which YAML files are, as"
                    f" 'shop.promptlint' names shop/promptlint/*.yaml; {_path(folder)}/*.yaml was not installed"
                )
            found.update(dict.fromkeys(files))
    return tuple(found)


def _naming_us() -> Iterator[Path]:
    """Where the metadata are of each installed package that may have models; what comes first on the path holds."""
    known: set[str] = set()
    here = Path.cwd()
    for folder in map(Path, filter(None, sys.path)):
        # Not what lies in the working directory: `python -m promptlint` would find more than `promptlint` does.
        for name in _names(folder) if folder != here else ():
            package = name.partition("-")[0].lower()
            if name.endswith(_ENDINGS) and package not in known:
                known.add(package)
                if GROUP.encode() in _raw(folder / name / "entry_points.txt"):
                    yield folder / name


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _raw(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _entries(metadata: Path) -> Iterator[tuple[int, str]]:
    """What a package names under our group, with the lines. Raises KnowledgeError for what is no dotted name."""
    path = metadata / "entry_points.txt"
    section = ""
    for number, line in enumerate(_raw(path).decode("utf-8", "replace").splitlines(), 1):
        if line.strip().startswith("["):
            section = line.strip(" \t[]")
        elif section == GROUP and "=" in line:
            folder = line.partition("=")[2].strip()
            if not _FOLDER.fullmatch(folder):
                raise KnowledgeError(
                    f"{path.as_posix()}:{number}: '{folder}' under {GROUP} must be a dotted name, as 'shop.promptlint'"
                )
            yield number, folder


def _installed(metadata: Path, folder: str) -> list[Path]:
    """The YAML files of a folder that were installed with a package."""
    from importlib.metadata import Distribution  # takes longer than all the rest of this

    files = Distribution.at(metadata).files or []
    chosen = [file for file in files if file.parent.as_posix() == _path(folder) and file.suffix in (".yaml", ".yml")]
    return [path for file in chosen if (path := Path(str(file.locate()))).is_file()]


def _linked(metadata: Path, folder: str) -> Iterator[Path]:
    """The YAML files of a folder of a package that was installed as a link to its sources."""
    sources = _sources(metadata)
    for above in (*sources, *(path / "src" for path in sources), *map(Path, filter(None, sys.path))):
        if (above / _path(folder)).is_dir():
            yield from (path for path in (above / _path(folder)).iterdir() if path.suffix in (".yaml", ".yml"))
            return


def _sources(metadata: Path) -> list[Path]:
    """Where the sources are that an installer has written down (PEP 610); none where it has not."""
    import json
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        url = json.loads(_raw(metadata / "direct_url.json"))["url"]
    except (ValueError, KeyError, TypeError):
        return []
    local = isinstance(url, str) and url.startswith("file://")
    return [Path(url2pathname(urlsplit(url).path))] if local else []


def _path(folder: str) -> str:
    return folder.replace(".", "/")
