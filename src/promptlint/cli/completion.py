"""`promptlint completion`: what a shell needs to complete our commands and options."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands and options in a shell.

    For example in ~/.bashrc: eval "$(promptlint completion bash)"
    """
    from click.shell_completion import get_completion_class

    known = get_completion_class(shell)
    assert known is not None
    program = context.find_root().command
    click.echo(known(program, {}, "promptlint", "_PROMPTLINT_COMPLETE").source())
