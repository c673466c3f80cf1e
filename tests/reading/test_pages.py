"""The pages beside this file: what programs send, in the notation of `notation.py`.

`PROMPTLINT_UPDATE=1 pytest tests/reading/test_pages.py` writes what the reader says into the pages. What a page says
must be right by Python's meaning, whatever the reader says: read every line of such a change.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.reading.notation import Case, cases, read, rewritten, shown

PAGES = sorted(Path(__file__).parent.glob("*.md"))

if os.environ.get("PROMPTLINT_UPDATE"):
    for page in PAGES:
        page.write_text(rewritten(page), encoding="utf-8")

CASES = [case for page in PAGES for case in cases(page)]


def identifier(case: Case) -> str:
    return f"{case.page.stem}: {case.title}"


def param(case: Case) -> object:
    marks = [pytest.mark.xfail(reason=case.wrong, raises=AssertionError, strict=True)] if case.wrong else []
    return pytest.param(case, id=identifier(case), marks=marks)


@pytest.mark.parametrize("case", [param(case) for case in CASES])
def test_what_a_program_sends(case: Case) -> None:
    assert shown(read(case.files)) == case.expected


def test_each_case_has_a_name_of_its_own() -> None:
    names = Counter(identifier(case) for case in CASES)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_the_programs_of_the_pages_are_python(case: Case) -> None:
    sources = {path: text for path, text in case.files.items() if path.endswith(".py")}
    assert sources or not any(path == "main.py" for path in case.files)
    for path, text in sources.items():
        if f"unreadable {path}" in case.expected:
            continue
        ast.parse(text, path)
