"""Walks the body of a function once, its parameters left as symbols, and sums up what it returns, calls and changes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from promptlint.languages.python.bodies.changing import Changes
from promptlint.languages.python.bodies.editing import loop_of
from promptlint.languages.python.bodies.expressions import YIELDED, Expressions, loaded
from promptlint.languages.python.bodies.states import State, all_joined, root_of
from promptlint.languages.python.bodies.states import joined as either
from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame, Summary, first_returned, fresh_loop
from promptlint.languages.python.bodies.taking import queue_of, taken
from promptlint.languages.python.bodies.turns import Turns
from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.imports import bindings
from promptlint.languages.python.modules.mutating import MUTATORS
from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.modules.syntax import all_nodes, bound_names, leaves_at
from promptlint.languages.python.values.rewriting import Exchange, cat, is_text, shallow, spread, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Before,
    Call,
    Class,
    Const,
    Each,
    Func,
    Item,
    Module,
    Op,
    Opaque,
    Param,
    Ref,
    Via,
)

EffectsOf = Callable[[Call], Mapping[Term, Term]]
"""What a call changes, as far as it can be told: places in the caller's terms → what they hold afterwards."""


class Walker:
    """Walks one body. The state is the only thing that changes; terms never do."""

    def __init__(self, info: FunctionInfo, project: Project, effects_of: EffectsOf) -> None:
        self.info = info
        self.module: ModuleInfo = info.module
        self.project = project
        self.effects_of = effects_of
        self.state = State()
        self.globals: set[str] = set()
        self.loops: list[LoopFrame] = []
        self.conditions: list[Term] = []
        self.handlers = 0
        self.guards: list[ast.expr] = []
        """The tests of the `if` and `while` around, the innermost last."""
        self.gone_through: dict[int, ast.expr] = {}
        """Number of a loop → what it goes through."""
        self.calls: list[CallRecord] = []
        self.returned: list[tuple[tuple[Term, ...], Term]] = []
        self.ended: list[State] = []
        self.alive = True
        self.left: list[list[State]] = []
        self.taken: dict[ast.Assign, Each] = {}
        """Statements that take an item of a queue which a loop empties → the item."""
        self.expressions = Expressions(self)
        self.changes = Changes(self)

    def summary(self) -> Summary:
        """Walk the body."""
        node = self.info.node
        for name in self.info.parameters:
            self.state.held[name] = Param(self.info, name, at=self.module.place(self._argument(name)))
        if isinstance(node, ast.Lambda):
            self.returned.append(((), self.expressions.now(node.body)))
        else:
            self.block(node.body)
        if self.alive:
            self.ended.append(self.state)
        final = all_joined(self.ended)
        names = {key: final.snapshot(value) for key, value in final.held.items() if isinstance(key, str)}
        return Summary(self._returns(final), tuple(self.calls), self._effects(final), self._left_in_items(final), names)

    def _argument(self, name: str) -> ast.arg:
        a = self.info.arguments
        assert a is not None
        every = (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg)))
        return next(argument for argument in every if argument.arg == name)

    def _returns(self, final: State) -> Term:
        if YIELDED in final.held:
            return final.snapshot(final.held[YIELDED])
        if not self.returned:
            return NONE
        falls_off = self.alive and not isinstance(self.info.node, ast.Lambda)
        return first_returned([*self.returned, ((), NONE)] if falls_off else self.returned)

    def _effects(self, final: State) -> dict[Term, Term]:
        found: dict[Term, Term] = {}
        for key, value in final.held.items():
            if isinstance(key, (Param, Attr, Item)) and (root_of(key) is not None or _of_module(key)):
                found[key] = final.snapshot(value)
        return found

    @staticmethod
    def _left_in_items(final: State) -> dict[Term, Term]:
        within = {key: value for key, value in final.held.items() if isinstance(key, Item) and loop_of(key) is not None}
        return {final.snapshot(key): final.snapshot(value) for key, value in within.items()}

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        """The statements of a block, until one of them leaves it."""
        for node in body:
            if not self.alive:
                return
            handler = getattr(self, f"_{type(node).__name__}", None)
            if handler is not None:
                handler(node)

    def _Expr(self, node: ast.Expr) -> None:
        self.expressions.of(node.value)

    def _Assert(self, node: ast.Assert) -> None:
        self.expressions.of(node.test)

    def _Global(self, node: ast.Global) -> None:
        self.globals.update(node.names)

    def _Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.state.held.update(bindings(node, self.project, self.module.path))

    _ImportFrom = _Import

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.state.held.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                key, at = self.expressions.key(target.slice), self.module.place(target)
                self.changes.change(self.expressions.of(target.value), "del", (key,), (), at)

    def _Assign(self, node: ast.Assign) -> None:
        value = self.expressions.of(node.value)
        item = self.taken.get(node)
        for target in node.targets:
            self.assign(target, item or value, step=item is None)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.expressions.of(node.value))

    def _AugAssign(self, node: ast.AugAssign) -> None:
        load = ast.copy_location(loaded(node.target), node.target)
        before, value = self.expressions.of(load), self.expressions.of(node.value)
        place = self.state.place(before)
        operator = {ast.Add: "+", ast.Sub: "-", ast.BitOr: "|"}.get(type(node.op), "?")
        if isinstance(place, Ref) and operator in "+|":
            self.changes.change(before, "extend" if operator == "+" else "update", (value,), ())
            return
        before, value, at = self.state.snapshot(before), self.state.snapshot(value), self.module.place(node)
        if operator == "+" and (is_text(before) or is_text(value)):
            # The step is that of what is added: one around the whole would nest with each addition.
            more = Via(value, f"added to `{self.module.source(node.target)}`", at=self.module.place(node.target))
            self.assign(node.target, cat(before, more, at=at), step=False)
            return
        self.assign(node.target, Op(operator, (before, value), at=at))

    def _Return(self, node: ast.Return) -> None:
        value = self.expressions.now(node.value) if node.value else NONE
        self.returned.append((tuple(self.conditions), value))
        self._end()

    def _Raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self.expressions.of(node.exc)
        self.alive = False

    def _end(self) -> None:
        self.ended.append(self.state)
        self.alive = False

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expressions.of(decorator)
        parent = None if self.info is self.module.body else self.info
        owner = None
        if isinstance(self.info.node, ast.ClassDef):
            owner, parent = self.module.klass(self.info.node, self.info.parent), self.info.parent
        info = self.module.function(node, owner, parent)
        self.state.held[node.name] = Func(info, (), self.expressions.captured(info), at=self.module.place(node))

    _AsyncFunctionDef = _FunctionDef

    def _ClassDef(self, node: ast.ClassDef) -> None:
        parent = None if self.info is self.module.body else self.info
        self.state.held[node.name] = Class(self.module.klass(node, parent))

    # --- branches -----------------------------------------------------------------------------------------------------

    def _If(self, node: ast.If) -> None:
        condition = self.expressions.now(node.test)
        self.guards.append(node.test)
        self._branch(condition, lambda: self.block(node.body), lambda: self.block(node.orelse))
        self.guards.pop()

    def _branch(self, condition: Term, then: Callable[[], None], other: Callable[[], None]) -> None:
        before = self.state.copy()
        after = self._side(condition, then)
        self.state, self.alive = before, True
        after_other = self._side(Op("not", (condition,)), other)
        if after is not None and after_other is not None:
            self.state = either(condition, after, after_other)
        else:
            self.state = after or after_other or self.state
        self.alive = after is not None or after_other is not None
        if self.alive and (after is None or after_other is None):
            # What follows is reached on one side only.
            self.conditions.append(Op("not", (condition,)) if after is None else condition)

    def _side(self, condition: Term, walk: Callable[[], None]) -> State | None:
        depth = len(self.conditions)
        self.conditions.append(condition)
        walk()
        del self.conditions[depth:]
        return self.state if self.alive else None

    def _Match(self, node: ast.Match) -> None:
        subject = self.expressions.now(node.subject)
        self._cases(subject, list(node.cases))

    def _cases(self, subject: Term, cases: list[ast.match_case]) -> None:
        if not cases:
            return
        first, *rest = cases
        pattern = first.pattern
        at = self.module.place(pattern)
        if isinstance(pattern, ast.MatchValue):
            condition: Term = Op("==", (subject, self.expressions.now(pattern.value)), at=at)
        elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None and first.guard is None:
            condition = Const(True)
        else:
            condition = Op("matches", (subject,), at=at)

        def then() -> None:
            for inner in all_nodes(pattern):
                if isinstance(inner, (ast.MatchAs, ast.MatchStar)) and inner.name:
                    self.state.held[inner.name] = Op("part of", (subject,), at=at) if inner is not pattern else subject
            self.block(first.body)

        self._branch(condition, then, lambda: self._cases(subject, rest))

    def _Try(self, node: ast.Try | ast.TryStar) -> None:
        before = self.state.copy()
        self.block(node.body)
        if self.alive:
            self.block(node.orelse)
        ends = [self.state] if self.alive else []
        after_body = self.state
        for handler in node.handlers:
            self.state, self.alive = either(Opaque("an exception is raised"), before.copy(), after_body.copy()), True
            if handler.name:
                self.state.held[handler.name] = Opaque("is an exception")
            self.handlers += 1
            self.block(handler.body)
            self.handlers -= 1
            if self.alive:
                ends.append(self.state)
        self.alive = bool(ends)
        if ends:
            self.state = ends[0]
            for other in ends[1:]:
                self.state = either(Opaque("no exception is raised"), self.state, other)
        elif node.finalbody:
            self.state = after_body
        alive, self.alive = self.alive, True
        self.block(node.finalbody)
        self.alive = alive and self.alive

    _TryStar = _Try

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.expressions.of(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Op("enter", (self.state.snapshot(value),)))
        self.block(node.body)

    _AsyncWith = _With

    # --- loops --------------------------------------------------------------------------------------------------------

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        each = self.enter_loop(node, "for", node.iter, parallel=False)
        self._turns(each, node.body, lambda: self.assign(node.target, each, step=False))
        self.leave_loop()
        self.block(node.orelse)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        queue = queue_of(node)
        each = self.enter_loop(node, "while", queue, parallel=False, text=self.module.source(node.test))
        self.taken.update(dict.fromkeys(taken(node, queue), each) if queue is not None else {})
        self.guards.append(node.test)
        self._turns(each, node.body, lambda: self._test(node.test))
        self.guards.pop()
        self.leave_loop()
        self.block(node.orelse)

    def _test(self, node: ast.expr) -> None:
        self.expressions.of(node)

    def enter_loop(self, node: ast.AST, kind: str, over: ast.expr | None, *, parallel: bool, text: str = "") -> Each:
        """Begin a loop; the term of its item."""
        items: Term = Opaque("goes on until a condition fails")
        if over is not None:
            items = self.expressions.now(over)
            text = self.module.source(over)
        each = Each(fresh_loop(), items, text, at=self.module.place(over or node))
        self.gone_through.update({each.loop: over} if over is not None else {})
        early = leaves_at(node) if isinstance(node, (ast.For, ast.AsyncFor, ast.While)) else 0
        names = bound_names(ast.walk(node.target)) if isinstance(node, (ast.For, ast.AsyncFor)) else ()
        grows = not self.info.added.lists.isdisjoint(names)
        back = node in self.info.going_back
        frame = LoopFrame(each.loop, kind, self.module.place(node), each, parallel, early, grows=grows, goes_back=back)
        self.loops.append(frame)
        return each

    def leave_loop(self) -> None:
        """End the innermost loop."""
        self.loops.pop()

    def _turns(self, each: Each, body: list[ast.stmt], bind: Callable[[], None]) -> None:
        Turns(self, each, body, bind).walk()

    def _Break(self, node: ast.Break | ast.Continue) -> None:
        if self.left:
            self.left[-1].append(self.state)
        self.alive = False

    _Continue = _Break

    # --- changes ------------------------------------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: Term, *, step: bool = True) -> None:
        """Let a target hold a value."""
        self.changes.assign(target, value, step=step)

    def called(self, node: ast.Call, function: Term, arguments: tuple[Term, ...], keywords: tuple[Term, ...]) -> Term:
        """A call: what it is, noted for whoever looks for it, with what it changes changed."""
        at = self.module.place(node)
        plain = stripped(function)
        if isinstance(plain, Attr) and plain.name in MUTATORS:
            self.changes.change(plain.value, plain.name, arguments, keywords, at)

        def now(term: Term) -> Term:
            return shallow(self.state.snapshot(term))

        call = Call(now(function), tuple(map(now, arguments)), tuple(map(now, keywords)), at=at)
        self.calls.append(
            CallRecord(call, self.info, node, tuple(self.loops), tuple(self.conditions), self.handlers > 0)
        )
        self._affected(self.effects_of(Call(function, arguments, keywords, at=at)), now)
        return call

    def _affected(self, effects: Mapping[Term, Term], now: Callable[[Term], Term]) -> None:
        """Let each place hold what a call leaves in it: told by what was there when the call was made."""
        owners = {place: self.state.place(self.state.located(place)) for place in effects}
        held = {place: self.state.held.get(owner) for place, owner in owners.items()}
        before = {place: Before(owners[place]) if old is None else now(old) for place, old in held.items()}
        exchange = Exchange(before)
        left = {place: exchange(now(content)) for place, content in effects.items()}
        for place, content in left.items():
            self.changes.hold(owners[place], spread(content))


def _of_module(place: Term) -> bool:
    return isinstance(place, Attr) and isinstance(place.value, Module)
