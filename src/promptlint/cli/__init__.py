"""The command line: arguments to a session, its report to a reporter, and both to an exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from promptlint import __version__
from promptlint.cli.check import check
from promptlint.cli.clean import clean
from promptlint.cli.completion import completion
from promptlint.cli.config import config
from promptlint.cli.outcome import CLEAN, FAILED, RefusedError
from promptlint.cli.rule import rule
from promptlint.cli.server import server
from promptlint.cli.show import show
from promptlint.doing import TRACEBACK, told


class _Commands(click.Group):
    """Says what was probably meant where a command is misspelt, or left out before a path."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from promptlint.knowledge.errors import closest

            meant = f" (did you mean 'promptlint check {name}'?)" if Path(name).exists() else ""
            raise click.UsageError(f"there is no command '{name}'{meant or closest(name, self.commands)}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Says what stops the prompts of LLM calls being cached or batched.

    Begin with `promptlint check .`; what a finding means, `promptlint rule PL101` tells.
    """


for _command in (check, rule, config, show, server, clean, completion):
    commands.add_command(_command)


def main() -> NoReturn:
    """Run the command and exit. Nothing but PROMPTLINT_TRACEBACK=1 shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not stop a report.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = [word for argument in sys.argv[1:] for word in _expanded(argument)]
        sys.exit(commands.main(arguments, prog_name="promptlint", standalone_mode=False) or CLEAN)
    except click.ClickException as error:
        error.show()
        sys.exit(FAILED)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(FAILED)
    except Exception as error:
        if os.environ.get(TRACEBACK) == "1":
            raise
        click.echo(f"Error: {_internal(error)}", err=True)
        sys.exit(FAILED)


def _expanded(argument: str) -> list[str]:
    """The arguments in a file, one on each line, where one is given as @FILE: command lines have a limit."""
    if not argument.startswith("@"):
        return [argument]
    try:
        return Path(argument[1:]).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{argument}: the file with the arguments cannot be read") from error


def _internal(error: Exception) -> str:
    doing = next(iter(getattr(error, "__notes__", [])), "running")
    return f"internal error while {doing}: {told(error)}"
