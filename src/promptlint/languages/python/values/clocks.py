"""Values that vary, and how often their text changes: a date changes less often than the clock it is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.knowledge.models import Models
from promptlint.knowledge.varying import Clock, Source
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Entry, Hole, Op, Str
from promptlint.layout import Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def hole(source: Source, term: Term) -> Hole:
    """The value of something that varies."""
    at = getattr(term, "at", None) or NOWHERE
    text = "" if at.path else source.name
    return Hole(source.volatility, source.because, text, source.gives, at=at, confidence=source.confidence)


def with_format(value: Hole, text: str, models: Models) -> Hole:
    """A clock as a strftime format shows it."""
    return _coarsened(value, models.finest_unit(text), models)


def _coarsened(value: Hole, unit: str | None, models: Models) -> Hole:
    if unit is None:
        return value
    coarse = min(models.units[unit], value.volatility or Volatility.CALL)
    because = value.because if coarse is Volatility.CALL else f"tells the {unit} only"
    return replace(value, volatility=coarse, because=because)


def attribute(value: Hole, name: str, models: Models, at: Place) -> Hole | None:
    """An attribute, or a method without arguments, of a clock; None: it is not one that the models know."""
    clock = models.clocks.get(value.type)
    if clock is None:
        return None
    if name in clock.becomes:
        other = models.clocks.get(clock.becomes[name])
        coarse = _coarsened(value, other.text, models) if other else value
        return replace(coarse, type=clock.becomes[name])
    if name in clock.parts:
        return replace(_coarsened(value, clock.parts[name], models), type="")
    return value if name in clock.same else None


def called(value: Hole, name: str, call: Call, engine: Engine) -> Hole | None:
    """A method of a clock."""
    clock = engine.models.clocks.get(value.type)
    if clock is None:
        return None
    if name in clock.formats:
        given = call.arguments[0] if call.arguments else call.keyword("format") or call.keyword("fmt")
        text = engine.head(given) if given is not None else None
        if isinstance(text, Str):
            return replace(with_format(value, text.value, engine.models), type="")
        return replace(value, type="")
    if name == "isoformat":
        return replace(_isoformat(value, call, clock, engine), type="")
    if name == "replace":
        return _replaced(value, call, engine.models)
    return attribute(value, name, engine.models, call.at)


def _isoformat(value: Hole, call: Call, clock: Clock, engine: Engine) -> Hole:
    spec = call.keyword("timespec") or (call.arguments[1] if len(call.arguments) > 1 else None)
    text = engine.head(spec) if spec is not None else None
    unit = text.value.rstrip("s") if isinstance(text, Str) else clock.text
    return _coarsened(value, unit if unit in engine.models.units else clock.text, engine.models)


def _replaced(value: Hole, call: Call, models: Models) -> Hole:
    """`now.replace(hour=0, minute=0, second=0, microsecond=0)` is a date."""
    zeroed = {item.key.value for item in call.keywords if isinstance(item, Entry) and isinstance(item.key, Str)}
    left = next((unit for unit in models.units if unit not in zeroed and unit != "millisecond"), None)
    return _coarsened(value, left, models) if zeroed else value


def computed(operands: Sequence[Term], term: Op) -> Hole | None:
    """A clock with a duration added or taken off. The time between two clocks is a clock no more."""
    told = [operand for operand in operands if isinstance(operand, Hole) and operand.type]
    if not told:
        return None
    return replace(told[0], type=told[0].type if len(told) == 1 else "", at=term.at)


def part_of(value: Hole, at: Place) -> Hole:
    """A part of something that varies: it varies as often."""
    return replace(value, type="", at=at if at.path else value.at)


def source_of(name: str, models: Models) -> Source | None:
    """What is known of a dotted name: its own entry, or that of what it is part of."""
    while name:
        found = models.varies.get(name)
        if found is not None:
            return found
        name = name.rpartition(".")[0]
    return None
