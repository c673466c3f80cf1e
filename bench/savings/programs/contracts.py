"""Rules and a contract in one message, which is another one each time."""

from openai import OpenAI

RULES = "Extract every payment term with its clause, its amount and its date; leave out what is announced. " * 80

client = OpenAI()


def extract(contract: str) -> str | None:
    completion = client.chat.completions.create(
        model="gpt-6-sol",
        messages=[{"role": "user", "content": f"{RULES}\n\n# The contract\n{contract}"}],
    )
    return completion.choices[0].message.content


if __name__ == "__main__":
    for number in range(12):
        extract(f"Invoice {number} is due on day {number}.")
