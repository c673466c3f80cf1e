"""Cache markers that a loop sets on messages in place: `for m in messages: m["content"][-1]["cache_control"] = …`.

However many messages there are, each of them carries one then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from promptlint.languages.python.bodies.editing import loop_of
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.sites.handed import Handed
from promptlint.languages.python.sites.leaving import entries, settled
from promptlint.languages.python.sites.markers import Marks, names
from promptlint.languages.python.sites.mentions import looks
from promptlint.languages.python.starting.messages import role_named
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import Substitution, stripped, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Func,
    Item,
    Maybe,
    Op,
    Repeat,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Breakpoint, Role

_SAME_ITEMS = ("list", "tuple", "reversed", "enumerate")
_Set = tuple[Place, Str, Term]
"""A loop, and the key and the value that it sets."""


def throughout(marks: Marks, functions: Sequence[Handed], engine: Engine) -> Iterator[Breakpoint]:
    """The markers that loops set on each message of a list that a call sends, and that nothing takes off again."""
    if marks.marker is not None:
        yield from _Loops(marks, marks.marker.key, engine).of(functions)


class _Loops:
    """Looks for the loops of one prompt."""

    def __init__(self, marks: Marks, key: str, engine: Engine) -> None:
        self.marks = marks
        self.key = key
        self.engine = engine

    def of(self, functions: Sequence[Handed]) -> Iterator[Breakpoint]:
        infos = dict.fromkeys(function.info for function in functions)
        for function in functions:
            for loop, key, value in self._loops(function):
                mark = self.marks.breakpoint(value)
                if mark is not None and not self._taken_off(function.info, loop, key.at, infos):
                    yield mark

    # --- loops that mark all ------------------------------------------------------------------------------------------

    def _loops(self, function: Handed) -> Iterator[_Set]:
        put = Substitution(function.values)
        for place, content in self.engine.summary(function.info).turns.items():
            each = loop_of(put(place))
            whole = self._whole(each.over) if each is not None else None
            if each is None or whole is None or not any(self.engine.head(at) == whole for at in function.lists):
                continue
            said = any(self._is_content(at) for at in _steps(put(place)))
            for entry, within in entries(put(content), self._taken):
                if names(entry.key, self.key) and (said or within):
                    yield each.at, entry.key, entry.value

    def _taken(self, condition: Term, holds: bool) -> bool:
        each = any(isinstance(symbol, Each) for symbol in symbols(condition))
        return self._common(condition, holds) if each else settled(condition, ())

    def _whole(self, over: Term) -> Term | None:
        """The list of which a loop goes through all messages, or all of one side; None where it may leave some out."""
        plain = self.engine.head(over)
        if isinstance(plain, Call) and len(plain.arguments) == 1:
            if any(cuts.called(plain, name) for name in _SAME_ITEMS):
                return self._whole(plain.arguments[0])
            size = self.engine.head(plain.arguments[0])
            if cuts.called(plain, "range") and isinstance(size, Call) and cuts.is_length(size):
                return self._whole(size.arguments[0]) if size.arguments else None
        if isinstance(plain, Seq) and len(plain.items) == 1:
            return self._all_of(plain, plain.items[0])
        part = isinstance(plain, Item) and isinstance(stripped(plain.key), Op)
        return None if part or isinstance(plain, (Choice, Op)) else plain

    def _all_of(self, plain: Seq, item: Term) -> Term | None:
        if isinstance(item, Splat):
            return self._whole(item.value)
        if not isinstance(item, Repeat) or not isinstance(item.each, Each) or len(item.items) != 1:
            return plain
        one = stripped(item.items[0])
        if isinstance(one, Maybe):
            if one.other or len(one.then) != 1 or not self._common(one.condition, True):
                return None
            one = stripped(one.then[0])
        if one == item.each or item.each in map(stripped, one.children()):  # a part of it, or it with its number
            return self._whole(item.each.over)
        return plain

    def _common(self, condition: Term, sure: bool) -> bool:
        """Whether a condition is met by many messages: it asks of each for its side, or for the kind of its content.

        `sure`: whether it must hold, and not fail.
        """
        at = stripped(condition)
        if isinstance(at, Op) and at.operator == "not":
            return self._common(at.operands[0], not sure)
        if isinstance(at, Op) and at.operator in ("all", "any", "and", "or"):
            return all(self._common(operand, sure) for operand in at.operands)
        if isinstance(at, Op) and at.operator in ("==", "!=") and any(_of_item(operand) for operand in at.operands):
            sides = [self.engine.head(operand) for operand in at.operands if not _of_item(operand)]
            told = [role_named(side, self.engine) for side in sides if isinstance(side, Str)]
            return bool(told) and (sure is (at.operator == "!=") or told[0] not in (Role.SYSTEM, Role.UNKNOWN))
        if isinstance(at, Call) and at.arguments and cuts.called(at, "isinstance"):
            return _of_item(at.arguments[0])
        if isinstance(at, Seq):  # whether there are any
            return True
        return _of_item(at) and self._is_content(at)

    def _is_content(self, at: Term) -> bool:
        key = stripped(at.key) if isinstance(at, Item) else None
        name = key.value if isinstance(key, Str) else at.name if isinstance(at, Attr) else ""
        return name in self.engine.models.content_keys

    # --- whether they stay --------------------------------------------------------------------------------------------

    def _taken_off(self, info: FunctionInfo, loop: Place, written: Place, functions: Collection[FunctionInfo]) -> bool:
        """Whether code on the way looks for markers, or takes them off, behind a loop that has set them."""
        for function in functions:
            start = loop.line if function is info else 0
            if self._looks_for(function, start):
                return True
            for record in self.engine.summary(function).calls:
                callee = self.engine.head(record.call.function)
                if not isinstance(callee, Func) or callee.info in functions or self._holds(callee.info, written):
                    continue
                if record.call.at.line >= start and self._looks_for(callee.info):
                    return True
        return False

    def _looks_for(self, info: FunctionInfo, start: int = 0) -> bool:
        """Whether a function does something else with markers than to set them, from some line on."""
        return any(info.module.place(node).line >= start for node in looks(info.node, self.key))

    @staticmethod
    def _holds(info: FunctionInfo, written: Place) -> bool:
        first, last = getattr(info.node, "lineno", 0), getattr(info.node, "end_lineno", 0)
        return info.module.path == written.path and first <= written.line <= last


def _steps(place: Term) -> Iterator[Term]:
    at = stripped(place)
    while isinstance(at, (Item, Attr)):
        yield at
        at = stripped(at.value)


def _of_item(term: Term) -> bool:
    """Whether a value is the item of a loop, or a part of it, and not its number."""
    at = stripped(term)
    if isinstance(at, Call) and at.arguments and isinstance(got := stripped(at.function), Attr) and got.name == "get":
        return _of_item(got.value)
    while isinstance(at, (Item, Attr)):
        if isinstance(at, Item) and isinstance(stripped(at.key), Each):
            return True
        inside = stripped(at.value)
        if isinstance(at, Item) and isinstance(inside, Each) and _numbered(inside):
            return stripped(at.key) == Const(1)
        at = inside
    return isinstance(at, Each) and not _numbered(at)


def _numbered(each: Each) -> bool:
    over = stripped(each.over)
    return isinstance(over, Call) and (cuts.called(over, "enumerate") or cuts.called(over, "range"))
