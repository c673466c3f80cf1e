"""Terms to segments: the text that a value puts into a prompt, in the order in which it stands there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from promptlint.frozen import replace
from promptlint.knowledge.providers import Provider
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.sending.judging import Judge, settled
from promptlint.languages.python.sending.standing import Standing
from promptlint.languages.python.values import clocks, objects
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Entry,
    Format,
    Func,
    Hole,
    Map,
    Maybe,
    Op,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import (
    Breakpoint,
    Origin,
    Role,
    Segment,
    Step,
    Tokens,
    Volatility,
)

MOST_SEGMENTS = 900
"""Segments of one prompt; what follows them is left out, and the prompt counts as partly known."""
MOST_TOOLS = 200
"""Segments of the tools of one prompt; what follows them of the tools counts as one that is not known."""
MOST_OF_A_BLOCK = 4
"""Segments of a block that is no text, such as a picture: with more of them, what varies most stands for all."""
ADDRESS = "address"
"""Type of a hole that is the address of an object."""
_FIXED = Hole(Volatility.CONSTANT, "")
"""What is written in the source."""


class Texts(Standing):
    """Collects the segments of one prompt."""

    def __init__(self, engine: Engine, provider: Provider, judge: Judge) -> None:
        super().__init__(engine, judge)
        self.provider = provider
        self.segments: list[Segment] = []
        self._most = MOST_SEGMENTS
        self._more = False
        self.role = Role.UNKNOWN
        self.markable = True
        self.block = 0
        self._printing = 0

    # --- where we stand -----------------------------------------------------------------------------------------------

    @contextmanager
    def at_most(self, most: int) -> Iterator[None]:
        """In a part of the prompt of which so many segments are told; the others count as one that is not known."""
        outer, self._most, self._more = self._most, min(self._most, len(self.segments) + most), False
        yield
        self._most = outer
        if self._more and len(self.segments) < outer:
            self.hole(Hole(None, "has more parts than we follow", at=self.judge.place))

    @contextmanager
    def aside(self) -> Iterator[list[Segment]]:
        """Segments that are collected beside the prompt."""
        prompt, block, role = self.segments, self.block, self.role
        self.segments, self.block = [], 0
        yield self.segments
        self.segments, self.block, self.role = prompt, block, role

    def next_block(self) -> None:
        """What follows belongs to another message or block."""
        if self.segments and self.segments[-1].block == self.block:
            self.block += 1

    def in_short(self, start: int) -> None:
        """Tell the block that begins with segment `start` by the one of its segments that varies most."""
        parts = self.segments[start:]
        varying = [part for part in parts if not part.literal]
        if len(parts) <= MOST_OF_A_BLOCK or not varying:
            return
        most = max(varying, key=lambda part: -1 if part.volatility is None else part.volatility)
        self.segments[start:] = [replace(most, arms=self.arms())]

    def mark(self, breakpoint: Breakpoint) -> None:
        """A cache breakpoint stands here."""
        if self.segments:
            last = self.segments[-1]
            self.segments[-1] = _with_breakpoint(last, breakpoint)

    @property
    def written(self) -> bool:
        """Whether the author of the prompt has written a text that is always sent."""
        return any(
            s.literal and not s.arms and s.role is not Role.TOOLS and bool(s.text.strip()) for s in self.segments
        )

    def full(self) -> bool:
        """Whether there is no room for more; whoever asks has more, and leaves it out."""
        full = len(self.segments) >= self._most
        self._more |= full
        self.cut |= full and self._most == MOST_SEGMENTS
        return full

    # --- texts --------------------------------------------------------------------------------------------------------

    def text(self, term: Term) -> None:
        """The text of a value."""
        if self.full():
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
            self._choice(term)
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
            self._instance(term)
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
        with self.engine.for_a_value(), self.along(self.engine.reduced(term.value)) as value:
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

    def _choice(self, term: Choice) -> None:
        told = self.engine.text(term)
        if isinstance(told, Choice):
            self._either(told.condition, (told.then,), (told.other,))
        else:
            self.text(told)

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

    def _instance(self, term: Call) -> None:
        """An object of the project: as it prints itself, where it is printed."""
        made = term.function
        printing = objects.printing(made.info, self.engine) if self._printing and isinstance(made, Class) else ""
        if printing:
            self.text(Call(Attr(term, printing), at=term.at))
        elif self._printing and isinstance(made, Class) and objects.prints_address(made.info, self.engine):
            because = "prints the address that an object has in memory"
            self.hole(Hole(Volatility.CALL, because, type=ADDRESS, at=term.at))
        else:
            self._object(term)

    def _object(self, term: Call) -> None:
        for argument in term.arguments:
            self.text(argument)
        for keyword in (*term.keywords, *term.changed):
            if isinstance(keyword, Entry) and (keyword in term.changed or not _changed(keyword, term)):
                self.text(keyword.value)

    # --- segments -----------------------------------------------------------------------------------------------------

    def _literal(self, text: str, at: Place) -> None:
        if text:
            self._add(text, _FIXED, at, self.provider.tokens(text))

    def hole(self, hole: Hole) -> None:
        """A value that varies, or of which we cannot tell."""
        caps = [step.cap for step in self._steps if step.cap is not None]
        hole = settled(hole, self.role, caps, growing=self._growing > 0, repeated=self._repeated > 0)
        self._add(hole.text or self.engine.source(hole.at) or hole.because, hole, hole.at, Tokens())

    def _add(self, text: str, what: Hole, at: Place, tokens: Tokens) -> None:
        growing = self._growing > 0
        self.segments.append(
            Segment(
                text, what.volatility, self.role, self.origin(at), tokens, what.because, what.confidence, self.block,
                arms=self.arms(), repeated=self._repeated > 0, growing=growing,
                unordered=self._unordered[0] if self._unordered else None, history=self._history,
                address=what.type == ADDRESS, markable=self.markable,
                cut=self._cuts[-1] if growing and self._cuts else None,
            )
        )  # fmt: skip


def _changed(keyword: Entry, made: Call) -> bool:
    return isinstance(keyword.key, Str) and made.since(keyword.key.value) is not None


def _with_breakpoint(segment: Segment, mark: Breakpoint) -> Segment:
    return replace(segment, breakpoint=mark)
