"""Sorts the night's e-mails: reads a CSV file with id, subject and body, writes one with id and team."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from openai import OpenAI

from . import prompts


def team(client: OpenAI, subject: str, body: str) -> str:
    """The team which an e-mail belongs to."""
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[
            {"role": "system", "content": prompts.TRIAGE},
            {"role": "user", "content": f"Subject: {subject}\n\n{body}"},
        ],
        max_completion_tokens=20,
    )
    return (completion.choices[0].message.content or "other").strip()


def main() -> None:
    """Sorts one file into another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("emails", type=Path)
    parser.add_argument("sorted", type=Path)
    options = parser.parse_args()
    client = OpenAI()
    with options.emails.open(newline="") as source, options.sorted.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["id", "team"])
        for row in csv.DictReader(source):
            writer.writerow([row["id"], team(client, row["subject"], row["body"])])


if __name__ == "__main__":
    main()
