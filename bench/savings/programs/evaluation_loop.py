"""A judge whose rubric follows the answer that it judges."""

import anthropic

RUBRIC = "Give one to five points for each of accuracy, tone and completeness, with a quotation for each point. " * 90

client = anthropic.Anthropic()


def judge(answer: str) -> str:
    prompt = f"<answer>\n{answer}\n</answer>\n\n{RUBRIC}"
    message = client.messages.create(
        model="claude-opus-5-5",
        max_tokens=200,
        messages=[{"role": "user", "content": prompt}],
    )
    return message.content[0].text


if __name__ == "__main__":
    for number in range(10):
        judge(f"Order {number} arrives in {number} days.")
