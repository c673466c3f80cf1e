"""A run: paths and options to a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from promptlint import suppressions
from promptlint.checks import CHECKS
from promptlint.diagnostics import Diagnostic, Finding
from promptlint.discovery import PathError, Project, discover, relative, repository
from promptlint.discovery.files import MOST_BYTES, Files, read
from promptlint.knowledge.documents import KnowledgeError, closest
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.knowledge.pages import Page, load_pages
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.project import decoded
from promptlint.languages.python.read import read_project
from promptlint.layout import Confidence, Gap, Known, Reading
from promptlint.reporters.report import Report, Sources, Statistics
from promptlint.spans import Position, Span

__all__ = ["KnowledgeError", "Options", "PathError", "SelectorError", "check"]

MOST_PROMPT_BYTES = 1_000_000
"""A longer prompt file is not read."""

_Given = Mapping[Path, bytes]
"""Absolute path → what stands in for the file on disk."""


class SelectorError(Exception):
    """A rule that was asked for does not exist: the message says which."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to report. Rules are given by code, by name, by the beginning of a code, or as ALL."""

    select: tuple[str, ...] = ()
    """Empty: the rules whose pages say that they are on."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    """Has the last word."""
    min_confidence: Confidence = Confidence.MEDIUM


def check(paths: Sequence[str], options: Options, given: Mapping[str, bytes]) -> tuple[Report, Sources]:
    """Check files and folders, with the projects around them as context. Also gives the texts of the files reported on.

    What is `given` for a path stands in for what is on disk. Raises PathError or SelectorError for what cannot be done,
    and KnowledgeError where `rules/` is broken.
    """
    rules = chosen(load_pages(), options)
    with _doing("looking for files"):
        projects = discover(paths, given)
    placed = {Path(path).resolve(): raw for path, raw in given.items()}
    parts = [_checked(project, rules, options.min_confidence, placed) for project in projects]
    statistics = sum((part.statistics for part in parts), Statistics())
    report = Report(
        diagnostics=tuple(sorted((d for part in parts for d in part.diagnostics), key=lambda d: d.order)),
        gaps=tuple(sorted((gap for part in parts for gap in part.gaps), key=lambda gap: (gap.span, gap.reason))),
        statistics=statistics,
        warnings=() if statistics.files else (f"no Python files in {', '.join(paths)}",),
        rules=rules,
        directory=_within_repository(),
    )
    return report, _sources(placed)


def _checked(project: Project, rules: Mapping[str, Page], least: Confidence, given: _Given) -> Report:
    """The part of a report that one project gives: read, check, merge, suppress."""
    overlaid = {relative(path, project.root): raw for path, raw in given.items()}
    files = Files(project.root, project.paths, overlaid, suppressions.MARKER)
    providers = load_providers()
    with _doing(f"reading {project.root}"):
        read_text = prompt_files(project.root)
        reading = read_project(files, project.targets, load_models(), providers, read_text)
    findings = [found for found in _findings(reading, rules, providers) if _asked_for(found, project.targets, files)]
    unreadable = _unreadable(project, files, reading) if suppressions.UNREADABLE in rules else []
    with _doing("reading comments"):
        marked = sorted(files.holding & project.targets)
        comments = [suppressions.read_comments(_text(files[path]), path) for path in marked]
    told = suppressions.suppressed([*merged(findings, rules), *unreadable], comments, load_pages(), rules)
    shown = _shown(project.root)
    return Report(
        diagnostics=tuple(_placed(diagnostic, shown) for diagnostic in told if diagnostic.confidence >= least),
        gaps=tuple(Gap(_span(g.span, shown), g.reason) for g in reading.gaps if g.span.path in project.targets),
        statistics=_statistics(project, reading, {found.call for found in findings}),
    )


# --- which rules ------------------------------------------------------------------------------------------------------


def chosen(pages: Mapping[str, Page], options: Options) -> Mapping[str, Page]:
    """The pages of the rules that options ask for. Raises SelectorError for a rule that does not exist.

    That a file could not be read is always told, unless it is ignored by name: silence would say that it is clean.
    """
    default = {code for code, page in pages.items() if page.default}
    wanted = _selected(pages, options.select) if options.select else default
    wanted = {suppressions.UNREADABLE} | wanted | _selected(pages, options.extend_select)
    wanted -= _selected(pages, options.ignore)
    return {code: page for code, page in pages.items() if code in wanted}


def _selected(pages: Mapping[str, Page], selectors: Iterable[str]) -> set[str]:
    codes: set[str] = set()
    for selector in selectors:
        meant = {c for c, page in pages.items() if selector in ("ALL", page.name) or c.startswith(selector)}
        if not meant or not selector:
            known = [*pages, *(page.name for page in pages.values()), "ALL"]
            raise SelectorError(f"there is no rule '{selector}'{closest(selector, known)}")
        codes |= meant
    return codes


# --- findings to diagnostics ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found, and the call that sends the prompt in question."""

    code: str
    finding: Finding
    call: Span


def _findings(reading: Reading, rules: Iterable[str], providers: Providers) -> Iterator[Found]:
    checks = [(code, CHECKS[code]) for code in rules if code in CHECKS]
    for request in reading.requests:
        for code, find in checks:
            with _doing(f"checking {code} at {request.site.span}"):
                for finding in find(request, providers[request.site.provider]):
                    yield Found(code, finding, request.site.span)


def merged(findings: Iterable[Found], pages: Mapping[str, Page]) -> list[Diagnostic]:
    """One diagnostic for each rule and place: the most certain, the dearest, the one with the longest way.

    The other calls which the same cause touches are related to it.
    """
    groups: defaultdict[tuple[str, Span], list[Found]] = defaultdict(list)
    for found in findings:
        groups[found.code, found.finding.at].append(found)
    diagnostics = []
    for (code, at), group in groups.items():
        best = max(group, key=_weight)
        finding, page = best.finding, pages[code]
        diagnostics.append(
            Diagnostic(
                code=code,
                name=page.name,
                severity=finding.severity or page.severity,
                confidence=finding.confidence,
                message=finding.message,
                span=at,
                flow=finding.flow,
                stranded=finding.stranded,
                related=tuple(sorted({found.call for found in group} - {best.call})),
            )
        )
    return diagnostics


def _weight(found: Found) -> tuple[Confidence, int, int]:
    finding = found.finding
    return finding.confidence, finding.stranded.high if finding.stranded else 0, len(finding.flow)


def _asked_for(found: Found, targets: Collection[str], files: Collection[str]) -> bool:
    """Whether a finding is in a file that is reported on, or in a text which such a file reads in."""
    path = found.finding.at.path
    return path in targets or (path not in files and found.call.path in targets)


def _unreadable(project: Project, files: Files, reading: Reading) -> Iterator[Diagnostic]:
    """Files that were to be checked and could not be."""
    start = Position(1, 1)
    gaps = [gap for gap in reading.unreadable if gap.span.path in project.targets]
    gaps += [Gap(Span(p, start, start), why) for p, why in files.unreadable.items() if p in project.targets]
    whys = [(gap.span, f"This file {gap.reason}") for gap in gaps]
    whys += [(Span(p or ".", start, start), f"This folder cannot be looked into: {why}") for p, why in project.unlisted]
    page = load_pages()[suppressions.UNREADABLE]
    for span, why in whys:
        message = f"{why}. Nothing in it was checked."
        yield Diagnostic(page.code, page.name, page.severity, Confidence.HIGH, message, span)


def _statistics(project: Project, reading: Reading, calls: Collection[Span]) -> Statistics:
    """Counts the prompts that are sent from files reported on, and those of `calls`, which something was found in.

    One call is one prompt, known as well as it is from the caller who knows most.
    """
    known: dict[Span, Known] = {}
    best_last = list(Known)[::-1]
    for request in sorted(reading.requests, key=lambda request: best_last.index(request.known)):
        if request.site.span.path in project.targets or request.site.span in calls:
            known[request.site.span] = request.known
    counts = Counter(known.values())
    return Statistics(len(project.targets), *(counts[k] for k in (Known.FULLY, Known.PARTLY, Known.NOT)))


# --- paths and texts --------------------------------------------------------------------------------------------------


def prompt_files(root: Path) -> Callable[[str], bytes | None]:
    """Gives readers the files that prompts are read from: only inside the root, and none of more than a megabyte."""

    def read_text(path: str) -> bytes | None:
        try:
            real = (root / path).resolve()
            return read(str(real), MOST_PROMPT_BYTES) if real.is_relative_to(root) else None
        except (OSError, ValueError, RuntimeError):  # a null byte in the path, a loop of links
            return None

    return read_text


def _sources(given: _Given) -> Sources:
    @cache
    def text(path: str) -> str:
        absolute = Path(path).resolve()
        try:
            return _text(given[absolute] if absolute in given else read(path, MOST_BYTES))
        except OSError:
            return ""

    return text


def _text(raw: bytes) -> str:
    try:
        return decoded(raw)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def _within_repository() -> str:
    here = Path.cwd()
    top = repository(here) or here
    return "" if top == here else relative(here, top)


def _shown(root: Path) -> Callable[[str], str]:
    """Paths as the user writes them: from the working directory instead of the root."""
    here = Path.cwd()
    return (lambda path: path) if root == here else cache(lambda path: relative(root / path, here))


def _span(span: Span, shown: Callable[[str], str]) -> Span:
    return replace(span, path=shown(span.path))


def _placed(diagnostic: Diagnostic, shown: Callable[[str], str]) -> Diagnostic:
    return replace(
        diagnostic,
        span=_span(diagnostic.span, shown),
        flow=tuple(replace(step, span=_span(step.span, shown)) for step in diagnostic.flow),
        related=tuple(_span(span, shown) for span in diagnostic.related),
    )


@contextmanager
def _doing(what: str) -> Iterator[None]:
    """Leaves a note on what goes wrong, so that the user can be told what was being done."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise
