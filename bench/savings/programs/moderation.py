"""Moderation with a long policy, in a class which keeps its parameters."""

import anthropic

POLICY = "Remove what names a private person, what threatens, and what sells; leave what is merely rude. " * 90


class Moderator:
    def __init__(self) -> None:
        self.client = anthropic.Anthropic()

    def judge(self, comment: str) -> str:
        params = {
            "model": "claude-haiku-5-5",
            "max_tokens": 50,
            "system": POLICY,
            "messages": [{"role": "user", "content": comment}],
        }
        return self.client.messages.create(**params).content[0].text


if __name__ == "__main__":
    moderator = Moderator()
    for number in range(15):
        moderator.judge(f"Comment {number}: nonsense!")
