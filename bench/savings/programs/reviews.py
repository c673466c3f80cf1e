"""Reviews of products, each judged by itself, one after the other."""

import csv
import tempfile
from pathlib import Path

from openai import OpenAI

GUIDE = "Say in one word whether the customer is content, and in another one what the review is about. " * 3
REVIEWS = [f"The lamp number {number} came {number} days late." for number in range(12)]

client = OpenAI()


def judge(reviews: list[str], path: str) -> None:
    with Path(path).open("w") as file:
        writer = csv.writer(file)
        for number, review in enumerate(reviews):
            response = client.responses.create(
                model="gpt-6-sol",
                instructions=GUIDE,
                input=review,
            )
            writer.writerow([number, response.output_text])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        judge(REVIEWS, f"{folder}/verdicts.csv")
