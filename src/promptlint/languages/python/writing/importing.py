"""Imports of a file that is changed: names that are imported in the place of others, modules that are not there yet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection

from promptlint.edits import Edit, RefusedError
from promptlint.languages.python.syntax import bound_names, own_nodes
from promptlint.languages.python.writing.source import Source
from promptlint.spans import Position, Span


def renamed(source: Source, nodes: Collection[ast.expr], new: str) -> tuple[Edit, ...]:
    """Edits by which all `nodes`, which speak of one class or function, speak of `new`, of the same module.

    Raises RefusedError where the import does not allow it.
    """
    edits: list[Edit] = []
    names = [node for node in nodes if isinstance(node, ast.Name)]
    for node in nodes:
        end = source.span(node).end
        length = len(node.attr if isinstance(node, ast.Attribute) else source.text(node))
        start = Position(end.line, end.column - length)
        edits.append(Edit(Span(source.path, start, end), new))
    return (*edits, *(_imported_instead(source, names, new) if names else ()))


def _imported_instead(source: Source, names: Collection[ast.Name], new: str) -> tuple[Edit, ...]:
    old = next(iter(names)).id
    found = [(node, alias) for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names if (alias.asname or alias.name) == old]  # fmt: skip
    if len(found) != 1 or found[0][1].asname not in (None, old):
        raise RefusedError(f"`{old}` is imported under another name, or in several places")
    (statement, alias) = found[0]
    gone = len(source.loads(old, source.tree)) == len(names) and f'"{old}"' not in source.content
    bound = new in bound_names(own_nodes(source.tree))
    if bound and source.dotted(ast.Name(new)) != f"{statement.module}.{new}":
        raise RefusedError(f"`{new}` is something else in this file")
    if bound:
        return _without(source, statement, alias) if gone else ()
    span = _alias(source, alias)
    return (Edit(span, new),) if gone else (Edit(Span(source.path, span.start, span.start), f"{new}, "),)


def _alias(source: Source, alias: ast.alias) -> Span:
    start = source.lines.from_utf8(alias.lineno, alias.col_offset)
    return Span(source.path, start, source.lines.from_utf8(alias.end_lineno or alias.lineno, alias.end_col_offset or 0))


def _without(source: Source, statement: ast.ImportFrom, alias: ast.alias) -> tuple[Edit, ...]:
    """The statement without one of its names, where others are on the same line."""
    at = statement.names.index(alias)
    beside = statement.names[at + 1] if at + 1 < len(statement.names) else statement.names[at - 1]
    if len(statement.names) == 1 or beside.lineno != alias.lineno:
        return ()
    own, other = _alias(source, alias), _alias(source, beside)
    span = Span(own.path, own.start, other.start) if own < other else Span(own.path, other.end, own.end)
    return (Edit(span, ""),)


def with_module(source: Source, module: str) -> tuple[Edit, ...]:
    """The edit that imports a module of the standard library, at its place; none where it is there already.

    Raises RefusedError where its name is something else.
    """
    imports = [node for node in source.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if any(a.name == module and not a.asname for node in imports if isinstance(node, ast.Import) for a in node.names):
        return ()
    if any(_is_other(node, module) for node in ast.walk(source.tree)):
        raise RefusedError(f"`{module}` is something else in this file")
    line = f"import {module}\n"
    imports = [node for node in imports if _module(node) != "__future__"]
    plain = [n for n in imports if isinstance(n, ast.Import) and _module(n) in sys.stdlib_module_names]
    before = [node for node in plain if _module(node) < module]
    if before:
        return (_inserted(source, (before[-1].end_lineno or 0) + 1, line),)
    standard = next((node for node in imports if _module(node) in sys.stdlib_module_names), None)
    if standard is not None:
        return (_inserted(source, standard.lineno, line),)
    if imports:
        return (_inserted(source, imports[0].lineno, f"{line}\n"),)
    raise RefusedError("it imports nothing at its top")


def _is_other(node: ast.AST, module: str) -> bool:
    """Whether a node gives the name of a module to something else."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return name == module
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name == module
        case ast.Import(names=names):
            return any(alias.asname == module for alias in names)
        case ast.ImportFrom(names=names):
            return any((alias.asname or alias.name) == module for alias in names)
    return False


def _module(node: ast.Import | ast.ImportFrom) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name.split(".")[0]
    return "" if node.level else (node.module or "").split(".")[0]


def _inserted(source: Source, line: int, content: str) -> Edit:
    start = Position(line, 1)
    return Edit(Span(source.path, start, start), content)
