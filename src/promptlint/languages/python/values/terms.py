"""Abstract values of Python expressions: immutable terms, reduced only as far as a prompt needs them.

A body is walked once, with its parameters as symbols; calling it substitutes them. Places are left out of comparison:
two terms are equal when they stand for the same value.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values.term import Term, term
from promptlint.layout import Confidence, Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo


def _at() -> Any:
    return field(default=NOWHERE, compare=False, kw_only=True)


@term
class Str(Term):
    """A text written in the source, or in a file of the project."""

    value: str
    at: Place = _at()


@term
class Const(Term):
    """A number, True, False, None, bytes."""

    value: object
    at: Place = _at()

    def compared(self) -> object:
        """Its type and how it is written: Python gives -1 and -2, and 1 and True, the same hash."""
        return type(self.value).__name__, repr(self.value)


@term
class Cat(Term):
    """Texts one after the other."""

    MANY = ("parts",)
    parts: tuple[Term, ...]
    at: Place = _at()


@term
class Format(Term):
    """A value as an f-string or `.format` puts it into text."""

    ONE = ("value",)
    value: Term
    spec: str = ""
    at: Place = _at()


@term
class Seq(Term):
    """A list, tuple, set or generator: items in order, among them Splat, Repeat and Maybe."""

    MANY = ("items",)
    items: tuple[Term, ...]
    kind: str = "list"
    unordered: str = ""
    """Why its order is not fixed; empty: it is."""
    at: Place = _at()


@term
class Map(Term):
    """A dictionary: Entry, Splat, Repeat and Maybe, in order."""

    MANY = ("items",)
    items: tuple[Term, ...]
    at: Place = _at()


@term
class Entry(Term):
    """One key of a dictionary, or one keyword of a call, with its value."""

    ONE = ("key", "value")
    key: Term
    value: Term
    at: Place = _at()


@term
class Splat(Term):
    """All items of another sequence or mapping."""

    ONE = ("value",)
    value: Term


@term
class Maybe(Term):
    """Items that are there under a condition, or else others."""

    ONE = ("condition",)
    MANY = ("then", "other")
    condition: Term
    then: tuple[Term, ...]
    other: tuple[Term, ...] = ()


@term
class Repeat(Term):
    """Items that a loop adds on each of its turns."""

    TURNING = True
    ONE = ("each",)
    MANY = ("items",)
    each: Term
    """The Each of the loop, or what tells how it goes on."""
    items: tuple[Term, ...]
    growing: bool = False
    """Whether a call in the loop sees what earlier turns added."""


@term
class Global(Term):
    """A name outside the project: `anthropic.Anthropic`, `len`."""

    name: str
    at: Place = _at()


@term
class Module(Term):
    """A module, of the project or not."""

    name: str
    path: str = ""
    """Of the file; empty: outside the project."""


@term
class Func(Term):
    """A function of the project, with what it is bound to."""

    MANY = ("receiver", "captured")
    info: FunctionInfo
    receiver: tuple[Term, ...] = ()
    """The object of a bound method, alone in a tuple; empty: not bound."""
    captured: tuple[Term, ...] = ()
    """Entries: names of enclosing functions → their values."""
    at: Place = _at()


@term
class Class(Term):
    """A class of the project."""

    info: ClassInfo


@term
class Hole(Term):
    """A value known to vary, or not to."""

    volatility: Volatility | None
    because: str
    text: str = ""
    """The expression, as the user wrote it."""
    type: str = ""
    """Type of the value where its methods matter: a clock."""
    confidence: Confidence = Confidence.HIGH
    loop: int = 0
    """The loop whose variable it is."""
    stored: tuple[Term, ...] = ()
    """Of a history: what the methods of its object add to it."""
    at: Place = _at()


@term
class Opaque(Term):
    """A value that could not be followed."""

    reason: str
    at: Place = _at()


@term
class Param(Term):
    """A parameter, or a name taken from an enclosing function."""

    SYMBOL = True
    info: FunctionInfo
    name: str
    at: Place = _at()


@term
class Ref(Term):
    """A list or dictionary that may still be changed, while the body that made it is walked."""

    SYMBOL = True
    MUTABLE = True
    number: int
    at: Place = _at()


@term
class Before(Term):
    """What an object from elsewhere held before the body changed it."""

    SYMBOL = True
    MUTABLE = True
    place: Term


@term
class Carried(Term):
    """What a name or an object holds when a turn of a loop begins."""

    SYMBOL = True
    KNOWN_BY = "loop"
    loop: int
    key: Term | str


@term
class Each(Term):
    """The item of this turn of a loop."""

    SYMBOL = True
    KNOWN_BY = "loop"
    ONE = ("over",)
    loop: int
    over: Term
    text: str = ""
    """What the loop runs over, as written."""
    at: Place = _at()


@term
class Fold(Term):
    """What a name holds after a loop which changes it in other ways than by adding to it."""

    TURNING = True
    ONE = ("carried", "body", "each", "initial")
    carried: Term
    body: Term
    each: Term
    initial: Term


@term
class Attr(Term):
    """An attribute."""

    ONE = ("value",)
    value: Term
    name: str
    at: Place = _at()


@term
class Item(Term):
    """`value[key]`; the key of a slice is an Op."""

    ONE = ("value", "key")
    value: Term
    key: Term
    at: Place = _at()


@term
class Call(Term):
    """A call. Arguments may be Splat, keywords are Entry or Splat."""

    ONE = ("function",)
    MANY = ("arguments", "keywords", "changed")
    function: Term
    arguments: tuple[Term, ...] = ()
    keywords: tuple[Term, ...] = ()
    changed: tuple[Term, ...] = ()
    """Entries: attributes of the object it made → what was put there since."""
    at: Place = _at()

    def since(self, name: str) -> Term | None:
        """What was put into an attribute of the object since it was made; None: nothing."""
        return _entry(self.changed, name)

    def keyword(self, name: str) -> Term | None:
        """The value of a keyword that is written out."""
        return _entry(self.keywords, name)


def _entry(items: tuple[Term, ...], name: str) -> Term | None:
    for item in items:
        if isinstance(item, Entry) and isinstance(item.key, Str) and item.key.value == name:
            return item.value
    return None


@term
class Op(Term):
    """An operator: `+`, `%`, `not`, `==`, `all` (every operand is true), `slice` …"""

    MANY = ("operands",)
    operator: str
    operands: tuple[Term, ...]
    at: Place = _at()


OR_ELSE = ("key or", "index or")
"""Operators of a key, as in `mapping.get(key, default)`: where nothing is under the first operand, it is the second."""


@term
class Choice(Term):
    """One of two values."""

    ONE = ("condition", "then", "other")
    condition: Term
    then: Term
    other: Term


@term
class Via(Term):
    """A value, and one step of the way it took."""

    ONE = ("value",)
    value: Term
    step: str
    at: Place = _at()
    cap: Volatility | None = None
    """How often it changes at most, because of when it was made: at import, in a constructor."""


HISTORY = "is what was said so far"
"""Why a Hole varies that stands for a history."""
UNASSIGNED = Opaque("not assigned on this path")
NONE = Const(None)
EMPTY = Str("")
