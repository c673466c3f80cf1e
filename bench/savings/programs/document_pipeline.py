"""Payment terms out of contracts: the same instructions for each, and no breakpoint."""

import anthropic

INSTRUCTIONS = "Extract every payment term with its clause, its amount and its date; leave out what is announced. " * 90

client = anthropic.Anthropic()


def extract(contract: str) -> str:
    message = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=500,
        system=INSTRUCTIONS,
        messages=[{"role": "user", "content": contract}],
    )
    return message.content[0].text


if __name__ == "__main__":
    for number in range(12):
        extract(f"Contract {number}: the buyer pays {number}00 euros on the first of May.")
