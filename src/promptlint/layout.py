"""The layout of a prompt: what one call will send, in the order in which the provider caches it.

Readers make layouts, checks judge them, and writers turn changes of them into edits. Nothing here knows a language, a
library or a provider.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum, StrEnum

from promptlint.frozen import dataclass
from promptlint.spans import Span


class Volatility(IntEnum):
    """How often a text changes; higher changes more often. `None` in its place means: could not tell."""

    CONSTANT = 0
    """Written in the source."""
    DEPLOYMENT = 1
    """Read once per process: environment, settings, a file of the project."""
    PERIODIC = 2
    """A clock, but coarser than any cache lifetime: a date."""
    SESSION = 3
    """One user or one conversation."""
    REQUEST = 4
    """The data of this request: the question, the document, a loop variable."""
    CALL = 5
    """Differs each time though the data is the same: clock, uuid, random, salted order."""


class Confidence(IntEnum):
    """How sure we are; ordered, so that a minimum can be asked for."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def guess(self) -> Confidence:
        """How sure we are of what follows from it most of the time."""
        return Confidence(max(self - 1, Confidence.LOW))


class Role(StrEnum):
    """Whose words a segment is, as the provider sees it."""

    TOOLS = "tools"
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tokens:
    """An estimate of a number of tokens: not fewer than `low`, not more than `high`."""

    low: int = 0
    high: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"not a range of tokens: {self.low}..{self.high}")

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.low + other.low, self.high + other.high)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way a value takes into a prompt: what happened to it, and where."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text is written, and the steps by which it got into the prompt, the first one nearest to the text."""

    span: Span
    trail: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A mark in the prompt up to which the provider is asked to cache."""

    span: Span
    ttl: str | None = None
    """Its lifetime, as the provider spells it; None when none is given, empty when it could not be told."""
    optional: bool = False
    """Whether some requests go without it, though they hold the text before it."""
    block: str = ""
    """Kind of the block that carries it, or stands right before it (`document`; `empty`: without text), where told."""
    refused: bool = False  # whether a block of its kind cannot carry one
    repeated: bool = False  # whether there is one for each turn of a loop, which makes the block and not just its text
    read: bool = False  # whether a second call is seen to send all that it covers, as it was made for the first


@dataclass(frozen=True, slots=True)
class Condition:
    """What decides which side of a branch is sent."""

    text: str
    """The expression, as the user wrote it, at `span`."""
    span: Span
    volatility: Volatility | None
    """How often it may come out the other way."""
    turns: frozenset[Span] = frozenset()
    """The loops around the call on each turn of which it is decided anew."""
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of one branch. Segments on different sides of the same branch are never sent together."""

    branch: int
    side: int
    condition: Condition | None = None
    """What decides the branch; None: that cannot be told."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a history loses what it began with while it grows: the next turn does not send again what this one sent."""

    because: str
    """What is done to it: "drops the oldest message on every turn"."""
    text: str
    """The expression that does it, at `span`."""
    span: Span
    keeps: int | None = None
    """Messages that are left, where that is a number."""
    edits: bool = False
    """Whether all are left, and some are changed in their place."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """Something whose order may differ though the things in it do not."""

    because: str
    """Why: "a set has no fixed order"."""
    text: str
    """The expression, as the user wrote it."""
    span: Span
    keys: bool = False
    """Whether it is the keys of a dictionary that come in this order."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the prompt which changes as one."""

    text: str
    """The literal text, or the expression which makes it."""
    volatility: Volatility | None
    role: Role
    origin: Origin
    tokens: Tokens = Tokens()
    """Estimated size; zero for a text whose length is not known."""
    because: str = ""
    """Why it changes, or why we could not tell: words for the user."""
    confidence: Confidence = Confidence.HIGH
    """How sure the reader is of `volatility`."""
    block: int = 0
    """Which block (message, system block, tool) of the prompt it belongs to, counted from 0 in cache order."""
    breakpoint: Breakpoint | None = None
    """A cache breakpoint which stands right after this segment."""
    arms: tuple[Arm, ...] = ()
    """The branches this text depends on; empty: always sent."""
    repeated: bool = False
    """Made by a loop: any number of texts like this one."""
    growing: bool = False
    """A history which is appended to from turn to turn."""
    unordered: Disorder | None = None
    """What it is an item of, when that has no fixed order."""
    history: str = ""
    """Which list of messages it comes from: the same in all prompts that replay it."""
    replayed: bool | None = None
    """Of the newest message of a conversation: whether the next turn sends it again. None: could not be told."""
    address: bool = False  # whether it is an object that prints itself with the address it has in memory
    markable: bool = True  # whether its block can carry a breakpoint, where the call knows any
    cut: Cut | None = None
    """How the history that it is a part of loses its beginning from turn to turn."""

    @property
    def literal(self) -> bool:
        """Whether `text` is the text that is sent, rather than the expression that makes it."""
        return self.volatility is Volatility.CONSTANT

    @property
    def optional(self) -> bool:
        """Whether some requests go without it."""
        return bool(self.arms)

    def together_with(self, other: Segment) -> bool:
        """Whether one request can hold both: they are not on different sides of one branch."""
        return not other.arms or self.company()(other)

    def company(self) -> Callable[[Segment], bool]:
        """What tells the same of one other after the other."""
        sides = {arm.branch: arm.side for arm in self.arms}

        def together(other: Segment) -> bool:
            for arm in other.arms:  # noqa: SIM110 - of each two parts of a prompt: a generator took twice as long
                if sides.get(arm.branch, arm.side) != arm.side:
                    return False
            return True

        return together


@dataclass(frozen=True, slots=True)
class Layout:
    """The segments of one prompt in cache order: tools, then system, then messages, as the provider has them."""

    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        block = 0
        for segment in self.segments:
            if segment.block < block:
                raise ValueError(f"block {segment.block} stands after block {block}: {segment.text[:40]!r}")
            if segment.literal and not segment.text:
                raise ValueError(f"an empty literal at {segment.origin.span}")
            block = segment.block

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Every cache breakpoint, in cache order."""
        return tuple(s.breakpoint for s in self.segments if s.breakpoint is not None)

    @property
    def conversation(self) -> bool:
        """Whether a history in it grows from turn to turn."""
        return any(s.growing for s in self.segments)

    @property
    def newest(self) -> tuple[Segment, ...]:
        """The newest message of a conversation, as `newest_of` gives it."""
        return newest_of(self.segments)

    def after(self, index: int) -> tuple[Segment, ...]:
        """What can be sent behind segment `index` in the same request."""
        return tuple(filter(self.segments[index].company(), self.segments[index + 1 :]))


def newest_of(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The last message, where it is the user's and stands behind a history that grows; else nothing."""
    last = segments[-1] if segments else None
    if last is None or last.growing or last.role is not Role.USER or not any(s.growing for s in segments):
        return ()
    return tuple(s for s in segments if s.block == last.block and not s.growing)
