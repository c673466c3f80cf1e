"""Prompts and providers for the tests of checks: short to write, and each text on a line of its own.

The text at position `i` of a prompt is written at line `i + 1` of `prompt.py`. The call is at line 100, a loop around
it at line 90, a sign that nobody waits at line 80, and a set without an order at line 60.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from promptlint.knowledge.providers import Batch, ModelFacts, Price, Provider
from promptlint.layout import (
    Arm,
    Breakpoint,
    Confidence,
    Disorder,
    Layout,
    Origin,
    Role,
    Segment,
    Step,
    Tokens,
    Volatility,
)
from promptlint.request import Evidence, Known, Loop, Parameter, Request, Site, Tie
from promptlint.settings import Setting
from promptlint.spans import Position, Span


def line(number: int, path: str = "prompt.py") -> Span:
    """A place at the start of a line."""
    return Span(path, Position(number, 1), Position(number, 10))


CALL = Step("sent by `sdk.Client.messages.create`", line(100))

EXPLICIT = Provider(
    name="explicit",
    title="Explicit",
    order=(Role.TOOLS, Role.SYSTEM, Role.USER),
    explicit=True,
    breakpoints=4,
    lifetimes={"5m": 1.25, "1h": 2.0},
    read=0.1,
    minimum=4096,
    characters=3.0,
    batch=Batch(name="Message Batches API", discount=0.5, requests=100_000, megabytes=256, hours=24),
    models={
        "clever-5": ModelFacts("clever-5", 1024, Price(2.0, 0.2, 2.5, 10.0, 1.0, 5.0)),
        "quick-5": ModelFacts("quick-5", 4096, None),
    },
)
"""Caches nothing without a breakpoint; 1,024 tokens at least for `clever-5`, which costs $2 and $0.20 per million."""

IMPLICIT = replace(EXPLICIT, name="implicit", title="Implicit", explicit=False)
"""The same, but caches without being asked."""


def text(tokens: int, role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """Text written in the source, of `tokens` tokens, give or take nothing."""
    written = more.pop("text", "You are …")
    return _segment(written, Volatility.CONSTANT, role, tokens=Tokens(tokens, tokens), **more)


def clock(role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """The time, with seconds."""
    return _segment("datetime.now()", Volatility.CALL, role, because="reads the clock", **more)


def random_id(role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """A text which is new on each call, and no clock."""
    return _segment("uuid4()", Volatility.CALL, role, because="is random", **more)


def data(name: str, role: Role = Role.USER, **more: Any) -> Segment:
    """Something that comes with each request."""
    return _segment(name, Volatility.REQUEST, role, because="is a parameter", **more)


def session(name: str, role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """Something of one user or one conversation."""
    return _segment(name, Volatility.SESSION, role, **more)


def unknown(name: str, role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """Something of which it could not be told how often it changes."""
    return _segment(name, None, role, because="comes from elsewhere", **more)


def history() -> Segment:
    """The turns of a conversation so far."""
    return _segment("self.messages", Volatility.SESSION, Role.UNKNOWN, growing=True)


def answer(tokens: int = 500) -> Segment:
    """What the model said earlier in a dialogue."""
    return _segment("first.text", Volatility.REQUEST, Role.ASSISTANT, tokens=Tokens(tokens, tokens))


NAMES = Disorder("a set has no order", "NAMES", line(60))
"""A set which is joined, or gone through, at line 60."""


def listing(tokens: int, role: Role = Role.SYSTEM, **more: Any) -> Segment:
    """Text without an order of its own."""
    reason = {"unordered": NAMES} | more
    return _segment("', '.join(NAMES)", Volatility.DEPLOYMENT, role, tokens=Tokens(tokens, tokens), **reason)


def side(number: int, branch: int = 1) -> tuple[Arm, ...]:
    """The branch on which a text depends."""
    return (Arm(branch, number),)


def parameter(setting: Setting, *value: Segment) -> Parameter:
    """A parameter beside the prompt, named as what it settles."""
    return Parameter(setting, setting.value, value)


def marked(segment: Segment, at: int = 50, **more: Any) -> Segment:
    """A text with a breakpoint behind it, which is written at line `at`."""
    return replace(segment, breakpoint=Breakpoint(line(at), **more))


def _segment(written: str, volatility: Volatility | None, role: Role, **more: Any) -> Segment:
    return Segment(written, volatility, role, Origin(line(1)), **more)


def request(*segments: Segment, model: str | None = "clever-5", known: Known = Known.FULLY, **site: Any) -> Request:
    """A prompt of these texts, sent by a function that anybody may call again."""
    placed: list[Segment] = []
    for number, segment in enumerate(segments, start=1):
        block = placed[-1].block + (placed[-1].role is not segment.role) if placed else 0
        placed.append(replace(segment, block=block, origin=Origin(line(number), segment.origin.trail)))
    sent: dict[str, Any] = {
        "call": "sdk.Client.messages.create",
        "span": line(100),
        "provider": "explicit",
        "model": model,
    } | site
    return Request(Layout(tuple(placed)), Site(**sent), known)


def loop(tie: Tie = Tie.INDEPENDENT, **more: Any) -> Loop:
    """A loop around the call."""
    how: dict[str, Any] = {"span": line(90), "kind": "for", "over": "rows"} | more
    return Loop(tie=tie, **how)


def sign(reason: str, weight: Confidence = Confidence.HIGH, at: int = 80) -> Evidence:
    """A sign that somebody waits, or that nobody does."""
    return Evidence(reason, line(at), weight)
