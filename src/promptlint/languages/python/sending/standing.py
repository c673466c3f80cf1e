"""Where we stand while we go down a term: on which sides of branches, in which loops, by which way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from promptlint.frozen import replace
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.sending.judging import Judge
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.classes import annotated
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Const,
    Each,
    Entry,
    Global,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Arm, Condition, Cut, Disorder, Origin, Step

ASSIGNED = "assigned to "
_SETS = {"set", "frozenset", "typing.Set", "typing.FrozenSet", "typing.AbstractSet", "collections.abc.Set"}
MOST_NESTED = 60
"""Texts within texts."""
MOST_SOURCES = 4
"""Lists that were filled from others, one behind the other; and as many others of each."""
MOST_PLACES = 20_000
"""Values of one prompt, each counted as often as a way leads to it: each choice between lists may double the ways."""


class Standing:
    """Keeps where we stand. Each method that goes further goes back at the end of its `with` block."""

    def __init__(self, engine: Engine, judge: Judge) -> None:
        self.engine = engine
        self.judge = judge
        self._steps: list[Via] = []
        self._told: list[Step | None] = []
        """The same as they are told, as far as somebody asked: all parts of a text have most of them in common."""
        self._arms: tuple[Arm, ...] = ()
        self._branches: dict[Term, int] = {}
        self._conditions: dict[int, Condition] = {}
        self._repeated = 0
        self._growing = 0
        self._history = ""
        self._cuts: list[Cut] = []
        self._unordered: list[Disorder] = []
        self._depth = 0
        self._own = 0
        self._places = 0
        self._sorted_keys = 0
        self.cut = False
        """Whether something was left out."""

    @contextmanager
    def within(self, branch: Term, side: int) -> Iterator[None]:
        """On one side of a branch. The same condition is the same branch wherever it is asked."""
        negated = 0
        while isinstance(branch, Op) and branch.operator == "not":
            branch, negated = branch.operands[0], 1 - negated
        number = self._branches.setdefault(branch, len(self._branches) + 1)
        if number not in self._conditions:
            self._conditions[number] = self.judge.condition(branch)
        outer, arm = self._arms, Arm(number, side ^ negated, self._conditions[number])
        if not any(known.branch == number and known.side == arm.side for known in outer):
            self._arms = (*outer, arm)
        yield
        self._arms = outer

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
    def cutting(self, lost: Op | None) -> Iterator[None]:
        """In a history that loses its beginning (an Op `cut`); None: it does not."""
        cut = self._cut(lost) if lost is not None else None
        if cut is not None:
            self._cuts.append(cut)
        yield
        if cut is not None:
            self._cuts.pop()

    @property
    def loses_its_beginning(self) -> bool:
        """Whether we are in a history of which only the newest messages are kept."""
        return bool(self._cuts)

    def _cut(self, lost: Op) -> Cut | None:
        """How a history loses its beginning; None where nothing is changed in it that a model reads."""
        _, kept, because, *changed = lost.operands
        key = stripped(changed[0]) if changed else None
        if isinstance(key, Str) and key.value not in self.engine.models.content_keys:
            return None
        keeps = self.engine.head(kept)
        number = keeps.value if isinstance(keeps, Const) and isinstance(keeps.value, int) else None
        at = lost.at if lost.at.path else self.judge.place
        words = because.value if isinstance(because, Str) else ""
        return Cut(words, self.engine.source(at), self.engine.span(at), number, edits=cuts.edits(lost))

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

    def _disorder(self, term: Term, inside: int = MOST_SOURCES) -> Disorder | None:
        at = NOWHERE
        if isinstance(term, Repeat):
            if not isinstance(term.each, Each):
                return None
            at, term = term.each.at, self.engine.head(term.each.over)
        if isinstance(term, Param):
            annotation = annotated(term, self.engine)
            is_set = isinstance(annotation, Global) and annotation.name in _SETS
            term = Seq((Opaque("is an item of a set"),), "set", at=at) if is_set else term
        if not isinstance(term, Seq):
            return None
        because = term.unordered
        if term.kind == "set" and (len(term.items) > 1 or any(not isinstance(i, (Str, Const)) for i in term.items)):
            because = because or self.engine.models.unordered.get("set", "")
        if not because:  # it is in the order of those that it was filled from
            return self._of_sources(term, inside - 1) if inside else None
        at = at if at.path else term.at if term.at.path else self.judge.place
        return Disorder(because, self.engine.source(at), self.engine.span(at))

    def _of_sources(self, term: Seq, inside: int) -> Disorder | None:
        items = term.items[:MOST_SOURCES]
        parts = (self.engine.head(item.value) if isinstance(item, Splat) else item for item in items)
        found = (self._disorder(part, inside) for part in parts if isinstance(part, (Repeat, Seq)))
        return next((disorder for disorder in found if disorder is not None), None)

    @contextmanager
    def along(self, term: Term) -> Iterator[Term]:
        """The term without the steps around it, which are remembered meanwhile; an unknown one, if that is too far."""
        depth = len(self._steps)
        while isinstance(term, Via):
            self._steps.append(term)
            self._told.append(None)
            term = term.value
        self._depth += 1
        self._places += 1
        if self._depth > MOST_NESTED or self._places > MOST_PLACES:
            self.cut = True
            because = (
                "is nested deeper than we follow" if self._depth > MOST_NESTED else "has more parts than we follow"
            )
            term = Opaque(because, at=getattr(term, "at", NOWHERE))
        yield term
        self._depth -= 1
        del self._steps[depth:], self._told[depth:]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """In a list that is a part of another one."""
        outer, self._own = self._own, len(self._steps)
        yield
        self._own = outer

    @property
    def names(self) -> list[str]:
        """The names that the list was assigned to on its way here, or to the list that it is a part of."""
        steps = (via.step for via in self._steps[self._own :])
        return [step.removeprefix(ASSIGNED).strip("`") for step in steps if step.startswith(ASSIGNED)]

    @property
    def in_loop(self) -> bool:
        """Whether a loop makes what is read now."""
        return self._repeated > 0

    def arms(self) -> tuple[Arm, ...]:
        """The sides of branches on which we are."""
        return self._arms

    def origin(self, at: Place) -> Origin:
        """A place, and the way that a value took from there to the prompt."""
        told = self._told
        for number, via in enumerate(self._steps):
            if told[number] is None and via.step and via.at.path:
                told[number] = self.engine.step(via)
        way = {id(step): step for step in reversed(told) if step is not None}
        if not at.path:
            at = next((via.at for via in reversed(self._steps) if via.at.path), self.judge.place)
        return Origin(self.engine.span(at), tuple(way.values()))
