"""What assignments and methods change in the state of a body: names, attributes, items, and what objects hold."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from promptlint.languages.python.bodies.editing import CHANGES, loop_of, reaching_further
from promptlint.languages.python.bodies.mutations import SHORTENERS, mutated
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.modules.syntax import compares_size
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.rewriting import shallow, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Before,
    Call,
    Carried,
    Choice,
    Class,
    Const,
    Entry,
    Func,
    Global,
    Item,
    Map,
    Module,
    Op,
    Opaque,
    Param,
    Ref,
    Seq,
    Splat,
    Str,
    Via,
)

if TYPE_CHECKING:
    from promptlint.languages.python.bodies.walking import Walker

_PLAIN = (Ref, Const, Func, Class, Global, Module)
"""Values whose way tells nothing."""


class Changes:
    """Changes the state of a walker."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker

    def assign(self, target: ast.expr, value: Term, *, step: bool = True) -> None:
        """Let a target hold a value."""
        at = self.walker.module.place(target)
        value = shallow(value)
        if isinstance(target, ast.Name):
            value = self._shaped(target.id, self._added_to(target.id, value, at), at)
            if step and not isinstance(stripped(value), _PLAIN):
                value = Via(value, f"assigned to `{target.id}`", at=at)
            self.walker.state.held[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = stripped(self.walker.expressions.of(target.value))
            self._edit(owner, Str(target.attr), at)
            if step and not isinstance(stripped(value), _PLAIN):
                value = Via(value, f"kept in `{self.walker.module.source(target)}`", at=at)
            place = Attr(owner, target.attr, at=at)
            if self.walker.state.made(owner) is not None:
                self.walker.state.put(place, value)
            else:
                self.walker.state.held[place] = value
        elif isinstance(target, ast.Subscript):
            owner = self.walker.expressions.of(target.value)
            if not isinstance(target.slice, ast.Slice):
                self.change(owner, "[]=", (Entry(self.walker.expressions.now(target.slice), value, at=at),), (), at)
            else:
                whole = target.slice.lower is target.slice.upper is None
                part = Splat(self.walker.state.snapshot(value)) if whole else Opaque("a slice of it is replaced")
                self.change(owner, "[]=", (part,), ())
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, Opaque("is the rest of an unpacking", at=at))

    def _shaped(self, name: str, value: Term, at: Place) -> Term:
        """An object which the body may change, as one that can be changed."""
        call, changes = stripped(value), self.walker.info.added.objects.get(name)
        if changes is None or not isinstance(call, Call) or not _makes(call):
            return value
        ref = self.walker.state.fresh(call, at)
        for attribute, method in changes.items():
            # What is added to has one identity from the start, on each branch that adds to it.
            before = (Splat(Attr(call, attribute)),)
            content = Map(before) if method in ("update", "setdefault", "[]=") else Seq(before)
            self.walker.state.put(Attr(ref, attribute, at=at), self.walker.state.fresh(content, at))
        return ref

    def _added_to(self, name: str, value: Term, at: Place) -> Term:
        """A list, a set or a mapping that is made elsewhere, as one that the body can add to, where it does."""
        plain, added = stripped(value), self.walker.info.added
        if not isinstance(plain, (Call, Choice, Op)):
            return value
        if name in added.sets and isinstance(plain, Call) and cuts.called(plain, "set"):
            content = (Splat(plain),) if plain.arguments else ()
            return self.walker.state.fresh(Seq(content, "set", at=at), at)
        named = Via(value, f"assigned to `{name}`", at=at)
        if name in added.lists:
            return self.walker.state.fresh(Seq((Splat(named),), at=at), at)
        if name in added.mappings and not (isinstance(plain, Call) and _makes(plain)):
            return self.walker.state.fresh(Map((Splat(named),), at=at), at)
        return value

    def _before(self, place: Term) -> Term:
        """What a place held before the body came to it."""
        made = self.walker.state.made(stripped(place.value)) if isinstance(place, Attr) else None
        return Attr(made, place.name) if made is not None and isinstance(place, Attr) else Before(place)

    def _unpack(self, targets: list[ast.expr], value: Term) -> None:
        content = self.walker.state.content(value)
        plain = stripped(content)
        fits = isinstance(plain, Seq) and len(plain.items) == len(targets)
        fits = fits and not any(isinstance(item, Splat) for item in plain.children())
        for i, target in enumerate(targets):
            if fits and isinstance(plain, Seq):
                self.assign(target, plain.items[i])
            else:
                self.assign(
                    target, Item(self.walker.state.snapshot(value), Const(i), at=self.walker.module.place(target))
                )

    def change(
        self, owner: Term, method: str, arguments: tuple[Term, ...], keywords: tuple[Term, ...], at: Place = NOWHERE
    ) -> None:
        """Change a list or dictionary in place, as a method or an assignment to an item does."""
        if method in CHANGES:
            changed = stripped(arguments[0]) if arguments else NONE  # an entry, or the key of one that is taken out
            self._edit(owner, stripped(changed.key) if isinstance(changed, Entry) else changed, at)
        place = self.walker.state.place(owner)
        content = self.walker.state.held.get(place) or self._before(place)
        if method in SHORTENERS and not isinstance(stripped(content), Map) and not self._too_long():
            return
        new = mutated(content, method, arguments, keywords, self.walker.state, at)
        if new is not None:
            self.hold(place, new)

    def _edit(self, owner: Term, key: Term, at: Place) -> None:
        """Note a change of messages that were sent before, where it reaches further each time."""
        each = loop_of(owner)
        over = self.walker.gone_through.get(each.loop) if each is not None else None
        whole = reaching_further(over, self.walker.guards) if over is not None else None
        if whole is None:
            return
        place = self.walker.state.place(self.walker.expressions.of(whole))
        self.hold(place, cuts.edited(self.walker.state.held.get(place) or self._before(place), key, at))

    def _too_long(self) -> bool:
        """Whether a list may lose items here because it has become too long, and not because of what one of them is."""
        return compares_size(self.walker.guards[-1]) if self.walker.guards else bool(self.walker.loops)

    def hold(self, place: Term, content: Term) -> None:
        """Let a place in an object, or the object itself, hold what it was changed to."""
        content = shallow(content)
        if isinstance(place, Ref):
            self.walker.state.held[place] = content
        elif isinstance(place, Attr) and self.walker.state.made(stripped(place.value)) is not None:
            self.walker.state.put(place, self.walker.state.fresh(content))
        elif isinstance(place, (Param, Attr, Item)):
            held = self.walker.state.held[place] = self.walker.state.fresh(content)
            if isinstance(place, Item) and stripped(place.key) == Const(0):
                self.change(place.value, "[]=", (Entry(Const(0), held),), (), place.at)
        elif isinstance(place, Carried) and isinstance(place.key, Attr):
            self.walker.state.held[place.key] = self.walker.state.fresh(content)


def _makes(call: Call) -> bool:
    """Whether a call looks like one that makes an object: of a class, by its name."""
    function = stripped(call.function)
    name = function.name.rsplit(".", 1)[-1] if isinstance(function, (Attr, Global)) else ""
    return isinstance(function, Class) or name[:1].isupper()
