"""What names and objects hold at one point of a body, and how two such points are joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from promptlint.frozen import replace
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values import backwards, counting, histories
from promptlint.languages.python.values.rewriting import cat, common, either, stripped, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    UNASSIGNED,
    Attr,
    Before,
    Call,
    Carried,
    Cat,
    Choice,
    Const,
    Each,
    Entry,
    Fold,
    Item,
    Map,
    Maybe,
    Op,
    Opaque,
    Param,
    Ref,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)

Key = Term | str
"""A name; a Ref; or a term which stands for a place in an object: an attribute, an item."""

_numbers = count(1)


MOST_WORK = 100_000
"""Terms of one body that are looked through for what they hold at a moment: a body of many changes in many branches
would take that many squared."""


@dataclass(slots=True)
class Work:
    """How much was done for one body, whatever ways through it were taken."""

    terms: int = 0


@dataclass(slots=True)
class State:
    """Name or place → what it holds. Lists and dictionaries made in the body are held under their Ref."""

    held: dict[Key, Term] = field(default_factory=dict)
    work: Work = field(default_factory=Work)

    def copy(self) -> State:
        """The same, to be changed by itself."""
        return State(dict(self.held), self.work)

    def fresh(self, content: Term, at: Place = NOWHERE) -> Ref:
        """A new object that may be changed later."""
        ref = Ref(next(_numbers), at=at)
        self.held[ref] = content
        return ref

    def made(self, term: Term) -> Call | None:
        """The call that made the object under a Ref, with what was changed since; None for what is no such object."""
        content = stripped(self.held[term]) if isinstance(term, Ref) and term in self.held else None
        return content if isinstance(content, Call) else None

    def put(self, place: Attr, value: Term) -> None:
        """Put a value into an attribute of an object that was made in the body."""
        owner = stripped(place.value)
        made = self.made(owner)
        assert made is not None
        kept = tuple(e for e in made.changed if not (isinstance(e, Entry) and e.key == Str(place.name)))
        self.held[owner] = replace(made, changed=(*kept, Entry(Str(place.name), value, at=place.at)))

    def attribute(self, term: Attr) -> Term:
        """What an attribute holds, where it is known here; else the term itself."""
        made = self.made(stripped(term.value))
        since = made.since(term.name) if made is not None else None
        return since if since is not None else self.held.get(term, term)

    def snapshot(self, term: Term) -> Term:
        """The term as it is now: no Ref is left in it."""
        return _Snapshot(self.held, self.work).of(term)

    def content(self, term: Term) -> Term:
        """What the object holds that `term` refers to; the term itself when nothing is known of it."""
        return self.held.get(stripped(term), term)

    def place(self, term: Term) -> Term:
        """The object to change when `term` is changed: its Ref, or the term itself with what it holds."""
        term = stripped(term)
        term = stripped(self.attribute(term)) if isinstance(term, Attr) else term
        held = self.held.get(term)
        while held is not None and isinstance(stripped(held), Ref) and stripped(held) != term:
            term = stripped(held)
            held = self.held.get(term)
        return term

    def located(self, place: Term) -> Term:
        """The object that a place within others stands for here; the place itself when they are not known so far."""
        plain = stripped(place)
        if not isinstance(plain, Item):
            return plain
        inside = part(self.content(self.located(plain.value)), stripped(plain.key))
        return plain if inside is None else stripped(inside)


def part(content: Term, key: Term) -> Term | None:
    """What a list or dictionary holds under a key that is written out; None where another may have taken its place."""
    plain = stripped(content)
    if isinstance(plain, Map) and isinstance(key, Str):
        for item in reversed(plain.items):
            if not isinstance(item, Entry) or not isinstance(stripped(item.key), Str):
                return None
            if stripped(item.key) == key:
                return item.value
    if isinstance(plain, Seq) and isinstance(key, Const) and isinstance(key.value, int):
        steps = plain.items[::-1] if key.value < 0 else plain.items
        steps = steps[: -key.value if key.value < 0 else key.value + 1]
        if len(steps) == (-key.value if key.value < 0 else key.value + 1):
            return None if any(isinstance(item, (Splat, Repeat, Maybe)) for item in steps) else steps[-1]
    return None


class _Snapshot:
    """One walk over a term; an object that holds itself stays as it is the second time."""

    def __init__(self, held: dict[Key, Term], work: Work) -> None:
        self.held = held
        self.work = work
        self.active: set[Term] = set()
        self.memo: dict[int, tuple[Term, Term]] = {}

    def of(self, term: Term) -> Term:
        if not term.mutable:
            return term
        known = self.memo.get(id(term))
        if known is None:
            self.work.terms += 1
            if self.work.terms > MOST_WORK:
                return Opaque("is changed in more ways than we follow", at=getattr(term, "at", NOWHERE))
            known = self.memo[id(term)] = (term, self._held(term))
        return known[1]

    def _held(self, term: Term) -> Term:
        if isinstance(term, Before):
            return term.place
        content = self.held.get(term) if isinstance(term, Ref) else None
        if content is None or term in self.active:
            return term.rebuilt(self.of)
        self.active.add(term)
        new = self.of(content)
        self.active.discard(term)
        return new


def joined(condition: Term, then: State, other: State) -> State:
    """The state after a branch. A key that one side does not know is as the other side has it."""
    held: dict[Key, Term] = {}
    for key in {**then.held, **other.held}:
        a, b = then.held.get(key), other.held.get(key)
        if a is None or b is None:
            known = a if a is not None else b
            assert known is not None
            if isinstance(key, Term) and not isinstance(key, Ref):
                held[key] = merged(condition, a if a is not None else key, b if b is not None else key)
            else:
                held[key] = known
        else:
            held[key] = merged(condition, a, b)
    return State(held, then.work)


def all_joined(states: list[State]) -> State:
    """The state after several ways out of a block."""
    result = states[-1] if states else State()
    for other in reversed(states[:-1]):
        result = joined(Opaque("leaves by another way"), other, result)
    return result


def merged(condition: Term, a: Term, b: Term) -> Term:
    """Either of two values, with what they begin with in common kept outside the condition."""
    if a is b or a == b:
        return a
    if a == UNASSIGNED or b == UNASSIGNED:
        return b if a == UNASSIGNED else a
    x, y = stripped(a), stripped(b)
    if isinstance(x, Call) and isinstance(y, Call) and replace(x, changed=()) == replace(y, changed=()):
        return _merged_changes(condition, x, y)
    like = x if isinstance(x, (Seq, Map)) else y
    if isinstance(like, (Seq, Map)):
        left, right = _items(x, type(like)), _items(y, type(like))
        if left is not None and right is not None:
            return _merged_items(condition, like, left, right)
    return either(condition, a, b)


def _merged_changes(condition: Term, x: Call, y: Call) -> Call:
    """An object that was changed on two ways."""
    bare = replace(x, changed=())
    keys = dict.fromkeys(e.key for e in (*x.changed, *y.changed) if isinstance(e, Entry) and isinstance(e.key, Str))
    changed = []
    for key in keys:
        values = (made.since(key.value) or Attr(bare, key.value) for made in (x, y))
        changed.append(Entry(key, merged(condition, *values)))
    return replace(bare, changed=tuple(changed))


def _merged_items(condition: Term, like: Seq | Map, left: tuple[Term, ...], right: tuple[Term, ...]) -> Term:
    shared = _same_keys(condition, left, right) if isinstance(like, Map) else left[: common(left, right)]
    if not shared and left and right:
        return Choice(condition, replace(like, items=left), replace(like, items=right))
    then, other = left[len(shared) :], right[len(shared) :]
    return replace(like, items=(*shared, Maybe(condition, then, other)) if then or other else shared)


def _same_keys(condition: Term, left: tuple[Term, ...], right: tuple[Term, ...]) -> tuple[Term, ...]:
    """What two mappings begin with, as far as their keys are the same."""
    found: list[Term] = []
    for a, b in zip(left, right, strict=False):
        if a is b or stripped(a) == stripped(b):
            found.append(a)
        elif isinstance(a, Entry) and isinstance(b, Entry) and a.key == b.key:
            found.append(replace(a, value=merged(condition, a.value, b.value)))
        else:
            break
    return tuple(found)


def _items(term: Term, kind: type[Seq] | type[Map]) -> tuple[Term, ...] | None:
    if isinstance(term, kind):
        return term.items
    return None if isinstance(term, (Seq, Map, Cat, Str)) else (Splat(term),)


def folded(carried: Carried, body: Term, each: Each, initial: Term, *, stops: bool) -> Term:
    """What is held after a loop which turns `carried` into `body` on each of its turns; `stops`: at a limit."""
    ahead = backwards.put_ahead(carried, body, each)
    if ahead:
        each = backwards.fitting(each, ahead, stops=stops)
        return Seq((*backwards.flipped((Repeat(each, ahead),)), Splat(initial)))
    change = histories.change(carried, body)
    if change is not None:
        each = backwards.fitting(each, change.added, stops=stops)
        total = _total(change, each, initial) if change.added else initial
        return replace(change.cut, operands=(total, *change.cut.operands[1:])) if change.cut else total
    if carried not in symbols(body):
        return body if stripped(initial) == UNASSIGNED else Choice(each, body, initial)
    return Fold(carried, body, each, initial)


def _total(change: histories.Change, each: Term, initial: Term) -> Term:
    repeat = Repeat(each, change.added)
    start, like = stripped(initial), change.like
    if isinstance(like, Seq):
        head = start.items if isinstance(start, Seq) else (Splat(initial),)
        return Seq((*head, repeat), like.kind, like.unordered, at=like.at)
    if isinstance(like, Map):
        head = start.items if isinstance(start, Map) else (Splat(initial),)
        return Map((*head, repeat), at=like.at)
    return cat(initial, Cat((repeat,)))


def grown(term: Term, loop: int) -> Term:
    """What a loop has added so far, as a call on one of its turns sees it: a history that grows."""

    def growing(item: Term) -> Term:
        ours = isinstance(item, Repeat) and isinstance(item.each, Each) and item.each.loop == loop
        return replace(item, growing=True) if ours and isinstance(item, Repeat) else item

    if isinstance(term, Fold) and isinstance(term.each, Each) and term.each.loop == loop:
        return counting.counted(term.carried, term.body) or term
    if isinstance(term, Via) or (isinstance(term, Op) and term.operator == "cut"):
        return term.rebuilt(lambda value: grown(value, loop))
    return term.rebuilt(growing) if isinstance(term, (Seq, Map, Cat)) else term


def root_of(term: Term) -> Param | None:
    """The parameter through which a place is reached."""
    while isinstance(term, (Attr, Item)):
        term = stripped(term.value)
    return term if isinstance(term, Param) else None
