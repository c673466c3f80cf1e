"""`promptlint rule`: the pages of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from promptlint.cli.outcome import RefusedError

if TYPE_CHECKING:
    from promptlint.knowledge.pages import Page


@click.command()
@click.argument("rules", nargs=-1, metavar="[CODE|NAME]...")
@click.option("--all", "every", is_flag=True, help="Show the pages of all rules.")
def rule(rules: tuple[str, ...], every: bool) -> None:
    """Show the page of a rule.

    It says what the rule finds, what that costs, and when it stays silent.
    """
    from promptlint.knowledge.errors import KnowledgeError, closest
    from promptlint.knowledge.loading import load_pages, page

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
