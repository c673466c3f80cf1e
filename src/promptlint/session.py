"""A run: paths and options to a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from promptlint.config.configuration import Configuration
from promptlint.config.kinds import ConfigError
from promptlint.config.selection import Selection, chosen
from promptlint.config.settings import Settings
from promptlint.discovery import PathError, Project, discover, relative, repository
from promptlint.discovery.files import MOST_BYTES, read
from promptlint.doing import doing
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.loading import endings, load_pages
from promptlint.placing import Places
from promptlint.reporters.report import Report, Sources, Statistics

__all__ = ["ConfigError", "KnowledgeError", "PathError", "check", "targets"]


def check(paths: Sequence[str], configuration: Configuration, given: Mapping[str, bytes]) -> tuple[Report, Sources]:
    """Check files and folders, with the projects around them as context. Also gives the texts of the files reported on.

    What is `given` for a path stands in for what is on disk. Raises PathError or ConfigError for what cannot be done,
    and KnowledgeError where `rules/`, or a file of models of the user's, is broken.
    """
    with doing("looking for files"):
        projects = discover(paths, given, endings())
    placed = {Path(path).resolve(): raw for path, raw in given.items()}
    asked_for = chosen(load_pages(), configuration.settings(Path.cwd()))
    from promptlint.checking import checked  # all the readers come with it

    parts = [
        checked(part, selection, placed) for project in projects for part, selection in _parts(project, configuration)
    ]
    statistics = sum((part.statistics for part in parts), Statistics())
    codes = {code for part in parts for code in part.rules} or asked_for.keys()
    report = Report(
        diagnostics=tuple(sorted((d for part in parts for d in part.diagnostics), key=lambda d: d.order)),
        gaps=tuple(sorted((gap for part in parts for gap in part.gaps), key=lambda gap: (gap.span, gap.reason))),
        requests=tuple(request for part in parts for request in part.requests),
        statistics=statistics,
        warnings=() if statistics.files else (f"no Python files and no prompts in {', '.join(paths)}",),
        rules={code: page for code, page in load_pages().items() if code in codes},
        directory=_within_repository(),
        files=tuple(sorted(path for part in parts for path in part.files)),
    )
    return report, _sources(placed)


def targets(paths: Sequence[str], configuration: Configuration) -> tuple[str, ...]:
    """The files that would be checked. Raises PathError or ConfigError."""
    from promptlint.checking import found_in

    found: list[str] = []
    for project in discover(paths, (), endings()):
        places = Places(project.root)
        for part, selection in _parts(project, configuration):
            found += map(places.path, found_in(part, selection))
    return tuple(sorted(found))


def _parts(project: Project, configuration: Configuration) -> Iterator[tuple[Project, Selection]]:
    """The files to report on, by what must be known to read them. Mostly that is the same for all."""
    home = configuration.settings(project.root)
    parts: defaultdict[_Known, dict[str, Settings]] = defaultdict(dict)
    if project.unlisted:
        parts[_needed(home)] = {}
    asked = frozenset(project.asked)
    for target in project.targets:
        path = project.root / target
        above = asked.intersection((target, *(_inside(parent) for parent in PurePosixPath(target).parents)))
        if not all(configuration.excluded(path, project.root / each) for each in above):
            settings = configuration.settings(path.parent)
            parts[_needed(settings)][target] = settings
    for needed, settings_of in parts.items():
        unlisted = project.unlisted if needed == _needed(home) else ()
        part = replace(project, targets=frozenset(settings_of), unlisted=unlisted)
        yield part, Selection(load_pages(), settings_of, project.root, home)


_Known = tuple[tuple[Path, ...], str, str]


def _needed(settings: Settings) -> _Known:
    """What must be known to read a file: models, default provider, default model."""
    return settings.models, settings.default_provider, settings.default_model


def _inside(parent: PurePosixPath) -> str:
    return "" if parent == PurePosixPath() else parent.as_posix()


def _sources(given: Mapping[Path, bytes]) -> Sources:
    @cache
    def text(path: str) -> str:
        from promptlint.checking import text_of

        absolute = Path(path).resolve()
        try:
            return text_of(given[absolute] if absolute in given else read(path, MOST_BYTES))
        except OSError:
            return ""

    return text


def _within_repository() -> str:
    here = Path.cwd()
    top = repository(here) or here
    return "" if top == here else relative(here, top)
