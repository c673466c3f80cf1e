"""PL302: calls side by side where nobody waits for the answers. What it has in common with PL301 is tested there."""

from __future__ import annotations

from promptlint.changes import ToBatch
from promptlint.checks import batchable_loop
from promptlint.checks.batchable_fan_out import check
from promptlint.diagnostics import Finding
from promptlint.layout import Confidence, Step
from tests.checks.building import CALL, EXPLICIT, data, line, loop, request, sign

FAN_OUT = request(
    data("row"), loops=(loop(parallel=True),), offline=(sign("a progress bar"),), batch="client.messages.batches.create"
)


def test_a_fan_out_with_a_progress_bar() -> None:
    assert list(check(FAN_OUT, EXPLICIT)) == [
        Finding(
            at=line(90),
            message="`sdk.Client.messages.create` is called side by side for each item of `rows`, at full price, and"
            " nobody seems to wait for the answers (a progress bar): the Message Batches API"
            " (`client.messages.batches.create`) does the same at half price, within 24 hours.",
            confidence=Confidence.HIGH,
            flow=(Step("a progress bar", line(80)), CALL),
            change=ToBatch(line(90)),
        )
    ]


def test_one_rule_for_one_loop() -> None:
    assert list(batchable_loop.check(FAN_OUT, EXPLICIT)) == []
    assert list(check(request(data("row"), loops=(loop(),), batch="client.batches.create"), EXPLICIT)) == []
