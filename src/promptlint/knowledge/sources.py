"""Reading what varies, what has no order and who waits: the part of `rules/models/*.yaml` beside clients and calls."""

from __future__ import annotations

from collections.abc import Iterable

from promptlint.knowledge.documents import Entry, Shelf, Value
from promptlint.knowledge.models import Sign
from promptlint.knowledge.varying import Clock, Source, Words
from promptlint.layout import Confidence, Volatility

HOW_OFTEN: dict[str, Volatility | None] = {
    **{volatility.name.lower(): volatility for volatility in Volatility},
    "unknown": None,
}
"""How often a text changes, as files spell it."""
CONFIDENCES = {confidence.name.lower(): confidence for confidence in Confidence}
"""How sure we are, as files spell it."""
_KINDS = ("call", "pause", "wraps", "decorator", "parameter", "annotation", "import", "path", "name")
_SIGNS = {kind: kind for kind in _KINDS}


class Clocks:
    """Clocks and the units of time they tell. Names may be used before the file that explains them has been read."""

    def __init__(self) -> None:
        self.clocks = Shelf[Clock]("clock")
        self.units = Shelf[Volatility]("unit of time")
        self._clocks_named: list[Value] = []
        self._units_named: list[Value] = []

    def unit(self, name: Value, how_often: Value) -> None:
        """Read an entry of `units`."""
        volatility = how_often.word("how-often", HOW_OFTEN)
        if volatility is None:
            raise how_often.error("a unit of time must say how often a text with it changes, not 'unknown'")
        self.units.put(name.written(), volatility, name)

    def directives(self, unit: Value, directives: Shelf[str], letters: Value) -> None:
        """Read an entry of `directives`: the letters which strftime writes as a unit."""
        self._units_named.append(unit)
        for letter, at in letters.texts().items():
            directives.put(f"%{letter}", unit.written(), at)

    def clock(self, value: Value) -> None:
        """Read an item of `clocks`."""
        entry = value.entry("a clock", "type text", "like formats same parts becomes")
        like = self.clocks.find(entry["like"]) if "like" in entry else Clock("", "", frozenset(), frozenset(), {}, {})
        self._units_named.append(entry["text"])
        clock = Clock(
            type=entry.text("type"),
            text=entry.text("text"),
            formats=like.formats | entry.texts("formats").keys(),
            same=like.same | entry.texts("same").keys(),
            parts={**like.parts, **self._parts(entry)},
            becomes={
                **like.becomes,
                **{name.written(): self.type_named(type_) for name, type_ in entry.pairs("becomes")},
            },
        )
        self.clocks.put(clock.type, clock, entry["type"])

    def type_named(self, at: Value) -> str:
        """The type of a clock, to be checked when all files are read."""
        self._clocks_named.append(at)
        return at.text()

    def check(self) -> None:
        """Raise KnowledgeError when a name that was used was never explained."""
        for at in self._clocks_named:
            self.clocks.find(at)
        for at in self._units_named:
            at.word("unit of time", self.units.things)

    def _parts(self, entry: Entry) -> dict[str, str]:
        parts = Shelf[str]("part of a clock")
        for unit, names in entry.pairs("parts"):
            self._units_named.append(unit)
            for name, at in names.texts().items():
                parts.put(name, unit.written(), at)
        return parts.things


def read_sources(value: Value, clocks: Clocks, varies: Shelf[Source]) -> None:
    """Read an item of `varies`: several names which vary in the same way."""
    entry = value.entry("what varies", "because how-often names", "gives format-argument confidence commands")
    for name, at in entry.texts("names").items():
        source = Source(
            name=name,
            volatility=entry["how-often"].word("how-often", HOW_OFTEN),
            because=entry.text("because"),
            gives=clocks.type_named(entry["gives"]) if "gives" in entry else "",
            format_argument=entry.whole("format-argument"),
            confidence=entry["confidence"].word("confidence", CONFIDENCES)
            if "confidence" in entry
            else Confidence.HIGH,
            commands={
                words.written(): told
                for words, how_often in entry.pairs("commands")
                if (told := how_often.word("how-often", HOW_OFTEN)) is not None
            },
        )
        varies.put(name, source, at)


def read_unordered(value: Value, unordered: Shelf[str]) -> None:
    """Read an item of `unordered`: several names which give no order for the same reason."""
    entry = value.entry("what has no order", "because names")
    for name, at in entry.texts("names").items():
        unordered.put(name, entry.text("because"), at)


def read_words(value: Value, known: Shelf[Words]) -> Words:
    """An item of `words`: names which say the same of a value."""
    entry = value.entry("a group of words", "because how-often confidence words")
    words = Words(
        words=frozenset(entry.texts("words")),
        volatility=entry["how-often"].word("how-often", HOW_OFTEN),
        because=entry.text("because"),
        confidence=entry["confidence"].word("confidence", CONFIDENCES),
    )
    for word, at in entry.texts("words").items():
        known.put(word, words, at)
    return words


def read_signs(values: Iterable[Value], waiting: bool, known: Shelf[Sign]) -> list[Sign]:
    """The items of `somebody-waits` or `nobody-waits`."""
    signs = []
    for value in values:
        entry = value.entry("a sign", "kind because weight names", "ahead")
        sign = Sign(
            kind=entry["kind"].word("kind of sign", _SIGNS),
            names=frozenset(entry.texts("names")),
            waiting=waiting,
            because=entry.text("because"),
            weight=entry["weight"].word("confidence", CONFIDENCES),
            ahead=entry.flag("ahead"),
        )
        for name, at in entry.texts("names").items():
            known.put(f"{sign.kind} {name}", sign, at)
        signs.append(sign)
    return signs
