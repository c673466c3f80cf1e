"""Jinja's expressions in the neutral form, with the names that the template itself gives put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes

from promptlint.frozen import dataclass
from promptlint.languages.templates.jinja_tokens import environment
from promptlint.template import (
    Call,
    Compound,
    Constant,
    Either,
    Expression,
    Filter,
    Member,
    Name,
    Unclear,
)


@dataclass(frozen=True, slots=True)
class Library:
    """The macros and variables of an imported template."""

    names: Scope


Macro = Callable[[tuple[Expression, ...], "Scope"], Expression]
"""What a macro makes of its arguments, by position and by name."""
Given = Expression | Macro | Library
"""What a template lets a name stand for."""
Scope = Mapping[str, Given]
"""The names that the template itself gives."""
Names = dict[str, Given]
"""A scope that is being filled."""

_NOT_JINJA = Unclear("is not an expression of Jinja")


def expression(text: str, scope: Scope) -> Expression:
    """The expression in a hole."""
    return converted(parsed(text), scope)


@lru_cache(4096)
def parsed(text: str) -> nodes.Expr | None:
    """Jinja's own tree of an expression; None where it is none."""
    try:
        body = environment().parse("{{" + text + "}}").body
    except (TemplateSyntaxError, RecursionError, ValueError):  # a number of thousands of digits
        return None
    output = body[0] if len(body) == 1 else None
    if (
        not isinstance(output, nodes.Output)
        or len(output.nodes) != 1
        or isinstance(output.nodes[0], nodes.TemplateData)
    ):
        return None
    return output.nodes[0]


@lru_cache(4096)
def statement(text: str, end: str) -> nodes.Stmt | None:
    """Jinja's own tree of a statement with nothing inside it; None where Jinja does not understand it."""
    try:
        body = environment().parse("{%" + text + "%}" + (f"{{% {end} %}}" if end else "")).body
    except (TemplateSyntaxError, RecursionError, ValueError):  # a number of thousands of digits
        return None
    return body[0] if len(body) == 1 and isinstance(body[0], nodes.Stmt) else None


def converted(node: nodes.Node | None, scope: Scope) -> Expression:
    """The neutral form of a tree; what is nested too deeply is unclear."""
    try:
        return _converted(node, scope)
    except RecursionError:
        return Unclear("is nested too deeply")


def _converted(node: nodes.Node | None, scope: Scope) -> Expression:
    match node:
        case nodes.Const():
            return Constant(node.value)
        case nodes.TemplateData():
            return Constant(node.data)
        case nodes.Name():
            return _named(scope.get(node.name), node.name)
        case nodes.Getattr():
            return _member(node.node, node.attr, scope)
        case nodes.Getitem(arg=nodes.Const(value=str() | int() as key)):
            return _member(node.node, key, scope)
        case nodes.Filter(node=value) if value is not None:
            return Filter(_converted(value, scope), node.name, _all(node.args, scope))
        case nodes.Call():
            return _called(node, scope)
        case nodes.CondExpr():
            other = _converted(node.expr2, scope) if node.expr2 is not None else Constant("")
            return Either(_converted(node.test, scope), _converted(node.expr1, scope), other)
        case nodes.Or():
            return Either(None, _converted(node.left, scope), _converted(node.right, scope))
        case nodes.Expr():
            children = tuple(_converted(child, scope) for child in node.iter_child_nodes())
            return Compound(type(node).__name__.lower(), children)
    return _NOT_JINJA


def _named(given: Given | None, name: str) -> Expression:
    if given is None or callable(given) or isinstance(given, Library):
        return Name(name)
    return given


def _member(value: nodes.Expr, key: str | int, scope: Scope) -> Expression:
    library = scope.get(value.name) if isinstance(value, nodes.Name) else None
    if isinstance(library, Library) and isinstance(key, str):
        return _named(library.names.get(key), key)
    inner = _converted(value, scope)
    if isinstance(inner, Constant) and isinstance(inner.value, dict):
        return Constant(inner.value.get(key, ""))
    return Member(inner, key)


def _called(node: nodes.Call, scope: Scope) -> Expression:
    macro = _macro(node.node, scope)
    arguments = _all(node.args, scope)
    keywords = {keyword.key: _converted(keyword.value, scope) for keyword in node.kwargs}
    if macro is not None:
        return macro(arguments, keywords)
    return Call(_converted(node.node, scope), (*arguments, *keywords.values()))


def _macro(function: nodes.Expr, scope: Scope) -> Macro | None:
    given: Given | None = None
    match function:
        case nodes.Name():
            given = scope.get(function.name)
        case nodes.Getattr(node=nodes.Name(name=name)):
            library = scope.get(name)
            given = library.names.get(function.attr) if isinstance(library, Library) else None
    return given if callable(given) else None


def _all(arguments: list[nodes.Expr], scope: Scope) -> tuple[Expression, ...]:
    return tuple(_converted(argument, scope) for argument in arguments)


def targets(node: nodes.Node, value: Expression) -> dict[str, Expression]:
    """The names that an assignment or a loop gives, each with its part of the value."""
    match node:
        case nodes.Name():
            return {node.name: value}
        case nodes.Tuple():
            return {
                name: part
                for index, item in enumerate(node.items)
                for name, part in targets(item, Member(value, index)).items()
            }
    return {}
