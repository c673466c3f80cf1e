"""Reading `rules/providers/*.yaml`: how one provider caches, counts, batches and charges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from typing import TypeVar

from promptlint.frozen import dataclass
from promptlint.knowledge.documents import Entry, Shelf, Value
from promptlint.knowledge.providers import Batch, Fact, ModelFacts, Price, Provider, normal
from promptlint.layout import Role
from promptlint.settings import Setting

T = TypeVar("T")

_ROLES = {role.value: role for role in (Role.TOOLS, Role.SYSTEM, Role.USER)}
_CHANGES: dict[str, Setting | Role] = {**{setting.value: setting for setting in Setting}, **_ROLES}


@dataclass(frozen=True, slots=True)
class _Cache:
    """The section `cache`: see the fields of the same names in Provider."""

    order: tuple[Role, ...] = ()
    explicit: bool = False
    breakpoints: int | None = None
    lifetimes: Mapping[str, float] = field(default_factory=dict)
    read: float | None = None
    minimum: int = 0
    longer_first: bool = False
    lookback: int | None = None
    invalidates: Mapping[Setting | Role, tuple[Role, ...]] = field(default_factory=dict)
    marked_models: frozenset[str] = frozenset()
    unmoved_models: frozenset[str] = frozenset()
    uncached_models: frozenset[str] = frozenset()
    whole_messages: bool = False
    explicit_mode: str = ""
    within_prefix: tuple[Role, ...] = ()


class ProviderFile:
    """One file. A section may say `like:` another file, and then only what is different."""

    def __init__(self, document: Value) -> None:
        self._entry = document.entry("a providers file", "title cache tokens", "prefixes batch minimums prices")

    def provider(self, name: str, files: Mapping[str, ProviderFile]) -> Provider:
        """The provider, of that name, which the file describes. Raises KnowledgeError."""
        cache = self._cache(files)
        minimums = self._models("minimums", "tokens", files, _minimums)
        prices = self._models("prices", "models", files, _prices)
        names = [*minimums, *(model for model in prices if model not in minimums)]
        return Provider(
            name=name,
            title=self._entry.text("title"),
            characters=self._characters(files),
            batch=self._batch(),
            models={model: ModelFacts(model, minimums.get(model), prices.get(model)) for model in names},
            sources=tuple(
                _fact(self._entry[section])
                for section in ("cache", "tokens", "batch", "minimums", "prices")
                if section in self._entry
            ),
            prefixes=tuple(self._entry.texts("prefixes")),
            **{part.name: getattr(cache, part.name) for part in fields(cache)},
        )

    def _cache(self, files: Mapping[str, ProviderFile]) -> _Cache:
        keys = "order explicit lifetimes minimum"
        more = "breakpoints read longer-first lookback invalidates explicit-mode within-prefix"
        more += " marked-models unmoved-models uncached-models whole-messages"
        entry = self._entry["cache"].entry("'cache'", "source on", f"like {more} {keys}")
        like = self._like("cache", entry, files)
        if like is None:
            entry.needs("'cache'", keys)
        start = like._cache(files) if like else _Cache()
        lifetimes = {ttl.written(): price.number() for ttl, price in entry.pairs("lifetimes")}
        return _Cache(
            order=_roles(entry, "order") or start.order,
            explicit=entry.flag("explicit", start.explicit),
            breakpoints=entry.whole("breakpoints", start.breakpoints),
            lifetimes=lifetimes if "lifetimes" in entry else start.lifetimes,
            read=entry.number("read", start.read),
            minimum=entry["minimum"].whole() if "minimum" in entry else start.minimum,
            longer_first=entry.flag("longer-first", start.longer_first),
            lookback=entry.whole("lookback", start.lookback),
            invalidates=_invalidates(entry) if "invalidates" in entry else start.invalidates,
            marked_models=_named(entry, "marked-models") or start.marked_models,
            unmoved_models=_named(entry, "unmoved-models") or start.unmoved_models,
            uncached_models=_named(entry, "uncached-models") or start.uncached_models,
            whole_messages=entry.flag("whole-messages", start.whole_messages),
            explicit_mode=entry.text("explicit-mode", start.explicit_mode),
            within_prefix=_roles(entry, "within-prefix") or start.within_prefix,
        )

    def _characters(self, files: Mapping[str, ProviderFile]) -> float:
        entry = self._entry["tokens"].entry("'tokens'", "source on", "like characters")
        like = self._like("tokens", entry, files)
        if like:
            return like._characters(files)
        entry.needs("'tokens'", "characters")
        fewest = entry["characters"].number()
        if fewest <= 0:
            raise entry["characters"].error("'characters' must be a number above 0")
        return fewest

    def _batch(self) -> Batch | None:
        if "batch" not in self._entry:
            return None
        entry = self._entry["batch"].entry("'batch'", "name discount source on", "requests megabytes hours")
        discount = entry["discount"].number()
        if discount > 1:
            raise entry["discount"].error("'discount' must be a share of the price, such as 0.5")
        return Batch(
            entry.text("name"), discount, entry.whole("requests"), entry.whole("megabytes"), entry.whole("hours")
        )

    def _models(
        self, section: str, key: str, files: Mapping[str, ProviderFile], read: Callable[[Entry], dict[str, T]]
    ) -> dict[str, T]:
        if section not in self._entry:
            return {}
        entry = self._entry[section].entry(f"'{section}'", "source on", f"like {key}")
        like = self._like(section, entry, files)
        if like is None:
            entry.needs(f"'{section}'", key)
        return {**(like._models(section, key, files, read) if like else {}), **read(entry)}

    def _like(self, section: str, entry: Entry, files: Mapping[str, ProviderFile]) -> ProviderFile | None:
        if "like" not in entry:
            return None
        other = entry["like"].word("provider", files)
        if section not in other._entry or any(key.written() == "like" for key, _ in other._entry.pairs(section)):
            raise entry["like"].error(f"'like' must name a provider whose file writes out its '{section}'")
        return other


def _fact(section: Value) -> Fact:
    said = {key.written(): value for key, value in section.pairs()}
    return Fact(said["source"].text(), said["on"].day())


def _roles(entry: Entry, key: str) -> tuple[Role, ...]:
    return tuple(item.word("role", _ROLES) for item in entry.items(key))


def _named(entry: Entry, key: str) -> frozenset[str]:
    return frozenset(_normal(model, at) for model, at in entry.texts(key).items())


def _invalidates(entry: Entry) -> dict[Setting | Role, tuple[Role, ...]]:
    return {
        change.word("change", _CHANGES): tuple(item.word("role", _ROLES) for item in lost.items())
        for change, lost in entry.pairs("invalidates")
    }


def _minimums(entry: Entry) -> dict[str, int]:
    minimums = Shelf[int]("model")
    for tokens, models in entry.pairs("tokens"):
        for model, at in models.texts().items():
            minimums.put(_normal(model, at), tokens.whole(), at)
    return minimums.things


def _prices(entry: Entry) -> dict[str, Price]:
    prices: dict[str, Price] = {}
    for model, value in entry.pairs("models"):
        price = value.entry("a price", "input", "read write output batch-input batch-output")
        prices[_normal(model.written(), model)] = Price(
            input=price["input"].number(),
            cache_read=price.number("read"),
            cache_write=price.number("write"),
            output=price.number("output"),
            batch_input=price.number("batch-input"),
            batch_output=price.number("batch-output"),
        )
    return prices


def _normal(model: str, at: Value) -> str:
    if model != normal(model):
        raise at.error(f"write the model as '{normal(model)}'")
    return model
