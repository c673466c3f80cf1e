"""Jupyter notebooks as Python: a text with as many lines as the file, each line of code where it is stored.

Jupyter writes each line of code as a JSON string on a line of its own. So a place in the text is on the same line of
the file, and only its column is another one. Everything that is no code is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from promptlint.edits import Edit
from promptlint.frozen import dataclass
from promptlint.languages.python.modules.syntax import UNREADABLE, parsed
from promptlint.spans import Position

ENDING = ".ipynb"
BETWEEN_CELLS = 5
"""Lines of JSON that lie between the code of two cells, at least."""

_CODE = re.compile(r'^\s*"cell_type": "code"')
_CELL = re.compile(r'^\s*"cell_type": "')
_SOURCE = re.compile(r'^\s*"source": \[(?P<end>\])?,?\s*$')
_LINE = re.compile(r'^(?P<indent>\s*)(?P<literal>"(?:[^"\\]|\\.)*"),?\s*$')
_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
"""One character as JSON writes it."""
_MAGIC = re.compile(r"^(?P<indent>\s*)(?:[%!?].*|.*\?)$")
_ASSIGNED = re.compile(r"^(?P<target>\s*[\w.]+\s*=\s*)[%!].*$")
_KEEPS_CODE = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Cell magics behind which Python stands."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How a line of code is stored."""

    cell: int
    column: int
    """Where its first character is: 1-based, in code points."""
    literal: str
    """Between the quotes."""
    indent: str
    """What stands before the quote."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code of a notebook, and where it is stored."""

    text: str
    _stored: Mapping[int, Stored] = field(repr=False)

    def place(self, position: Position) -> Position:
        """Where in the file a place in the text is."""
        stored = self._stored.get(position.line)
        if stored is None:
            return position
        units = _UNIT.findall(stored.literal.removesuffix("\\n"))
        return Position(position.line, stored.column + sum(map(len, units[: position.column - 1])))

    def edit(self, edit: Edit) -> Edit | None:
        """An edit of the text as one of the file; None where it would go beyond a cell."""
        start, end = self._stored.get(edit.span.start.line), self._stored.get(edit.span.end.line)
        if start is None or end is None or start.cell != end.cell:
            return None
        written = json.dumps(edit.content, ensure_ascii=False)[1:-1]
        content = written.replace("\\n", f'\\n",\n{start.indent}"')
        place = type(edit.span)(edit.span.path, self.place(edit.span.start), self.place(edit.span.end))
        return Edit(place, content)


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return path.endswith(ENDING)


def as_python(path: str, raw: bytes) -> bytes:
    """The bytes of a file as Python: those of a notebook in its place, all others as they are."""
    if not is_notebook(path) or not raw.lstrip().startswith(b"{"):
        return raw
    notebook = read_notebook(raw)
    return notebook.text.encode() if notebook else b""


def read_notebook(raw: bytes) -> Notebook | None:
    """The notebook in the bytes of a file; None where it is none in Python, or not laid out as Jupyter writes it."""
    try:
        text = raw.decode("utf-8")
        cells = _cells(json.loads(text))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    lines = text.split("\n")
    stored = dict(_stored(lines))
    found: list[list[str]] = []
    for line in stored.values():
        while len(found) <= line.cell:
            found.append([])
        found[line.cell].append(json.loads(f'"{line.literal}"'))
    if ["".join(cell) for cell in found if cell] != [cell for cell in cells if cell]:
        return None
    code = [""] * len(lines)
    for cell, numbers in _by_cell(stored).items():
        for number, words in zip(numbers, _as_code([line.rstrip("\n") for line in found[cell]]), strict=True):
            code[number - 1] = words
    return Notebook("\n".join(code), stored)


def _cells(document: Any) -> list[str]:
    """The sources of the code cells of a Python notebook."""
    language = document.get("metadata", {}).get("language_info", {}).get("name", "python")
    if language != "python":
        raise ValueError("another language")
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def _stored(lines: list[str]) -> Iterator[tuple[int, Stored]]:
    """The lines of code in a file, by their numbers."""
    code = inside = False
    cell = -1
    for number, line in enumerate(lines, start=1):
        if inside:
            match = _LINE.match(line)
            inside = match is not None
            if match:
                literal = match["literal"][1:-1]
                yield number, Stored(cell, len(match["indent"]) + 2, literal, match["indent"])
        elif _CELL.match(line):
            code = _CODE.match(line) is not None
        elif code and (source := _SOURCE.match(line)):
            cell += 1
            inside = source["end"] is None


def _by_cell(stored: Mapping[int, Stored]) -> dict[int, list[int]]:
    numbers: dict[int, list[int]] = {}
    for number, line in stored.items():
        numbers.setdefault(line.cell, []).append(number)
    return numbers


def _as_code(lines: list[str]) -> list[str]:
    """The lines of a cell as Python: magics do nothing, and a cell that is no Python then is empty."""
    if _parses(lines):
        return lines
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_KEEPS_CODE):
        return [""] * len(lines)
    plain = [_ASSIGNED.sub(r"\g<target>None", _MAGIC.sub(r"\g<indent>pass", line)) for line in lines]
    return plain if _parses(plain) else [""] * len(lines)


def _parses(lines: list[str]) -> bool:
    try:
        parsed("\n".join(lines))
    except UNREADABLE:
        return False
    return True
