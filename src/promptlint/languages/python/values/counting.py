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
    plain = stripped(after)
    if not isinstance(plain, Op) or plain.operator not in _WAYS or stripped(plain.operands[0]) != before:
        return None
    step = stripped(plain.operands[1])
    if not isinstance(step, Const) or not isinstance(step.value, int | float):
        return None
    name = before.name if isinstance(before, Attr) else before.key if isinstance(before, Carried) else ""
    text = name if isinstance(name, str) else ""
    return Hole(Volatility.CALL, _WAYS[plain.operator], text, COUNT, confidence, at=plain.at)


def computed(operands: list[Term], term: Op) -> Const | None:
    """A sum or a difference of two numbers that are written out."""
    values = [operand.value for operand in operands if isinstance(operand, Const)]
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) != 2:
        return None
    return Const(numbers[0] + numbers[1] if term.operator == "+" else numbers[0] - numbers[1], at=term.at)
