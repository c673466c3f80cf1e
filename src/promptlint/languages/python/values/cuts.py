"""Lists that lose items while they grow.

A list that may have lost its beginning is an Op `cut`: of the list, of how many items are kept (None: as many as fit),
and of the words for what is done to it. A list that is cut in blocks, once in many turns, is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import NONE, Attr, Call, Const, Global, Item, Module, Op, Seq, Splat, Str

BLOCK = 1 / 4
"""A list that is cut only when it is longer by this part than what is kept is cut in blocks."""
NEWEST = (Const(1), Const(2))
"""What is cut to so few messages is the newest question, and no history."""
KEEPS = "keeps only the newest messages"
FITS = "keeps only the newest messages that fit"
DROPS = "drops the oldest message"
_ORDERS = frozenset({"<", "<=", ">", ">="})
EDITS = "changes messages that were sent before"
"""With one more operand: the key under which it changes them."""


def cut(value: Term, at: Place = NOWHERE, keeps: Term = NONE, because: str = DROPS) -> Op:
    """A list that may have lost its first items."""
    return Op("cut", (value, keeps, Str(because)), at=at)


def edited(value: Term, key: Term, at: Place) -> Op:
    """A list of which older messages are changed in their place, further on with each turn."""
    return Op("cut", (value, NONE, Str(EDITS), key), at=at)


def edits(lost: Op) -> bool:
    """Whether a list keeps its length, and other messages stand where some stood before."""
    return len(lost.operands) > 3


def window(term: Term) -> Op | None:
    """What `history[-20:]` is: the list, cut; None for a slice that does not move on while the list grows."""
    low, _ = ends(term) or (None, None)
    if not isinstance(term, Item):
        return None
    if isinstance(low, Const) and isinstance(low.value, int) and low.value < 0:
        return cut(term.value, term.at, Const(-low.value), KEEPS)
    if isinstance(low, Op) and low.operator == "negative":
        return cut(term.value, term.at, low.operands[0], KEEPS)
    if isinstance(low, Op) and low.operator == "-" and is_length(low.operands[0]):
        return cut(term.value, term.at, low.operands[1], KEEPS)
    return None


def beginning(term: Term) -> bool:
    """Whether a slice is made of some of the first items, `messages[:n]`: they stay while the list grows."""
    low, high = ends(term) or (None, NONE)
    if low not in (NONE, Const(0)) or high == NONE:
        return False
    if isinstance(high, Op):
        return not (high.operator == "negative" or (high.operator == "-" and is_length(high.operands[0])))
    return not (isinstance(high, Const) and isinstance(high.value, int) and high.value < 0)


def ends(term: Term) -> tuple[Term, Term] | None:
    """Where a slice begins and ends; None for what is no slice, or one with steps."""
    key = stripped(term.key) if isinstance(term, Item) else None
    if not isinstance(key, Op) or key.operator != "slice" or stripped(key.operands[2]) != NONE:
        return None
    return stripped(key.operands[0]), stripped(key.operands[1])


def shortened(term: Term) -> Op | None:
    """What a list is that is left as a slice of itself: `history[2:]` loses some of its first items each time."""
    low, _ = ends(term) or (None, None)
    drops = isinstance(low, Const) and isinstance(low.value, int) and low.value > 0
    return cut(term.value, term.at) if drops and isinstance(term, Item) else window(term)


def lost(plain: Term) -> Op | None:
    """How a list loses its beginning, where it is one that does."""
    return plain if isinstance(plain, Op) and plain.operator == "cut" else shortened(plain)


def itself(term: Term) -> Term:
    """A list, where another one holds its items and nothing else."""
    plain = stripped(term)
    while isinstance(plain, Seq) and len(plain.items) == 1 and isinstance(plain.items[0], Splat):
        plain = stripped(plain.items[0].value)
    return plain


def in_blocks(condition: Term, lost: Op) -> bool:
    """Whether a list is cut so seldom that many turns pass in between: it is left much longer than it is cut to."""
    keeps = stripped(lost.operands[1])
    if keeps == NONE:
        return False
    test = stripped(condition)
    while isinstance(test, Op) and test.operator == "all" and len(test.operands) == 1:
        test = stripped(test.operands[0])
    if not isinstance(test, Op) or test.operator not in _ORDERS:
        return True
    limit = next((stripped(side) for side in test.operands if not is_length(side)), None)
    if limit is None or len([side for side in test.operands if is_length(side)]) != 1:
        return True
    if isinstance(limit, Const) and isinstance(keeps, Const):
        numbers = (limit.value, keeps.value)
        longer = [n for n in numbers if isinstance(n, int)]
        return len(longer) == 2 and longer[0] - longer[1] > max(2, longer[1] * BLOCK)
    return limit != keeps


def asks_length(condition: Term) -> bool:
    """Whether a condition asks for the length of something."""
    return any(map(is_length, _asked(condition)))


def asks_size(condition: Term) -> bool:
    """Whether a condition asks whether something is larger than something else."""
    return any(isinstance(at, Op) and at.operator in _ORDERS for at in _asked(condition))


def _asked(condition: Term) -> Iterator[Term]:
    """A condition, and what it is made of."""
    stack = [condition]
    while stack:
        at = stripped(stack.pop())
        yield at
        stack.extend(at.children() if isinstance(at, Op) else ())


def is_length(term: Term) -> bool:
    """Whether a value is `len(…)` of something."""
    plain = stripped(term)
    return isinstance(plain, Call) and called(plain, "len")


def called(call: Call, name: str) -> bool:
    """Whether a call is one of a function of that name, and not of a method: a builtin is read as one of its module."""
    function = stripped(call.function)
    plain = isinstance(function, Global) or (isinstance(function, Attr) and isinstance(function.value, Module))
    return plain and getattr(function, "name", "") == name
