"""What is said of files that are not understood."""

from __future__ import annotations

from collections.abc import Iterable


class KnowledgeError(Exception):
    """A file of `rules/`, or one of the user's, is not understood: the message says where, and what is expected."""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word which was probably meant, as words for a message; empty when none is near."""
    from difflib import SequenceMatcher, get_close_matches  # only a mistake pays for the import

    def nearness(each: str) -> tuple[float, int]:
        # Of two that are as near, the one whose letters stand where they were typed: PL101 for PL1O1, not PL211.
        return SequenceMatcher(None, each, word).ratio(), sum(a == b for a, b in zip(each, word, strict=False))

    near = max(sorted(get_close_matches(word, list(known), 20)), key=nearness, default="")
    return f" (did you mean '{near}'?)" if near else ""
