"""The command line: arguments to a session, its report to a reporter, and both to an exit code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from promptlint import __version__
from promptlint.cli.check import check
from promptlint.cli.config import config
from promptlint.cli.outcome import CLEAN, FAILED
from promptlint.cli.rule import rule
from promptlint.cli.server import server
from promptlint.cli.show import show


@click.group(context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Says what stops the prompts of LLM calls being cached or batched."""


for _command in (check, rule, config, show, server):
    commands.add_command(_command)


def main() -> NoReturn:
    """Run the command and exit. Nothing but PROMPTLINT_TRACEBACK=1 shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not stop a report.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(commands.main(prog_name="promptlint", standalone_mode=False) or CLEAN)
    except click.ClickException as error:
        error.show()
        sys.exit(FAILED)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get("PROMPTLINT_TRACEBACK") == "1":
            raise
        click.echo(f"Error: {_internal(error)}", err=True)
        sys.exit(FAILED)


def _internal(error: Exception) -> str:
    doing = next(iter(getattr(error, "__notes__", [])), "running")
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error while {doing}: {what} (PROMPTLINT_TRACEBACK=1 shows where)"
