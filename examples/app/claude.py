"""A small client for Claude: one system prompt for its lifetime, text in, text out."""

import anthropic


class Claude:
    """Claude with one system prompt."""

    def __init__(self, system: str, model: str = "claude-sonnet-5-5") -> None:
        self._client = anthropic.Anthropic(max_retries=4)
        self._system = system
        self._model = model

    def answer(self, text: str, max_tokens: int = 2_000) -> str:
        """What Claude says to `text`."""
        message = self._client.messages.create(
            model=self._model,
            max_tokens=max_tokens,
            system=self._system,
            messages=[{"role": "user", "content": text}],
        )
        return "".join(block.text for block in message.content if block.type == "text")
