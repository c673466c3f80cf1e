"""What `rules/providers/*.yaml` say, spot-checked against the published tables and held to what they have in common."""

from __future__ import annotations

import pytest

from promptlint.knowledge.loading import RULES, load_providers
from promptlint.knowledge.providers import Batch, Price, Provider, normal
from promptlint.layout import Role, Tokens

PROVIDERS = load_providers()

EACH = pytest.mark.parametrize("provider", PROVIDERS.by_name.values(), ids=lambda provider: str(provider.name))


def test_every_file_is_a_provider() -> None:
    assert PROVIDERS.by_name.keys() == {path.stem for path in (RULES / "providers").glob("*.yaml")}


@pytest.mark.parametrize(
    ("provider", "explicit", "breakpoints", "lifetimes", "minimum"),
    [
        ("anthropic", True, 4, {"5m": 1.25, "1h": 2.0}, 1024),
        ("bedrock", True, 4, {"5m": 1.25, "1h": 2.0}, 1024),
        ("vertex", True, 4, {"5m": 1.25, "1h": 2.0}, 1024),
        ("foundry", True, 4, {"5m": 1.25, "1h": 2.0}, 1024),
        ("openai", False, 4, {"30m": 1.25, "12h": 2.5}, 1024),
        ("azure", False, 4, {"30m": 1.25, "12h": 2.5}, 1024),
        ("bedrock-openai", False, 4, {"30m": 1.25}, 1024),
        ("gemini", False, None, {}, 4096),
        ("deepseek", False, None, {}, 64),
        ("unknown", False, 4, {}, 1024),
    ],
)
def test_how_a_provider_caches(
    provider: str, explicit: bool, breakpoints: int | None, lifetimes: dict[str, float], minimum: int
) -> None:
    facts = PROVIDERS[provider]
    assert (facts.explicit, facts.breakpoints, dict(facts.lifetimes), facts.minimum) == (
        explicit,
        breakpoints,
        lifetimes,
        minimum,
    )
    assert facts.order == (Role.TOOLS, Role.SYSTEM, Role.USER)


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_the_default_lifetime_stands_first(provider: str) -> None:
    assert list(PROVIDERS[provider].lifetimes.values()) == sorted(PROVIDERS[provider].lifetimes.values())


@pytest.mark.parametrize(
    ("provider", "batch"),
    [
        ("anthropic", Batch("Message Batches API", 0.5, 100_000, 256, 24)),
        ("openai", Batch("Batch API", 0.5, 50_000, 200, 24)),
        ("bedrock", Batch("batch inference (CreateModelInvocationJob)", 0.5, None, None, None)),
        ("xai", Batch("Batch API", 0.2, None, None, None)),
        ("foundry", None),
        ("bedrock-openai", None),
        ("deepseek", None),
        ("unknown", Batch("batch API that most providers have", 0.5, None, None, None)),
    ],
)
def test_the_batch_api_of_a_provider(provider: str, batch: Batch | None) -> None:
    assert PROVIDERS[provider].batch == batch


@pytest.mark.parametrize(
    ("provider", "model", "minimum", "price"),
    [
        ("anthropic", "claude-fable-5-1", 512, Price(10, 0.25, 12.5, 50, 5, 25)),
        ("anthropic", "claude-mythos-5-1", 512, Price(10, 0.25, 12.5, 50, 5, 25)),
        ("anthropic", "claude-fable-5", 512, Price(10, 1, 12.5, 50, 5, 25)),
        ("anthropic", "claude-opus-5-5", 512, Price(4, 0.2, 5, 20, 2, 10)),
        ("anthropic", "claude-opus-5", 512, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("anthropic", "claude-opus-4-8", 1024, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("anthropic", "claude-opus-4-7", 2048, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("anthropic", "claude-opus-4-6", 4096, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("anthropic", "claude-opus-4-5-20251101", 4096, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("anthropic", "claude-opus-4-1-20250805", 1024, Price(15, 1.5, 18.75, 75, None, None)),
        ("anthropic", "claude-opus-4-20250514", 1024, Price(15, 1.5, 18.75, 75, None, None)),
        ("anthropic", "claude-sonnet-5-5", 512, Price(2, 0.1, 2.5, 10, 1, 5)),
        ("anthropic", "claude-sonnet-5", 1024, Price(2, 0.2, 2.5, 10, 1, 5)),
        ("anthropic", "claude-sonnet-4-6", 1024, Price(3, 0.3, 3.75, 15, 1.5, 7.5)),
        ("anthropic", "claude-sonnet-4-5-20250929", 1024, Price(3, 0.3, 3.75, 15, 1.5, 7.5)),
        ("anthropic", "claude-haiku-5-5", 512, Price(0.1, 0.01, 0.125, 0.5, 0.05, 0.25)),
        ("anthropic", "claude-haiku-4-5", 4096, Price(1, 0.1, 1.25, 5, 0.5, 2.5)),
        ("anthropic", "claude-3-5-haiku-latest", 2048, Price(0.8, 0.08, 1, 4, None, None)),
        ("bedrock", "us.anthropic.claude-opus-4-7-v1:0", 4096, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("bedrock", "us.amazon.nova-pro-v1:0", 1024, Price(0.8, 0.2, None, 3.2, None, None)),
        ("vertex", "claude-opus-4-7", 2048, Price(5, 0.5, 6.25, 25, 2.5, 12.5)),
        ("vertex", "claude-sonnet-4-5@20250929", 1024, Price(3, 0.3, 3.75, 15, 1.5, 7.5)),
        ("foundry", "claude-haiku-4-5", 4096, None),
        ("openai", "gpt-6.1-sol", 1024, Price(2, 0.1, 2.5, 10, 1, 5)),
        ("openai", "gpt-6.1-terra", 1024, Price(1, 0.05, 1.25, 5, 0.5, 2.5)),
        ("openai", "gpt-6-astra", 1024, Price(10, 1, 12.5, 50, 5, 25)),
        ("openai", "gpt-6-luna", 1024, Price(0.1, 0.01, 0.125, 0.5, 0.05, 0.25)),
        ("openai", "gpt-5.6", 1024, Price(4, 0.4, 5, 20, 2, 10)),
        ("openai", "gpt-5.6-terra", 1024, Price(2, 0.2, 2.5, 12, 1, 6)),
        ("openai", "gpt-5.5-2026-04-23", None, Price(5, 0.5, None, 30, 2.5, 15)),
        ("openai", "gpt-5.4-nano", None, Price(0.2, 0.02, None, 1.25, 0.1, 0.625)),
        ("openai", "gpt-5-mini", None, Price(0.25, 0.025, None, 2, 0.125, 1)),
        ("openai", "gpt-4.1-nano", None, Price(0.1, 0.025, None, 0.4, 0.05, 0.2)),
        ("openai", "gpt-4o-2024-08-06", None, Price(2.5, 1.25, None, 10, 1.25, 5)),
        ("openai", "gpt-4o-mini", None, Price(0.15, 0.075, None, 0.6, 0.075, 0.3)),
        ("gemini", "gemini-4-argon", 4096, Price(2, 0.1, None, 10, 1, 5)),
        ("gemini", "gemini-3.8-flash", 4096, Price(0.75, 0.075, None, 3.75, 0.375, 1.875)),
        ("gemini", "models/gemini-2.5-pro", 2048, Price(1.25, 0.125, None, 10, 0.625, 5)),
        ("gemini", "gemini-2.5-flash-lite", None, Price(0.1, 0.01, None, 0.4, 0.05, 0.2)),
        ("deepseek", "deepseek-v4-pro", None, Price(0.66, 0.022, None, 1.98, None, None)),
        ("mistral", "mistral-large-4", None, Price(0.7, 0.07, None, 2.1, 0.35, 1.05)),
        ("groq", "openai/gpt-oss-120b", None, Price(0.15, 0.075, None, 0.6, 0.075, 0.3)),
        ("xai", "grok-4.7", None, Price(2, 0.5, None, 6, 1.6, 4.8)),
    ],
)
def test_what_a_model_caches_and_costs(provider: str, model: str, minimum: int | None, price: Price | None) -> None:
    facts = PROVIDERS[provider].model(model)
    assert facts is not None
    assert (facts.minimum, facts.price) == (minimum, price)


@pytest.mark.parametrize(
    ("provider", "model", "minimum"),
    [
        ("anthropic", "claude-opus-4-6", 4096),
        ("anthropic", "claude-fable-5-2", 1024),
        ("anthropic", None, 1024),
        ("openai", "gpt-4o", 1024),
        ("azure", "our-deployment", 1024),
        ("gemini", "gemini-9-pro", 4096),
        ("unknown", "claude-haiku-4-5", 1024),
    ],
)
def test_the_minimum_of_a_provider_stands_in_for_a_model_without_one(
    provider: str, model: str | None, minimum: int
) -> None:
    assert PROVIDERS[provider].minimum_for(model) == minimum


@pytest.mark.parametrize(
    ("provider", "id_", "name"),
    [
        ("anthropic", "claude-opus-4-7", "claude-opus-4-7"),
        ("anthropic", "anthropic/Claude-Opus-4-7-latest", "claude-opus-4-7"),
        ("openai", "gpt-5", "gpt-5"),
        ("openai", "gpt-5-2025-08-07", "gpt-5"),
        ("openai", "gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("openai", "o3-mini", "o3-mini"),
        ("bedrock", "anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("bedrock", "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-haiku-5-5-v1:0", "claude-haiku-5-5"),
        ("bedrock", "global.anthropic.claude-opus-5-5-v1:0", "claude-opus-5-5"),
        ("vertex", "claude-opus-4@20250514", "claude-opus-4"),
    ],
)
def test_a_model_is_found_by_the_longest_name_its_id_begins_with(provider: str, id_: str, name: str) -> None:
    facts = PROVIDERS[provider].model(id_)
    assert facts is not None
    assert facts.name == name


@pytest.mark.parametrize(
    ("provider", "id_"),
    [
        ("anthropic", "claude-opus-4-9"),
        ("anthropic", "claude-opus-4-9-20270101"),
        ("anthropic", "my-claude-opus-4-7"),
        ("anthropic", ""),
        ("openai", "gpt-5.7-sol"),
        ("openai", "gpt-6.2-sol"),
        ("openai", "gpt-50"),
        ("gemini", "claude-opus-4-7"),
    ],
)
def test_a_newer_version_is_another_model(provider: str, id_: str) -> None:
    assert PROVIDERS[provider].model(id_) is None


def test_a_provider_that_cannot_be_told_is_unknown() -> None:
    assert PROVIDERS["a-gateway-of-ours"] is PROVIDERS["unknown"]
    assert PROVIDERS["unknown"].models == {}


@EACH
def test_every_fact_has_a_source_and_a_date(provider: Provider) -> None:
    assert len(provider.sources) >= 2
    assert all(fact.source and fact.on.year >= 2026 for fact in provider.sources)


@EACH
def test_models_are_named_as_ids_are_looked_up(provider: Provider) -> None:
    assert [name for name in provider.models if name != normal(name)] == []
    assert {name: provider.model(name) for name in provider.models} == provider.models


@EACH
def test_a_read_costs_less_and_a_batch_no_more_than_the_input(provider: Provider) -> None:
    for facts in provider.models.values():
        if price := facts.price:
            assert price.cache_read is None or price.cache_read < price.input
            assert price.batch_input is None or price.batch_input <= price.input
            assert (price.batch_input is None) == (price.batch_output is None)


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_a_write_costs_what_the_default_lifetime_says(provider: str) -> None:
    facts = PROVIDERS[provider]
    default = next(iter(facts.lifetimes.values()))
    written = {
        m.name: m.price.cache_write / m.price.input for m in facts.models.values() if m.price and m.price.cache_write
    }
    # Claude 3 Haiku's prices are rounded.
    assert {name: times for name, times in written.items() if times != pytest.approx(default)} == (
        {"claude-3-haiku": pytest.approx(1.2)} if provider == "anthropic" else {}
    )


def test_an_estimate_is_a_range_over_the_tokenizers_of_the_provider() -> None:
    text = "Answer in one sentence. " * 100
    assert PROVIDERS["openai"].tokens(text) == Tokens(499, 667)
    assert PROVIDERS["anthropic"].tokens(text) == PROVIDERS["unknown"].tokens(text) == Tokens(499, 924)
    assert PROVIDERS["unknown"].tokens("") == Tokens(0, 0)


@pytest.mark.parametrize(
    ("text", "fewest"),
    [("don't_say: 12345!!", 6), ("a\n\n  b", 2), ("naïve 字字字字字字字字", 4), ("____", 0), ("camelCase", 0)],
)
def test_a_text_has_a_token_for_each_word_and_mark_but_those_at_its_ends(text: str, fewest: int) -> None:
    assert PROVIDERS["openai"].tokens(text).low == fewest
