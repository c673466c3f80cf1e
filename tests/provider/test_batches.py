"""The batch APIs of the provider, as the real clients call them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import anthropic
import openai
import pytest
from google import genai
from mistralai.client import Mistral, sdkconfiguration

from tests.provider.server import LocalProvider, environment, serving


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: LocalProvider, monkeypatch: pytest.MonkeyPatch) -> LocalProvider:
    """An empty provider which the clients find, and which refuses what is rotten."""
    running.reset()
    running.broken = "rotten"
    for name, value in environment(running.url).items():
        monkeypatch.setenv(name, value)
    for name in sdkconfiguration.SERVERS:  # no variable tells this client
        monkeypatch.setitem(sdkconfiguration.SERVERS, name, f"{running.url}/mistral")
    return running


def params(text: str) -> dict[str, object]:
    return {"model": "claude-sonnet-5-5", "max_tokens": 99, "messages": [{"role": "user", "content": text}]}


def test_results_of_anthropic_come_in_another_order_with_the_errors_of_each(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    provider.batches.patience = 1
    requests = [{"custom_id": f"i-{i}", "params": params(text)} for i, text in enumerate(("one", "rotten", "two"))]
    batch = client.messages.batches.create(requests=requests)  # type: ignore[arg-type]
    states = [batch, *(client.messages.batches.retrieve(batch.id) for _ in range(2))]
    assert [state.processing_status for state in states] == ["in_progress", "in_progress", "ended"]
    results = [(line.custom_id, line.result.type) for line in client.messages.batches.results(batch.id)]
    assert results == [("i-2", "succeeded"), ("i-1", "errored"), ("i-0", "succeeded")]
    provider.batches.patience = 0


def test_a_batch_costs_half(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    client.messages.create(**params("one"))  # type: ignore[call-overload]
    client.messages.batches.create(requests=[{"custom_id": "a", "params": params("one")}])  # type: ignore[typeddict-item]
    live, batch = provider.ledger
    assert batch.cost == pytest.approx(live.cost / 2)


@pytest.mark.parametrize("names", [["a", "a"], ["a b"], []])
def test_ids_are_unique_and_plain(provider: LocalProvider, names: list[str]) -> None:
    requests = [{"custom_id": name, "params": params("one")} for name in names]
    with pytest.raises(anthropic.BadRequestError):
        anthropic.Anthropic().messages.batches.create(requests=requests)  # type: ignore[arg-type]


def test_openai_takes_a_file_and_gives_one_of_answers_and_one_of_errors(provider: LocalProvider) -> None:
    client = openai.OpenAI()
    lines = [
        {"custom_id": text, "method": "POST", "url": "/v1/responses", "body": {"model": "gpt-6-sol", "input": text}}
        for text in ("one", "rotten", "two")
    ]
    text = "\n".join(map(json.dumps, lines))
    file = client.files.create(file=("requests.jsonl", text.encode()), purpose="batch")
    made = client.batches.create(input_file_id=file.id, endpoint="/v1/responses", completion_window="24h")
    done = client.batches.retrieve(made.id)
    assert done.status == "completed"
    assert done.output_file_id is not None
    assert done.error_file_id is not None
    answers = [json.loads(line) for line in client.files.content(done.output_file_id).text.splitlines()]
    errors = [json.loads(line) for line in client.files.content(done.error_file_id).text.splitlines()]
    assert [(line["custom_id"], line["response"]["status_code"]) for line in answers] == [("two", 200), ("one", 200)]
    assert [(line["custom_id"], line["response"]["status_code"]) for line in errors] == [("rotten", 400)]


def test_a_file_for_another_endpoint_is_refused(provider: LocalProvider) -> None:
    client = openai.OpenAI()
    line = {"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": {"model": "gpt-6-sol", "input": "A"}}
    file = client.files.create(file=("requests.jsonl", json.dumps(line).encode()), purpose="batch")
    with pytest.raises(openai.BadRequestError):
        client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")


def inlined(*texts: str) -> list[genai.types.InlinedRequestDict]:
    return [{"contents": text, "metadata": {"key": text}} for text in texts]


def test_answers_of_gemini_come_in_another_order_with_the_keys_and_errors_of_each(provider: LocalProvider) -> None:
    client = genai.Client()
    made = client.batches.create(
        model="gemini-3.8-flash", src=inlined("one", "rotten", "two"), config={"display_name": "Three"}
    )
    assert not made.done
    done = client.batches.get(name=str(made.name))
    assert done.done
    assert done.dest is not None
    answers = [(a.metadata, bool(a.response), bool(a.error)) for a in done.dest.inlined_responses or []]
    assert answers == [
        ({"key": "two"}, True, False),
        ({"key": "rotten"}, False, True),
        ({"key": "one"}, True, False),
    ]


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("one", {}, "displayName"),
        ("one", {"model": "gemini-4-argon"}, "not that of the batch"),
        ("one " * 5_000_000, {}, "20000000"),
    ],
)
def test_gemini_takes_one_model_and_20_megabytes(
    provider: LocalProvider, text: str, more: dict[str, str], reason: str
) -> None:
    requests = [{**request, **more} for request in inlined(text)]
    config: genai.types.CreateBatchJobConfigDict = {} if reason == "displayName" else {"display_name": "One"}
    client = genai.Client()
    with pytest.raises(genai.errors.ClientError, match=reason):
        client.batches.create(model="gemini-3.8-flash", src=requests, config=config)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["mistral-large-4", "mistral-small-2603"])
def test_mistral_takes_a_file_for_one_model(provider: LocalProvider, model: str) -> None:
    client = Mistral()
    lines = [
        {"custom_id": text, "body": {"model": "mistral-large-4", "messages": [{"role": "user", "content": text}]}}
        for text in ("one", "rotten", "two")
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.upload(file={"file_name": "requests.jsonl", "content": content}, purpose="batch")
    if model != "mistral-large-4":
        with pytest.raises(Exception, match="not that of the job"):
            client.batch.jobs.create(input_files=[file.id], endpoint="/v1/chat/completions", model=model)
        return
    made = client.batch.jobs.create(input_files=[file.id], endpoint="/v1/chat/completions", model=model)
    done = client.batch.jobs.get(job_id=made.id)
    assert (made.status, done.status) == ("RUNNING", "SUCCESS")
    answers, errors = (
        [json.loads(line) for line in client.files.download(file_id=str(name)).read().splitlines()]
        for name in (done.output_file, done.error_file)
    )
    assert [(line["custom_id"], line["response"]["status_code"]) for line in answers] == [("two", 200), ("one", 200)]
    assert [(line["custom_id"], line["response"]["status_code"]) for line in errors] == [("rotten", 400)]
