"""The settings of every file: the nearest configuration file holds, and the command line has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from promptlint.config import files
from promptlint.config.settings import Layer, Settings


class Configuration:
    """What holds where. Files are read when they are asked about, and none below a folder that is excluded."""

    def __init__(self, overrides: Sequence[Layer] = (), *, fixed: Settings | None = None) -> None:
        """`overrides` hold everywhere. Where `fixed` is given, it holds instead of files, and none is looked for."""
        self._overrides = tuple(overrides)
        self._search = fixed is None
        self._fixed = fixed or Settings()
        self._known: dict[Path, tuple[Settings, bool]] = {}

    def settings(self, folder: Path) -> Settings:
        """What holds in a folder, given as an absolute path. Raises ConfigError."""
        return self._of(folder)[0]

    def may_exclude(self, folder: Path) -> bool:
        """Whether files of a folder may be excluded: to ask of each one takes longer. Raises ConfigError."""
        settings, within = self._of(folder)
        return within or bool(settings.exclude or settings.extend_exclude)

    def excluded(self, path: Path, asked: Path) -> bool:
        """Whether a file is not to be reported on. `asked` is what was asked for: the file, or a folder that it is in.

        Raises ConfigError.
        """
        settings, within = self._of(path.parent)
        if not settings.force_exclude and (asked == path or (asked in path.parents and self._of(asked)[1])):
            return False
        return within or settings.excludes(path)

    def _of(self, folder: Path) -> tuple[Settings, bool]:
        """The settings of a folder, and whether it is in an excluded one."""
        if folder not in self._known:
            self._known[folder] = self._found(folder)
        return self._known[folder]

    def _found(self, folder: Path) -> tuple[Settings, bool]:
        if folder == folder.parent:
            above, excluded = layered(self._fixed, self._overrides), False
        else:
            above, excluded = self._of(folder.parent)
        if excluded or above.excludes(folder, folder=True):
            return above, True
        layers = files.in_folder(folder) if self._search else ()
        return (layered(Settings(), (*layers, *self._overrides)) if layers else above), False


def layered(settings: Settings, layers: Sequence[Layer]) -> Settings:
    """Settings with what layers say instead, the last one last."""
    for layer in layers:
        settings = settings.over(layer)
    return settings
