"""Frozen values as plain data for JSON and back, by the types of their fields.

Nothing is made but the values that a type names, and only of data that fits: a file that somebody else wrote cannot do
more than be refused.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class MisfitError(ValueError):
    """Data that is no such value."""


def plain(value: object) -> Any:
    """A value as lists, texts, numbers, flags and None."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"{type(value).__name__} is no plain value")


def made(kind: Callable[..., T], data: Any) -> T:
    """The value of a type that data stands for. Raises MisfitError."""
    try:
        value: T = _reader(kind)(data)
    except (TypeError, ValueError, KeyError, RecursionError) as error:
        raise MisfitError(str(error)) from error
    return value


_Read = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Read:
    arguments = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (each for each in arguments if each is not type(None))
        return _optional(inner)
    if get_origin(kind) is tuple:
        return _tuple_of(arguments[0])
    if is_dataclass(kind) or (isinstance(kind, type) and issubclass(kind, tuple)):
        return _record_of(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _scalar_of(kind)


def _optional(kind: Any) -> _Read:
    read = _reader(kind)
    return lambda data: None if data is None else read(data)


def _tuple_of(kind: Any) -> _Read:
    read = _reader(kind)
    return lambda data: tuple([read(each) for each in _list(data)])


def _record_of(kind: Any) -> _Read:
    hints = get_type_hints(kind)
    names = kind._fields if issubclass(kind, tuple) else [field.name for field in fields(kind)]
    reads = [_reader(hints[name]) for name in names]
    return lambda data: kind(*[read(each) for read, each in zip(reads, _list(data), strict=True)])


def _scalar_of(kind: Any) -> _Read:
    if kind not in (str, int, bool, float):
        raise TypeError(f"{kind} is not read from plain data")

    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise TypeError(f"{data!r} is not {kind.__name__}")
        return data

    return read


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(f"{data!r} is no list")
    return data
