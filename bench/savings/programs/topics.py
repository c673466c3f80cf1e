"""A router whose topics are a set: their order differs from process to process."""

from openai import OpenAI

TOPICS = {"billing", "delivery", "returns", "warranty", "repairs"}
RULES = "Choose one topic, say why in one sentence, and quote the words of the customer that show it. " * 90

client = OpenAI()


def route(letter: str) -> str:
    system = f"Topics: {', '.join(TOPICS)}\n\n{RULES}"
    return client.responses.create(model="gpt-6-sol", instructions=system, input=letter).output_text


if __name__ == "__main__":
    for number in range(3):
        route(f"Where is parcel {number}?")
