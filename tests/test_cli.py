"""The command as it is used: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptlint import __version__, checking, cli
from promptlint.cli import watching
from promptlint.cli.printing import coloured
from promptlint.config.keys import KEYS
from promptlint.knowledge import loading
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.loading import load_pages
from promptlint.languages.python.modules.definitions import ModuleInfo
from promptlint.languages.python.starting.senders import Send, Senders
from tests.commands import CLOCK, Done, Run

IDLE = "x = 1  # promptlint: ignore[PL101] why\n"
"""A file in which only the comment is found, at column 29."""
IDLE_TOLD = "`PL101` finds nothing in this statement: the comment can go, or stands in the wrong place."
TOLD = f"PL002 [unused-ignore] {IDLE_TOLD}"


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """A file with one finding."""
    path = tmp_path / "idle.py"
    path.write_text(IDLE, encoding="utf-8")
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A file without."""
    path = tmp_path / "clean.py"
    path.write_text("x = 1\n", encoding="utf-8")
    return path


# --- exit codes -------------------------------------------------------------------------------------------------------


def test_nothing_found(run: Run, clean: Path) -> None:
    assert run("check", "clean.py") == Done(0, "Found nothing in 1 file (0 prompts read).\n", "")


def test_something_found(run: Run, idle: Path) -> None:
    assert run("check", "idle.py") == Done(
        1,
        f"""\
{TOLD}
 --> idle.py:1:29
  |
1 | x = 1  # promptlint: ignore[PL101] why
  |                             ^^^^^

Found 1 finding in 1 file (0 prompts read).
""",
        "",
    )


def test_something_found_but_zero_asked_for(run: Run, idle: Path) -> None:
    done = run("check", "--exit-zero", "idle.py")
    assert done.code == 0
    assert "Found 1 finding" in done.out


def test_a_path_that_does_not_exist(run: Run, clean: Path) -> None:
    assert run("check", "clean.py", "nope.py") == Done(2, "", "Error: nope.py: no such file or folder\n")
    assert run("check", "--exit-zero", "nope.py").code == 2


def test_no_python_files(run: Run, tmp_path: Path) -> None:
    done = run("check")
    assert done == Done(
        0, "Found nothing in 0 files (0 prompts read).\n", "Warning: no Python files and no prompts in .\n"
    )


USAGE = "Usage: promptlint check [OPTIONS] [PATHS]...\nTry 'promptlint check --help' for help.\n\nError: "


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--select", "nonsense"], "Error: there is no rule 'nonsense'"),
        (["--select", "PL1O1"], "Error: there is no rule 'PL1O1' (did you mean 'PL101'?)"),
        (["--ignore", "volatile-prefx"], "Error: there is no rule 'volatile-prefx' (did you mean 'volatile-prefix'?)"),
        (["--min-confidence", "sure"], None),
        (["--output-format", "xml"], None),
        (["--statistics", "--output-format", "json"], None),
        (["--stdin-filename", "a.py"], None),
        (["-", "clean.py"], None),
        (["--nonsense"], None),
        (["--baseline", ""], None),
        (["--min-tokens", "-1"], None),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, clean: Path, arguments: list[str], error: str | None) -> None:
    done = run("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"{error}\n" if error else USAGE + done.err.removeprefix(USAGE) == done.err


def test_usage_errors_say_what_to_do_instead(run: Run) -> None:
    assert run("check", "--statistics", "--output-format", "sarif").err == (
        f"{USAGE}--statistics is for people: it goes with --output-format full or concise or grouped\n"
    )
    assert run("check", "--stdin-filename", "a.py").err == (
        f"{USAGE}--stdin-filename names what is read as -: give - as the path\n"
    )
    assert run("check", "-", "a.py").err == f"{USAGE}- stands alone: standard input is one file\n"


def test_broken_rules_are_said(run: Run, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KnowledgeError("rules/models/x.yaml:3: not YAML")

    monkeypatch.setattr(checking, "load_models", broken)
    assert run("check") == Done(2, "", "Error: rules/models/x.yaml:3: not YAML\n")
    monkeypatch.setattr(loading, "load_pages", broken)
    assert run("rule", "PL101") == Done(2, "", "Error: rules/models/x.yaml:3: not YAML\n")


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader with a fault of ours."""

    def read(*_: object, **__: object) -> None:
        raise KeyError("x\ny")

    monkeypatch.setattr(checking, "read_project", read)


def test_an_error_of_ours_is_one_line(run: Run, clean: Path, crash: None) -> None:
    where = f"reading {clean.parent}"
    assert run("check") == Done(
        2, "", f"Error: internal error while {where}: KeyError: 'x\\ny' (PROMPTLINT_TRACEBACK=1 shows where)\n"
    )


def test_an_error_of_ours_has_a_traceback_for_those_who_ask(
    run: Run, clean: Path, crash: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["promptlint", "check"])
    monkeypatch.setenv("PROMPTLINT_TRACEBACK", "1")
    with pytest.raises(KeyError):
        cli.main()


def test_an_error_of_ours_in_one_file_leaves_the_others(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bad", "good", "same"):
        (tmp_path / f"{name}.py").write_text(EMBEDS, encoding="utf-8")
    read = Senders.in_module

    def broken(senders: Senders, module: ModuleInfo) -> Iterator[Send]:
        if module.path == "bad.py":
            raise KeyError("x")
        return read(senders, module)

    monkeypatch.setattr(Senders, "in_module", broken)
    done = run("check", "--output-format", "concise", "--select", "PL0,PL3")
    first, *others = done.out.splitlines()[:3]
    assert first == (
        "bad.py:1:1: PL001 [unreadable-file] This file brings about an error of promptlint itself, please report it:"
        " KeyError: 'x' (PROMPTLINT_TRACEBACK=1 shows where). Nothing in it was checked."
    )
    assert [line.split(": ")[0] for line in others] == ["good.py:5:12", "same.py:5:12"]
    monkeypatch.setenv("PROMPTLINT_TRACEBACK", "1")
    monkeypatch.setattr(sys, "argv", ["promptlint", "check", "--no-cache"])
    with pytest.raises(KeyError):
        cli.main()


def test_stopping_is_no_finding(run: Run, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "read_project", interrupt)
    done = run("check")
    assert (done.code, done.out, done.err.strip()) == (2, "", "Stopped.")


# --- what is checked --------------------------------------------------------------------------------------------------


def test_the_working_directory_is_checked_unless_paths_are_given(run: Run, idle: Path, clean: Path) -> None:
    assert run("check").code == 1
    assert run("check", "clean.py").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--select", "PL101,PL002"], 1),
        (["--select", "volatile-prefix, unused-ignore"], 1),
        (["--select", "PL0", "--select", "PL1"], 1),
        (["--select", "PL101"], 0),
        (["--select", "PL101", "--extend-select", "PL002"], 1),
        (["--ignore", "PL3, PL002"], 0),
        (["--ignore", "PL101"], 0),
        (["--min-confidence", "high"], 1),
    ],
)
def test_rules_are_chosen(run: Run, idle: Path, arguments: list[str], code: int) -> None:
    assert run("check", *arguments).code == code


def test_standard_input(run: Run) -> None:
    done = run("check", "-", "--output-format", "concise", stdin=IDLE.encode())
    assert (done.code, done.out.splitlines()[0]) == (1, f"<stdin>:1:29: {TOLD}")


def test_standard_input_with_a_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    done = run("check", "-", "--stdin-filename", str(Path("app", "new.py")), stdin=IDLE.encode())
    assert done.code == 1
    assert done.out.splitlines()[1:4] == [" --> app/new.py:1:29", "  |", f"1 | {IDLE.rstrip()}"]


def test_standard_input_stands_in_for_the_file_on_disk(run: Run, idle: Path) -> None:
    assert run("check", "-", "--stdin-filename", "idle.py", stdin=b"x = 1\n").code == 0


def test_a_file_that_does_not_parse_is_told_and_the_others_are_checked(run: Run, idle: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import openai\ndef (\n", encoding="utf-8")
    assert run("check", "--output-format", "concise") == Done(
        1,
        "broken.py:2:5: PL001 [unreadable-file] This file does not parse as"
        f" Python {sys.version_info.major}.{sys.version_info.minor}: invalid syntax."
        " Nothing in it was checked.\n"
        f"idle.py:1:29: {TOLD}\n"
        "Found 2 findings in 2 files (0 prompts read).\n",
        "",
    )


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"import openai\nx = '\xff'\n", id="not UTF-8"),
        pytest.param(b"# coding: nonsense\nimport openai\n", id="an encoding that does not exist"),
        pytest.param(b"import openai\nx = '\0'\n", id="a null byte"),
    ],
)
def test_a_file_that_cannot_be_decoded_is_told(run: Run, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "odd.py").write_bytes(raw)
    done = run("check", "--output-format", "concise")
    assert done.code == 1
    assert done.out.startswith("odd.py:")
    assert " PL001 [unreadable-file] This file " in done.out


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\xef\xbb\xbf" + CLOCK.encode(), id="a byte order mark"),
        pytest.param(
            b"# coding: latin-1\n" + CLOCK.replace("\n\n", "\n", 1).replace("Read", "F\xfcr").encode("latin-1"),
            id="a coding cookie",
        ),
        pytest.param(CLOCK.replace("\n", "\r\n").encode(), id="Windows line breaks"),
    ],
)
def test_python_files_in_other_encodings_are_read(run: Run, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "app.py").write_bytes(raw)
    done = run("check", "--output-format", "concise")
    assert (done.code, done.out.split(" [")[0]) == (1, "app.py:7:22: PL101")


def test_each_file_by_itself_gives_what_all_of_them_give(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "desk").mkdir()
    texts = {
        "__init__": "",
        "prompts": CLOCK.partition("def reply")[0] + 'def system():\n    return f"Now: {datetime.now()} {GUIDE}"\n',
        "calls": "from desk import prompts\n" + CLOCK.replace('f"Now: {datetime.now()} {GUIDE}"', "prompts.system()"),
    }
    for name, text in texts.items():
        (tmp_path / "desk" / f"{name}.py").write_text(text, encoding="utf-8")

    def found(*paths: str) -> list[str]:
        return [line for line in run("check", "--output-format", "concise", *paths).out.splitlines() if "PL" in line]

    assert [line.split(" [")[0] for line in found(".")] == ["desk/prompts.py:7:20: PL101"]
    assert found("desk/prompts.py") == found(".")
    assert found("desk/calls.py") == found("desk/__init__.py") == []


# --- configuration ----------------------------------------------------------------------------------------------------


def found(run: Run, *arguments: str) -> list[str]:
    """Place, code and severity of what is found."""
    done = run("check", "--output-format", "json", *arguments)
    assert done.err == ""
    return [f"{d['path']}:{d['code']}:{d['severity']}" for d in json.loads(done.out)["diagnostics"]]


def test_the_command_line_has_the_last_word(run: Run, idle: Path, tmp_path: Path) -> None:
    (tmp_path / "promptlint.toml").write_text('select = ["PL1"]\noutput-format = "concise"\n', encoding="utf-8")
    assert run("check").out == "Found nothing in 1 file (0 prompts read).\n"
    assert found(run, "--select", "PL0,PL101") == ["idle.py:PL002:note"]
    assert found(run, "--config", 'select = ["PL0", "PL101"]') == ["idle.py:PL002:note"]
    assert found(run, "--isolated") == ["idle.py:PL002:note"]
    (tmp_path / "other.toml").write_text('[severity]\nunused-ignore = "error"\n', encoding="utf-8")
    assert found(run, "--config", "other.toml") == ["idle.py:PL002:error"]


def test_each_file_is_judged_by_the_configuration_that_is_nearest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    for folder, text in {
        "a": "",
        "b": 'ignore = ["PL002"]',
        "c": '[severity]\nPL002 = "error"',
        "d": "exclude = ['*']",
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "idle.py").write_text(IDLE, encoding="utf-8")
        (tmp_path / folder / "promptlint.toml").write_text(text, encoding="utf-8")
    assert found(run) == ["a/idle.py:PL002:note", "c/idle.py:PL002:error"]
    assert found(run, "d/idle.py") == ["d/idle.py:PL002:note"]
    assert found(run, "--extend-exclude", "a/") == ["c/idle.py:PL002:error"]
    assert run("check", "--show-files").out == "a/idle.py\nb/idle.py\nc/idle.py\n"


def test_rules_may_be_ignored_in_some_files(run: Run, idle: Path, tmp_path: Path) -> None:
    (tmp_path / "promptlint.toml").write_text('[per-file-ignores]\n"idle.py" = ["PL0"]\n', encoding="utf-8")
    (tmp_path / "other.py").write_text(IDLE, encoding="utf-8")
    assert found(run) == ["other.py:PL002:note"]


def test_small_findings_may_be_left_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CLOCK, encoding="utf-8")
    assert found(run, "--min-tokens", "1000") == ["app.py:PL101:warning"]
    assert found(run, "--min-tokens", "1000000") == []


def test_confidence_may_be_known_better(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CLOCK, encoding="utf-8")
    (tmp_path / "promptlint.toml").write_text('[confidence]\nPL101 = "low"\n', encoding="utf-8")
    assert found(run) == []
    assert found(run, "--min-confidence", "low") == ["app.py:PL101:warning"]


OWN = """\
from shop import clock, llm

GUIDE = "Read the whole message before you decide. " * 300


def reply(question: str) -> str:
    return llm.ask(question, system=f"Now: {clock.stamp()} {GUIDE}")
"""
OWN_MODELS = """\
library: shop
provider: anthropic
imports: [shop]
functions:
  - function: shop.llm.ask
    prompt:
      - {argument: system, role: system}
      - {argument: question, role: user, position: 0}
varies:
  - because: reads the clock of the shop
    how-often: call
    names: [shop.clock.stamp]
"""


def test_wrappers_and_helpers_of_the_users_are_known_by_their_models(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(OWN, encoding="utf-8")
    assert found(run) == []
    (tmp_path / "promptlint.toml").write_text('models = ["shop.yaml"]\n', encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(OWN_MODELS, encoding="utf-8")
    assert "app.py:PL101:warning" in found(run)
    (tmp_path / "shop.yaml").write_text(OWN_MODELS.replace("how-often: call", "how-often: cal"), encoding="utf-8")
    assert run("check").err.startswith("Error: shop.yaml:11: unknown how-often 'cal' (did you mean 'call'?); one of")


UNKNOWN = """\
import litellm

GUIDE = "Read the whole message before you decide. " * 300


def reply(model: str, question: str) -> str:
    system = {"role": "system", "content": GUIDE}
    return litellm.completion(model=model, messages=[system, {"role": "user", "content": question}])
"""


def test_a_provider_may_be_given_for_calls_that_do_not_tell(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(UNKNOWN, encoding="utf-8")
    assert found(run) == []
    (told,) = found(run, "--config", 'default-provider="anthropic"')
    assert told.startswith("app.py:PL201:")
    assert run("check", "--config", 'default-provider="antropic"').err.startswith(
        "Error: --config default-provider=\"antropic\": default-provider: there is no provider 'antropic' (did you mean"
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--config", "none.toml"], "Error: --config none.toml: there is no such file\n"),
        (["--config", "selct=[]"], "Error: --config selct=[]: unknown key 'selct' (did you mean 'select'?); one of"),
        (["--config", "min-tokens=much"], "Error: --config min-tokens=much: not TOML"),
        (["--isolated", "--config", "a.toml"], f"{USAGE}--config takes one file, and with --isolated none\n"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_said(run: Run, arguments: list[str], error: str) -> None:
    done = run("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(error)


def test_a_rule_that_does_not_exist_is_said_with_the_file_that_names_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "promptlint.toml").write_text('ignore = ["nonsense"]\n', encoding="utf-8")
    assert run("check").err == "Error: promptlint.toml: ignore: there is no rule 'nonsense'\n"


def test_settings_are_shown(run: Run, idle: Path, tmp_path: Path) -> None:
    (tmp_path / "promptlint.toml").write_text('select = ["PL1"]\n', encoding="utf-8")
    lines = run("check", "--show-settings", "--min-tokens", "5").out.splitlines()
    assert lines[:2] == ["# .", 'select = ["PL1"]  # promptlint.toml']
    assert "min-tokens = 5  # the command line" in lines


def test_keys_are_explained(run: Run) -> None:
    assert run("config", "min-tokens") == Done(
        0,
        """\
min-tokens

Report a finding only if it may re-bill at least so many tokens. One whose tokens are not known is reported.

Takes: a whole number
Default: 0

min-tokens = 2000
""",
        "",
    )
    assert [line.split()[0] for line in run("config").out.splitlines()] == list(KEYS)
    assert run("config", "ignor").err == "Error: there is no key 'ignor' (did you mean 'ignore'?)\n"
    assert json.loads(run("config", "--schema").out)["additionalProperties"] is False


# --- what is printed --------------------------------------------------------------------------------------------------


def test_json(run: Run, idle: Path) -> None:
    done = run("check", "--output-format", "json")
    assert (done.code, done.err) == (1, "")
    (found,) = json.loads(done.out)["diagnostics"]
    assert (found["code"], found["path"], found["start"]) == ("PL002", "idle.py", {"line": 1, "column": 29})


def test_sarif(run: Run, idle: Path) -> None:
    done = run("check", "--output-format", "sarif")
    assert (done.code, done.err) == (1, "")
    (log,) = json.loads(done.out)["runs"]
    assert [(result["ruleId"], result["message"]["text"]) for result in log["results"]] == [("PL002", IDLE_TOLD)]
    assert str(idle.parent) not in done.out


def test_several_reports_of_one_run(run: Run, idle: Path, tmp_path: Path) -> None:
    done = run("check", "--output", "concise", "--output", "sarif:report.sarif", "--output", "gitlab:quality.json")
    assert (done.code, done.out.splitlines()[0], done.err) == (1, f"idle.py:1:29: {TOLD}", "")
    assert json.loads((tmp_path / "report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))[0]["check_name"] == "unused-ignore"


def test_only_one_report_can_be_shown(run: Run, idle: Path) -> None:
    assert run("check", "--output", "json", "--output", "sarif").err == (
        f"{USAGE}only one report can be shown here: give sarif a file, as sarif:report.txt\n"
    )
    assert "there is no format 'sarf' (did you mean 'sarif'?)" in run("check", "--output", "sarf:x").err


def test_the_environment_may_choose_the_format(run: Run, idle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTLINT_OUTPUT_FORMAT", "concise")
    assert run("check").out.startswith(f"idle.py:1:29: {TOLD}")


def test_statistics(run: Run, idle: Path) -> None:
    done = run("check", "--statistics")
    assert (done.code, done.out.splitlines()[0]) == (1, "      1  PL002 [unused-ignore]")


EMBEDS = """\
import openai


async def vector(text):
    return openai.OpenAI().embeddings.create(model="text-embedding-3-small", input=text)
"""


def test_a_call_that_sends_no_prompt_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "embeds.py").write_text(EMBEDS, encoding="utf-8")
    found = json.loads(run("check", "--output-format", "json", "--show-gaps").out)
    assert ([d["code"] for d in found["diagnostics"]], found["gaps"]) == (["PL303"], [])
    assert "0 prompts in 1 file:" in run("check", "--statistics").out
    assert "no prompt is sent from here" in run("show", "embeds.py").err


GAP = """\
import openai


def reply(messages):
    return openai.OpenAI().chat.completions.create(model="gpt-6-sol", messages=load()[0]["messages"])
"""


def test_gaps_are_listed_only_when_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gap.py").write_text(GAP, encoding="utf-8")
    for name in ("full", "concise"):
        assert "not followed" not in run("check", "--output-format", name).out
        assert "--show-gaps says where and why" in run("check", "--output-format", name).out
        done = run("check", "--output-format", name, "--show-gaps")
        assert (done.code, done.out.split(": ")[:2]) == (0, ["gap.py:5:12", "not followed"])
        assert "--show-gaps" not in done.out
    (gap,) = json.loads(run("check", "--output-format", "json").out)["gaps"]
    assert (gap["path"], gap["start"]) == ("gap.py", {"line": 5, "column": 12})


def test_a_report_is_written_to_a_file(run: Run, idle: Path, tmp_path: Path) -> None:
    shown = run("check", "idle.py")
    assert run("check", "idle.py", "--output-file", "report.txt") == Done(1, "", "")
    assert (tmp_path / "report.txt").read_bytes() == shown.out.encode()


def test_a_file_that_cannot_be_written_is_said(run: Run, idle: Path) -> None:
    assert run("check", "idle.py", "-o", "none/report.txt") == Done(
        2, "", "Error: none/report.txt: cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
    ],
)
def test_colours(
    run: Run, idle: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("check").out) is coloured
    assert "\x1b[" not in run("check", "--output-format", "json").out
    run("check", "-o", "report.txt")
    assert "\x1b" not in Path("report.txt").read_text(encoding="utf-8")


def test_a_terminal_has_colours_unless_it_says_that_it_cannot(
    run: Run, idle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured()


def test_codes_are_links_where_a_terminal_can_follow_them(
    run: Run, idle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b]8" not in run("check").out
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    page = loading.RULES / "PL002-unused-ignore.md"
    assert f"\x1b]8;;{page.as_uri()}\x1b\\PL002\x1b]8;;\x1b\\ [" in run("check").out
    assert page.is_file()
    run("check", "-o", "report.txt")
    assert "\x1b" not in Path("report.txt").read_text(encoding="utf-8")


def test_a_long_run_gives_a_sign_of_life_to_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watching, "_PATIENCE", 0.01)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for watching_person in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda person=watching_person: person)
        with watching.watched("Reading prompts"):
            time.sleep(0.1)
        shown = capsys.readouterr().err
        assert shown.startswith("\rReading prompts … 0 s") is watching_person
        assert shown == "" or shown.endswith("\r\x1b[K")


# --- what was meant ---------------------------------------------------------------------------------------------------


def test_a_misspelt_command_or_option_is_guessed(run: Run, clean: Path) -> None:
    assert run("chekc").err.endswith("Error: there is no command 'chekc' (did you mean 'check'?)\n")
    assert run("clean.py").err.endswith("there is no command 'clean.py' (did you mean 'promptlint check clean.py'?)\n")
    assert "--select" in run("check", "--selct", "PL1").err


def test_arguments_may_stand_in_a_file(run: Run, idle: Path, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "arguments").write_text("--output-format\nconcise\nclean.py\nidle.py\n", encoding="utf-8")
    assert run("check", "@arguments").out.splitlines()[0] == f"idle.py:1:29: {TOLD}"
    assert run("check", "@none").err == "Error: @none: the file with the arguments cannot be read\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert done.code == 0
    assert "_PROMPTLINT_COMPLETE" in done.out


def test_options_and_choices_are_completed() -> None:
    words = {"COMP_WORDS": "promptlint check --output-format j", "COMP_CWORD": "3"}
    done = program(_PROMPTLINT_COMPLETE="bash_complete", **words)
    assert done.stdout.split() == ["plain,json", "plain,json-lines", "plain,junit"]


# --- rule -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["PL101", "volatile-prefix"])
def test_the_page_of_a_rule(run: Run, name: str) -> None:
    done = run("rule", name)
    page = load_pages()["PL101"]
    title, body = page.text.split("\n", 1)
    facts = f"(severity warning, confidence high, fix {page.fix}, on by default, since 0.1.0)"
    assert done == Done(0, f"{title}\n\n{facts}\n{body}", "")


def test_the_pages_of_all_rules(run: Run) -> None:
    done = run("rule", "--all")
    titles = [line for line in done.out.splitlines() if line.startswith("# PL")]
    assert (done.code, titles) == (0, [f"# {code} {page.name}" for code, page in load_pages().items()])


def test_a_rule_that_does_not_exist(run: Run) -> None:
    assert run("rule", "volatile") == Done(
        2, "", "Error: there is no rule 'volatile' (did you mean 'volatile-prefix'?)\n"
    )
    assert run("rule", "PL101", "nonsense") == Done(2, "", "Error: there is no rule 'nonsense'\n")


@pytest.mark.parametrize("arguments", [[], ["--all", "PL101"]])
def test_either_a_rule_or_all(run: Run, arguments: list[str]) -> None:
    done = run("rule", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: give the code or the name of a rule, or --all\n")


# --- show -------------------------------------------------------------------------------------------------------------

CHAT = """\
from datetime import datetime; from openai import OpenAI

GUIDE = "Read the whole message before you decide. " * 300


def reply(client: OpenAI, question: str) -> object:
    system = f"Now: {datetime.now()} {GUIDE}"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-6-sol", messages=messages)
"""
DRAWN = """\
app.py:9:12  openai.OpenAI.chat.completions.create · gpt-6-sol · followed from the first word to the last

  system
    █      ~N  never changes      "Now:"  app.py:7:14
  ── the prefix ends here: what follows is billed anew ─────────────────────
    ≠       ?  on every call      datetime.now()  (reads the clock)  app.py:7:22
    ░  ~N  never changes      "⏎ Read the whole message before you decide. Read the w…  app.py:7:14

  user
    ≠       ?  with each request  question  (is the argument `question` of `reply`)  app.py:6:27

  What stays the same at the start is shorter than the 1,024 tokens that are cached. ~N tokens behind it stay the\
 same, and are re-billed at full price.

█ read from the cache   ≠ changes   ░ stays the same, and is re-billed at full price   ? cannot be told
"""


def drawn(done: Done) -> Done:
    """What was drawn, without the numbers of tokens: they are estimates, and get better."""
    return Done(done.code, re.sub(r"~[\d,]+", "~N", done.out), done.err)


def test_a_prompt_is_drawn_in_the_order_in_which_it_is_cached(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CHAT, encoding="utf-8")
    for place in ("app.py", "app.py:9", "app.py:7", "app.py:9:12"):
        assert drawn(run("show", place)) == Done(0, DRAWN, "")


def test_breakpoints_and_what_is_not_asked_for_are_drawn(run: Run, tmp_path: Path) -> None:
    source = (
        'import anthropic\n\nGUIDE = "Read the whole message before you decide. " * 300\n\n\n'
        "def reply(client: anthropic.Anthropic, question: str) -> object:\n"
        '    system = [{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]\n'
        '    messages = [{"role": "user", "content": question}]\n'
        '    return client.messages.create(model="claude-sonnet-5-5", max_tokens=9, system=system, messages=messages)\n'
    )
    (tmp_path / "app.py").write_text(source, encoding="utf-8")
    assert "  ── breakpoint, 1h ───" in run("show", "app.py").out
    assert "The next call can read ~" in run("show", "app.py").out
    (tmp_path / "app.py").write_text(
        source.replace(', "cache_control": {"type": "ephemeral", "ttl": "1h"}', ""), "utf-8"
    )
    assert "from the cache, and no breakpoint asks for it." in run("show", "app.py").out


def test_a_prompt_that_could_not_be_followed_is_said_to_be_that(run: Run, tmp_path: Path) -> None:
    text = "from openai import OpenAI\n\nOpenAI().responses.create(**arguments)\n"
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    said = "Nothing of this prompt could be followed, so what is cached of it cannot be told: --show-gaps says why."
    assert said in run("show", "app.py").out


def test_a_place_without_a_prompt_is_said(run: Run, idle: Path, tmp_path: Path) -> None:
    assert run("show", "idle.py") == Done(
        2, "", "Error: idle.py: no prompt is sent from here, and no text of it gets into one\n"
    )
    (tmp_path / "app.py").write_text(CLOCK, encoding="utf-8")
    assert run("show", "app.py:1").err.endswith("; there are calls on line 8\n")
    assert run("show", "gone.py").err == "Error: gone.py: no such file or folder\n"


def test_paths_are_drawn_from_the_working_directory(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(CHAT, encoding="utf-8")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert drawn(run("show", "../app.py")).out == DRAWN.replace("app.py", "../app.py")


# --- as a program -----------------------------------------------------------------------------------------------------


def program(*arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run promptlint, or Python code, in a process of its own."""
    command = ["-c", code] if code else ["-m", "promptlint", *arguments]
    return subprocess.run(
        [sys.executable, *command], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_the_version() -> None:
    done = program("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"promptlint {__version__}\n", "")


OF_CLI = (
    "check", "clean", "completion", "config", "mending", "outcome", "printing", "rule", "server", "settings", "show",
    "watching",
)  # fmt: skip
BELOW = [f"promptlint.{name}" for name in ("doing", "frozen", "reporters")]
LIGHT = ["promptlint.cli", *(f"promptlint.cli.{name}" for name in OF_CLI), *BELOW]


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_nothing_heavy_is_imported_before_it_is_needed(argument: str) -> None:
    code = (
        "import atexit, sys\n"
        "from promptlint.cli import main\n"
        "ours = lambda: {name for name in sys.modules if name.startswith('promptlint.')}\n"
        "parsers = lambda: {'jinja2', 'json', 'libcst', 'yaml'} & sys.modules.keys()\n"
        "atexit.register(lambda: print(sorted(ours() | parsers())))\n"
        f"sys.argv = ['promptlint', '{argument}']\n"
        "main()\n"
    )
    assert program(code=code).stdout.splitlines()[-1] == str(LIGHT)


def test_what_writes_fixes_is_imported_only_where_something_is_found(tmp_path: Path) -> None:
    clean = tmp_path / "clean.py"
    clean.write_text("from openai import OpenAI\n\nOpenAI().responses.create(model='gpt-6-sol', input='Hello.')\n")
    code = (
        "import atexit, sys\n"
        "from promptlint.cli import main\n"
        "atexit.register(lambda: print('promptlint.languages.python.writing' in sys.modules))\n"
        f"sys.argv = ['promptlint', 'check', {str(clean)!r}, '--no-cache']\n"
        "main()\n"
    )
    assert program(code=code).stdout.splitlines() == ["Found nothing in 1 file (1 prompt read).", "False"]


def test_help_lists_the_commands() -> None:
    done = program("--help")
    assert done.returncode == 0
    listed = done.stdout.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == ["check", "clean", "completion", "config", "rule", "server", "show"]


def test_a_terminal_that_cannot_show_a_character_does_not_stop_a_report(idle: Path) -> None:
    idle.write_text(IDLE.replace("why", "für 😀"), encoding="utf-8")
    command = [sys.executable, "-m", "promptlint", "check", str(idle)]
    done = subprocess.run(command, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"f\xfcr \\U0001f600" in done.stdout


def test_a_pipe_that_closes_early_does_no_harm(idle: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "promptlint", "check", str(idle)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1
