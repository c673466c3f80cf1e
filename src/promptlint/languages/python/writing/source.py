"""A file to be changed: its syntax tree, and the way from nodes to spans and back."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from keyword import iskeyword

from promptlint.edits import Edit, RefusedError
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.syntax import bound_names, own_nodes, parsed
from promptlint.spans import Lines, Position, Span

_WIDTH, _MOST_WIDTH = 88, 120
"""Columns of a line, which formatters are content with; and what no formatter allows."""

Naming = Callable[..., Iterable[str]]
"""A file, and words → the Python files in which all of them occur, of those that can come by what is defined there."""

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


class Sources:
    """The files that are changed, each parsed once."""

    def __init__(self, text: Callable[[str], str], models: Models, naming: Naming) -> None:
        self.models = models
        self.naming = naming
        self._text = text
        self._parsed: dict[str, Source] = {}

    def __getitem__(self, path: str) -> Source:
        """The file at a path. Raises RefusedError where it is no Python file that can be parsed."""
        if path not in self._parsed:
            try:
                self._parsed[path] = Source(path, self._text(path))
            except (KeyError, SyntaxError, ValueError, RecursionError) as error:
                raise RefusedError(f"it is written in {path}, which is no Python file") from error
        return self._parsed[path]

    def text(self, path: str) -> str:
        """The text of a file of the project; empty where there is none."""
        try:
            return self._text(path)
        except KeyError:
            return ""

    def at(self, span: Span) -> tuple[Source, ast.expr]:
        """The file and the outermost expression at a span. Raises RefusedError where there is none."""
        source = self[span.path]
        return source, source.expression(span)


class Source:
    """One file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.content = text
        self.lines = Lines(text)
        self.tree = parsed(text)
        self._parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    # --- nodes and spans ----------------------------------------------------------------------------------------------

    def span(self, node: ast.expr | ast.stmt | ast.arg) -> Span:
        """Where a node is written."""
        start = self.lines.from_utf8(node.lineno, node.col_offset)
        end = self.lines.from_utf8(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Span(self.path, start, end)

    def start_of(self, keyword: ast.keyword) -> Position:
        """Where a named argument begins, or the `**` of what is unpacked."""
        return self.lines.from_utf8(keyword.lineno, keyword.col_offset)

    def text(self, node: ast.expr | ast.stmt | ast.arg) -> str:
        """A node as it is written."""
        return self.lines.slice(self.span(node))

    def expression(self, span: Span) -> ast.expr:
        """The outermost expression at a span. Raises RefusedError where there is none."""
        for node in ast.walk(self.tree):  # breadth first: the outermost comes first
            if isinstance(node, ast.expr) and node.lineno == span.start.line and self.span(node) == span:
                return node
        raise RefusedError("the place where it is written cannot be found again")

    def covering(self, span: Span) -> ast.expr:
        """The innermost expression that a span lies in. Raises RefusedError where there is none."""
        found: ast.expr | None = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.expr) and node.lineno <= span.start.line <= (node.end_lineno or node.lineno):
                place = self.span(node)
                if place.start <= span.start and span.end <= place.end:
                    found = node
        if found is None:
            raise RefusedError("the place where it is written cannot be found again")
        return found

    def argument(self, span: Span) -> ast.arg | None:
        """The parameter that is declared at a span; None where there is none."""
        found = (n for n in ast.walk(self.tree) if isinstance(n, ast.arg) and n.lineno == span.start.line)
        return next((node for node in found if self.span(node) == span), None)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of; None: it is the module."""
        return self._parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is in, from the inside out."""
        at = self.parent(node)
        while at is not None:
            yield at
            at = self.parent(at)

    def inside(self, call: ast.Call) -> Span:
        """Where the arguments of a call are written, white space and comments included. Raises RefusedError."""
        span = self.span(call)
        begin = self.lines.offset(self.span(call.func).end)
        rest = self.content[begin:]
        open_at = begin + len(rest) - len(rest.lstrip())
        if self.content[open_at] != "(":
            raise RefusedError("the call is not written in one piece")
        end = Position(span.end.line, span.end.column - 1)
        return Span(self.path, self.lines.position(open_at + 1), end)

    def awaited(self, call: ast.expr) -> Span:
        """Where what a call gives is written: with its `await`, and the parentheses around that."""
        parent = self.parent(call)
        if not isinstance(parent, ast.Await):
            return self.span(call)
        span = self.span(parent)
        begin, end = self.lines.offset(span.start), self.lines.offset(span.end)
        before, after = self.content[:begin].rstrip(), self.content[end:]
        called = re.search(r"\w+$|[)\]]$", before[:-1].rstrip())
        whole = called is None or iskeyword(called[0])
        if before[-1:] != "(" or after.lstrip()[:1] != ")" or not whole:
            return span
        end += len(after) - len(after.lstrip()) + 1
        return Span(self.path, self.lines.position(len(before) - 1), self.lines.position(end))

    def head(self, statement: ast.stmt) -> int:
        """The line of a statement, or of the comments and decorators right above it."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        line = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        while self.lines.line(line - 1).lstrip().startswith("#"):
            line -= 1
        return line

    def top(self, node: ast.AST) -> ast.stmt:
        """The statement of the module that a node is a part of."""
        found = (at for at in (node, *self.above(node)) if isinstance(at, ast.stmt) and self.parent(at) is self.tree)
        return next(found)

    @property
    def quote(self) -> str:
        """The quotation mark that is more common in the file."""
        return '"' if self.content.count('"') >= self.content.count("'") else "'"

    @cached_property
    def width(self) -> int:
        """The columns that lines of the file keep to: what formatters are content with, or more where it has more."""
        widths = (len(line) for line in self.content.splitlines())
        return max((_WIDTH, *(width for width in widths if width <= _MOST_WIDTH)))

    def indentation(self, line: int) -> str:
        """The white space at the start of a 1-based line."""
        text = self.lines.line(line)
        return text[: len(text) - len(text.lstrip())]

    def resolved(self, node: ast.expr) -> ast.expr:
        """What a name stands for, where it is assigned once in the same function and read only there; else itself."""
        scope = self.scope(node)
        if not isinstance(node, ast.Name) or not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            return node
        stores, loads = self.stores(node.id, scope), self.loads(node.id, scope)
        parent = self.parent(stores[0]) if len(stores) == 1 and loads == [node] else None
        return parent.value if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else node

    # --- edits --------------------------------------------------------------------------------------------------------

    def replaced(self, node: ast.expr, content: str) -> Edit:
        """Another text in the place of a node."""
        return Edit(self.span(node), content)

    def after(self, node: ast.expr, content: str) -> Edit:
        """A text right behind a node."""
        end = self.span(node).end
        return Edit(Span(self.path, end, end), content)

    def before(self, node: ast.expr | ast.stmt, content: str) -> Edit:
        """A text right in front of a node."""
        start = self.span(node).start
        return Edit(Span(self.path, start, start), content)

    def wrapped(self, node: ast.expr, function: str) -> tuple[Edit, ...]:
        """A call of a function around a node."""
        return self.before(node, f"{function}("), self.after(node, ")")

    # --- names --------------------------------------------------------------------------------------------------------

    def scope(self, node: ast.AST) -> Scope:
        """The function, class or module that a node stands in."""
        return next((a for a in self.above(node) if isinstance(a, Scope)), self.tree)

    def loads(self, name: str, scope: Scope) -> list[ast.Name]:
        """Every place in a scope where a name is read, in the order of the source."""
        found = [n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
        return sorted(found, key=lambda n: (n.lineno, n.col_offset))

    def stores(self, name: str, scope: Scope) -> list[ast.Name]:
        """Every place in a scope where a name is assigned."""
        return [
            n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
        ]

    def names(self, scope: Scope) -> set[str]:
        """The names that mean anything in a scope: those in it, and those of the module."""
        found = {node.id if isinstance(node, ast.Name) else node.arg
                 for node in ast.walk(scope) if isinstance(node, ast.Name | ast.arg)}  # fmt: skip
        return found | set(bound_names(own_nodes(self.tree)))

    @cached_property
    def imported(self) -> dict[str, str]:
        """Every name that is imported, anywhere in the file → what it stands for, in full."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0]
                          for a in node.names}  # fmt: skip
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        return names

    def dotted(self, node: ast.expr) -> str:
        """The full name of what an expression calls or names; empty where it is no name."""
        if isinstance(node, ast.Call):
            return self.dotted(node.func)
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""
