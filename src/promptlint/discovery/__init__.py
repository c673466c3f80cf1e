"""Which files there are: the ones to report on, and the project around them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from promptlint.discovery.walking import Tree
from promptlint.frozen import dataclass, replace

__all__ = ["PathError", "Project", "discover", "relative", "repository", "roots"]

_REPOSITORY = (".git",)
_PROJECT = ("pyproject.toml", "setup.py")
_CODE = (".py", ".ipynb")


class PathError(Exception):
    """A path that was asked for cannot be checked: the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder whose files are read together, and which of them are to be reported on.

    Paths are relative to `root`, with `/`.
    """

    root: Path
    """Absolute, without links."""
    paths: tuple[str, ...]
    """All its files of interest, and those that were asked for by name; sorted."""
    targets: frozenset[str]
    asked: tuple[str, ...] = ("",)
    """The files and folders that were asked for; the root itself is the empty path."""
    unlisted: tuple[tuple[str, str], ...] = ()
    """Folders that were asked for and could not be looked into, each with the reason."""


def discover(
    paths: Sequence[str], given: Collection[str] = (), endings: tuple[str, ...] = (".py",)
) -> tuple[Project, ...]:
    """The projects that paths belong to, with their files of certain endings.

    Paths in `given` need not exist. Raises PathError for the others that do not.

    What is found in a file must not depend on which others were asked for with it: so all of a repository is read as
    one project, whichever part of it is asked for. A folder that only holds separate projects is read as these.
    """
    projects = _by_root(paths, given)
    return tuple(part for root, asked in projects.items() for part in _apart(_project(root, asked, endings)))


def roots(paths: Sequence[str]) -> tuple[Path, ...]:
    """The folders of the projects that paths belong to. Raises PathError for those that do not exist."""
    return tuple(_by_root(paths))


def _by_root(paths: Sequence[str], given: Collection[str] = ()) -> Mapping[Path, Sequence[Path]]:
    """Root of a project → what was asked for in it."""
    asked = [Path(path).resolve() if path in given else _existing(path) for path in paths]
    folders = {path: path if path.is_dir() else path.parent for path in asked}
    around = {folder: _root(folder) for folder in set(folders.values())}
    outermost = _outermost(set(around.values()))
    projects: defaultdict[Path, list[Path]] = defaultdict(list)
    for path in asked:
        projects[outermost[around[folders[path]]]].append(path)
    return dict(sorted(projects.items()))


def _apart(project: Project) -> Iterator[Project]:
    """The projects that lie in a folder which is none itself, as clones or unpacked packages do.

    Each is read without the others, and finds the same as if it were asked for alone.
    """
    root = project.root
    inner = _inner(project) if not any((root / name).exists() for name in (*_REPOSITORY, *_PROJECT)) else set()
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for path in project.paths:
        top = path.partition("/")[0]
        paths[top if top in inner else ""].append(path)
    rest = paths.pop("", [])
    if rest or project.unlisted or not paths:
        yield replace(project, paths=tuple(rest), targets=project.targets.intersection(rest))
    for own in paths.values():
        yield replace(project, paths=tuple(own), targets=project.targets.intersection(own), unlisted=())


def _inner(project: Project) -> set[str]:
    """The folders right in a project, if none shares code with another.

    Such are repositories, and folders whose names no import can speak: `shop-1.0`. Where other code lies beside them,
    it may have to do with any of them.
    """
    tops = {path.partition("/")[0] for path in project.paths if path.endswith(_CODE)}
    return tops if all(_by_itself(project.root / top) for top in tops) else set()


def _by_itself(path: Path) -> bool:
    return path.is_dir() and (not path.name.isidentifier() or any((path / name).exists() for name in _REPOSITORY))


def repository(folder: Path) -> Path | None:
    """The top of the git repository that a folder is in; None when it is in none."""
    return next(_holding(_REPOSITORY, folder), None)


def relative(path: Path, folder: Path) -> str:
    """A path as it is written from a folder, with `/`; absolute where there is no way, on another drive."""
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:
        return path.as_posix()


def _existing(path: str) -> Path:
    # A broken link, or a loop of them, is no file; a pipe is neither.
    found = Path(path)
    if not found.is_dir() and not found.is_file():
        there = found.is_symlink() or found.exists()
        shown = f": 'promptlint show {path}' draws the prompt there" if _has_line(path) else ""
        raise PathError(f"{path}: {'is neither a file nor a folder' if there else 'no such file or folder'}{shown}")
    return found.resolve()


def _has_line(path: str) -> bool:
    file, _, line = path.partition(":")
    return line.partition(":")[0].isdecimal() and Path(file).is_file()


def _root(folder: Path) -> Path:
    return repository(folder) or next(_holding(_PROJECT, folder), folder)


def _holding(names: Sequence[str], folder: Path) -> Iterator[Path]:
    # Whoever keeps a home folder in git does not mean all of it to be one project.
    ends = (Path("~").expanduser(), Path(folder.anchor))
    for above in takewhile(lambda path: path not in ends, (folder, *folder.parents)):
        if any((above / name).exists() for name in names):
            yield above


def _outermost(roots: Collection[Path]) -> dict[Path, Path]:
    """Root → the outermost of the roots that it is in, which may be itself."""
    return {root: next(above for above in (*reversed(root.parents), root) if above in roots) for root in roots}


def _project(root: Path, asked: Sequence[Path], endings: tuple[str, ...]) -> Project:
    tree = Tree(root, endings)
    targets: set[str] = set()
    unlisted: set[tuple[str, str]] = set()
    for path in asked:
        inside = "" if path == root else path.relative_to(root).as_posix()
        if path.is_dir():
            tree.enter(inside)
            targets.update(tree.below(inside))
            unlisted.update(tree.unlisted_below(inside))
        else:
            targets.add(inside)
    within = tuple(sorted("" if path == root else path.relative_to(root).as_posix() for path in asked))
    paths = tuple(sorted(targets.union(tree.files)))
    return Project(root, paths, frozenset(targets), within, tuple(sorted(unlisted)))
