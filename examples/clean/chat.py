"""The chat on the web site: one object for each customer who is connected."""

from __future__ import annotations

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from . import prompts


class Chat:
    """One conversation with one customer."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client
        self._history: list[ChatCompletionMessageParam] = []

    async def reply(self, text: str) -> str:
        """The answer to the customer's newest message."""
        self._history.append({"role": "user", "content": text})
        completion = await self._client.chat.completions.create(
            model="gpt-6-sol",
            messages=[{"role": "system", "content": prompts.chat_system()}, *self._history],
            max_completion_tokens=600,
        )
        answer = completion.choices[0].message.content or ""
        self._history.append({"role": "assistant", "content": answer})
        return answer
