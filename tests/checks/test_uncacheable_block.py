"""PL207: a breakpoint on a block that cannot carry one."""

from __future__ import annotations

import pytest

from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.read import read_source
from promptlint.layout import Confidence
from tests.checks.building import CALL, EXPLICIT, line, marked, request, text

check = CHECKS["PL207"]
MODELS = load_models()


def test_a_kind_that_is_refused() -> None:
    assert list(check(request(marked(text(10), block="thinking", refused=True)), EXPLICIT)) == [
        Finding(
            at=line(50),
            message="A block of type `thinking` cannot carry a breakpoint: the request is refused, or the breakpoint"
            " dropped. Put it on the block before or behind it.",
            confidence=Confidence.LOW,
            flow=(CALL,),
        )
    ]
    (finding,) = check(request(marked(text(10), block="empty", refused=True)), EXPLICIT)
    assert finding.message.startswith("A block without text cannot carry a breakpoint")
    assert list(check(request(marked(text(10), block="text")), EXPLICIT)) == []


@pytest.mark.parametrize("kind", ["thinking", "redacted_thinking", "text", "image", "document", "tool_result"])
def test_the_blocks_that_anthropic_refuses_to_mark(kind: str) -> None:
    call = next(call for call in MODELS.calls["messages.create"] if call.library == "anthropic")
    assert call.marker is not None
    source = f"""
import anthropic

def ask(client: anthropic.Anthropic, said: str):
    block = {{"type": "{kind}", "data": said, "cache_control": {{"type": "ephemeral"}}}}
    client.messages.create(model="m", messages=[{{"role": "user", "content": [block]}}])
"""
    (asked,) = read_source(source, "app.py", MODELS, load_providers()).requests
    assert len(list(check(asked, EXPLICIT))) == (kind in call.marker.refused)


@pytest.mark.parametrize("kind", ["document", "video", "image", "text"])
def test_the_blocks_that_bedrock_wants_no_cache_point_behind(kind: str) -> None:
    (call,) = MODELS.calls["converse"]
    assert call.marker is not None
    source = f"""
import boto3

def ask(said: bytes):
    content = [{{"{kind}": said}}, {{"cachePoint": {{"type": "default"}}}}]
    boto3.client("bedrock-runtime").converse(modelId="m", messages=[{{"role": "user", "content": content}}])
"""
    (asked,) = read_source(source, "app.py", MODELS, load_providers()).requests
    assert len(list(check(asked, EXPLICIT))) == (kind in call.marker.refused)
