"""Our frozen dataclasses: what those of the standard library are, with methods that are written later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, replace
from typing import Any

import pytest

from promptlint import frozen


def classes(dataclass: Any) -> tuple[Any, Any, Any]:
    """The same classes, made by a decorator."""

    @dataclass(frozen=True, slots=True)
    class Base:
        name: str
        parts: tuple[int, ...] = ()
        seen: list[int] = field(default_factory=list, compare=False, repr=False)
        at: int = field(default=3, kw_only=True)

    @dataclass(frozen=True, slots=True)
    class Derived(Base):
        more: str = "x"
        length: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", len(self.name))

    @dataclass(frozen=True, slots=True, eq=False)
    class Single:
        """Compared by identity."""

        name: str

        def __repr__(self) -> str:
            return "its own"

    return Base, Derived, Single


OURS, THEIRS = classes(frozen.dataclass), classes(dataclasses.dataclass)
MADE: list[Callable[[tuple[Any, Any, Any]], Any]] = [
    lambda kinds: kinds[0]("a"),
    lambda kinds: kinds[0]("a", (1, 2), [3], at=4),
    lambda kinds: kinds[0](parts=(1,), name="b"),
    lambda kinds: kinds[1]("abc", more="y"),
    lambda kinds: kinds[2]("a"),
    lambda kinds: replace(kinds[1]("abc", at=1), name="d"),
    lambda kinds: frozen.replace(kinds[1]("abc", at=1), name="d"),
]


@pytest.mark.parametrize("make", MADE)
def test_values_are_those_of_the_standard_library(make: Callable[[tuple[Any, Any, Any]], Any]) -> None:
    ours, theirs = make(OURS), make(THEIRS)
    assert repr(ours) == repr(theirs)
    names = [each.name for each in dataclasses.fields(theirs)]
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert (ours == make(OURS)) == (theirs == make(THEIRS))
    assert (hash(ours) == hash(make(OURS))) == (hash(theirs) == hash(make(THEIRS)))
    assert ours != theirs
    assert not hasattr(ours, "__dict__")
    assert repr(copy.copy(ours)) == repr(theirs)


def test_lists_are_not_shared() -> None:
    one, other = OURS[0]("a"), OURS[0]("a")
    one.seen.append(1)
    assert (one.seen, other.seen) == ([1], [])


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda kinds: kinds[0](), id="a value is missing"),
        pytest.param(lambda kinds: kinds[0]("a", (), [], 4), id="one is given by position that has a name"),
        pytest.param(lambda kinds: kinds[0]("a", other=1), id="one that there is not"),
        pytest.param(lambda kinds: kinds[1]("a", length=2), id="one that is not given"),
        pytest.param(lambda kinds: frozen.replace(kinds[1]("a"), length=2), id="one that is not replaced"),
    ],
)
def test_what_the_standard_library_refuses_is_refused(make: Callable[[tuple[Any, Any, Any]], Any]) -> None:
    for kinds in (OURS, THEIRS):
        with pytest.raises((TypeError, ValueError)):
            make(kinds)


@pytest.mark.parametrize("made", [OURS[0]("a"), OURS[1]("a"), OURS[2]("a")])
def test_nothing_can_be_changed(made: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        made.name = "b"
    with pytest.raises(FrozenInstanceError):
        del made.name
    assert made.name == "a"


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """One that pickle can find."""

    name: str
    at: int = field(default=1, compare=False)


def test_values_can_be_kept_and_read_again() -> None:
    kept = pickle.loads(pickle.dumps(Kept("a", 2)))
    assert (kept, kept.at) == (Kept("a"), 2)


def test_those_that_may_change_or_are_ordered_are_left_to_the_standard_library() -> None:
    @frozen.dataclass(slots=True)
    class Open:
        name: str

    @frozen.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        name: str

    changed = Open("a")
    changed.name = "b"
    assert (changed, Ordered("a") < Ordered("b")) == (Open("b"), True)
