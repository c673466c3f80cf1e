"""Every prompt begins with an id, for the log."""

import uuid

from openai import OpenAI

GUIDE = "Write in plain words, in the second person, and never promise a date that is not in the order. " * 90

client = OpenAI()


def reply(letter: str) -> str:
    response = client.responses.create(
        model="gpt-5.4",
        instructions=f"Request {uuid.uuid4()}\n{GUIDE}",
        input=letter,
    )
    return response.output_text


if __name__ == "__main__":
    for number in range(10):
        reply(f"Where is order {number}?")
