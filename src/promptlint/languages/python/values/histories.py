"""Lists that grow from turn to turn: what a turn adds behind them, and what it cuts off in front."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import TYPE_CHECKING

from promptlint.frozen import dataclass, replace
from promptlint.languages.python.values import cuts, queries
from promptlint.languages.python.values.arguments import bound
from promptlint.languages.python.values.rewriting import stripped, substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Cat,
    Choice,
    Const,
    Each,
    Func,
    Global,
    Hole,
    Item,
    Map,
    Maybe,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

MOST_STEPS = 20
"""Slices, cuts and choices behind each other through which a list is looked for."""
MOST_INSIDE = 8
"""Lists made by loops over other lists that are looked through, and choices within choices."""
MOST_CALLS = 3
"""Calls within calls that are seen through for what they do to a list."""
MOST_SEEN = 100
"""Parts of a list that are looked at for that."""
_BUT_NEWEST = ((NONE, Const(-1)), (Const(0), Const(-1)))
"""The ends of a slice that leaves out the last item."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one turn does to a list, a dictionary or a text, other than to make it anew."""

    added: tuple[Term, ...] = ()
    """What stands behind what was there."""
    like: Term | None = None
    """The sequence, mapping or text that is added to; None when nothing is."""
    cut: Op | None = None
    """How its beginning is lost."""
    first: tuple[Term, ...] = ()
    """What has taken the place of as many of its first items."""


def change(before: Term, after: Term) -> Change | None:
    """How `after` goes on from `before`; None when it is something else."""
    return _Changes(before).of(after)


def ways(before: Term, after: Term) -> tuple[Term, ...]:
    """The values that may be left, apart where one of two goes on from `before` and the other begins anew."""
    plain = stripped(after)
    sides = (plain.then, plain.other) if isinstance(plain, Choice) else ()
    return sides if change(before, after) is None and any(change(before, side) for side in sides) else (after,)


def as_list(value: Term, inside: int = MOST_INSIDE) -> Term:
    """A sum of lists as one list with the items of all of them, be it only one of several values."""
    plain = stripped(value)
    if isinstance(plain, Choice) and inside:
        then, other = as_list(plain.then, inside - 1), as_list(plain.other, inside - 1)
        return value if then is plain.then and other is plain.other else replace(plain, then=then, other=other)
    return Seq(tuple(map(Splat, plain.operands))) if isinstance(plain, Op) and plain.operator == "+" else value


class _Changes:
    """How values go on from one. What several ways lead to is looked at once: the ways double with each branch."""

    def __init__(self, before: Term) -> None:
        self.before = before
        self.known: dict[int, Change | None] = {}

    def of(self, after: Term) -> Change | None:
        if after.exact not in self.known:
            self.known[after.exact] = self._of(stripped(after))
        return self.known[after.exact]

    def _of(self, plain: Term) -> Change | None:
        if plain == self.before:
            return Change()
        if isinstance(plain, (Seq, Map, Cat)):
            return self._behind(plain)
        if isinstance(plain, Op) and plain.operator == "cut":
            inner = self.of(plain.operands[0])
            return replace(inner, cut=plain) if inner else None
        if isinstance(plain, Op) and plain.operator == "sorted":
            inner = self.of(plain.operands[0])
            return replace(inner, added=_in_order(inner.added)) if inner else None
        if isinstance(plain, Op) and plain.operator == "+":
            # `[messages[0]] + messages[-20:]`: what stands before a list that is cut is its first message, or new.
            inner = self.of(plain.operands[-1])
            return inner if inner and inner.cut else None
        if isinstance(plain, Choice):
            return _either(plain.condition, self.of(plain.then), self.of(plain.other))
        if isinstance(plain, Item) and cuts.ends(plain) in _BUT_NEWEST:
            inner = self.of(plain.value)
            return replace(inner, added=inner.added[:-1]) if inner else None
        moved = cuts.shortened(plain)
        return self.of(moved) if moved else None

    def _behind(self, whole: Seq | Map | Cat) -> Change | None:
        """What stands behind it in a list, a dictionary or a text that begins with it."""
        parts = whole.parts if isinstance(whole, Cat) else whole.items
        for i, part in enumerate(parts):
            value = part.value if isinstance(part, Splat) else part if isinstance(whole, Cat) else None
            inner = self._exchanged(parts[:i], value) or self.of(value) if value is not None else None
            if inner is not None and (i == 0 or inner.cut or inner.first):
                return Change((*inner.added, *parts[i + 1 :]), whole, inner.cut, inner.first)
            if isinstance(whole, Cat):
                break
        return None

    def _exchanged(self, ahead: tuple[Term, ...], rest: Term) -> Change | None:
        """What `[new, *messages[1:]]` is: before the rest of a list stand as many items as it leaves out."""
        left_out = ahead and (Const(len(ahead)), NONE) == cuts.ends(rest)
        inner = self.of(rest.value) if left_out and isinstance(rest, Item) else None
        plain = not any(isinstance(item, (Splat, Repeat, Maybe)) for item in ahead)
        return replace(inner, first=ahead) if inner and plain else None


def _in_order(added: tuple[Term, ...]) -> tuple[Term, ...]:
    """What is added to a list that is sorted then: it stands among the rest, whose order is fixed too."""
    return (Splat(Op("sorted", (Seq(added),))),) if added else ()


def begun(value: Term) -> tuple[Term, Change]:
    """What a list is made with, apart from what the turns of a loop have added to it by the end of the body."""
    plain = stripped(value)
    turns = (i for i, item in enumerate(plain.items) if _turning(item)) if isinstance(plain, Seq) else iter(())
    end = next(turns, None)
    if end is None or not isinstance(plain, Seq):
        return value, Change()
    return replace(plain, items=plain.items[:end]), Change(plain.items[end:], plain)


def _turning(item: Term) -> bool:
    """Whether an item of a list was added by the turns of a loop that runs over nothing: as often as it takes."""
    if isinstance(item, Maybe):
        return any(_turning(inner) for inner in (*item.then, *item.other))
    over = stripped(item.each.over) if isinstance(item, Repeat) and isinstance(item.each, Each) else None
    return isinstance(over, Opaque) or (isinstance(over, Call) and cuts.called(over, "range"))


def rejoined(choice: Choice, engine: Engine) -> Term | None:
    """One list for a choice between it and a shorter one; None when neither is made from the other by a cut."""
    if isinstance(stripped(choice.then), Call) or isinstance(stripped(choice.other), Call):
        seen = seen_through(choice, engine)
        choice = seen if isinstance(seen, Choice) else choice
    for part, whole in ((choice.then, choice.other), (choice.other, choice.then)):
        lost = cuts.lost(cuts.itself(part))
        if lost is None:
            summed_up = _summed_up(part, stripped(whole))
            if summed_up is not None and cuts.in_blocks(choice.condition, summed_up):
                return whole
        elif stripped(lost.operands[0]) == stripped(whole):
            if cuts.edits(lost):
                return lost
            if stripped(lost.operands[1]) == NONE and not cuts.asks_length(choice.condition):
                return None  # a first message that is sent in another way
            return whole if cuts.in_blocks(choice.condition, lost) else lost
    return None


def _summed_up(part: Term, whole: Term) -> Op | None:
    """How a list is cut behind something that stands for what is lost, if only in one of several ways."""
    plain = cuts.itself(part)
    if isinstance(plain, Choice):
        ways = (plain.then, plain.other)
        lost = [_summed_up(way, whole) for way in ways if cuts.itself(way) != whole]
        return lost[0] if lost and None not in lost else None
    last = plain.items[-1] if isinstance(plain, Seq) and plain.items else None
    found = cuts.lost(cuts.itself(last.value)) if isinstance(last, Splat) else None
    return found if found is not None and stripped(found.operands[0]) == whole else None


def _either(condition: Term, then: Change | None, other: Change | None) -> Change | None:
    """What one of two values does to a list that both go on from."""
    if then is None or other is None:
        return None
    then, other = _with_first(then, other.first), _with_first(other, then.first)
    shared = 0
    for a, b in zip(then.added, other.added, strict=False):
        if a != b:
            break
        shared += 1
    rest = then.added[shared:], other.added[shared:]
    added = then.added[:shared] + ((Maybe(condition, *rest),) if any(rest) else ())
    lost = next((side.cut for side in (then, other) if side.cut and not cuts.in_blocks(condition, side.cut)), None)
    return Change(added, then.like or other.like, lost, then.first or other.first)


def _with_first(change: Change, first: tuple[Term, ...]) -> Change:
    """The same, where what is put before an empty list is what takes the first place of any other."""
    same = first and change.added[: len(first)] == first
    return replace(change, added=change.added[len(first) :], first=first) if same else change


def seen_through(value: Term, engine: Engine) -> Term:
    """A list where calls of the project's functions decide about it, with what these give in their place."""
    return _Through(engine)(value, MOST_CALLS)


class _Through:
    """Goes through a list once, and no further than is worth it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seen: dict[int, tuple[Term, Term]] = {}

    def __call__(self, value: Term, deep: int) -> Term:
        known = self.seen.get(id(value))
        if known is not None:
            return known[1]
        if len(self.seen) >= MOST_SEEN:
            return value
        self.seen[id(value)] = (value, value)
        found = self._through(value, stripped(value), deep)
        self.seen[id(value)] = (value, found)
        return found

    def _through(self, value: Term, plain: Term, deep: int) -> Term:
        if isinstance(plain, Choice):
            then, other = self(plain.then, deep), self(plain.other, deep)
            same = then is plain.then and other is plain.other
            return value if same else replace(plain, then=then, other=other)
        if isinstance(plain, Seq):
            items = tuple([self._item(item, deep) for item in plain.items])
            return value if all(map(is_, items, plain.items)) else replace(plain, items=items)
        return self._called(value, plain, deep) if isinstance(plain, Call) and deep else value

    def _item(self, item: Term, deep: int) -> Term:
        if not isinstance(item, Splat):
            return item
        inner = self(item.value, deep)
        return item if inner is item.value else replace(item, value=inner)

    def _called(self, value: Term, call: Call, deep: int) -> Term:
        function = stripped(self.engine.reduced(call.function))
        if isinstance(function, Global) and function.name == "list" and call.arguments:
            return self(Seq((Splat(call.arguments[0]),)), deep)
        if not isinstance(function, Func):
            return value
        returns = self.engine.summary(function.info).returns
        return self(substituted(returns, bound(function, call, self.engine)), deep - 1)


def named(term: Term, engine: Engine, names: Sequence[str] = ()) -> bool:
    """Whether a value that could not be followed is called what histories are called, or is kept from turn to turn.

    `names` are those that it was assigned to.
    """
    names = (*names, term.name) if isinstance(term, (Param, Attr)) else names
    return any(name.lower().strip("_") in engine.models.histories for name in names) or _kept(term, engine)


def _kept(term: Term, engine: Engine) -> bool:
    """Whether a list is a part of what a library keeps for one user: `st.session_state.messages`."""
    if isinstance(term, Call):
        term = term.function
    while isinstance(term, (Attr, Item)):
        term = engine.head(term.value)
    parts = term.name.split(".") if isinstance(term, Global) else []
    return any(".".join(parts[:i]) in engine.models.sessions for i in range(2, len(parts) + 1))


def gone_through(each: Term, engine: Engine, inside: int = MOST_INSIDE) -> tuple[bool, Op | None]:
    """Whether a loop goes through a history that grows, and what is cut off that in front.

    A list may be made of itself: only so many steps are looked through, and only so many loops.
    """
    term: Term = each.over if isinstance(each, Each) else NONE
    lost: Op | None = None
    for _ in range(MOST_STEPS):
        term = cuts.itself(engine.head(term))
        moved = term if isinstance(term, Op) and term.operator == "cut" else cuts.window(term)
        moved = moved or (queries.newest(term, engine) if lost is None else None)
        whole = rejoined(term, engine) if isinstance(term, Choice) else None
        if moved is not None:
            lost, term = moved, moved.operands[0]
        elif whole is not None:
            term = whole
        elif isinstance(term, Seq) and (turns := [t for item in term.items if (t := _turns(item, engine, inside))[0]]):
            return True, lost or turns[0][1]
        elif lost is not None and stripped(engine.head(lost.operands[1])) in cuts.NEWEST:
            return False, None
        else:
            return named(term, engine) or lost is not None, lost
    return lost is not None, lost


def _turns(item: Term, engine: Engine, inside: int) -> tuple[bool, Op | None]:
    """Whether a loop adds messages of a history, since they were so added or are made of the items of one."""
    if not isinstance(item, Repeat) or not inside:
        return False, None
    return (True, None) if item.growing else gone_through(item.each, engine, inside - 1)


def identity(term: Term, engine: Engine) -> str:
    """What tells a list of messages from others: the attribute, the argument or the loop that holds it."""
    if isinstance(term, Repeat) and isinstance(term.each, Each):
        kept = next((item for item in term.items if isinstance(item, Hole) and item.type), None)
        if kept is not None:
            return kept.type
        over = engine.head(term.each.over)
        whole = identity(over, engine) if isinstance(over, (Param, Attr)) else ""
        return whole or f"{term.each.at.path}:{term.each.at.line}:{term.each.at.column}"
    if isinstance(term, Param):
        return f"{term.info.module.path}:{term.info.qualname}.{term.name}"
    return f"{identity(engine.head(term.value), engine)}.{term.name}" if isinstance(term, Attr) else ""
