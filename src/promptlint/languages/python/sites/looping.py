"""How a call runs in the loops around it: one turn after the other or side by side, to the end or until one is good."""

from __future__ import annotations

from promptlint.frozen import replace
from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Func, Global


def frames(record: CallRecord, engine: Engine, *, coroutine: bool = False) -> tuple[LoopFrame, ...]:
    """The loops around a call, the outermost first. `coroutine`: calling it only makes something to be waited for."""
    return tuple(
        replace(
            frame,
            parallel=frame.parallel or _side_by_side(record, frame, engine, coroutine),
            leaves_early=frame.leaves_at >= record.call.at.line,
        )
        for frame in record.loops
    )


def _side_by_side(record: CallRecord, frame: LoopFrame, engine: Engine, coroutine: bool) -> bool:
    """Whether a turn goes on to the next without waiting for the call."""
    if engine.project.namings(record.function.module).awaited(record.call.at, frame.at):
        return False
    callee = engine.head(record.call.function)
    name = callee_name(callee)
    if name in engine.models.parallel or name in engine.models.calls_argument:
        return True
    return coroutine or (isinstance(callee, Func) and callee.info.is_async)


def callee_name(callee: Term) -> str:
    """The name by which the models may know what is called: `asyncio.gather`, `.submit`; empty when it has none."""
    if isinstance(callee, Attr):
        return f".{callee.name}"
    return callee.name if isinstance(callee, Global) else ""
