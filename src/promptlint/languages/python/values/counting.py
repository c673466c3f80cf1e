"""Numbers that are counted up or down: another one on each turn of a loop, or after each call of a method."""

from __future__ import annotations

from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Carried, Const, Hole, Op
from promptlint.layout import Confidence, Volatility

_WAYS = {"+": "is counted up", "-": "is counted down"}
COUNT = "count"
"""Type of such a number."""


def counted(before: Term, after: Term, confidence: Confidence = Confidence.HIGH) -> Hole | None:
    """The number that `before` is where `after` goes on from it by a fixed step; None where it is something else."""
    step = _step(before, after)
    fixed = isinstance(step, Const) and isinstance(step.value, int | float)
    return _number(before, stripped(after), confidence) if fixed else None


def summed(before: Term, after: Term, first: Term | None) -> Hole | None:
    """The same of a number that is written where the object is made, whatever is added to it later: tokens, costs."""
    start = stripped(first) if first is not None else None
    written = isinstance(start, Const) and isinstance(start.value, int | float) and not isinstance(start.value, bool)
    step = _step(before, after) if written else None
    return _number(before, stripped(after), Confidence.MEDIUM) if step is not None else None


def _step(before: Term, after: Term) -> Term | None:
    plain = stripped(after)
    goes_on = isinstance(plain, Op) and plain.operator in _WAYS and stripped(plain.operands[0]) == before
    return stripped(plain.operands[1]) if goes_on and isinstance(plain, Op) else None


def _number(before: Term, after: Term, confidence: Confidence) -> Hole | None:
    if not isinstance(after, Op):
        return None
    name = before.name if isinstance(before, Attr) else before.key if isinstance(before, Carried) else ""
    text = name if isinstance(name, str) else ""
    return Hole(Volatility.CALL, _WAYS[after.operator], text, COUNT, confidence, at=after.at)


def computed(operands: list[Term], term: Op) -> Const | None:
    """A sum or a difference of two numbers that are written out."""
    values = [operand.value for operand in operands if isinstance(operand, Const)]
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) != 2:
        return None
    return Const(numbers[0] + numbers[1] if term.operator == "+" else numbers[0] - numbers[1], at=term.at)
