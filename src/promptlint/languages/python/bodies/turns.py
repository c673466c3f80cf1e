"""The turns of a loop: what they carry from one to the next, and what is held after the last."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.bodies.states import Key, State, all_joined, folded, grown, root_of
from promptlint.languages.python.bodies.summaries import substituted_record
from promptlint.languages.python.modules.places import NOWHERE
from promptlint.languages.python.modules.syntax import stops_at_size
from promptlint.languages.python.values import backwards
from promptlint.languages.python.values.cuts import called
from promptlint.languages.python.values.rewriting import Substitution, spread, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    UNASSIGNED,
    Attr,
    Call,
    Carried,
    Const,
    Each,
    Item,
    Map,
    Op,
    Ref,
    Seq,
    Splat,
)

if TYPE_CHECKING:
    from promptlint.languages.python.bodies.walking import Walker

DEEPEST_LOOP = 3
"""Loops nested deeper are walked once: what they carry from turn to turn is not seen."""


class Turns:
    """Walks the body of a loop twice: to see what it changes, and with that as symbols for what a turn begins with."""

    def __init__(self, walker: Walker, each: Each, body: list[ast.stmt], bind: Callable[[], None]) -> None:
        self.walker = walker
        self.each = each
        self.body = body
        self.bind = bind

    def walk(self) -> None:
        """Leave the walker in the state after the loop."""
        before = self.walker.state.copy()
        marks = len(self.walker.calls), len(self.walker.returned), len(self.walker.ended)
        objects: set[Key] = set()
        if len(self.walker.loops) <= DEEPEST_LOOP:
            after = self._turn(before.copy())
            del self.walker.calls[marks[0] :], self.walker.returned[marks[1] :], self.walker.ended[marks[2] :]
            changed = [key for key, value in after.held.items() if key in before.held and before.held[key] != value]
            changed += [key for key in after.held if isinstance(key, Term) and key not in before.held and root_of(key)]
            changed = [key for key in changed if not isinstance(key, Ref) or before.made(key) is None]
            changed = [key for key in changed if not _of_this_turn(key, self.each)]
            objects = {key for key in changed if _is_object(key, before.held.get(key), after.held[key])}
        else:
            changed = []
        start = before.copy()
        carried: dict[Key, Carried] = {key: Carried(self.each.loop, key) for key in changed}
        for key, symbol in carried.items():
            content = stripped(before.held.get(key, key if isinstance(key, Term) else UNASSIGNED))
            if key in objects:
                at = content.at if isinstance(content, Ref) else NOWHERE
                start.held[key] = start.fresh(self._placeholder(symbol, stripped(before.content(content))), at)
            else:
                start.held[key] = self._placeholder(symbol, content)
        after = self._turn(start)
        self._settle(before, after, carried, marks, objects)

    @staticmethod
    def _placeholder(symbol: Carried, content: Term) -> Term:
        if isinstance(content, Seq):
            return Seq((Splat(symbol),), content.kind, content.unordered, at=content.at)
        return replace(content, items=(Splat(symbol),)) if isinstance(content, Map) else symbol

    def _turn(self, start: State) -> State:
        self.walker.state, self.walker.alive = start, True
        depth = len(self.walker.conditions)
        self.walker.left.append([])
        self.bind()
        self.walker.block(self.body)
        del self.walker.conditions[depth:]
        ends = self.walker.left.pop()
        if self.walker.alive:
            ends.append(self.walker.state)
        self.walker.alive = True
        return all_joined(ends) if ends else start

    def _settle(
        self,
        before: State,
        after: State,
        carried: Mapping[Key, Carried],
        marks: tuple[int, int, int],
        objects: Collection[Key],
    ) -> None:
        so_far: dict[Term, Term] = {}
        each, by_item = backwards.by_item(self.each)
        stops = stops_at_size(self.body)
        for key, symbol in carried.items():
            initial = before.held.get(key, key if isinstance(key, Term) else UNASSIGNED)
            body = after.held.get(key, initial)
            changed_sometimes = isinstance(key, Attr) and body.mutable
            if key in objects or changed_sometimes:
                initial, body = before.snapshot(initial), after.snapshot(body)
            total = folded(symbol, by_item(body), each, initial, stops=stops)
            so_far[symbol] = before.snapshot(after.snapshot(grown(total, self.each.loop)))
            lost = isinstance(total, Op) and total.operator == "cut"
            after.held[key] = after.fresh(total) if key in objects or (changed_sometimes and lost) else total
        if so_far:
            replaced = Substitution(so_far)
            for i in range(marks[0], len(self.walker.calls)):
                self.walker.calls[i] = substituted_record(self.walker.calls[i], replaced)
            for i in range(marks[1], len(self.walker.returned)):
                conditions, value = self.walker.returned[i]
                self.walker.returned[i] = conditions, replaced(value)
            for state in (*self.walker.ended[marks[2] :], after):
                for key, value in state.held.items():
                    if state is not after or key not in carried:
                        state.held[key] = spread(replaced(value))
        for key, value in before.held.items():
            after.held.setdefault(key, value)
        self.walker.state, self.walker.alive = after, True


def _of_this_turn(key: Key, each: Each) -> bool:
    """Whether a place is another one on each turn: a part of what a list holds at the place of the turn's own item."""
    while isinstance(key, (Attr, Item)):
        if isinstance(key, Item) and _tells_turns(stripped(key.key), each):
            return True
        key = stripped(key.value)
    return False


def _tells_turns(key: Term, each: Each) -> bool:
    """Whether a key is the item of a loop, or its number: the same one hardly comes twice."""
    if isinstance(key, Each):
        return key.loop == each.loop
    over = stripped(each.over)
    numbered = isinstance(over, Call) and called(over, "enumerate")
    return numbered and isinstance(key, Item) and key.key == Const(0) and stripped(key.value) == each


def _is_object(key: Key, before: Term | None, after: Term) -> bool:
    """Whether a loop changes, under a key, what a list or dictionary holds.

    Of a name: another list takes it, and what the first one holds may be a part of that. Of a place in an object from
    elsewhere: what is held there is changed in place.
    """
    if isinstance(key, str):
        return before is not None and isinstance(stripped(before), Ref)
    return not isinstance(key, Ref) and isinstance(stripped(after), Ref)
