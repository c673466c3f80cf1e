"""Which calls hold up the event loop: those of a synchronous client that an async function makes, or has made."""

from __future__ import annotations

from promptlint.languages.python.bodies.summaries import CallRecord
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.reaching.callers import Callers, is_test
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.layout import Confidence, Step

MOST_HOPS = 3
"""Synchronous functions between the call and the async one."""


class Blocking:
    """Finds the async function that a synchronous call holds up."""

    def __init__(self, engine: Engine, callers: Callers) -> None:
        self.engine = engine
        self.callers = callers

    def of(self, send: Send) -> Step | None:
        """Where an async function waits for a synchronous call without giving way; None: none does."""
        handed = last_name(send.record.node) != send.model.path.rpartition(".")[2]
        if handed or send.model.amends or not self._synchronous(send) or self._awaited(send.record):
            return None
        level, seen = [send.record], {send.record.function}
        for _ in range(MOST_HOPS + 1):
            asynchronous = next((record for record in level if record.function.is_async), None)
            if asynchronous is not None and is_test(asynchronous.function.module.path):
                return None  # nothing else runs on the loop of a test
            if asynchronous is not None:
                name = asynchronous.function.qualname
                return Step(f"the event loop waits here, in `async def {name}`", self.engine.span(asynchronous.call.at))
            level = [
                record for inner in level for record in self._direct(inner.function) if record.function not in seen
            ]
            seen.update(record.function for record in level)
        return None

    @staticmethod
    def _synchronous(send: Send) -> bool:
        if send.model.function:
            return not send.model.is_async
        return send.client is not None and not send.client.is_async and send.model.mode is None

    def _awaited(self, record: CallRecord) -> bool:
        function = record.function
        return not function.is_module and self.engine.project.namings(function.module).awaited(
            record.call.at, function.module.place(function.node)
        )

    def _direct(self, info: FunctionInfo) -> list[CallRecord]:
        """The calls of a function on the spot: one that is handed to a thread waits there."""
        found = self.callers.of(info)
        return [c.record for c in found if c.confidence is Confidence.HIGH and last_name(c.record.node) == info.name]
