"""Thousands of repositories, on whatever runs Python: anything that is a `concurrent.futures.Executor`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, as_completed
from dataclasses import field
from pathlib import Path

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.discovery import relative
from promptlint.frozen import dataclass, replace
from promptlint.knowledge.loading import load_pages
from promptlint.layout import Confidence
from promptlint.placing import Places
from promptlint.reporters.report import Report, Sources, together
from promptlint.spans import Position, Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one repository."""

    name: str
    report: Report = field(default_factory=Report)
    """Its paths begin with the name of the repository. Without the prompts."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path → text of the files with findings."""
    failure: str = ""
    """Why it could not be checked; empty: it was."""


def check_many(
    repositories: Mapping[str, str], executor: Executor, settings: Settings | None = None, waiting: int = 64
) -> Iterator[Outcome]:
    """Check repositories, given as name → path where the executor runs. Yields outcomes as they come.

    One that fails is an outcome too, whatever went wrong, and the others go on. `settings` hold instead of the
    configuration files of the repositories. Not more than `waiting` are handed to the executor at a time.
    """
    left = iter(repositories.items())
    pending: dict[Future[Outcome], str] = {}
    while True:
        while len(pending) < waiting and (following := next(left, None)) is not None:
            pending[executor.submit(check_one, *following, settings)] = following[0]
        if not pending:
            return
        done = next(as_completed(pending))
        name = pending.pop(done)
        try:
            yield done.result()
        except Exception as error:  # the process, or the machine, that it ran on died
            yield Outcome(name, failure=f"{type(error).__name__}: {error}")


def check_one(name: str, path: str, settings: Settings | None = None) -> Outcome:
    """Check one repository. What goes wrong is in the outcome."""
    try:
        root = Path(path).resolve(strict=True)
        report, sources = session.check([str(root)], Configuration(fixed=settings), {})
    except Exception as error:
        doing = "".join(f" while {note}" for note in getattr(error, "__notes__", []))
        return Outcome(name, failure=f"{type(error).__name__}{doing}: {error}")
    here = Path.cwd()
    texts = {each.span.path: sources(each.span.path) for each in report.diagnostics}
    places = Places(here, named=lambda shown: f"{name}/{relative((here / shown).resolve(), root)}")
    placed = replace(
        report,
        diagnostics=tuple(map(places.of, report.diagnostics)),
        gaps=tuple(map(places.of, report.gaps)),
        requests=(),
        warnings=tuple(f"{name}: {warning}" for warning in report.warnings),
        files=tuple(map(places.path, report.files)),
        directory="",
    )
    return Outcome(name, placed, {places.path(shown): text for shown, text in texts.items()})


def one_report(outcomes: Iterable[Outcome]) -> tuple[Report, Sources]:
    """The outcomes as one report, for any reporter, with the texts that it shows. What was not checked is in it."""
    every = list(outcomes)
    failed = Report(diagnostics=tuple(_told(outcome) for outcome in every if outcome.failure))
    texts = {path: text for outcome in every for path, text in outcome.texts.items()}
    report = together([failed, *(outcome.report for outcome in every)])
    pages = load_pages()
    return replace(report, rules={UNREADABLE: pages[UNREADABLE], **report.rules}), lambda path: texts.get(path, "")


def _told(outcome: Outcome) -> Diagnostic:
    page, start = load_pages()[UNREADABLE], Position(1, 1)
    message = f"This repository could not be checked: {outcome.failure}. Nothing in it was checked."
    return Diagnostic(page.code, page.name, page.severity, Confidence.HIGH, message, Span(outcome.name, start, start))
