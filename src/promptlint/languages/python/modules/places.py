"""Places in a file, as `ast` tells them."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Where a term is written, as `ast` tells it: 1-based lines, 0-based columns in UTF-8 bytes, end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Place("", 1, 0, 1, 0)
