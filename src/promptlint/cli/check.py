"""`promptlint check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from promptlint.cli.outcome import CLEAN, FOUND, RefusedError
from promptlint.cli.printing import write
from promptlint.reporters import FORMATS, reporter

if TYPE_CHECKING:
    from promptlint.reporters.report import Report, Sources
    from promptlint.session import Options

_STDIN = "-"


def _split(context: click.Context, parameter: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


_RULES = "Codes, names or the beginnings of codes, separated by commas; or ALL."


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--select", multiple=True, callback=_split, metavar="RULES", help=f"Check only these rules. {_RULES}")
@click.option("--extend-select", multiple=True, callback=_split, metavar="RULES", help="Check these rules as well.")
@click.option("--ignore", multiple=True, callback=_split, metavar="RULES", help="Do not check these rules.")
@click.option(
    "--min-confidence",
    type=click.Choice(["low", "medium", "high"]),
    default="medium",
    show_default=True,
    help="Report only findings that are at least this certain.",
)
@click.option("--output-format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("-o", "--output-file", metavar="FILE", help="Write the report to a file.")
@click.option("--statistics", is_flag=True, help="Show numbers instead of findings.")
@click.option("--show-gaps", is_flag=True, help="List the prompts that could not be understood, and why.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was found.")
@click.option("--stdin-filename", metavar="FILE", help="The name of the file which is read from standard input as -.")
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_confidence: str,
    output_format: str,
    output_file: str | None,
    statistics: bool,
    show_gaps: bool,
    exit_zero: bool,
    stdin_filename: str | None,
) -> int:
    """Check Python files and folders.

    Without PATHS the working directory is checked, with - standard input.

    Exits with 0 if nothing was found, with 1 if something was, and with 2 if it could not do what was asked.
    """
    text = output_format in ("full", "concise")
    if statistics and not text:
        raise click.UsageError("--statistics is for people: it goes with --output-format full or concise")
    given = _standard_input(paths, stdin_filename)
    from dataclasses import replace

    from promptlint.layout import Confidence
    from promptlint.session import Options

    options = Options(select, extend_select, ignore, Confidence[min_confidence.upper()])
    report, sources = _checked(tuple(given) or paths or (".",), options, given)
    for warning in report.warnings:
        click.echo(f"Warning: {warning}", err=True)
    shown = report if show_gaps or statistics or not text else replace(report, gaps=())
    write(reporter("statistics" if statistics else output_format)(shown, sources), output_file)
    return FOUND if report.diagnostics and not exit_zero else CLEAN


def _standard_input(paths: tuple[str, ...], name: str | None) -> dict[str, bytes]:
    if _STDIN not in paths:
        if name:
            raise click.UsageError("--stdin-filename names what is read as -: give - as the path")
        return {}
    if len(paths) > 1:
        raise click.UsageError("- stands alone: standard input is one file")
    return {name or "<stdin>": sys.stdin.buffer.read()}


def _checked(paths: tuple[str, ...], options: Options, given: dict[str, bytes]) -> tuple[Report, Sources]:
    from promptlint import session

    try:
        return session.check(paths, options, given)
    except (session.PathError, session.SelectorError, session.KnowledgeError) as error:
        raise RefusedError(str(error)) from error
