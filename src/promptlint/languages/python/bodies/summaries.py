"""What a body does, in terms of its parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import field
from itertools import count

from promptlint.frozen import dataclass, replace
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.values.rewriting import Substitution
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Choice, Each, Op, Opaque

_numbers = count(1)


def fresh_loop() -> int:
    """A number for a loop: it tells loops apart, and says nothing else."""
    return next(_numbers)


@dataclass(frozen=True, slots=True)
class LoopFrame:
    """A loop around a call: in the body itself, or around a call of the function."""

    number: int
    kind: str
    at: Place
    each: Each
    parallel: bool = False
    leaves_at: int = 0
    """The last line at which it may be left before its end; 0: it goes to its end."""
    leaves_early: bool = False
    """Whether it may be left behind the call."""
    through: Place | None = None
    """The call in the loop by which a function is run that was handed over; None: it stands there by its own name."""
    grows: bool = False
    """Whether its items are lists to which its body adds something."""
    goes_back: bool = False
    """Whether its body changes the items of a list one by one, and looks at those before as well."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it stands in a body, with its arguments as they are at that moment."""

    call: Call
    function: FunctionInfo
    node: ast.AST
    """The call; of a prompt whose call is not seen, the function that makes it."""
    loops: tuple[LoopFrame, ...] = ()
    conditions: tuple[Term, ...] = ()
    handler: bool = False
    """Whether it stands in an `except` block."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a body does, in terms of its parameters."""

    returns: Term
    calls: tuple[CallRecord, ...] = ()
    effects: Mapping[Term, Term] = field(default_factory=dict)
    """Places reached through its parameters → what they hold afterwards."""
    turns: Mapping[Term, Term] = field(default_factory=dict)
    """Places in the items of lists that its loops go through → what they hold afterwards."""
    bindings: Mapping[str, Term] = field(default_factory=dict)
    """What its names hold at the end: of a module or a class, what it defines."""

    def records(self, node: ast.Call) -> tuple[CallRecord, ...]:
        """The records of one call: two where it is reached in two ways."""
        return tuple(record for record in self.calls if record.node is node)


EMPTY_SUMMARY = Summary(Opaque("calls itself"))


def first_returned(ways: Sequence[tuple[tuple[Term, ...], Term]]) -> Term:
    """The value of the first way out whose conditions hold; the last one is taken when no other is.

    A condition that must hold since the ways before were not taken is left out: with many ways out, the last ones would
    ask for all that was ever asked.
    """
    passed: set[Term] = set()
    needed = []
    for conditions, value in ways:
        left = tuple(condition for condition in conditions if condition not in passed)
        needed.append((left, value))
        if len(left) == 1:
            passed.add(Op("not", left))
    *earlier, (_, term) = needed
    for left, value in reversed(earlier):
        term = Choice(Op("all", left), value, term)
    return term


def substituted_record(record: CallRecord, replaced: Substitution) -> CallRecord:
    """The record of a call with symbols replaced."""
    call = replaced(record.call)
    assert isinstance(call, Call)
    loops = tuple(replace(loop, each=_as_each(replaced(loop.each), loop.each)) for loop in record.loops)
    return replace(record, call=call, loops=loops)


def _as_each(term: Term, otherwise: Each) -> Each:
    return term if isinstance(term, Each) else otherwise
