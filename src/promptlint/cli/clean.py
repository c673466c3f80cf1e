"""`promptlint clean`, and where results are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from promptlint.cli.outcome import RefusedError, refusing
from promptlint.cli.settings import config_options, configured

if TYPE_CHECKING:
    from promptlint.caching.entries import Cache
    from promptlint.config.settings import Settings


@click.command()
@click.option("--cache-dir", metavar="FOLDER", envvar="PROMPTLINT_CACHE_DIR", help="Where results are kept.")
@config_options
def clean(**options: Any) -> None:
    """Throw away the results that were kept."""
    with refusing():
        _, here = configured(options)
        try:
            number = cache(here).clear()
        except OSError as error:
            raise RefusedError(f"the cache cannot be cleared: {error.strerror}") from error
    click.echo(f"Removed {number} result{'' if number == 1 else 's'}.")


def cache(here: Settings) -> Cache:
    """The cache that settings ask for."""
    from promptlint.caching.entries import Cache, user_folder

    return Cache(Path(here.cache_dir) if here.cache_dir else user_folder(os.environ))
