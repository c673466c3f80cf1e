"""The function that coroutines over `messages.create` are rewritten with."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic

MOST_REQUESTS = MOST_BYTES = 0  # in their place stand the limits of rules/providers


async def async_batched_messages(
    client: anthropic.AsyncAnthropic,
    requests: list[tuple[Any, dict[str, Any]]],
) -> AsyncIterator[tuple[Any, anthropic.types.Message]]:
    """Each item with the answer to its request, in order, at half the price.

    Answers come within a day, mostly within an hour. The ids of the batches stand in a
    file until all answers are used: a run that was interrupted goes on with them. The
    requests that failed are raised together, after all answers.
    """
    lines = []
    for i, (_, params) in enumerate(requests):
        line = {"custom_id": f"request-{i}", "params": params}
        lines.append(line)
    digest = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
    kept = Path(f".batches-{digest[:12]}.json")
    ids = json.loads(kept.read_text()) if kept.exists() else []
    parts: list[list[Any]] = []
    size = 0
    for line in lines:
        length = len(json.dumps(line))
        if not parts or len(parts[-1]) == MOST_REQUESTS or size + length > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += length
    for part in parts[len(ids) :]:
        batch = await client.messages.batches.create(requests=part)
        ids.append(batch.id)
        kept.write_text(json.dumps(ids))

    results = {}
    for batch_id in ids:
        pause = 5.0
        batch = await client.messages.batches.retrieve(batch_id)
        while batch.processing_status != "ended":
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300)
            batch = await client.messages.batches.retrieve(batch_id)
        async for answer in await client.messages.batches.results(batch_id):
            results[answer.custom_id] = answer.result

    failed = []
    for i, (item, _) in enumerate(requests):
        result = results.get(f"request-{i}")
        if result is not None and result.type == "succeeded":
            yield item, result.message
        else:
            failed.append((item, result))
    kept.unlink(missing_ok=True)
    if failed:
        many = f"{len(failed)} of {len(requests)} requests failed"
        raise RuntimeError(f"{many}: {failed}")
