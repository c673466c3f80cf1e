"""What files of users may do to us: nothing. Whatever is in them, the run ends soon, with an answer or a gap.

`bench/fuzz` throws at random; here is what each limit is for.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promptlint import keeping, session
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.read import read_source
from promptlint.repairing import WriteError, repaired, write
from promptlint.reporters.report import Report
from tests.commands import CLOCK, Run

SECONDS = 8.0
"""Of a processor for one of these. The longest takes half of it; what grows with the square, many times as much."""
HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
CALL = "    client.responses.create(model='gpt-6-sol', instructions=text, input=question)\n"


def program(*lines: str) -> str:
    """A function with a prompt that some lines make of `text`."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}def ask(question):\n    text = 'Be brief.'\n{body}{CALL}"


def branches(number: int) -> list[str]:
    return [line for i in range(number) for line in (f"if question == {i}:", f"    text += 'case {i}'")]


def annotated(annotation: str) -> str:
    """A function of which the kind of an argument matters."""
    return f"{HEAD}def ask(text: {annotation}, question):\n    text = text.instructions\n{CALL}"


def nested(depth: int) -> list[str]:
    return [*("    " * i + f"if question > {i}:" for i in range(depth)), "    " * depth + "text = 'x'"]


ITSELF = """\
from openai import OpenAI

class Backend:
    def __init__(self, **kwargs):
        self.one = None
        self._set_up(**kwargs)

    def _set_up(self, **params):
        if params.get('one'):
            self.one = self.client()

    def client(self):
        return self.one or OpenAI()

    def ask(self, question):
        return self.client().responses.create(model='gpt-6-sol', input=question)
"""
BUILDERS = """\
def one(text, n):
    return two(text + "a", n - 1) if n else text

def two(text, n):
    return one(text + "b", n - 1) if n else text
"""
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)
)
LOADED = (
    f"{HEAD}import yaml\nDATA = yaml.safe_load(open('data.yaml').read())\ndef ask(question):\n    text = {{}}\n{CALL}"
)

SHORTER = "".join(f"    if question > {i}:\n        messages = [*messages[:-{i}]]\n" for i in range(40))
"""Each doubles the ways to the messages that were there before."""
TURNS = "".join(f"        if question > {i}:\n            messages = messages[1:]\n" for i in range(40))
EMPTY = "".join(f"    if question > {i}:\n        messages = [*messages, *messages]\n" for i in range(40))
MESSAGES = f"""\
{HEAD}def ask(question, {{}}):
{{}}    client.chat.completions.create(model='gpt-6-sol', messages=messages)
"""

LONG = b" You are an assistant. Answer the question, and be brief. " * 200

GLOBALS = """\
A, B, C = "", "", {}

def one():
    global A, B
    A, B = B + two(), A + A
    C[A] = C

def two():
    C[B] = C.get(A, B)
    return A + B + str(C)

"""
PRINTED = """\
class Prompt:
    def __str__(self): return f"{self} {self!r}"
    def __repr__(self): return f"{self}{str(self)}"

"""
BUILDER = """\
class Prompt:
    def __init__(self): self.parts = []
    def add(self, part):
        self.parts.append(part)
        return self
    def text(self): return " ".join(self.parts)

"""

HOSTILE: Mapping[str, Mapping[str, str | bytes]] = {
    "ten thousand branches": {"a.py": program(*branches(10_000))},
    "branches in branches": {"a.py": program(*nested(80))},
    "a chain of elif": {"a.py": program("if not question: pass", *["elif question: text = 'x'"] * 900)},
    "a text that doubles": {"a.py": program(*["text = text + text"] * 200)},
    "a text that doubles in an f-string": {"a.py": program(*["text = f'{text}{text}'"] * 200)},
    "a conversation that is cut in many ways": {"a.py": MESSAGES.format("messages", SHORTER)},
    "a conversation that each turn of a loop may cut": {
        "a.py": MESSAGES.format("messages", f"    while question:\n{TURNS}")
    },
    "a list of nothing that doubles": {"a.py": MESSAGES.format("messages=()", EMPTY)},
    "a long sum": {"a.py": program("text = text + " + " + ".join(["question"] * 4000))},
    "a long chain of calls": {"a.py": program("text = text" + ".strip()" * 4000)},
    "a long chain of attributes": {"a.py": program("text = question" + ".x" * 4000)},
    "brackets in brackets": {"a.py": program("text = " + "(" * 190 + "text" + ")" * 190)},
    "lists in lists": {"a.py": program("text = " + "[" * 150 + "]" * 150)},
    "too many brackets": {"a.py": program("text = " + "(" * 100_000)},
    "functions in functions": {
        "a.py": HEAD + "".join(f"{' ' * i}def f{i}(text, question):\n" for i in range(90)) + " " * 90 + CALL.strip()
    },
    "lambdas in lambdas": {"a.py": program("text = " + "(lambda x: " * 80 + "x" + ")(text)" * 80)},
    "tens of thousands of lines": {"a.py": program() + "x = 1\n" * 30_000},
    "a line of a megabyte": {"a.py": program(f"text = '{'word ' * 200_000}'")},
    "a thousand calls": {"a.py": HEAD + "def ask(text, question):\n" + CALL * 1_000},
    "who calls itself": {"a.py": HEAD + "def ask(text, question):\n    ask(text + question, question)\n" + CALL},
    "builders that call each other": {"a.py": f"{HEAD}{BUILDERS}\ndef ask(question):\n    text = one('', 9)\n{CALL}"},
    "imports in a circle": {
        "a.py": f"from b import text\n{HEAD}def ask(question):\n{CALL}",
        "b.py": "from c import text\n",
        "c.py": "from b import *\nfrom a import text\n",
    },
    "inheritance in a circle": {
        "a.py": f"from b import B\n{HEAD}class A(B):\n    def ask(self, question, text=B.text):\n    {CALL}",
        "b.py": "from a import A\nclass B(A): pass\nclass C(C): pass\n",
    },
    "an attribute that holds what a method makes of it": {"a.py": ITSELF},
    "names of a module that are made of each other": {"a.py": GLOBALS + program("text = A + B + str(C)")},
    "an object that prints itself": {"a.py": PRINTED + program("text = f'{Prompt()}'")},
    "a long chain of a builder": {"a.py": BUILDER + program("text = Prompt()" + ".add(text)" * 500 + ".text()")},
    "a list that holds itself": {"a.py": program("parts = []", "parts.append(parts)", "text = str(parts)")},
    "a mapping that holds itself": {"a.py": program("d = {}", "d['d'] = d", "text = d['d']['d']['d']")},
    "aliases of aliases in data": {"a.py": LOADED.format("str(DATA)"), "data.yaml": BOMB},
    "lists in lists in data": {"a.py": LOADED.format("DATA[0]"), "data.yaml": "[" * 100_000},
    "lists in lists in a prompt": {"prompts.yaml": "prompt: 'You are a bot. {question}'\nmore: " + "[" * 100_000},
    "aliases of aliases in a prompt": {"prompts.yaml": f"{BOMB}prompt: 'You are an assistant. {{question}}'\n"},
    "an alias that holds itself": {"prompts.yaml": "a: &a\n  prompt: 'You are {x}.'\n  more: *a\n"},
    "tags that would make objects": {"prompts.yaml": "prompt: !!python/object/apply:os.system ['touch here']\n"},
    "templates that include each other": {
        "prompts/a.j2": "You are an assistant.{% include 'b.j2' %}{{ x }}",
        "prompts/b.j2": "Answer.{% include 'a.j2' %}{{ y }}",
    },
    "a template that extends itself": {"prompts/a.j2": "{% extends 'a.j2' %}You are an assistant. {{ x }}"},
    "a macro that calls itself": {"prompts/a.j2": "{% macro m() %}You are.{{ m() }}{% endmacro %}{{ m() }}{{ x }}"},
    "tags in tags": {"prompts/a.j2": "You are. {{ x }}" + "{% if x %}" * 2000},
    "brackets in a hole": {"prompts/a.j2": "You are an assistant. {{ " + "(" * 5000 + " }}"},
    "a template of a megabyte": {"prompts/a.j2": "You are an assistant. {{ x }} " * 8_000},
    "a number of thousands of digits": {"prompts/a.j2": "You are an assistant. {{ " + "1" * 5000 + " }} {{ x }}"},
    "a clock in a template that is not all text": {"prompts/a.j2": b"You are. {% now 'utc' %} {{ now() }} \xff" + LONG},
    "a template that speaks of an encoding": {"prompts/a.j2": b"{# coding: nonsense #} You are. {{ now() }}" + LONG},
    "many calls that all can be mended": {"a.py": CLOCK + f"{CLOCK[CLOCK.index('def'):]}\n" * 60},
    "an annotation with a null byte": {"a.py": annotated(r"'a\0b'")},
    "an annotation too deep": {"a.py": annotated(repr("(" * 100_000))},
    "an annotation that Python warns of": {"a.py": annotated(repr("A if 1else B"))},
    "nothing but bytes": {"a.py": b"import openai\n" + bytes(range(256)) * 40},
    "null bytes": {"a.py": b"import openai\n\0\0\0"},
    "two byte order marks": {"a.py": b"\xef\xbb\xbf\xef\xbb\xbfimport openai\n"},
    "UTF-16": {"a.py": program().encode("utf-16"), "prompts/a.j2": "You are. {{ x }}".encode("utf-16")},
    "an encoding that is none": {"a.py": b"# coding: rot13\nimport openai\n"},
    "half a character": {"a.py": program().encode() + b"# \xe2\x82", "prompts/a.j2": b"You are. {{ x }} \xe2\x82"},
    "old line breaks": {"a.py": program().replace("\n", "\r")},
    "a notebook in a notebook": {"a.ipynb": '{"cells": ' * 3000},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_ends_soon_whatever_there_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, text in HOSTILE[name].items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    since = time.process_time()
    report = checked()
    assert time.process_time() - since < SECONDS
    assert report.statistics.prompts + len(report.diagnostics) + len(report.gaps) > 0 or not name.startswith("ten")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        path for path in HOSTILE[name] if "/" not in path
    )


def checked(*paths: str) -> Report:
    configuration = Configuration(fixed=Settings(select=("ALL",)))
    return session.check(paths or ["."], configuration, {})[0]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(CLOCK)
    return tmp_path / "app.py"


@pytest.mark.parametrize("call", ["write", "replace"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_fix_that_cannot_be_written_leaves_the_file_as_it_was(
    app: Path, monkeypatch: pytest.MonkeyPatch, call: str, failure: BaseException
) -> None:
    done = repaired(["app.py"], Configuration(fixed=Settings()), {}, Applicability.UNSAFE)
    assert done.changes

    def fail(*_: Any) -> None:
        raise failure

    if call == "write":
        real = os.fdopen
        full = lambda at, mode, **more: _Full(at, fail) if mode == "wb" else real(at, mode, **more)  # noqa: E731
        monkeypatch.setattr(keeping.os, "fdopen", full)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises((WriteError, KeyboardInterrupt)):
        write(done.changes)
    assert app.read_text() == CLOCK
    assert [path.name for path in app.parent.iterdir()] == ["app.py"]


class _Full:
    """A file that cannot be written to."""

    def __init__(self, descriptor: int, fail: Any) -> None:
        self._descriptor = descriptor
        self.write = fail

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def test_a_file_that_vanishes_between_two_looks_is_told_and_no_more(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = session.discover

    def vanishing(*arguments: Any) -> Any:
        found = real(*arguments)
        app.unlink()
        return found

    monkeypatch.setattr(session, "discover", vanishing)
    assert [d.code for d in checked().diagnostics] == ["PL001"]


def test_a_circle_of_links_is_not_gone_round(app: Path, run: Run) -> None:
    (app.parent / "round").symlink_to(app.parent)
    (app.parent / "self.py").symlink_to("self.py")
    assert checked().statistics.files == 1
    assert run("check", "self.py").err == "Error: self.py: is neither a file nor a folder\n"


def test_a_list_in_which_much_is_made_of_what_it_held_before() -> None:
    steps = "".join(
        f"        if known[{i}]:\n            messages.append({{'role': 'user', 'content': about(messages, {i})}})\n"
        for i in range(100)
    )
    source = f"{HEAD}def ask(known, about):\n    messages = []\n    while True:\n{steps}"
    source += "        client.chat.completions.create(messages=messages)\n"
    start = time.process_time()
    reading = read_source(source, "app.py", load_models(), load_providers())
    assert time.process_time() - start < SECONDS
    assert len(reading.gaps) == 1
