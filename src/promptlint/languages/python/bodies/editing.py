"""Messages sent before that a loop changes in their place: `for m in messages[:-4]: m["content"] = "…"`.

Such a loop reaches further into a list each time that the list has grown.
"""

from __future__ import annotations

import ast

from promptlint.languages.python.modules.syntax import compares_size
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Each, Item

CHANGES = frozenset({"[]=", "pop", "popleft", "del", "remove", "clear"})
"""What changes a thing in its place, other than to add to it."""
_AROUND = ("list", "reversed", "enumerate")


def loop_of(place: Term) -> Each | None:
    """The item of a list that a place is a part of, by the outermost loop through which it is reached."""
    found: Each | None = None
    inside = stripped(place)
    while isinstance(inside, (Attr, Item, Each)):
        if isinstance(inside, Item) and isinstance(index := stripped(inside.key), Each):
            found = index
        elif isinstance(inside, Each):
            found = inside
        inside = stripped(inside.over if isinstance(inside, Each) else inside.value)
    return found


def reaching_further(over: ast.expr, guards: list[ast.expr]) -> ast.expr | None:
    """The list through which a loop goes, where what it changes lies further on each time; None: it does not.

    It leaves out the newest items, or does something only to those that are further back than a limit. `guards` are
    the conditions under which that is done.
    """
    inside, backwards = over, False
    while isinstance(inside, ast.Call) and isinstance(inside.func, ast.Name) and inside.args:
        if inside.func.id == "range":
            return _indexed(inside, guards)
        if inside.func.id not in _AROUND:
            return None
        backwards |= inside.func.id == "reversed"
        inside = inside.args[0]
    if isinstance(inside, ast.Subscript) and isinstance(inside.slice, ast.Slice):
        if not isinstance(inside.slice.lower, ast.UnaryOp) and _before_the_end(inside.slice.upper):
            return inside.value
        backwards |= isinstance(inside.slice.step, ast.UnaryOp)
        inside = inside.value
    return inside if _limited(inside, backwards, guards) else None


def _indexed(numbers: ast.Call, guards: list[ast.expr]) -> ast.expr | None:
    """`range(len(messages) - 4)`, or `range(len(messages) - 1, -1, -1)` up to a limit."""
    end = numbers.args[1] if len(numbers.args) == 2 else numbers.args[0]
    backwards = len(numbers.args) == 3
    size = end.left if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub) else end
    if not isinstance(size, ast.Call) or not isinstance(size.func, ast.Name) or size.func.id != "len" or not size.args:
        return None
    if size is not end and not backwards:
        return size.args[0]
    return size.args[0] if _limited(size.args[0], backwards, guards) else None


def _limited(whole: ast.expr, backwards: bool, guards: list[ast.expr]) -> bool:
    sized = [test for test in guards if compares_size(test)]
    return bool(sized) and (backwards or any(_asks_length(test, whole) for test in sized))


def _asks_length(test: ast.expr, whole: ast.expr) -> bool:
    wanted = ast.dump(ast.Call(func=ast.Name(id="len", ctx=ast.Load()), args=[whole], keywords=[]))
    return any(isinstance(node, ast.Call) and ast.dump(node) == wanted for node in ast.walk(test))


def _before_the_end(end: ast.expr | None) -> bool:
    """Whether a slice ends some items before the last: `[:-4]`, `[: len(messages) - 4]`."""
    if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub):
        return isinstance(end.left, ast.Call) and getattr(end.left.func, "id", "") == "len"
    return isinstance(end, ast.UnaryOp) and isinstance(end.op, ast.USub)
