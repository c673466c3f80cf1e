"""What can be done with any term: take the steps off, replace symbols, find what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import product
from operator import or_

from promptlint.frozen import replace
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values.term import Term, bit
from promptlint.languages.python.values.terms import (
    Cat,
    Choice,
    Each,
    Entry,
    Hole,
    Map,
    Op,
    Opaque,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Volatility

DEEPEST = 400
"""Terms nested deeper are taken for unknown: a walk over one must not overflow the stack."""


def shallow(term: Term) -> Term:
    """The term; an unknown value in the place of one that is nested too deep."""
    return term if term.depth <= DEEPEST else Opaque("is built in more steps than we follow")


MOST_APART = 96
"""Parts of a text that stand side by side with those of another one."""


def stripped(term: Term) -> Term:
    """The term without the steps around it."""
    while isinstance(term, Via):
        term = term.value
    return term


def rewrapped(term: Term, like: Term) -> Term:
    """A part of `like`, with the steps that `like` took."""
    steps = []
    while isinstance(like, Via):
        steps.append(like)
        like = like.value
    for via in reversed(steps):
        term = Via(term, via.step, at=via.at, cap=via.cap)
    return term


def substituted(term: Term, values: Mapping[Term, Term]) -> Term:
    """The term with symbols replaced. An Each is found by its loop, whatever it runs over."""
    if not term.open or not values:
        return term
    return Substitution(values)(term)


class Substitution:
    """Terms with symbols replaced, what they share only once.

    An object, and no function that holds itself: what it remembers is gone with it, and not with the next cycle.
    """

    def __init__(self, values: Mapping[Term, Term]) -> None:
        self.values = values
        self.loops = {symbol.loop: value for symbol, value in values.items() if isinstance(symbol, Each)}
        self.memo: dict[int, tuple[Term, Term]] = {}
        self.bits = 0
        for symbol in values:
            self.bits |= bit(symbol.loop) if isinstance(symbol, Each) else symbol.open

    def __call__(self, old: Term) -> Term:
        if not old.open & self.bits:  # most of what is walked holds none of these symbols
            return old
        known = self.memo.get(id(old))
        if known is not None:
            return known[1]
        if not old.SYMBOL:
            new = old.rebuilt(self)
        elif isinstance(old, Each):
            new = self.loops[old.loop] if old.loop in self.loops else old.rebuilt(self)
        else:
            new = self.values.get(old, old)
        self.memo[id(old)] = (old, new)
        return new


class Exchange:
    """Terms with every part replaced that equals one of some, all of them at once. What was walked is walked once."""

    def __init__(self, values: Mapping[Term, Term]) -> None:
        self.values = values
        self.memo: dict[int, tuple[Term, Term]] = {}
        self.bits = reduce(or_, (part.open for part in values), 0)

    def __call__(self, old: Term) -> Term:
        if not old.open & self.bits:
            return old
        known = self.memo.get(id(old))
        if known is None:
            new = self.values.get(old)
            known = self.memo[id(old)] = old, old.rebuilt(self) if new is None else new
        return known[1]


def spread(term: Term) -> Term:
    """A list or mapping with the items of those that are spread into it, where they are seen."""
    if not isinstance(term, (Seq, Map)):
        return term
    items: list[Term] = []
    for item in term.items:
        inner = spread(stripped(item.value)) if isinstance(item, Splat) else item
        same = isinstance(inner, (Seq, Map)) and replace(inner, items=()) == replace(term, items=())
        items.extend(inner.items if isinstance(inner, (Seq, Map)) and same and inner is not item else (item,))
    return replace(term, items=tuple(items))


def symbols(*terms: Term) -> set[Term]:
    """The symbols left in terms. What these share is walked once."""
    found: set[Term] = set()
    seen: set[int] = set()
    stack = [*terms]
    while stack:
        at = stack.pop()
        if not at.open or id(at) in seen:
            continue
        seen.add(id(at))
        if at.SYMBOL:
            found.add(at)
        stack.extend(at.children())
    return found


def parts(term: Term) -> int:
    """How many terms one is made of, those that it shares counted once. Closed ones need not be walked or copied."""
    seen: set[int] = set()
    stack = [term]
    while stack:
        at = stack.pop()
        if at.open and id(at) not in seen:
            seen.add(id(at))
            stack.extend(at.children())
    return len(seen)


def entries(values: Mapping[str, Term]) -> tuple[Term, ...]:
    """Names and what they stand for, as the entries of a mapping."""
    return tuple(Entry(Str(name), value) for name, value in values.items())


def added(left: Term, right: Term, at: Place = NOWHERE) -> Term:
    """`left + right`: a text where one of them surely is one, whatever the other turns out to be."""
    return cat(left, right, at=at) if is_text(left) or is_text(right) else Op("+", (left, right), at=at)


def is_text(term: Term) -> bool:
    """Whether a value is a text for sure."""
    plain = stripped(term)
    if isinstance(plain, Choice):
        return is_text(plain.then) and is_text(plain.other)
    return isinstance(plain, (Str, Cat))


def cat(*texts: Term, at: Place = NOWHERE) -> Term:
    """Texts one after the other, without nesting as long as they are short: a long one is not taken apart each time."""
    parts: list[Term] = []
    for text in texts:
        if isinstance(text, Cat) and len(text.parts) < MOST_APART:
            parts.extend(text.parts)
        elif not (isinstance(text, Str) and not text.value):
            parts.append(text)
    if len(parts) == 1 and isinstance(parts[0], (Str, Cat)):
        return parts[0]
    return Cat(tuple(parts), at=at) if parts else Str("", at=at)


def lasting(term: Term) -> Volatility | None:
    """How often a value changes at most, because of when it was made; None where that is not told."""
    caps = []
    while isinstance(term, Via):
        caps.append(term.cap)
        term = term.value
    return min((cap for cap in caps if cap is not None), default=None)


def either(condition: Term, then: Term, other: Term) -> Term:
    """One of two values; what two texts begin with in common stands before the condition."""
    a, b = stripped(then), stripped(other)
    if a == b and (a.exact == b.exact or not isinstance(a, Hole)):
        return then  # what varies at two places is told at both
    if any(isinstance(stripped(side), Cat) for side in (then, other)):
        for left, right in product(_texts(then), _texts(other)):
            shared = common(left, right)
            if shared:
                return Cat((*left[:shared], Choice(condition, cat(*left[shared:]), cat(*right[shared:]))))
    return Choice(condition, then, other)


def _texts(term: Term) -> tuple[tuple[Term, ...], ...]:
    """A text as one part, and as those that it is made of."""
    plain = stripped(term)
    if isinstance(plain, Cat):
        cap = lasting(term)
        return (term,), plain.parts if cap is None else tuple([Via(part, "", cap=cap) for part in plain.parts])
    return ((),) if isinstance(plain, Str) and not plain.value else ((term,),)


def common(left: tuple[Term, ...], right: tuple[Term, ...]) -> int:
    """How many terms two sequences begin with in common, whichever way these took."""
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a is not b and stripped(a) != stripped(b):
            break
        shared += 1
    return shared
