"""The code of a project before anything in it is evaluated: which of its files are worth parsing, and for what."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.index import Asked, Glimpse, Index, words
from promptlint.languages.python.modules.libraries import Libraries
from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.modules.syntax import defined
from promptlint.layout import Role


class CodeTrace(NamedTuple):
    """What was asked of code."""

    parsed: set[str]
    asked: Asked


class Code:
    """The files of a project, their index and their modules."""

    def __init__(self, files: Mapping[str, bytes], models: Models) -> None:
        self.files = files
        self.signs = Signs(models)
        self.project = Project(files, {name.partition(".")[0] for name in models.imports})
        self.index = Index(files, self.signs.words)
        self._calling = {path: self._calls(path) for path in files}
        self._telling: dict[str, bool] = {}

    def again(self, files: Mapping[str, bytes], changed: Collection[str]) -> Code:
        """The code of the same files, of which some have other texts now. What is known of the others is kept."""
        new = object.__new__(Code)
        new.files = files
        new.signs = self.signs
        new.project = self.project.again(files, changed)
        new.index = self.index.again(files, changed)
        new._calling = {**self._calling, **{path: new._calls(path) for path in changed}}
        new._telling = {path: tells for path, tells in self._telling.items() if path not in changed}
        if new._calling == self._calling:
            new.near = self.near
        return new

    def _calls(self, path: str) -> bool:
        return self.signs.call(self.index.told(path), partial(self.files.__getitem__, path), path, self.project)

    @cached_property
    def near(self) -> frozenset[str]:
        """The files which have to do with LLMs, or are near those that do."""
        return self.index.around([path for path, calls in self._calling.items() if calls])

    def may_send(self, path: str) -> bool:
        """Whether there may be a call in a file that sends a prompt. What imports a library should at least parse."""
        return self._calling[path] or (path in self.near and not self.signs.last.isdisjoint(self.index.told(path)))

    def may_tell(self, path: str) -> bool:
        """Whether a file may hold prompts whose call is elsewhere."""
        if path not in self._telling:
            self._telling[path] = path in self.near and self.signs.tell(self.index.told(path), self.files, path)
        return self._telling[path]

    def groups(self, targets: Collection[str]) -> list[tuple[str, ...]]:
        """The files which may hold prompts that are sent from some files, or pass through them.

        In groups, of which each is read by itself.
        """
        return self.index.groups([path for path in self.near if self.may_send(path) or self.may_tell(path)], targets)

    def trace(self) -> CodeTrace:
        """What has been asked so far."""
        return CodeTrace(self.project.parsed, self.index.asked)

    def follow(self, trace: CodeTrace) -> None:
        """What has been asked of the same code elsewhere."""
        self.project.parsed |= trace.parsed
        self.index.asked.words |= trace.asked.words
        self.index.asked.units |= trace.asked.units
        self.index.asked.files |= trace.asked.files

    def glimpses(self) -> dict[str, Glimpse]:
        """The files of which nothing matters but what was seen of them: code that has nothing to do with prompts."""
        seen = self.index.glimpses()
        return {path: seen[path] for path in seen.keys() - self.near - self.project.parsed}


class Signs:
    """What the bytes of a file that has to do with LLMs look like."""

    def __init__(self, models: Models) -> None:
        made = (name for source in models.batch_codes.values() for name in defined(source))
        self.last = _words((*(name.rsplit(".", 1)[-1] for name in (*models.calls, *models.functions)), *made))
        self._records = _words(name.rsplit(".", 1)[-1] for name in models.records)
        self._libraries = Libraries(models.imports)
        self._paths = [(_words(path.split(".")), path.encode()) for path in sorted(models.calls) if "." in path]
        self._paths += [(frozenset(words(part.encode())), part.encode()) for part in sorted(models.posts.paths)]
        self._record = re.compile(rb"\b(?:" + b"|".join(sorted(map(re.escape, self._records))) + rb")\b")
        telling = {f"{part.argument}=" for part in models.unseen if part.role is Role.SYSTEM}
        self._hints = tuple(sorted(word.lower().encode() for word in {"role", *models.prompt_names, *telling}))

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The words that an index must know of."""
        parts = chain.from_iterable(parts for parts, _ in self._paths)
        return self.last.union(self._records, self._libraries.heads, parts)

    def call(
        self, told: frozenset[bytes], read: Callable[[], bytes], path: str = "", project: Project | None = None
    ) -> bool:
        """Whether a file imports a library that sends prompts, names a call of one that nothing else is called, or the
        address of a provider. Without the project around it, what it imports from there may be taken for a library.
        """
        dotted = [name for parts, name in self._paths if parts <= told]
        if not dotted and self._libraries.heads.isdisjoint(told):
            return False
        raw = read()
        return any(name in raw for name in dotted) or self._libraries.imported(raw, path, project)

    def tell(self, told: frozenset[bytes], files: Mapping[str, bytes], path: str) -> bool:
        """Whether a file speaks of roles, messages or prompts."""
        if not self._records.isdisjoint(told):
            return True
        lower = files[path].lower()
        return any(hint in lower for hint in self._hints)

    def lines(self, text: str) -> list[int]:
        """The lines that speak of roles, messages or prompts: 1-based, in order."""
        raw = text.encode("utf-8", "surrogatepass")
        lower = raw.lower()
        starts = [0, *(match.end() for match in re.finditer(b"\n", raw))]
        found = {bisect(starts, match.start()) for match in self._record.finditer(raw)}
        for hint in self._hints:
            at = lower.find(hint)
            while at >= 0:
                line = bisect(starts, at)
                found.add(line)
                at = lower.find(hint, starts[line]) if line < len(starts) else -1
        return sorted(found)


def _words(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)
