"""The layout of a prompt: what one call will send, in the order in which the provider caches it.

Readers make layouts, checks judge them, and writers turn changes of them into edits. Nothing here knows a language, a
library or a provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, IntEnum, StrEnum

from promptlint.frozen import dataclass
from promptlint.settings import Setting
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
        sides = {arm.branch: arm.side for arm in self.arms} if other.arms else {}
        return not sides or all(sides.get(arm.branch, arm.side) == arm.side for arm in other.arms)


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

    def after(self, index: int) -> tuple[Segment, ...]:
        """What can be sent behind segment `index` in the same request."""
        here = self.segments[index]
        return tuple(s for s in self.segments[index + 1 :] if here.together_with(s))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value which is sent beside the prompt."""

    setting: Setting
    name: str
    """As the call spells it: `config.cached_content`."""
    value: tuple[Segment, ...]
    """What it is made of, as a stretch of a prompt is."""

    @property
    def literal(self) -> str | None:
        """The text of a value written in the source; None when it is another, or depends on a branch."""
        whole = all(segment.literal and not segment.arms for segment in self.value)
        return "".join(segment.text for segment in self.value) if whole else None


@dataclass(frozen=True, slots=True)
class Stray:
    """A cache marker which is none to the call that sends it."""

    key: str
    span: Span
    instead: str = ""  # the key that this call knows; empty: it knows none there


class Mode(Enum):
    """How a request is sent."""

    SYNC = "sync"
    ASYNC = "async"
    STREAM = "stream"
    BATCH = "batch"


class Tie(Enum):
    """How one turn of a loop depends on the ones before it."""

    INDEPENDENT = "independent"
    """The prompt depends on the item of this turn and on no earlier answer."""
    SAME = "same"
    """The prompt does not depend on the item: a retry, or a poll."""
    CHAINED = "chained"
    """The prompt holds what an earlier turn answered."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop or fan-out around a call."""

    span: Span
    """The line to point at: the `for`, the comprehension, the `gather(…)`, the `.map(…)`."""
    kind: str
    """`for`, `while`, `comprehension`, `map`, `gather` …"""
    over: str
    """The expression it runs over, as written."""
    tie: Tie
    parallel: bool = False  # whether the turns run side by side
    few: bool = False  # whether the items are a handful, written in the source
    pause: float = 0  # seconds that each turn waits, where that is written in the source
    leaves_early: bool = False  # whether a good answer ends the loop (`return` or `break` in its body)
    functions: int = 0  # how many functions lie between the loop and the call


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign that somebody waits for the answer, or that nobody does."""

    reason: str
    """Words for the user: "a progress bar", "a web handler"."""
    span: Span
    weight: Confidence


@dataclass(frozen=True, slots=True)
class Site:
    """How a prompt is sent: by which call, to whom, in which loops, and whether anyone waits for the answer."""

    call: str
    """The call as the library documents it: `openai.OpenAI.responses.create`; of a `partial` prompt, as written."""
    span: Span
    provider: str
    """The name of a file in `rules/providers/`; `unknown` when the code does not tell."""
    model: str | None = None
    mode: Mode = Mode.SYNC
    batch: str | None = None
    """The batch twin of the call, when this client class has one; `elsewhere`: the provider's own SDK has it."""
    twin: str = ""  # the same call of the library's asynchronous client, spelled as `call`; empty: it has none
    loops: tuple[Loop, ...] = ()
    """From the outermost to the innermost."""
    waiting: tuple[Evidence, ...] = ()
    """Signs that somebody waits for the answer."""
    offline: tuple[Evidence, ...] = ()
    """Signs that nobody does."""
    template: bool = False
    """Whether all that is known is a template, not who sends it. Without roles, it may be a part of a longer prompt."""
    markable: bool = True
    """Whether this call can carry a cache breakpoint at all."""
    framework: bool = False  # whether the library sends to several providers, and leaves caching to its users
    caching: Span | None = None
    """Where caching is switched on other than by breakpoints in the layout, in code on the way."""
    blocks: Step | None = None  # where a synchronous call holds up an async function
    named: bool = True  # whether code that was not read names a breakpoint: what could not be followed may carry one
    automatic: Breakpoint | None = None
    """The breakpoint which the provider is asked to set by itself, behind the last block of each request."""
    kept: tuple[Breakpoint, ...] = ()
    """Breakpoints which each call leaves on another part of an object that outlives it, and which nothing takes off."""
    strays: tuple[Stray, ...] = ()
    """Cache markers in the prompt which this call does not know."""
    parameters: tuple[Parameter, ...] = ()
    """What is sent beside the prompt and known to matter to a cache, in the order of `Setting`."""
    warmed: bool = False  # whether a call before its fan-out sends a prompt that begins as this one does
    once: bool = False  # whether nothing shows that the same prefix is sent more than once
    partial: bool = False  # whether the call is not seen: it is a prompt, or a part of one, that somebody else sends
    confidence: Confidence = Confidence.HIGH
    """How sure the reader is that this is that call."""

    def parameter(self, setting: Setting) -> Parameter | None:
        """The parameter for a setting; None when it is not given."""
        return next((parameter for parameter in self.parameters if parameter.setting is setting), None)


class Known(Enum):
    """How much of a prompt the reader could follow."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt and how it is sent: the subject of every check."""

    layout: Layout
    site: Site
    known: Known = Known.FULLY
    siblings: tuple[Request, ...] = ()
    """Prompts of other calls which replay the same history."""

    def spans(self) -> Iterator[Span]:
        """The call, and every place that has a part in its prompt."""
        yield self.site.span
        for segment in self.layout.segments:
            yield segment.origin.span
            yield from (step.span for step in segment.origin.trail)


@dataclass(frozen=True, slots=True)
class Gap:
    """A prompt, a part of one, or a file (`written_for` a later Python) that could not be followed: where, and why."""

    span: Span
    reason: str
    written_for: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: the requests that are sent, where it could not follow, and files that it could not read."""

    requests: tuple[Request, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unreadable: tuple[Gap, ...] = ()
