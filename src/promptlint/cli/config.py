"""`promptlint config`: the keys of the configuration."""

from __future__ import annotations

import click

from promptlint.cli.outcome import RefusedError


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--schema", is_flag=True, help="Show the JSON schema of configuration files.")
def config(keys: tuple[str, ...], schema: bool) -> None:
    """Explain the keys of the configuration.

    They stand in promptlint.toml, or under [tool.promptlint] in pyproject.toml; the nearest file above a checked file
    holds.
    """
    from promptlint.config import schema as schemas
    from promptlint.config import writing
    from promptlint.config.keys import KEYS
    from promptlint.knowledge.errors import closest

    if schema:
        import json

        click.echo(json.dumps(schemas.schema(), indent=2))
        return
    for key in keys:
        if key not in KEYS:
            raise RefusedError(f"there is no key '{key}'{closest(key, KEYS)}")
    click.echo("\n".join(writing.explained(KEYS[key]) for key in keys) or writing.listing(), nl=False)
