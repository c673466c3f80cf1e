"""What holds for a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from promptlint.config.keys import KEYS
from promptlint.config.kinds import Pattern, matching
from promptlint.diagnostics import Severity
from promptlint.frozen import dataclass, replace
from promptlint.knowledge.packages import packaged
from promptlint.layout import Confidence

COMMAND_LINE = "the command line"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file, or the command line, says: values by the names of their keys."""

    values: Mapping[str, Any]
    place: str
    """The file as messages name it, or `the command line`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of every key. The table of keys says what each of them means."""

    extend: str = ""
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[Pattern, tuple[str, ...]], ...] = ()
    min_confidence: Confidence = Confidence.MEDIUM
    min_tokens: int = 0
    severity: tuple[tuple[str, Severity], ...] = ()
    confidence: tuple[tuple[str, Confidence], ...] = ()
    exclude: tuple[Pattern, ...] = ()
    extend_exclude: tuple[Pattern, ...] = ()
    force_exclude: bool = False
    models: tuple[Path, ...] = ()
    """Absolute paths of the files, in order."""
    installed_models: bool = True
    default_provider: str = ""
    default_model: str = ""
    baseline: str = ""
    """Absolute path; empty for none."""
    cache_dir: str = ""
    """Absolute path; empty for that of the user."""
    output_format: str = "full"
    places: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """(key, where it was set) of the keys that are not at their default."""

    def over(self, layer: Layer) -> Settings:
        """The settings with what a layer says instead."""
        fields: dict[str, Any] = {}
        for name, value in layer.values.items():
            key = KEYS[name]
            fields[key.field] = (*getattr(self, key.field), *value) if key.adds else value
        places = dict(self.places) | dict.fromkeys(layer.values, layer.place)
        return replace(self, places=tuple(places.items()), **fields)

    @property
    def model_files(self) -> tuple[Path, ...]:
        """All files of models that hold beside those of `rules/`. Raises KnowledgeError for a broken package."""
        brought = packaged() if self.installed_models else ()
        return tuple(dict.fromkeys((*brought, *self.models)))

    def place(self, key: str) -> str:
        """Where a key was set: a file, the command line, or `the default`."""
        return dict(self.places).get(key, "the default")

    def excludes(self, path: Path, *, folder: bool = False) -> bool:
        """Whether an absolute path is not to be reported on."""
        return matching((*self.exclude, *self.extend_exclude), path, folder=folder)

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The rules that are not checked in one file, beside those that are checked in none."""
        return tuple(
            rule
            for pattern, rules in self.per_file_ignores
            if matching((pattern,), path, folder=False)
            for rule in rules
        )
