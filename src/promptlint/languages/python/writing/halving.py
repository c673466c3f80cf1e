"""A function that makes a request and reads its answer, as two: what a batch needs of one that a loop calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.syntax import dotted_name
from promptlint.languages.python.writing.blocks import Block, left_out, outdented, unwrapped
from promptlint.languages.python.writing.pools import throttle_of
from promptlint.languages.python.writing.source import Source
from promptlint.languages.python.writing.turns import changed_to, named_answer
from promptlint.languages.python.writing.uses import Function, parameters
from promptlint.languages.python.written import Code
from promptlint.spans import Position, Span


@dataclass(frozen=True)
class Halves:
    """A function, cut where the answer is there."""

    source: Source
    function: Function
    call: ast.Call
    code: Code
    models: Models
    given: Mapping[str, ast.expr]
    """What it is given where it is called."""

    @cached_property
    def statement(self) -> ast.stmt:
        """The statement that makes the call. Raises RefusedError where it is not made each time."""
        found = next(node for node in (self.call, *self.source.above(self.call)) if isinstance(node, ast.stmt))
        body = self.function.body if self.block is None else self.block.body
        if found not in body or not isinstance(found, ast.Assign | ast.AnnAssign | ast.Return):
            raise RefusedError(
                f"in `{self.function.name}`, the call is made under a condition, or its errors are handled"
            )
        return found

    @cached_property
    def block(self) -> Block | None:
        """The block that holds the call back, with a semaphore."""
        inside = {*self.source.above(self.call)}
        found = next((node for node in self.function.body if node in inside), None)
        if isinstance(found, Block) and throttle_of(self.source, found, self.models, self.given) is not None:
            return found
        return None

    @property
    def throttled(self) -> str:
        """The name of what holds the call back, in this function; empty where nothing does."""
        return dotted_name(self.block.items[0].context_expr) if self.block is not None else ""

    @property
    def before(self) -> list[ast.stmt]:
        """What comes before the call."""
        return self._parts[0]

    @property
    def after(self) -> list[ast.stmt]:
        """What comes after it."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        body = self.function.body
        if self.block is None:
            at = body.index(self.statement)
            return body[:at], body[at + 1 :]
        at, own, inner = body.index(self.block), self.block.body, self.block.body.index(self.statement)
        return [*body[:at], *own[:inner]], [*own[inner + 1 :], *body[at + 1 :]]

    @cached_property
    def needed(self) -> list[str]:
        """The parameters that what reads the answer needs, in their order. Raises RefusedError where it needs more."""
        name, known = self.function.name, parameters(self.source, self.function)
        stored = {
            n.id for s in self.before for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        given = {node.arg for node in ast.walk(self.function.args) if isinstance(node, ast.arg)}
        if isinstance(self.source.parent(self.function), ast.ClassDef) and self.function.args.args:
            given -= {self.function.args.args[0].arg}
        sent, needed = set(ast.walk(self.call)), set[str]()
        for node in (n for s in [self.statement, *self.after] for n in ast.walk(s) if n not in sent):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in stored | given:
                if node.id in stored or node.id not in known or node.id == self.answer:
                    raise RefusedError(f"in `{name}`, what reads the answer needs `{node.id}` too")
                needed.add(node.id)
            if isinstance(node, ast.Yield | ast.YieldFrom):
                raise RefusedError(f"`{name}` gives its answers one by one")
        return [parameter for parameter in known if parameter in needed]

    @property
    def answer(self) -> str:
        """The name that the answer has."""
        return named_answer(self.statement, self.call) or self.code.answer

    def edits(self, dropped: Collection[str]) -> Iterator[Edit]:
        """The edits that make two functions of it. Raises RefusedError.

        `dropped`: the parameters that neither of them needs.
        """
        self._must_come_apart()
        edits = [*self._request(), *self._without(dropped), *self._answer()]
        yield from edits
        if self.block is not None:
            yield from unwrapped(self.source, self.block, self.block.items[0], edits)

    def _must_come_apart(self) -> None:
        name = self.function.name
        if any(isinstance(n, ast.Return | ast.Yield | ast.YieldFrom) for s in self.before for n in ast.walk(s)):
            raise RefusedError(f"`{name}` may be left before the call")
        if any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(self.function)):
            raise RefusedError(f"`{name}` changes what is not its own")
        if sum(map(_waits, ast.walk(self.function))) > 1 + isinstance(self.block, ast.AsyncWith):
            raise RefusedError(f"`{name}` waits for something else too")

    def _request(self) -> Iterator[Edit]:
        source, function = self.source, self.function
        begin = source.lines.offset(source.span(function).start)
        header = re.compile(r"(?:async\s+)?def\s+\w+").match(source.content, begin)
        assert header is not None
        start, end = source.lines.position(header.start()), source.lines.position(header.end())
        yield Edit(Span(source.path, start, end), f"def {function.name}_request")
        if function.returns is not None:
            yield source.replaced(function.returns, "dict[str, Any]")
        inside, whole = source.inside(self.call), source.span(self.statement)
        yield Edit(Span(source.path, whole.start, inside.start), "return dict(")
        yield Edit(Span(source.path, inside.end, whole.end), ")")

    def _without(self, dropped: Collection[str]) -> Iterator[Edit]:
        args = self.function.args
        given, defaults = [*args.posonlyargs, *args.args], [*map(self.source.span, args.defaults)]
        spans = [*map(self.source.span, given)]
        ends = [span.end for span in spans[: len(spans) - len(defaults)]] + [span.end for span in defaults]
        parts = [Span(span.path, span.start, end) for span, end in zip(spans, ends, strict=True)]
        yield from left_out(parts, [arg.arg in dropped for arg in given])

    def _answer(self) -> Iterator[Edit]:
        source = self.source
        last = self.statement.end_lineno or self.statement.lineno
        at_end = Position(last, len(source.lines.line(last)) + 1)
        indent = source.indentation(self.function.lineno)
        head = "\n" * (2 if not indent else 1) + f"\n{indent}{self._header()}"
        if named_answer(self.statement, self.call):
            skipped = 0
            while not source.lines.line(last + 1 + skipped).strip():
                skipped += 1
            yield Edit(Span(source.path, at_end, Position(last + 1 + skipped, 1)), f"{head}\n")
        else:
            inner = outdented(source, self.statement.lineno, self.block)
            rest = changed_to(source, self.statement, self.call, self.code.answer)
            yield Edit(Span(source.path, at_end, at_end), f"{head}\n{inner}{rest}")

    def _header(self) -> str:
        """The first line of the function that reads an answer."""
        source, function = self.source, self.function
        method, typed = isinstance(source.parent(function), ast.ClassDef), function.returns is not None
        given = parameters(source, function)
        answer = f"{self.answer}: {self.code.gives}" if typed else self.answer
        receiver = [function.args.args[0].arg] if method else []
        listed = ", ".join([*receiver, answer, *(source.text(given[name]) for name in self.needed)])
        gives = f" -> {source.text(function.returns)}" if function.returns is not None else ""
        return f"def {function.name}_answer({listed}){gives}:"


def _waits(node: ast.AST) -> bool:
    within = isinstance(node, ast.comprehension) and bool(node.is_async)
    return within or isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
