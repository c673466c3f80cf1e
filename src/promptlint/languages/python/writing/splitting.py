"""A function that makes a request and reads its answer, as two: what a batch needs of one that a loop calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import dataclass
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.languages.python.writing.turns import LOOPS, changed_to, named_answer
from promptlint.languages.python.written import Code
from promptlint.spans import Position, Span


@dataclass(frozen=True, slots=True)
class Sent:
    """The call in a loop that stands for one request."""

    call: ast.Call
    maker: str = "dict"
    """What makes the request of its arguments."""
    reader: str = ""
    """What reads the answer; empty: the answer is what the call gives."""

    def read(self, answer: str) -> str:
        """What stands in the place of the call where the answer is there."""
        return f"{self.reader}({answer})" if self.reader else answer


def sent_by(source: Source, call: ast.Call, client: str, code: Code, sources: Sources) -> tuple[Sent, list[Edit]]:
    """The call in the loop, and the edits that take the function apart in which the request is made, if it is another.

    Raises RefusedError.
    """
    scope = source.scope(call)
    around = next((node for node in source.above(call) if isinstance(node, LOOPS)), None)
    if around is not None and source.scope(around) is scope:
        return Sent(call), []
    if not isinstance(scope, _Function) or scope.decorator_list:
        raise RefusedError("the call is in a function that cannot be taken apart")
    use = _only_use(source, scope, sources)
    _must_have_client(source, scope, use, client)
    return Sent(use, f"{_path(use)}_request", f"{_path(use)}_answer"), list(_two_functions(source, scope, call, code))


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _path(use: ast.Call) -> str:
    return ast.unparse(use.func)


def _only_use(source: Source, function: _Function, sources: Sources) -> ast.Call:
    """The one call of a function, as far as names tell. Raises RefusedError."""
    name = function.name
    method = isinstance(source.parent(function), ast.ClassDef)
    if not method and source.parent(function) is not source.tree:
        raise RefusedError(f"`{name}` is a function within a function")
    uses = [
        node for node in ast.walk(source.tree) if isinstance(node, ast.Name | ast.Attribute) and last_name(node) == name
    ]
    call = source.parent(uses[0]) if len(uses) == 1 else None
    if not isinstance(call, ast.Call) or call.func is not uses[0] or isinstance(call.func, ast.Attribute) != method:
        raise RefusedError(f"`{name}` is called in several places, or handed on")
    for path in sources.naming(source.path, name):
        if path != source.path and any(_names(node, name) for node in ast.walk(sources[path].tree)):
            raise RefusedError(f"`{name}` is used in {path} too")
    return call


def _names(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == name for alias in node.names)
    return isinstance(node, ast.Name | ast.Attribute) and last_name(node) == name


def _must_have_client(source: Source, function: _Function, use: ast.Call, client: str) -> None:
    """Raises RefusedError where the client of the function is not to be had where the function is called."""
    root = re.split(r"[.(]", client, maxsplit=1)[0]
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    own |= {
        store.id for store in ast.walk(function) if isinstance(store, ast.Name) and isinstance(store.ctx, ast.Store)
    }
    if root not in own:
        return
    receiver = function.args.args[0].arg if function.args.args else ""
    caller = source.scope(use)
    same = isinstance(caller, _Function) and source.parent(caller) is source.parent(function)
    if not same or root != receiver or _path(use) != f"{receiver}.{function.name}":
        raise RefusedError(f"the client of `{function.name}` is not known where it is called")


def _waits(node: ast.AST) -> bool:
    within = isinstance(node, ast.comprehension) and bool(node.is_async)
    return within or isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)


def _two_functions(source: Source, function: _Function, call: ast.Call, code: Code) -> Iterator[Edit]:
    statement = next(node for node in (call, *source.above(call)) if isinstance(node, ast.stmt))
    if statement not in function.body or not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return):
        raise RefusedError(f"in `{function.name}`, the call is made under a condition, or its errors are handled")
    at = function.body.index(statement)
    before, after = function.body[:at], function.body[at + 1 :]
    if any(isinstance(n, ast.Return | ast.Yield | ast.YieldFrom) for s in before for n in ast.walk(s)):
        raise RefusedError(f"`{function.name}` may be left before the call")
    if sum(map(_waits, ast.walk(function))) > 1:
        raise RefusedError(f"`{function.name}` waits for something else too")
    _must_need_nothing_else(function, statement, call, after)
    name = named_answer(statement, call)
    header = re.compile(r"(?:async\s+)?def\s+\w+").match(
        source.content, source.lines.offset(source.span(function).start)
    )
    assert header is not None
    start, end = source.lines.position(header.start()), source.lines.position(header.end())
    yield Edit(Span(source.path, start, end), f"def {function.name}_request")
    if function.returns is not None:
        yield source.replaced(function.returns, "dict[str, Any]")
    inside, whole = source.inside(call), source.span(statement)
    yield Edit(Span(source.path, whole.start, inside.start), "return dict(")
    yield Edit(Span(source.path, inside.end, whole.end), ")")
    last = statement.end_lineno or statement.lineno
    at_end = Position(last, len(source.lines.line(last)) + 1)
    indent, inner = source.indentation(function.lineno), source.indentation(statement.lineno)
    head = f"\n{indent}{_header(source, function, name or code.answer, code)}"
    apart = "\n" * (2 if not indent else 1)
    if name:
        skipped = 0
        while not source.lines.line(last + 1 + skipped).strip():
            skipped += 1
        yield Edit(Span(source.path, at_end, Position(last + 1 + skipped, 1)), f"{apart}{head}\n")
    else:
        rest = changed_to(source, statement, call, code.answer)
        yield Edit(Span(source.path, at_end, at_end), f"{apart}{head}\n{inner}{rest}")


def _header(source: Source, function: _Function, answer: str, code: Code) -> str:
    """The first line of the function that reads an answer."""
    receiver = f"{function.args.args[0].arg}, " if isinstance(source.parent(function), ast.ClassDef) else ""
    if function.returns is None:
        return f"def {function.name}_answer({receiver}{answer}):"
    return f"def {function.name}_answer({receiver}{answer}: {code.gives}) -> {source.text(function.returns)}:"


def _must_need_nothing_else(function: _Function, statement: ast.stmt, call: ast.Call, after: list[ast.stmt]) -> None:
    """Raises RefusedError where what reads the answer needs more of what came before than the object itself."""
    method = function.args.args[0].arg if function.args.args and function.args.args[0].arg == "self" else ""
    known = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)} - {method}
    known |= {n.id for s in function.body[: function.body.index(statement)] for n in ast.walk(s)
              if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    sent = set(ast.walk(call))
    for node in (n for s in [statement, *after] for n in ast.walk(s) if n not in sent):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in known:
            raise RefusedError(f"in `{function.name}`, what reads the answer needs `{node.id}` too")
        if isinstance(node, ast.Yield | ast.YieldFrom):
            raise RefusedError(f"`{function.name}` gives its answers one by one")
