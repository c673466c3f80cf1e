"""What a run would look at: its files, and the settings that hold for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from promptlint.config import writing
from promptlint.config.configuration import Configuration
from promptlint.session import targets


def files_shown(paths: Sequence[str], configuration: Configuration) -> str:
    """The files that would be checked, one on each line. Raises PathError or ConfigError."""
    return "".join(f"{path}\n" for path in targets(paths, configuration))


def settings_shown(paths: Sequence[str], configuration: Configuration) -> str:
    """What holds for each of the paths, those with the same settings together. Raises ConfigError."""
    told: dict[str, list[str]] = {}
    for path in paths:
        place = Path(path).resolve()
        folder = place if place.is_dir() else place.parent
        told.setdefault(writing.shown(configuration.settings(folder)), []).append(path)
    return "\n".join(f"# {', '.join(names)}\n{settings}" for settings, names in told.items())
