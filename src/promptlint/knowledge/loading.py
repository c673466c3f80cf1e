"""The doors to what we know of libraries, providers and formats, and to the pages of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from promptlint.knowledge.compiled import compiled
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.formats import Formats
from promptlint.knowledge.models import Models
from promptlint.knowledge.pages import Page
from promptlint.knowledge.providers import Providers

__all__ = [
    "RULES",
    "KnowledgeError",
    "endings",
    "load_formats",
    "load_models",
    "load_pages",
    "load_providers",
    "page",
    "page_file",
]

# Beside the package in a wheel; at the top of the tree in a checkout.
_shipped = Path(__file__).parents[1] / "rules"
RULES = _shipped if _shipped.is_dir() else Path(__file__).parents[3] / "rules"


class _Knowledge(NamedTuple):
    """All that is shipped."""

    models: Models
    providers: Providers
    formats: Formats
    pages: Mapping[str, Page]


def load_models(extra: Sequence[Path] = ()) -> Models:
    """Everything in `rules/models/`, and in files of the user's in the same form.

    Raises KnowledgeError when a file cannot be understood, or says again what another one has said.
    """
    if not extra:
        return _knowledge().models
    from promptlint.knowledge.files import read_models

    return read_models(RULES, extra)


def load_providers() -> Providers:
    """Everything in `rules/providers/`. Raises KnowledgeError when a file cannot be understood."""
    return _knowledge().providers


def load_formats() -> Formats:
    """Everything in `rules/formats/`. Raises KnowledgeError when a file cannot be understood."""
    return _knowledge().formats


def endings() -> tuple[str, ...]:
    """Ends of the names of all files that are read."""
    return ".py", ".ipynb", *load_formats().endings


def load_pages() -> Mapping[str, Page]:
    """Code → page of every rule, by code. Raises KnowledgeError when a page cannot be understood."""
    return _knowledge().pages


def page(code_or_name: str) -> Page | None:
    """The page of a rule by its code (`PL101`) or its name (`volatile-prefix`); None when there is none."""
    pages = load_pages()
    return pages.get(code_or_name) or next((p for p in pages.values() if p.name == code_or_name), None)


def page_file(code: str, name: str) -> str:
    """The address of the page of a rule: the file that came with promptlint."""
    return (RULES / f"{code}-{name}.md").as_uri()


@cache
def _knowledge() -> _Knowledge:
    folders = (RULES, RULES / "models", RULES / "providers", RULES / "formats", RULES / "batches")
    return _Knowledge(*compiled(folders, _read))


def _read() -> tuple[Models, Providers, Formats, Mapping[str, Page]]:
    from promptlint.knowledge import files

    return (
        files.read_models(RULES),
        files.read_providers(RULES / "providers"),
        files.read_formats(RULES / "formats"),
        files.read_pages(RULES),
    )
