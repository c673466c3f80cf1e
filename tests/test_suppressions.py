"""Comments that ignore findings: where they may stand, what they hold for, and what is wrong with some."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.diagnostics import Diagnostic, Severity
from promptlint.knowledge.loading import load_pages
from promptlint.layout import Confidence
from promptlint.spans import Lines, Position, Span
from promptlint.suppressions import read_comments, suppressed
from tests.strategies import texts

PAGES = load_pages()
ALL = frozenset(PAGES)
HERE = "HERE"
"""What a finding points at in the sources below."""


def finding(source: str, code: str = "PL101", path: str = "app.py") -> Diagnostic:
    """A finding at the place that is marked."""
    before, found, _ = source.partition(HERE)
    assert found
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    span = Span(path, Position(line, column), Position(line, column + len(HERE)))
    page = PAGES[code]
    return Diagnostic(code, page.name, page.severity, Confidence.HIGH, "It changes.", span)


def told(source: str, *diagnostics: Diagnostic, chosen: Collection[str] = ALL) -> list[tuple[str, int, int, str]]:
    """Code, line, column and message of what is left of findings in a source, and of what its comments cause."""
    left = suppressed(diagnostics, [read_comments(source, "app.py")], PAGES, lambda path: chosen)
    return [(d.code, d.span.start.line, d.span.start.column, d.message) for d in left]


def silenced(source: str) -> bool:
    """Whether the finding in a source is ignored, and nothing else is told."""
    return told(source, finding(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("f(HERE)  # promptlint: ignore[PL101]\n", id="at the end of the line"),
        pytest.param("f(HERE)  # promptlint: ignore[PL101] sent once a day\n", id="with a reason"),
        pytest.param("f(HERE)  # promptlint: ignore[PL101] see issue #12\n", id="with a hash in the reason"),
        pytest.param("f(HERE)  # promptlint: ignore[volatile-prefix]\n", id="by name"),
        pytest.param("f(HERE)  #promptlint:ignore[ PL101 ]\n", id="without and with blanks"),
        pytest.param("f(HERE)  # noqa: E501  # promptlint: ignore[PL101]\n", id="behind a comment to another tool"),
        pytest.param("f(HERE)  # promptlint: ignore[PL101]  # noqa: E501\n", id="before a comment to another tool"),
        pytest.param("f(HERE)  # promptlint: ignore[PL101]", id="without a line break at the end of the file"),
        pytest.param("# promptlint: ignore[PL101]\nf(HERE)\n", id="in a line of its own above"),
        pytest.param("# promptlint: ignore[PL101]\n# more\n\nf(HERE)\n", id="above other comments and empty lines"),
        pytest.param("if x:\n    # promptlint: ignore[PL101]\n    f(HERE)\n", id="above, indented"),
        pytest.param("if x:\n    y\n# promptlint: ignore[PL101]\nf(HERE)\n", id="above, behind a block"),
        pytest.param('f(f"""\n{HERE}\nRules\n""")  # promptlint: ignore[PL101]\n', id="behind the closing quotes"),
        pytest.param("f(\n    a,  # promptlint: ignore[PL101]\n    HERE,\n)\n", id="on another line of the statement"),
        pytest.param("f(\n    # promptlint: ignore[PL101]\n    HERE,\n)\n", id="in a line of its own within it"),
        pytest.param("f(\n    HERE,\n)  # promptlint: ignore[PL101]\n", id="on the last line of the statement"),
        pytest.param("a = 1 + \\\n    HERE  # promptlint: ignore[PL101]\n", id="behind a continued line"),
        pytest.param("for HERE in f(\n    x\n):  # promptlint: ignore[PL101]\n    y\n", id="behind the head of a loop"),
        pytest.param("\r\n# promptlint: ignore[PL101]\r\nf(HERE)\r\n", id="with Windows line breaks"),
        pytest.param("é = 'é'\nf('é', HERE)  # promptlint: ignore[PL101]\n", id="behind text that is not ASCII"),
        pytest.param("f(HERE)\n\n# promptlint: file-ignore[PL101]\n", id="for the whole file, at its end"),
        pytest.param(
            "# promptlint: file-ignore[volatile-prefix] why\nx\n\nf(HERE)\n", id="for the whole file, by name"
        ),
    ],
)
def test_a_finding_is_ignored(source: str) -> None:
    assert silenced(source)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("f(HERE)  # PL101\n", id="a comment that is not for us"),
        pytest.param('f("# promptlint: ignore[PL101]", HERE)\n', id="within a string"),
        pytest.param('f(f"""# promptlint: ignore[PL101]\n{HERE}""")\n', id="within a prompt of many lines"),
    ],
)
def test_text_is_no_comment(source: str) -> None:
    assert told(source, finding(source)) == [("PL101", *place(source, HERE), "It changes.")]


def place(source: str, text: str) -> tuple[int, int]:
    """Line and column of a text."""
    before = source[: source.index(text)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = 1  # promptlint: ignore[PL101]\nf(HERE)\n", id="behind the statement before"),
        pytest.param("f(HERE)\n# promptlint: ignore[PL101]\nx = 1\n", id="below the statement"),
        pytest.param("f(HERE)\n# promptlint: ignore[PL101]\n", id="at the end of the file"),
        pytest.param("if x:  # promptlint: ignore[PL101]\n    f(HERE)\n", id="on the head of the block around it"),
    ],
)
def test_another_statement_is_not_covered(source: str) -> None:
    assert told(source, finding(source)) == [
        ("PL101", *place(source, HERE), "It changes."),
        (
            "PL002",
            *place(source, "PL101"),
            "`PL101` finds nothing in this statement: the comment can go, or stands in the wrong place.",
        ),
    ]


def test_one_comment_may_name_several_rules() -> None:
    source = "f(HERE)  # promptlint: ignore[PL101, missing-breakpoint] why\n"
    assert told(source, finding(source), finding(source, "PL201")) == []


def test_each_rule_that_is_named_must_be_of_use() -> None:
    source = "f(HERE)  # promptlint: ignore[PL101,PL201]\n"
    assert told(source, finding(source)) == [
        ("PL002", 1, 37, "`PL201` finds nothing in this statement: the comment can go, or stands in the wrong place.")
    ]


def test_an_ignore_for_a_file_must_be_of_use() -> None:
    assert told("x = 1\n# promptlint: file-ignore[PL101]\n") == [
        ("PL002", 2, 27, "`PL101` finds nothing in this file: the comment can go, or stands in the wrong place.")
    ]


def test_the_span_of_an_unused_ignore_is_the_rule_that_it_names() -> None:
    (unused,) = suppressed([], [read_comments("x  # promptlint: ignore[PL201]\n", "app.py")], PAGES, lambda path: ALL)
    assert (unused.span, unused.name) == (Span("app.py", Position(1, 25), Position(1, 30)), "unused-ignore")
    assert (unused.severity, unused.confidence) == (Severity.NOTE, Confidence.HIGH)


def test_rules_that_did_not_run_are_not_called_unused() -> None:
    assert told("x  # promptlint: ignore[PL101]\n", chosen=ALL - {"PL101"}) == []


def test_unused_ignores_are_told_only_when_asked_for() -> None:
    assert told("x  # promptlint: ignore[PL101]\n", chosen={"PL101"}) == []


def test_a_comment_holds_for_its_own_file_only() -> None:
    source = "f(HERE)\n"
    elsewhere = read_comments("# promptlint: file-ignore[PL101]\n", "other.py")
    left = suppressed([finding(source)], [elsewhere], PAGES, lambda path: ALL)
    assert [(d.code, d.span.path) for d in left] == [("PL101", "app.py"), ("PL002", "other.py")]


@pytest.mark.parametrize(
    ("rule", "guess"),
    [("pl101", " (did you mean 'PL101'?)"), ("volatile-prefx", " (did you mean 'volatile-prefix'?)"), ("*", "")],
)
def test_a_rule_that_does_not_exist_is_told(rule: str, guess: str) -> None:
    assert told(f"x = 1  # promptlint: ignore[{rule}] why\n") == [
        ("PL003", 1, 29, f"There is no rule `{rule}`{guess}, so nothing is ignored.")
    ]


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("# promptlint: ignore", id="all rules"),
        pytest.param("# promptlint: ignore[]", id="no rule"),
        pytest.param("# promptlint: ignore[PL101", id="no closing bracket"),
        pytest.param("# promptlint: ignore PL101", id="no brackets"),
        pytest.param("# promptlint: disable[PL101]", id="another word"),
    ],
)
def test_a_comment_that_is_not_understood_is_told(comment: str) -> None:
    source = f"f(HERE)  {comment}\n"
    message = (
        "This comment is not understood, so nothing is ignored. Write `# promptlint: ignore[PL101] why`, or"
        " `file-ignore[PL101]` for the whole file, with the code or the name of each rule."
    )
    assert told(source, finding(source)) == [("PL101", 1, 3, "It changes."), ("PL003", 1, 10, message)]


def test_the_span_of_a_comment_that_is_not_understood_is_our_part_of_it() -> None:
    comments = read_comments("x  # noqa # promptlint: off  # more\n", "app.py")
    assert comments.misfits == (Span("app.py", Position(1, 11), Position(1, 28)),)


def test_what_is_said_of_comments_can_be_ignored_too() -> None:
    assert told("x = 1  # promptlint: ignore[PL101, PL002] only on Windows\n") == []
    assert told("x = 1  # promptlint: ignore[OTHER1, PL003] another tool's\n") == []


def test_in_a_broken_file_comments_are_not_judged() -> None:
    source = "x = 1  # promptlint: ignore[PL101, PL999]\nHERE def (\n# promptlint: off\n"
    assert [code for code, *_ in told(source, finding(source, "PL001"))] == ["PL001"]


def test_a_broken_file_can_be_ignored_before_the_place_where_it_breaks() -> None:
    source = "# promptlint: file-ignore[PL001] a template\nclass HERE{{ name }}:\n        x\n    y\n"
    assert told(source, finding(source, "PL001")) == []


@pytest.mark.parametrize("source", ["(", "'''", "if x:\n  y\n z", "\0", "x = 'é\n", "\\", "é(\ud800"])
def test_a_file_that_does_not_tokenize_does_no_harm(source: str) -> None:
    comments = read_comments("# promptlint: file-ignore[PL101]\n" + source, "app.py")
    assert [ignore.rule for ignore in comments.ignores] == ["PL101"]


def test_many_comments_and_findings_take_no_time() -> None:
    source = "f(1)  # promptlint: ignore[PL101]\n" * 3000
    page = PAGES["PL101"]
    findings = [
        Diagnostic(
            "PL101", page.name, page.severity, Confidence.HIGH, "", Span("app.py", Position(n, 3), Position(n, 4))
        )
        for n in range(1, 3001)
    ]
    assert told(source, *findings) == []


@given(texts, st.sampled_from(["", "# promptlint: ignore[PL101]\n", "'# promptlint: ignore[PL101]'\n"]))
def test_no_text_stops_the_reading_of_comments(text: str, head: str) -> None:
    whole = head + text + "\n# promptlint: ignore[PL201]"
    lines = Lines(whole)
    for ignore in read_comments(whole, "app.py").ignores:
        assert lines.slice(ignore.span) == ignore.rule
