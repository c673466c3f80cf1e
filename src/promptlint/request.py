"""A request: one prompt, how it is sent, and what could be read of it.

Like the layout of its prompt, it knows no language, no library and no provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from promptlint.frozen import dataclass
from promptlint.layout import Breakpoint, Confidence, Layout, Segment, Step
from promptlint.settings import Setting
from promptlint.spans import Span


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


@dataclass(frozen=True, slots=True)
class Left:
    """A breakpoint which each call leaves on the newest part of an object that outlives it, and nothing takes off."""

    breakpoint: Breakpoint
    confidence: Confidence
    """How sure it is that another part is the newest on each call."""


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
    after_failure: bool = False  # whether the call is only made when another one has failed


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
    left: tuple[Left, ...] = ()
    throughout: tuple[Breakpoint, ...] = ()
    """Breakpoints which a loop sets on each message of a list, in its place: they are not in the layout."""
    strays: tuple[Stray, ...] = ()
    """Cache markers in the prompt which this call does not know."""
    parameters: tuple[Parameter, ...] = ()
    """What is sent beside the prompt and known to matter to a cache, in the order of `Setting`."""
    warmed: bool = False  # whether a call before its fan-out sends a prompt that begins as this one does
    once: bool = False  # whether nothing shows that the same prefix is sent more than once
    partial: bool = False  # whether the call is not seen: it is a prompt, or a part of one, that somebody else sends
    bare: bool = False  # whether nothing that it sends is a prompt (embeddings): its answer is only waited for
    several: bool = False  # whether it may go through clients of other providers as well, which take other arguments
    confidence: Confidence = Confidence.HIGH
    """How sure the reader is that this is that call."""

    @property
    def chained(self) -> bool:
        """Whether a loop of turns is in sight, each of which needs the answers of the one before."""
        return any(loop.tie is Tie.CHAINED for loop in self.loops)

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
    begins: bool = False
    """Whether it is the first of a conversation: another call sends it again, and its answer behind it."""

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
