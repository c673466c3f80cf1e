"""What is said of files that are not understood."""

from __future__ import annotations

from collections.abc import Iterable


class KnowledgeError(Exception):
    """A file of `rules/`, or one of the user's, is not understood: the message says where, and what is expected."""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word which was probably meant, as words for a message; empty when none is near."""
    from difflib import get_close_matches  # only a mistake pays for the import

    near = get_close_matches(word, list(known), 1)
    return f" (did you mean '{near[0]}'?)" if near else ""
