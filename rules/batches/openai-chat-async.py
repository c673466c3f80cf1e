"""The function that coroutines over `chat.completions.create` are rewritten with."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai

MOST_REQUESTS = MOST_BYTES = 0  # in their place stand the limits of rules/providers


async def async_batched_completions(
    client: openai.AsyncOpenAI,
    requests: list[tuple[Any, dict[str, Any]]],
) -> AsyncIterator[tuple[Any, openai.types.chat.ChatCompletion]]:
    """Each item with the answer to its request, in order, at half the price.

    Answers come within a day. The ids of the batches stand in a file until all answers
    are used: a run that was interrupted goes on with them. The requests that failed are
    raised together, after all answers.
    """
    url = "/v1/chat/completions"
    lines = []
    for i, (_, body) in enumerate(requests):
        line = {"custom_id": f"request-{i}", "method": "POST", "url": url, "body": body}
        lines.append(json.dumps(line))
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    kept = Path(f".batches-{digest[:12]}.json")
    ids = json.loads(kept.read_text()) if kept.exists() else []
    parts: list[list[str]] = []
    size = 0
    for text in lines:
        length = len(text) + 1
        if not parts or len(parts[-1]) == MOST_REQUESTS or size + length > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(text)
        size += length
    for part in parts[len(ids) :]:
        content = "\n".join(part).encode()
        file = await client.files.create(
            file=("requests.jsonl", content),
            purpose="batch",
        )
        batch = await client.batches.create(
            input_file_id=file.id,
            endpoint=url,
            completion_window="24h",
        )
        ids.append(batch.id)
        kept.write_text(json.dumps(ids))

    answers, errors = {}, []
    for batch_id in ids:
        pause = 5.0
        batch = await client.batches.retrieve(batch_id)
        while batch.status in ("validating", "in_progress", "finalizing"):
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300)
            batch = await client.batches.retrieve(batch_id)
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            output = await client.files.content(file_id)
            for raw in output.content.splitlines():
                answer = json.loads(raw)
                answers[answer["custom_id"]] = answer["response"] or answer["error"]
        errors += (batch.errors and batch.errors.data) or []

    failed = []
    for i, (item, _) in enumerate(requests):
        answer = answers.get(f"request-{i}", {})
        if answer.get("status_code") == 200:
            yield item, openai.types.chat.ChatCompletion.model_construct(**answer["body"])
        else:
            failed.append((item, answer))
    kept.unlink(missing_ok=True)
    if failed:
        many = f"{len(failed)} of {len(requests)} requests failed"
        raise RuntimeError(f"{many}: {failed} {errors}")
