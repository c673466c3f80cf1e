"""What a text says of the value behind it: a clock that tells the date only is no time any more."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"(?<![\w<\"'`{.-])(?:date\s?(?:and|&|/)\s?time|time\s?(?:and|&|/)\s?date|date-?time|time)"
    r"(?=(?:\s+(?:is|now|currently|right|exactly)\b)*[^\w\n<>\"'`]*\Z)",
    re.IGNORECASE,
)
"""At the end of a text. What stands in a tag or in quotes is a name, which may be spoken of elsewhere."""


def time_named(text: str) -> tuple[int, int, str] | None:
    """Where the end of a text calls what comes next a time, and what a date is called there; None: it does not."""
    found = _TIME.search(text, text.rfind("\n") + 1)
    if found is None:
        return None
    named = found[0]
    date = "DATE" if named.isupper() else "Date" if named[0].isupper() else "date"
    return found.start(), found.end(), date


def dated(text: str) -> str:
    """A text whose end calls what comes next a date, and no time: `Current time: ` → `Current date: `."""
    named = time_named(text)
    return f"{text[: named[0]]}{named[2]}{text[named[1] :]}" if named else text
