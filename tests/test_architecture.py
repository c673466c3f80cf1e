"""The invariants of ARCHITECTURE.md, held over the source of the package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from promptlint import __version__
from promptlint.checks import CHECKS
from promptlint.knowledge.loading import load_pages

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "promptlint"

ORDER: tuple[frozenset[str], ...] = (
    frozenset({"frozen"}),
    frozenset({"promptlint", "doing", "keeping", "labels", "passages", "settings", "spans", "spreading"}),
    frozenset({"edits", "layout"}),
    frozenset({"changes", "request", "shapes", "template"}),
    frozenset({"diagnostics"}),
    frozenset({"knowledge"}),
    frozenset({"checks", "discovery", "languages", "reporters", "suppressions"}),
    frozenset({"containing", "judging", "reading"}),
    frozenset({"baseline", "config", "fixing", "ignoring", "placing"}),
    frozenset({"caching"}),
    frozenset({"checking"}),
    frozenset({"session"}),
    frozenset({"many", "repairing"}),
    frozenset({"server"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""The rooms from the lowest to the highest. A room imports from lower ones; rooms of one rank are strangers."""

RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}

PARSERS = {"ast", "jinja2", "libcst", "symtable", "tokenize", "yaml"}
NO_PARSERS = {
    "template", "settings", "judging",
    "spans", "labels", "passages", "edits", "layout", "request", "changes", "shapes", "diagnostics", "checks", "fixing",
}  # fmt: skip

FILE_SYSTEM = {"fileinput", "glob", "os", "pathlib", "shutil", "subprocess", "tempfile"}
PURE = {"pathlib.PurePath", "pathlib.PurePosixPath"}
TOUCH_FILES = {
    "caching", "checking", "cli", "config", "containing", "discovery", "keeping", "knowledge", "many", "placing",
    "repairing", "server", "session", "spreading",
}  # fmt: skip

NAMELESS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the package."""

    name: str
    """Relative to the package: `checks/volatile_prefix.py`."""
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The file or folder right below the package; `promptlint` for its `__init__`."""
        top = self.name.split("/")[0].removesuffix(".py")
        return "promptlint" if top == "__init__" else top

    @property
    def imports(self) -> Iterator[tuple[str, int]]:
        """The full name of everything that is imported, wherever in the file, with the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}:{node.lineno}: imports are absolute"
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def modules() -> list[Module]:
    """Every module of the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return [Module(name, text, ast.parse(text)) for name, text in texts.items()]


MODULES = modules()
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def room_of(imported: str) -> str | None:
    """The room of an imported name of ours; None for others."""
    package, _, rest = imported.partition(".")
    top = rest.split(".")[0]
    return (top if top in RANK else "promptlint") if package == "promptlint" else None


def test_every_room_has_its_place_in_the_order() -> None:
    assert {module.room for module in MODULES} == RANK.keys()


@each_module
def test_imports_go_down(module: Module) -> None:
    imported = [(room_of(name), line) for name, line in module.imports]
    upward = [
        f"{module.name}:{line}: {module.room} imports {room}"
        for room, line in imported
        if room is not None and room != module.room and RANK[room] >= RANK[module.room]
    ]
    assert upward == []


@each_module
def test_rooms_that_judge_import_no_parser(module: Module) -> None:
    if module.room in NO_PARSERS:
        assert [name for name, _ in module.imports if name.split(".")[0] in PARSERS] == []


@each_module
def test_languages_do_not_know_each_other(module: Module) -> None:
    if module.room == "languages":
        own = module.name.split("/")[1].removesuffix(".py")
        others = [name for name, _ in module.imports if name.startswith("promptlint.languages.")]
        assert [name for name in others if own != "__init__" and name.split(".")[2] != own] == []


@each_module
def test_only_the_outer_rooms_touch_the_file_system(module: Module) -> None:
    if module.room not in TOUCH_FILES:
        imported = {
            name: line for name, line in module.imports if name.split(".")[0] in FILE_SYSTEM and name not in PURE
        }
        assert (imported, list(opens(module.tree))) == ({}, [])


def opens(tree: ast.Module) -> Iterator[str]:
    """Every call of the built-in `open`, or of the one in `io`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="open") | ast.Attribute(value=ast.Name(id="io"), attr="open")):
                yield f"{ast.unparse(node)}:{node.lineno}"


@each_module
def test_names_say_what_is_inside(module: Module) -> None:
    assert not NAMELESS & {part.removesuffix(".py") for part in module.name.split("/")}


@each_module
def test_a_module_fits_in_the_head(module: Module) -> None:
    functions = [n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {f"{f.name}:{f.lineno}": (f.end_lineno or 0) - f.lineno + 1 for f in functions}
    lines = len(module.text.splitlines())
    assert lines <= 400
    assert {name: length for name, length in lengths.items() if length > 50} == {}


def undocumented(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    """Public classes, functions and methods without a docstring."""
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            if not ast.get_docstring(child):
                yield f"{child.name}:{child.lineno}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child)


@each_module
def test_what_is_public_says_what_it_means(module: Module) -> None:
    assert list(undocumented(module.tree)) == []


def test_every_page_has_its_check_and_every_check_its_page() -> None:
    # PL001 to PL009 are about promptlint itself: no check finds them.
    pages = {code: page.name for code, page in load_pages().items() if code >= "PL1"}
    checks = {code: check.__module__ for code, check in CHECKS.items()}
    assert checks == {code: f"promptlint.checks.{name.replace('-', '_')}" for code, name in pages.items()}


@each_module
def test_a_check_is_short_and_registered(module: Module) -> None:
    if module.room == "checks" and re.search(r"^def check\(", module.text, re.MULTILINE):
        assert f"promptlint.checks.{Path(module.name).stem}" in {check.__module__ for check in CHECKS.values()}
        lines = len(module.text.splitlines())
        assert lines <= 80


def test_the_changelog_begins_with_the_current_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == __version__
