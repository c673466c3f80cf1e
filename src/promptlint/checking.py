"""The part of a run that one project gives: read it, judge what it sends, and say how it may be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from promptlint import suppressions
from promptlint.caching.depends import Depends, Same
from promptlint.config.kinds import ConfigError
from promptlint.config.selection import Selection
from promptlint.config.settings import Settings
from promptlint.containing import contained
from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.discovery import Project, relative
from promptlint.discovery.files import Files, FilesTrace, digest, prompt_files
from promptlint.doing import doing
from promptlint.edits import Fix, RefusedError
from promptlint.fixing import Proof
from promptlint.frozen import dataclass, replace
from promptlint.judging import Found, findings_in, merged, weight, with_large
from promptlint.knowledge.errors import closest
from promptlint.knowledge.loading import load_models, load_pages, load_providers
from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.modules.code import Code, CodeTrace, Signs
from promptlint.languages.python.modules.notebooks import Notebook, as_python, is_notebook, read_notebook
from promptlint.languages.python.modules.project import decoded
from promptlint.languages.python.read import Group, list_of
from promptlint.layout import Confidence
from promptlint.placing import Places
from promptlint.reading import (
    UNKNOWN_PROVIDER,
    bytes_of,
    code_again,
    code_in,
    is_template,
    read_comments,
    read_project,
    text_of,
    with_prompts,
    writer,
)
from promptlint.reporters.report import Report, Statistics
from promptlint.request import Gap, Known, Reading, Request
from promptlint.spans import Position, Span
from promptlint.spreading import possible, side_by_side

Given = Mapping[Path, bytes]
"""Absolute path → what stands in for the file on disk."""


FEW_FILES = 200
"""To read fewer files takes less time than to start processes for it."""


class _Trace(NamedTuple):
    """What a copy of this process has read."""

    code: CodeTrace
    texts: dict[str, str]
    files: FilesTrace


@dataclass(frozen=True, slots=True)
class _Material:
    """What is read, and what has been read of it."""

    project: Project
    files: Files
    given: Mapping[str, bytes]
    """Path below the root → what stands in for the file on disk."""
    models: Models
    code: Code
    texts: dict[str, str]
    """Files that are no code and were asked for: path → digest, empty where there is none."""

    @classmethod
    def of(cls, project: Project, given: Given, models: Models) -> _Material:
        """The files of a project, before any of them is understood."""
        overlaid = {relative(path, project.root): raw for path, raw in given.items()}
        files = Files(project.root, project.paths, overlaid, suppressions.MARKER, as_python)
        return cls(project, files, overlaid, models, code_in(files, models), {})

    def read(self, jobs: int) -> Reading:
        """What the project sends, read in as many processes as that pays for, and not more than `jobs`."""
        targets, read_text = self.project.targets, self._read_text(self.given)
        providers = load_providers()

        def each(read: Callable[[Group], Reading], groups: Sequence[Group]) -> list[Reading]:
            read = contained(read)
            if jobs < 2 or len(groups) < 2 or sum(map(len, groups)) < FEW_FILES or not possible():
                return list_of(read, groups)
            largest_first = sorted(groups, key=len, reverse=True)
            done = side_by_side(lambda group: (read(group), self._trace()), largest_first, jobs)
            for _, trace in done:
                self._follow(trace)
            found = {group: reading for group, (reading, _) in zip(largest_first, done, strict=True)}
            return [found[group] for group in groups]

        return read_project(self.files, targets, self.models, providers, read_text, code=self.code, each=each)

    def _trace(self) -> _Trace:
        return _Trace(self.code.trace(), self.texts, self.files.trace())

    def _follow(self, trace: _Trace) -> None:
        self.code.follow(trace.code)
        self.texts.update(trace.texts)
        self.files.follow(trace.files)

    def again(self, changed: Mapping[str, str], sites: Collection[str]) -> Reading:
        """What some files send when some have other texts."""
        raw = {**self.given, **{path: bytes_of(path, text, self.files[path]) for path, text in changed.items()}}
        files = Files(self.project.root, self.project.paths, raw, suppressions.MARKER, as_python)
        code = code_again(self.code, files, changed)
        return read_project(files, sites, self.models, load_providers(), self._read_text(raw), only=True, code=code)

    def depends(self) -> Depends | None:
        """All that was read; None where that cannot be told again."""
        if self.given or self.files.unreadable or not self.files.steady:
            return None
        idle = {
            path: seen
            for path, seen in self.code.glimpses().items()
            if path not in self.files.holding and not is_notebook(path)
        }
        return Depends(self.files.stamps, idle, self.code.index.watched(), self.texts)

    def _read_text(self, given: Mapping[str, bytes]) -> Callable[[str], bytes | None]:
        read_text = prompt_files(self.project.root, given)

        def noted(path: str) -> bytes | None:
            raw = read_text(path)
            self.texts.setdefault(path, digest(raw) if raw is not None else "")
            return raw

        return noted


def checked(
    project: Project, selection: Selection, given: Given, jobs: int = 1, *, prompts: bool = True
) -> tuple[Report, Depends | None]:
    """The part of a report that one project gives, and what it depends on: read, check, merge, suppress.

    It is read in `jobs` processes at most. The part holds the prompts themselves where they are wanted.
    """
    providers = load_providers()
    with doing(f"reading {project.root}"):
        material = _Material.of(project, given, load_models(selection.any.model_files))
        files = material.files
        reading = with_large(_assumed(material.read(jobs), selection.any, providers))
        project = replace(project, targets=with_prompts(project.targets, reading))
    findings = []
    homes: dict[str, str] = {}
    for found in findings_in(reading, selection.rules, providers):
        home = _home(found, project.targets, files)
        if home is not None and found.code in selection.codes(home):
            findings.append(found)
            homes[found.finding.at.path] = home
    unreadable = [d for d in _unreadable(project, files, reading) if d.code in selection.codes(d.span.path)]
    newer = [gap for gap in reading.unreadable if gap.written_for]
    with doing("reading comments"):
        marked = sorted(files.holding & project.targets - {gap.span.path for gap in newer})
        comments = [read_comments(shown(files[path]), path) for path in marked]
    merged_findings = merged(findings, selection.rules)
    told = suppressions.suppressed([*merged_findings, *unreadable], comments, load_pages(), selection.codes)
    wanted = [d for each in told for d in _wanted(each, selection, homes.get(each.span.path, each.span.path))]
    mended = wanted
    if findings:  # what writes fixes is not even imported for code in which there is nothing to mend
        with doing("writing fixes"):
            mended = _with_fixes(wanted, findings, _proof(material, project.targets, reading))
    places = Places(project.root, _notebooks(files) if any(map(is_notebook, project.targets)) else None)
    requests = reading.requests if prompts else ()
    report = Report(
        diagnostics=tuple(map(places.of, mended)),
        gaps=tuple(places.of(gap) for gap in _gaps(reading, project, selection)),
        requests=tuple(places.of(r) for r in requests if any(s.path in project.targets for s in r.spans())),
        statistics=_statistics(project, reading, {found.call for found in findings}),
        rules=selection.rules,
        files=tuple(map(places.path, sorted(project.targets))),
    )
    return report, material.depends()


def still_idle(models: Models) -> Same:
    """Tells whether code still has nothing to do with prompts, and no comments for us."""
    signs = Signs(models)
    return lambda raw, told: suppressions.MARKER not in raw and not signs.call(told, lambda: raw)


def found_in(project: Project, selection: Selection) -> frozenset[str]:
    """The files of a project that would be checked: those with code, and those in which a prompt is found."""
    texts = Files(project.root, [path for path in project.targets if is_template(path)], {}, suppressions.MARKER)
    models = load_models(selection.any.model_files)
    reading = read_project(texts, texts, models, load_providers(), prompt_files(project.root))
    return with_prompts(project.targets, reading)


def _notebooks(files: Files) -> Callable[[str], Notebook | None]:
    return cache(lambda path: read_notebook(files.raw(path)) if path in files and is_notebook(path) else None)


def _assumed(reading: Reading, settings: Settings, providers: Providers) -> Reading:
    """The reading with what the user says of calls whose provider or model cannot be told."""
    provider, model = settings.default_provider, settings.default_model
    if provider and provider not in providers.by_name:
        guess = closest(provider, providers.by_name)
        known = ", ".join(sorted(providers.by_name))
        where = settings.place("default-provider")
        raise ConfigError(f"{where}: default-provider: there is no provider '{provider}'{guess}; one of {known}")

    def assumed(request: Request) -> Request:
        site = request.site
        if provider and site.provider == UNKNOWN_PROVIDER:
            site = replace(site, provider=provider)
        if model and site.model is None and providers[site.provider].model(model):
            site = replace(site, model=model)
        return request if site is request.site else replace(request, site=site)

    return replace(reading, requests=tuple(map(assumed, reading.requests))) if provider or model else reading


# --- fixes ------------------------------------------------------------------------------------------------------------


def _proof(material: _Material, targets: Collection[str], reading: Reading) -> Proof:
    """What the fixes in a project are held to."""
    files = material.files

    def text(path: str) -> str:
        return text_of(path, files[path])

    def editable(path: str) -> bool:
        return path in targets

    write = writer(files, material.models, load_providers(), material.code)
    return Proof(reading, text, editable, write, material.again)


def _with_fixes(told: Sequence[Diagnostic], findings: Iterable[Found], proof: Proof) -> list[Diagnostic]:
    best = {(found.code, found.finding.at): found for found in sorted(findings, key=weight)}
    mendable = [d for d in told if (found := best.get((d.code, d.span))) and found.finding.changes]
    wanted = [(found.request, found.finding.changes) for found in (best[d.code, d.span] for d in mendable)]
    fixes = dict(zip(map(id, mendable), proof.fixes(wanted), strict=True))
    return [_with_fix(diagnostic, fixes.get(id(diagnostic))) for diagnostic in told]


def _with_fix(diagnostic: Diagnostic, fix: Fix | RefusedError | None) -> Diagnostic:
    if isinstance(fix, RefusedError):
        return replace(diagnostic, refused=str(fix))
    return replace(diagnostic, fix=fix)


def _home(found: Found, targets: Collection[str], files: Collection[str]) -> str | None:
    """The file reported on that a finding is told for: its own, or the one which reads its text in. None: not told."""
    path = found.finding.at.path
    if path in targets:
        return path
    elsewhere = path not in files or is_template(path)
    return found.call.path if elsewhere and found.call.path in targets else None


def _wanted(diagnostic: Diagnostic, selection: Selection, home: str) -> Iterator[Diagnostic]:
    """The diagnostic as the settings of its file want it; nothing when they do not."""
    settings = selection[home]
    confidence = selection.confidence(home, diagnostic.code) or diagnostic.confidence
    tokens = diagnostic.stranded.high if diagnostic.stranded else settings.min_tokens
    if confidence >= settings.min_confidence and tokens >= settings.min_tokens:
        severity = selection.severity(home, diagnostic.code) or diagnostic.severity
        yield replace(diagnostic, confidence=confidence, severity=severity)


def _gaps(reading: Reading, project: Project, selection: Selection) -> Iterator[Gap]:
    """What could not be followed, and files that this Python is too old for: that is no fault of theirs."""
    yield from (gap for gap in reading.gaps if gap.span.path in project.targets)
    for gap in reading.unreadable:
        if gap.written_for and gap.span.path in project.targets and UNREADABLE in selection.codes(gap.span.path):
            yield gap


def _unreadable(project: Project, files: Files, reading: Reading) -> Iterator[Diagnostic]:
    """Files that were to be checked and could not be."""
    start = Position(1, 1)
    gaps = [gap for gap in reading.unreadable if gap.span.path in project.targets and not gap.written_for]
    gaps += [Gap(Span(p, start, start), why) for p, why in files.unreadable.items() if p in project.targets]
    whys = [(gap.span, f"This file {gap.reason}") for gap in gaps]
    whys += [(Span(p or ".", start, start), f"This folder cannot be looked into: {why}") for p, why in project.unlisted]
    page = load_pages()[UNREADABLE]
    for span, why in whys:
        message = f"{why}. Nothing in it was checked."
        yield Diagnostic(page.code, page.name, page.severity, Confidence.HIGH, message, span)


def _statistics(project: Project, reading: Reading, calls: Collection[Span]) -> Statistics:
    """Counts the prompts that are sent from files reported on, and those of `calls`, which something was found in.

    One call is one prompt, known as well as it is from the caller who knows most.
    """
    known: dict[Span, Known] = {}
    best_last = list(Known)[::-1]
    sent = [request for request in reading.requests if not (request.site.partial or request.site.bare)]
    for request in sorted(sent, key=lambda request: best_last.index(request.known)):
        if request.site.span.path in project.targets or request.site.span in calls:
            known[request.site.span] = request.known
    counts = Counter(known.values())
    unsent = {r.site.span for r in reading.requests if r.site.partial and r.site.span.path in project.targets}
    fully, partly, not_at_all = (counts[k] for k in (Known.FULLY, Known.PARTLY, Known.NOT))
    return Statistics(len(project.targets), fully, partly, not_at_all, len(unsent - known.keys()))


# --- paths and texts ------------------------------------------------------------------------------------------------


def shown(raw: bytes) -> str:
    """The text of a file, as well as it can be told."""
    try:
        return decoded(raw)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")
