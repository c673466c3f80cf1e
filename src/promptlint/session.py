"""A run: paths and options to a report."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache as remembered
from pathlib import Path, PurePosixPath
from posixpath import dirname

from promptlint.caching.depends import Same
from promptlint.caching.entries import Cache, Entry
from promptlint.config.configuration import Configuration
from promptlint.config.kinds import ConfigError
from promptlint.config.selection import Selection, chosen
from promptlint.config.settings import Settings
from promptlint.discovery import PathError, Project, discover, relative, repository
from promptlint.discovery.files import MOST_BYTES, digest, read
from promptlint.doing import doing
from promptlint.frozen import dataclass, replace
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.loading import endings, load_models, load_pages
from promptlint.placing import Places
from promptlint.reporters.report import Report, Sources, together
from promptlint.spreading import possible, side_by_side

__all__ = ["ConfigError", "KnowledgeError", "PathError", "check", "targets"]


_MANY_FILES = 50
"""What was read of so many is thrown away before the next project is read: by itself, that would happen too late."""
_Part = tuple[Project, Selection]
"""Files that are read together, and what is wanted of them."""


@dataclass(frozen=True, slots=True)
class Means:
    """How a run may save time."""

    cache: Cache | None = None
    """What was found before need not be found again; the prompts are not in such a report."""
    jobs: int = 1
    """Large projects are read in so many processes at most."""
    prompts: bool = True
    """Whether the report shall hold the prompts: to place all of their parts takes time, and few reports show one."""


NO_MEANS = Means()
"""All is read, in this process, and all that was read is told."""


def check(
    paths: Sequence[str], configuration: Configuration, given: Mapping[str, bytes], means: Means = NO_MEANS
) -> tuple[Report, Sources]:
    """Check files and folders, with the projects around them as context. Also gives the texts of the files reported on.

    What is `given` for a path stands in for what is on disk. Raises PathError or ConfigError for what cannot be done,
    and KnowledgeError where `rules/`, or a file of models of the user's, is broken.
    """
    with doing("looking for files"):
        projects = discover(paths, given, endings())
    placed = {Path(path).resolve(): raw for path, raw in given.items()}
    asked_for = chosen(load_pages(), configuration.settings(Path.cwd()))
    parts = [part for project in projects for part in _parts(project, configuration)]
    whole = together(_reports(parts, placed, means))
    codes = whole.rules or asked_for
    report = replace(
        whole,
        warnings=tuple(_warnings(whole, paths)),
        rules={code: page for code, page in load_pages().items() if code in codes},
        directory=_within_repository(),
    )
    return report, _sources(placed)


def _warnings(report: Report, paths: Sequence[str]) -> Iterator[str]:
    """What nobody did wrong, and which leaves something unchecked."""
    if not report.statistics.files:
        yield f"no Python files and no prompts in {', '.join(paths)}"
    newer = [gap for gap in report.gaps if gap.written_for]
    if newer:
        files = sorted({gap.span.path for gap in newer})
        version = max((gap.written_for for gap in newer), key=lambda version: tuple(map(int, version.split("."))))
        few = f"{files[0]} is" if len(files) == 1 else f"{files[0]} and {len(files) - 1} more are"
        was = "was" if len(files) == 1 else "were"
        yield (
            f"{few} written for a newer Python than the one that runs promptlint, and {was} not checked:"
            f" run promptlint with Python {version} or newer (--show-gaps says where)"
        )


def _reports(parts: Sequence[_Part], given: Mapping[Path, bytes], means: Means) -> list[Report]:
    """What each part of a run gives, from the cache where nothing has changed."""
    cache = None if given else means.cache
    kept = [_kept(part, cache) if cache is not None else None for part in parts]
    new = [part for part, report in zip(parts, kept, strict=True) if report is None]
    if not new:
        return [report for report in kept if report is not None]
    from promptlint.checking import FEW_FILES, checked  # all the readers come with it

    def report(part: _Part, jobs: int) -> Report:
        found, depends = checked(*part, given, jobs, prompts=means.prompts)
        if cache is not None and depends is not None:
            cache.keep(_question(*part), Entry(depends, found, tuple(found.rules)))
        if len(new) > 1 and len(part[0].paths) >= _MANY_FILES:
            gc.collect()
        return found

    if means.jobs > 1 and len(new) > 1 and possible() and sum(len(project.paths) for project, _ in new) >= FEW_FILES:
        largest_first = sorted(range(len(new)), key=lambda number: -len(new[number][0].paths))
        done = side_by_side(lambda number: report(new[number], 1), largest_first, means.jobs)
        fresh = dict(zip(largest_first, done, strict=True))
    else:
        fresh = {number: report(part, means.jobs) for number, part in enumerate(new)}
    made = iter(fresh[number] for number in range(len(new)))
    return [report if report is not None else next(made) for report in kept]


def _kept(part: _Part, cache: Cache) -> Report | None:
    """What was found before, if nothing has changed since."""
    project, selection = part
    kept = cache.find(_question(project, selection))
    if kept is None or not kept.depends.hold(project.root, project.paths, lambda: _idle(selection)):
        return None
    pages = load_pages()
    return replace(kept.report, rules={code: pages[code] for code in kept.codes})


def _idle(selection: Selection) -> Same:
    from promptlint.checking import still_idle

    return still_idle(load_models(selection.any.model_files))


def _question(project: Project, selection: Selection) -> str:
    """All that a report depends on beside the contents of files of the project, as one word."""
    matter = remembered(_what_matters)
    settings = {target: matter(selection[target]) for target in sorted(project.targets)}
    kinds = {each: number for number, each in enumerate(dict.fromkeys((matter(selection.any), *settings.values())))}
    models = [f"{path} {digest(path.read_bytes())}" for path in selection.any.model_files if path.is_file()]
    said = [Path.cwd(), project.root, project.asked, project.unlisted, matter(selection.otherwise), *kinds, *models]
    targets = [f"{kinds[each]} {target}" for target, each in settings.items()]
    paths = digest("\n".join(project.paths).encode("utf-8", "surrogatepass"))
    return digest("\n".join((*map(repr, said), *targets, paths)).encode("utf-8", "surrogatepass"))


def _what_matters(settings: Settings) -> Settings:
    """Settings without what only says how a report is shown."""
    return replace(settings, baseline="", cache_dir="", output_format="", places=())


def targets(paths: Sequence[str], configuration: Configuration) -> tuple[str, ...]:
    """The files that would be checked. Raises PathError or ConfigError."""
    from promptlint.checking import found_in

    found: list[str] = []
    for project in discover(paths, (), endings()):
        places = Places(project.root)
        for part, selection in _parts(project, configuration):
            found += map(places.path, found_in(part, selection))
    return tuple(sorted(found))


def _parts(project: Project, configuration: Configuration) -> Iterator[_Part]:
    """The files to report on, by what must be known to read them. Mostly that is the same for all."""
    home = configuration.settings(project.root)
    parts: defaultdict[_Known, dict[str, Settings]] = defaultdict(dict)
    if project.unlisted:
        parts[_needed(home)] = {}
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for target in project.targets:
        folders[dirname(target)].append(target)
    for folder, inside in folders.items():
        settings = configuration.settings(project.root / folder)
        may = configuration.may_exclude(project.root / folder)
        kept = [target for target in inside if not (may and _excluded(target, project, configuration))]
        if kept:
            parts[_needed(settings)].update(dict.fromkeys(kept, settings))
    for needed, settings_of in parts.items():
        unlisted = project.unlisted if needed == _needed(home) else ()
        part = replace(project, targets=frozenset(settings_of), unlisted=unlisted)
        yield part, Selection(load_pages(), settings_of, project.root, home)


def _excluded(target: str, project: Project, configuration: Configuration) -> bool:
    """Whether a file is not to be reported on, whichever of the paths that were asked for leads to it."""
    path = project.root / target
    above = {target, *(_inside(parent) for parent in PurePosixPath(target).parents)}.intersection(project.asked)
    return all(configuration.excluded(path, project.root / each) for each in above)


_Known = tuple[tuple[Path, ...], bool, str, str]


def _needed(settings: Settings) -> _Known:
    """What must be known to read a file: models, default provider, default model."""
    return settings.models, settings.installed_models, settings.default_provider, settings.default_model


def _inside(parent: PurePosixPath) -> str:
    return "" if parent == PurePosixPath() else parent.as_posix()


def _sources(given: Mapping[Path, bytes]) -> Sources:
    @remembered
    def text(path: str) -> str:
        from promptlint.checking import shown

        absolute = Path(path).resolve()
        try:
            return shown(given[absolute] if absolute in given else read(path, MOST_BYTES))
        except OSError:
            return ""

    return text


def _within_repository() -> str:
    here = Path.cwd()
    top = repository(here) or here
    return "" if top == here else relative(here, top)
