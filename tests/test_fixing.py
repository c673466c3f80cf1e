"""Fixes on real files: what is written, what is left alone, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from promptlint import repairing, session
from promptlint.cli import commands
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability

PROGRAM = """\
import os
from datetime import datetime
from openai import OpenAI

GUIDE = "Réponds en français, et ne promets rien. " * 300


def reply(client: OpenAI, question: str) -> str:
    files = ", ".join(os.listdir("docs"))  # the names only
    system = f"Now: {datetime.now()}\\nFiles: {files}\\n{GUIDE}"  # é
    return client.responses.create(model="gpt-6-sol", instructions=system, input=question).output_text
"""
SAFE = PROGRAM.replace('os.listdir("docs")', 'sorted(os.listdir("docs"))')
ALL = SAFE.replace("datetime.now()", "datetime.now().date()")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this repository is context."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a safe and an unsafe fix, alone in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "app.py"
    path.write_bytes(PROGRAM.encode())
    return path


def check(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["check", *arguments], input=stdin, standalone_mode=False)


def test_without_fix_nothing_is_written(app: Path) -> None:
    check("app.py")
    check("app.py", "--unsafe-fixes")
    assert app.read_text() == PROGRAM


def test_fix_makes_the_safe_fixes(app: Path) -> None:
    done = check("app.py", "--fix")
    assert app.read_text() == SAFE
    assert done.return_value == 1
    assert "Fixed 1 finding. Found 1 finding in 1 file" in done.output


def test_unsafe_fixes_are_made_when_asked_for(app: Path) -> None:
    done = check("app.py", "--fix", "--unsafe-fixes")
    assert app.read_text() == ALL
    assert done.return_value == 0


def test_fixing_again_changes_nothing(app: Path) -> None:
    check("app.py", "--fix", "--unsafe-fixes")
    done = check("app.py", "--fix", "--unsafe-fixes", "--exit-non-zero-on-fix")
    assert (app.read_text(), done.return_value) == (ALL, 0)


def test_diff_shows_and_changes_nothing(app: Path) -> None:
    done = check("app.py", "--diff")
    assert app.read_text() == PROGRAM
    assert done.return_value == 1
    changed = [line for line in done.output.splitlines() if line.startswith(("+", "-"))]
    assert changed == [
        "--- a/app.py",
        "+++ b/app.py",
        '-    files = ", ".join(os.listdir("docs"))  # the names only',
        '+    files = ", ".join(sorted(os.listdir("docs")))  # the names only',
    ]


def test_diff_says_how_many_more_fixes_there_are(app: Path) -> None:
    assert "Would fix 1 finding; 1 more with --unsafe-fixes.\n" in check("app.py", "--diff").stderr
    assert "Would fix 2 findings.\n" in check("app.py", "--diff", "--unsafe-fixes").stderr
    app.write_text(ALL)
    assert check("app.py", "--diff").stderr == ""


def test_fix_only_says_nothing_of_what_is_left(app: Path) -> None:
    done = check("app.py", "--fix-only")
    assert (app.read_text(), done.output, done.return_value) == (SAFE, "", 0)


def test_a_fix_can_be_a_failure(app: Path) -> None:
    assert check("app.py", "--fix-only", "--exit-non-zero-on-fix").return_value == 1


def test_show_fixes_lists_them(app: Path) -> None:
    done = check("app.py", "--fix", "--show-fixes")
    assert 'Fixed PL103 at app.py:9:23: Sort `os.listdir("docs")`.' in done.output


def test_standard_input_is_fixed_to_standard_output(app: Path) -> None:
    done = check("-", "--fix-only", "--stdin-filename", "app.py", stdin=PROGRAM.encode())
    assert (done.output, app.read_text()) == (SAFE, PROGRAM)


def test_an_ignored_finding_is_not_fixed(app: Path) -> None:
    ignored = PROGRAM.replace("# the names only", "# promptlint: ignore[PL103] one file")
    app.write_text(ignored)
    check("app.py", "--fix")
    assert app.read_text() == ignored


@pytest.mark.parametrize(
    "raw",
    [
        PROGRAM.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PROGRAM.encode(),
        b"# coding: latin-1\n" + PROGRAM.encode("latin-1"),
        PROGRAM.rstrip("\n").encode(),
    ],
    ids=["CRLF", "BOM", "latin-1", "no newline at the end"],
)
def test_bytes_outside_the_change_stay_as_they_are(app: Path, raw: bytes) -> None:
    app.write_bytes(raw)
    check("app.py", "--fix")
    assert app.read_bytes() == raw.replace(b'os.listdir("docs")', b'sorted(os.listdir("docs"))')


def test_the_mode_stays_and_nothing_is_left_behind(app: Path) -> None:
    app.chmod(0o751)
    check("app.py", "--fix")
    assert app.stat().st_mode & 0o777 == 0o751
    assert list(app.parent.iterdir()) == [app]


def test_a_link_stays_a_link(app: Path) -> None:
    link = app.parent / "link.py"
    link.symlink_to(app)
    check("link.py", "--fix")
    assert (link.is_symlink(), app.read_text()) == (True, SAFE)


def test_a_file_that_changed_meanwhile_is_left_alone(app: Path) -> None:
    repaired = repairing.repaired(["app.py"], Configuration(fixed=Settings()), {}, Applicability.SAFE)
    app.write_text("# mine\n")
    with pytest.raises(repairing.WriteError, match=r"^app\.py: was changed while it was checked"):
        repairing.write(repaired.changes)
    assert app.read_text() == "# mine\n"


def test_a_text_in_a_file_that_was_not_asked_for_is_not_changed(app: Path) -> None:
    other = app.parent / "texts.py"
    other.write_text("import os\n\n\ndef files() -> str:\n    return ', '.join(os.listdir('docs'))\n")
    app.write_text(
        PROGRAM.replace('", ".join(os.listdir("docs"))', "texts.files()").replace("import os\n", "import texts\n")
    )
    before = other.read_text()
    check("app.py", "--fix")
    assert other.read_text() == before


def refused(source: str, code: str) -> list[str]:
    """Why the findings of a rule are not mended."""
    report, _ = session.check(["app.py"], Configuration(fixed=Settings(select=(code,))), {"app.py": source.encode()})
    return [diagnostic.refused for diagnostic in report.diagnostics]


MARKED = """\
import anthropic

SYSTEM = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
client = anthropic.Anthropic()


def ask(question: str) -> object:
    return client.messages.create(
        model="MODEL", max_tokens=9, system=SYSTEM, messages=[{"role": "user", "content": question}]
    )
"""


def test_a_breakpoint_that_another_call_needs_is_not_taken_out() -> None:
    # To one of two models, the prefix that they share is too short.
    long = MARKED.replace('"Be brief."', '"Be brief. " * 900')
    two = long.replace("MODEL", "claude-haiku-4-5") + long[long.index("\n\ndef ask") :].replace(
        "MODEL", "claude-opus-5-5"
    )
    assert refused(long.replace("MODEL", "claude-haiku-4-5"), "PL204") == [""]
    assert refused(two, "PL204") == ["the call at app.py:14:12 would lose a breakpoint too"]


def test_a_breakpoint_that_has_a_name_is_left_alone() -> None:
    named = MARKED.replace('{"type": "ephemeral"}', "MARK").replace(
        "SYSTEM =", 'MARK = {"type": "ephemeral"}\nSYSTEM ='
    )
    assert refused(named.replace("MODEL", "claude-opus-5-5"), "PL204") == [
        "the breakpoint is not written where it is set"
    ]


def test_a_move_that_the_layout_refuses_is_not_made_of_another_value() -> None:
    # What follows the first question begins with a small letter: it may be the rest of a sentence.
    source = MARKED.replace(
        "SYSTEM = [", "RULES = 'Réponds, et ne promets rien. ' * 300\nHOST = 'here'\nUNUSED = ["
    ).replace("system=SYSTEM", r'system=f"Q: {question}\n{HOST}\n{RULES}\nQ: {question}\nQ: {question}"')
    assert refused(source.replace("MODEL", "claude-opus-5-5"), "PL102") == ["it stands at the end already"]


def test_what_one_of_several_providers_may_refuse_is_not_written(app: Path) -> None:
    program = """\
from anthropic import Anthropic, AnthropicBedrock

def chat(bedrock: bool):
    client = AnthropicBedrock() if bedrock else Anthropic()
    messages = []
    while question := input():
        messages.append({"role": "user", "content": question})
        answer = client.messages.create(model="claude-sonnet-5", max_tokens=1000, messages=messages)
        messages.append({"role": "assistant", "content": answer.content})
"""
    app.write_text(program)
    done = check("app.py", "--select", "PL208", "--fix", "--show-fixes")
    assert app.read_text() == program
    told = done.stdout + done.stderr
    assert "the call may go through clients of several providers, which do not all take it" in told
    app.write_text(program.replace("AnthropicBedrock() if bedrock else ", ""))
    check("app.py", "--select", "PL208", "--fix")
    assert 'cache_control={"type": "ephemeral"}' in app.read_text()


def chat(client: str, send: str) -> str:
    """A conversation: how its client is made, and how it is sent."""
    return f"""\
import anthropic


class Chat:
    def __init__(self, host=None):
        self.client = {client}
        self.messages = []

    def say(self, text, **options):
        self.messages.append({{"role": "user", "content": text}})
        {send}
        self.messages.append({{"role": "assistant", "content": answer.content}})
        return answer
"""


def test_a_call_whose_answer_is_stored_may_be_broken_over_lines(app: Path) -> None:
    send = "answer = self.client.messages.create(model='claude-opus-5-5', max_tokens=1000, messages=self.messages)"
    app.write_text(chat(OWN, send))
    check("app.py", "--select", "PL208", "--fix")
    assert '            cache_control={"type": "ephemeral"},\n        )\n' in app.read_text()


def test_a_breakpoint_behind_a_message_that_may_not_come_again_is_unsafe(app: Path) -> None:
    program = """\
import anthropic

client = anthropic.Anthropic()


def answer(history, question):
    return client.messages.create(
        model="claude-opus-5-5", max_tokens=9, messages=[*history, {"role": "user", "content": question}]
    )
"""
    kept = """

def talk():
    history = []
    while True:
        question = input()
        said = answer(history, question)
        history.append({"role": "user", "content": question})
        history.append({"role": "assistant", "content": said.content})
"""
    app.write_text(program)
    check("app.py", "--select", "PL208", "--fix")
    assert app.read_text() == program
    app.write_text(program + kept)
    check("app.py", "--select", "PL208", "--fix")
    assert 'cache_control={"type": "ephemeral"}' in app.read_text()


OWN = "anthropic.Anthropic()"
SENT = """\
params = {
            "model": "claude-opus-5-5",
            "messages": self.messages,
        }
        params["max_tokens"] = 500
        answer = self.client.messages.create(**params)"""


def test_an_argument_is_written_where_the_others_are(app: Path) -> None:
    app.write_text(chat(OWN, SENT))
    check("app.py", "--fix-only")
    mark = '            "cache_control": {"type": "ephemeral"},\n'
    end = '            "messages": self.messages,\n'
    assert app.read_text() == chat(OWN, SENT).replace(end, end + mark)


def test_an_argument_leaves_the_last_word_to_what_is_unpacked(app: Path) -> None:
    sent = SENT.replace('"messages": self.messages,', '"messages": self.messages,\n            **options,')
    app.write_text(chat(OWN, sent))
    check("app.py", "--fix-only")
    assert '            "cache_control": {"type": "ephemeral"},\n            **options,\n' in app.read_text()


def test_arguments_that_several_calls_share_stay_as_they_are(app: Path) -> None:
    twice = f"{SENT}\n        answer = self.client.messages.create(**params)"
    app.write_text(chat(OWN, twice))
    check("app.py", "--fix-only")
    marked = '(\n            **params, cache_control={"type": "ephemeral"}\n        )'
    assert app.read_text() == chat(OWN, twice).replace("(**params)", marked)


MARK = 'cache_control={"type": "ephemeral"}'
ARGUMENTS = {
    "on one line": ("model=MODEL, messages=self.messages", f"model=MODEL, messages=self.messages, {MARK}"),
    "on one line, which would get too wide": (
        "model=MODEL, messages=self.messages",
        f"""
            model=MODEL, messages=self.messages, {MARK}
        """,
    ),
    "on lines of their own, where one would be too wide": (
        "max_tokens=500, model=MODEL, messages=self.messages, **options",
        f"""
            max_tokens=500,
            model=MODEL,
            messages=self.messages,
            **options,
            {MARK},
        """,
    ),
    "on a line of their own, which gets too wide": (
        """
            max_tokens=500, model=MODEL, messages=self.messages, **options
        """,
        f"""
            max_tokens=500,
            model=MODEL,
            messages=self.messages,
            **options,
            {MARK}
        """,
    ),
}


@pytest.mark.parametrize("how", ARGUMENTS)
def test_an_argument_stays_within_the_width_of_the_file(app: Path, how: str) -> None:
    written, marked = ARGUMENTS[how]
    head = 'MODEL = "claude-opus-5-5"\n' + chat(OWN, "answer = self.client.messages.create(ARGUMENTS)")
    if how == "on one line":
        head = f"# {'-' * 116}\n{head}"  # the lines of this file may be as long
    app.write_text(head.replace("ARGUMENTS", written))
    check("app.py", "--fix-only")
    assert app.read_text() == head.replace("ARGUMENTS", marked)


@pytest.mark.parametrize(
    ("client", "safe"),
    [(OWN, True), ("anthropic.Anthropic(base_url=None)", True), ("anthropic.Anthropic(base_url=host)", False)],
)
def test_another_host_may_refuse_an_argument(app: Path, client: str, safe: bool) -> None:
    app.write_text(chat(client, SENT))
    check("app.py", "--fix-only")
    assert ("cache_control" in app.read_text()) is safe
    check("app.py", "--fix-only", "--unsafe-fixes")
    assert "cache_control" in app.read_text()


def test_blocks_of_several_lines_stand_by_themselves(app: Path) -> None:
    app.write_text(
        PROGRAM.replace("import OpenAI", "import OpenAI\nimport anthropic")
        .replace('f"Now: {datetime.now()}\\nFiles: {files}\\n{GUIDE}"', 'f"""{GUIDE}\n    Files.\n    {question}"""')
        .replace(
            'client.responses.create(model="gpt-6-sol", instructions=system, input=question).output_text',
            'anthropic.Anthropic().messages.create(model="claude-opus-5-5", system=system, messages=files)',
        )
    )
    check("app.py", "--fix-only", "--select", "PL201")
    assert '''\
    system = [
        {
            "type": "text",
            "text": f"""{GUIDE}
    Files.
""",
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "text", "text": f"""    {question}"""},
    ]  # é
''' in app.read_text()


def test_a_line_that_moves_keeps_its_indentation(app: Path) -> None:
    before = '''\
f"""
        Guide people through the museum.

        The request is {datetime.now().timestamp()}.

        {GUIDE}
        """'''
    after = before.replace("        The request is {datetime.now().timestamp()}.\n\n", "").replace(
        "{GUIDE}", "{GUIDE}\n\n        The request is {datetime.now().timestamp()}."
    )
    literal = 'f"Now: {datetime.now()}\\nFiles: {files}\\n{GUIDE}"'
    program = PROGRAM.replace("gpt-6-sol", "gpt-4.1")
    app.write_text(program.replace(literal, before))
    check("app.py", "--fix-only", "--unsafe-fixes", "--select", "PL101")
    assert app.read_text() == program.replace(literal, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("Current time: {datetime.now()}", "Current date: {datetime.now().date()}", id="a label"),
        pytest.param(
            "The Date and Time is now {datetime.now()}", "The Date is now {datetime.now().date()}", id="a sentence"
        ),
        pytest.param("<time>{datetime.now()}</time>", "<time>{datetime.now().date()}</time>", id="a name"),
        pytest.param("At any time but {datetime.now()}", "At any time but {datetime.now().date()}", id="another time"),
    ],
)
def test_a_clock_that_tells_the_date_is_not_called_a_time(app: Path, before: str, after: str) -> None:
    app.write_text(PROGRAM.replace("Now: {datetime.now()}", before))
    check("app.py", "--fix-only", "--unsafe-fixes", "--select", "PL101")
    assert app.read_text() == PROGRAM.replace("Now: {datetime.now()}", after)


@pytest.mark.parametrize(("name", "refused"), [("get_time", True), ("get_date_and_time", False), ("runtime", False)])
def test_a_function_that_is_named_after_the_time_keeps_telling_it(app: Path, name: str, refused: bool) -> None:
    clock = f"def {name}():\n    return datetime.now().strftime('%Y-%m-%d %H:%M')\n\n\nGUIDE ="
    app.write_text(PROGRAM.replace("{datetime.now()}", f"{{{name}()}}").replace("GUIDE =", clock, 1))
    check("app.py", "--fix", "--unsafe-fixes", "--select", "PL101")
    assert ("%H:%M" in app.read_text()) is refused


def test_what_calls_a_clock_a_time_elsewhere_is_left_alone(app: Path) -> None:
    source = PROGRAM.replace("Now: {datetime.now()}", "{LABEL}{datetime.now()}").replace(
        "GUIDE =", 'LABEL = "Read " * 2 + "time: "\nGUIDE ='
    )
    app.write_text(source)
    done = check("app.py", "--fix", "--unsafe-fixes", "--select", "PL101", "--show-fixes")
    assert app.read_text() == source
    assert "the text before it calls it a time" in done.output


@pytest.mark.parametrize(
    ("file", "asks", "made"),
    [
        ("pyproject.toml", '[project]\ndependencies = [\n    "anthropic>=0.54,<=0.60.0",\n]\n', False),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "^0.34"\n', False),
        ("pyproject.toml", '[tool.poetry.dependencies]\nanthropic = "^1.2"\n', True),
        ("pyproject.toml", '[project]\ndependencies = [\n    "anthropic[bedrock]>=0.54",\n]\n', True),
        ("pyproject.toml", '[project]\nkeywords = ["anthropic"]\ndependencies = ["six", "anthropic<0.60"]\n', False),
        ("requirements.txt", "openai==1.2\nanthropic==0.82.0\n", False),
        ("requirements.txt", "anthropic~=0.82.0  # why\n", False),
        ("requirements.txt", "anthropic<1,>=0.40\n", True),
        ("requirements.txt", "anthropic==0.83\n", True),
        ("requirements.txt", "anthropic\nopenai<0.5\n", True),
        ("requirements.txt", "anthropic-bedrock==0.8\n", True),
    ],
)
def test_an_argument_that_a_pinned_library_does_not_have_is_not_written(
    app: Path, file: str, asks: str, made: bool
) -> None:
    app.write_text(chat(OWN, SENT))
    (app.parent / file).write_text(asks)
    done = check("app.py", "--fix", "--show-fixes")
    assert ("cache_control" in app.read_text()) is made
    assert made or f"{file} asks for `anthropic` " in done.output
