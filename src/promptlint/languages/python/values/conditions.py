"""What is known to be true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.definitions import ClassInfo
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.classes import external_bases, lineage, told_bases
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Entry,
    Func,
    Global,
    Map,
    Maybe,
    Module,
    Op,
    Repeat,
    Seq,
    Splat,
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_KNOWN = (Str, Const, Seq, Map, Func, Class, Module)
MOST_INSIDE = 4
"""Lists within lists of which the items are counted."""
_ORDERS = ("<", "<=", ">", ">=")
_STRICT = ("<", ">")
_Range = tuple[int, int | None]
"""The least and the most that a number may be; None: there is no limit."""
_PROTOCOL = {"typing.Protocol", "typing_extensions.Protocol"}


def truth(term: Term, engine: Engine) -> bool | None:
    """Whether a condition holds; None when that cannot be told."""
    plain = engine.head(term) if not isinstance(stripped(term), Op) else stripped(term)
    if isinstance(plain, Const):
        return bool(plain.value)
    if isinstance(plain, Str):
        return bool(plain.value)
    if isinstance(plain, Cat):
        return True if any(isinstance(part, Str) and part.value for part in plain.parts) else None
    if isinstance(plain, (Seq, Map)):
        return _filled(plain, engine)
    if isinstance(plain, (Func, Class, Module)):
        return True
    if isinstance(plain, Call):
        size = _size(plain, engine)
        return True if isinstance(plain.function, Class) else _exceeds(size, (0, 0))
    if isinstance(plain, Choice):
        then, other = engine.truth(plain.then), engine.truth(plain.other)
        return then if then == other else None
    if isinstance(plain, Op):
        return _operator_truth(plain, engine)
    return None


def _filled(plain: Seq | Map, engine: Engine) -> bool | None:
    if not plain.items:
        return False
    if any(not isinstance(item, (Splat, Repeat, Maybe)) for item in plain.items):
        return True
    insides = [engine.truth(item.value) if isinstance(item, Splat) else None for item in plain.items]
    if True in insides:
        return True
    return None if None in insides else False


def _operator_truth(term: Op, engine: Engine) -> bool | None:
    if term.operator == "not":
        inner = engine.truth(term.operands[0])
        return None if inner is None else not inner
    if term.operator == "all":
        told: bool | None = True
        for operand in term.operands:
            inside = engine.truth(operand)
            if inside is False:
                return False
            told = told and inside
        return told
    if term.operator == "isinstance":
        return _is_instance(term, engine)
    if len(term.operands) != 2:
        return None
    left, right = (engine.head(operand) for operand in term.operands)
    if term.operator in ("is", "==", "is not", "!="):
        same = _same(left, right)
        return None if same is None else same == (term.operator in ("is", "=="))
    if term.operator in ("in", "not in"):
        found = _contains(left, right, engine)
        return None if found is None else found == (term.operator == "in")
    if term.operator in _ORDERS:
        return _ordered(term.operator, _size(left, engine), _size(right, engine))
    return None


def _ordered(operator: str, left: _Range | None, right: _Range | None) -> bool | None:
    """Whether one number is greater than another, or less, or at least as great, or at most."""
    if operator in ("<", ">="):
        left, right = right, left
    greater = _exceeds(left, right)
    return greater if operator in _STRICT or greater is None else not greater


def _exceeds(left: _Range | None, right: _Range | None) -> bool | None:
    if left is None or right is None:
        return None
    if right[1] is not None and left[0] > right[1]:
        return True
    return False if left[1] is not None and left[1] <= right[0] else None


def _size(term: Term, engine: Engine) -> _Range | None:
    """Between which numbers a number lies that is written, or is the length of a list."""
    plain = engine.head(term)
    if isinstance(plain, Const) and isinstance(plain.value, int):
        return plain.value, plain.value
    if isinstance(plain, Call) and cuts.is_length(plain) and len(plain.arguments) == 1:
        return _length(engine.head(plain.arguments[0]), engine)
    return None


def _length(whole: Term, engine: Engine, inside: int = MOST_INSIDE) -> _Range | None:
    """The same of a list. What a list holds that is in too many others may be any number of things."""
    if not isinstance(whole, (Seq, Map)) or (isinstance(whole, Seq) and whole.kind == "set"):
        return None
    least: int = 0
    most: int | None = 0
    for item in whole.items:
        if isinstance(item, (Splat, Repeat, Maybe)):
            held = engine.head(item.value) if isinstance(item, Splat) and inside else None
            inner = _length(held, engine, inside - 1) if held is not None else None
            low, high = inner or (0, None)
            least, most = least + low, None if most is None or high is None else most + high
        else:
            least, most = least + 1, None if most is None else most + 1
    # A key that is written twice counts once.
    return min(least, 1) if isinstance(whole, Map) else least, most


def _same(left: Term, right: Term) -> bool | None:
    if isinstance(left, (Str, Const)) and isinstance(right, (Str, Const)):
        return left == right and type(left) is type(right)
    if _numbered(left) and _numbered(right):
        return left.exact == right.exact
    for a, b in ((left, right), (right, left)):
        if b == NONE and (isinstance(a, (*_KNOWN, Cat)) or (isinstance(a, Call) and isinstance(a.function, Class))):
            return False
    return None


def _numbered(term: Term) -> bool:
    """Whether a value is a member of an enumeration that Python numbers: each is told by where it is written."""
    return isinstance(term, Call) and term.function == Global("enum.auto")


def _contains(left: Term, right: Term, engine: Engine) -> bool | None:
    if isinstance(left, Str) and isinstance(right, Str):
        return left.value in right.value
    if isinstance(right, Seq):
        items = engine.items(right)
        heads = [engine.head(item) for item in items] if items is not None else None
        if heads is not None and isinstance(left, (Str, Const)) and all(isinstance(h, (Str, Const)) for h in heads):
            return left in heads
    if isinstance(right, Map) and isinstance(left, Str):
        keys = [engine.head(i.key) if isinstance(i, Entry) else None for i in right.items]
        if left in keys:
            return True
        return False if all(isinstance(key, Str) for key in keys) else None
    return None


_KINDS: dict[str, tuple[type[Term], ...]] = {"str": (Str, Cat), "dict": (Map,), "list": (Seq,), "tuple": (Seq,)}


def _is_instance(term: Op, engine: Engine) -> bool | None:
    """Of several values, those that are not known, or None, are taken to be as the others."""
    value = engine.head(term.operands[0])
    if isinstance(value, Choice):
        told = {
            engine.truth(Op("isinstance", (side, term.operands[1]), at=term.at))
            for side in (value.then, value.other)
            if engine.head(side) != NONE
        } - {None}
        return told.pop() if len(told) == 1 else None
    wanted = tuple(_classes(term.operands[1], engine))
    if isinstance(value, (Str, Cat, Seq, Map, Const)):
        names = {w.name for w in wanted if isinstance(w, Global)}
        if len(names) != len(wanted):
            return False if not names and not isinstance(value, Const) else None
        if isinstance(value, Seq):
            return value.kind in names or ("Sequence" in " ".join(names))
        if isinstance(value, Const):
            return type(value.value).__name__ in names
        return any(isinstance(value, _KINDS.get(name.rsplit(".", 1)[-1], ())) for name in names)
    if isinstance(value, Call) and isinstance(value.function, Class):
        return _inherits(value.function.info, wanted, engine)
    return None


def _inherits(info: ClassInfo, wanted: tuple[Term, ...], engine: Engine) -> bool | None:
    """Whether an object of a class of the project is one of these classes. One that checks by itself is not told."""
    ours = [klass.info for klass in wanted if isinstance(klass, Class)]
    above = {klass.name for klass in lineage(info, engine)}
    outside, inherited = {k.name for k in wanted if isinstance(k, Global)}, external_bases(info, engine)
    if outside & inherited or any(klass.name in above for klass in ours):
        return True
    checks = any(klass.node.keywords or _PROTOCOL & external_bases(klass, engine) for klass in ours)
    told = all(isinstance(klass, Class | Global) for klass in wanted) and told_bases(info, engine)
    # Within one library, one class may be above the other.
    packages = {name.split(".")[0] for name in inherited if "." in name}
    related = any(name.split(".")[0] in packages for name in outside if "." in name)
    return None if checks or related or not told else False


def _classes(term: Term, engine: Engine) -> Iterator[Term]:
    plain = engine.head(term)
    if isinstance(plain, Seq):
        for item in plain.items:
            yield from _classes(item, engine)
    elif isinstance(plain, Op) and plain.operator == "|":
        for operand in plain.operands:
            yield from _classes(operand, engine)
    else:
        yield plain
