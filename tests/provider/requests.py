"""Requests of five APIs as blocks, with the places where each of them writes to the cache and looks into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.provider.caching import Block

LOOKBACK = 20
"""Blocks that a breakpoint looks back, itself included."""

MARKS = ("cache_control", "prompt_cache_breakpoint")
INTERVAL = 128 * 4
"""Characters."""


class InvalidError(Exception):
    """A request which the provider refuses with status 400."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a request sends, and what it asks of the cache."""

    model: str
    blocks: tuple[Block, ...]
    writes: tuple[tuple[int, str], ...]
    looks: tuple[int, ...]
    seed: str = ""

    @property
    def text(self) -> str:
        """All of it, as the model reads it."""
        return "".join(block.text for block in self.blocks)


def anthropic(body: Mapping[str, Any]) -> Prompt:
    """A request of the Messages API."""
    blocks = [_marked(tool, message=False) for tool in body.get("tools") or ()]
    blocks += [_marked(block, message=False) for block in _listed(body.get("system") or ())]
    for message in body["messages"]:
        content = [_marked(block, message=True) for block in _listed(message["content"])]
        blocks += [replace(content[0], text=f"{message['role']}: {content[0].text}"), *content[1:]]
    marks = [(i, block.ttl) for i, block in enumerate(blocks) if block.ttl]
    automatic = body.get("cache_control")
    if automatic and (not marks or marks[-1][0] != len(blocks) - 1):
        marks.append((len(blocks) - 1, automatic.get("ttl", "5m")))
    return Prompt(body["model"], tuple(blocks), *_explicit(marks), _setting(body, "tool_choice", "thinking"))


def converse(model: str, body: Mapping[str, Any]) -> Prompt:
    """A request of Bedrock's Converse API."""
    blocks: list[Block] = []
    for item in [*(body.get("toolConfig") or {}).get("tools", ()), *(body.get("system") or ())]:
        _element(item, blocks, message=False)
    for message in body["messages"]:
        first = len(blocks)
        for item in message["content"]:
            _element(item, blocks, message=True)
        blocks[first] = replace(blocks[first], text=f"{message['role']}: {blocks[first].text}")
    marks = [(i, block.ttl) for i, block in enumerate(blocks) if block.ttl]
    return Prompt(model, tuple(blocks), *_explicit(marks))


def chat(body: Mapping[str, Any]) -> Prompt:
    """A request of the Chat Completions API."""
    tools = [Block(_plain(tool)) for tool in body.get("tools") or ()]
    return _implicit(body, tools, [], body["messages"])


def mistral(body: Mapping[str, Any]) -> Prompt:
    """A request of Mistral's Chat Completions API, which does not say how its cache keeps what."""
    return replace(chat(body), writes=(), looks=())


def gemini(model: str, body: Mapping[str, Any]) -> Prompt:
    """A request to generate content. How the cache keeps what is not published."""
    texts = [_plain(tool) for tool in body.get("tools") or ()]
    for content in (body.get("systemInstruction"), *body["contents"]):
        if content is not None:
            texts += [f"{content.get('role', 'user')}: ", *(_plain(part) for part in content["parts"])]
    seed = _setting(body, "generationConfig", "safetySettings", "toolConfig")
    return Prompt(model, tuple(map(Block, texts)), (), (), seed)


def in_intervals(prompt: Prompt) -> Prompt:
    """The same request to a model before GPT-5.6, whose cache keeps a prefix every 128 tokens."""
    text = prompt.text
    blocks = tuple(Block(text[i : i + INTERVAL]) for i in range(0, len(text), INTERVAL))
    whole = range(len(text) // INTERVAL)
    return Prompt(prompt.model, blocks, tuple((i, "30m") for i in whole), tuple(whole))


def responses(body: Mapping[str, Any]) -> Prompt:
    """A request of the Responses API."""
    given = body.get("input") or ""
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else given
    system = [{"role": "system", "content": body["instructions"]}] if body.get("instructions") else []
    return _implicit(body, [Block(_plain(tool)) for tool in body.get("tools") or ()], system, messages)


def _implicit(
    body: Mapping[str, Any],
    tools: list[Block],
    system: Sequence[Mapping[str, Any]],
    messages: Sequence[Mapping[str, Any]],
) -> Prompt:
    """A request to OpenAI: it writes at breakpoints, at the end of the first developer messages, and of the newest."""
    blocks = list(tools)
    every = [*system, *messages]
    closing: list[int] = []
    marked: set[int] = set()
    for message in every:
        content = _listed(message.get("content", [message]))
        blocks.append(Block(f"{message.get('role', message.get('type'))}: ", message=True))
        for part in content:
            blocks.append(Block(_plain(part), message=True))
            if "prompt_cache_breakpoint" in part:
                marked.add(len(blocks) - 1)
        blocks.append(Block("\n", message=True))
        closing.append(len(blocks) - 1)
    if len(marked) > 3:
        raise InvalidError("prompt_cache_breakpoint: at most three beside the implicit one")
    leading = next((i for i, m in enumerate(every) if m.get("role") not in ("system", "developer")), len(every))
    ends = {*closing[leading - 1 : leading], closing[-1]} if leading else {closing[-1]}
    looks = sorted({*ends, *marked, *closing[-LOOKBACK - 1 :]})
    return Prompt(body["model"], tuple(blocks), tuple((i, "30m") for i in sorted(ends | marked)), tuple(looks))


def _explicit(marks: Sequence[tuple[int, str]]) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    if len(marks) > 4:
        raise InvalidError(f"A maximum of 4 blocks with cache_control may be provided. Found {len(marks)}.")
    looks = {i for mark, _ in marks for i in range(max(mark - LOOKBACK + 1, 0), mark + 1)}
    return tuple(marks), tuple(sorted(looks))


def _listed(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _marked(block: Mapping[str, Any], *, message: bool) -> Block:
    mark = block.get("cache_control")
    if "text" in block and not isinstance(block["text"], str):
        raise InvalidError("text: Input should be a valid string")
    if mark and block.get("text") == "":
        raise InvalidError("cache_control cannot be set for empty text blocks")
    return Block(_plain(block), mark.get("ttl", "5m") if mark else None, message)


def _element(item: Mapping[str, Any], blocks: list[Block], *, message: bool) -> None:
    if "cachePoint" not in item:
        blocks.append(Block(_plain(item), message=message))
        return
    if not blocks:
        raise InvalidError("a cachePoint stands behind something")
    last = blocks[-1]
    blocks[-1] = Block(last.text, item["cachePoint"].get("ttl", "5m"), last.message)


def _plain(value: Any) -> str:
    """The text of a block; what is no text as JSON, without its breakpoint."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            return str(value["text"])
        return json.dumps({key: item for key, item in value.items() if key not in MARKS})
    return "".join(_plain(item) for item in value)


def _setting(body: Mapping[str, Any], *names: str) -> str:
    return json.dumps([body.get(name) for name in names])
