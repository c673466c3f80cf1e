"""The function that a loop over `responses.create` is rewritten with."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai

MOST_REQUESTS = MOST_BYTES = 0  # in their place stand the limits of rules/providers


def batched_responses(
    client: openai.OpenAI, requests: list[tuple[Any, dict[str, Any]]]
) -> Iterator[tuple[Any, openai.types.responses.Response]]:
    """Each item with the answer to its request, in order, at half price: answered within a day.

    The ids of the batches stand in a file until all answers are used: a run that was interrupted goes on with them.
    The requests that failed are raised together, after all answers.
    """
    url = "/v1/responses"
    lines = [
        json.dumps({"custom_id": f"request-{i}", "method": "POST", "url": url, "body": body})
        for i, (_, body) in enumerate(requests)
    ]
    kept = Path(f".batches-{hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:12]}.json")
    ids = json.loads(kept.read_text()) if kept.exists() else []
    parts: list[list[str]] = []
    size = 0
    for line in lines:
        if not parts or len(parts[-1]) == MOST_REQUESTS or size + len(line) + 1 > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line) + 1
    for part in parts[len(ids) :]:
        file = client.files.create(file=("requests.jsonl", "\n".join(part).encode()), purpose="batch")
        ids.append(client.batches.create(input_file_id=file.id, endpoint=url, completion_window="24h").id)
        kept.write_text(json.dumps(ids))

    answers, errors = {}, []
    for batch_id in ids:
        pause = 5.0
        while (batch := client.batches.retrieve(batch_id)).status in ("validating", "in_progress", "finalizing"):
            time.sleep(pause)
            pause = min(pause * 2, 300)
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            for answer in map(json.loads, client.files.content(file_id).content.splitlines()):
                answers[answer["custom_id"]] = answer["response"] or answer["error"]
        errors += (batch.errors and batch.errors.data) or []

    failed = []
    for i, (item, _) in enumerate(requests):
        answer = answers.get(f"request-{i}", {})
        if answer.get("status_code") == 200:
            yield item, openai.types.responses.Response.model_construct(**answer["body"])
        else:
            failed.append((item, answer))
    kept.unlink(missing_ok=True)
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(requests)} requests failed: {failed} {errors}")
