"""Pools of threads, groups of tasks, and what holds calls back: a batch needs none of them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from promptlint.edits import Edit, RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Models
from promptlint.languages.python.writing.blocks import Block, removed, unwrapped
from promptlint.languages.python.writing.source import Scope, Source, Sources


@dataclass(frozen=True, slots=True)
class Pool:
    """What runs calls side by side, made for some calls and used for nothing else."""

    block: Block | None
    """What stands around its use; None: it is kept under a name."""
    item: ast.withitem | None
    statements: tuple[ast.stmt, ...]
    """What makes it and shuts it down, where that is no block."""

    def gone(self, source: Source, edits: Sequence[Edit]) -> Iterator[Edit]:
        """The edits that take it out. `edits`: the others."""
        if self.block is not None and self.item is not None:
            yield from unwrapped(source, self.block, self.item, edits)
        yield from (removed(source, statement) for statement in self.statements)


def is_one(source: Source, call: ast.expr, names: Collection[str]) -> bool:
    """Whether a call is one of those that are known by a dotted name, or by `.method`."""
    if not isinstance(call, ast.Call):
        return False
    method = f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else ""
    return source.dotted(call) in names or method in names


def pool_of(source: Source, call: ast.Call, models: Models) -> Pool:
    """The pool whose method is called. Raises RefusedError where it is no pool, or used for something else too."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(base, ast.Name):
        raise RefusedError("the pool is made somewhere else")
    scope = source.scope(call)
    stores = [source.parent(store) for store in source.stores(base.id, scope)]
    others = [load for load in source.loads(base.id, scope) if load is not base]
    match stores:
        case [ast.withitem(context_expr=made) as item] if is_one(source, made, models.running.pools) and not others:
            block = source.parent(item)
            assert isinstance(block, Block)
            return Pool(block, item, ())
        case [ast.Assign(targets=[_], value=made) as statement] if is_one(source, made, models.running.pools):
            return Pool(None, None, (statement, *(_shut_down(source, other) for other in others)))
        case [ast.withitem(context_expr=made)] if is_one(source, made, models.running.pools):
            raise RefusedError(f"`{base.id}` runs other calls too")
    raise RefusedError(f"where `{base.id}` is made is not seen")


def _shut_down(source: Source, load: ast.Name) -> ast.stmt:
    """The statement that calls a method of a pool which gives nothing. Raises RefusedError."""
    attribute = source.parent(load)
    call = source.parent(attribute) if isinstance(attribute, ast.Attribute) else None
    statement = source.parent(call) if isinstance(call, ast.Call) and call.func is attribute else None
    plain = isinstance(call, ast.Call) and all(isinstance(n, ast.Constant) for n in [*call.args, *_values(call)])
    if not isinstance(statement, ast.Expr) or not plain:
        raise RefusedError(f"`{load.id}` runs other calls too")
    return statement


def _values(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords]


def throttle_of(
    source: Source, statement: ast.stmt, models: Models, given: Mapping[str, ast.expr] | None = None
) -> ast.expr | None:
    """What holds back the statements of a block, if it does nothing else: a semaphore.

    `given`: what the function around it is given, by the names of its parameters.
    """
    if not isinstance(statement, Block) or len(statement.items) != 1 or statement.items[0].optional_vars is not None:
        return None
    held = statement.items[0].context_expr
    shown = (given or {}).get(held.id, held) if isinstance(held, ast.Name) else held
    made = [getattr(source.parent(node), "value", None) for node in _stores(source, shown)] or [shown]
    return (
        held
        if all(isinstance(node, ast.Call) and is_one(source, node, models.running.throttles) for node in made)
        else None
    )


def unneeded(source: Source, throttle: ast.expr | None, gone: Sequence[ast.AST], sources: Sources) -> Iterator[Edit]:
    """The edit that takes out where a semaphore is made, if nothing has used it but what goes."""
    if not isinstance(throttle, ast.Name):
        return
    named = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id == throttle.id]
    made = [source.parent(node) for node in named if not isinstance(node.ctx, ast.Load)]
    inside = {node for whole in gone for node in ast.walk(whole)}
    used = all(node in inside for node in named if isinstance(node.ctx, ast.Load))
    match made:
        case [ast.Assign() | ast.AnnAssign() as statement] if used:
            shared = source.parent(statement) is source.tree and {*sources.naming(source.path, throttle.id)} - {
                source.path
            }
            if not shared:
                yield removed(source, statement)


def _stores(source: Source, held: ast.expr) -> Sequence[ast.expr]:
    """Where what an expression names is assigned, in this file."""
    if isinstance(held, ast.Attribute):
        same = (n for n in ast.walk(source.tree) if isinstance(n, ast.Attribute) and n.attr == held.attr)
        return [node for node in same if not isinstance(node.ctx, ast.Load)]
    if not isinstance(held, ast.Name):
        return []
    scopes = [above for above in source.above(held) if isinstance(above, Scope)]
    own = ([store for store in source.stores(held.id, scope) if source.scope(store) is scope] for scope in scopes)
    return next(filter(None, own), [])
