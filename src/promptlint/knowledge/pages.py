"""Rule pages as frozen values. The files are `rules/PL*.md`."""

from __future__ import annotations

from enum import StrEnum

from promptlint.diagnostics import Severity
from promptlint.frozen import dataclass
from promptlint.layout import Confidence


class Fix(StrEnum):
    """What a rule can do about what it finds."""

    NONE = "none"
    SAFE = "safe"
    """Sends the same prompt."""
    UNSAFE = "unsafe"
    """Moves words of the prompt: for a person to accept."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule is about: all that the user is told of it beside the message."""

    code: str
    name: str
    summary: str
    severity: Severity
    confidence: Confidence
    fix: Fix
    default: bool
    """Whether it is on unless it is ignored."""
    since: str
    """The first version that has it."""
    text: str
    """The page in Markdown, without its front matter."""
    behind: str = ""
    """The rule that tells more of the same place, so that this one is not told beside it; empty: there is none."""
