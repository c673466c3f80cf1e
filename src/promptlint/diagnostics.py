"""What a check says (Finding) and what the user is told (Diagnostic)."""

from __future__ import annotations

from enum import StrEnum

from promptlint.changes import Change
from promptlint.edits import Fix
from promptlint.frozen import dataclass
from promptlint.layout import Confidence, Step, Tokens
from promptlint.spans import Span

UNREADABLE = "PL001"
"""The rule which says that a file could not be read: silence about that would say that the file is clean."""


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in one request. The rule's page adds its name and its usual severity."""

    at: Span
    """The place to change, or to look at first."""
    message: str
    """What changes, how often, where it sits, what it costs from there on: whole sentences."""
    confidence: Confidence
    severity: Severity | None = None
    """None: as the rule's page says."""
    flow: tuple[Step, ...] = ()
    """The way of the value into the prompt, ending at the call."""
    stranded: Tokens | None = None
    """The tokens which are re-billed at full price because of it."""
    change: Change | None = None
    """What would mend it; None: nothing that a machine can do."""
    instead: tuple[Change, ...] = ()
    """Further changes that would do, should the source not allow the first one."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes that would mend it, the best first."""
        return (self.change, *self.instead) if self.change else self.instead


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What the user is told: a finding, or something about a file or a comment of the user's (PL001 to PL009)."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span
    flow: tuple[Step, ...] = ()
    stranded: Tokens | None = None
    related: tuple[Span, ...] = ()
    """Other calls which the same cause touches."""
    fix: Fix | None = None
    """Edits that mend it, which read back as promised."""
    refused: str = ""
    """Why what would mend it was not written: a clause."""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The order of all output: by place, then code, then words."""
        return self.span.path, self.span.start.line, self.span.start.column, self.code, self.message
