"""The command line: arguments to a session, its report to a reporter, and both to an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from promptlint import __version__
from promptlint.reporters import FORMATS, reporter

if TYPE_CHECKING:
    from promptlint.knowledge.pages import Page
    from promptlint.reporters.report import Report, Sources
    from promptlint.session import Options

CLEAN, FOUND, FAILED = 0, 1, 2
"""Exit codes: nothing was found; something was; what was asked for could not be done."""

_STDIN = "-"


class RefusedError(click.ClickException):
    """What was asked for cannot be done; the message is for the user."""

    exit_code = FAILED


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


@click.group(context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Says what stops the prompts of LLM calls being cached or batched."""


def _split(context: click.Context, parameter: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


_RULES = "Codes, names or the beginnings of codes, separated by commas; or ALL."


@commands.command()
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
    _write(reporter("statistics" if statistics else output_format)(shown, sources), output_file)
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


def _write(text: str, file: str | None) -> None:
    if file is None:
        click.echo(text, nl=False, color=_coloured())
        return
    try:
        Path(file).write_text(click.unstyle(text), encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise RefusedError(f"{file}: cannot be written: {error.strerror}") from error


def _coloured() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


@commands.command()
@click.argument("rules", nargs=-1, metavar="[CODE|NAME]...")
@click.option("--all", "every", is_flag=True, help="Show the pages of all rules.")
def rule(rules: tuple[str, ...], every: bool) -> None:
    """Show the page of a rule.

    It says what the rule finds, what that costs, and when it stays silent.
    """
    from promptlint.knowledge.documents import KnowledgeError, closest
    from promptlint.knowledge.pages import load_pages, page

    if every == bool(rules):
        raise click.UsageError("give the code or the name of a rule, or --all")
    try:
        pages = load_pages()
    except KnowledgeError as error:
        raise RefusedError(str(error)) from error
    shown = list(pages.values()) if every else []
    for name in rules:
        found = page(name)
        if found is None:
            known = [word for each in pages.values() for word in (each.code, each.name)]
            raise RefusedError(f"there is no rule '{name}'{closest(name, known)}")
        shown.append(found)
    click.echo("\n".join(_page(each) for each in shown), nl=False)


def _page(page: Page) -> str:
    title, _, body = page.text.partition("\n")
    facts = f"severity {page.severity.value}, confidence {page.confidence.name.lower()}, fix {page.fix.value}"
    on = "on" if page.default else "off"
    return f"{title}\n\n({facts}, {on} by default, since {page.since})\n{body}"
