"""Terms to segments: the text that a value puts into a prompt, in the order in which it stands there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from promptlint.knowledge.providers import Provider
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.sending.judging import Judge, settled
from promptlint.languages.python.values import attributes, clocks
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Each,
    Entry,
    Format,
    Func,
    Hole,
    Map,
    Maybe,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import (
    Arm,
    Breakpoint,
    Condition,
    Cut,
    Disorder,
    Origin,
    Role,
    Segment,
    Step,
    Tokens,
    Volatility,
)

MOST_SEGMENTS = 600
"""Segments of one prompt; what follows them is left out, and the prompt counts as partly known."""
MOST_NESTED = 60
"""Texts within texts."""
ADDRESS = "address"
"""Type of a hole that is the address of an object."""


class Texts:
    """Collects the segments of one prompt, and keeps where it stands while it goes down a term."""

    def __init__(self, engine: Engine, provider: Provider, judge: Judge) -> None:
        self.engine = engine
        self.provider = provider
        self.judge = judge
        self.segments: list[Segment] = []
        self.cut = False
        self.role = Role.UNKNOWN
        self.markable = True
        self.block = 0
        self._steps: list[Via] = []
        self._arms: list[Arm] = []
        self._branches: dict[Term, int] = {}
        self._conditions: dict[int, Condition] = {}
        self._repeated = 0
        self._growing = 0
        self._history = ""
        self._cuts: list[Cut] = []
        self._unordered: list[Disorder] = []
        self._depth = 0
        self._sorted_keys = 0
        self._printing = 0

    # --- where we stand -----------------------------------------------------------------------------------------------

    @contextmanager
    def within(self, branch: Term, side: int) -> Iterator[None]:
        """On one side of a branch. The same condition is the same branch wherever it is asked."""
        negated = 0
        while isinstance(branch, Op) and branch.operator == "not":
            branch, negated = branch.operands[0], 1 - negated
        number = self._branches.setdefault(branch, len(self._branches) + 1)
        if number not in self._conditions:
            self._conditions[number] = self.judge.condition(branch)
        self._arms.append(Arm(number, side ^ negated, self._conditions[number]))
        yield
        self._arms.pop()

    def sides(self, condition: Term) -> tuple[int, ...]:
        """The sides of a branch that can be taken here: one where it is decided, by its condition or further out."""
        decided = self.engine.truth(condition)
        if decided is not None:
            return (0,) if decided else (1,)
        negated = 0
        while isinstance(condition, Op) and condition.operator == "not":
            condition, negated = condition.operands[0], 1 - negated
        number = self._branches.get(condition)
        taken = [arm.side for arm in self._arms if arm.branch == number]
        return (taken[0] ^ negated,) if taken else (0, 1)

    @contextmanager
    def repeating(self, *, growing: bool, history: str = "") -> Iterator[None]:
        """In what a loop adds on each turn, to which list of messages."""
        before = self._history
        self._history = before or history
        self._repeated += 1
        self._growing += growing
        yield
        self._repeated -= 1
        self._growing -= growing
        self._history = before

    @contextmanager
    def aside(self) -> Iterator[list[Segment]]:
        """Segments that are collected beside the prompt."""
        prompt, block, role = self.segments, self.block, self.role
        self.segments, self.block = [], 0
        yield self.segments
        self.segments, self.block, self.role = prompt, block, role

    @contextmanager
    def cutting(self, lost: Op | None) -> Iterator[None]:
        """In a history that loses its beginning (an Op `cut`); None: it does not."""
        if lost is not None:
            self._cuts.append(self._cut(lost))
        yield
        if lost is not None:
            self._cuts.pop()

    @property
    def loses_its_beginning(self) -> bool:
        """Whether we are in a history of which only the newest messages are kept."""
        return bool(self._cuts)

    def _cut(self, lost: Op) -> Cut:
        _, kept, because = lost.operands
        keeps = self.engine.head(kept)
        number = keeps.value if isinstance(keeps, Const) and isinstance(keeps.value, int) else None
        at = lost.at if lost.at.path else self.judge.place
        words = because.value if isinstance(because, Str) else ""
        return Cut(words, self.engine.source(at), self.engine.span(at), number)

    @contextmanager
    def without_order(self, term: Term) -> Iterator[None]:
        """In the items of a sequence or loop, which may have no fixed order."""
        disorder = self._disorder(term)
        if disorder is not None and isinstance(term, Repeat) and any(isinstance(item, Entry) for item in term.items):
            disorder = None if self._sorted_keys else replace(disorder, keys=True)
        if disorder is not None:
            self._unordered.append(disorder)
        yield
        if disorder is not None:
            self._unordered.pop()

    def _disorder(self, term: Term) -> Disorder | None:
        at = NOWHERE
        if isinstance(term, Repeat):
            if not isinstance(term.each, Each):
                return None
            at, term = term.each.at, self.engine.head(term.each.over)
        if not isinstance(term, Seq):
            return None
        because = term.unordered
        if term.kind == "set" and (len(term.items) > 1 or any(not isinstance(i, (Str, Const)) for i in term.items)):
            because = because or self.engine.models.unordered.get("set", "")
        if not because:
            return None
        at = at if at.path else term.at if term.at.path else self.judge.place
        return Disorder(because, self.engine.source(at), self.engine.span(at))

    @contextmanager
    def along(self, term: Term) -> Iterator[Term]:
        """The term without the steps around it, which are remembered meanwhile; an unknown one, nested too deep."""
        depth = len(self._steps)
        while isinstance(term, Via):
            self._steps.append(term)
            term = term.value
        self._depth += 1
        if self._depth > MOST_NESTED:
            self.cut = True
            term = Opaque("is nested deeper than we follow", at=getattr(term, "at", NOWHERE))
        yield term
        self._depth -= 1
        del self._steps[depth:]

    def next_block(self) -> None:
        """What follows belongs to another message or block."""
        if self.segments and self.segments[-1].block == self.block:
            self.block += 1

    @property
    def in_loop(self) -> bool:
        """Whether a loop makes what is read now."""
        return self._repeated > 0

    def mark(self, breakpoint: Breakpoint) -> None:
        """A cache breakpoint stands here."""
        if self.segments:
            last = self.segments[-1]
            self.segments[-1] = _with_breakpoint(last, breakpoint)

    # --- texts --------------------------------------------------------------------------------------------------------

    def text(self, term: Term) -> None:
        """The text of a value."""
        if len(self.segments) >= MOST_SEGMENTS:
            self.cut = True
            return
        with self.along(self.engine.reduced(term)) as plain:
            self._text(plain)

    def _text(self, term: Term) -> None:
        if isinstance(term, Str):
            self._literal(term.value, term.at)
        elif isinstance(term, Const):
            self._literal(str(term.value), term.at)
        elif isinstance(term, Cat):
            for part in term.parts:
                self.text(part)
        elif isinstance(term, Format):
            self._formatted(term)
        elif isinstance(term, (Seq, Map)):
            self._data(term)
        elif isinstance(term, Entry):
            self.text(term.key)
            self.text(term.value)
        elif isinstance(term, Splat):
            self.text(term.value)
        elif isinstance(term, Repeat):
            self._repeat(term)
        elif isinstance(term, Maybe):
            self._either(term.condition, term.then, term.other)
        elif isinstance(term, Choice):
            self._either(term.condition, (term.then,), (term.other,))
        elif isinstance(term, Op) and term.operator == "json":
            self._sorted_keys += len(term.operands) > 1
            self.text(term.operands[0])
            self._sorted_keys -= len(term.operands) > 1
        elif isinstance(term, Op) and term.operator in ("parts", "changed"):
            for operand in term.operands:
                self.text(operand)
        elif isinstance(term, Op) and term.operator == "filled":
            self._filled(term)
        elif isinstance(term, Op) and term.operator in ("any order", "cut"):
            self.text(term.operands[0])
        elif isinstance(term, Func):
            if self.role is Role.TOOLS:
                self._function(term)
            else:
                self.text(self._returned(term))
        elif isinstance(term, Call) and isinstance(term.function, Class):
            if self._printing and attributes.prints_address(term.function.info, self.engine):
                because = "prints the address that an object has in memory"
                self.hole(Hole(Volatility.CALL, because, type=ADDRESS, at=term.at))
            else:
                self._object(term)
        elif isinstance(term, Op) and term.operator in ("+", "%"):
            for operand in term.operands:
                self.text(operand)
        else:
            self.hole(self.judge.hole(term))

    def _filled(self, term: Op) -> None:
        """A hole of a template: what varies in it is told there, with the way that the value took to it."""
        value, text = term.operands
        first = len(self.segments)
        self.text(value)
        hole = self.engine.span(term.at)
        for index, segment in enumerate(self.segments[first:], first):
            written = segment.origin
            if segment.literal or not isinstance(text, Str):
                continue
            if written.span != hole:
                step = f"`{segment.text}`, which {segment.because}" if segment.because else f"`{segment.text}`"
                written = Origin(hole, (Step(step, written.span), *written.trail))
            self.segments[index] = replace(segment, text=text.value, origin=written)

    def _formatted(self, term: Format) -> None:
        with self.along(self.engine.reduced(term.value)) as value:
            if isinstance(value, Hole) and value.type and "%" in term.spec:
                self.text(clocks.with_format(value, term.spec, self.engine.models))
            else:
                self._printing += 1
                self.text(value)
                self._printing -= 1

    def _data(self, term: Seq | Map) -> None:
        with self.without_order(term):
            self._items(term.items)

    def _items(self, items: tuple[Term, ...]) -> None:
        for item in items:
            self.text(item)

    def _repeat(self, term: Repeat) -> None:
        with self.without_order(term):
            turns = self.engine.turns(term)
            if turns is not None:
                self._items(turns)
            else:
                with self.repeating(growing=term.growing):
                    self._items(term.items)

    def _either(self, condition: Term, then: tuple[Term, ...], other: tuple[Term, ...]) -> None:
        sides = self.sides(condition)
        for side in sides:
            items = other if side else then
            if len(sides) == 1:
                self._items(items)
            else:
                with self.within(condition, side):
                    self._items(items)

    def _function(self, term: Func) -> None:
        """A function of the project as a tool: the provider sees its name and its docstring."""
        import ast

        node = term.info.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            place = term.info.module.place(node)
            self._literal(f"{node.name}: {ast.get_docstring(node) or ''}", place)

    def _returned(self, term: Func) -> Term:
        """What a function returns which a library calls for the text of a prompt, with arguments of its own."""
        seen: dict[Term, Term] = {
            Param(term.info, e.key.value): e.value
            for e in term.captured
            if isinstance(e, Entry) and isinstance(e.key, Str)
        }
        if term.receiver and term.info.receiver:
            seen[Param(term.info, term.info.receiver)] = term.receiver[0]
        return substituted(self.engine.summary(term.info).returns, seen)

    def _object(self, term: Call) -> None:
        for argument in term.arguments:
            self.text(argument)
        for keyword in (*term.keywords, *term.changed):
            if isinstance(keyword, Entry) and (keyword in term.changed or not _changed(keyword, term)):
                self.text(keyword.value)

    # --- segments -----------------------------------------------------------------------------------------------------

    def _literal(self, text: str, at: Place) -> None:
        if text:
            self._add(Segment(text, Volatility.CONSTANT, self.role, self._origin(at), self.provider.tokens(text)))

    def hole(self, hole: Hole) -> None:
        """A value that varies, or of which we cannot tell."""
        caps = [step.cap for step in self._steps if step.cap is not None]
        hole = settled(hole, self.role, caps, growing=self._growing > 0)
        origin = self._origin(hole.at)
        text = hole.text or self.engine.source(hole.at) or hole.because
        address = hole.type == ADDRESS
        self._add(
            Segment(
                text, hole.volatility, self.role, origin, Tokens(), hole.because, hole.confidence, address=address
            )
        )  # fmt: skip

    def _add(self, segment: Segment) -> None:
        unordered = self._unordered[0] if self._unordered else None
        growing = self._growing > 0
        self.segments.append(
            replace(
                segment, block=self.block, markable=self.markable, arms=self._sides(), repeated=self._repeated > 0,
                growing=growing, history=self._history, unordered=unordered,
                cut=self._cuts[-1] if growing and self._cuts else None,
            )
        )  # fmt: skip

    def _sides(self) -> tuple[Arm, ...]:
        return tuple(dict.fromkeys(self._arms))

    def _origin(self, at: Place) -> Origin:
        taken = dict.fromkeys((via.step, via.at) for via in reversed(self._steps) if via.step and via.at.path)
        if not at.path:
            at = next((via.at for via in reversed(self._steps) if via.at.path), self.judge.place)
        return Origin(self.engine.span(at), tuple([Step(step, self.engine.span(place)) for step, place in taken]))


def _changed(keyword: Entry, made: Call) -> bool:
    return isinstance(keyword.key, Str) and made.since(keyword.key.value) is not None


def _with_breakpoint(segment: Segment, mark: Breakpoint) -> Segment:
    return replace(segment, breakpoint=mark)
