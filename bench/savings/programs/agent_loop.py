"""An agent that goes on until its task is done, with its history growing."""

import anthropic

RULES = "Plan in three steps, do one step at a time, and check the result of each before you go on. " * 90

client = anthropic.Anthropic()


def run(task: str, turns: int) -> None:
    messages = [{"role": "user", "content": task}]
    for turn in range(turns):
        message = client.messages.create(
            model="claude-opus-5-5",
            max_tokens=500,
            system=RULES,
            messages=messages,
        )
        messages.append({"role": "assistant", "content": message.content[0].text})
        messages.append({"role": "user", "content": f"Result of step {turn}: done. " * 20})


if __name__ == "__main__":
    run("Tidy up the archive.", 8)
