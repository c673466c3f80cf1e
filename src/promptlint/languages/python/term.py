"""What every term is: immutable, and compared by what it stands for, not by where it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import ClassVar, NamedTuple

MOST_COUNTED = 1_000_000
"""A larger term counts as one of this size."""


class _Fields(NamedTuple):
    """Names of the fields of one class of terms."""

    one: tuple[str, ...]
    many: tuple[str, ...]
    plain: tuple[str, ...]
    """Those that hold no term and are compared."""
    given: tuple[str, ...]
    """Those that the constructor takes by position, in their order."""
    placed: bool
    """Whether it has a place."""


_FIELDS: dict[type, _Fields] = {}


def _fields(kind: type[Term]) -> _Fields:
    found = _FIELDS.get(kind)
    if found is None:
        own = [f for f in fields(kind) if f.init]
        terms = {*kind.ONE, *kind.MANY}
        plain = tuple(f.name for f in own if f.compare and f.name not in terms)
        given = tuple(f.name for f in own if f.name != "at")
        found = _FIELDS[kind] = _Fields(kind.ONE, kind.MANY, plain, given, len(given) < len(own))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A value that may not be known yet."""

    ONE: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a term."""
    MANY: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a tuple of terms."""
    SYMBOL: ClassVar[bool] = False
    """Whether it is one that substitution replaces."""
    MUTABLE: ClassVar[bool] = False
    """Whether it stands for something that may still be changed."""
    open: bool = field(init=False, compare=False, repr=False, default=False)
    """Whether a symbol is left in it."""
    mutable: bool = field(init=False, compare=False, repr=False, default=False)
    """Whether something is left in it that may still be changed."""
    depth: int = field(init=False, compare=False, repr=False, default=1)
    """How deep terms are nested in it."""
    size: int = field(init=False, compare=False, repr=False, default=1)
    """How many terms it is made of, those that it shares counted each time."""
    exact: int = field(init=False, compare=False, repr=False, default=0)
    """The same for terms which are equal and written at the same places."""
    _hash: int = field(init=False, compare=False, repr=False, default=0)

    def __post_init__(self) -> None:
        # Terms are made by the million: one pass over the children, and no call for each.
        names = _fields(type(self))
        is_open, mutable, depth, size = self.SYMBOL, self.MUTABLE, 0, 1
        hashes: list[object] = [type(self).__name__, *self._compared(names.plain)]
        exact: list[object] = [self.at] if names.placed else []  # type: ignore[attr-defined]
        for child in self.children():
            is_open = is_open or child.open
            mutable = mutable or child.mutable
            depth = max(depth, child.depth)
            size += child.size
            hashes.append(child._hash)
            exact.append(child.exact)
        for name in names.many:
            hashes.append(len(getattr(self, name)))
        put = object.__setattr__
        put(self, "open", is_open)
        put(self, "mutable", mutable)
        put(self, "depth", depth + 1)
        put(self, "size", min(size, MOST_COUNTED))
        put(self, "_hash", hash(tuple(hashes)))
        put(self, "exact", hash((self._hash, *exact)))

    def _compared(self, names: tuple[str, ...]) -> list[object]:
        return [getattr(self, name) for name in names]

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        # Terms share their parts: to compare part by part would walk one part as often as it is reached, which is
        # exponential in its depth. That two of ten million terms have one 61-bit hash by chance: 1 in 50,000.
        return self is other or (type(self) is type(other) and self._hash == hash(other))

    def children(self) -> list[Term]:
        """The terms it is made of."""
        found: list[Term] = [getattr(self, name) for name in self.ONE]
        for name in self.MANY:
            found += getattr(self, name)
        return found

    def rebuilt(self, change: Callable[[Term], Term]) -> Term:
        """The same with each child changed; itself when none was."""
        changed: dict[str, object] = {}
        for name in self.ONE:
            old = getattr(self, name)
            new = change(old)
            if new is not old:
                changed[name] = new
        for name in self.MANY:
            before = getattr(self, name)
            after = tuple([change(child) for child in before])
            if any(x is not y for x, y in zip(before, after, strict=True)):
                changed[name] = after
        if not changed:
            return self
        names = _fields(type(self))
        values = [changed[name] if name in changed else getattr(self, name) for name in names.given]
        at = {"at": self.at} if names.placed else {}  # type: ignore[attr-defined]
        return type(self)(*values, **at)
