"""What every term is: immutable, and compared by what it stands for, not by where it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields
from operator import is_
from typing import Any, ClassVar, TypeVar, dataclass_transform

from promptlint.frozen import dataclass, later

T = TypeVar("T", bound="Term")
BITS = 60
"""Symbols that are told apart at a glance: two may have the same bit."""


def bit(known: int) -> int:
    """The bit of a symbol, by its hash; of the item of a loop, by the number of the loop."""
    return 1 << known % BITS


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A value that may not be known yet."""

    ONE: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a term."""
    MANY: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a tuple of terms."""
    SYMBOL: ClassVar[bool] = False
    """Whether it is one that substitution replaces."""
    KNOWN_BY: ClassVar[str] = ""
    """The field with the number of its loop, which its bit tells; empty: that tells all that it equals."""
    MUTABLE: ClassVar[bool] = False
    """Whether it stands for something that may still be changed."""
    TURNING: ClassVar[bool] = False
    """Whether it stands for what the turns of a loop leave behind."""
    open: int = field(init=False, compare=False, repr=False)
    """A bit for each symbol that is left in it, as `bit` gives them; 0: none is."""
    mutable: bool = field(init=False, compare=False, repr=False)
    """Whether something is left in it that may still be changed."""
    turning: bool = field(init=False, compare=False, repr=False)
    """Whether something in it is left behind by the turns of a loop."""
    depth: int = field(init=False, compare=False, repr=False)
    """How deep terms are nested in it."""
    exact: int = field(init=False, compare=False, repr=False)
    """The same for terms which are equal and written at the same places."""
    _hash: int = field(init=False, compare=False, repr=False)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        # Terms share their parts: to compare part by part would walk one part as often as it is reached, which is
        # exponential in its depth. That two of ten million terms have one 61-bit hash by chance: 1 in 50,000.
        return self is other or (type(self) is type(other) and self._hash == hash(other))

    def compared(self) -> object:
        """What tells it from other terms of its class, its children aside; None: all of its plain fields do."""
        return None

    def children(self) -> list[Term]:
        """The terms it is made of."""
        return []

    def rebuilt(self, change: Callable[[Term], Term]) -> Term:
        """The same with each child changed; itself when none was."""
        return self


def _unlocked(made: type[Term]) -> None:
    """That nobody changes a term mypy sees to: to write past a lock was a third of the time in which one is made."""
    del made.__setattr__, made.__delattr__


_unlocked(Term)


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def term(kind: type[T]) -> type[T]:
    """A dataclass of terms. Terms are made by the million, so that their methods are written out for each class.

    What `dataclass` and a walk over `children` would do takes four times as long.
    """
    made = dataclass(frozen=True, slots=True, eq=False)(kind)
    _unlocked(made)
    later(made, "__init__", _constructor, bit=bit)
    later(made, "rebuilt", _rebuilder, same=is_)
    later(made, "children", _lister)
    return made


def _lister(made: type[Term]) -> list[str]:
    parts = ", ".join([*(f"self.{name}" for name in made.ONE), *(f"*self.{name}" for name in made.MANY)])
    return ["def children(self):", f" return [{parts}]"]


def _own(made: type[Term]) -> list[Field[Any]]:
    return [each for each in fields(made) if each.init]


def _constructor(made: type[Term]) -> list[str]:
    own = _own(made)
    ordered = [f for f in own if not f.kw_only], [f for f in own if f.kw_only]
    given = [f"{f.name}=default_{f.name}" if f.default is not MISSING else f.name for f in ordered[0]]
    given += [f"{f.name}=default_{f.name}" for f in ordered[1]]
    star = len(ordered[0])
    signature = [*given[:star], *(["*"] if ordered[1] else []), *given[star:]]
    plain = [f.name for f in own if f.compare and f.name not in (*made.ONE, *made.MANY)]
    told = "self.compared()" if made.compared is not Term.compared else ", ".join(plain)
    lists = [f"len({name})" for name in made.MANY]
    hashes = ", ".join([repr(made.__name__), *([told] if told else []), *lists, *(f"{n}._hash" for n in made.ONE)])
    exact = ", ".join([*(["at"] if "at" in [f.name for f in own] else []), *(f"{name}.exact" for name in made.ONE)])
    depths = ", ".join(f"{name}.depth" for name in made.ONE)
    lines = [f"def __init__(self, {', '.join(signature)}):"]
    lines += [f" self.{f.name} = {f.name}" for f in own]
    lines += [f" is_open = {' | '.join(f'{name}.open' for name in made.ONE) or 0}"]
    lines += [f" mutable = {' or '.join([str(made.MUTABLE), *(f'{name}.mutable' for name in made.ONE)])}"]
    lines += [f" turning = {' or '.join([str(made.TURNING), *(f'{name}.turning' for name in made.ONE)])}"]
    lines += [f" depth = {f'max({depths})' if len(made.ONE) > 1 else depths or 0}"]
    if made.MANY:
        lines += [f" hashes = [{hashes}]", f" exact = [{exact}]"]
    for name in made.MANY:
        lines += [
            f" for child in {name}:",
            "  if child.open | is_open != is_open: is_open |= child.open",
            "  mutable = mutable or child.mutable",
            "  turning = turning or child.turning",
            "  if child.depth > depth: depth = child.depth",
            "  hashes.append(child._hash)",
            "  exact.append(child.exact)",
        ]
    lines += [f" known = hash({'tuple(hashes)' if made.MANY else f'({hashes},)'})"]
    lines += [f" is_open |= bit({made.KNOWN_BY or 'known'})"] if made.SYMBOL else []
    lines += [f" self.exact = hash({'(known, *exact)' if made.MANY else f'(known, {exact})'})"]
    lines += [
        " self._hash = known",
        " self.open = is_open",
        " self.mutable = mutable",
        " self.turning = turning",
    ]
    return [*lines, " self.depth = depth + 1"]


def _rebuilder(made: type[Term]) -> list[str]:
    own = _own(made)
    lines = ["def rebuilt(self, change):"]
    lines += [f" {name} = change(self.{name})" for name in made.ONE]
    same = [f"{name} is self.{name}" for name in made.ONE]
    for name in made.MANY:
        lines += [
            f" {name} = self.{name}",
            f" kept_{name} = True",
            f" if {name}:",
            f"  new = [change(child) for child in {name}]",
            f"  kept_{name} = all(map(same, new, {name}))",
            f"  if not kept_{name}: {name} = tuple(new)",
        ]
        same.append(f"kept_{name}")
    values = [f"{f.name}={f.name if f.name in (*made.ONE, *made.MANY) else f'self.{f.name}'}" for f in own]
    return [*lines, f" if {' and '.join(same) or 'True'}: return self", f" return Made({', '.join(values)})"]
