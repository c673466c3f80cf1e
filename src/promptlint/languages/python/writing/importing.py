"""Imports of a file that is changed: names that are imported in the place of others, modules that are not there yet."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from promptlint.edits import Edit, RefusedError
from promptlint.languages.python.modules.syntax import bound_names, own_nodes
from promptlint.languages.python.writing.blocks import left_out, removed
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


def unused(source: Source, edits: Sequence[Edit]) -> tuple[list[Edit], list[ast.stmt]]:
    """The edits that take out imports which are used in nothing but what other edits replace; what goes as a whole."""
    words = {word for edit in edits for word in re.findall(r"\w+", edit.content)}
    names = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]
    replaced = [edit.span for edit in edits]
    kept = {n.id for n in names if not any(span.start <= source.span(n).start < span.end for span in replaced)}
    unneeded = {node.id for node in names} - kept - words
    found, whole = list[Edit](), list[ast.stmt]()
    for statement in (node for node in source.tree.body if isinstance(node, _Import)):
        packages = isinstance(statement, ast.Import)  # `import a.b` gives the name `a`
        bound = [bound.partition(".")[0] if packages else bound for _, bound in _names(statement)]
        gone = [name in unneeded and f'"{name}"' not in source.content for name in bound]
        if all(gone):
            whole.append(statement)
            found.append(removed(source, statement))
        else:
            found += left_out([_alias(source, alias) for alias in statement.names], gone)
    return found, whole


def with_imports(
    source: Source, statements: Sequence[str], user: ast.AST, gone: Collection[ast.stmt] = ()
) -> tuple[Edit, ...]:
    """The edits which add imports of one name each, where they are missing: `import a`, or `from a.b import c`.

    `user`: what needs them. In a notebook, what is imported further down is not there yet. `gone`: imports that are
    taken out. Raises RefusedError where one of the names is something else.
    """
    places: defaultdict[tuple[Position, str, str], list[_Import]] = defaultdict(list)
    line = source.top(user).lineno
    imports = [
        node for node in source.tree.body if isinstance(node, _Import) and node.lineno < line and node not in gone
    ]
    there = {name for node in imports for name in _names(node)}
    for node in ast.parse("\n".join(statements)).body:
        assert isinstance(node, _Import)
        ((name, bound),) = _names(node)
        if (name, bound) in there:
            continue
        if any(_is_other(other, name, bound) for other in ast.walk(source.tree)):
            raise RefusedError(f"`{bound}` is something else in this file")
        places[_place(node, imports, source)].append(node)
    edits = []
    for (at, head, tail), new in places.items():
        text = "\n".join(ast.unparse(node) for node in _together(sorted(new, key=_order)))
        edits.append(Edit(Span(source.path, at, at), head + text + tail))
    return tuple(edits)


_Import = ast.Import | ast.ImportFrom


def _together(statements: Iterable[_Import]) -> Iterator[_Import]:
    """Import statements in their order, with one for all names of a module."""
    for (imports_names, module), same in groupby(statements, _order):
        every = list(same)
        names = sorted((alias for node in every for alias in node.names), key=lambda alias: alias.name)
        yield ast.ImportFrom(module, names, 0) if imports_names else every[0]


def _place(node: _Import, imports: Sequence[_Import], source: Source) -> tuple[Position, str, str]:
    """Where an import goes, and what stands before and after it. Raises RefusedError."""
    block = _is_standard(node)
    every = [other for other in imports if _module(other) != "__future__"]
    own = [other for other in every if _is_standard(other) == block]
    before = [other for other in own if _order(other) < _order(node)]
    if not every:
        raise RefusedError("it imports nothing at its top")
    if before or not (own or block):
        last = before[-1] if before else every[-1]
        line = last.end_lineno or last.lineno
        return Position(line, len(source.lines.line(line)) + 1), "\n" if before else "\n\n", ""
    return Position((own or every)[0].lineno, 1), "", "\n" if own else "\n\n"


def _order(node: _Import) -> tuple[bool, str]:
    """As import sorters have it within a block: modules first, then what is imported from them."""
    return isinstance(node, ast.ImportFrom), _module(node)


def _is_standard(node: _Import) -> bool:
    return _module(node).split(".")[0] in sys.stdlib_module_names


def _module(node: _Import) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    return f"{'.' * node.level}{node.module or ''}"


def _names(node: _Import) -> Iterator[tuple[str, str]]:
    """The full name of what is imported, and the name that it has in the file."""
    start = f"{_module(node)}." if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        yield f"{start}{alias.name}", alias.asname or alias.name


def _is_other(node: ast.AST, name: str, bound: str) -> bool:
    """Whether a node gives the name of an import to something else."""
    match node:
        case ast.Name(id=own, ctx=ast.Store() | ast.Del()) | ast.arg(arg=own):
            return own == bound
        case ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own) | ast.ClassDef(name=own):
            return own == bound
        case ast.Import() | ast.ImportFrom():
            return any(other == bound and full != name for full, other in _names(node))
    return False
