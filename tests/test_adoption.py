"""What a team with findings does: a baseline, changed lines only, comments that ignore what is there."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.baseline import BaselineError, parse, written
from promptlint.diagnostics import Diagnostic, Severity
from promptlint.ignoring import NotIgnoredError, ignored
from promptlint.layout import Confidence
from promptlint.reporters import text
from promptlint.spans import Position, Span
from tests.commands import CLOCK, Done, Run

PLAIN = CLOCK.replace("Now: {datetime.now()} ", "")
TWO = CLOCK + CLOCK.partition("\n\n\n")[2].replace("def reply", "\n\ndef again")
"""Two calls with the same finding, at lines 7 and 13."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one finding, and a configuration with a baseline."""
    (tmp_path / "promptlint.toml").write_text(
        'baseline = "baseline.json"\noutput-format = "concise"\n', encoding="utf-8"
    )
    (tmp_path / "app.py").write_text(CLOCK, encoding="utf-8")
    return tmp_path


def entries(project: Path) -> list[tuple[str, str, int]]:
    """Rule, path and number of what is in the baseline."""
    document = json.loads((project / "baseline.json").read_text(encoding="utf-8"))
    return [(entry["rule"], entry["path"], entry["count"]) for entry in document["findings"]]


# --- baseline ---------------------------------------------------------------------------------------------------------


def test_what_is_in_the_baseline_is_not_told(run: Run, project: Path) -> None:
    assert run("check", "--isolated").code == 1
    assert run("check", "--update-baseline") == Done(0, "", "baseline.json: 1 finding written.\n")
    out = "Found nothing in 1 file (1 prompt read).\nNot shown: 1 finding of the baseline.\n"
    assert run("check") == Done(0, out, "")
    assert entries(project) == [("PL101", "app.py", 1)]


def test_a_baseline_needs_a_file_to_stand_in(run: Run, project: Path) -> None:
    (project / "promptlint.toml").unlink()
    error = "--update-baseline needs a file to write: add --baseline FILE, or set `baseline`\n"
    assert run("check", "--update-baseline").err.endswith(error)
    error = "--update-baseline remembers files: standard input is none\n"
    assert run("check", "-", "--baseline", "a.json", "--update-baseline", stdin=b"").err.endswith(error)


def test_many_findings_at_once_may_go_into_a_baseline(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_MANY", 2)
    hint = "So many at once: --statistics counts them by rule; --baseline FILE --update-baseline writes them down"
    for source, expected in ((CLOCK, False), (TWO, True)):
        (project / "app.py").write_text(source, encoding="utf-8")
        assert (hint in run("check", "--isolated").out) == expected


def test_a_finding_that_has_moved_is_known_again(run: Run, project: Path) -> None:
    run("check", "--update-baseline")
    (project / "app.py").write_text(
        "# moved\n\n" + CLOCK.replace("    system", "    # why\n    system"), encoding="utf-8"
    )
    assert run("check").code == 0


def test_one_more_of_the_same_is_told(run: Run, project: Path) -> None:
    run("check", "--update-baseline")
    (project / "app.py").write_text(TWO, encoding="utf-8")
    assert run("check").out.splitlines()[0].startswith("app.py:13:22: PL101")


def test_the_baseline_shrinks_by_itself(run: Run, project: Path) -> None:
    (project / "app.py").write_text(TWO, encoding="utf-8")
    run("check", "--update-baseline")
    assert entries(project) == [("PL101", "app.py", 2)]
    (project / "app.py").write_text(CLOCK, encoding="utf-8")
    assert run("check").err == "baseline.json: 1 finding no longer there, and taken out.\n"
    assert entries(project) == [("PL101", "app.py", 1)]
    (project / "app.py").unlink()
    run("check")
    assert entries(project) == []


def test_what_a_run_could_not_have_found_stays(run: Run, project: Path) -> None:
    (project / "other.py").write_text("x = 1\n", encoding="utf-8")
    run("check", "--update-baseline")
    for arguments in (["other.py"], ["--select", "PL201"]):
        assert run("check", *arguments).err == ""
    assert entries(project) == [("PL101", "app.py", 1)]
    run("check", "--update-baseline", "other.py")
    assert entries(project) == [("PL101", "app.py", 1)]


def test_a_baseline_is_the_same_from_every_folder(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("check", "--update-baseline")
    before = (project / "baseline.json").read_bytes()
    (project / "inner").mkdir()
    monkeypatch.chdir(project / "inner")
    assert run("check", "..").code == 0
    assert (project / "baseline.json").read_bytes() == before


def test_an_unreadable_file_is_never_taken_for_granted(run: Run, project: Path) -> None:
    (project / "app.py").write_text("import openai\ndef (\n", encoding="utf-8")
    assert run("check", "--update-baseline").err == "baseline.json: 0 findings written.\n"
    assert "PL001" in run("check").out


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (None, "baseline.json: there is no such baseline; --update-baseline writes it"),
        ("[]", "baseline.json: is no baseline of promptlint"),
        ("{", "baseline.json: is no baseline of promptlint"),
        ('{"baseline_version": 9, "findings": []}', "baseline.json: is of version 9, and this promptlint writes 1"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_said(run: Run, project: Path, text: str | None, error: str) -> None:
    if text is not None:
        (project / "baseline.json").write_text(text, encoding="utf-8")
    assert run("check") == Done(2, "", f"Error: {error}\n")


_names = st.text(st.characters(codec="utf-8"), max_size=5)


@given(st.dictionaries(st.tuples(_names, _names, _names), st.integers(1, 5), max_size=4))
def test_a_baseline_is_read_as_it_was_written(known: dict[tuple[str, str, str], int]) -> None:
    assert parse(written(known)) == known
    assert written(parse(written(known))) == written(known)


def test_a_baseline_with_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(BaselineError):
        parse('{"baseline_version": 1, "findings": [{"rule": "a", "path": "b", "fingerprint": "c", "count": "x"}]}')


# --- changed lines ----------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository in which two calls with a finding are committed."""
    (tmp_path / "app.py").write_text(TWO, encoding="utf-8")
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"]):
        git(tmp_path, *command)
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git without the settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": "x@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, env=clean | who | {"GIT_CONFIG_GLOBAL": os.devnull}, check=True)


def told(run: Run, *arguments: str) -> list[str]:
    """The places of what is found."""
    done = run("check", "--output-format", "concise", *arguments)
    assert done.err == ""
    return [line.split(": ")[0] for line in done.out.splitlines() if ": PL" in line]


def test_only_what_changed_lines_have_to_do_with_is_told(run: Run, repository: Path) -> None:
    assert told(run) == ["app.py:7:22", "app.py:13:22"]
    assert told(run, "--diff-base", "HEAD") == []
    lines = TWO.splitlines(keepends=True)
    lines[12] = lines[12].replace("Now", "It is")
    (repository / "app.py").write_text("# above\n" + "".join(lines), encoding="utf-8")
    assert told(run, "--diff-base", "HEAD") == ["app.py:14:24"]


def test_the_way_into_the_prompt_counts_as_well(run: Run, repository: Path) -> None:
    (repository / "app.py").write_text(TWO.replace("input=question)", "input=question )", 1), encoding="utf-8")
    assert told(run, "--diff-base", "main") == ["app.py:7:22"]


def test_a_new_file_has_changed(run: Run, repository: Path) -> None:
    (repository / "new für.py").write_text(CLOCK, encoding="utf-8")
    assert told(run, "--diff-base", "HEAD") == ["new für.py:7:22"]
    git(repository, "add", ".")
    git(repository, "switch", "-qc", "branch")
    git(repository, "commit", "-qm", "second")
    assert told(run, "--diff-base", "main") == ["new für.py:7:22"]


def test_a_revision_that_does_not_exist_is_said(run: Run, repository: Path) -> None:
    done = run("check", "--diff-base", "nope")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: --diff-base nope: git says: Not a valid object name nope")
    assert run("check", "--diff-base", "--help").code == 2


# --- comments ---------------------------------------------------------------------------------------------------------


def test_comments_are_written_and_silence_what_was_found(run: Run, project: Path) -> None:
    (project / "promptlint.toml").unlink()
    assert run("check", "--add-ignore=sent once a day") == Done(
        0, "Found nothing in 1 file (1 prompt read).\n", "1 finding ignored.\n"
    )
    assert "\n    # promptlint: ignore[PL101] sent once a day\n    system = f" in (project / "app.py").read_text(
        "utf-8"
    )
    assert run("check").code == 0


def test_the_reason_may_be_left_out(run: Run, project: Path) -> None:
    assert run("check", "--isolated", "--add-ignore", "app.py").code == 0
    assert "    # promptlint: ignore[PL101]\n" in (project / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\xef\xbb\xbf" + CLOCK.encode(), id="a byte order mark"),
        pytest.param(CLOCK.replace("\n", "\r\n").encode(), id="Windows line breaks"),
        pytest.param(b"# coding: latin-1\n" + CLOCK.replace("Read", "F\xfcr").encode("latin-1"), id="a coding cookie"),
    ],
)
def test_nothing_else_in_the_file_is_changed(run: Run, project: Path, raw: bytes) -> None:
    (project / "app.py").write_bytes(raw)
    (project / "app.py").chmod(0o640)
    assert run("check", "--isolated", "--add-ignore").code == 0
    after = (project / "app.py").read_bytes()
    newline = b"\r\n" if b"\r\n" in raw else b"\n"
    assert after.replace(b"    # promptlint: ignore[PL101]" + newline, b"") == raw
    assert (project / "app.py").stat().st_mode & 0o777 == 0o640


def test_what_is_no_python_file_is_not_written_into(run: Run, project: Path) -> None:
    (project / "guide.txt").write_text("{now}", encoding="utf-8")
    assert "guide.txt" not in run("check", "--isolated", "--add-ignore").err


def finding(line: int, code: str = "PL101") -> Diagnostic:
    """A finding on a line."""
    place = Span("a.py", Position(line, 1), Position(line, 2))
    return Diagnostic(code, "name", Severity.WARNING, Confidence.HIGH, "It changes.", place)


@pytest.mark.parametrize(
    ("before", "lines", "after"),
    [
        pytest.param("x = f(1)\n", [1], "# promptlint: ignore[PL101] why\nx = f(1)\n", id="a statement"),
        pytest.param(
            "if x:\n    y = f('''\n#\n''')\n", [3],
            "if x:\n    # promptlint: ignore[PL101] why\n    y = f('''\n#\n''')\n",
            id="within a string of many lines",
        ),
        pytest.param(
            "if x:\n    y\nelif f(\n  z):\n    a\n", [4],
            "if x:\n    y\n# promptlint: ignore[PL101] why\nelif f(\n  z):\n    a\n", id="the head of a block",
        ),
        pytest.param(
            "# promptlint: ignore[PL102] old\nx = f(1)\n", [1 + 1],
            "# promptlint: ignore[PL102, PL101] old\nx = f(1)\n", id="one comment more than it had",
        ),
        pytest.param(
            "x = f(  # promptlint: ignore[PL102, PL103]\n  1)\n", [2],
            "x = f(  # promptlint: ignore[PL102, PL103, PL101]\n  1)\n", id="a comment within",
        ),
        pytest.param(
            "x = 1 + \\\n  y\n", [2], "# promptlint: ignore[PL101] why\nx = 1 + \\\n  y\n", id="a line that goes on"
        ),
        pytest.param("x = f(1)", [1], "# promptlint: ignore[PL101] why\nx = f(1)", id="no line break at the end"),
        pytest.param(
            "# promptlint: disable[PL102]\nx = f(1)\n# promptlint: enable[PL102]\n", [2],
            "# promptlint: disable[PL102]\n# promptlint: ignore[PL101] why\nx = f(1)\n# promptlint: enable[PL102]\n",
            id="in a range that ignores another rule",
        ),
    ],
)  # fmt: skip
def test_a_comment_stands_above_the_statement(before: str, lines: list[int], after: str) -> None:
    assert ignored("a.py", before, [finding(line) for line in lines], "why").text == after


def test_two_rules_in_one_statement_share_a_comment() -> None:
    done = ignored("a.py", "x = f(\n  1)\n", [finding(1), finding(2, "PL102"), finding(2)], "")
    assert (done.text, done.number) == ("# promptlint: ignore[PL101, PL102]\nx = f(\n  1)\n", 3)


def test_what_is_said_of_files_and_comments_is_not_ignored() -> None:
    assert (
        ignored("a.py", "x = 1\n", [finding(1, code) for code in ("PL001", "PL002", "PL003", "PL004")], "").text
        == "x = 1\n"
    )


def test_a_file_that_does_not_parse_is_left_alone() -> None:
    with pytest.raises(NotIgnoredError):
        ignored("a.py", "x = 1\ny = (\n", [finding(1)], "")


@pytest.mark.parametrize(
    ("path", "before", "line", "after"),
    [
        pytest.param(
            "a.yaml", "name: a\nprompt: |\n  Rules\n  # {{ x }}\n", 4,
            "name: a\n# promptlint: ignore[PL101] why\nprompt: |\n  Rules\n  # {{ x }}\n", id="a text of many lines",
        ),
        pytest.param(
            "a.yaml", "a:\n  - role: user\n    content: '{{ x }}'\n", 3,
            "a:\n  - role: user\n    # promptlint: ignore[PL101] why\n    content: '{{ x }}'\n", id="a value",
        ),
        pytest.param(
            "a.yaml", "# promptlint: ignore[PL102] old\na: '{{ x }}'\n", 2,
            "# promptlint: ignore[PL102, PL101] old\na: '{{ x }}'\n", id="one comment more than it had",
        ),
        pytest.param(
            "a.toml", "[a]\nb = '''\n# {{ x }}\n'''\n", 3,
            "[a]\n# promptlint: ignore[PL101] why\nb = '''\n# {{ x }}\n'''\n", id="a text in TOML",
        ),
        pytest.param(
            "a.j2", "Hello {{ x }}\nRules\n", 1,
            "Hello {{ x }}{# promptlint: ignore[PL101] why +#}\nRules\n", id="a template",
        ),
    ],
)  # fmt: skip
def test_comments_in_templates_change_nothing_that_is_sent(path: str, before: str, line: int, after: str) -> None:
    assert ignored(path, before, [finding(line)], "why").text == after


@pytest.mark.parametrize(
    ("path", "text"), [("a.txt", "{x}\n"), ("a.j2", "{{ f(\nx) }}\n"), ("a.yaml", "a: [\n"), ("a.j2", "{% if %\n")]
)
def test_a_template_without_a_place_for_a_comment_is_left_alone(path: str, text: str) -> None:
    with pytest.raises(NotIgnoredError):
        ignored(path, text, [finding(1)], "why")


PARTS = ["x = f(1)", "if x:\n    y = '''\n# a\n'''", "z = [\n  1,\n]  # b", "\\\n", "# c"]


@given(
    st.lists(st.sampled_from(PARTS), max_size=6),
    st.lists(st.integers(1, 20), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
def test_no_comment_changes_what_the_code_means(parts: list[str], lines: list[int], newline: str) -> None:
    text = newline.join(part.replace("\n", newline) for part in parts) + newline
    try:
        meant = ast.dump(ast.parse(text))
    except SyntaxError:
        return
    assert ast.dump(ast.parse(ignored("a.py", text, [finding(line) for line in lines], "why").text)) == meant
