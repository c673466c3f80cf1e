"""Edits of source text, and what makes a fix of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from promptlint.frozen import dataclass
from promptlint.spans import Lines, Span


class Applicability(IntEnum):
    """Who decides whether a fix is made; ordered, so that a minimum can be asked for."""

    DISPLAY = 0
    """A person, by hand: it is shown only."""
    UNSAFE = 1
    """A person, for all at once: words of a prompt move or change, or the code around a call does."""
    SAFE = 2
    """Nobody: the same text is sent, apart from cache marks and the order of what has none."""


class RefusedError(Exception):
    """A change that cannot be made in this source; the message says why, in a clause: "it is used in three places"."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The text of a span is replaced; an empty span inserts. Line breaks in `content` are `\\n`."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend one finding: all of them or none."""

    applicability: Applicability
    message: str
    """What it does, as an order: "Let the clock tell the date only"."""
    edits: tuple[Edit, ...]

    @property
    def paths(self) -> frozenset[str]:
        """The files it changes."""
        return frozenset(edit.span.path for edit in self.edits)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made, in its own style of line breaks. Raises ValueError where edits overlap."""
    lines = Lines(text)
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits):
        start, end = lines.offset(edit.span.start), lines.offset(edit.span.end)
        if start < at:
            raise ValueError(f"edits overlap at {edit.span}")
        pieces += [text[at:start], "".join(_broken(edit.content, newline))]
        at = end
    return "".join([*pieces, text[at:]])


def _broken(content: str, newline: str) -> str:
    plain = content.replace("\r\n", "\n")
    return plain if newline == "\n" else plain.replace("\n", newline)


def compatible(fixes: Sequence[Fix]) -> list[Fix]:
    """As many of the fixes as can be made together: sorted by where they start, those that touch others left out."""
    taken: list[Edit] = []
    kept: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: min(fix.edits)):
        if not any(_touch(edit.span, other.span) for edit in fix.edits for other in taken):
            taken += fix.edits
            kept.append(fix)
    return kept


def _touch(one: Span, other: Span) -> bool:
    return one.path == other.path and one.start <= other.end and other.start <= one.end
