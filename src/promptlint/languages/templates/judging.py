"""How often the value in a hole changes, as far as the template alone tells: by what it calls, or by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promptlint.frozen import replace
from promptlint.knowledge.formats import Formats
from promptlint.knowledge.models import Models
from promptlint.knowledge.varying import Source
from promptlint.layout import Confidence, Volatility
from promptlint.template import (
    Call,
    Compound,
    Constant,
    Each,
    Either,
    Expression,
    Filter,
    Judgement,
    Member,
    Name,
    Rendered,
    Unclear,
    dotted,
    holes,
)

_FIXED = Judgement(Volatility.CONSTANT)
_UNKNOWN = Judgement(None, "is filled in by whoever renders the template", Confidence.LOW)


class Judge:
    """Judges the values of one template."""

    def __init__(self, models: Models, formats: Formats, inputs: Iterable[str] = ()) -> None:
        self.models = models
        self.formats = formats
        self.inputs = frozenset(inputs)
        """Names which the prompt declares as its inputs."""

    def judged(self, value: Expression) -> Judgement:
        """How often a value changes."""
        try:
            return self._judged(value)
        except RecursionError:
            return _UNKNOWN

    def _judged(self, value: Expression) -> Judgement:
        match value:
            case Constant():
                return _FIXED
            case Member() | Call(function=Member()) if self._fixed(value):
                return _FIXED
            case Name(name):
                return self._named(name)
            case Member():
                return self._member(value)
            case Each(over):
                return self._judged(over)
            case Call():
                return self._called(value)
            case Filter():
                return self._filtered(value)
            case Either(_, then, other):
                return _most([self._judged(then), self._judged(other)])
            case Compound(operator, parts):
                if operator in self.formats.clocks:
                    return self._varying(self.models.varies[self.formats.clocks[operator]], ())
                return _most([self._judged(part) for part in parts])
            case Rendered(pieces):
                return _most([self._judged(hole.expression) for hole in holes(pieces)])
            case Unclear(reason):
                return Judgement(None, reason, Confidence.LOW)

    def _fixed(self, value: Member | Call) -> bool:
        return dotted(value.function if isinstance(value, Call) else value) in self.formats.fixed

    def _named(self, name: str) -> Judgement:
        """What a name says. An input that is declared, and is not named like a setting, is the data of a request."""
        if self.formats.is_setting(name) and name not in self.inputs:
            return Judgement(None, "is named like a setting", Confidence.MEDIUM, named=True)
        words = self.formats.named(name) or self.models.named(name)
        if name in self.inputs and (words is None or words.volatility is Volatility.REQUEST):
            return Judgement(Volatility.REQUEST, "is an input of this prompt", Confidence.MEDIUM)
        if words is not None:
            return Judgement(words.volatility, words.because, words.confidence, named=True)
        return Judgement(Volatility.REQUEST, _UNKNOWN.because, Confidence.LOW)

    def _member(self, value: Member) -> Judgement:
        """A part of a value: its own name tells more than that of the whole."""
        source = self.models.varies.get(dotted(value))
        if source is not None:
            return self._varying(source, ())
        if _base(value) in self.formats.declared:
            return Judgement(None, "is a part of what is named like a setting", Confidence.MEDIUM, named=True)
        whole = self._judged(value.value)
        if not isinstance(value.key, str):
            return whole
        own = self._named(value.key)
        if own.named or not whole.named:
            return own if own.named or whole.volatility in (Volatility.REQUEST, None) else whole
        return replace(whole, confidence=Confidence.LOW, named=False)

    def _called(self, value: Call) -> Judgement:
        source = self._source(dotted(value.function))
        if source is not None:
            return self._varying(source, value.arguments)
        if isinstance(value.function, Member):
            whole = self._judged(value.function.value)
            text = value.arguments[0] if value.arguments else None
            if whole.volatility is Volatility.CALL and isinstance(text, Constant):
                return self._formatted(whole, str(text.value))
            own = self._member(value.function)
            return own if own.named else whole
        return _most([self._judged(argument) for argument in value.arguments])

    def _source(self, name: str) -> Source | None:
        """What varies under a name, or under one that ends in it; the steadiest of several."""
        if not name:
            return None
        varies = self.models.varies
        if name in self.formats.clocks:
            return varies[self.formats.clocks[name]]
        known = [varies[name]] if name in varies else [s for full, s in varies.items() if full.endswith(f".{name}")]
        told = [source for source in known if source.volatility is not None]
        return min(told, key=lambda source: source.volatility or 0, default=None)

    def _varying(self, source: Source, arguments: tuple[Expression, ...]) -> Judgement:
        found = Judgement(source.volatility, source.because, Confidence.MEDIUM)
        texts = [argument.value for argument in arguments if isinstance(argument, Constant)]
        return self._formatted(found, str(texts[0])) if texts else found

    def _formatted(self, clock: Judgement, text: str) -> Judgement:
        """A clock as a strftime format shows it."""
        unit = self.models.finest_unit(text)
        if unit is None or self.models.units[unit] >= (clock.volatility or Volatility.CALL):
            return clock
        return replace(clock, volatility=self.models.units[unit], because=f"tells the {unit} only")

    def _filtered(self, value: Filter) -> Judgement:
        inner = self._judged(value.value)
        if value.name in self.formats.shuffles:
            return Judgement(Volatility.CALL, "chooses at random", Confidence.MEDIUM)
        if value.name == "default" and value.arguments:
            other = value.arguments[0]
            # Who says `default(10)` speaks of a setting.
            if isinstance(other, Constant) and isinstance(other.value, int | float | bool):
                return Judgement(None, "is a setting with a default", Confidence.LOW)
            return inner
        if inner.volatility is Volatility.CALL and value.arguments and isinstance(value.arguments[0], Constant):
            return self._formatted(inner, str(value.arguments[0].value))
        return inner


def _most(found: list[Judgement]) -> Judgement:
    """As volatile as the most volatile part; unknown, where one is and no other is the data of a request."""
    told = [judgement for judgement in found if judgement.volatility is not None]
    worst = max(told, key=lambda judgement: (judgement.volatility or 0, judgement.confidence), default=_FIXED)
    unknown = next((judgement for judgement in found if judgement.volatility is None), None)
    if unknown is not None and (worst.volatility or 0) < Volatility.REQUEST:
        return unknown
    return worst


def _base(value: Expression) -> str:
    """The name that a part is taken from, through all of its loops and parts."""
    while isinstance(value, (Member, Each)):
        value = value.value if isinstance(value, Member) else value.over
    return value.name.lower() if isinstance(value, Name) else ""


def root_name(value: Expression) -> str:
    """The name that a value is taken from, or a part of it: `chat_history` of `inputs.chat_history[-3:]`."""
    for name in _names(value):
        return name
    return ""


def _names(value: Expression) -> Iterator[str]:
    match value:
        case Name(name):
            yield name
        case Member(inner, key):
            if isinstance(key, str):
                yield key
            yield from _names(inner)
        case Each(inner) | Filter(value=inner) | Call(function=inner):
            yield from _names(inner)
        case Compound(parts=[first, *_]):
            yield from _names(first)
