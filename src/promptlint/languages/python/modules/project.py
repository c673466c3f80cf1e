"""The files of a project as Python modules: found by name, parsed once and only when somebody asks."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Collection, Mapping
from posixpath import dirname, join, normpath

from promptlint.languages.python.modules.definitions import ModuleInfo
from promptlint.languages.python.modules.namings import Namings
from promptlint.languages.python.modules.newer import later
from promptlint.languages.python.modules.syntax import parsed
from promptlint.request import Gap
from promptlint.spans import Position, Span

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Of the Python that parses: a file may be written for a later one."""
MOST_BYTES = 5_000_000
"""A longer file is not parsed: it is generated, and would take more memory than the answer is worth."""


class Project:
    """Modules by path and by name. A file that cannot be parsed is remembered in `unreadable`, and is no module."""

    def __init__(self, files: Mapping[str, bytes], external: Collection[str]) -> None:
        self.files = files
        self.unreadable: dict[str, Gap] = {}
        self._external = frozenset(external) | sys.stdlib_module_names
        self.parsed: set[str] = set()
        """The files that somebody has asked for, here or in a project made of this one."""
        self._modules: dict[str, ModuleInfo | None] = {}
        self._resolved: dict[tuple[str, str], str | None] = {}
        self._namings: dict[ModuleInfo, Namings] = {}

    def again(self, files: Mapping[str, bytes], changed: Collection[str]) -> Project:
        """The project with the same files, of which some have other texts now; modules of the others are kept."""
        new = Project(files, self._external)
        new._modules = {path: module for path, module in self._modules.items() if path not in changed}
        new._resolved = self._resolved
        new._namings = {module: said for module, said in self._namings.items() if module.path not in changed}
        new.parsed = self.parsed
        new.unreadable = {path: gap for path, gap in self.unreadable.items() if path not in changed}
        return new

    def module(self, path: str) -> ModuleInfo | None:
        """The module in a file; None when there is no such file or it cannot be parsed."""
        if path not in self._modules:
            self.parsed.add(path)
            self._modules[path] = self._parse(path)
        return self._modules[path]

    def has_parsed(self, path: str) -> bool:
        """Whether the module in a file is known already, and costs nothing."""
        return path in self._modules

    def namings(self, module: ModuleInfo) -> Namings:
        """What a module calls and keeps under which names. That is told by its text, and kept as long as its tree."""
        if module not in self._namings:
            self._namings[module] = Namings(module)
        return self._namings[module]

    def resolve(self, name: str, importer: str) -> str | None:
        """The path of the module which `import name` means in the file `importer`; None: outside the project.

        Every folder above the importer that is not itself a package may be on the import path: that covers scripts
        beside their modules, `src/` layouts, several packages in one repository, and namespace packages.
        """
        key = (name, dirname(importer))
        if key not in self._resolved:
            self._resolved[key] = self._find(name, importer)
        return self._resolved[key]

    def resolve_relative(self, level: int, name: str, importer: str) -> str | None:
        """The path of the module which `from ..name import` means in the file `importer`."""
        folder = dirname(importer)
        for _ in range(level - 1):
            folder = dirname(folder)
        return self._file(folder, name)

    def _find(self, name: str, importer: str) -> str | None:
        head = name.split(".", maxsplit=1)[0]
        folder = dirname(importer)
        while True:
            if not self._is_package(folder) and (head not in self._external or self._is_package(join(folder, head))):
                for root in (folder, join(folder, "src")):
                    path = self._file(root, name)
                    if path is not None and path != importer:
                        return path
            if not folder:
                return None
            folder = dirname(folder)

    def _is_package(self, folder: str) -> bool:
        return join(folder, "__init__.py") in self.files

    def _file(self, folder: str, name: str) -> str | None:
        stem = join(folder, *name.split(".")) if name else folder
        for path in (f"{stem}.py", join(stem, "__init__.py")):
            if path in self.files:
                return path
        return None

    def submodule(self, path: str, name: str) -> str | None:
        """The path of module `name` in the package whose `__init__.py` is `path`."""
        return self._file(dirname(path), name) if path.endswith("__init__.py") else None

    def _parse(self, path: str) -> ModuleInfo | None:
        raw = self.files.get(path)
        if raw is None:
            return None
        if len(raw) > MOST_BYTES:
            self._refuse(path, 1, 1, f"is longer than {MOST_BYTES // 1_000_000} MB and was not read")
            return None
        text = ""
        try:
            text = decoded(raw)
            tree = parsed(text)
        except SyntaxError as error:
            self._refuse(path, error.lineno or 1, error.offset or 1, *_wrong(error, text))
        except (UnicodeDecodeError, LookupError) as error:
            self._refuse(path, 1, 1, f"cannot be decoded: {error}")
        except (ValueError, RecursionError, MemoryError) as error:
            self._refuse(path, 1, 1, f"does not parse as Python {_VERSION}: {error}")
        else:
            return ModuleInfo(path, path.removesuffix(".py").replace("/", "."), text, tree)
        return None

    def _refuse(self, path: str, line: int, column: int, reason: str, written_for: str = "") -> None:
        place = Position(max(line, 1), max(column, 1))
        self.unreadable[path] = Gap(Span(path, place, place), reason, written_for)


def _wrong(error: SyntaxError, text: str) -> tuple[str, str]:
    """Why a text does not parse, and the later Python that it is written for, if it is."""
    if newer := later(text):
        (major, minor), what = newer
        version = f"{major}.{minor}"
        return f"the file is written for Python {version} or newer ({what}); promptlint runs on {_VERSION}", version
    return f"does not parse as Python {_VERSION}: {error.msg}", ""


def decoded(raw: bytes) -> str:
    """The text of a Python file, by its BOM or PEP 263 cookie, else UTF-8. Raises as `bytes.decode` does."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    return raw.decode(encoding)


def encoded(text: str, like: bytes) -> bytes:
    """A text as the bytes of a Python file in the encoding of another. Raises as `str.encode` does."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(like).readline)
    return text.encode(encoding)


def joined(folder: str, name: str) -> str:
    """A path of the project, without `.` and `..`."""
    return normpath(join(folder, name))
