"""The function that a loop over `models.generate_content` is rewritten with."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google import genai
from pydantic import TypeAdapter

MOST_BYTES = 0  # in its place stands the limit of rules/providers


def batched_gemini_responses(
    client: genai.Client,
    requests: list[tuple[Any, dict[str, Any]]],
) -> Iterator[tuple[Any, genai.types.GenerateContentResponse]]:
    """Each item with the answer to its request, in order, at half the price.

    Answers come within a day. The names of the batches stand in a file until all answers
    are used: a run that was interrupted goes on with them. The requests that failed are
    raised together, after all answers.
    """
    lines = []
    for i, (_, request) in enumerate(requests):
        line = genai.types.InlinedRequest(**request, metadata={"key": f"request-{i}"})
        plain = line.model_dump(
            mode="json",
            exclude_none=True,
            fallback=lambda kind: TypeAdapter(kind).json_schema(),
        )
        lines.append((line, json.dumps(plain)))
    digest = hashlib.sha256("\n".join(text for _, text in lines).encode()).hexdigest()
    kept = Path(f".batches-{digest[:12]}.json")
    names = json.loads(kept.read_text()) if kept.exists() else []
    parts: list[list[genai.types.InlinedRequest]] = []
    size = 0
    lines.sort(key=lambda pair: str(pair[0].model))  # each batch is for one model
    for line, text in lines:
        length = 2 * len(text)  # the names of fields are longer when they are sent
        new = not parts or parts[-1][0].model != line.model
        if new or size + length > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += length
    for part in parts[len(names) :]:
        batch = client.batches.create(
            model=str(part[0].model),
            src=part,
            config={"display_name": f"requests {digest[:12]}"},
        )
        names.append(batch.name)
        kept.write_text(json.dumps(names))

    answers: dict[str, genai.types.InlinedResponse] = {}
    errors: list[Any] = []
    for name in names:
        pause = 5.0
        batch = client.batches.get(name=name)
        while not batch.done:
            time.sleep(pause)
            pause = min(pause * 2, 300)
            batch = client.batches.get(name=name)
        for result in (batch.dest and batch.dest.inlined_responses) or []:
            if result.metadata:  # they come in any order
                answers[result.metadata["key"]] = result
            elif result.response:
                raise RuntimeError(f"an answer of {name} does not say what it answers")
            else:
                errors.append(result.error)
        if batch.state != "JOB_STATE_SUCCEEDED":
            errors.append(batch.state)

    failed = []
    for i, (item, _) in enumerate(requests):
        answer = answers.get(f"request-{i}")
        if answer is not None and answer.response is not None:
            yield item, answer.response
        else:
            failed.append((item, answer and answer.error))
    kept.unlink(missing_ok=True)
    if failed:
        many = f"{len(failed)} of {len(requests)} requests failed"
        raise RuntimeError(f"{many}: {failed} {errors}")
