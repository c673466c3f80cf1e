"""An app whose prompt is a template with the customer at the top."""

from openai import OpenAI

TEMPLATE = (
    """You write letters to customers.

Customer:
{customer}

# Rules
"""
    + "Use plain words, name the order, and say what happens next and when. " * 120
)

client = OpenAI()


def write(customer: str, request: str) -> str:
    completion = client.chat.completions.create(
        model="gpt-5.4",
        messages=[
            {"role": "system", "content": TEMPLATE.format(customer=customer)},
            {"role": "user", "content": request},
        ],
    )
    return completion.choices[0].message.content


if __name__ == "__main__":
    for number in range(10):
        write(f"Customer {number}, Hauptstrasse {number}", "Where is my order?")
