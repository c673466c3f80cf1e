"""`promptlint server`: the language server."""

from __future__ import annotations

import click

from promptlint.cli.outcome import RefusedError


@click.command()
def server() -> None:
    """Answer an editor, over standard input and output.

    Needs the extra: pip install 'promptlint[lsp]'.
    """
    try:
        from promptlint.server.features import server as language_server
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise RefusedError("the language server needs more packages: pip install 'promptlint[lsp]'") from error
    language_server().start_io()
