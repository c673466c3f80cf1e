"""Works on an account for a colleague: looks things up, proposes, changes, and leaves a note for the file."""

from __future__ import annotations

import logging

import anthropic
from anthropic.types import MessageParam, ToolResultBlockParam, ToolUseBlock

from . import prompts, tools

log = logging.getLogger(__name__)


class AccountDesk:
    """One conversation with a colleague about one account."""

    def __init__(self, crm: tools.Crm) -> None:
        self._client = anthropic.Anthropic()
        self._crm = crm
        self._messages: list[MessageParam] = []

    def ask(self, request: str) -> str:
        """Does what the colleague asks, with as many tool calls as that takes, and reports."""
        self._messages.append({"role": "user", "content": request})
        while True:
            response = self._client.messages.create(
                model="claude-opus-5-5",
                max_tokens=4_000,
                cache_control={"type": "ephemeral"},
                system=[
                    {"type": "text", "text": prompts.account_system(), "cache_control": {"type": "ephemeral"}},
                ],
                tools=tools.offered(),
                messages=self._messages,
            )
            self._messages.append({"role": "assistant", "content": response.content})
            uses = [block for block in response.content if block.type == "tool_use"]
            if not uses:
                return "".join(block.text for block in response.content if block.type == "text")
            self._messages.append({"role": "user", "content": [self._result(use) for use in uses]})

    def _result(self, use: ToolUseBlock) -> ToolResultBlockParam:
        if tools.is_change(use.name):
            log.info("%s %s", use.name, use.input)
        try:
            return {"type": "tool_result", "tool_use_id": use.id, "content": self._crm.call(use.name, use.input)}
        except (LookupError, ValueError) as error:
            return {"type": "tool_result", "tool_use_id": use.id, "content": str(error), "is_error": True}
