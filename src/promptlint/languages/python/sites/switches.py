"""Breakpoints which a library sets by itself, where an argument of a call or of its client asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from promptlint.frozen import dataclass, replace
from promptlint.knowledge.models import CacheSwitch
from promptlint.knowledge.providers import seconds
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.starting.messages import absent
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Const, Entry, Global, Map, Seq, Str
from promptlint.layout import Breakpoint, Role, Segment


@dataclass(frozen=True, slots=True)
class Switched:
    """What the switches of one call come to."""

    segments: tuple[Segment, ...]
    """Those of the prompt, with the breakpoints that are set behind them."""
    elsewhere: Place | None = None
    """Where breakpoints are asked for of which it cannot be told where they are, or whether."""


def switched(
    switches: Sequence[CacheSwitch],
    segments: Sequence[Segment],
    argument: Callable[[str], Term],
    engine: Engine,
    at: Place,
) -> Switched:
    """The prompt with the breakpoints that are switched on; `argument` finds a value by its path, `at` is the call."""
    found = Switched(tuple(segments))
    for switch in switches:
        term = argument(_path(switch, switch.argument))
        head = engine.head(term)
        place = _place(head, at)
        on = _on(head, switch, engine)
        if on is False:
            continue
        said = head.value if isinstance(head, Str) and seconds(head.value) else None
        mark = Breakpoint(engine.span(place), switch.ttl if _longer(switch, argument, engine) else said)
        if on is None or switch.role is None:
            found = replace(found, elsewhere=place)
        else:
            found = replace(found, segments=_marked(found.segments, switch.role, mark))
    return found


def injected(head: Term, segments: Sequence[Segment], engine: Engine, at: Place) -> Switched:
    """The prompt with the breakpoints that a list of injection points sets: by role, on tools, or it cannot be told."""
    points = list(_points(head, engine))
    if not points or any(role is None for role in points):
        return Switched(tuple(segments), elsewhere=_place(head, at))
    marked = tuple(segments)
    for role in points:
        if role is not None:
            marked = _marked(marked, role, Breakpoint(engine.span(_place(head, at))))
    return Switched(marked)


def _points(head: Term, engine: Engine) -> Iterator[Role | None]:
    for item in head.items if isinstance(head, Seq) else ():
        point = engine.head(item)
        said = {
            entry.key.value: engine.head(entry.value)
            for entry in (point.items if isinstance(point, Map) else ())
            if isinstance(entry, Entry) and isinstance(entry.key, Str)
        }
        role = said.get("role")
        if said.get("location") == Str("tool_config"):
            yield Role.TOOLS
        elif isinstance(role, Str) and "index" not in said:
            yield engine.models.role_words.get(role.value.lower())
        else:
            yield None


def _path(switch: CacheSwitch, argument: str) -> str:
    return f"{switch.given_to} {argument}" if switch.given_to else argument


def _place(head: Term, at: Place) -> Place:
    place = getattr(head, "at", None)
    return place if isinstance(place, Place) and place.path else at


def _on(head: Term, switch: CacheSwitch, engine: Engine) -> bool | None:
    """Whether a value switches it on; None where that cannot be told."""
    if absent(head):
        return False
    if switch.holds:
        items = engine.items(head)
        return None if items is None else any(_made_by(engine.head(item), switch.holds) for item in items)
    if isinstance(head, Const):
        return head.value is not False
    return True if isinstance(head, (Call, Map, Seq, Str)) else None


def _made_by(head: Term, names: frozenset[str]) -> bool:
    return isinstance(head, Call) and isinstance(head.function, Global) and head.function.name in names


def _longer(switch: CacheSwitch, argument: Callable[[str], Term], engine: Engine) -> bool:
    return bool(switch.longer) and engine.head(argument(_path(switch, switch.longer))) == Const(True)


def _marked(segments: tuple[Segment, ...], role: Role, mark: Breakpoint) -> tuple[Segment, ...]:
    """The segments with a breakpoint behind the last one of a role that has none."""
    last = max((i for i, s in enumerate(segments) if s.role is role), default=None)
    if last is None or segments[last].breakpoint is not None:
        return segments
    return (*segments[:last], replace(segments[last], breakpoint=mark), *segments[last + 1 :])
