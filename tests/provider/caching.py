"""The prompt cache of a provider, as its documentation describes it; the numbers come from `rules/providers/`.

A cache holds entries for prefixes: one at each place where a request asked for it, found again only at the places where
a later request looks. Time is what the test says it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from promptlint.knowledge.providers import Price, Provider

LIFETIMES = {"5m": 300, "30m": 1800, "1h": 3600, "12h": 43200}
"""TTL as it is spelled → seconds."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a prompt behind which a breakpoint can stand."""

    text: str
    ttl: str | None = None
    """TTL of the breakpoint behind it; None: there is none."""
    message: bool = False
    """Whether it belongs to the messages, rather than to tools or system text."""

    @property
    def tokens(self) -> int:
        """Four characters are one token here."""
        return -(-len(self.text) // 4)


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one request, by what they cost."""

    plain: int
    read: int
    written: int
    output: int
    lifetime: str = ""
    batch: bool = False
    """Whether it was an item of a batch."""

    def cost(self, price: Price, provider: Provider) -> float:
        """US dollars at list prices."""
        read = price.cache_read if price.cache_read is not None else price.input
        times = provider.lifetimes.get(self.lifetime, 1)
        written = price.input * (times if provider.explicit or price.cache_write else 1)
        dollars = self.plain * price.input + self.read * read + self.written * written
        share = 1 - provider.batch.discount if self.batch and provider.batch else 1
        return share * (dollars + self.output * (price.output or 0)) / 1_000_000


@dataclass(slots=True)
class Cache:
    """What one provider has kept."""

    provider: Provider
    now: float = 0.0
    """Seconds; moved on by the test."""
    _expires: dict[str, float] = field(default_factory=dict)

    def send(
        self, model: str, seed: str, blocks: Sequence[Block], writes: Sequence[tuple[int, str]], looks: Iterable[int],
        output: int,
    ) -> Usage:  # fmt: skip
        """What a request pays.

        It asks for an entry behind each block of `writes`, and looks for one behind each of `looks`. `seed` is what
        changes the messages without being a part of them.
        """
        minimum = self.provider.minimum_for(model)
        names = _names(model, seed, blocks)
        totals = [sum(b.tokens for b in blocks[: i + 1]) for i in range(len(blocks))]
        found = max((i for i in looks if self._expires.get(names[i], -1) > self.now), default=-1)
        read = totals[found] if found >= 0 else 0
        kept = [(i, ttl) for i, ttl in writes if totals[i] >= minimum]
        for index, ttl in kept:
            self._expires[names[index]] = self.now + LIFETIMES[ttl]
        if found >= 0:  # reading refreshes
            ttl = next((t for i, t in kept if i == found), next(iter(self.provider.lifetimes)))
            self._expires[names[found]] = max(self._expires[names[found]], self.now + LIFETIMES[ttl])
        last = max((i for i, _ in kept), default=-1)
        written = max(totals[last] - read, 0) if last >= 0 else 0
        lifetime = next((t for i, t in kept if i == last), "")
        return Usage(totals[-1] - read - written, read, written, output, lifetime)


def _names(model: str, seed: str, blocks: Sequence[Block]) -> list[str]:
    """A name for each prefix: equal for equal text in front of it, on the same model."""
    digest = hashlib.sha256(model.encode())
    names = []
    seeded = False
    for block in blocks:
        if block.message and not seeded:
            digest.update(seed.encode())
            seeded = True
        digest.update(b"\0" + block.text.encode())
        names.append(digest.copy().hexdigest())
    return names
