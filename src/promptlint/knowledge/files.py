"""The files of `rules/`, read: only when they are new, or somebody adds models of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from promptlint.knowledge import format_files
from promptlint.knowledge.books import Books
from promptlint.knowledge.documents import read, read_text
from promptlint.knowledge.facts import ProviderFile
from promptlint.knowledge.formats import Formats
from promptlint.knowledge.models import Models
from promptlint.knowledge.page_files import read_pages
from promptlint.knowledge.providers import Providers

__all__ = ["read_formats", "read_models", "read_pages", "read_providers"]


def read_models(rules: Path, extra: Sequence[Path] = ()) -> Models:
    """The models in the folder `rules` and in files of the user's. Raises KnowledgeError."""
    codes = {
        path.name: read_text(path, _shown(rules.parent, path)) for path in sorted((rules / "batches").glob("*.py"))
    }
    books = Books(sorted(path.stem for path in (rules / "providers").glob("*.yaml")), codes)
    for path in sorted((rules / "models").glob("*.yaml")):
        books.add(read(path, _shown(rules.parent, path), shipped=True), shipped=True)
    for path in extra:
        books.add(read(path, _shown(Path.cwd(), path), shipped=False), shipped=False)
    return books.models()


def read_providers(folder: Path) -> Providers:
    """The providers in a folder. Raises KnowledgeError when a file cannot be understood."""
    paths = sorted(folder.glob("*.yaml"))
    files = {path.stem: ProviderFile(read(path, _shown(folder.parent.parent, path), shipped=True)) for path in paths}
    return Providers({name: file.provider(name, files) for name, file in files.items()})


def read_formats(folder: Path) -> Formats:
    """The formats in a folder. Raises KnowledgeError when a file cannot be understood."""
    paths = sorted(folder.glob("*.yaml"))
    return format_files.read_formats(read(path, _shown(folder.parent.parent, path), shipped=True) for path in paths)


def _shown(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
