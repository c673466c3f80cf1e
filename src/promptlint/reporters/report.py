"""What there is to report: everything that a reporter knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from posixpath import join, normpath

from promptlint.diagnostics import Diagnostic
from promptlint.frozen import dataclass
from promptlint.knowledge.pages import Page
from promptlint.request import Gap, Request


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much was looked at, and how much of it could be followed."""

    files: int = 0
    """Files that were to be checked."""
    fully: int = 0
    """Prompts that could be followed from their first to their last word."""
    partly: int = 0
    """Prompts of which some text could not be followed."""
    not_at_all: int = 0
    """Prompts of which nothing could be followed."""
    unsent: int = 0
    """Prompts, or parts of them, that are read where they are written, since the call which sends them is not seen."""

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(
            self.files + other.files,
            self.fully + other.fully,
            self.partly + other.partly,
            self.not_at_all + other.not_at_all,
            self.unsent + other.unsent,
        )

    @property
    def prompts(self) -> int:
        """All calls that are seen to send a prompt."""
        return self.fully + self.partly + self.not_at_all


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found, in the order in which it is told. Paths are relative to the working directory, with `/`."""

    diagnostics: tuple[Diagnostic, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Prompts that could not be followed, or not to the end."""
    requests: tuple[Request, ...] = ()
    """Every prompt that files which were checked send, or have a part in."""
    statistics: Statistics = Statistics()
    warnings: tuple[str, ...] = ()
    """What the user should know of the run itself; not part of what was found."""
    rules: Mapping[str, Page] = field(default_factory=dict)
    """Code → page of the rules that ran."""
    files: tuple[str, ...] = ()
    """The files that were checked."""
    mended: int = 0
    """How many findings were mended, and are not in `diagnostics` any more."""
    known: int = 0
    """How many findings were in the baseline, and are not in `diagnostics`."""
    directory: str = ""
    """Path of the working directory within its repository, with `/`; empty at the top of it, or where there is none."""

    def in_repository(self, path: str) -> str:
        """A path of the report from the top of the repository, with `/`."""
        return normpath(join(self.directory, path))


def together(parts: Sequence[Report]) -> Report:
    """Parts as one report, in the order in which it is told. It has no directory."""
    return Report(
        diagnostics=tuple(sorted((d for part in parts for d in part.diagnostics), key=lambda d: d.order)),
        gaps=tuple(sorted((gap for part in parts for gap in part.gaps), key=lambda gap: (gap.span, gap.reason))),
        requests=tuple(request for part in parts for request in part.requests),
        statistics=sum((part.statistics for part in parts), Statistics()),
        warnings=tuple(warning for part in parts for warning in part.warnings),
        rules={code: page for part in parts for code, page in part.rules.items()},
        files=tuple(sorted(path for part in parts for path in part.files)),
    )


Sources = Callable[[str], str]
"""Path → text of the file; empty when it cannot be read (any more)."""
Reporter = Callable[[Report, Sources], str]
"""What a report looks like. Styled for a terminal where that makes sense; whoever prints it may take the styles off."""
