"""The pipeline: what of a project is read, which findings are told, and where they are said to be.

The reader and the checks are stand-ins here: what a run makes of their answers is what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from promptlint import checking, judging, session
from promptlint.config.configuration import Configuration
from promptlint.config.kinds import ConfigError
from promptlint.config.selection import chosen
from promptlint.config.settings import Settings
from promptlint.diagnostics import Diagnostic, Finding, Severity
from promptlint.discovery.files import prompt_files
from promptlint.judging import Found, merged
from promptlint.knowledge.loading import load_pages
from promptlint.layout import Confidence, Layout, Step, Tokens
from promptlint.reporters.report import Report, Sources, Statistics
from promptlint.request import Gap, Known, Reading, Request, Site
from promptlint.spans import Position, Span

PAGES = {code: load_pages()[code] for code in ("PL001", "PL002", "PL003", "PL101", "PL102", "PL103", "PL201")}
PAGES["PL103"] = replace(PAGES["PL103"], default=False)


def at(path: str, line: int = 1, column: int = 1) -> Span:
    """A place of three characters."""
    return Span(path, Position(line, column), Position(line, column + 3))


def request(call: Span, known: Known = Known.FULLY) -> Request:
    """A prompt that is sent by a call."""
    return Request(Layout(()), Site("sdk.Client.send", call, "unknown"), known)


def finding(place: Span, confidence: Confidence = Confidence.HIGH, **more: Any) -> Finding:
    """What a check found at a place."""
    return Finding(place, "It changes.", confidence, **more)


CLOCKS = Settings(select=("PL101", "PL002", "PL003"))

Findings = Mapping[Span, Sequence[Finding]]
"""Call → what PL101 finds in its prompt."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is the working directory: `app.py` and `lib/text.py`, both of no interest."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "lib").mkdir()
    (tmp_path / "app.py").write_text("send(now)\n" * 3, encoding="utf-8")
    (tmp_path / "lib" / "text.py").write_text("text = 1\n" * 3, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Check with a reader that finds the given calls, and one rule that finds the given findings in their prompts."""

    def run(
        *paths: str,
        findings: Findings = MappingProxyType({}),
        reading: Reading | None = None,
        options: Settings = CLOCKS,
    ) -> Report:
        found = reading or Reading(tuple(request(call) for call in findings))

        def read(files: Mapping[str, bytes], targets: Collection[str], *_: object, **__: object) -> Reading:
            assert [len(files[path]) for path in files] != []
            return found

        def judge(prompt: Request, _: object) -> Iterator[Finding]:
            yield from findings.get(prompt.site.span, ())

        monkeypatch.setattr(checking, "read_project", read)
        monkeypatch.setattr(judging, "CHECKS", {"PL101": judge})
        report, _ = session.check(paths, Configuration(fixed=options), {})
        return report

    return run


def told(report: Report) -> list[tuple[str, str, str]]:
    """Code, place and message of what is told."""
    return [(d.code, str(d.span), d.message) for d in report.diagnostics]


# --- which rules ------------------------------------------------------------------------------------------------------

EVERY = PAGES.keys() - {"PL103"}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        pytest.param(Settings(), EVERY, id="those that are on"),
        pytest.param(Settings(select=("PL101",)), {"PL101"}, id="one"),
        pytest.param(Settings(select=("volatile-prefix",)), {"PL101"}, id="one by name"),
        pytest.param(Settings(select=("PL101", "PL201")), {"PL101", "PL201"}, id="several"),
        pytest.param(Settings(select=("PL0",)), {"PL001", "PL002", "PL003"}, id="the beginning of a code"),
        pytest.param(Settings(select=("ALL",)), set(PAGES), id="all"),
        pytest.param(Settings(ignore=("PL101",)), EVERY - {"PL101"}, id="all but one"),
        pytest.param(Settings(extend_select=("PL103",)), EVERY | {"PL103"}, id="one more"),
        pytest.param(
            Settings(select=("PL1",), extend_select=("PL201",), ignore=("PL101", "PL102")), {"PL103", "PL201"}
        ),
        pytest.param(Settings(select=("PL101",), ignore=("PL1",)), set(), id="ignoring has the last word"),
    ],
)
def test_rules_are_chosen(options: Settings, codes: set[str]) -> None:
    assert set(chosen(PAGES, options)) == codes | {"PL001"}


def test_that_a_file_could_not_be_read_is_told_unless_it_is_ignored() -> None:
    assert "PL001" in chosen(PAGES, Settings(select=("PL101",)))
    assert "PL001" not in chosen(PAGES, Settings(ignore=("PL001",)))


@pytest.mark.parametrize("option", ["select", "extend_select", "ignore"])
@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("PL999", "there is no rule 'PL999'"),
        ("volatile-prefx", "there is no rule 'volatile-prefx' (did you mean 'volatile-prefix'?)"),
        ("all", "there is no rule 'all'"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused(option: str, selector: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        chosen(PAGES, Settings(**{option: (selector,)}))
    assert str(refused.value) == message


# --- merging ----------------------------------------------------------------------------------------------------------


def test_findings_at_one_place_are_one_diagnostic_that_names_the_other_calls() -> None:
    place = at("app.py", 3)
    calls = [at("c.py"), at("a.py"), at("b.py"), at("a.py")]
    (diagnostic,) = merged([Found("PL101", finding(place), request(call)) for call in calls], PAGES)
    assert diagnostic == Diagnostic(
        code="PL101",
        name="volatile-prefix",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message="It changes.",
        span=place,
        related=(at("a.py"), at("b.py")),
    )


@pytest.mark.parametrize(
    "best",
    [
        pytest.param({"confidence": Confidence.HIGH}, id="the most certain"),
        pytest.param({"stranded": Tokens(10, 20)}, id="the dearest"),
        pytest.param({"flow": (Step("a", at("a.py")), Step("b", at("b.py")))}, id="the longest way"),
    ],
)
def test_the_best_finding_of_a_place_is_told(best: dict[str, Any]) -> None:
    usual: dict[str, Any] = {
        "confidence": Confidence.MEDIUM,
        "stranded": Tokens(5, 10),
        "flow": (Step("a", at("a.py")),),
    }
    findings = [finding(at("app.py"), **fields) for fields in (usual, usual | best, usual)]
    (diagnostic,) = merged([Found("PL101", found, request(at("a.py"))) for found in findings], PAGES)
    assert {name: getattr(diagnostic, name) for name in usual} == usual | best


def test_other_rules_and_other_places_are_told_apart() -> None:
    found = [
        Found("PL101", finding(at("app.py", 3)), request(at("a.py"))),
        Found("PL102", finding(at("app.py", 3)), request(at("a.py"))),
        Found("PL101", finding(at("app.py", 4)), request(at("a.py"))),
    ]
    assert [(d.code, d.span.start.line) for d in merged(found, PAGES)] == [("PL101", 3), ("PL102", 3), ("PL101", 4)]


@pytest.mark.parametrize(("sure", "told"), [("medium", ["PL302"]), ("low", ["PL301", "PL302"])])
def test_a_rule_stands_back_where_another_one_tells_more_of_the_place(sure: str, told: list[str]) -> None:
    there = Confidence[sure.upper()]
    found = [
        Found("PL301", finding(at("app.py", 3), confidence=Confidence.MEDIUM), request(at("a.py"))),
        Found("PL302", finding(at("app.py", 3), confidence=there), request(at("a.py"))),
    ]
    assert [d.code for d in merged(found, load_pages())] == told
    assert [d.code for d in merged(found[:1], load_pages())] == ["PL301"]


def test_a_finding_may_be_graver_or_milder_than_its_rule() -> None:
    (diagnostic,) = merged([Found("PL101", finding(at("app.py"), severity=Severity.NOTE), request(at("a.py")))], PAGES)
    assert diagnostic.severity is Severity.NOTE


# --- what is told -----------------------------------------------------------------------------------------------------


def test_findings_are_told_in_the_order_of_their_places(project: Path, check: Callable[..., Report]) -> None:
    call = at("app.py", 2)
    places = [at("lib/text.py", 1), at("app.py", 2, 5), at("app.py", 2, 1)]
    assert told(check(".", findings={call: [finding(place) for place in places]})) == [
        ("PL101", "app.py:2:1", "It changes."),
        ("PL101", "app.py:2:5", "It changes."),
        ("PL101", "lib/text.py:1:1", "It changes."),
    ]


def test_only_files_asked_for_are_reported_on(project: Path, check: Callable[..., Report]) -> None:
    findings = {at("app.py"): [finding(at("lib/text.py")), finding(at("app.py"))]}
    assert [place for _, place, _ in told(check("app.py", findings=findings))] == ["app.py:1:1"]
    assert [place for _, place, _ in told(check("lib", findings=findings))] == ["lib/text.py:1:1"]


def test_a_text_that_a_file_asked_for_reads_in_is_reported_on_with_it(
    project: Path, check: Callable[..., Report]
) -> None:
    findings = {at("app.py"): [finding(at("prompts/system.txt"))]}
    assert [place for _, place, _ in told(check("app.py", findings=findings))] == ["prompts/system.txt:1:1"]
    assert told(check("lib/text.py", findings=findings)) == []


def test_paths_are_shown_from_the_working_directory(
    project: Path, check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    way = (Step("returned", at("lib/text.py")), Step("sent", at("app.py")))
    findings = {at("app.py"): [finding(at("lib/text.py"), flow=way)], at("app.py", 2): [finding(at("lib/text.py"))]}
    gaps = (Gap(at("lib/text.py"), "a decorator"),)
    monkeypatch.chdir(project / "lib")
    report = check("text.py", findings=findings, reading=Reading(tuple(map(request, findings)), gaps))
    (diagnostic,) = report.diagnostics
    assert str(diagnostic.span) == "text.py:1:1"
    assert [str(step.span) for step in diagnostic.flow] == ["text.py:1:1", "../app.py:1:1"]
    assert [str(span) for span in diagnostic.related] == ["../app.py:2:1"]
    assert [str(gap.span) for gap in report.gaps] == ["text.py:1:1"]
    monkeypatch.chdir(project.parent)
    assert [place for _, place, _ in told(check(str(project), findings=findings))] == [
        f"{project.name}/lib/text.py:1:1"
    ]


def test_uncertain_findings_are_told_only_when_asked_for(project: Path, check: Callable[..., Report]) -> None:
    findings = {at("app.py"): [finding(at("app.py", n), Confidence(n)) for n in (1, 2, 3)]}
    lines = {
        least: [
            d.span.start.line for d in check(".", findings=findings, options=Settings(min_confidence=least)).diagnostics
        ]
        for least in Confidence
    }
    assert lines == {Confidence.LOW: [1, 2, 3], Confidence.MEDIUM: [2, 3], Confidence.HIGH: [3]}


def test_rules_that_were_not_chosen_do_not_run(project: Path, check: Callable[..., Report]) -> None:
    findings = {at("app.py"): [finding(at("app.py"))]}
    assert told(check(".", findings=findings, options=Settings(ignore=("PL101",)))) == []


def test_the_rules_that_ran_are_part_of_the_report(project: Path, check: Callable[..., Report]) -> None:
    assert check(".", options=Settings(select=("PL101",))).rules == {c: load_pages()[c] for c in ("PL001", "PL101")}


# --- comments ---------------------------------------------------------------------------------------------------------


def test_comments_are_heard(project: Path, check: Callable[..., Report]) -> None:
    text = "send(now)  # promptlint: ignore[PL101]\nsend(now)\nsend(1)  # promptlint: ignore[PL101]\n"
    (project / "app.py").write_text(text, encoding="utf-8")
    findings = {at("app.py"): [finding(at("app.py", 1)), finding(at("app.py", 2))]}
    assert told(check(".", findings=findings)) == [
        ("PL101", "app.py:2:1", "It changes."),
        (
            "PL002",
            "app.py:3:31",
            "`PL101` finds nothing in this statement: the comment can go, or stands in the wrong place.",
        ),
    ]


def test_a_comment_is_of_use_for_a_finding_too_uncertain_to_be_told(
    project: Path, check: Callable[..., Report]
) -> None:
    (project / "app.py").write_text("send(now)  # promptlint: ignore[PL101]\n", encoding="utf-8")
    assert told(check(".", findings={at("app.py"): [finding(at("app.py"), Confidence.LOW)]})) == []


def test_comments_in_files_not_asked_for_are_not_judged(project: Path, check: Callable[..., Report]) -> None:
    (project / "lib" / "text.py").write_text("text = 1  # promptlint: ignore[PL101]\n", encoding="utf-8")
    assert told(check("app.py")) == []
    assert [code for code, *_ in told(check("lib"))] == ["PL002"]


# --- what could not be read -------------------------------------------------------------------------------------------


def test_files_that_do_not_parse_are_told_where_they_were_asked_for(
    project: Path, check: Callable[..., Report]
) -> None:
    place = Span("app.py", Position(2, 5), Position(2, 5))
    broken = (Gap(place, "does not parse as Python: invalid syntax"), Gap(at("lib/text.py"), "cannot be decoded"))
    report = check("app.py", reading=Reading(unreadable=broken))
    assert told(report) == [
        ("PL001", "app.py:2:5", "This file does not parse as Python: invalid syntax. Nothing in it was checked.")
    ]
    assert (report.diagnostics[0].severity, report.diagnostics[0].confidence) == (Severity.ERROR, Confidence.HIGH)
    assert told(check("app.py", reading=Reading(unreadable=broken), options=Settings(ignore=("PL001",)))) == []


def test_files_that_cannot_be_opened_are_told(
    project: Path, check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = session.discover

    def vanishing(*arguments: Any) -> Any:
        found = real(*arguments)
        (project / "app.py").unlink()
        return found

    monkeypatch.setattr(session, "discover", vanishing)
    assert told(check(".")) == [
        ("PL001", "app.py:1:1", "This file cannot be read: No such file or directory. Nothing in it was checked.")
    ]


def test_folders_that_cannot_be_listed_are_told(
    project: Path, check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = session.discover

    def locked(*arguments: Any) -> Any:
        (found,) = real(*arguments)
        return (replace(found, unlisted=(("lib", "Permission denied"),)),)

    monkeypatch.setattr(session, "discover", locked)
    assert told(check(".")) == [
        ("PL001", "lib:1:1", "This folder cannot be looked into: Permission denied. Nothing in it was checked.")
    ]


def test_gaps_are_told_for_files_asked_for(project: Path, check: Callable[..., Report]) -> None:
    gaps = (Gap(at("lib/text.py"), "b"), Gap(at("app.py", 2), "a"), Gap(at("app.py", 1), "c"))
    assert check(".", reading=Reading(gaps=gaps)).gaps == (gaps[2], gaps[1], gaps[0])
    assert check("lib", reading=Reading(gaps=gaps)).gaps == (gaps[0],)


# --- the report -------------------------------------------------------------------------------------------------------


def test_prompts_are_counted_by_their_calls_as_well_as_they_are_known(
    project: Path, check: Callable[..., Report]
) -> None:
    requests = (
        request(at("app.py", 1), Known.NOT),
        request(at("app.py", 1), Known.FULLY),
        request(at("app.py", 1), Known.PARTLY),
        request(at("app.py", 2), Known.PARTLY),
        request(at("app.py", 3), Known.NOT),
        request(at("lib/text.py"), Known.FULLY),
    )
    statistics = check("app.py", reading=Reading(requests)).statistics
    assert statistics == Statistics(files=1, fully=1, partly=1, not_at_all=1)
    assert check(".", reading=Reading(requests)).statistics == Statistics(files=2, fully=2, partly=1, not_at_all=1)


def test_a_prompt_sent_elsewhere_is_counted_when_something_is_found_in_it(
    project: Path, check: Callable[..., Report]
) -> None:
    findings = {at("app.py"): [finding(at("lib/text.py"))]}
    assert check("lib", findings=findings).statistics == Statistics(files=1, fully=1)


def test_a_run_without_python_files_is_warned_of(
    tmp_path: Path, check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(checking, "read_project", lambda *_, **__: Reading())
    report, _ = session.check([str(tmp_path / "docs"), str(tmp_path)], Configuration(fixed=Settings()), {})
    assert report.warnings == (f"no Python files and no prompts in {tmp_path / 'docs'}, {tmp_path}",)
    assert report.statistics.files == 0


def test_a_run_with_files_is_not(project: Path, check: Callable[..., Report]) -> None:
    assert check("app.py").warnings == ()


def test_the_report_says_where_in_the_repository_it_was_made(
    project: Path, check: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(".").directory == ""
    (project / ".git").mkdir()
    assert check(".").directory == ""
    monkeypatch.chdir(project / "lib")
    assert check(".").directory == "lib"


def test_what_is_given_is_checked_in_the_place_of_what_is_on_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, bytes] = {}

    def read(files: Mapping[str, bytes], targets: Collection[str], *_: object, **__: object) -> Reading:
        seen.update({path: files[path] for path in targets})
        return Reading()

    monkeypatch.setattr(checking, "read_project", read)
    report, sources = session.check(["./app.py"], Configuration(fixed=Settings()), {"./app.py": b"new"})
    assert seen == {"app.py": b"new"}
    assert (sources("app.py"), report.statistics.files) == ("new", 1)


def texts(project: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """The texts that a report refers to."""
    monkeypatch.setattr(checking, "read_project", lambda *_, **__: Reading())
    return session.check(["."], Configuration(fixed=Settings()), {})[1]


def test_texts_are_decoded_as_python_decodes_them(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_bytes(b"# -*- coding: latin-1 -*-\nx = '\xfc'\n")
    (project / "b.py").write_bytes(b"\xef\xbb\xbfx = '\xc3\xbc'\n")
    (project / "c.py").write_bytes(b"x = '\xfc'\n")
    (project / "d.py").write_bytes(b"# coding: nonsense\n")
    read = texts(project, monkeypatch)
    assert read("a.py") == "# -*- coding: latin-1 -*-\nx = 'ü'\n"
    assert read("b.py") == "x = 'ü'\n"
    assert read("c.py") == "x = '�'\n"
    assert read("d.py") == "# coding: nonsense\n"


def test_a_text_that_is_gone_is_empty(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = texts(project, monkeypatch)
    assert (read("gone.py"), read("lib")) == ("", "")


def test_an_error_of_ours_says_what_was_being_done(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Iterator[Finding]:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(checking, "read_project", fail)
    with pytest.raises(ZeroDivisionError) as failed:
        session.check(["."], Configuration(fixed=Settings()), {})
    assert failed.value.__notes__ == [f"reading {project}"]
    monkeypatch.setattr(checking, "read_project", lambda *_, **__: Reading((request(at("app.py", 2)),)))
    monkeypatch.setattr(judging, "CHECKS", {"PL101": fail})
    with pytest.raises(ZeroDivisionError) as failed:
        session.check(["."], Configuration(fixed=Settings()), {})
    assert failed.value.__notes__ == ["checking PL101 at app.py:2:1"]


# --- prompt files -----------------------------------------------------------------------------------------------------


def test_prompt_files_are_read_from_the_project_only(project: Path) -> None:
    (project / "root" / "prompts").mkdir(parents=True)
    (project / "root" / "prompts" / "system.txt").write_bytes(b"Be brief.")
    (project / "secret.txt").write_bytes(b"secret")
    (project / "root" / "out.txt").symlink_to(project / "secret.txt")
    (project / "root" / "in.txt").symlink_to(project / "root" / "prompts" / "system.txt")
    (project / "root" / "loop.txt").symlink_to(project / "root" / "loop.txt")
    read = prompt_files(project / "root")
    assert read("prompts/system.txt") == read("prompts/../prompts/system.txt") == read("in.txt") == b"Be brief."
    outside = ["../secret.txt", str(project / "secret.txt"), "/etc/passwd", "out.txt"]
    odd = ["prompts", "none.txt", "loop.txt", "a\0b", ""]
    assert [path for path in outside + odd if read(path) is not None] == []


def test_a_huge_prompt_file_is_not_read(project: Path) -> None:
    (project / "most.txt").write_bytes(b"x" * 1_000_000)
    (project / "more.txt").write_bytes(b"x" * 1_000_001)
    read = prompt_files(project)
    assert len(read("most.txt") or b"") == 1_000_000
    assert read("more.txt") is None
