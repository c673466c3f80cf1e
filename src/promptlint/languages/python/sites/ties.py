"""How the turns of a loop around a call depend on each other, and which loop goes through the items."""

from __future__ import annotations

from itertools import pairwise

from promptlint.frozen import dataclass
from promptlint.languages.python.bodies.summaries import LoopFrame
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.sites.looping import callee_name
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term, bit
from promptlint.languages.python.values.terms import NONE, Attr, Call, Choice, Each, Fold, Item, Op, Repeat, Seq, Splat
from promptlint.request import Tie

MOST_WRAPPED = 6
"""Calls around what a loop runs over: `enumerate(tqdm(rows[:5]))`."""
FEW = 10
"""Items, written in the source, which are too few to be worth a batch."""


@dataclass(frozen=True, slots=True)
class ItemLoop:
    """The innermost loop that is no retry and more than a handful."""

    frame: LoopFrame
    batchable: bool
    """Whether its turns are independent of each other and all take place."""


def item_loop(send: Send, engine: Engine) -> ItemLoop | None:
    """The loop that goes through the items; None where there is none yet, and a caller may have one."""
    for frame in reversed(send.loops):
        tie = tie_of(frame, send, engine)
        if tie is Tie.SAME or (tie is Tie.INDEPENDENT and few(frame, engine)):
            continue
        return ItemLoop(frame, tie is Tie.INDEPENDENT and not frame.leaves_early)
    return None


def few(frame: LoopFrame, engine: Engine) -> bool:
    """Whether a loop goes through a handful of items that are written in the source, or the first few of many.

    Those of a data file are the ones of today: the next run may be given others.
    """
    return _few(frame.each.over, engine, MOST_WRAPPED)


def _few(over: Term, engine: Engine, deep: int) -> bool:
    items = engine.items(over)
    if items is not None:
        return 0 < len(items) <= FEW and all(_in_source(item, engine) for item in items)
    plain = engine.head(over)
    if _first_few(plain, engine) or _first_few(stripped(over), engine):
        return True
    inner = _one_by_one(plain, engine) if deep else None
    return inner is not None and _few(inner, engine, deep - 1)


def _one_by_one(over: Term, engine: Engine) -> Term | None:
    """What a sequence has an item for each of: `rows` of `enumerate(rows)`, of a progress bar, of a list made of it."""
    if isinstance(over, Seq) and len(over.items) == 1:
        (item,) = over.items
        if isinstance(item, Splat):
            return item.value
        plain = isinstance(item, Repeat) and not any(isinstance(part, (Splat, Repeat)) for part in item.items)
        return item.each.over if plain and isinstance(item, Repeat) and isinstance(item.each, Each) else None
    function = engine.head(over.function) if isinstance(over, Call) else NONE
    name = callee_name(function)
    if not isinstance(over, Call) or not any(s.kind == "wraps" and name in s.names for s in engine.models.signs):
        return None
    return function.value if isinstance(function, Attr) else next(iter(over.arguments), None)


def _first_few(over: Term, engine: Engine) -> bool:
    """Whether of a sequence a handful is cut out: `rows[:5]`, `rows[-3:]`."""
    key = engine.head(over.key) if isinstance(over, Item) else None
    if not isinstance(key, Op) or key.operator != "slice":
        return False
    first, end, _ = (getattr(engine.head(operand), "value", "") for operand in key.operands)
    if end is None:
        return isinstance(first, int) and -FEW <= first < 0
    return isinstance(end, int) and isinstance(first, int | None) and 0 < end - (first or 0) <= FEW


def _in_source(item: Term, engine: Engine) -> bool:
    stack = [item]
    while stack:
        at = stack.pop()
        place = getattr(at, "at", NOWHERE)
        if place.path and engine.project.module(place.path) is None:
            return False
        stack.extend(at.children())
    return True


def tie_of(frame: LoopFrame, send: Send, engine: Engine) -> Tie:
    """How the turns of a loop around a call depend on each other."""
    if _again(frame, send):
        return Tie.CHAINED
    answers = {record.call.at for record in send.chain} | ({frame.through} if frame.through else set())
    # What runs side by side has begun before any of it is answered.
    if not frame.parallel and any(_carries(term, frame.number, answers) for term in send.sent):
        return Tie.CHAINED
    own = any(_reaches(term, frame.number) for term in send.sent)
    if own and frame.goes_back:
        return Tie.CHAINED
    if own and frame.grows and frame.number != send.loops[0].number:
        return Tie.CHAINED  # one round of several conversations
    return Tie.INDEPENDENT if own else Tie.SAME


def _again(frame: LoopFrame, send: Send) -> bool:
    """Whether a function calls itself in a loop: what it asks on the next level comes from the answers on this one."""
    return any(
        call.function is outer.function and any(loop.number == frame.number for loop in outer.loops)
        for call, outer in pairwise(send.chain)
    )


def _reaches(term: Term, loop: int) -> bool:
    """Whether a prompt holds the item of a loop, and not only what the loop did on the turns before."""
    stack = [term]
    seen: set[int] = set()
    while stack:
        at = stack.pop()
        if not at.open & bit(loop) or id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, Each) and at.loop == loop:
            return True
        if isinstance(at, Repeat):
            stack.extend(at.items)
        elif isinstance(at, Fold):
            stack.extend((at.body, at.initial))
        elif isinstance(at, Choice) and isinstance(at.condition, Each):
            stack.extend((at.then, at.other))
        else:
            stack.extend(at.children())
    return False


def _carries(term: Term, loop: int, answers: set[Place]) -> bool:
    """Whether a prompt holds what an earlier turn of a loop was answered."""
    stack: list[tuple[Term, bool]] = [(term, False)]
    seen: set[tuple[int, bool]] = set()
    while stack:
        at, inside = stack.pop()
        if (id(at), inside) in seen or not (inside or (at.turning and at.open & bit(loop))):
            continue
        seen.add((id(at), inside))
        if inside and isinstance(at, Call) and at.at in answers:
            return True
        each = getattr(at, "each", None)
        if isinstance(at, (Repeat, Fold)) and isinstance(each, Each) and each.loop == loop:
            inside = True
        stack.extend((child, inside) for child in at.children())
    return False
