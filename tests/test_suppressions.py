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
        pytest.param("# promptlint: off[PL101]", id="another word"),
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
    assert [fault.span for fault in comments.faults] == [Span("app.py", Position(1, 11), Position(1, 28))]


# --- ranges -----------------------------------------------------------------------------------------------------------

OFF, ON = "# promptlint: disable[PL101]", "# promptlint: enable[PL101]"
OPEN = "`PL101` is ignored up to the end of the {}: end it with an `enable` of the same indentation{}."
OPEN_IN_BLOCK, OPEN_IN_FILE = OPEN.format("block", ""), OPEN.format("file", ", or write `file-ignore`")
STRAY = "No `disable[PL101]` stands above this in the same block."
NOT_ALONE = (
    "`disable` and `enable` must stand on a line of their own, so nothing is ignored. For one line, use `ignore`."
)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"{OFF} why\nf(1)\nf(HERE)\n{ON}\nf(1)\n", id="a statement"),
        pytest.param(f"{OFF}\nif x:\n    f(HERE)\n{ON}\n", id="a block"),
        pytest.param(f"if x:\n  {OFF}\n  f(HERE)\n  {ON}\n  f(1)\n", id="in a block"),
        pytest.param(f"if x:\n  {OFF}\n  f(HERE)\n  {ON}\nf(1)\n", id="up to the end of a block"),
        pytest.param(f"f(\n    {OFF}\n    HERE,\n    {ON}\n)\n", id="lines of a statement"),
        pytest.param(f"{OFF}\r\nf(HERE)\r\n{ON}\r\n", id="with Windows line breaks"),
        pytest.param(f"{OFF}\nf(HERE)\n{ON}\n".replace("enable[PL101]", "enable[volatile-prefix]"), id="ended by name"),
        pytest.param(
            f"{OFF}\nf(HERE)\n{ON}\n".replace("disable[PL101]", "disable[volatile-prefix]"), id="begun by name"
        ),
    ],
)
def test_what_is_found_in_a_range_is_ignored(source: str) -> None:
    assert told(source, finding(source)) == []


def test_the_rules_of_a_range_may_be_ended_one_by_one() -> None:
    source = "# promptlint: disable[PL101, PL201]\nf(HERE)\n# promptlint: enable[PL201]\nf(1)\n" + ON
    assert told(source, finding(source), finding(source, "PL201")) == []
    later = source.replace(HERE, "1", 1).replace(f"f(1)\n{ON}", f"f({HERE})\n{ON}")
    assert [code for code, *_ in told(later, finding(later), finding(later, "PL201"))] == ["PL201", "PL002"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"f(HERE)\n{OFF}\nf(1)\n{ON}\n", id="above it"),
        pytest.param(f"{OFF}\nf(1)\n{ON}\nf(HERE)\n", id="below it"),
        pytest.param(f"if x:\n  {OFF}\n  f(1)\n  {ON}\nf(HERE)\n", id="behind its block"),
    ],
)
def test_what_is_found_outside_of_a_range_is_told_and_so_is_the_range(source: str) -> None:
    unused = "`PL101` finds nothing in these lines: the comment can go, or stands in the wrong place."
    assert told(source, finding(source)) == [
        ("PL101", *place(source, HERE), "It changes."),
        ("PL002", *place(source, "PL101"), unused),
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(f"x\n{OFF}\nf(1)\nf(HERE)\n", OPEN_IN_FILE, id="in the file"),
        pytest.param(f"if x:\n  {OFF}\n  f(1)\n\n  f(HERE)\ny\n", OPEN_IN_BLOCK, id="in a block"),
    ],
)
def test_a_range_that_nothing_ends_holds_to_the_end_of_its_block_and_is_told(source: str, message: str) -> None:
    assert told(source, finding(source)) == [("PL004", *place(source, "PL101"), message)]


def test_a_range_that_nothing_ends_holds_for_no_other_block() -> None:
    source = f"if x:\n  {OFF}\n  f(1)\nf(HERE)\n"
    assert told(source, finding(source), chosen={"PL101"}) == [("PL101", *place(source, HERE), "It changes.")]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"x\n{ON}\n", id="alone"),
        pytest.param(f"{OFF}\nif x:\n  {ON}\n  y\n", id="in an inner block"),
        pytest.param(f"if x:\n  {OFF}\n  y\n{ON}\n", id="in the block around it"),
        pytest.param(f"if x:\n  {OFF}\n  y\nif z:\n  {ON}\n  y\n", id="in another block"),
    ],
)
def test_an_end_without_a_beginning_is_told(source: str) -> None:
    line = source[: source.index(ON)].count("\n") + 1
    column = source.splitlines()[line - 1].index("PL101") + 1
    assert ("PL004", line, column, STRAY) in told(source)


@pytest.mark.parametrize("source", [f"f(HERE)  {OFF}\n", f"f(HERE)  {ON}\n"])
def test_a_range_does_not_begin_or_end_behind_code(source: str) -> None:
    assert told(source, finding(source)) == [("PL101", 1, 3, "It changes."), ("PL003", 1, 10, NOT_ALONE)]


def test_a_rule_that_does_not_exist_is_told_where_the_range_begins() -> None:
    source = "# promptlint: disable[PL999]\nx\n# promptlint: enable[PL999]\n"
    (unknown,) = told(source)
    assert unknown[:3] == ("PL003", 1, 23)


def test_many_ranges_take_no_time() -> None:
    source = f"class A:\n {OFF}\n" + f" if x:\n  {OFF}\n  f(1)\n  {ON}\n" * 2000
    assert len(read_comments(source, "app.py").ignores) == 2001


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
