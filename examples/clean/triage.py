"""Sorts the night's e-mails: reads a CSV file with id, subject and body, writes one with id and team.

`submit` hands the e-mails in as one batch, at half the price; `collect` fetches the answers when they are ready.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

from openai import OpenAI

from . import prompts


def request(row: dict[str, str]) -> dict[str, object]:
    """The line of a batch file which asks for the team of one e-mail."""
    return {
        "custom_id": row["id"],
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "gpt-6-luna",
            "messages": [
                {"role": "system", "content": prompts.TRIAGE},
                {"role": "user", "content": f"Subject: {row['subject']}\n\n{row['body']}"},
            ],
            "max_completion_tokens": 20,
        },
    }


def submit(client: OpenAI, emails: Path) -> str:
    """Hands in all e-mails of a file. Returns the id of the batch."""
    with emails.open(newline="") as source:
        lines = [json.dumps(request(row)) for row in csv.DictReader(source)]
    uploaded = client.files.create(file=(f"{emails.stem}.jsonl", "\n".join(lines).encode()), purpose="batch")
    batch = client.batches.create(
        input_file_id=uploaded.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    return batch.id


def collect(client: OpenAI, batch_id: str, target: Path) -> None:
    """Writes the team of each e-mail. Raises RuntimeError while the batch is at work, and when it failed."""
    batch = client.batches.retrieve(batch_id)
    if batch.status != "completed" or batch.output_file_id is None:
        raise RuntimeError(f"batch {batch_id} is {batch.status}")
    answers = [json.loads(line) for line in client.files.content(batch.output_file_id).text.splitlines()]
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "team"])
        for answer in answers:
            content = answer["response"]["body"]["choices"][0]["message"]["content"]
            writer.writerow([answer["custom_id"], (content or "other").strip()])


def main() -> None:
    """Hands a file in, or collects the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    submitting = commands.add_parser("submit")
    submitting.add_argument("emails", type=Path)
    collecting = commands.add_parser("collect")
    collecting.add_argument("batch")
    collecting.add_argument("sorted", type=Path)
    options = parser.parse_args()
    client = OpenAI()
    if options.command == "submit":
        print(submit(client, options.emails))
    else:
        collect(client, options.batch, options.sorted)


if __name__ == "__main__":
    main()
