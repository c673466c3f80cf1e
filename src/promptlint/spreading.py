"""Work in several processes, where that pays."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_run: list[Callable[[Any], Any]] = []
"""What the processes do, which they have from the one that they are a copy of: it need not be sent to them."""


def possible() -> bool:
    """Whether processes can be started that know all that this one knows."""
    return sys.platform == "linux"


def processors() -> int:
    """How many processes can run at a time."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def side_by_side(run: Callable[[T], R], items: Sequence[T], jobs: int) -> list[R]:
    """What a function gives for each item, in their order. It is called in copies of this process.

    Raises what the function raises.
    """
    from concurrent.futures import ProcessPoolExecutor  # most projects are too small for it
    from multiprocessing import get_context

    _run.append(run)
    try:
        with ProcessPoolExecutor(min(jobs, len(items)), mp_context=get_context("fork")) as pool:
            return list(pool.map(_called, items))
    finally:
        _run.pop()


def _called(item: Any) -> Any:
    return _run[-1](item)
