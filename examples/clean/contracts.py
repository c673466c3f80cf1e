"""Answers the questions of key account managers about supply contracts."""

from pathlib import Path

from openai import OpenAI

from . import prompts


def answer(client: OpenAI, contract: str, question: str) -> str:
    """What a contract says to a question, with the clause."""
    response = client.responses.create(
        model="gpt-6-sol",
        instructions=prompts.CONTRACTS,
        input=f"<contract>\n{contract}\n</contract>\n\nQuestion: {question}",
    )
    return response.output_text


def main() -> None:
    """Takes a contract and a question at a time, at the terminal."""
    client = OpenAI()
    while path := input("Contract (empty to end): "):
        question = input("Question: ")
        print(answer(client, Path(path).read_text(encoding="utf-8"), question))


if __name__ == "__main__":
    main()
