"""Loops that go on while something is in a queue, and take an item of it on each turn."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_TAKES = frozenset({"pop", "popleft", "get", "get_nowait"})
_PUTS = frozenset({"append", "appendleft", "extend", "extendleft", "insert", "add", "update", "put", "put_nowait"})


def queue_of(node: ast.While) -> ast.expr | None:
    """The queue that a loop empties: its test asks whether there is more, and nothing is put in again."""
    queue = _asked(node.test)
    if queue is None or not list(taken(node, queue)):
        return None
    return None if any(_method_of(call, queue) in _PUTS for call in ast.walk(node)) else queue


def taken(node: ast.While, queue: ast.expr) -> Iterator[ast.Assign]:
    """The statements of a loop that name an item which they take."""
    pending = list(node.body)
    while pending:
        statement = pending.pop(0)
        if isinstance(statement, ast.Assign) and _method_of(statement.value, queue) in _TAKES:
            yield statement
        elif isinstance(statement, (ast.Try, ast.With, ast.AsyncWith)):
            pending += statement.body


def _asked(test: ast.expr) -> ast.expr | None:
    """`queue` of `queue`, `len(queue) > 0` and `not queue.empty()`."""
    match test:
        case ast.Name() | ast.Attribute():
            return test
        case ast.Compare(left=left):
            return _asked(left)
        case ast.Call(func=ast.Name(id="len"), args=[queue]):
            return queue
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Attribute(value=queue, attr="empty"))):
            return queue
    return None


def _method_of(node: ast.AST, queue: ast.expr) -> str:
    """The method of the queue that an expression calls, awaited or not; empty: it calls none."""
    call = node.value if isinstance(node, ast.Await) else node
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        return call.func.attr if ast.dump(call.func.value) == ast.dump(queue) else ""
    return ""
