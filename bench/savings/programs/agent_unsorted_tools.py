"""An agent whose tools are a set."""

import anthropic

GUIDE = "Look a customer up before you change anything, and repeat what you are about to do in one sentence. " * 90
READ = {"find_customer", "list_orders", "read_order", "read_invoice"}
WRITE = {"cancel_order", "refund", "change_address"}

client = anthropic.Anthropic()


def schema(name: str) -> dict:
    return {"name": name, "description": f"Does {name} in the shop. " * 10, "input_schema": {"type": "object"}}


def work(task: str) -> str:
    message = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=500,
        tools=[schema(name) for name in READ | WRITE],
        system=[{"type": "text", "text": GUIDE, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": task}],
    )
    return message.content[0].text


if __name__ == "__main__":
    for number in range(4):
        work(f"Cancel order {number}.")
