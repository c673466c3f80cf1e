"""`promptlint check --watch`: the same check again, whenever a file has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import click

from promptlint.cli.outcome import FAILED, refusing
from promptlint.config.files import NAMES
from promptlint.discovery import relative, roots
from promptlint.discovery.watching import State, changed, state

_PAUSE = 0.3
"""Seconds between two looks at the files, if looking takes no time to speak of."""
_SHARE = 20
"""A large tree is looked at less often, so that looking takes a twentieth of one processor at most."""


def again_and_again(check: Callable[[], int], paths: Sequence[str], ours: Iterable[str], more: Iterable[str]) -> int:
    """Check until Ctrl-C ends it, and give the exit code of the last time.

    `ours` are files that the check itself writes, and `more` files outside the project that it depends on. What
    cannot be done stops it only the first time: later, it may be a file that somebody is about to mend.
    """
    apart = {str(Path(file).resolve()) for file in ours}
    code = FAILED

    def look() -> State:
        above = (folder / name for folder in (Path.cwd(), *Path.cwd().parents) for name in NAMES)
        return state(watched, (*above, *(Path(each).resolve() for each in more)), apart)

    with refusing():
        watched = roots(paths)
    with suppress(KeyboardInterrupt):
        seen = look()
        click.clear()
        code = check()
        while True:
            _say("Waiting for changes; Ctrl-C ends it.")
            before, seen = seen, _next(seen, look)
            click.clear()
            _say(_told(changed(before, seen)))
            try:
                code = check()
            except click.ClickException as error:
                error.show()
                code = FAILED
    return code


def _next(seen: State, look: Callable[[], State]) -> State:
    """The state of the files when it is another one, and somebody has stopped changing it."""
    while True:
        since = time.process_time()
        now = look()
        time.sleep(max(_PAUSE, _SHARE * (time.process_time() - since)))
        if now != seen and now == look():
            return now


def _told(paths: Sequence[str]) -> str:
    first, *others = (relative(Path(path), Path.cwd()) for path in paths)
    return f"{first} and {len(others)} more have changed." if others else f"{first} has changed."


def _say(what: str) -> None:
    """Tell the person who watches; a program that reads the reports is not told."""
    click.echo(f"[{time.strftime('%H:%M:%S')}] {what}", err=True)
