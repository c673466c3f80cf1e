"""A support chat which tells the model the time in its first line."""

from datetime import datetime

import anthropic

HANDBOOK = "A refund goes back the way the money came, and takes ten working days after the final bill. " * 90

client = anthropic.Anthropic()


class Chat:
    def __init__(self) -> None:
        self.messages = []

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        message = client.messages.create(
            model="claude-sonnet-5-5",
            max_tokens=500,
            system=f"The time is {datetime.now().isoformat()}.\nYou are the support desk of a shop.\n{HANDBOOK}",
            messages=self.messages,
        )
        answer = message.content[0].text
        self.messages.append({"role": "assistant", "content": answer})
        return answer


if __name__ == "__main__":
    chat = Chat()
    for line in ("My bill is wrong.", "It says 40 euros.", "I pay 20.", "Since May.", "Thank you.", "Goodbye."):
        chat.say(line)
