"""What users and machines see of a report, to the character."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint import __version__
from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Applicability, Edit, Fix, applied
from promptlint.knowledge.loading import load_pages
from promptlint.layout import Confidence, Step, Tokens
from promptlint.reporters import FORMATS, reporter
from promptlint.reporters.fingerprints import LineHashes
from promptlint.reporters.report import Report, Statistics
from promptlint.request import Gap
from promptlint.spans import Lines, Position, Span
from tests.commands import plain
from tests.strategies import spans, texts_with_spans

SCHEMA = json.loads(files("promptlint").joinpath("schemas", "report-1.schema.json").read_text(encoding="utf-8"))

APP = """\
from datetime import datetime

SYSTEM = "Answer from the handbook."


def system() -> str:
    now = datetime.now().isoformat()
    return f"{now} {SYSTEM}"


def answer(client, question):
    return client.responses.create(
        instructions=system(), input=question, model="gpt-6-sol"
    )
"""


def span(path: str, line: int, start: int, end: int, last: int | None = None) -> Span:
    """From a column to another one, on the same line unless a last one is given."""
    return Span(path, Position(line, start), Position(last or line, end))


CLOCK = Diagnostic(
    code="PL101",
    name="volatile-prefix",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message="`datetime.now()` changes on every call. Use a date.",
    span=span("app.py", 7, 11, 37),
    flow=(
        Step("returned by `system`", span("app.py", 13, 22, 30)),
        Step("sent by `openai.OpenAI.responses.create`", span("app.py", 12, 12, 6, last=14)),
    ),
    stranded=Tokens(1900, 2400),
)
BROKEN = Diagnostic(
    code="PL001",
    name="unreadable-file",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="This file does not parse as Python: invalid syntax. Nothing in it was checked.",
    span=span("lib/broken.py", 1, 5, 5),
)
GAP = Gap(span("app.py", 12, 12, 34), "`question` comes from a caller that is not known")
STATISTICS = Statistics(files=3, fully=9, partly=2, not_at_all=1)
REPORT = Report(diagnostics=(CLOCK, BROKEN), statistics=STATISTICS)
CLEAN = Report(statistics=Statistics(files=1200, fully=1))

SOURCES = {"app.py": APP, "lib/broken.py": "def ???"}


def render(name: str, report: Report, sources: Mapping[str, str] = SOURCES) -> str:
    """A report without colours."""
    return plain(reporter(name)(report, lambda path: sources.get(path, "")))


def example(source: str, start: int, end: int, line: int = 1, **more: Any) -> tuple[Report, dict[str, str]]:
    """A report on one place in one file."""
    diagnostic = replace(CLOCK, span=span("a.py", line, start, end), flow=(), **more)
    return Report((diagnostic,), statistics=Statistics(1, 1)), {"a.py": source}


# --- concise ----------------------------------------------------------------------------------------------------------


def test_concise_is_one_line_for_each_finding() -> None:
    assert render("concise", REPORT) == (
        "app.py:7:11: PL101 [volatile-prefix] `datetime.now()` changes on every call. Use a date.\n"
        "lib/broken.py:1:5: PL001 [unreadable-file] This file does not parse as Python: invalid syntax."
        " Nothing in it was checked.\n"
        "Found 2 findings in 2 files (12 prompts read, 2 understood in part, 1 not understood;"
        " --show-gaps says where and why).\n"
    )


def test_concise_lists_the_gaps_that_it_is_given() -> None:
    assert render("concise", Report(gaps=(GAP,), statistics=Statistics(1, 0, 0, 1))) == (
        "app.py:12:12: not followed: `question` comes from a caller that is not known\n"
        "Found nothing in 1 file (1 prompt read, 1 not understood).\n"
    )


def test_prompts_are_counted_whose_call_is_not_seen() -> None:
    assert render("concise", Report(statistics=Statistics(3, 1, unsent=2))) == (
        "Found nothing in 3 files (1 prompt read, 2 more read without the call that sends them).\n"
    )


@pytest.mark.parametrize("name", ["full", "concise"])
def test_a_clean_run_says_how_much_was_looked_at(name: str) -> None:
    assert render(name, CLEAN) == "Found nothing in 1,200 files (1 prompt read).\n"


# --- full -------------------------------------------------------------------------------------------------------------


def test_full_shows_the_place_the_way_and_the_call() -> None:
    assert render("full", REPORT) == (
        """\
PL101 [volatile-prefix] `datetime.now()` changes on every call. Use a date.
 --> app.py:7:11
  |
7 |     now = datetime.now().isoformat()
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = the way to the call:
    app.py:13:22: returned by `system`
      instructions=system(), input=question, model="gpt-6-sol"
    app.py:12:12: sent by `openai.OpenAI.responses.create`
      return client.responses.create(

PL001 [unreadable-file] This file does not parse as Python: invalid syntax. Nothing in it was checked.
 --> lib/broken.py:1:5
  |
1 | def ???
  |     ^

"""
        "Found 2 findings in 2 files (12 prompts read, 2 understood in part, 1 not understood;"
        " --show-gaps says where and why).\n"
    )


def test_full_marks_a_text_of_many_lines_up_to_the_end_of_the_first() -> None:
    report, sources = example("x = (\n" * 10 + "text = f'''Now: {\nnow}'''\n", 8, 8, line=11)
    report = replace(report, diagnostics=(replace(report.diagnostics[0], span=span("a.py", 11, 8, 8, last=12)),))
    assert render("full", report, sources).splitlines()[1:5] == [
        "  --> a.py:11:8",
        "   |",
        "11 | text = f'''Now: {",
        "   |        ^^^^^^^^^^",
    ]


@pytest.mark.parametrize(("number", "shown"), [(20, 20), (90, 12)])
def test_full_shows_of_a_long_row_of_new_lines_the_first_and_the_last(number: int, shown: int) -> None:
    report, sources = example("x\n", 1, 2)
    new = "".join(f"{i}\n" for i in range(number))
    fix = Fix(Applicability.UNSAFE, "Count", (Edit(span("a.py", 1, 1, 1), new),))
    report = replace(report, diagnostics=(replace(report.diagnostics[0], fix=fix),))
    lines = [line.strip() for line in render("full", report, sources).splitlines() if line.startswith("    +")]
    assert len(lines) == shown
    assert (lines[0], lines[-1]) == ("+0", f"+{number - 1}")
    assert ("+… 79 more lines (--diff shows all)" in lines) is (number == 90)


def test_full_names_the_other_calls_that_are_touched() -> None:
    related = tuple(span("b.py", line, 5, 9) for line in range(1, 8))
    few, sources = example("x\n", 1, 2, related=related[:2])
    many, _ = example("x\n", 1, 2, related=related)
    assert render("full", few, sources).splitlines()[5:6] == ["  = the same goes for the calls at b.py:1:5, b.py:2:5"]
    assert render("full", many, sources).splitlines()[5:6] == [
        "  = the same goes for the calls at b.py:1:5, b.py:2:5, b.py:3:5, b.py:4:5, b.py:5:5 and 2 more"
    ]


def marked(source: str, start: int, end: int) -> list[str]:
    """The source line and the marks below it, in full."""
    report, sources = example(source, start, end)
    return [
        line.removeprefix("1 | ").removeprefix("  | ") for line in render("full", report, sources).splitlines()[3:5]
    ]


def test_marks_stand_below_wide_and_combining_characters() -> None:
    assert marked("f('字字', now)", 9, 12) == ["f('字字', now)", "          ^^^"]
    assert marked("f('e\u0301', now)", 9, 12) == ["f('e\u0301', now)", "       ^^^"]
    assert marked("f('字')", 3, 6) == ["f('字')", "  ^^^^"]


def test_tabs_are_shown_as_blanks() -> None:
    assert marked("\tnow", 2, 5) == ["    now", "    ^^^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "f('" + "a" * 500 + "', now, '" + "b" * 500 + "')"
    start = line.index("now") + 1
    shown, marks = marked(line, start, start + 3)
    assert shown == "…" + "a" * 36 + "', now, '" + "b" * 73 + "…"
    assert marks == " " * 40 + "^^^"
    assert shown.index("now") == marks.index("^")


def test_marks_do_not_run_beyond_a_line_that_was_cut() -> None:
    shown, marks = marked("x" * 1000, 1, 1001)
    assert (shown, marks) == ("x" * 119 + "…", "^" * 120)


def test_what_steers_a_terminal_is_made_visible() -> None:
    report, sources = example("f('\x1b[31m\u202e', now)", 14, 17, message="`\x1b[31m\x07` changes.\nIt does.")
    report = replace(report, diagnostics=(replace(report.diagnostics[0], span=span("a\n\x1b.py", 1, 14, 17)),))
    shown = reporter("full")(report, lambda path: sources["a.py"])
    assert [c for c in plain(shown) if c < " " and c != "\n"] == []
    assert plain(shown).splitlines()[:5] == [
        "PL101 [volatile-prefix] `␛[31m␇` changes.␊It does.",
        " --> a␊␛.py:1:14",
        "  |",
        "1 | f('␛[31m�', now)",
        "  |              ^^^",
    ]


def test_a_place_that_is_no_longer_there_is_named_only() -> None:
    report, _ = example("", 5, 9, line=7)
    assert render("full", report, {}) == (
        "PL101 [volatile-prefix] `datetime.now()` changes on every call. Use a date.\n"
        " --> a.py:7:5\n"
        "\n"
        "Found 1 finding in 1 file (1 prompt read).\n"
    )


def test_a_column_beyond_the_end_of_its_line_is_marked_at_the_end() -> None:
    assert marked("x = (", 9, 9) == ["x = (", "     ^"]


def test_full_lists_the_gaps_that_it_is_given_behind_the_findings() -> None:
    assert render("full", Report(gaps=(GAP,), statistics=Statistics(1, 0, 1))) == (
        "app.py:12:12: not followed: `question` comes from a caller that is not known\n"
        "\n"
        "Found nothing in 1 file (1 prompt read, 1 understood in part).\n"
    )


# --- statistics -------------------------------------------------------------------------------------------------------


def test_statistics_count_rules_prompts_and_reasons() -> None:
    report = replace(REPORT, diagnostics=(BROKEN, CLOCK, CLOCK), gaps=(GAP, replace(GAP, reason="a decorator"), GAP))
    assert render("statistics", report) == (
        """\
      2  PL101 [volatile-prefix]
      1  PL001 [unreadable-file]

12 prompts in 3 files:
      9  understood
      2  understood in part
      1  not understood
      0  written where no call is seen

What could not be understood:
      2  `question` comes from a caller that is not known
      1  a decorator

Found 3 findings in 2 files (12 prompts read, 2 understood in part, 1 not understood).
"""
    )


def test_statistics_of_a_clean_run() -> None:
    assert render("statistics", CLEAN) == (
        """\
1 prompt in 1,200 files:
      1  understood
      0  understood in part
      0  not understood
      0  written where no call is seen

Found nothing in 1,200 files (1 prompt read).
"""
    )


# --- json -------------------------------------------------------------------------------------------------------------


def test_json_is_as_promised() -> None:
    document = json.loads(render("json", replace(REPORT, gaps=(GAP,))))
    assert document == {
        "schema_version": 1,
        "diagnostics": [
            {
                "code": "PL101",
                "name": "volatile-prefix",
                "severity": "warning",
                "confidence": "high",
                "message": "`datetime.now()` changes on every call. Use a date.",
                "path": "app.py",
                "start": {"line": 7, "column": 11},
                "end": {"line": 7, "column": 37},
                "flow": [
                    {
                        "path": "app.py",
                        "start": {"line": 13, "column": 22},
                        "end": {"line": 13, "column": 30},
                        "message": "returned by `system`",
                    },
                    {
                        "path": "app.py",
                        "start": {"line": 12, "column": 12},
                        "end": {"line": 14, "column": 6},
                        "message": "sent by `openai.OpenAI.responses.create`",
                    },
                ],
                "stranded_tokens": [1900, 2400],
                "fix": None,
                "fix_refused": None,
            },
            {
                "code": "PL001",
                "name": "unreadable-file",
                "severity": "error",
                "confidence": "high",
                "message": "This file does not parse as Python: invalid syntax. Nothing in it was checked.",
                "path": "lib/broken.py",
                "start": {"line": 1, "column": 5},
                "end": {"line": 1, "column": 5},
                "flow": [],
                "stranded_tokens": None,
                "fix": None,
                "fix_refused": None,
            },
        ],
        "gaps": [
            {
                "path": "app.py",
                "start": {"line": 12, "column": 12},
                "reason": "`question` comes from a caller that is not known",
            }
        ],
    }
    jsonschema.validate(document, SCHEMA)


def test_json_of_a_clean_run() -> None:
    assert render("json", CLEAN) == '{\n  "schema_version": 1,\n  "diagnostics": [],\n  "gaps": []\n}\n'


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_documents_are_ascii_and_lose_nothing(name: str) -> None:
    message = "`Übergröße 😀 \x1b \udcff` changes."
    report, sources = example("x\n", 1, 2, message=message)
    report = replace(report, rules={"PL101": load_pages()["PL101"]})
    text = render(name, report, sources)
    assert text.isascii()
    document = json.loads(text)
    (found,) = document["diagnostics"] if name == "json" else document["runs"][0]["results"]
    assert found["message"] in (message, {"text": message})


# --- sarif ------------------------------------------------------------------------------------------------------------


def sarif(report: Report, sources: Mapping[str, str] = SOURCES) -> dict[str, Any]:
    """The only run of a log."""
    document = json.loads(render("sarif", replace(report, rules=load_pages()), sources))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def located(line: int, start: int, end: int, **more: Any) -> dict[str, Any]:
    """A location in app.py."""
    place = {
        "artifactLocation": {"uri": "app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line, "startColumn": start, "endLine": line, "endColumn": end},
    }
    return {"physicalLocation": place, **more}


def test_sarif_says_where_and_by_which_way() -> None:
    result = sarif(REPORT)["results"][0]
    assert result == {
        "ruleId": "PL101",
        "ruleIndex": list(load_pages()).index("PL101"),
        "level": "warning",
        "message": {"text": "`datetime.now()` changes on every call. Use a date."},
        "locations": [located(7, 11, 37)],
        "partialFingerprints": {"primaryLocationLineHash": LineHashes(APP).hash(7)},
        "properties": {"confidence": "high"},
        "codeFlows": [
            {
                "threadFlows": [
                    {
                        "locations": [
                            {"location": located(7, 11, 37, message={"text": "written here"})},
                            {"location": located(13, 22, 30, message={"text": "returned by `system`"})},
                            {
                                "location": located(
                                    12, 12, 36, message={"text": "sent by `openai.OpenAI.responses.create`"}
                                )
                            },
                        ]
                    }
                ]
            }
        ],
    }


def test_sarif_of_a_clean_run_still_closes_old_alerts() -> None:
    run = sarif(CLEAN)
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(load_pages())


def test_sarif_tells_no_more_than_services_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "invocations" not in sarif(REPORT)
    monkeypatch.setattr("promptlint.reporters.sarif.MOST_RESULTS", 2)
    doubted = replace(CLOCK, confidence=Confidence.LOW)
    run = sarif(replace(REPORT, diagnostics=(doubted, CLOCK, replace(CLOCK, severity=Severity.NOTE), BROKEN)))
    assert [result["ruleId"] for result in run["results"]] == ["PL101", "PL001"]
    assert run["results"][0]["properties"] == {"confidence": "high"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "4 findings: the 2 gravest are told, since services take no more."


def test_sarif_describes_the_tool() -> None:
    run = sarif(CLEAN)
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["semanticVersion"]) == ("promptlint", __version__)
    assert unquote(run["tool"]["driver"]["informationUri"]).startswith("data:text/plain,promptlint reports what stops")
    assert run["automationDetails"] == {"id": "promptlint/"}
    assert run["columnKind"] == "utf16CodeUnits"


def test_sarif_describes_a_rule() -> None:
    page = load_pages()["PL101"]
    (rule,) = (rule for rule in sarif(CLEAN)["tool"]["driver"]["rules"] if rule["id"] == "PL101")
    assert rule == {
        "id": "PL101",
        "name": "volatile-prefix",
        "shortDescription": {"text": f"{page.summary}."},
        "fullDescription": rule["fullDescription"],
        "help": {"text": page.text, "markdown": page.text},
        "defaultConfiguration": {"level": "warning"},
        "properties": {
            "tags": ["cost", "performance", "prompt-caching"],
            "precision": "high",
            "problem.severity": "warning",
        },
    }


@pytest.mark.parametrize("code", list(load_pages()))
def test_descriptions_fit_what_services_take(code: str) -> None:
    (rule,) = (rule for rule in sarif(CLEAN)["tool"]["driver"]["rules"] if rule["id"] == code)
    assert 20 < len(rule["shortDescription"]["text"]) <= 1024
    assert 20 < len(rule["fullDescription"]["text"]) <= 1024
    assert not rule["fullDescription"]["text"].startswith("#")
    assert rule["properties"]["problem.severity"] in {"error", "warning", "recommendation"}
    assert rule["properties"]["precision"] in {"high", "medium", "low"}


def test_a_long_description_is_cut() -> None:
    page = replace(load_pages()["PL101"], text="# Title\n\n" + "word " * 500)
    document = json.loads(render("sarif", replace(CLEAN, rules={"PL101": page})))
    text = document["runs"][0]["tool"]["driver"]["rules"][0]["fullDescription"]["text"]
    assert len(text) == 1024
    assert text.endswith("wor…")


def regions(source: str, line: int, start: int, end: int, last: int | None = None) -> dict[str, int]:
    """The region of one place."""
    report, sources = example(source, start, end, line=line)
    report = replace(report, diagnostics=(replace(report.diagnostics[0], span=span("a.py", line, start, end, last)),))
    region = sarif(report, sources)["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert isinstance(region, dict)
    return region


def test_columns_count_utf16_units() -> None:
    source = "# 😀\nf('😀字é', now)\n"
    start = "f('😀字é', now)".index("now") + 1
    assert regions(source, 2, start, start + 3) == {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 14}
    assert regions(source, 2, 4, 5) == {"startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 6}


def test_a_region_never_spans_lines() -> None:
    assert regions("f('''a\nb''')\n", 1, 3, 5, last=2) == {
        "startLine": 1,
        "startColumn": 3,
        "endLine": 1,
        "endColumn": 7,
    }


def test_an_empty_place_is_the_rest_of_its_line_and_none_is_beyond_it() -> None:
    assert regions("def ???\n", 1, 5, 5) == {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 8}
    assert regions("x = (\n", 1, 9, 9) == {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 6}


@pytest.mark.parametrize(
    ("directory", "path", "uri"),
    [
        ("", "app/a.py", "app/a.py"),
        ("services/api", "app/a.py", "services/api/app/a.py"),
        ("services/api", "../lib/a.py", "services/lib/a.py"),
        ("", "my app/ü#%.py", "my%20app/%C3%BC%23%25.py"),
        ("", "bytes\udcff.py", "bytes%FF.py"),
    ],
)
def test_places_are_relative_to_the_top_of_the_repository(directory: str, path: str, uri: str) -> None:
    report = Report((replace(BROKEN, span=span(path, 1, 1, 1)),), directory=directory)
    location = sarif(report, {})["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_related_places_are_linked_from_the_message() -> None:
    report, sources = example("x\n", 1, 2, related=(span("b[1].py", 3, 5, 9), span("c.py", 4, 5, 9)))
    result = sarif(report, sources | {"b[1].py": "\n\n    call(x)", "c.py": "\n\n\n    call(x)"})["results"][0]
    assert result["message"]["text"] == (
        "`datetime.now()` changes on every call. Use a date."
        " The same goes for the calls at [b\\[1\\].py:3](1), [c.py:4](2)."
    )
    assert [
        (place["id"], place["physicalLocation"]["region"]["startLine"]) for place in result["relatedLocations"]
    ] == [
        (1, 3),
        (2, 4),
    ]


def test_a_finding_that_is_a_step_of_its_own_way_is_not_told_twice() -> None:
    report = Report((replace(CLOCK, span=CLOCK.flow[-1].span),))
    (flow,) = sarif(report)["results"][0]["codeFlows"]
    assert len(flow["threadFlows"][0]["locations"]) == 2


def test_two_findings_of_one_rule_on_one_line_are_told_apart() -> None:
    report = Report((CLOCK, replace(CLOCK, span=span("app.py", 7, 20, 22)), replace(CLOCK, code="PL102")))
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in sarif(report)["results"]]
    line = LineHashes(APP).hash(7)
    assert prints == [line, f"{line}-2", line]


def hashes(text: str) -> str:
    """The hashes of all lines."""
    lines = LineHashes(text)
    return " ".join(lines.hash(line) for line in range(1, len(lines) + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        (" a\r\nb\r  \t\tc\r\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            " ".join(f"a7f2ff13bc495cf2:{count}" for count in range(1, 7))
            + " a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1 c129715d7a2bc9a3:1",
        ),
    ],
)
def test_line_hashes_are_those_of_code_scanning(text: str, expected: str) -> None:
    assert hashes(text) == expected


def test_a_line_hash_counts_utf16_units() -> None:
    assert LineHashes("😀").hash(1) == LineHashes("\ud83d\ude00").hash(1)
    assert LineHashes("a" * 99 + "😀").hash(1) == LineHashes("a" * 99 + "\ud83d").hash(1)


def test_a_line_hash_outlives_a_line_above() -> None:
    assert LineHashes("# new\n" + APP).hash(8) == LineHashes(APP).hash(7)


def test_a_line_that_is_not_there_has_the_hash_of_the_end() -> None:
    assert LineHashes("a\n").hash(99) == "c129715d7a2bc9a3:1"


# --- fixes in sarif ---------------------------------------------------------------------------------------------------


def with_fix(applicability: Applicability, *edits: Edit) -> Report:
    """A report on one finding with a fix."""
    place = replace(CLOCK, span=edits[0].span, flow=(), fix=Fix(applicability, "Use a date", edits))
    return Report((place,), statistics=Statistics(1, 1))


def test_sarif_carries_fixes_and_says_how_safe_they_are() -> None:
    edit = Edit(span("app.py", 7, 11, 37), "date.today()")
    for applicability, text in (
        (Applicability.SAFE, "Use a date."),
        (Applicability.UNSAFE, "Use a date (changes the words that are sent)."),
    ):
        (fix,) = sarif(with_fix(applicability, edit))["results"][0]["fixes"]
        assert fix == {
            "description": {"text": text},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "app.py", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 7, "startColumn": 11, "endLine": 7, "endColumn": 37},
                            "insertedContent": {"text": "date.today()"},
                        }
                    ],
                }
            ],
            "properties": {"applicability": applicability.name.lower()},
        }


def in_an_editor(text: str, fix: dict[str, Any]) -> str:
    """A text with a fix made as VS Code's viewer makes it: columns in UTF-16 units, none in the indentation."""
    lines = Lines(text)

    def offset(line: int, column: int, *, trimmed: bool) -> int:
        content = lines.line(line)
        raw = content.encode("utf-16-le", "surrogatepass")[: 2 * (column - 1)]
        at = len(raw.decode("utf-16-le", "surrogatepass"))
        blank = len(content) - len(content.lstrip())
        return lines.offset(Position(line, (max(at, blank) if trimmed else at) + 1))

    changes = []
    for replacement in fix["artifactChanges"][0]["replacements"]:
        region = replacement["deletedRegion"]
        start = offset(region["startLine"], region["startColumn"], trimmed=True)
        end = offset(region["endLine"], region["endColumn"], trimmed=False)
        changes.append((start, max(start, end), replacement["insertedContent"]["text"]))
    for start, end, content in sorted(changes, reverse=True):
        text = text[:start] + content + text[end:]
    return text


_sources = st.lists(st.sampled_from(["x = 1", "    f('😀字')", "\ty", "", "        z"]), min_size=1, max_size=5)


@given(_sources, st.data())
def test_an_editor_makes_a_fix_as_the_command_line_does(parts: list[str], data: st.DataObject) -> None:
    text = "a = 1\n" + "\n".join(parts)
    begin, end = sorted(data.draw(st.tuples(st.integers(6, len(text)), st.integers(6, len(text)))))
    lines = Lines(text)
    content = data.draw(st.sampled_from(["", "b", "    b\n", "\n  b"]))
    edit = Edit(Span("a.py", lines.position(begin), lines.position(end)), content)
    (fix,) = sarif(with_fix(Applicability.SAFE, edit), {"a.py": text})["results"][0]["fixes"]
    assert in_an_editor(text, fix) == applied(text, [edit])


def test_rdjson_carries_fixes() -> None:
    edit = Edit(span("app.py", 7, 11, 37), "date.today()")
    (found,) = json.loads(render("rdjson", with_fix(Applicability.SAFE, edit)))["diagnostics"]
    place = {"start": {"line": 7, "column": 11}, "end": {"line": 7, "column": 37}}
    assert found["suggestions"] == [{"range": place, "text": "date.today()"}]


# --- all --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_reporters_are_pure(name: str) -> None:
    report = replace(REPORT, rules=load_pages(), gaps=(GAP,))
    assert render(name, report) == render(name, report)
    assert render(name, report).endswith("\n")


@given(texts_with_spans(), spans())
def test_no_text_and_no_place_in_it_or_beyond_stops_a_reporter(
    case: tuple[str, int, int, Span], elsewhere: Span
) -> None:
    text, _, _, place = case
    step = Step("passed on", elsewhere)
    report = Report((replace(CLOCK, span=place, flow=(step,), related=(elsewhere,)),), rules=load_pages())
    for name in FORMATS:
        shown = render(name, report, {place.path: text, elsewhere.path: text})
        assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]


@given(texts_with_spans())
def test_regions_count_the_units_that_stand_before_them(case: tuple[str, int, int, Span]) -> None:
    text, begin, _, place = case
    report = Report((replace(CLOCK, span=place, flow=()),))
    (result,) = sarif(report, {place.path: text})["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    # A place within a Windows line break is the end of the line.
    before = text[begin - (place.start.column - 1) : begin].rstrip("\r")
    assert region["startColumn"] == 1 + len(before.encode("utf-16-le", "surrogatepass")) // 2
    assert (region["startLine"], region["endLine"]) == (place.start.line, place.start.line)
    assert region["endColumn"] >= region["startColumn"]
