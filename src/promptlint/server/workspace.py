"""What an editor has open, and the report on it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.discovery import relative
from promptlint.frozen import dataclass
from promptlint.knowledge.loading import endings
from promptlint.reporters.report import Report, Sources
from promptlint.server.notebooks import Notebook


@dataclass(frozen=True, slots=True)
class Document:
    """A text in an editor, saved or not."""

    uri: str
    path: Path
    version: int | None
    text: str
    """Of a cell: that of its whole notebook, as it is stored."""
    notebook: Notebook | None = None
    """What it is a cell of."""

    @property
    def shown(self) -> str:
        """Its path as a report names it."""
        return relative(self.path, Path.cwd())


@dataclass(frozen=True, slots=True)
class Checked:
    """A report on everything that is open, and why there is none."""

    report: Report = field(default_factory=Report)
    sources: Sources = lambda path: ""
    error: str = ""


class Checker:
    """Checks everything that is open as one run, so that a prompt is followed through unsaved files too.

    The last answer is kept until something changes. Safe to be called from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._last = Checked()
        self._generation = 0

    def forget(self) -> None:
        """Something on disk has changed: the last answer holds no more."""
        self._generation += 1

    def check(self, documents: Mapping[str, Document]) -> Checked:
        """The report on all open documents. What the user has to mend (a setting, say) is its error."""
        ours = {each.shown: each for each in documents.values() if each.path.name.endswith(endings())}
        key = (self._generation, tuple(sorted((path, each.version, each.text) for path, each in ours.items())))
        with self._lock:
            if key != self._key:
                self._last = _checked(ours)
                self._key = key
            return self._last


def _checked(documents: Mapping[str, Document]) -> Checked:
    if not documents:
        return Checked()
    given = {path: document.text.encode("utf-8", "surrogatepass") for path, document in documents.items()}
    try:
        # A file that the configuration excludes is asked for by the editor only because it is open.
        asked = [p for p, d in documents.items() if not configuration_of().excluded(d.path, d.path.parent)]
        report, sources = session.check(asked, configuration_of(), given) if asked else (Report(), lambda path: "")
    except (session.ConfigError, session.KnowledgeError, session.PathError) as error:
        return Checked(error=str(error))
    return Checked(report, sources)


def configuration_of() -> Configuration:
    """The configuration as the files say now."""
    return Configuration()
