"""Cache markers: which blocks of a prompt carry one, and whether one is named in code that is not followed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeGuard

from promptlint.knowledge.models import Marker
from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.sites.mentions import mentions, only_written
from promptlint.languages.python.starting.messages import MISSING, absent
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    HISTORY,
    NONE,
    OR_ELSE,
    Call,
    Choice,
    Entry,
    Func,
    Hole,
    Item,
    Map,
    Maybe,
    Op,
    Opaque,
    Splat,
    Str,
)
from promptlint.layout import Breakpoint
from promptlint.request import Stray

MOST_TERMS = 5_000
"""Parts of a prompt that are looked at for a marker."""


class Marks:
    """Reads the markers of one prompt, and remembers where those that it has read are written."""

    def __init__(self, engine: Engine, marker: Marker | None, call: Place) -> None:
        self.engine = engine
        self.marker = marker
        self.call = call
        self.markable = True
        """Whether what is read now can carry a marker at all."""
        self.strays: list[Stray] = []
        known = {call.marker.key for calls in engine.models.calls.values() for call in calls if call.marker}
        self._others = sorted(known - {marker.key if marker else ""})
        self.read: set[Place] = set()
        """The keys of the markers that were read, those that are None among them."""

    def of(self, block: Term, *, always: bool) -> Breakpoint | None:
        """The breakpoint that a message, a block or a tool carries, or is.

        One that is no marker to this call is noted where it is `always` sent: a condition may ask for the model.
        """
        if not isinstance(block, (Map, Call)):
            return None
        for key in self._others:
            other = self._under(key, block)
            if other is not None and not other.optional and always:
                self.strays.append(Stray(key, other.span, self._key))
        if self.marker is None:
            return None
        self.see(block)
        mark = self._under(self.marker.key, block)
        if mark is not None and not self.markable:
            self.strays += [Stray(self.marker.key, mark.span)] if always else []
            return None
        return mark

    @property
    def _key(self) -> str:
        return self.marker.key if self.marker is not None and self.markable else ""

    def _under(self, key: str, block: Map | Call) -> Breakpoint | None:
        """The breakpoint under a key of a block; None when there is none, or it may not be there."""
        return self.breakpoint(self._carried(block, key))

    def see(self, block: Term) -> None:
        """Remember where the marker of a block is written, or of the arguments of a call."""
        self.read.update(self._keys(block))

    def breakpoint(self, term: Term) -> Breakpoint | None:
        """The breakpoint that the value of a marker stands for; None when it marks nothing."""
        values = list(_alternatives(term, self.engine, set()))
        marks = [value for value in values if not absent(value) and not _unasked(value)]
        if not marks:
            return None
        ttl = self.engine.head(Item(marks[0], Op("key or", (Str("ttl"), NONE))))
        place = getattr(marks[0], "at", self.call)
        return Breakpoint(
            span=self.engine.span(place if place.path else self.call),
            ttl=ttl.value if isinstance(ttl, Str) else None if ttl == NONE else "",
            optional=len(marks) < len(values) or not isinstance(marks[0], (Map, Call)),
        )

    def is_element(self, block: Term) -> bool:
        """Whether a block is nothing but a marker of its own (Bedrock's `cachePoint`)."""
        return self.marker is not None and self.marker.element and any(True for _ in self._keys(block))

    def without(self, block: Term) -> Term:
        """The block without its marker."""
        if self.marker is None or not isinstance(block, Map):
            return block
        return Op("without", (block, Str(self.marker.key)))

    @property
    def all_stay(self) -> bool:
        """Whether nothing takes off one of the markers that were read."""
        return all(self.stays(key) for key in self.read)

    def stays(self, key: Place) -> bool:
        """Whether nothing in the module in which a marker is written looks for markers, or takes one off."""
        module = self.engine.project.module(key.path)
        return self.marker is not None and module is not None and only_written(module.tree, self.marker.key)

    def _carried(self, block: Map | Call, key: str) -> Term:
        if isinstance(block, Map):
            return Item(block, Op("key or", (Str(key), MISSING)))
        return block.keyword(key) or MISSING

    def _keys(self, block: Term) -> Iterator[Place]:
        """Where the keys are written by which a block, or one that it may be, is marked."""
        plain = self.engine.head(block)
        if isinstance(plain, Entry) and self.marker is not None and names(plain.key, self.marker.key):
            yield plain.key.at
        elif isinstance(plain, Splat):
            yield from self._keys(plain.value)
        elif isinstance(plain, (Map, Call, Maybe, Choice)):
            for part in plain.children():
                yield from self._keys(part)

    def unread(self, term: Term, functions: Iterable[FunctionInfo]) -> Place | None:
        """Where code on the way names a marker that was not read: the `functions` by which a prompt is sent, and those
        which make a part of its value.
        """
        for info in functions:
            if not info.is_module and (new := self._unread_in(info)):
                return new
        stack: list[Term] = [term]
        seen: set[int] = set()
        followed: set[FunctionInfo] = set()
        while stack and len(seen) < MOST_TERMS and self.marker is not None:
            at = stack.pop()
            if id(at) in seen:
                continue
            seen.add(id(at))
            if isinstance(at, Entry) and names(at.key, self.marker.key) and at.key.at not in self.read:
                return at.key.at
            function = self.engine.head(at.function) if isinstance(at, Call) else None
            if isinstance(function, Func) and function.info not in followed:
                followed.add(function.info)
                summary = self.engine.summary(function.info)
                # What it does to its arguments is seen in what it calls, not in what it returns.
                stack += [summary.returns, *(Call(record.call.function) for record in summary.calls)]
                if new := self._unread_in(function.info):
                    return new
            stack.extend(at.children())
        return None

    def named(self, modules: Iterable[ModuleInfo], aside: Collection[str]) -> bool:
        """Whether one of some modules names a marker that was not read, other than in what it puts under `aside`."""
        return any(self._unread_in(module.body, frozenset(aside)) is not None for module in modules)

    def _unread_in(self, info: FunctionInfo, aside: frozenset[str] = frozenset()) -> Place | None:
        """Where a function names a marker that was not read."""
        wanted = info, self.marker.key if self.marker is not None else "", aside
        if wanted not in self.engine.mentions:
            self.engine.mentions[wanted] = tuple(map(info.module.place, mentions(info.node, wanted[1], aside)))
        return next((place for place in self.engine.mentions[wanted] if place not in self.read), None)


def _alternatives(term: Term, engine: Engine, seen: set[int]) -> Iterator[Term]:
    """The values that a marker may have, each once. Of what is unknown we take it that no marker is in it."""
    plain = stripped(engine.reduced(term))
    if plain.exact in seen:
        return
    seen.add(plain.exact)
    if isinstance(plain, Choice):
        yield from _alternatives(plain.then, engine, seen)
        yield from _alternatives(plain.other, engine, seen)
    elif isinstance(plain, Item) and isinstance(key := stripped(plain.key), Op) and key.operator in OR_ELSE:
        yield from _alternatives(key.operands[1], engine, seen)
    else:
        yield plain


def _unasked(value: Term) -> bool:
    """Whether it is not known that there is such a key at all."""
    key = stripped(value.key) if isinstance(value, Item) else None
    replayed = isinstance(value, Hole) and value.because == HISTORY
    return isinstance(value, Opaque) or replayed or (isinstance(key, Op) and key.operator in OR_ELSE)


def names(key: Term, name: str) -> TypeGuard[Str]:
    """Whether a key is a text that is written out."""
    return isinstance(key, Str) and key.value == name
