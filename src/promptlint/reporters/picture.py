"""A prompt as the cache reads it: what is the same from call to call, what changes, and what is re-billed behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from enum import StrEnum
from itertools import groupby

from promptlint.frozen import dataclass, replace
from promptlint.knowledge.providers import Provider
from promptlint.layout import Breakpoint, Role, Segment, Tokens, Volatility
from promptlint.request import Known, Request
from promptlint.spans import Span

_STEADY = Volatility.PERIODIC
"""What changes no more often than this is the same for a cache."""

_WORTH_SAYING = 100
"""Tokens."""

OFTEN: dict[Volatility | None, str] = {
    Volatility.CONSTANT: "never changes",
    Volatility.DEPLOYMENT: "per deployment",
    Volatility.PERIODIC: "once a day or so",
    Volatility.SESSION: "per session",
    Volatility.REQUEST: "with each request",
    Volatility.CALL: "on every call",
    None: "cannot be told",
}
"""How often a text changes, in words."""

KNOWN = {
    Known.FULLY: "followed from the first word to the last",
    Known.PARTLY: "followed in part",
    Known.NOT: "not followed",
}


class State(StrEnum):
    """What a cache makes of a text."""

    CACHED = "cached"
    """Read again, as it stands before anything that changes."""
    CHANGES = "changes"
    GROWS = "grows"
    """A history: what was sent before is read again, what is new is not."""
    REBILLED = "re-billed"
    """Stays the same, and is billed at full price since it stands behind a text that changes."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a prompt."""

    role: Role
    block: int
    text: str
    """On one line; expressions as they are written."""
    literal: bool
    often: str
    state: State
    tokens: Tokens
    span: Span
    notes: tuple[str, ...] = ()
    growing: bool = False
    breakpoint: Breakpoint | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One prompt, from the top of the prefix on."""

    request: Request
    rows: tuple[Row, ...] = field(default=())

    def tokens(self, state: State) -> Tokens:
        """The tokens of all texts in a state, whichever of them one request holds."""
        return sum((row.tokens for row in self.rows if row.state is state), Tokens())


def picture(request: Request) -> Picture:
    """What the cache makes of a prompt."""
    before: list[Segment] = []
    rows = []
    for segment in request.layout.segments:
        state = _state(segment, before)
        if state is State.CHANGES:
            before.append(segment)
        rows.append(
            Row(
                role=segment.role,
                block=segment.block,
                text=" ".join(segment.text.split()) or "⏎",
                literal=segment.literal,
                often="in any order" if segment.unordered else OFTEN[segment.volatility],
                state=state,
                tokens=segment.tokens,
                span=segment.origin.span,
                notes=tuple(_notes(segment)),
                growing=segment.growing,
                breakpoint=segment.breakpoint,
            )
        )
    return Picture(request, tuple(_joined(rows)))


def _joined(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows with literals that stand together as one: a schema of tools has hundreds of them."""
    for _, group in groupby(rows, key=lambda row: (row.literal, row.role, row.block, row.state, row.often, row.notes)):
        held: Row | None = None
        for row in group:
            if held is None:
                held = row
            elif held.breakpoint or not row.literal:
                yield held
                held = row
            else:
                text = f"{held.text} {row.text}"
                held = replace(held, text=text, tokens=held.tokens + row.tokens, breakpoint=row.breakpoint)
        if held is not None:
            yield held


def _state(segment: Segment, before: Iterable[Segment]) -> State:
    behind = any(segment.together_with(changing) for changing in before)
    if segment.unordered:
        return State.CHANGES
    if segment.growing:
        return State.REBILLED if behind else State.GROWS
    if segment.volatility is None:
        return State.UNKNOWN
    if segment.volatility > _STEADY:
        return State.CHANGES
    return State.REBILLED if behind else State.CACHED


def _notes(segment: Segment) -> Iterable[str]:
    if segment.unordered:
        yield segment.unordered.because
    elif segment.because:
        yield segment.because
    if segment.growing:
        yield "grows from turn to turn"
    if segment.repeated:
        yield "any number of times"
    for arm in segment.arms:
        yield f"only sometimes: {arm.condition.text}" if arm.condition else "only sometimes"


def distinct(requests: Sequence[Request]) -> dict[Span, list[Picture]]:
    """The pictures of the prompts that each call sends, each of them once."""
    pictures: dict[Span, list[Picture]] = {}
    prompts = (request for request in requests if not request.site.bare)
    for request in sorted(prompts, key=lambda request: request.site.span):
        drawn = pictures.setdefault(request.site.span, [])
        new = picture(request)
        if all(new.rows != old.rows for old in drawn):
            drawn.append(new)
    return pictures


def about(tokens: Tokens) -> str:
    """A number of tokens for people: "~2,400", or a question mark where the length is not known."""
    middle = max((tokens.low + tokens.high) // 2, 1)
    return f"~{round(middle, 2 - len(str(middle))):,}" if tokens.high else "?"


def headline(picture: Picture, shown: Callable[[str], str] = str) -> str:
    """The call that sends it: library, model, and how well it is known."""
    site = picture.request.site
    model = site.model or "model not known"
    return " · ".join(map(shown, (site.call, model, KNOWN[picture.request.known])))


def total(picture: Picture, provider: Provider) -> str:
    """What of it the next call can read from the cache, and what is re-billed: a sentence or two."""
    site, cached, rebilled = picture.request.site, picture.tokens(State.CACHED), picture.tokens(State.REBILLED)
    least = provider.minimum_for(site.model)
    asked_for = picture.request.layout.breakpoints or site.automatic or site.caching
    if picture.request.known is Known.NOT:
        said = "Nothing of this prompt could be followed, so what is cached of it cannot be told: --show-gaps says why."
    elif cached.high < least:
        said = f"What stays the same at the start is shorter than the {least:,} tokens that are cached."
    elif provider.explicit and not asked_for:
        said = f"The next call could read {about(cached)} tokens of this from the cache, and no breakpoint asks for it."
    else:
        said = f"The next call can read {about(cached)} tokens of this from the cache."
    lost = [f"{about(rebilled)} tokens"] if rebilled.low >= _WORTH_SAYING else []
    lost += ["the conversation"] if any(r.growing and r.state is State.REBILLED for r in picture.rows) else []
    behind = f" {' and '.join(lost)} behind it stay the same, and are re-billed at full price."
    return said + (behind[:1] + behind[1].upper() + behind[2:] if lost else "")
