"""An error of our own in one file does not take the findings in the others with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from promptlint.doing import TRACEBACK, told
from promptlint.request import Gap, Reading
from promptlint.spans import Position, Span

if TYPE_CHECKING:
    from promptlint.languages.python.read import Group


def contained(read: Callable[[Group], Reading]) -> Callable[[Group], Reading]:
    """A reader of groups of files which looks, where it fails, for the files with which it does, and leaves them out.

    They are told as files that could not be read. What other files have to do with them is lost, too.
    """

    def parted(group: Group) -> Reading:
        try:
            return read(group)
        except Exception as error:
            if os.environ.get(TRACEBACK) == "1":
                raise
            if len(group) == 1:
                return Reading(unreadable=(_lost(group[0], error),))
        middle = len(group) // 2
        return _joined(parted(group[:middle]), parted(group[middle:]))

    return parted


def _lost(path: str, error: Exception) -> Gap:
    start = Position(1, 1)
    return Gap(Span(path, start, start), f"brings about an error of promptlint itself, please report it: {told(error)}")


def _joined(first: Reading, second: Reading) -> Reading:
    return Reading(first.requests + second.requests, first.gaps + second.gaps, first.unreadable + second.unreadable)
