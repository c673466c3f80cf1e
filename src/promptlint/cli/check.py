"""`promptlint check`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from promptlint.cli.clean import cache
from promptlint.cli.mending import Mending, made, mending_options, patch, save, would_fix
from promptlint.cli.outcome import CLEAN, FOUND, refusing
from promptlint.cli.printing import write
from promptlint.cli.settings import configured, settings_options
from promptlint.cli.watching import watched
from promptlint.reporters import FOR_PEOPLE, FORMATS, STATISTICS, reporter

if TYPE_CHECKING:
    from promptlint.config.configuration import Configuration
    from promptlint.config.settings import Settings
    from promptlint.repairing import Repaired
    from promptlint.session import Means

_STDIN = "-"
_Output = tuple[str, str | None]
"""A format, and the file that it goes to; None: standard output."""


def _outputs(context: click.Context, parameter: click.Parameter, values: Iterable[str]) -> tuple[_Output, ...]:
    outputs = []
    for value in values:
        name, _, file = value.partition(":")
        if name not in FORMATS:
            from promptlint.knowledge.errors import closest

            raise click.BadParameter(
                f"there is no format '{name}'{closest(name, FORMATS)}; one of {', '.join(FORMATS)}"
            )
        outputs.append((name, file or None))
    return tuple(outputs)


class _Check(click.Command):
    """`--add-ignore` may have a reason behind `=`; click would take the path behind it for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["--add-ignore=" if each == "--add-ignore" else each for each in args])


@click.command(cls=_Check)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@settings_options
@click.option(
    "-o", "--output-file", metavar="FILE", envvar="PROMPTLINT_OUTPUT_FILE", help="Write the report to a file."
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    callback=_outputs,
    metavar="FORMAT[:FILE]",
    help="Show findings in this format, in a file or here. May be given several times.",
)
@click.option("--statistics", is_flag=True, help="Show numbers instead of findings.")
@click.option("--show-gaps", is_flag=True, help="List the prompts that could not be understood, and why.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked, and check nothing.")
@click.option("--show-settings", is_flag=True, help="Show what holds for PATHS, and where it was set; check nothing.")
@click.option("--update-baseline", is_flag=True, help="Write what is found into the baseline.")
@click.option("--diff-base", metavar="REV", help="Report only findings that lines changed since REV have to do with.")
@click.option("--add-ignore", metavar="[=REASON]", help="Write a comment that ignores it above everything found.")
@click.option("--no-cache", is_flag=True, envvar="PROMPTLINT_NO_CACHE", help="Neither use nor keep results.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0),
    default=0,
    envvar="PROMPTLINT_JOBS",
    help="Read large projects in so many processes at most.  [default: one for each processor]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something was found.")
@mending_options
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C ends it.")
@click.option("--stdin-filename", metavar="FILE", help="The name of the file which is read from standard input as -.")
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Check files and folders.

    Without PATHS the working directory is checked, with - standard input.

    Exits with 0 if nothing was found or all was fixed, with 1 if something is left, and with 2 if it could not do what
    was asked.
    """
    wanted = Mending.of(options)
    if not options["watch"]:
        return _once(paths, wanted, options)
    from promptlint.cli.repeating import again_and_again

    _must_repeat(paths, options)
    written = [options["output_file"], *(file for _, file in options["outputs"])]
    more = [config for config in options["configs"] if "=" not in config]
    return again_and_again(lambda: _once(paths, wanted, options), paths or (".",), filter(None, written), more)


def _once(paths: tuple[str, ...], wanted: Mending, options: Mapping[str, Any]) -> int:
    """Check, report, and give the exit code."""
    output_file = options["output_file"]
    with refusing():
        configuration, here = configured(options)
        outputs = options["outputs"] or ((here.output_format, output_file),)
        _must_fit(outputs, options["statistics"])
        given = _standard_input(paths, options["stdin_filename"])
        asked = tuple(given) or paths or (".",)
        if options["show_settings"] or options["show_files"]:
            from promptlint.cli.inspection import files_shown, settings_shown

            click.echo((settings_shown if options["show_settings"] else files_shown)(asked, configuration), nl=False)
            return CLEAN
        with watched("Reading prompts"):
            repaired = _checked(asked, configuration, given, wanted, _means(here, outputs, options))
    for warning in repaired.report.warnings:
        click.echo(f"Warning: {warning}", err=True)
    if wanted.diff:
        write(patch(repaired), output_file)
        click.echo(would_fix(repaired, wanted), err=True, nl=False)
        return FOUND if repaired.changes and not options["exit_zero"] else CLEAN
    save(repaired, standard_input=bool(given))
    repaired = _adopted(repaired, here.baseline, given, options)
    if options["update_baseline"]:
        return CLEAN
    for name, file in () if wanted.fix_only else outputs:
        _report(STATISTICS if options["statistics"] else name, file, repaired, options["show_gaps"], wanted)
    left = repaired.report.diagnostics and not wanted.fix_only
    failed = left or (repaired.made and wanted.exit_non_zero_on_fix)
    return FOUND if failed and not options["exit_zero"] else CLEAN


def _must_repeat(paths: tuple[str, ...], options: Mapping[str, Any]) -> None:
    """Refuse to watch where it makes no sense to do the same again."""
    once = ("show_files", "show_settings", "update_baseline", "add_ignore")
    named = [f"--{name.replace('_', '-')}" for name in once if options[name] not in (None, False)]
    if _STDIN in paths:
        named.append("- for standard input")
    if named:
        raise click.UsageError(f"--watch checks again and again: it does not go with {named[0]}")


def _adopted(repaired: Repaired, baseline: str, given: Collection[str], options: Mapping[str, Any]) -> Repaired:
    """The report with what a baseline, changed lines and new comments leave of it."""
    revision, reason = options["diff_base"], options["add_ignore"]
    if not (baseline or revision or options["update_baseline"]) and reason is None:
        return repaired
    from promptlint.cli import adoption
    from promptlint.frozen import replace

    report, sources = repaired.report, repaired.sources
    if options["update_baseline"]:
        if given:
            raise click.UsageError("--update-baseline remembers files: standard input is none")
        if not baseline:
            raise click.UsageError("--update-baseline needs a file to write: add --baseline FILE, or set `baseline`")
        adoption.update_baseline(report, sources, baseline)
        return repaired
    if baseline:
        # What is gone while somebody writes may be back in a minute.
        report = adoption.without_baseline(report, sources, baseline, shrink=not given and not options["watch"])
    if revision:
        report = adoption.changed_only(report, revision)
    if reason is not None:
        if given:
            raise click.UsageError("--add-ignore writes into files: it cannot write into standard input")
        report = adoption.add_ignores(report, sources, reason)
    return replace(repaired, report=report)


def _must_fit(outputs: Iterable[_Output], statistics: bool) -> None:
    if statistics and any(name not in FOR_PEOPLE for name, _ in outputs):
        raise click.UsageError(f"--statistics is for people: it goes with --output-format {' or '.join(FOR_PEOPLE)}")
    here = [name for name, file in outputs if file is None]
    if len(here) > 1:
        raise click.UsageError(f"only one report can be shown here: give {here[1]} a file, as {here[1]}:report.txt")


def _standard_input(paths: tuple[str, ...], name: str | None) -> dict[str, bytes]:
    if _STDIN not in paths:
        if name:
            raise click.UsageError("--stdin-filename names what is read as -: give - as the path")
        return {}
    if len(paths) > 1:
        raise click.UsageError("- stands alone: standard input is one file")
    return {name or "<stdin>": sys.stdin.buffer.read()}


def _checked(
    paths: tuple[str, ...], configuration: Configuration, given: dict[str, bytes], wanted: Mending, means: Means
) -> Repaired:
    from promptlint import session
    from promptlint.repairing import Repaired, repaired

    # Most of what a run makes lives until it ends: to look through it for garbage so often takes a sixth of the time.
    gc.set_threshold(50_000, 20, 50)
    if wanted.least is None:
        return Repaired(*session.check(paths, configuration, given, means))
    return repaired(paths, configuration, given, wanted.least, means)


def _means(here: Settings, outputs: Iterable[_Output], options: Mapping[str, Any]) -> Means:
    from promptlint.session import Means
    from promptlint.spreading import processors

    # The page of HTML shows prompts, and a cache holds none.
    prompts = any(name == "html" for name, _ in outputs)
    cached = not (options["no_cache"] or prompts)
    return Means(cache(here) if cached else None, options["jobs"] or processors(), prompts)


def _report(name: str, file: str | None, repaired: Repaired, gaps: bool, wanted: Mending) -> None:
    from promptlint.frozen import replace

    for_people = name in FOR_PEOPLE
    report = repaired.report if gaps or not for_people else replace(repaired.report, gaps=())
    listed = made(repaired) if for_people and wanted.show_fixes else ""
    write(listed + reporter(name)(report, repaired.sources), file)
