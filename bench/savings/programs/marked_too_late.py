"""Caching was switched on, on a block with a clock in it."""

from datetime import datetime

import anthropic

POLICY = "An account is closed only by its holder, who has to show a passport or to answer three questions. " * 90

client = anthropic.Anthropic()


def decide(case: str) -> str:
    message = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=200,
        system=[
            {
                "type": "text",
                "text": f"{POLICY}\nNow: {datetime.now()}",
                "cache_control": {"type": "ephemeral"},
            }
        ],
        messages=[{"role": "user", "content": case}],
    )
    return message.content[0].text


if __name__ == "__main__":
    for number in range(10):
        decide(f"Case {number}: close my account.")
