"""Work that is counted instead of timed: the same on every machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from promptlint import session
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.discovery.files import Files
from promptlint.languages.python.bodies.walking import Walker
from promptlint.languages.python.modules.namings import Namings
from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.sending.prompts import Prompts

COUNTED: tuple[tuple[str, type, str], ...] = (
    ("files read", Files, "raw"),
    ("files parsed", Project, "_parse"),
    ("names looked through", Namings, "__init__"),
    ("bodies walked", Walker, "summary"),
    ("prompts worked out", Prompts, "prompt"),
)


def work(tree: Path) -> dict[str, int]:
    """How much is done to check a tree once, in one process and without a cache."""
    with counted() as counts:
        session.check([str(tree)], Configuration(fixed=Settings()), {})
    return {name: counts[name] for name, _, _ in COUNTED}


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts what is done in the meantime."""
    counts: Counter[str] = Counter()
    patches = [
        patch.object(kind, method, _counting(getattr(kind, method), name, counts)) for name, kind, method in COUNTED
    ]
    for each in patches:
        each.start()
    try:
        yield counts
    finally:
        for each in patches:
            each.stop()


def _counting(method: Callable[..., Any], name: str, counts: Counter[str]) -> Callable[..., Any]:
    def called(*arguments: Any, **keywords: Any) -> Any:
        counts[name] += 1
        return method(*arguments, **keywords)

    return called
