"""What `promptlint check` does with fixes: which it makes, and how it tells them."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from promptlint.cli.outcome import RefusedError
from promptlint.frozen import dataclass

if TYPE_CHECKING:
    from promptlint.diagnostics import Diagnostic
    from promptlint.edits import Applicability
    from promptlint.repairing import Repaired

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--fix", is_flag=True, help="Make the fixes that leave the words of prompts as they are."),
    click.option(
        "--unsafe-fixes", is_flag=True, help="With --fix or --diff: make the fixes which move or change words too."
    ),
    click.option("--diff", is_flag=True, help="Show what the fixes would change, and change nothing."),
    click.option("--show-fixes", is_flag=True, help="List the fixes that were made, and why others were not."),
    click.option("--fix-only", is_flag=True, help="Make fixes, and say nothing of what is left."),
    click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if a fix was made."),
)


def mending_options(function: _Function) -> _Function:
    """Give a command the options about fixes; they arrive as keywords, for `Mending.of`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@dataclass(frozen=True, slots=True)
class Mending:
    """What was asked for."""

    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    show_fixes: bool = False
    fix_only: bool = False
    exit_non_zero_on_fix: bool = False

    @classmethod
    def of(cls, options: MutableMapping[str, Any]) -> Mending:
        """Take what is asked of fixes out of the options of a command."""
        return cls(**{field.name: options.pop(field.name) for field in fields(cls)})

    @property
    def least(self) -> Applicability | None:
        """How applicable a fix must be to be made; None: none is made."""
        from promptlint.edits import Applicability

        if not (self.fix or self.fix_only or self.diff):
            return None
        return Applicability.UNSAFE if self.unsafe_fixes else Applicability.SAFE


def save(repaired: Repaired, *, standard_input: bool) -> None:
    """Write what was mended: to the files, or to standard output. Raises RefusedError."""
    from promptlint.repairing import WriteError, write

    if standard_input:
        for change in repaired.changes.values():
            sys.stdout.buffer.write(change.after)
        return
    try:
        write(repaired.changes)
    except WriteError as error:
        raise RefusedError(str(error)) from error


def patch(repaired: Repaired) -> str:
    """All changes as a unified diff, which `git apply` takes."""
    return "".join(_styled(line) for path, change in sorted(repaired.changes.items())
                   for line in _diff(path, change.before, change.after))  # fmt: skip


def would_fix(repaired: Repaired, wanted: Mending) -> str:
    """A line on how much of what was found the fixes mend that were shown, and how many others there are."""
    left = sum(diagnostic.fix is not None for diagnostic in repaired.report.diagnostics)
    number, more = len(repaired.made), 0 if wanted.unsafe_fixes else left
    if not number and not more:
        return ""
    rest = f"; {more:,} more with --unsafe-fixes" if more else ""
    return f"Would fix {number:,} finding{'' if number == 1 else 's'}{rest}.\n"


def _diff(path: str, before: bytes, after: bytes) -> Iterator[str]:
    from promptlint.reading import text_of

    old, new = (re.findall(r"[^\n]*\n|[^\n]+\Z", text_of(path, raw)) for raw in (before, after))
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _styled(line: str) -> str:
    colour = _COLOURS.get(line[0])
    return click.style(line.rstrip("\n"), fg=colour) + "\n" if colour else line


def made(repaired: Repaired) -> str:
    """The fixes that were made, and the reasons for which others were not."""
    lines = [_told("Fixed", d, d.fix.message) for d in repaired.made if d.fix]
    lines += [_told("Not fixed:", d, d.refused) for d in repaired.report.diagnostics if d.refused]
    return "".join(f"{line}\n" for line in [*lines, ""]) if lines else ""


def _told(what: str, diagnostic: Diagnostic, message: str) -> str:
    from promptlint.reporters.text import harmless

    return f"{what} {diagnostic.code} at {harmless(str(diagnostic.span))}: {harmless(message)}."
