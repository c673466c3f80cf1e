"""Classes of the project: what they inherit from, and of which class a parameter is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo
from promptlint.languages.python.modules.syntax import expression
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Class, Global, Param

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def lineage(info: ClassInfo, engine: Engine) -> tuple[ClassInfo, ...]:
    """A class and the classes of the project that it inherits from, nearest first."""
    known = engine.lineages.get(info)
    if known is None:
        seen: dict[ClassInfo, None] = {}
        queue = [info]
        while queue:
            at = queue.pop(0)
            if at not in seen:
                seen[at] = None
                queue.extend(base.info for base in _bases(at, engine) if isinstance(base, Class))
        known = engine.lineages[info] = tuple(seen)
    return known


def _bases(info: ClassInfo, engine: Engine) -> Iterator[Term]:
    for node in info.node.bases:
        named = node.value if isinstance(node, ast.Subscript) else node
        yield engine.head(engine.evaluated(named, info.module))


def external_bases(info: ClassInfo, engine: Engine) -> set[str]:
    """Dotted names of the classes outside the project that it inherits from."""
    return {base.name for c in lineage(info, engine) for base in _bases(c, engine) if isinstance(base, Global)}


def told_bases(info: ClassInfo, engine: Engine) -> bool:
    """Whether each class that it inherits from is known, if only by its name."""
    return all(isinstance(base, Class | Global) for klass in lineage(info, engine) for base in _bases(klass, engine))


def class_of(value: Param, engine: Engine) -> ClassInfo | None:
    """The class of a parameter: of `self`, or as annotated."""
    info = value.info
    if info.owner is not None and value.name == info.receiver and "classmethod" not in info.decorators:
        return info.owner
    owner = info.parent
    while owner is not None:
        # A nested function sees the `self` of the method around it.
        if owner.owner is not None and value.name == owner.receiver:
            return owner.owner
        owner = owner.parent
    annotation = annotated(value, engine)
    return annotation.info if isinstance(annotation, Class) else None


def annotated(value: Param, engine: Engine) -> Term | None:
    """What a parameter is annotated with: a class of the project or not; of `X | None`, X."""
    node = value.info.annotations.get(value.name)
    return type_named(node, value.info, engine) if node is not None else None


def type_named(node: ast.expr, info: FunctionInfo, engine: Engine) -> Term | None:
    """The class that an annotation names."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        written = expression(node.value)
        if written is None:
            return None
        node = written
    if isinstance(node, ast.BinOp):
        sides = [type_named(side, info, engine) for side in (node.left, node.right)]
        return next((side for side in sides if side is not None), None)
    if isinstance(node, ast.Subscript):
        outer = getattr(node.value, "attr", getattr(node.value, "id", ""))
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return type_named(inner if outer in ("Optional", "Annotated", "Type", "type") else node.value, info, engine)
    if isinstance(node, (ast.Name, ast.Attribute)):
        found = engine.head(engine.evaluated(node, info.module))
        return found if isinstance(found, (Class, Global)) else None
    return None


def fields(info: ClassInfo, engine: Engine) -> list[str]:
    """Annotated fields in the order of a generated constructor."""
    found: dict[str, None] = {}
    for klass in reversed(lineage(info, engine)):
        found.update(dict.fromkeys(name for name in klass.variables if name in klass.annotations))
    return list(found)
