"""The formats that CI services read: to the character, and the same finding in all of them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.edits import Applicability, Edit, Fix
from promptlint.knowledge.loading import load_pages
from promptlint.layout import Confidence, Step
from promptlint.reporters import FORMATS, reporter
from promptlint.reporters.report import Report, Statistics
from promptlint.spans import Position, Span
from tests.commands import plain

APP = "x = 1\n字 = f'😀{now}'\nanswer(字)\n"
CLOCK = Diagnostic(
    code="PL101",
    name="volatile-prefix",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message='`now` [50%; <b>, "x"] changes: use a date.',
    span=Span("app/a, b.py", Position(2, 9), Position(2, 12)),
    flow=(Step("sent by `answer`", Span("app/a, b.py", Position(3, 1), Position(3, 10))),),
)
WHOLE = replace(CLOCK, severity=Severity.ERROR, span=Span("c.py", Position(1, 3), Position(2, 2)))
REPORT = Report((CLOCK, WHOLE), statistics=Statistics(2, 1), directory="src", rules=load_pages())


def render(name: str, report: Report = REPORT) -> str:
    """A report without colours."""
    return plain(reporter(name)(report, lambda path: APP))


# --- to the character -------------------------------------------------------------------------------------------------


def test_grouped() -> None:
    assert render("grouped") == (
        """\
app/a, b.py:
  2:9  PL101 [volatile-prefix] `now` [50%; <b>, "x"] changes: use a date.

c.py:
  1:3  PL101 [volatile-prefix] `now` [50%; <b>, "x"] changes: use a date.

Found 2 findings in 2 files (1 prompt read).
"""
    )


def test_github() -> None:
    assert render("github") == (
        "::warning file=src/app/a%2C b.py,line=2,col=9,endLine=2,endColumn=12,"
        "title=promptlint PL101 [volatile-prefix]::"
        'app/a, b.py:2:9: PL101 `now` [50%25; <b>, "x"] changes: use a date.\n'
        "::error file=src/c.py,line=1,title=promptlint PL101 [volatile-prefix]::"
        'c.py:1:3: PL101 `now` [50%25; <b>, "x"] changes: use a date.\n'
    )


def test_github_says_when_it_will_not_show_everything() -> None:
    ten = replace(REPORT, diagnostics=(CLOCK,) * 10)
    eleven = replace(REPORT, diagnostics=(CLOCK,) * 11)
    assert "::notice" not in render("github", ten)
    assert render("github", eleven).splitlines()[-1].startswith("::notice title=promptlint::11 findings, and no more")


def test_azure() -> None:
    assert render("azure").splitlines()[0] == (
        "##vso[task.logissue type=warning;sourcepath=src/app/a, b.py;linenumber=2;columnnumber=9;code=PL101;]"
        'PL101 [volatile-prefix] `now` [50%AZP25; <b>, "x"] changes: use a date.'
    )


def test_gitlab() -> None:
    first, second = json.loads(render("gitlab"))
    assert len(first.pop("fingerprint")) == 64
    assert first == {
        "description": 'PL101 [volatile-prefix] `now` [50%; <b>, "x"] changes: use a date.',
        "check_name": "volatile-prefix",
        "severity": "major",
        "location": {
            "path": "src/app/a, b.py",
            "positions": {"begin": {"line": 2, "column": 9}, "end": {"line": 2, "column": 12}},
        },
    }
    assert second["severity"] == "critical"


def prints(diagnostics: tuple[Diagnostic, ...], text: str = APP) -> list[str]:
    """The fingerprints that GitLab is given."""
    issues = json.loads(reporter("gitlab")(Report(diagnostics), lambda path: text))
    return [issue["fingerprint"] for issue in issues]


def test_gitlab_knows_a_finding_again_when_it_has_moved() -> None:
    moved = replace(CLOCK, span=Span("app/a, b.py", Position(4, 11), Position(4, 14)), message="Other words.")
    assert prints((CLOCK,)) == prints((moved,), text="\n\n" + APP.replace("字 =", "字   ="))
    assert len(set(prints((CLOCK, CLOCK, replace(CLOCK, code="PL102"), WHOLE)))) == 4


def test_junit() -> None:
    where = 'classname="app/a, b.py" file="app/a, b.py" line="2"'
    said = '`now` [50%; &lt;b&gt;, "x"] changes: use a date.'
    assert render("junit").splitlines()[:6] == [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<testsuites name="promptlint" tests="2" failures="2" errors="0">',
        '  <testsuite name="app/a, b.py" tests="1" failures="1" errors="0">',
        f'    <testcase name="PL101 [volatile-prefix] line 2, column 9" {where}>',
        f"      <failure type=\"warning\" message='{said}'>app/a, b.py:2:9: {said}</failure>",
        "    </testcase>",
    ]


def test_junit_of_a_clean_run_is_a_test_that_passed() -> None:
    suites = ElementTree.fromstring(render("junit", Report(statistics=Statistics(3, 1))))
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
    (case,) = suites.iter("testcase")
    assert (case.get("name"), len(case)) == ("nothing found in 3 files", 0)


def test_rdjson_counts_bytes() -> None:
    document = json.loads(render("rdjson"))
    found = document["diagnostics"][0]
    assert document["source"] == {"name": "promptlint"}
    assert found["location"] == {
        "path": "src/app/a, b.py",
        "range": {"start": {"line": 2, "column": 14}, "end": {"line": 2, "column": 17}},
    }
    assert (found["severity"], found["code"]) == ("WARNING", {"value": "PL101"})
    assert [place["message"] for place in found["relatedLocations"]] == ["sent by `answer`"]


@pytest.mark.parametrize("name", ["github", "azure", "json-lines"])
def test_nothing_found_is_nothing_said(name: str) -> None:
    assert render(name, Report(statistics=Statistics(3, 1))) == ""


# --- the same in all of them ------------------------------------------------------------------------------------------

Told = tuple[str, int, int, str]
"""Path, line, column in code points, message."""


def _utf8(line: int, column: int) -> int:
    return len(APP.splitlines()[line - 1].encode()[: column - 1].decode()) + 1


def _utf16(line: int, column: int) -> int:
    return len(APP.splitlines()[line - 1].encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le")) + 1


def _lines(text: str, form: str, path: Callable[[str], str] = str) -> list[Told]:
    matches = re.finditer(form, text, re.MULTILINE)
    return [(path(m["path"]), int(m["line"]), int(m["column"]), m["message"]) for m in matches]


def _json(text: str) -> list[Told]:
    return [
        (d["path"], d["start"]["line"], d["start"]["column"], d["message"]) for d in json.loads(text)["diagnostics"]
    ]


def _grouped(text: str) -> list[Told]:
    told: list[Told] = []
    path = ""
    for line in text.splitlines()[:-1]:
        if match := re.match(r"  (\d+):(\d+) +PL101 \[volatile-prefix\] (.*)", line):
            told.append((path, int(match[1]), int(match[2]), match[3]))
        path = line.removesuffix(":") if line.endswith(":") else path
    return told


def _sarif(text: str) -> list[Told]:
    told = []
    for result in json.loads(text)["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        line, column = place["region"]["startLine"], place["region"]["startColumn"]
        path = unquote(place["artifactLocation"]["uri"]).removeprefix("src/")
        told.append((path, line, _utf16(line, column), result["message"]["text"]))
    return told


def _gitlab(text: str) -> list[Told]:
    told = []
    for issue in json.loads(text):
        begin = issue["location"]["positions"]["begin"]
        path = issue["location"]["path"].removeprefix("src/")
        told.append((path, begin["line"], begin["column"], issue["description"].split("] ", 1)[1]))
    return told


def _rdjson(text: str) -> list[Told]:
    told = []
    for found in json.loads(text)["diagnostics"]:
        start, path = found["location"]["range"]["start"], found["location"]["path"].removeprefix("src/")
        told.append((path, start["line"], _utf8(start["line"], start["column"]), found["message"]))
    return told


def _junit(text: str) -> list[Told]:
    told = []
    for case in ElementTree.fromstring(text).iter("testcase"):
        (failure,) = case
        match = re.search(r"line (\d+), column (\d+)", case.get("name", ""))
        assert match
        assert case.get("line") == match[1]
        told.append((case.get("file", ""), int(match[1]), int(match[2]), failure.get("message", "")))
    return told


READ: Mapping[str, Callable[[str], list[Told]]] = {
    "full": lambda text: [
        (*place[:3], message)
        for place, message in zip(
            _lines(text, r"^ *--> (?P<path>.*):(?P<line>\d+):(?P<column>\d+)(?P<message>)$"),
            re.findall(r"^PL101 \[volatile-prefix\] (.*)$", text, re.MULTILINE),
            strict=True,
        )
    ],
    "concise": lambda text: _lines(
        text, r"^(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): PL101 \[\S+\] (?P<message>.*)$"
    ),
    "grouped": _grouped,
    "json": _json,
    "json-lines": lambda text: _json(f'{{"diagnostics": [{",".join(text.splitlines())}]}}'),
    "sarif": _sarif,
    "github": lambda text: _lines(
        text.replace("%25", "%"), r"::(?P<path>[^:]*):(?P<line>\d+):(?P<column>\d+): PL101 (?P<message>.*)$"
    ),
    "gitlab": _gitlab,
    "azure": lambda text: _lines(
        text.replace("%AZP25", "%"),
        r"sourcepath=src/(?P<path>.*?);linenumber=(?P<line>\d+);columnnumber=(?P<column>\d+);"
        r".*?\]PL101 \[\S+\] (?P<message>.*)$",
    ),
    "junit": _junit,
    "rdjson": _rdjson,
    "html": lambda text: [
        (*place[:3], unescape(re.sub("</?code>", "`", message)))
        for place, message in zip(
            _lines(text, r'^<p class="place">(?P<path>.*?):(?P<line>\d+):(?P<column>\d+) (?P<message>)'),
            re.findall(r"</h3>\n<p>(.*)</p>$", text, re.MULTILINE),
            strict=True,
        )
    ],
}
"""Format → what a reader of it is told."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_has_the_same_place_and_words_in_every_format(name: str) -> None:
    expected = [(d.span.path, d.span.start.line, d.span.start.column, d.message) for d in REPORT.diagnostics]
    assert READ[name](render(name)) == expected


CHANGED = "x = 1\n字 = f'😀{today}'\nanswer(字)\n"
FIXED = replace(
    CLOCK, fix=Fix(Applicability.UNSAFE, "Use `today`", (Edit(replace(CLOCK.span, end=Position(2, 12)), "today"),))
)

Fixed = tuple[str, str, str]
"""How safe a fix is, what it says, and what it makes of the text: a diff of the lines that it changes."""


def _diff(after: str) -> str:
    return "".join(line for line in difflib.ndiff(APP.splitlines(True), after.splitlines(True)) if line[0] in "+-")


def _made(line: int, begin: int, end: int, content: str) -> str:
    """The text with one edit, its columns in code points."""
    lines = APP.splitlines(keepends=True)
    lines[line - 1] = lines[line - 1][: begin - 1] + content + lines[line - 1][end - 1 :]
    return _diff("".join(lines))


def _json_fix(text: str) -> Fixed:
    fix = json.loads(text)["diagnostics"][0]["fix"]
    (edit,) = fix["edits"]
    made = _made(edit["start"]["line"], edit["start"]["column"], edit["end"]["column"], edit["content"])
    return fix["applicability"], fix["message"], made


def _sarif_fix(text: str) -> Fixed:
    (fix,) = json.loads(text)["runs"][0]["results"][0]["fixes"]
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    region = replacement["deletedRegion"]
    line, begin, end = region["startLine"], region["startColumn"], region["endColumn"]
    made = _made(line, _utf16(line, begin), _utf16(line, end), replacement["insertedContent"]["text"])
    return fix["properties"]["applicability"], fix["description"]["text"].split(" (")[0], made


def _shown_fix(words: str, lines: list[str]) -> Fixed:
    """A fix as people are shown it."""
    how_safe, message = words.split("fix: ")
    return how_safe.strip() or "safe", message, "".join(f"{line[0]} {line[1:]}\n" for line in lines)


def _full_fix(text: str) -> Fixed:
    (words,) = re.findall(r"^ *= ((?:unsafe )?fix: .*)$", text, re.MULTILINE)
    return _shown_fix(words, re.findall(r"^ {4,5}([-+].*)$", text, re.MULTILINE))


def _html_fix(text: str) -> Fixed:
    (words,) = re.findall(r'<p class="fix">(.*)</p>', text)
    lines = [unescape(line) for line in re.findall(r"<(?:ins|del)>(.*)</(?:ins|del)>", text)]
    return _shown_fix(re.sub("</?code>", "`", words), lines)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param("json", _json_fix, id="json"),
        pytest.param("json-lines", lambda text: _json_fix(f'{{"diagnostics": [{text}]}}'), id="json-lines"),
        pytest.param("sarif", _sarif_fix, id="sarif"),
        pytest.param("full", _full_fix, id="full"),
        pytest.param("html", _html_fix, id="html"),
    ],
)
def test_a_fix_is_the_same_in_every_format_that_carries_it(name: str, read: Callable[[str], Fixed]) -> None:
    told = render(name, replace(REPORT, diagnostics=(FIXED,)))
    assert read(told) == ("unsafe", "Use `today`", _diff(CHANGED))
