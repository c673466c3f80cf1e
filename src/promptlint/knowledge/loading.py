"""The doors to what we know of libraries and providers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from promptlint.knowledge.books import Books
from promptlint.knowledge.documents import KnowledgeError, read
from promptlint.knowledge.facts import ProviderFile
from promptlint.knowledge.format_files import read_formats
from promptlint.knowledge.formats import Formats
from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers

__all__ = ["RULES", "KnowledgeError", "load_formats", "load_models", "load_providers"]

# Beside the package in a wheel; at the top of the tree in a checkout.
_shipped = Path(__file__).parents[1] / "rules"
RULES = _shipped if _shipped.is_dir() else Path(__file__).parents[3] / "rules"


def load_models(extra: Sequence[Path] = ()) -> Models:
    """Everything in `rules/models/`, and in files of the user's in the same form.

    Raises KnowledgeError when a file cannot be understood, or says again what another one has said.
    """
    return _read_models(extra) if extra else _shipped_models()


@cache
def load_providers() -> Providers:
    """Everything in `rules/providers/`. Raises KnowledgeError when a file cannot be understood."""
    return read_providers(RULES / "providers")


@cache
def load_formats() -> Formats:
    """Everything in `rules/formats/`. Raises KnowledgeError when a file cannot be understood."""
    return read_formats(read(path, _shown(path), shipped=True) for path in sorted((RULES / "formats").glob("*.yaml")))


def read_providers(folder: Path) -> Providers:
    """The provider files of a folder. Raises KnowledgeError when one cannot be understood."""
    files = {path.stem: ProviderFile(read(path, _shown(path), shipped=True)) for path in sorted(folder.glob("*.yaml"))}
    return Providers({name: file.provider(name, files) for name, file in files.items()})


@cache
def _shipped_models() -> Models:
    return _read_models(())


def _read_models(extra: Sequence[Path]) -> Models:
    books = Books(sorted(path.stem for path in (RULES / "providers").glob("*.yaml")))
    for path in sorted((RULES / "models").glob("*.yaml")):
        books.add(read(path, _shown(path), shipped=True), shipped=True)
    for path in extra:
        books.add(read(path, _shown_from(Path.cwd(), path), shipped=False), shipped=False)
    return books.models()


def _shown(path: Path) -> str:
    return _shown_from(RULES.parent, path)


def _shown_from(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
