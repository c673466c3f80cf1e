"""What lies between a loop over items and the call."""

from __future__ import annotations

from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame
from promptlint.languages.python.starting.senders import Send


def functions_between(frame: LoopFrame, send: Send) -> int:
    """How many functions lie between a loop and the call."""
    return max(len(_inside(frame, send)) - 1, 0)


def after_failure(frame: LoopFrame, send: Send) -> bool:
    """Whether the call is only made when another one has failed: it stands in an `except` block."""
    return any(record.handler for record in _inside(frame, send))


def _inside(frame: LoopFrame, send: Send) -> tuple[CallRecord, ...]:
    """The calls by which a loop comes to send the prompt, that of the prompt first; none where it is not found."""
    numbers = [{loop.number for loop in record.loops} for record in send.chain]
    at = next((i for i, known in enumerate(numbers) if frame.number in known), None)
    return () if at is None else send.chain[: at + 1]
