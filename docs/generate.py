"""Pages that are made from what the program knows, while the site is built: rules, keys, commands, providers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from promptlint.cli import commands
from promptlint.config.keys import KEYS
from promptlint.config.writing import toml
from promptlint.knowledge.loading import load_pages, load_providers
from promptlint.knowledge.pages import Page
from promptlint.knowledge.providers import Provider

_FENCE = re.compile(r"^```(?P<language>\w+) (?P<verdict>bad|good|ok)$", re.MULTILINE)
_VERDICTS = {"bad": "found", "good": "mended", "ok": "not found"}
_ABOUT_CONFIGURATION = """\
# Configuration

Settings stand in `promptlint.toml`, or under `[tool.promptlint]` in `pyproject.toml`. The nearest file above a checked
file holds, alone: nothing is merged, unless a file says `extend`. Options on the command line have the last word.
`promptlint check --show-settings` says what holds, and where it was set; `promptlint config --schema` gives a JSON
schema for editors.
"""
_TABLES = "<!-- providers -->"


def on_config(config: MkDocsConfig) -> None:
    """List the pages of the rules in the navigation."""
    pages = [f"rules/{page.code}-{page.name}.md" for page in load_pages().values()]
    config.nav = [{"Rules": ["rules/index.md", *pages]} if "Rules" in entry else entry for entry in config.nav or []]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that nobody wrote by hand."""
    for path, text in _pages():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Put the tables of the providers where they are asked for."""
    return markdown.replace(_TABLES, "\n\n".join(map(_provider, _providers())))


def _pages() -> Iterator[tuple[str, str]]:
    pages = load_pages().values()
    yield "rules/index.md", _overview()
    for page in pages:
        yield f"rules/{page.code}-{page.name}.md", _rule(page)
    yield "configuration.md", _configuration()
    yield "commands.md", _commands()


def _overview() -> str:
    rows = []
    for p in load_pages().values():
        on = "yes" if p.default else "no"
        rows.append(f"| [{p.code}]({p.code}-{p.name}.md) | {p.name} | {p.summary} | {p.severity} | {p.fix} | {on} |")
    head = "| code | name | finds | severity | fix | on |\n|---|---|---|---|---|---|\n"
    return "# Rules\n\n" + head + "\n".join(rows) + "\n"


def _rule(page: Page) -> str:
    title, _, body = page.text.partition("\n")
    facts = [
        f"severity **{page.severity}**",
        f"confidence **{page.confidence.name.lower()}**",
        f"fix **{page.fix}**",
        f"{'on' if page.default else 'off'} by default",
        f"since {page.since}",
    ]
    told = _FENCE.sub(lambda m: f'```{m["language"]} title="{_VERDICTS[m["verdict"]]}"', body)
    return f"{title}\n\n{' · '.join(facts)}\n{told}"


def _configuration() -> str:
    parts = [_ABOUT_CONFIGURATION]
    for name, key in KEYS.items():
        default = "" if key.default in ((), "") else f" Default: `{toml(key.default)}`."
        parts.append(f"## {name}\n\n{key.about}\n\nTakes {key.kind.words}.{default}\n\n```toml\n{key.example}\n```\n")
    return "\n".join(parts)


def _commands() -> str:
    parts = ["# Commands\n\nWhat `promptlint COMMAND --help` says.\n"]
    context = click.Context(commands, info_name="promptlint", max_content_width=100, terminal_width=100)
    for name, command in commands.commands.items():
        inner = click.Context(command, info_name=name, parent=context, max_content_width=100, terminal_width=100)
        parts.append(f"## {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)


def _providers() -> list[Provider]:
    return [provider for name, provider in sorted(load_providers().by_name.items()) if name != "unknown"]


def _provider(provider: Provider) -> str:
    marks = "needed" if provider.explicit else "not needed"
    most = f", at most {provider.breakpoints}" if provider.breakpoints else ""
    lifetimes = ", ".join(f"{ttl} (written at {price:g} times the price)" for ttl, price in provider.lifetimes.items())
    rows = {
        "cached in this order": ", ".join("messages" if r.value == "user" else r.value for r in provider.order),
        "breakpoints": f"{marks}{most}",
        "shortest prefix": f"{provider.minimum:,} tokens, unless the model says otherwise",
        "lifetimes": lifetimes or "not told",
        "reads": f"{provider.read:g} times the input price" if provider.read is not None else "by model",
        "batches": f"{provider.batch.name}: {provider.batch.discount:.0%} off" if provider.batch else "none",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    sources = "\n".join(f"- {fact.source} (read on {fact.on})" for fact in dict.fromkeys(provider.sources))
    return f"### {provider.title}\n\n| | |\n|---|---|\n{table}\n\n{sources}\n"
