"""The options that are settings: every key of the configuration that makes sense for one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from promptlint.cli.outcome import RefusedError
from promptlint.reporters import FORMATS

if TYPE_CHECKING:
    from promptlint.config.configuration import Configuration
    from promptlint.config.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _split(context: click.Context, parameter: click.Parameter, values: Iterable[str]) -> tuple[str, ...] | None:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip()) or None


_RULES = "Codes, names or the beginnings of codes, separated by commas; or ALL."
_LIST: dict[str, Any] = {"multiple": True, "callback": _split}

_CONFIG_OPTIONS = (
    click.option(
        "--config",
        "configs",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="A configuration file instead of those that are found, or one setting, in TOML.",
    ),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
)

# The keys themselves are explained by `promptlint config`: importing that table would slow --help down.
_OPTIONS = (
    click.option("--select", **_LIST, metavar="RULES", help=f"Check only these rules. {_RULES}"),
    click.option("--extend-select", **_LIST, metavar="RULES", help="Check these rules as well."),
    click.option("--ignore", **_LIST, metavar="RULES", help="Do not check these rules."),
    click.option(
        "--min-confidence",
        type=click.Choice(["low", "medium", "high"]),
        help="Report only findings that are at least this certain.  [default: medium]",
    ),
    click.option(
        "--min-tokens", type=click.IntRange(0), help="Report only findings that may re-bill at least so many tokens."
    ),
    click.option("--exclude", **_LIST, metavar="PATTERNS", help="Do not report on these files."),
    click.option("--extend-exclude", **_LIST, metavar="PATTERNS", help="Do not report on these files either."),
    click.option("--force-exclude", is_flag=True, default=None, help="Exclude files that are given as PATHS too."),
    click.option(
        "--output-format",
        type=click.Choice(FORMATS),
        envvar="PROMPTLINT_OUTPUT_FORMAT",
        help="How findings are shown.  [default: full]",
    ),
    click.option("--baseline", metavar="FILE", help="Report only findings that are not in this file."),
    click.option("--cache-dir", metavar="FOLDER", envvar="PROMPTLINT_CACHE_DIR", help="Where results are kept."),
)


def settings_options(function: _Function) -> _Function:
    """Give a command the options that are settings; they arrive as keywords, for `configured`."""
    for option in reversed((*_OPTIONS, *_CONFIG_OPTIONS)):
        function = option(function)
    return function


def config_options(function: _Function) -> _Function:
    """Give a command the options that say which configuration holds; they arrive as keywords, for `configured`."""
    for option in reversed(_CONFIG_OPTIONS):
        function = option(function)
    return function


def configured(given: Mapping[str, Any]) -> tuple[Configuration, Settings]:
    """The configuration of a run, from the options of `settings_options`, and what holds in the working directory.

    Raises ConfigError for a file that cannot be understood.
    """
    from promptlint.config import files
    from promptlint.config.configuration import Configuration, layered
    from promptlint.config.keys import KEYS
    from promptlint.config.kinds import MisfitError
    from promptlint.config.settings import COMMAND_LINE, Layer, Settings

    configs = given["configs"]
    paths = [config for config in configs if "=" not in config or Path(config).is_file()]
    if len(paths) + bool(given["isolated"]) > 1:
        raise click.UsageError("--config takes one file, and with --isolated none")
    fixed = Settings() if given["isolated"] else None
    for path in paths:
        if not Path(path).is_file():
            raise RefusedError(f"--config {path}: there is no such file")
        fixed = layered(Settings(), files.read(Path(path).resolve()))
    singles = [files.single(config) for config in configs if config not in paths]
    values = {}
    for key in KEYS.values():
        value = given.get(key.field)
        if value is not None:
            try:
                values[key.name] = key.kind.read(list(value) if isinstance(value, tuple) else value, Path.cwd())
            except MisfitError as error:
                raise click.UsageError(f"--{key.name} {error}") from error
    configuration = Configuration((*singles, Layer(values, COMMAND_LINE)), fixed=fixed)
    return configuration, configuration.settings(Path.cwd())
