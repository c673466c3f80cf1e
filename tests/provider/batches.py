"""The batch APIs of four providers: requests that are handed in together, answered later, in another order, at half
price."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from itertools import count
from typing import Any

from tests.provider.requests import InvalidError

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
WHEN = "2026-11-26T09:00:00Z"

Answer = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Address and body of one request → its answer. Raises InvalidError."""


@dataclass(slots=True)
class Batch:
    """Requests that were handed in, by their ids, and what became of each."""

    id: str
    endpoint: str
    file: str
    results: dict[str, dict[str, Any] | InvalidError]
    model: str = ""
    """The one that it is for; empty: each request names its own."""
    looks: int = 0
    """How often somebody has asked whether it is done."""


@dataclass(slots=True)
class Batches:
    """What was handed in so far."""

    answer: Answer
    most: int = 100_000
    """Requests that one batch may hold."""
    most_bytes: int = 20_000_000
    """Of the requests of one batch of Gemini's."""
    keyed: bool = True
    """Whether Gemini's answers say to which requests they belong."""
    late: bool = False
    """Whether time is up before anything is answered."""
    patience: int = 0
    """How often it has to be asked for before it is done."""
    batches: dict[str, Batch] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def reset(self) -> None:
        """Forget everything."""
        self.batches.clear()
        self.files.clear()

    # --- Anthropic ----------------------------------------------------------------------------------------------------

    def create_messages(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`POST /v1/messages/batches`."""
        given = [(item["custom_id"], "/v1/messages", item["params"]) for item in body["requests"]]
        return self.message_batch(self._handed_in(given, "/v1/messages", "").id)

    def message_batch(self, name: str) -> dict[str, Any]:
        """`GET /v1/messages/batches/{id}`."""
        batch, done = self._looked_at(name)
        errored = sum(isinstance(result, InvalidError) for result in batch.results.values())
        counts = {"processing": 0, "succeeded": len(batch.results) - errored, "errored": errored}
        if not done:
            counts = {"processing": len(batch.results), "succeeded": 0, "errored": 0}
        return {
            "id": batch.id, "type": "message_batch", "processing_status": "ended" if done else "in_progress",
            "request_counts": {**counts, "canceled": 0, "expired": 0}, "created_at": WHEN, "expires_at": WHEN,
            "ended_at": WHEN if done else None,
            "results_url": f"/v1/messages/batches/{name}/results" if done else None,
        }  # fmt: skip

    def message_results(self, name: str) -> bytes:
        """`GET /v1/messages/batches/{id}/results`: the last one first."""
        return _lines(
            {"custom_id": custom_id, "result": {"type": "errored", "error": _error(result)}
                if isinstance(result, InvalidError) else {"type": "succeeded", "message": result}}
            for custom_id, result in reversed(self.batches[name].results.items())
        )  # fmt: skip

    # --- OpenAI -------------------------------------------------------------------------------------------------------

    def upload(self, content_type: str, body: bytes) -> dict[str, Any]:
        """`POST /v1/files`."""
        form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
        parts = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
                 for part in form.get_payload()}  # type: ignore[union-attr]  # fmt: skip
        if parts.get("purpose") != b"batch":
            raise InvalidError("purpose: only batch")
        content = parts["file"]
        assert isinstance(content, bytes)
        return self._kept(content)

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`POST /v1/batches`."""
        if body["completion_window"] != "24h":
            raise InvalidError("completion_window: only 24h")
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        if any(line["url"] != body["endpoint"] or line["method"] != "POST" for line in lines):
            raise InvalidError("url: not the endpoint of the batch")
        given = [(line["custom_id"], line["url"], line["body"]) for line in lines]
        return self.batch(self._handed_in(given, body["endpoint"], body["input_file_id"]).id)

    def batch(self, name: str) -> dict[str, Any]:
        """`GET /v1/batches/{id}`."""
        batch, done = self._looked_at(name)
        answers, errors = _answers(batch)
        return {
            "id": batch.id, "object": "batch", "endpoint": batch.endpoint, "input_file_id": batch.file,
            "completion_window": "24h", "created_at": 0, "status": "completed" if done else "in_progress",
            "output_file_id": self._kept(_lines(answers))["id"] if done and answers else None,
            "error_file_id": self._kept(_lines(errors))["id"] if done and errors else None,
            "request_counts": {"total": len(batch.results), "completed": len(answers), "failed": len(errors)},
        }  # fmt: skip

    def _kept(self, content: bytes) -> dict[str, Any]:
        name = f"file-{next(self._numbers)}"
        self.files[name] = content
        return {
            "id": name, "object": "file", "bytes": len(content), "created_at": 0, "filename": "requests.jsonl",
            "purpose": "batch", "status": "processed", "sample_type": "batch_request", "source": "upload",
        }  # fmt: skip

    # --- Gemini -------------------------------------------------------------------------------------------------------

    def create_contents(self, path: str, body: Mapping[str, Any], size: int) -> dict[str, Any]:
        """`POST /gemini/{version}/models/{model}:batchGenerateContent`."""
        if size > self.most_bytes:
            raise InvalidError(f"requests: {size} bytes, and not {self.most_bytes} at most")
        if not body["batch"].get("displayName"):
            raise InvalidError("displayName: required")
        items = body["batch"]["inputConfig"]["requests"]["requests"]
        if any(not path.endswith(item["request"].get("model", path)) for item in items):
            raise InvalidError("model: not that of the batch")
        given = [(item["metadata"]["key"], f"{path}:generateContent", item["request"]) for item in items]
        return self.content_batch(self._handed_in(given, path, "", path.rpartition("/")[2]).id)

    def content_batch(self, name: str) -> dict[str, Any]:
        """`GET /gemini/{version}/batches/{id}`: the last answer first."""
        batch, done = self._looked_at(name)
        answers = [
            (
                {"error": {"code": 3, "message": str(result)}}
                if isinstance(result, InvalidError)
                else {"response": result}
            )
            | ({"metadata": {"key": key}} if self.keyed else {})
            for key, result in reversed(batch.results.items())
        ]
        end = "EXPIRED" if self.late else "SUCCEEDED"
        state = f"BATCH_STATE_{end if done else 'PENDING'}"
        operation: dict[str, Any] = {
            "name": f"batches/{name}", "done": done,
            "metadata": {"model": f"models/{batch.model}", "state": state, "createTime": WHEN, "updateTime": WHEN},
        }  # fmt: skip
        if done and not self.late:
            operation["metadata"]["output"] = {"inlinedResponses": {"inlinedResponses": answers}}
        return operation

    # --- Mistral ------------------------------------------------------------------------------------------------------

    def create_job(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`POST /mistral/v1/batch/jobs`."""
        [file] = body["input_files"]
        lines = [json.loads(line) for line in self.files[file].splitlines()]
        if any(line["body"].get("model", body["model"]) != body["model"] for line in lines):
            raise InvalidError("model: not that of the job")
        given = [(line["custom_id"], f"/mistral{body['endpoint']}", line["body"]) for line in lines]
        return self.job(self._handed_in(given, body["endpoint"], file, body["model"]).id)

    def job(self, name: str) -> dict[str, Any]:
        """`GET /mistral/v1/batch/jobs/{id}`."""
        batch, done = self._looked_at(name)
        answers, errors = ([], []) if self.late else _answers(batch)
        end = "TIMEOUT_EXCEEDED" if self.late else "SUCCESS"
        return {
            "id": batch.id, "object": "batch", "input_files": [batch.file], "endpoint": batch.endpoint, "errors": [],
            "model": batch.model, "status": end if done else "RUNNING", "created_at": 0, "metadata": None,
            "output_file": self._kept(_lines(answers))["id"] if done and answers else None,
            "error_file": self._kept(_lines(errors))["id"] if done and errors else None,
            "total_requests": len(batch.results), "completed_requests": len(batch.results) if done else 0,
            "succeeded_requests": len(answers) if done else 0, "failed_requests": len(errors) if done else 0,
        }  # fmt: skip

    # --- all ---------------------------------------------------------------------------------------------------------

    def _handed_in(
        self, given: Sequence[tuple[str, str, Mapping[str, Any]]], endpoint: str, file: str, model: str = ""
    ) -> Batch:
        names = [custom_id for custom_id, _, _ in given]
        if not given or len(given) > self.most:
            raise InvalidError(f"requests: {len(given)}, and not 1 to {self.most}")
        if len(set(names)) < len(names) or not all(map(CUSTOM_ID.fullmatch, names)):
            raise InvalidError("custom_id: must be unique, and of 1 to 64 letters, digits, _ and -")
        batch = Batch(f"batch_{next(self._numbers)}", endpoint, file, {}, model)
        for custom_id, url, body in given:
            try:
                batch.results[custom_id] = self.answer(url, {"model": model, **body})
            except InvalidError as error:
                batch.results[custom_id] = error
        self.batches[batch.id] = batch
        return batch

    def _looked_at(self, name: str) -> tuple[Batch, bool]:
        if name not in self.batches:
            raise InvalidError(f"no such batch: {name}")
        batch = self.batches[name]
        batch.looks += 1  # the answer to handing it in is the first look
        return batch, batch.looks > self.patience + 1


def _lines(items: Any) -> bytes:
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def _answers(batch: Batch) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines of the file of answers, the last one first, and of that of errors."""
    good = {i: r for i, r in batch.results.items() if not isinstance(r, InvalidError)}
    bad = {i: r for i, r in batch.results.items() if isinstance(r, InvalidError)}
    answers = [{"custom_id": i, "response": {"status_code": 200, "body": body}, "error": None}
               for i, body in reversed(good.items())]  # fmt: skip
    errors = [{"custom_id": i, "response": {"status_code": 400, "body": _error(error)}, "error": None}
              for i, error in bad.items()]  # fmt: skip
    return answers, errors


def _error(error: InvalidError) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "invalid_request_error", "message": str(error)}}
