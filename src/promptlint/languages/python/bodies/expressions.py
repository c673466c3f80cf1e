"""Expressions to terms. Building a term decides nothing: what a name or a call stands for is left to the reducer."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from promptlint.languages.python.bodies.states import part
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.syntax import all_nodes, bound_names
from promptlint.languages.python.values.rewriting import added, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    UNASSIGNED,
    Attr,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Entry,
    Format,
    Func,
    Global,
    Item,
    Map,
    Maybe,
    Module,
    Op,
    Opaque,
    Param,
    Ref,
    Repeat,
    Seq,
    Splat,
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.bodies.walking import Walker

YIELDED = "<yield>"
"""The name under which a generator keeps what it yields."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.BitOr: "|", ast.FloorDiv: "//",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in", ast.Not: "not", ast.USub: "negative",
}  # fmt: skip


_OF_EACH_MODULE = ("__file__", "__name__", "__package__")


class Expressions:
    """Evaluates the expressions of one body in the walker's present state."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.info = walker.info
        self.module = walker.info.module
        self._kinds: dict[type[ast.AST], Callable[..., Term]] = {
            ast.Constant: self._constant, ast.Name: self._name, ast.Attribute: self._attribute,
            ast.Subscript: self._subscript, ast.Call: self._call, ast.JoinedStr: self._joined_string,
            ast.FormattedValue: self._formatted, ast.BinOp: self._binary, ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary, ast.Compare: self._compare, ast.IfExp: self._conditional,
            ast.List: self._list, ast.Tuple: self._list, ast.Set: self._list, ast.Dict: self._dict,
            ast.ListComp: self._comprehension, ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension, ast.DictComp: self._comprehension,
            ast.NamedExpr: self._walrus, ast.Await: self._inner, ast.Starred: self._starred,
            ast.Lambda: self._lambda, ast.Yield: self._yield, ast.YieldFrom: self._yield_from,
        }  # fmt: skip

    def of(self, node: ast.expr) -> Term:
        """The term of an expression. Lists and dictionaries are Refs: they may still be changed."""
        kind = self._kinds.get(type(node))
        return kind(node) if kind else Opaque("is an expression we do not read", at=self.module.place(node))

    def now(self, node: ast.expr) -> Term:
        """The term of an expression as it is now, whatever is changed later."""
        return self.walker.state.snapshot(self.of(node))

    # --- names and parts ----------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Term:
        at = self.module.place(node)
        return Str(node.value, at=at) if isinstance(node.value, str) else Const(node.value, at=at)

    def _name(self, node: ast.Name) -> Term:
        held = self.walker.state.held.get(node.id)
        if held is None:
            term = self.name(node.id, node)
            return self.walker.state.held.get(term, term)
        plain = stripped(held)
        if isinstance(held, Opaque) and not held.at.path:
            return Opaque(held.reason, at=self.module.place(node))
        # An argument that was changed in place is held under itself.
        return held if isinstance(plain, Ref) else self.walker.state.held.get(plain, held)

    def name(self, name: str, node: ast.AST) -> Term:
        """A name that the body has not bound so far."""
        at = self.module.place(node)
        info: FunctionInfo | None = self.info
        if name in self.info.local and isinstance(self.info.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return UNASSIGNED if name not in self.walker.globals else self._global(name, node)
        while info is not None and info.parent is not None:
            info = info.parent
            if name in info.local:
                return Param(self.info, name, at=at)
        return self._global(name, node)

    def _global(self, name: str, node: ast.AST) -> Term:
        if self.info is self.module.body and name not in _OF_EACH_MODULE:
            return Global(name, at=self.module.place(node))
        return Attr(Module(self.module.name, self.module.path), name, at=self.module.place(node))

    def _attribute(self, node: ast.Attribute) -> Term:
        value = self.of(node.value)
        plain = stripped(value)
        if isinstance(plain, (Param, Attr, Item, Call, Ref)):
            value = plain
        return self.walker.state.attribute(Attr(value, node.attr, at=self.module.place(node)))

    def _subscript(self, node: ast.Subscript) -> Term:
        value, key = self.of(node.value), self.key(node.slice)
        at = self.module.place(node)
        held = part(self.walker.state.content(value), stripped(key))
        if held is not None:
            return held
        if isinstance(key, Op) or not isinstance(stripped(value), Ref):
            value = self.walker.state.snapshot(value)
        term = Item(value, key, at=at)
        return self.walker.state.held.get(term, term)

    def key(self, node: ast.expr) -> Term:
        """What stands in brackets: a key, an index, or a slice, which is an Op."""
        if isinstance(node, ast.Slice):
            ends = [self.now(end) if end else NONE for end in (node.lower, node.upper, node.step)]
            return Op("slice", tuple(ends), at=self.module.place(node))
        return self.now(node)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Term:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return self._parent(node)
        function = self.of(node.func)
        arguments = [self.of(argument) for argument in node.args]
        keywords: list[Term] = []
        for keyword in node.keywords:
            value = self.of(keyword.value)
            if keyword.arg is None:
                keywords.append(Splat(value))
            else:
                name = Str(keyword.arg, at=self.module.place(keyword))
                keywords.append(Entry(name, value, at=self.module.place(keyword)))
        return self.walker.called(node, function, tuple(arguments), tuple(keywords))

    def _parent(self, node: ast.Call) -> Term:
        """`super()`: the class in which it stands, and the object."""
        info: FunctionInfo | None = self.info
        while info is not None and info.owner is None:
            info = info.parent
        at = self.module.place(node)
        if info is None or info.owner is None or info.receiver is None:
            return Opaque("is a base class that we do not see", at=at)
        return Call(Global("super", at=at), (Class(info.owner), Param(info, info.receiver)), at=at)

    def _lambda(self, node: ast.Lambda) -> Term:
        info = self.module.function(node, None, None if self.info.is_module else self.info)
        return Func(info, (), self.captured(info), at=self.module.place(node))

    def captured(self, info: FunctionInfo) -> tuple[Term, ...]:
        """What a function defined here can see of this body: the names it uses, with what they hold."""
        if self.info is self.module.body:
            return ()
        wanted = {n.id for n in all_nodes(info.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        found: list[Term] = []
        for name in sorted(wanted):
            held = self.walker.state.held.get(name)
            if held is None and name not in self.info.local:
                outer = self.name(name, info.node)
                held = outer if isinstance(outer, Param) else None
            if held is not None:
                found.append(Entry(Str(name), held))
        return tuple(found)

    # --- operators ----------------------------------------------------------------------------------------------------

    def _joined_string(self, node: ast.JoinedStr) -> Term:
        return Cat(tuple(self.of(value) for value in node.values), at=self.module.place(node))

    def _formatted(self, node: ast.FormattedValue) -> Term:
        spec = ""
        if isinstance(node.format_spec, ast.JoinedStr):
            spec = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.format_spec.values)
        return Format(self.now(node.value), spec, at=self.module.place(node.value))

    def _binary(self, node: ast.BinOp) -> Term:
        operator = _OPERATORS.get(type(node.op), "?")
        operands, at = (self.now(node.left), self.now(node.right)), self.module.place(node)
        return added(*operands, at=at) if operator == "+" else Op(operator, operands, at=at)

    def _boolean(self, node: ast.BoolOp) -> Term:
        values = [self.now(value) for value in node.values]
        term = values.pop()
        for value in reversed(values):
            term = Choice(value, term, value) if isinstance(node.op, ast.And) else Choice(value, value, term)
        return term

    def _unary(self, node: ast.UnaryOp) -> Term:
        operator, value = _OPERATORS.get(type(node.op), "?"), self.now(node.operand)
        at = self.module.place(node)
        if operator == "negative" and isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value, at=at)
        return Op(operator, (value,), at=at)

    def _compare(self, node: ast.Compare) -> Term:
        at = self.module.place(node)
        values = [self.now(value) for value in (node.left, *node.comparators)]
        pairs = [
            Op(_OPERATORS.get(type(operator), "?"), (values[i], values[i + 1]), at=at)
            for i, operator in enumerate(node.ops)
        ]
        return pairs[0] if len(pairs) == 1 else Op("all", tuple(pairs), at=at)

    def _conditional(self, node: ast.IfExp) -> Term:
        return Choice(self.now(node.test), self.of(node.body), self.of(node.orelse))

    # --- displays -----------------------------------------------------------------------------------------------------

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> Term:
        kind = type(node).__name__.lower()
        at = self.module.place(node)
        content = Seq(tuple(self.of(item) for item in node.elts), kind, at=at)
        return content if kind == "tuple" else self.walker.state.fresh(content, at)

    def _dict(self, node: ast.Dict) -> Term:
        items: list[Term] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                items.append(Splat(self.of(value)))
            else:
                items.append(Entry(self.now(key), self.of(value), at=self.module.place(key)))
        at = self.module.place(node)
        return self.walker.state.fresh(Map(tuple(items), at=at), at)

    def _starred(self, node: ast.Starred) -> Term:
        return Splat(self.of(node.value))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Term:
        at = self.module.place(node)
        before = self.walker.state.copy()
        items = self._generators(node, list(node.generators))
        for target in node.generators:
            for name in bound_names(all_nodes(target.target)):
                self.walker.state.held.pop(name, None)
                if name in before.held:
                    self.walker.state.held[name] = before.held[name]
        if isinstance(node, ast.DictComp):
            return self.walker.state.fresh(Map(items, at=at), at)
        kinds = {ast.SetComp: "set", ast.GeneratorExp: "generator"}
        return self.walker.state.fresh(Seq(items, kinds.get(type(node), "list"), at=at), at)

    def _generators(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        generators: list[ast.comprehension],
    ) -> tuple[Term, ...]:
        if not generators:
            if isinstance(node, ast.DictComp):
                return (Entry(self.now(node.key), self.now(node.value), at=self.module.place(node.key)),)
            return (self.now(node.elt),)
        first, *rest = generators
        each = self.walker.enter_loop(node, "comprehension", first.iter, parallel=False)
        self.walker.assign(first.target, each, step=False)
        conditions = tuple(self.now(test) for test in first.ifs)
        inner = self._generators(node, rest)
        self.walker.leave_loop()
        if conditions:
            condition = conditions[0] if len(conditions) == 1 else Op("all", conditions)
            inner = (Maybe(condition, inner),)
        return (Repeat(each, inner),)

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _walrus(self, node: ast.NamedExpr) -> Term:
        value = self.of(node.value)
        self.walker.assign(node.target, value)
        return value

    def _inner(self, node: ast.Await) -> Term:
        return self.of(node.value)

    def _yield(self, node: ast.Yield) -> Term:
        value = self.now(node.value) if node.value else NONE
        self._yielded((value,))
        return Opaque("is what a generator is sent", at=self.module.place(node))

    def _yield_from(self, node: ast.YieldFrom) -> Term:
        self._yielded((Splat(self.now(node.value)),))
        return Opaque("is what a generator returns", at=self.module.place(node))

    def _yielded(self, items: tuple[Term, ...]) -> None:
        so_far = self.walker.state.held.get(YIELDED)
        start: tuple[Term, ...] = ()
        if isinstance(so_far, Seq):
            start = so_far.items
        elif so_far is not None:
            start = (Splat(so_far),)
        self.walker.state.held[YIELDED] = Seq((*start, *items), "generator")


def loaded(target: ast.expr) -> ast.expr:
    """The expression that reads what an assignment writes."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    assert isinstance(target, ast.Subscript)
    return ast.Subscript(target.value, target.slice, ast.Load())
