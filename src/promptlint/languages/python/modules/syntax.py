"""What can be asked of syntax alone."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python raises for a text that it cannot read."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def parsed(text: str) -> ast.Module:
    """The tree of a text. What Python would warn of in it is not ours to say. Raises one of UNREADABLE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


_DEFINED = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)


def defined(text: str) -> list[str]:
    """The names of the functions that a text defines, not those within others. It is not parsed."""
    return _DEFINED.findall(text)


def expression(text: str) -> ast.expr | None:
    """The expression that a text is; None when it is none."""
    try:
        body = parsed(text.strip()).body
    except UNREADABLE:
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body, those under `if`, `try` and `with` included, in order."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With, ast.TryStar)):
            for block in ("body", "handlers", "orelse", "finalbody"):
                for child in getattr(node, block, ()):
                    yield from statements(child.body if isinstance(child, ast.ExceptHandler) else [child])


_PLAIN = frozenset({"asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "simple", "type_comment"})
"""Fields that hold no node, or one that says only whether something is read or written."""


class _Holding(dict[type[ast.AST], tuple[str, ...]]):
    """Kind of node → its fields that may hold nodes, the last one first."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        plain = kind is ast.Constant
        self[kind] = () if plain else tuple(name for name in reversed(kind._fields) if name not in _PLAIN)
        return self[kind]


_HOLDING = _Holding()


def _below(node: ast.AST) -> Sequence[ast.AST]:
    """The nodes right below one, the last one first. Asked for each node there is, many times: it has to be quick."""
    fields = _HOLDING[node.__class__]
    if not fields:
        return ()
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            if value:
                found += [item for item in reversed(value) if isinstance(item, ast.AST)]
        elif value is not None and isinstance(value, ast.AST):
            found.append(value)
    return found


def children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes right below one, in the order of the source."""
    return reversed(_below(node))


def all_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in the order of the source."""
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        if _HOLDING[at.__class__]:
            stack += _below(at)


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a body, without those of functions and classes defined in it."""
    stack: list[ast.AST] = list(children(node))
    while stack:
        at = stack.pop()
        yield at
        if not isinstance(at, SCOPES) and _HOLDING[at.__class__]:
            stack += children(at)


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names which nodes bind: assigned, imported, defined, deleted."""
    for at in nodes:
        if isinstance(at, ast.Name) and not isinstance(at.ctx, ast.Load):
            yield at.id
        elif isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield at.name
        elif isinstance(at, ast.ExceptHandler):
            yield from (name for name in [at.name] if name)
        elif isinstance(at, (ast.Import, ast.ImportFrom)):
            yield from (a.asname or a.name.split(".")[0] for a in at.names)
        elif isinstance(at, (ast.MatchAs, ast.MatchStar)) and at.name:
            yield at.name


def plain_names(nodes: Iterable[ast.expr]) -> frozenset[str]:
    """The names among some expressions."""
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def last_name(node: ast.AST) -> str:
    """The last name of what is called or named: `post` of `@app.post("/x")`; empty when it has none."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.AST) -> str:
    """`messages.create` of `self.client.messages.create`: empty when it is no chain of names."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def compares_size(test: ast.expr) -> bool:
    """Whether a condition asks whether something is larger than something else, alone or among others that all hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(compares_size, test.values))
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Lt, ast.Gt, ast.LtE, ast.GtE))


def stops_at_size(body: list[ast.stmt]) -> bool:
    """Whether a loop ends, or goes on to the next item without more ado, where something is larger than a limit."""
    return any(
        isinstance(branch[0], ast.Continue) or any(isinstance(n, (ast.Break, ast.Return)) for n in _of_turn(branch))
        for test in _of_turn(body)
        if isinstance(test, ast.If) and compares_size(test.test)
        for branch in (test.body, test.orelse)
        if branch
    )


def _of_turn(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a loop's body, without those of loops and functions in it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if not isinstance(node, (*SCOPES, ast.For, ast.AsyncFor, ast.While)):
            yield node
            stack.extend(children(node))


def goes_back(loop: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop changes the items of a list one by one, and looks at others of them: `a[i] = …` beside `a[:i]`."""
    names = set(bound_names(ast.walk(loop.target)))
    nodes = [node for statement in loop.body for node in ast.walk(statement)]
    parts = [node for node in nodes if isinstance(node, ast.Subscript) and not names.isdisjoint(_loaded(node.slice))]
    stored = {id(owner) for node in nodes for target in _targets(node) for owner in _owners(target)}
    told = [(ast.dump(node.value), ast.dump(node.slice), id(node) in stored) for node in parts]
    changed = {(whole, item) for whole, item, stores in told if stores}
    lists = {whole for whole, _ in changed}
    return any(whole in lists and (whole, item) not in changed for whole, item, _ in told)


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _owners(target: ast.expr) -> list[ast.AST]:
    """A target, and what it is a part of."""
    found: list[ast.AST] = [target]
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
        found.append(target)
    return found


def _loaded(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def leaves_at(loop: ast.For | ast.AsyncFor | ast.While) -> int:
    """The last line at which a `return`, or a `break` of this loop, can end it before its items do; 0: none can.

    What handles an exception is left out: to give up is not to have found.
    """
    last = 0
    stack: list[tuple[ast.AST, bool]] = [(node, True) for node in loop.body]
    while stack:
        node, ours = stack.pop()
        if isinstance(node, ast.Return) or (ours and isinstance(node, ast.Break)):
            last = max(last, node.lineno)
        if isinstance(node, (*SCOPES, ast.ExceptHandler)):
            continue
        inner = ours and not isinstance(node, (ast.For, ast.AsyncFor, ast.While))
        stack.extend((child, inner) for child in children(node))
    return last
