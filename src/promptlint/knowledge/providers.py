"""How providers cache and batch, as frozen values. The files are `rules/providers/*.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from functools import lru_cache

from promptlint.frozen import dataclass
from promptlint.layout import Role, Tokens
from promptlint.settings import Setting

_SEPARATORS = str.maketrans(".@:", "---")
_UNITS = {"s": 1, "m": 60, "h": 3600}
_PIECES = re.compile(r"(?:[^\r\n\w]|_)?[^\W\d_]+| ?(?:[^\w\s]|_)+[\r\n/]*|\d{1,3}|\s*[\r\n]+|\s+(?!\S)|\s")
"""The words, numbers, punctuation and white space of a text. No tokenizer in use has a token that goes over two."""
_VERSION = re.compile(r"\d{1,2}(-|$)")


def normal(model: str) -> str:
    """A model id as the files write it: lower case, without the path before it, `-` for every separator."""
    return model.lower().rsplit("/", 1)[-1].translate(_SEPARATORS)


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a fact is from, and when it was read there."""

    source: str
    on: date


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens. None: not known, or not offered."""

    input: float
    cache_read: float | None
    cache_write: float | None
    output: float | None
    batch_input: float | None
    batch_output: float | None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of one model at one provider."""

    name: str
    minimum: int | None
    """Fewest tokens of a prefix that is cached."""
    price: Price | None


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch API of a provider."""

    name: str
    """As the user knows it: "Message Batches API"."""
    discount: float
    """0.5: half price."""
    requests: int | None
    megabytes: int | None
    hours: int | None

    @property
    def bytes(self) -> int | None:
        """Most bytes of the requests of one batch."""
        return None if self.megabytes is None else self.megabytes * 1_000_000


UNKNOWN = "unknown"
"""The name of what may be assumed of a provider that the code does not tell."""


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider caches and batches."""

    name: str
    title: str
    order: tuple[Role, ...]
    """The order in which the cache reads the parts of a prompt. USER stands for all messages."""
    explicit: bool
    """Whether nothing is cached without a breakpoint."""
    breakpoints: int | None
    """Most breakpoints a request may hold."""
    lifetimes: Mapping[str, float]
    """TTL as it is spelled → price of a write as a multiple of the input price; the default first."""
    read: float | None
    """Price of a cached token as a multiple of the input price, where the model does not say."""
    minimum: int
    """Fewest tokens of a prefix that is cached, where the model is not known."""
    characters: float
    """Characters per token of English text, the fewest over the provider's tokenizers."""
    batch: Batch | None
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    sources: tuple[Fact, ...] = ()
    longer_first: bool = False
    """Whether a breakpoint with a longer lifetime must stand before those with a shorter one."""
    lookback: int | None = None
    """How many blocks back from a breakpoint the provider looks for what an earlier request has written."""
    invalidates: Mapping[Setting | Role, tuple[Role, ...]] = field(default_factory=dict)
    """What changes between two requests → the parts of the prompt whose cache is lost. USER stands for all messages."""
    marked_models: frozenset[str] = frozenset()
    """The models that take breakpoints, of those which are known; empty: all."""
    unmoved_models: frozenset[str] = frozenset()
    """The models that do not set a breakpoint by themselves when a request asks for it."""
    uncached_models: frozenset[str] = frozenset()
    """The models of which nothing is cached, and which take no breakpoint."""
    whole_messages: bool = False
    """Whether, on the models that take breakpoints, a prefix is kept only where one stands, at the end of the system
    messages that come first, and at the end of the newest message."""
    explicit_mode: str = ""
    """The cache mode in which nothing is cached without a breakpoint; empty: there is none."""
    within_prefix: tuple[Role, ...] = ()
    """What cannot be sent beside a prefix that another call has cached: it has to be in there."""
    prefixes: tuple[str, ...] = ()
    """What may stand before a model's name, in the order in which it does (`us-`, `anthropic-`)."""

    def model(self, name: str | None) -> ModelFacts | None:
        """The facts of a model by its id: exact, else the longest known name it starts with; None when not known.

        A date or a variant may follow a known name; a number of one or two digits makes it another model.
        """
        fits = self._named(name, self.models)
        return self.models[max(fits, key=len)] if fits else None

    def _named(self, name: str | None, models: Iterable[str]) -> list[str]:
        """The models that an id may be that of."""
        bare = normal(name or "")
        for prefix in self.prefixes:
            bare = bare.removeprefix(prefix)
        return [known for known in models if bare == known or _is_variant(bare, known)]

    def caches(self, model: str | None) -> bool:
        """Whether a model is known, and not as one of which nothing is cached."""
        return self.model(model) is not None and not self.never_caches(model)

    def never_caches(self, model: str | None) -> bool:
        """Whether a model is known as one of which nothing is cached."""
        return bool(self._named(model, self.uncached_models))

    def refuses(self, model: str | None, *, automatic: bool) -> bool:
        """Whether a model is known to take no breakpoint, or none that it is to set by itself."""
        if self.never_caches(model):
            return True
        facts = self.model(model)
        if facts is None:
            return False
        unmarked = bool(self.marked_models) and facts.name not in self.marked_models
        return unmarked or (automatic and facts.name in self.unmoved_models)

    def keeps_whole_messages(self, model: str | None) -> bool:
        """Whether a model is known to keep no prefix that ends inside a message, unless a breakpoint stands there."""
        facts = self.model(model)
        return self.whole_messages and facts is not None and facts.name in self.marked_models

    @property
    def told(self) -> bool:
        """Whether it is known which provider it is: else only what most of them have in common holds."""
        return self.name != UNKNOWN

    def minimum_for(self, model: str | None) -> int:
        """Fewest tokens of a prefix that this provider caches for a model."""
        facts = self.model(model)
        return facts.minimum if facts and facts.minimum else self.minimum

    def surely_cached(self, model: str | None) -> int:
        """A number of tokens from which on this provider caches a prefix for a model, whichever it is if not known."""
        if self.model(model) is not None:
            return self.minimum_for(model)
        return max([self.minimum, *(facts.minimum for facts in self.models.values() if facts.minimum)])

    def least_minimum(self, model: str | None) -> int:
        """A number of tokens below which this provider caches no prefix for a model, whichever it is if not known."""
        if self.model(model) is not None:
            return self.minimum_for(model)
        return min([self.minimum, *(facts.minimum for facts in self.models.values() if facts.minimum)])

    def lifetime(self, ttl: str | None) -> str:
        """The lifetime of a breakpoint, as it is spelled: the default when none is given; empty when not known."""
        return ttl if ttl is not None else next(iter(self.lifetimes), "")

    def tokens(self, text: str) -> Tokens:
        """Estimated size of a text: a range which holds for all tokenizers of the provider."""
        ascii_length = sum(1 for c in text if c < "\u0080") if not text.isascii() else len(text)
        other = len(text) - ascii_length
        # A CJK character or an emoji is between half a token and two; accented letters lie in between.
        high = int(ascii_length / self.characters + other * 2) + (1 if text else 0)
        # The first and the last piece may be parts of one that goes on in the texts beside it.
        pieces = _pieces(text) - 2
        return Tokens(min(high, max(int(other * 0.5), pieces)), high)


@lru_cache(maxsize=10_000)
def _pieces(text: str) -> int:
    return sum(1 for _ in _PIECES.finditer(text))


def seconds(ttl: str) -> int:
    """How long a lifetime such as `5m` or `1h` is; 0 when it is spelled in another way."""
    number, unit = ttl[:-1], ttl[-1:]
    return int(number) * _UNITS[unit] if number.isdecimal() and unit in _UNITS else 0


def _is_variant(model: str, known: str) -> bool:
    return model.startswith(f"{known}-") and not _VERSION.match(model, len(known) + 1)


@dataclass(frozen=True, slots=True)
class Providers:
    """Everything in `rules/providers/`."""

    by_name: Mapping[str, Provider]

    def __getitem__(self, name: str) -> Provider:
        """The provider of that name, or what may be assumed of one that could not be told (`unknown`)."""
        return self.by_name.get(name) or self.by_name[UNKNOWN]
