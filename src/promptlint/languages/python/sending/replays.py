"""What a conversation sends again: the newest message as it was sent, or as it was stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from promptlint.frozen import replace
from promptlint.layout import Confidence, Role, Segment, newest_of
from promptlint.request import Request
from promptlint.spans import Span

_ARGUMENT = "argument "
_Key = tuple[Role, str, Span | None]


def marked(segments: Sequence[Segment], stored: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments of a prompt, the newest message with what the next turn sends again of it.

    `stored` is what the code adds to a history that is kept elsewhere. Nothing is said where no message of the user's
    is seen to be stored; one that has nothing in common with those that are is sent this once.
    """
    newest = newest_of(segments)
    kept = [*_messages([s for s in segments if s.growing]), *_messages(stored)]
    if not newest or not kept:
        return tuple(segments)
    telling = [s for s in newest if not s.literal] or newest
    related = [message for message in kept if any(_found(s, message) for s in telling)]
    closest = max(related, key=lambda message: sum(_found(s, message) for s in newest), default=())
    start = len(segments) - len(newest)
    told = [replace(s, replayed=_found(s, closest)) for s in newest]
    return (*segments[:start], *told)


def asked(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments of a prompt; what is worked out from an argument that the newest message shows changes with it."""
    shown = {s.because for s in newest_of(segments) if s.because.startswith(f"is the {_ARGUMENT}") and not s.arms}
    return tuple([replace(s, confidence=Confidence.HIGH) if s.because in shown else s for s in segments])


def _messages(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """The user's messages among segments."""
    for _, block in groupby(segments, lambda s: s.block):
        message = list(block)
        if message[0].role is Role.USER:
            yield message


def _found(segment: Segment, message: Sequence[Segment]) -> bool:
    """Whether a text stands in a message too: the same expression, or the same argument of a function."""
    return any(segment.literal == other.literal and _names(segment) & _names(other) for other in message)


def _names(segment: Segment) -> set[str]:
    if segment.literal:
        return {segment.text.strip()}
    passed = {step.message for step in segment.origin.trail if step.message.startswith(_ARGUMENT)}
    itself = segment.because.removeprefix("is the ")
    argument = itself.startswith(f"{_ARGUMENT}`{segment.text}`")
    return {segment.text, *passed, *([itself] if argument else [])}


def with_relations(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The requests, each with those of other calls that replay the same history, or go on from its answer."""
    sharing: defaultdict[str, list[Request]] = defaultdict(list)
    begun: set[tuple[_Key, ...]] = set()
    for request in requests:
        for history in _histories(request):
            sharing[history].append(request)
        begun.add(_opening(request))
    begun.discard(())
    return tuple(
        replace(
            request,
            siblings=tuple(s for h in _histories(request) for s in _others(request, sharing[h])),
            begins=not request.layout.conversation and _keys(request.layout.segments) in begun,
        )
        for request in requests
    )


def _opening(request: Request) -> tuple[_Key, ...]:
    """What a conversation was before its first answer; empty: it is none, or begins with one."""
    segments = request.layout.segments
    answers = (i for i, s in enumerate(segments) if s.role is Role.ASSISTANT or s.growing)
    return _keys(segments[: next(answers, 0)]) if request.layout.conversation else ()


def _keys(segments: Sequence[Segment]) -> tuple[_Key, ...]:
    return tuple((s.role, s.text, None if s.literal else s.origin.span) for s in segments)


def _histories(request: Request) -> dict[str, None]:
    return dict.fromkeys(s.history for s in request.layout.segments if s.history)


def _others(request: Request, sharing: Sequence[Request]) -> list[Request]:
    return [s for s in sharing if s.site.span != request.site.span]
