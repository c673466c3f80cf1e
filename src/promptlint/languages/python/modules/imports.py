"""What an import statement binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Global, Module


def bindings(node: ast.Import | ast.ImportFrom, project: Project, importer: str) -> dict[str, Term]:
    """Name → what it stands for. `from x import *` binds nothing here: see `starred`."""
    if isinstance(node, ast.Import):
        return dict(_plain(node, project, importer))
    return dict(_from(node, project, importer))


def _plain(node: ast.Import, project: Project, importer: str) -> Iterator[tuple[str, Term]]:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.split(".")[0]
        yield alias.asname or name, module_term(name, project.resolve(name, importer))


def _from(node: ast.ImportFrom, project: Project, importer: str) -> Iterator[tuple[str, Term]]:
    source = source_of(node, project, importer)
    for alias in node.names:
        if alias.name == "*":
            continue
        inner = _beside(node, alias.name, project, importer) if isinstance(source, Global) else None
        if inner is not None:
            yield alias.asname or alias.name, Module(alias.name, inner)
        elif isinstance(source, Global):
            yield alias.asname or alias.name, Global(f"{source.name}.{alias.name}")
        else:
            yield alias.asname or alias.name, Attr(source, alias.name)


def _beside(node: ast.ImportFrom, name: str, project: Project, importer: str) -> str | None:
    """The path of module `name` in a package without an `__init__.py`."""
    full = f"{node.module}.{name}" if node.module else name
    if node.level:
        return project.resolve_relative(node.level, full, importer)
    return project.resolve(full, importer)


def source_of(node: ast.ImportFrom, project: Project, importer: str) -> Term:
    """The module that `from … import` takes from."""
    name = node.module or ""
    if node.level:
        return module_term(name, project.resolve_relative(node.level, name, importer))
    return module_term(name, project.resolve(name, importer))


def module_term(name: str, path: str | None) -> Term:
    """The term of a module: of the project when it has a path."""
    return Module(name, path) if path is not None else Global(name)


def starred(tree: ast.Module, project: Project, importer: str) -> Iterator[Term]:
    """The modules whose names `from … import *` takes over."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield source_of(node, project, importer)
