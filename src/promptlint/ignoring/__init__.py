"""Writing comments that ignore what was found."""

from __future__ import annotations

from collections.abc import Sequence

from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.frozen import dataclass
from promptlint.suppressions import ABOUT_COMMENTS

_NEVER = ABOUT_COMMENTS | {UNREADABLE}
"""What is said of files and comments: a comment is no answer to it."""


class NotIgnoredError(Exception):
    """A comment cannot be written: the message says why, as a predicate of the file."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A text with comments that ignore what was found in it."""

    text: str
    number: int
    """Findings that are ignored now."""


def ignored(path: str, text: str, diagnostics: Sequence[Diagnostic], reason: str) -> Ignored:
    """The text of a file with comments for what was found in it, which says the same to everybody else.

    Raises NotIgnoredError where no comment can be written, or one would change what the file means.
    """
    from promptlint.ignoring import notebooks, python, templates

    told = [diagnostic for diagnostic in diagnostics if diagnostic.code not in _NEVER]
    if path.endswith(".py"):
        return Ignored(*python.ignored(text, told, reason))
    if path.endswith(".ipynb"):
        return Ignored(*notebooks.ignored(text, told, reason))
    return Ignored(*templates.ignored(path, text, told, reason))
