"""Names that libraries have for running calls side by side, and for what holds them back."""

from __future__ import annotations

from promptlint.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Running:
    """What a fan-out is written with. Names are dotted, or `.method`."""

    gathers: frozenset[str] = frozenset()
    """What, when awaited, gives a list of what the calls give, in their order."""
    tasks: frozenset[str] = frozenset()
    """What starts a coroutine, and gives what can be awaited in its place."""
    as_completed: frozenset[str] = frozenset()
    """What gives the calls that were started, in the order in which they are done."""
    pools: frozenset[str] = frozenset()
    """What makes an object that runs the calls it is given side by side, and does nothing else."""
    throttles: frozenset[str] = frozenset()
    """What makes an object under which (`with`) only so many calls run at a time."""
