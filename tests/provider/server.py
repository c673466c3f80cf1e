"""A provider on this machine: the APIs of five, the caches of `caching`, and a ledger of what each request cost.

The real clients are pointed at it by the environment variables that they read.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from promptlint.knowledge.loading import load_providers
from tests.provider import requests
from tests.provider.batches import Batches
from tests.provider.caching import Cache, Usage
from tests.provider.requests import InvalidError, Prompt

OUTPUT = 20
"""Tokens of every answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that was answered."""

    prompt: Prompt
    usage: Usage
    cost: float
    """US dollars."""


@dataclass(slots=True)
class LocalProvider:
    """Five providers with one clock and one ledger."""

    url: str = ""
    ledger: list[Entry] = field(default_factory=list)
    seconds: float = 10.0
    """How long each request takes."""
    reply: Callable[[Prompt], str] = lambda prompt: "An answer."
    """What is answered."""
    pause: float = 0.0
    """How long it takes on the clock of the machine."""
    together: int = 0
    """Most requests that were answered at the same time."""
    batches: Batches = field(init=False)
    _open: int = 0
    broken: str = ""
    """What is refused when it is a part of a prompt; empty: nothing."""
    _caches: dict[str, Cache] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.batches = Batches(lambda path, body: self.answered(path, body, batch=True))

    @property
    def cost(self) -> float:
        """US dollars for all requests so far."""
        return sum(entry.cost for entry in self.ledger)

    @property
    def read(self) -> int:
        """Tokens that were read from a cache so far."""
        return sum(entry.usage.read for entry in self.ledger)

    def reset(self) -> None:
        """Forget everything."""
        self.ledger.clear()
        self.batches.reset()
        self.together = 0
        self._caches.clear()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        for cache in self._caches.values():
            cache.now += seconds

    @contextmanager
    def _side_by_side(self) -> Iterator[None]:
        """Count the requests that are open at once."""
        self._open += 1
        self.together = max(self.together, self._open)
        if self.pause:
            time.sleep(self.pause)
        yield
        self._open -= 1

    def answered(self, path: str, body: Mapping[str, Any], *, batch: bool = False) -> dict[str, Any]:
        """Take a request to one of the addresses that send a prompt. Raises InvalidError."""
        if path == "/v1/messages":
            prompt = requests.anthropic(body)
            return _message(body, self.answer("anthropic", prompt, batch=batch), self.reply(prompt))
        if path == "/v1/chat/completions":
            prompt = requests.chat(body)
            return _completion(body, self.answer("openai", prompt, batch=batch), self.reply(prompt))
        if path == "/v1/responses":
            prompt = requests.responses(body)
            return _response(body, self.answer("openai", prompt, batch=batch), self.reply(prompt))
        if path == "/mistral/v1/chat/completions":
            prompt = requests.mistral(body)
            return _completion(body, self.answer("mistral", prompt, batch=batch), self.reply(prompt))
        if path.endswith(":generateContent"):
            prompt = requests.gemini(path.rpartition("/")[2].removesuffix(":generateContent"), body)
            return _content(self.answer("gemini", prompt, batch=batch), self.reply(prompt))
        if path.startswith("/model/") and path.endswith("/converse"):
            model = path.split("/")[2]
            return _converse(self.answer("bedrock", requests.converse(model, body)))
        raise InvalidError(f"no such address: {path}")

    def answer(self, provider: str, prompt: Prompt, *, batch: bool = False) -> Usage:
        """Take a request, and write down what it costs."""
        known = load_providers()[provider]
        if self.broken and self.broken in prompt.text:
            raise InvalidError("this prompt is refused")
        with self._side_by_side(), self._lock:
            cache = self._caches.setdefault(provider, Cache(known))
            facts = known.model(prompt.model)
            if facts is None or facts.price is None:
                raise InvalidError(f"model: {prompt.model}")
            asked = (
                prompt
                if known.explicit or facts.price.cache_write or not prompt.writes
                else requests.in_intervals(prompt)
            )
            usage = cache.send(asked.model, asked.seed, asked.blocks, asked.writes, asked.looks, OUTPUT)
            usage = replace(usage, batch=batch)
            self.ledger.append(Entry(prompt, usage, usage.cost(facts.price, known)))
            cache.now += self.seconds
            return usage


@contextmanager
def serving() -> Iterator[LocalProvider]:
    """A provider that answers on 127.0.0.1 as long as the block runs."""
    provider = LocalProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environment(url: str) -> dict[str, str]:
    """The variables by which the clients find the provider."""
    return {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "none",
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_KEY": "none",
        "GOOGLE_GEMINI_BASE_URL": f"{url}/gemini",
        "GEMINI_API_KEY": "none",
        "MISTRAL_API_KEY": "none",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }


class _Handler(BaseHTTPRequestHandler):
    provider: LocalProvider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer a request."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self._respond(lambda path: self._posted(path, raw))

    def do_GET(self) -> None:
        """Answer a question about a batch or a file."""
        self._respond(self._asked)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def _respond(self, answer: Callable[[str], Mapping[str, Any] | bytes]) -> None:
        try:
            self._send(200, answer(unquote(self.path.split("?")[0])))
        except InvalidError as error:
            self._send(400, {"type": "error", "error": {"type": "invalid_request_error", "message": str(error)}})

    def _posted(self, path: str, raw: bytes) -> Mapping[str, Any]:
        batches = self.provider.batches
        if path in ("/v1/files", "/mistral/v1/files"):
            return batches.upload(self.headers["Content-Type"], raw)
        body = json.loads(raw)
        if path == "/v1/messages/batches":
            return batches.create_messages(body)
        if path == "/v1/batches":
            return batches.create(body)
        if path.endswith(":batchGenerateContent"):
            return batches.create_contents(path.removesuffix(":batchGenerateContent"), body, len(raw))
        if path == "/mistral/v1/batch/jobs":
            return batches.create_job(body)
        return self.provider.answered(path, body)

    def _asked(self, path: str) -> Mapping[str, Any] | bytes:
        batches = self.provider.batches
        match path.split("/")[1:]:
            case ["v1", "messages", "batches", name]:
                return batches.message_batch(name)
            case ["v1", "messages", "batches", name, "results"]:
                return batches.message_results(name)
            case ["v1", "batches", name]:
                return batches.batch(name)
            case ["gemini", _, "batches", name]:
                return batches.content_batch(name)
            case ["mistral", "v1", "batch", "jobs", name]:
                return batches.job(name)
            case ["v1", "files", name, "content"] | ["mistral", "v1", "files", name, "content"]:
                return batches.files[name]
        raise InvalidError(f"no such address: {path}")

    def _send(self, status: int, document: Mapping[str, Any] | bytes) -> None:
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        kind = "octet-stream" if isinstance(document, bytes) else "json"
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _message(body: Mapping[str, Any], usage: Usage, text: str) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": text}],
        "usage": {
            "input_tokens": usage.plain, "cache_read_input_tokens": usage.read,
            "cache_creation_input_tokens": usage.written, "output_tokens": usage.output,
        },
    }  # fmt: skip


def _completion(body: Mapping[str, Any], usage: Usage, text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "usage": {
            "prompt_tokens": usage.plain + usage.read + usage.written, "completion_tokens": usage.output,
            "total_tokens": usage.plain + usage.read + usage.written + usage.output,
            "prompt_tokens_details": {"cached_tokens": usage.read},
        },
    }  # fmt: skip


def _content(usage: Usage, text: str) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": usage.plain + usage.read, "cachedContentTokenCount": usage.read,
            "candidatesTokenCount": usage.output, "totalTokenCount": usage.plain + usage.read + usage.output,
        },
        "modelVersion": "a-model", "responseId": "content-1",
    }  # fmt: skip


def _response(body: Mapping[str, Any], usage: Usage, answer: str) -> dict[str, Any]:
    text = {"type": "output_text", "text": answer, "annotations": []}
    return {
        "id": "resp_1", "object": "response", "created_at": 0, "model": body["model"], "status": "completed",
        "output": [{"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        "usage": {
            "input_tokens": usage.plain + usage.read + usage.written, "output_tokens": usage.output,
            "total_tokens": usage.plain + usage.read + usage.written + usage.output,
            "input_tokens_details": {"cached_tokens": usage.read},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }  # fmt: skip


def _converse(usage: Usage) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": "An answer."}]}},
        "stopReason": "end_turn",
        "usage": {
            "inputTokens": usage.plain, "outputTokens": usage.output,
            "totalTokens": usage.plain + usage.read + usage.written + usage.output,
            "cacheReadInputTokens": usage.read, "cacheWriteInputTokens": usage.written,
        },
        "metrics": {"latencyMs": 1},
    }  # fmt: skip
