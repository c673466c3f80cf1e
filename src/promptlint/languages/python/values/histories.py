"""Lists that grow from turn to turn: what a turn adds behind them, and what it cuts off in front.

A list that may have lost its beginning is an Op `cut`: of the list, of how many items are kept (None: as many as fit),
and of the words for what is done to it. A list that is cut in blocks, once in many turns, is no such thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING

from promptlint.frozen import dataclass
from promptlint.languages.python.modules.places import NOWHERE, Place
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
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

BLOCK = 1 / 4
"""A list that is cut only when it is longer by this part than what is kept is cut in blocks."""
NEWEST = (Const(1), Const(2))
"""What is cut to so few messages is the newest question, and no history."""
MOST_CALLS = 3
"""Calls within calls that are seen through for what they do to a list."""
MOST_SEEN = 100
"""Parts of a list that are looked at for that."""
KEEPS = "keeps only the newest messages"
_DROPS = "drops the oldest message"


@dataclass(frozen=True, slots=True)
class Change:
    """What one turn does to a list, a dictionary or a text, other than to make it anew."""

    added: tuple[Term, ...] = ()
    """What stands behind what was there."""
    like: Term | None = None
    """The sequence, mapping or text that is added to; None when nothing is."""
    cut: Op | None = None
    """How its beginning is lost."""


def cut(value: Term, at: Place = NOWHERE, keeps: Term = NONE, because: str = _DROPS) -> Op:
    """A list that may have lost its first items."""
    return Op("cut", (value, keeps, Str(because)), at=at)


def window(term: Term) -> Op | None:
    """What `history[-20:]` is: the list, cut; None for a slice that does not move on while the list grows."""
    ends = _ends(term)
    if ends is None or not isinstance(term, Item):
        return None
    low = ends[0]
    if isinstance(low, Const) and isinstance(low.value, int) and low.value < 0:
        return cut(term.value, term.at, Const(-low.value), KEEPS)
    if isinstance(low, Op) and low.operator == "negative":
        return cut(term.value, term.at, low.operands[0], KEEPS)
    if isinstance(low, Op) and low.operator == "-" and _is_length(low.operands[0]):
        return cut(term.value, term.at, low.operands[1], KEEPS)
    return None


def beginning(term: Term) -> bool:
    """Whether a slice is made of some of the first items, `messages[:n]`: they stay while the list grows."""
    low, high = _ends(term) or (None, NONE)
    if low not in (NONE, Const(0)) or high == NONE:
        return False
    if isinstance(high, Op):
        return not (high.operator == "negative" or (high.operator == "-" and _is_length(high.operands[0])))
    return not (isinstance(high, Const) and isinstance(high.value, int) and high.value < 0)


def _ends(term: Term) -> tuple[Term, Term] | None:
    """Where a slice begins and ends; None for what is no slice, or one with steps."""
    key = stripped(term.key) if isinstance(term, Item) else None
    if not isinstance(key, Op) or key.operator != "slice" or stripped(key.operands[2]) != NONE:
        return None
    return stripped(key.operands[0]), stripped(key.operands[1])


def shortened(term: Term) -> Op | None:
    """What a list is that is left as a slice of itself: `history[2:]` loses some of its first items each time."""
    low, _ = _ends(term) or (None, None)
    drops = isinstance(low, Const) and isinstance(low.value, int) and low.value > 0
    return cut(term.value, term.at) if drops and isinstance(term, Item) else window(term)


def change(before: Term, after: Term) -> Change | None:
    """How `after` goes on from `before`; None when it is something else."""
    return _Changes(before).of(after)


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
        if isinstance(plain, Op) and plain.operator == "+":
            # `[messages[0]] + messages[-20:]`: what stands before a list that is cut is its first message, or new.
            inner = self.of(plain.operands[-1])
            return inner if inner and inner.cut else None
        if isinstance(plain, Choice):
            return _either(plain.condition, self.of(plain.then), self.of(plain.other))
        moved = shortened(plain)
        return self.of(moved) if moved else None

    def _behind(self, whole: Seq | Map | Cat) -> Change | None:
        """What stands behind it in a list, a dictionary or a text that begins with it."""
        parts = whole.parts if isinstance(whole, Cat) else whole.items
        for i, part in enumerate(parts):
            value = part.value if isinstance(part, Splat) else part if isinstance(whole, Cat) else None
            inner = self.of(value) if value is not None else None
            if inner is not None and (i == 0 or inner.cut):
                return Change((*inner.added, *parts[i + 1 :]), whole, inner.cut)
            if isinstance(whole, Cat):
                break
        return None


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
    return isinstance(over, Opaque) or (isinstance(over, Call) and _called(over, "range"))


def rejoined(choice: Choice, engine: Engine) -> Term | None:
    """One list for a choice between it and a shorter one; None when neither is made from the other by a cut."""
    if isinstance(stripped(choice.then), Call) or isinstance(stripped(choice.other), Call):
        seen = seen_through(choice, engine)
        choice = seen if isinstance(seen, Choice) else choice
    for part, whole in ((choice.then, choice.other), (choice.other, choice.then)):
        lost = _lost(_itself(part))
        if lost is None:
            summed_up = _summed_up(part, stripped(whole))
            if summed_up is not None and _in_blocks(choice.condition, summed_up):
                return whole
        elif stripped(lost.operands[0]) == stripped(whole):
            if stripped(lost.operands[1]) == NONE and not _asks_length(choice.condition):
                return None  # a first message that is sent in another way
            return whole if _in_blocks(choice.condition, lost) else lost
    return None


def _lost(plain: Term) -> Op | None:
    return plain if isinstance(plain, Op) and plain.operator == "cut" else shortened(plain)


def _summed_up(part: Term, whole: Term) -> Op | None:
    """How a list is cut behind something that stands for what is lost, if only in one of several ways."""
    plain = _itself(part)
    if isinstance(plain, Choice):
        ways = (plain.then, plain.other)
        lost = [_summed_up(way, whole) for way in ways if _itself(way) != whole]
        return lost[0] if lost and None not in lost else None
    last = plain.items[-1] if isinstance(plain, Seq) and plain.items else None
    found = _lost(_itself(last.value)) if isinstance(last, Splat) else None
    return found if found is not None and stripped(found.operands[0]) == whole else None


def _either(condition: Term, then: Change | None, other: Change | None) -> Change | None:
    """What one of two values does to a list that both go on from."""
    if then is None or other is None:
        return None
    shared = 0
    for a, b in zip(then.added, other.added, strict=False):
        if a != b:
            break
        shared += 1
    rest = then.added[shared:], other.added[shared:]
    added = then.added[:shared] + ((Maybe(condition, *rest),) if any(rest) else ())
    lost = next((side.cut for side in (then, other) if side.cut and not _in_blocks(condition, side.cut)), None)
    return Change(added, then.like or other.like, lost)


def _itself(term: Term) -> Term:
    """A list, where another one holds its items and nothing else."""
    plain = stripped(term)
    while isinstance(plain, Seq) and len(plain.items) == 1 and isinstance(plain.items[0], Splat):
        plain = stripped(plain.items[0].value)
    return plain


def _in_blocks(condition: Term, lost: Op) -> bool:
    """Whether a list is cut so seldom that many turns pass in between: it is left much longer than it is cut to."""
    keeps = stripped(lost.operands[1])
    if keeps == NONE:
        return False
    test = stripped(condition)
    while isinstance(test, Op) and test.operator == "all" and len(test.operands) == 1:
        test = stripped(test.operands[0])
    if not isinstance(test, Op) or test.operator not in (">", ">=", "<", "<="):
        return True
    limit = next((stripped(side) for side in test.operands if not _is_length(side)), None)
    if limit is None or len([side for side in test.operands if _is_length(side)]) != 1:
        return True
    if isinstance(limit, Const) and isinstance(keeps, Const):
        numbers = (limit.value, keeps.value)
        longer = [n for n in numbers if isinstance(n, int)]
        return len(longer) == 2 and longer[0] - longer[1] > max(2, longer[1] * BLOCK)
    return limit != keeps


def _asks_length(condition: Term) -> bool:
    stack = [condition]
    while stack:
        at = stripped(stack.pop())
        if _is_length(at):
            return True
        stack.extend(at.children() if isinstance(at, Op) else ())
    return False


def _is_length(term: Term) -> bool:
    plain = stripped(term)
    return isinstance(plain, Call) and _called(plain, "len")


def _called(call: Call, name: str) -> bool:
    return getattr(stripped(call.function), "name", "") == name


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


def gone_through(each: Term, engine: Engine) -> tuple[bool, Op | None]:
    """Whether a loop goes through a history that grows, and what is cut off that in front."""
    term: Term = each.over if isinstance(each, Each) else NONE
    lost: Op | None = None
    while True:
        term = engine.head(term)
        moved = term if isinstance(term, Op) and term.operator == "cut" else window(term)
        whole = rejoined(term, engine) if isinstance(term, Choice) else None
        if moved is not None:
            lost, term = moved, moved.operands[0]
        elif whole is not None:
            term = whole
        elif isinstance(term, Seq) and any(isinstance(item, Repeat) and _grows(item, engine) for item in term.items):
            return True, lost
        elif lost is not None and stripped(engine.head(lost.operands[1])) in NEWEST:
            return False, None
        else:
            return named(term, engine) or lost is not None, lost


def _grows(turns: Repeat, engine: Engine) -> bool:
    """Whether what a loop adds are messages of a history: it was so added, or made of the items of one."""
    return turns.growing or (isinstance(turns.each, Each) and gone_through(turns.each, engine)[0])


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
