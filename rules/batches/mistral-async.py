"""The function that coroutines over `chat.complete_async` are rewritten with."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mistralai.client import Mistral
from mistralai.client.models import ChatCompletionRequest, ChatCompletionResponse

MOST_REQUESTS = MOST_BYTES = 0  # in their place stand the limits of rules/providers


async def async_batched_mistral_responses(
    client: Mistral,
    requests: list[tuple[Any, dict[str, Any]]],
) -> AsyncIterator[tuple[Any, ChatCompletionResponse]]:
    """Each item with the answer to its request, in order, at half the price.

    Answers come within a day. The ids of the batches stand in a file until all answers
    are used: a run that was interrupted goes on with them. The requests that failed are
    raised together, after all answers.
    """
    lines = []
    for i, (_, params) in enumerate(requests):
        request = ChatCompletionRequest(**params)
        body = request.model_dump(mode="json", by_alias=True)
        line = {"custom_id": f"request-{i}", "body": body}
        lines.append((request.model, json.dumps(line)))
    digest = hashlib.sha256("\n".join(text for _, text in lines).encode()).hexdigest()
    kept = Path(f".batches-{digest[:12]}.json")
    ids = json.loads(kept.read_text()) if kept.exists() else []
    parts: list[tuple[str, list[str]]] = []
    size = 0
    lines.sort(key=lambda pair: pair[0])  # each batch is for one model
    for model, text in lines:
        length = len(text) + 1
        new = not parts or parts[-1][0] != model or len(parts[-1][1]) == MOST_REQUESTS
        if new or size + length > MOST_BYTES:
            parts.append((model, []))
            size = 0
        parts[-1][1].append(text)
        size += length
    for model, part in parts[len(ids) :]:
        content = "\n".join(part).encode()
        file = await client.files.upload_async(
            file={"file_name": "requests.jsonl", "content": content},
            purpose="batch",
        )
        job = await client.batch.jobs.create_async(
            input_files=[file.id],
            endpoint="/v1/chat/completions",
            model=model,
        )
        ids.append(job.id)
        kept.write_text(json.dumps(ids))

    answers: dict[str, dict[str, Any]] = {}
    errors: list[Any] = []
    for job_id in ids:
        pause = 5.0
        job = await client.batch.jobs.get_async(job_id=job_id)
        while job.status in ("QUEUED", "RUNNING", "CANCELLATION_REQUESTED"):
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300)
            job = await client.batch.jobs.get_async(job_id=job_id)
        for file_id in filter(None, (job.output_file, job.error_file)):
            output = await client.files.download_async(file_id=str(file_id))
            for raw in (await output.aread()).splitlines():
                answer = json.loads(raw)
                answers[answer["custom_id"]] = answer.get("response") or answer
        if job.status != "SUCCESS":
            errors += [job.status, *job.errors]

    failed = []
    for i, (item, _) in enumerate(requests):
        answer = answers.get(f"request-{i}", {})
        if answer.get("status_code") == 200:
            yield item, ChatCompletionResponse(**answer["body"])
        else:
            failed.append((item, answer))
    kept.unlink(missing_ok=True)
    if failed:
        many = f"{len(failed)} of {len(requests)} requests failed"
        raise RuntimeError(f"{many}: {failed} {errors}")
