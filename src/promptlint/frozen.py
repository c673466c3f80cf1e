"""Frozen dataclasses whose methods are written when they are first needed.

`dataclasses.dataclass` writes and compiles six methods of a class when it is defined. For all of our classes that is
half of the time in which a small file is checked, and most of them are then not needed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from functools import cache
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "later", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """As `dataclasses.replace`, which looks at each field of the class each time."""
        kind = type(value)
        for name in _given(kind):
            if name not in changes:
                changes[name] = getattr(value, name)
        return kind(**changes)

    @cache
    def _given(kind: type) -> tuple[str, ...]:
        return tuple(field.name for field in dataclasses.fields(kind) if field.init)

    def dataclass(
        kind: type | None = None, /, *, frozen: bool = False, slots: bool = False, order: bool = False, eq: bool = True
    ) -> Any:
        """As `dataclasses.dataclass`, which makes those that are not frozen, have no slots, or are ordered."""
        if kind is None:
            return lambda kind: dataclass(kind, frozen=frozen, slots=slots, order=order, eq=eq)
        if not frozen or not slots or order:
            return dataclasses.dataclass(kind, frozen=frozen, slots=slots, order=order, eq=eq)
        return _frozen(kind, eq=eq)


def _frozen(kind: type, *, eq: bool) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    written = {"__init__": _constructor} | ({"__eq__": _comparison, "__hash__": _hash} if eq else {})
    for name, write in written.items():
        if not callable(kind.__dict__.get(name)):
            later(made, name, write)
    if "__repr__" not in kind.__dict__:
        made.__repr__ = _shown
    made.__setattr__, made.__delattr__ = _refused, _refused
    made.__getstate__, made.__setstate__ = _state, _with_state
    return made  # type: ignore[no-any-return]


def later(made: Any, name: str, write: Callable[[Any], list[str]], **known: object) -> None:
    """Give a class a method that is written, in lines of code, when it is first called. `known` are names in it."""

    def first(*arguments: Any, **keywords: Any) -> Any:
        names: dict[str, Any] = {"MISSING": MISSING, "Made": made, **known}
        for field in dataclasses.fields(made):
            names[f"set_{field.name}"] = getattr(made, field.name).__set__
            names[f"default_{field.name}"] = field.default
            names[f"make_{field.name}"] = field.default_factory
        exec("\n".join(write(made)), names)  # as `dataclasses` itself does
        method = names[name]
        method.__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, method)
        return method(*arguments, **keywords)

    setattr(made, name, first)


def _constructor(made: Any) -> list[str]:
    given: list[str] = []
    keywords: list[str] = []
    lines: list[str] = []
    for field in dataclasses.fields(made):
        name, makes = field.name, field.default_factory is not MISSING
        if field.init:
            default = "=MISSING" if makes else f"=default_{name}" if field.default is not MISSING else ""
            (keywords if field.kw_only is True else given).append(f"{name}{default}")
            lines.append(f" set_{name}(self, {f'make_{name}() if {name} is MISSING else ' if makes else ''}{name})")
        elif makes or field.default is not MISSING:
            lines.append(f" set_{name}(self, {f'make_{name}()' if makes else f'default_{name}'})")
    lines += [" self.__post_init__()"] if hasattr(made, "__post_init__") else []
    parameters = ["self", *given, *(["*", *keywords] if keywords else [])]
    return [f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])]


def _compared(made: Any, of: str) -> str:
    return "(" + "".join(f"{of}.{field.name}, " for field in dataclasses.fields(made) if field.compare) + ")"


def _comparison(made: Any) -> list[str]:
    same = f"{_compared(made, 'self')} == {_compared(made, 'other')}"
    return ["def __eq__(self, other):", f" return {same} if other.__class__ is self.__class__ else NotImplemented"]


def _hash(made: Any) -> list[str]:
    return ["def __hash__(self):", f" return hash({_compared(made, 'self')})"]


def _shown(self: Any) -> str:
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _refused(self: Any, name: str, *value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _with_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
