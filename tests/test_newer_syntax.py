"""Files for a later Python than the one that runs us: they are told apart from files that are wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from promptlint.languages.python.modules.newer import Version, later
from tests.commands import Run

LAZY = "from openai import OpenAI\nlazy import json  # promptlint: ignore[PL101]\n"
"""A program for Python 3.15."""


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("type X = int\n", (3, 12), id="a type alias"),
        pytest.param("if x:\n    type X[T] = list[T]\n", (3, 12), id="a type alias with parameters"),
        pytest.param("def f[T: (int, str), *Ts, **P](x: T) -> T: ...\n", (3, 12), id="type parameters of a function"),
        pytest.param("class A[T](B):\n    async def f[U](self): ...\n", (3, 12), id="type parameters of a class"),
        pytest.param("class A[T = int]: ...\n", (3, 13), id="a type parameter with a default"),
        pytest.param('x = f"{d["a"]:>{w["b"]}} {d["c"]!r}"\n', (3, 12), id="quotes in braces"),
        pytest.param("x = f'{f'{f'{1}'}'}'\n", (3, 12), id="texts in texts"),
        pytest.param('x = rf"\\{"\\n".join(a)}\\d{{3}}"\n', (3, 12), id="a backslash in braces"),
        pytest.param('x = f"{\n    a  # what\n}"\n', (3, 12), id="lines in braces"),
        pytest.param('x = t"{a}"\n', (3, 14), id="a template string"),
        pytest.param("try:\n    x\nexcept KeyError, a.Error:\n    y\n", (3, 14), id="exceptions without parentheses"),
        pytest.param(LAZY, (3, 15), id="a lazy import"),
        pytest.param('type X = int\nx = t"{d["a"]}"\n', (3, 14), id="several: the last one counts"),
    ],
)
def test_what_a_later_python_brought(text: str, version: Version) -> None:
    found = later(text)
    assert (found[0] if found else None) == (version if version > sys.version_info[:2] else None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = 1\n", id="nothing new"),
        pytest.param("type X = int\ndef (\n", id="something new and a mistake"),
        pytest.param('"""\ntype X = int\n"""\ndef (\n', id="words in a text"),
        pytest.param("type X = = int\n", id="a mistake in a type alias"),
        pytest.param("def f[1](x): ...\n", id="a mistake in type parameters"),
        pytest.param("def f[T](\n", id="no end"),
        pytest.param("def f[T\n" * 50, id="no closing bracket"),
        pytest.param('x = f"{d["a"]}{}"\n', id="empty braces"),
        pytest.param('x = f"{d["a"]}}"\n', id="a brace too much"),
        pytest.param('x = f"{d["a"]!z}"\n', id="a conversion that there is not"),
        pytest.param('x = f"{d["a"]"\n', id="no closing brace"),
        pytest.param('x = f"{d["a"]:{w["b"]"\n', id="no end of how it is written"),
        pytest.param("type X = int\nx = 'a\n", id="no closing quote"),
        pytest.param('f"{' * 200, id="texts in texts without end"),
        pytest.param("try:\n    x\nexcept KeyError, error:\n    y\n", id="an exception as Python 2 named it"),
        pytest.param('type X = int\nprint "a"\n', id="a statement of Python 2"),
        pytest.param("type X = int\n" + "(" * 100_000, id="too deep"),
    ],
)
def test_what_is_right_in_no_later_python(text: str) -> None:
    assert later(text) is None


def test_a_file_for_a_later_python_is_told_and_fails_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LAZY, encoding="utf-8")
    done = run("check", "--output-format", "concise", "--show-gaps")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    gap = f"the file is written for Python 3.15 or newer (a lazy import); promptlint runs on {version}"
    assert done.out == f"app.py:2:6: not followed: {gap}\nFound nothing in 1 file (0 prompts read).\n"
    assert done.err == (
        "Warning: app.py is written for a newer Python than the one that runs promptlint, and was not checked:"
        " run promptlint with Python 3.15 or newer (--show-gaps says where)\n"
    )
    assert (done.code, run("check").err) == (0, done.err)
    assert run("check", "--ignore", "PL001").err == ""


def test_one_warning_names_all_files(run: Run, tmp_path: Path) -> None:
    for name, text in (("a.py", LAZY), ("b.py", LAZY), ("c.py", "import openai\nx = f'{d['a']}'\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    more = 2 if sys.version_info < (3, 12) else 1
    assert run("check").err.startswith(f"Warning: a.py and {more} more are written for a newer Python")


def test_a_file_that_is_wrong_still_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{LAZY}def (\n", encoding="utf-8")
    done = run("check", "--output-format", "concise")
    assert (done.code, done.err) == (1, "")
    assert " PL001 [unreadable-file] This file does not parse as Python " in done.out
