"""Notebooks: what is found in their cells is where it is stored, and fixes leave everything else as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.edits import Edit, applied
from promptlint.languages.python.modules.notebooks import as_python, read_notebook
from promptlint.spans import Lines, Position, Span
from tests.commands import CLOCK, Run

HEAD, _, TAIL = CLOCK.partition("\n\n\n")


def stored(*cells: str, language: str = "python") -> str:
    """A notebook as Jupyter writes it: code cells, each with an output, around a text."""

    def code(source: str) -> dict[str, Any]:
        output = {"name": "stdout", "output_type": "stream", "text": ['"source": [\n', "now()\n"]}
        lines = source.splitlines(keepends=True)
        return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output], "source": lines}

    text = {"cell_type": "markdown", "metadata": {}, "source": ["# datetime.now()\n", "x = 1"]}
    document = {
        "cells": [text, *map(code, cells)],
        "metadata": {"language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def python(*cells: str) -> list[str]:
    """The lines of code in a notebook, without empty ones."""
    return [line for line in as_python("a.ipynb", stored(*cells).encode()).decode().splitlines() if line]


def test_each_line_of_code_is_on_the_line_where_it_is_stored() -> None:
    file = stored(HEAD, TAIL)
    code = as_python("a.ipynb", file.encode()).decode()
    assert [line for line in code.split("\n") if line] == [line for line in f"{HEAD}\n{TAIL}".split("\n") if line]
    for stands, line in zip(file.split("\n"), code.split("\n"), strict=True):
        assert not line or json.dumps(line)[1:-1] in stands


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        pytest.param("%load_ext x\nx = 1", ["pass", "x = 1"], id="a magic"),
        pytest.param("if x:\n    !ls", ["if x:", "    pass"], id="a command in a block"),
        pytest.param("files = !ls\nx = 1", ["files = None", "x = 1"], id="the output of a command"),
        pytest.param("x?", ["pass"], id="a question"),
        pytest.param("%%time\nx = 1", ["pass", "x = 1"], id="a magic before Python"),
        pytest.param("%%bash\nx = 1", [], id="a cell in another language"),
        pytest.param('x = """\n% 1\n"""', ['x = """', "% 1", '"""'], id="a text that looks like a magic"),
        pytest.param("def (", [], id="what is no Python"),
    ],
)
def test_what_is_no_python_does_nothing(cell: str, lines: list[str]) -> None:
    assert python(cell, "y = 1") == [*lines, "y = 1"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(stored("x = 1", language="julia"), id="another language"),
        pytest.param(json.dumps(json.loads(stored("x = 1"))), id="all on one line"),
        pytest.param("{", id="no JSON"),
        pytest.param("{}", id="no notebook"),
        pytest.param('{"cells": [{"cell_type": "code", "source": 3}]}', id="an odd cell"),
    ],
)
def test_what_is_not_as_jupyter_writes_it_is_no_code(text: str) -> None:
    assert as_python("a.ipynb", text.encode()) == b""


_lines = st.lists(st.sampled_from(['x = "é"', "y = '\\\\n\\t😀'", "", "    z = f('字')"]), min_size=1, max_size=4)


@given(st.lists(_lines, min_size=1, max_size=3), st.sampled_from(["", "b", '"\\', "c\n    d\n"]), st.data())
def test_an_edit_of_the_code_is_one_of_the_file(cells: list[list[str]], content: str, data: st.DataObject) -> None:
    # Jupyter stores no line for what stands behind the last line break of a cell.
    sources = ["\n".join(["pass", *(line.strip() for line in cell)]).rstrip("\n") for cell in cells]
    file = stored(*sources)
    notebook = read_notebook(file.encode())
    assert notebook is not None
    chosen = data.draw(st.integers(0, len(sources) - 1))
    first = next(n for n, line in enumerate(file.split("\n"), 1) if n > _nth(file, chosen))
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sources[chosen]))] * 2)))
    own = Lines(sources[chosen])
    start, stop = (Position(p.line - 1 + first, p.column) for p in (own.position(begin), own.position(end)))
    edit = notebook.edit(Edit(Span("a.ipynb", start, stop), content))
    assert edit is not None
    changed = json.loads(applied(file, [edit]))
    expected = json.loads(file)
    found = ["".join(cell.pop("source")) for cell in changed["cells"]]
    wanted = ["".join(cell.pop("source")) for cell in expected["cells"]]
    wanted[chosen + 1] = sources[chosen][:begin] + content + sources[chosen][end:]
    assert found == wanted
    assert changed == expected


def _nth(file: str, cell: int) -> int:
    """The line with `"source": [` of a code cell."""
    starts = [n for n, line in enumerate(file.split("\n"), 1) if line.strip() == '"source": [']
    return starts[cell + 1]


def test_findings_are_where_they_are_stored_and_fixes_keep_the_rest(run: Run, tmp_path: Path) -> None:
    source = CLOCK.replace("Now: {datetime.now()} ", "{', '.join({'north', 'south'})} ")
    file = stored(*source.split("\n\n\n"))
    (tmp_path / "a.ipynb").write_text(file, encoding="utf-8")
    done = run("check", "--output-format", "concise")
    line, text = next((n, text) for n, text in enumerate(file.split("\n"), 1) if "north" in text and "system" in text)
    column = text.index("{'north") + 1
    assert done.out.startswith(f"a.ipynb:{line}:{column}: PL103 ")
    body = source.split("\n\n\n")[1].split("\n")
    cell = f"(cell 3, line {next(n for n, text in enumerate(body, 1) if 'north' in text)})"  # a text is before them
    assert f"--> a.ipynb:{line}:{column} {cell}\n" in run("check").out
    assert f"{line}:{column} {cell}  PL103 " in run("check", "--output-format", "grouped").out
    assert run("check", "--fix").code == 0
    mended = file.replace("{'north', 'south'}", "sorted({'north', 'south'})")
    assert (tmp_path / "a.ipynb").read_text(encoding="utf-8") == mended


ASKS = """\
async def ask(question):
    return client.responses.create(model=MODEL, input=question)"""


@pytest.mark.parametrize(
    ("cell", "mended"),
    [
        pytest.param(ASKS, "import asyncio\n\n\n", id="a cell without imports"),
        pytest.param(f"import json\n\n\n{ASKS}", "import asyncio\nimport json\n\n\n", id="a cell with imports"),
    ],
)
def test_an_import_goes_into_the_cell_that_needs_it(run: Run, tmp_path: Path, cell: str, mended: str) -> None:
    head = "import os\nfrom openai import OpenAI\n\nclient = OpenAI()\nprint(client.models.list())"
    (tmp_path / "a.ipynb").write_text(stored(head, "x = 1", cell), encoding="utf-8")
    assert run("check", "--fix", "--unsafe-fixes", "--select", "PL303").code == 0
    document = json.loads((tmp_path / "a.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code"]
    awaited = ASKS.replace("client.responses.create(", "await asyncio.to_thread(client.responses.create, ")
    assert cells == [head, "x = 1", mended + awaited]


def test_comments_in_cells_are_heard(run: Run, tmp_path: Path) -> None:
    source = CLOCK.replace("    system", "    # promptlint: ignore[PL101] once\n    system")
    (tmp_path / "a.ipynb").write_text(stored(*source.split("\n\n\n")), encoding="utf-8")
    assert run("check").code == 0


def test_a_comment_that_ignores_is_written_into_the_cell_and_nowhere_else(run: Run, tmp_path: Path) -> None:
    head, body = CLOCK.split("\n\n\n")
    file = stored(head, f"%%time\nif True:\n    pass\n{body}")
    (tmp_path / "a.ipynb").write_text(file, encoding="utf-8")
    done = run("check", '--add-ignore=not "now"')
    assert done.code == 0, done
    assert run("check").code == 0
    after = (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    new = [line for line in after.split("\n") if "promptlint: ignore" in line]
    assert [line.strip() for line in new] == [r'"    # promptlint: ignore[PL101] not \"now\"\n",']
    assert after.replace(f"{new[0]}\n", "") == file
    json.loads(after)


def test_a_rule_is_added_to_the_comment_that_a_cell_has(run: Run, tmp_path: Path) -> None:
    source = CLOCK.replace("    system", "    # promptlint: ignore[PL103] \\ é\n    system")
    file = stored(*source.split("\n\n\n"))
    (tmp_path / "a.ipynb").write_text(file, encoding="utf-8")
    run("check", "--add-ignore")
    assert (tmp_path / "a.ipynb").read_text(encoding="utf-8") == file.replace("ignore[PL103]", "ignore[PL103, PL101]")
