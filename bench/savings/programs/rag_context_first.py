"""Questions about documents, with the documents above the rules."""

import anthropic

RULES = "Answer from the documents only, cite the paragraph, and say so when the answer is not in them. " * 90

client = anthropic.Anthropic()


def answer(question: str, document: str) -> str:
    system = f"""You answer questions for the legal department.

<document>
{document}
</document>

{RULES}"""
    message = client.messages.create(
        model="claude-opus-5-5",
        max_tokens=1000,
        system=system,
        messages=[{"role": "user", "content": question}],
    )
    return message.content[0].text


if __name__ == "__main__":
    for number in range(8):
        answer(
            "When does it end?", f"Contract {number}. It ends after {number + 2} years.\nBoth sides may end it earlier."
        )
