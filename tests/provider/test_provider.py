"""The provider itself, against what the documentation of the real ones works out."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic
import boto3
import openai
import pytest

from tests.provider.server import LocalProvider, environment, serving

LONG = "Answer from the handbook only. " * 200
"""1,550 tokens: above every minimum that is used here."""
MARK = {"type": "ephemeral"}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: LocalProvider, monkeypatch: pytest.MonkeyPatch) -> LocalProvider:
    """An empty provider which the clients find."""
    running.reset()
    for name, value in environment(running.url).items():
        monkeypatch.setenv(name, value)
    return running


def ask(client: anthropic.Anthropic, question: str, text: str = LONG, **more: object) -> tuple[int, int, int]:
    """Tokens read, written, and billed in full."""
    system = [{"type": "text", "text": text, "cache_control": MARK}]
    usage = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=100,
        **{"system": system, "messages": [{"role": "user", "content": question}], **more},  # type: ignore[arg-type]
    ).usage
    return usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0, usage.input_tokens


def test_the_first_request_writes_and_the_second_reads(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    assert ask(client, "One?") == (0, 1550, 3)
    assert ask(client, "Two?") == (1550, 0, 3)


def test_nothing_is_cached_without_a_breakpoint(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    assert ask(client, "One?", system=LONG) == (0, 0, 1553)
    assert ask(client, "One?", system=LONG) == (0, 0, 1553)


def test_a_breakpoint_behind_what_changes_is_paid_for_each_time(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    assert ask(client, "One?", f"12:01 {LONG}")[:2] == (0, 1552)
    assert ask(client, "One?", f"12:02 {LONG}")[:2] == (0, 1552)


def test_a_prefix_below_the_minimum_is_not_cached(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    assert ask(client, "One?", "Be brief.") == (0, 0, 6)
    assert ask(client, "One?", "Be brief.") == (0, 0, 6)


def test_an_entry_lives_five_minutes_after_it_was_read(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    ask(client, "One?")
    provider.wait(280)
    assert ask(client, "Two?")[0] == 1550
    provider.wait(280)
    assert ask(client, "Three?")[0] == 1550
    provider.wait(300)
    assert ask(client, "Four?")[0] == 0


def test_another_tool_loses_everything_and_another_choice_only_the_messages(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    tool = {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}
    ask(client, "One?", tools=[tool])
    assert ask(client, "One?", tools=[tool], tool_choice={"type": "any"})[0] > 1550
    assert ask(client, "One?", tools=[{**tool, "name": "see"}])[0] == 0


def test_automatic_caching_moves_with_a_conversation(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    messages: list[anthropic.types.MessageParam] = [{"role": "user", "content": LONG}]
    first = client.messages.create(
        model="claude-sonnet-5-5", max_tokens=100, messages=messages, cache_control={"type": "ephemeral"}
    )
    messages += [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "And?"}]
    second = client.messages.create(
        model="claude-sonnet-5-5", max_tokens=100, messages=messages, cache_control={"type": "ephemeral"}
    )
    assert (first.usage.cache_creation_input_tokens, second.usage.cache_read_input_tokens) == (1552, 1552)


def test_a_breakpoint_looks_back_twenty_blocks(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    blocks = [{"type": "text", "text": LONG if i == 0 else f"{i}"} for i in range(40)]

    def read(marked: int, length: int) -> int:
        content = [{**b, "cache_control": MARK} if i == marked else b for i, b in enumerate(blocks[:length])]
        return ask(client, "", system="S", messages=[{"role": "user", "content": content}])[0]

    read(0, 1)
    assert read(19, 20) > 0
    provider.reset()
    read(0, 1)
    assert read(20, 21) == 0


def test_more_than_four_breakpoints_are_refused(provider: LocalProvider) -> None:
    system = [{"type": "text", "text": f"{i}", "cache_control": MARK} for i in range(5)]
    with pytest.raises(anthropic.BadRequestError, match="maximum of 4 blocks"):
        ask(anthropic.Anthropic(), "One?", system=system)


def test_openai_reads_what_the_first_system_messages_share(provider: LocalProvider) -> None:
    client = openai.OpenAI()

    def cached(text: str, question: str) -> int:
        usage = client.chat.completions.create(
            model="gpt-6-sol",
            messages=[{"role": "system", "content": text}, {"role": "user", "content": question}],
        ).usage
        assert usage is not None
        assert usage.prompt_tokens_details is not None
        return usage.prompt_tokens_details.cached_tokens or 0

    assert [cached(LONG, "One?"), cached(LONG, "Two?"), cached(f"12:01 {LONG}", "Two?")] == [0, 1553, 0]


def test_openai_reads_up_to_a_breakpoint_within_a_message(provider: LocalProvider) -> None:
    client = openai.OpenAI()

    def cached(*parts: dict[str, object]) -> int:
        usage = client.chat.completions.create(
            model="gpt-6-sol",
            messages=[{"role": "system", "content": list(parts)}, {"role": "user", "content": "One?"}],  # type: ignore[typeddict-item]
        ).usage
        assert usage is not None
        assert usage.prompt_tokens_details is not None
        return usage.prompt_tokens_details.cached_tokens or 0

    text: dict[str, object] = {"type": "text", "text": LONG}
    marked = {**text, "prompt_cache_breakpoint": {"mode": "explicit"}}
    clocks = [{"type": "text", "text": f"It is 12:0{minute}."} for minute in range(4)]
    assert [cached(text, clocks[0]), cached(text, clocks[1])] == [0, 0]
    assert [cached(marked, clocks[2]), cached(marked, clocks[3])] == [0, 1552]


def test_older_models_of_openai_read_every_128_tokens_and_write_for_nothing(provider: LocalProvider) -> None:
    client = openai.OpenAI()
    for question in ("One?", "Two?"):
        client.responses.create(model="gpt-5.4", input=f"{LONG}{question}")
    first, second = provider.ledger
    assert (first.usage.read, second.usage.read) == (0, 1536)
    assert first.cost == pytest.approx((first.usage.plain + first.usage.written) * 2.5e-6 + 20 * 15e-6)


def test_responses_of_openai_share_their_instructions(provider: LocalProvider) -> None:
    client = openai.OpenAI()
    for question, cached in (("One?", 0), ("Two?", 1553)):
        usage = client.responses.create(model="gpt-6-sol", instructions=LONG, input=question).usage
        assert usage is not None
        assert usage.input_tokens_details.cached_tokens == cached


def test_bedrock_reads_up_to_a_cache_point(provider: LocalProvider) -> None:
    client = boto3.client("bedrock-runtime")
    read = []
    for question in ("One?", "Two?"):
        done = client.converse(
            modelId="anthropic.claude-sonnet-5-5-v1:0",
            system=[{"text": LONG}, {"cachePoint": {"type": "default"}}],
            messages=[{"role": "user", "content": [{"text": question}]}],
        )
        read.append(done["usage"]["cacheReadInputTokens"])
    assert read == [0, 1550]


def test_what_is_read_costs_a_twentieth_and_what_is_written_a_quarter_more(provider: LocalProvider) -> None:
    client = anthropic.Anthropic()
    ask(client, "One?")
    ask(client, "Two?")
    output = 20 * 10
    assert [round(e.cost * 1_000_000) for e in provider.ledger] == [
        round(1550 * 2.5 + 3 * 2 + output),
        round(1550 * 0.1 + 3 * 2 + output),
    ]
