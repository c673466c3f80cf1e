"""Which rules are checked where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from promptlint.config.kinds import ConfigError
from promptlint.config.settings import COMMAND_LINE, Settings
from promptlint.diagnostics import UNREADABLE, Severity
from promptlint.knowledge.errors import closest
from promptlint.knowledge.pages import Page
from promptlint.layout import Confidence


def chosen(pages: Mapping[str, Page], settings: Settings) -> Mapping[str, Page]:
    """The pages of the rules that settings ask for. Raises ConfigError for a rule that does not exist.

    That a file could not be read is always told, unless it is ignored by name: silence would say that it is clean.
    """
    default = {code for code, page in pages.items() if page.default}
    wanted = _meant(pages, settings, "select", settings.select) if settings.select else default
    wanted = {UNREADABLE} | wanted | _meant(pages, settings, "extend-select", settings.extend_select)
    wanted -= _meant(pages, settings, "ignore", settings.ignore)
    return {code: page for code, page in pages.items() if code in wanted}


class Selection:
    """The rules of every file, and what its settings make of them."""

    def __init__(
        self, pages: Mapping[str, Page], settings: Mapping[str, Settings], root: Path, otherwise: Settings
    ) -> None:
        """`settings` by the paths of files, relative to `root`; `otherwise` for other paths.

        Raises ConfigError for a rule that does not exist.
        """
        self._settings = settings
        self.otherwise = otherwise
        """Those of other paths."""
        self._root = root
        self._pages = pages
        kinds = set(settings.values()) or {otherwise}
        self.any = next(iter(kinds))
        """The settings of one of the files."""
        self._chosen = {each: chosen(pages, each) for each in {*kinds, otherwise}}
        self._severities = {each: self._by_code(each, "severity", each.severity) for each in self._chosen}
        self._confidences = {each: self._by_code(each, "confidence", each.confidence) for each in self._chosen}
        self._codes = cache(self._codes_in)

    @property
    def rules(self) -> Mapping[str, Page]:
        """Code → page of every rule that is checked in some file."""
        wanted = {code for each in {*self._settings.values()} or {self.otherwise} for code in self._chosen[each]}
        return {code: page for code, page in self._pages.items() if code in wanted}

    def codes(self, path: str) -> frozenset[str]:
        """The codes of the rules that are checked in a file. Raises ConfigError for a rule that does not exist."""
        return self._codes(path)

    def severity(self, path: str, code: str) -> Severity | None:
        """The severity that a rule is to have in a file; None: as it comes."""
        return self._severities[self[path]].get(code)

    def confidence(self, path: str, code: str) -> Confidence | None:
        """How certain a rule is taken to be in a file; None: as it comes."""
        return self._confidences[self[path]].get(code)

    def __getitem__(self, path: str) -> Settings:
        return self._settings.get(path, self.otherwise)

    def _codes_in(self, path: str) -> frozenset[str]:
        settings = self[path]
        ignored = settings.ignored_in(self._root / path)
        return frozenset(self._chosen[settings]) - _meant(self._pages, settings, "per-file-ignores", ignored)

    def _by_code(self, settings: Settings, key: str, table: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
        return MappingProxyType(
            {code: value for rule, value in table for code in _meant(self._pages, settings, key, (rule,))}
        )


def _meant(pages: Mapping[str, Page], settings: Settings, key: str, selectors: Iterable[str]) -> set[str]:
    codes: set[str] = set()
    for selector in selectors:
        meant = {c for c, page in pages.items() if selector in ("ALL", page.name) or c.startswith(selector)}
        if not meant or not selector:
            known = [*pages, *(page.name for page in pages.values()), "ALL"]
            place = dict(settings.places).get(key, COMMAND_LINE)
            where = "" if place == COMMAND_LINE else f"{place}: {key}: "
            raise ConfigError(f"{where}there is no rule '{selector}'{closest(selector, known)}")
        codes |= meant
    return codes
