"""Where in a notebook a line of its file is: by cell, as people see it."""

from __future__ import annotations

import re

from promptlint.spans import Span

_CELL = re.compile(r'^\s*"cell_type": "', re.MULTILINE)
_SOURCE = re.compile(r'^\s*"source": \[\s*$', re.MULTILINE)


def cell(text: str, span: Span) -> str:
    """The cell and the line in it where a span of a notebook begins: "cell 3, line 2"; empty for what is in no cell."""
    if not span.path.endswith(".ipynb"):
        return ""
    above = "\n".join(text.split("\n")[: span.start.line - 1])
    cells, sources = list(_CELL.finditer(above)), list(_SOURCE.finditer(above))
    if not cells or not sources or sources[-1].start() < cells[-1].start():
        return ""
    return f"cell {len(cells)}, line {above.count(chr(10), sources[-1].end()) + 1}"
