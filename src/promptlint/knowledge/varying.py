"""What varies, as the files of `rules/models/` say: values and how often they change, clocks, and what names tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from promptlint.frozen import dataclass
from promptlint.layout import Confidence, Volatility


@dataclass(frozen=True, slots=True)
class Source:
    """Something whose value varies: a call, or a name that is read."""

    name: str
    volatility: Volatility | None
    because: str
    """Words for the user, to stand behind a comma or a colon: "reads the clock"."""
    gives: str = ""
    """Type of the value, when its methods matter (a key of `clocks`)."""
    format_argument: int | None = None
    """Position of a strftime format which decides how often the text changes (`time.strftime`)."""
    confidence: Confidence = Confidence.HIGH
    """How sure it is that a value of it changes as often: of a whole that changes, many parts do not."""
    commands: Mapping[str, Volatility] = field(default_factory=dict)
    """Of what runs a command: the first words of one → how often what it prints changes."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A type which tells the time. Units are keys of `Models.units`."""

    type: str
    text: str
    """Unit of `str(value)`."""
    formats: frozenset[str]
    """Methods whose first argument is a strftime format."""
    same: frozenset[str]
    """Methods and attributes which give such a clock again."""
    parts: Mapping[str, str]
    """Attribute or method → unit of what it gives."""
    becomes: Mapping[str, str]
    """Attribute or method → type of the clock which it gives (`date` → `datetime.date`)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the name of a parameter or a placeholder says of its value: the last resort."""

    words: frozenset[str]
    volatility: Volatility | None
    because: str
    confidence: Confidence
