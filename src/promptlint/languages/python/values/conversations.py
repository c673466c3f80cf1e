"""The conversation in a state that a library hands to the parts of a program: a list of messages that it lets grow."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo
from promptlint.languages.python.modules.syntax import expression
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import HISTORY, Class, Each, Global, Hole, Opaque, Param, Repeat, Seq
from promptlint.layout import Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def field(state: Param, name: str, engine: Engine) -> Term | None:
    """What was said so far, where a field of a state holds that; None where nothing tells."""
    annotation = classes.annotated(state, engine)
    if isinstance(annotation, Global):
        return _grown(annotation.name, name) if f"{annotation.name}.{name}" in engine.models.conversations else None
    if not isinstance(annotation, Class):
        return None
    for klass in classes.lineage(annotation.info, engine):
        if name in klass.annotations:
            return _grown(f"{klass.module.path}:{klass.name}", name) if _added_to(klass, name, engine) else None
    inherited = classes.external_bases(annotation.info, engine)
    return next((_grown(base, name) for base in inherited if f"{base}.{name}" in engine.models.conversations), None)


def _added_to(klass: ClassInfo, name: str, engine: Engine) -> bool:
    """Whether a field is annotated with a function that adds messages to those that are there."""
    node: ast.expr | None = klass.annotations[name]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = expression(node.value)
    more = node.slice.elts[1:] if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) else []
    reducers = [engine.head(engine.evaluated(part, klass.module)) for part in more]
    return any(isinstance(reducer, Global) and reducer.name in engine.models.conversations for reducer in reducers)


def _grown(of: str, name: str) -> Term:
    history = Hole(Volatility.SESSION, HISTORY, name, type=f"{of}.{name}")
    return Seq((Repeat(Each(0, Opaque(HISTORY)), (history,), growing=True),))
