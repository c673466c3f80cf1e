"""What providers publish is what the rules go by: for each fact in `rules/providers/`, a request on each side of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding
from promptlint.knowledge.loading import load_providers
from promptlint.knowledge.providers import Provider, seconds
from promptlint.layout import Role
from promptlint.request import Request, Tie
from promptlint.settings import Setting
from tests.checks.building import data, history, loop, marked, parameter, random_id, request, sign, text

PROVIDERS = load_providers().by_name

Row = tuple[Provider, str | None]
"""A provider, and one of its models; None: it is not known."""


def rows() -> Iterator[object]:
    """Each row of each table of minimums."""
    for provider in PROVIDERS.values():
        cached = [name for name, facts in provider.models.items() if facts.minimum and not provider.never_caches(name)]
        names: list[str | None] = [*cached]
        for name in [*names, None]:
            yield pytest.param((provider, name), id=f"{provider.name}-{name}")


each_row = pytest.mark.parametrize("row", list(rows()))


def found(code: str, subject: Request, provider: Provider) -> list[Finding]:
    """What one rule finds."""
    return list(CHECKS[code](subject, provider))


@each_row
def test_a_breakpoint_below_the_minimum_is_ignored(row: Row) -> None:
    provider, model = row
    least = provider.least_minimum(model)
    takes = provider.breakpoints is not None and provider.told
    below, at = (request(marked(text(tokens)), data("question"), model=model) for tokens in (least - 1, least))
    assert [len(found("PL204", subject, provider)) for subject in (below, at)] == [takes, 0]


@each_row
def test_a_prefix_is_worth_a_breakpoint_from_the_minimum_on(row: Row) -> None:
    provider, model = row
    least = provider.minimum_for(model)
    below, at = (request(text(tokens), data("question"), model=model, loops=(loop(),)) for tokens in (least - 1, least))
    assert [len(found("PL201", subject, provider)) for subject in (below, at)][: 1 + provider.explicit] == (
        [0, 1] if provider.explicit else [0]
    )


@each_row
def test_side_by_side_from_the_minimum_on(row: Row) -> None:
    provider, model = row
    surely = provider.surely_cached(model)
    fan_out = (loop(parallel=True),)
    below, at = (
        request(marked(text(tokens)), data("question"), model=model, loops=fan_out) for tokens in (surely - 1, surely)
    )
    assert [len(found("PL304", subject, provider)) for subject in (below, at)] == [0, int(provider.read is not None)]


LIMITED = [provider for provider in PROVIDERS.values() if provider.breakpoints is not None]
each_limited = pytest.mark.parametrize("provider", LIMITED, ids=lambda provider: str(provider.name))


@each_limited
def test_no_more_breakpoints_than_a_request_may_hold(provider: Provider) -> None:
    most = provider.breakpoints or 0
    fits, over = (
        request(*[marked(text(2000)) for _ in range(number)], data("question")) for number in (most, most + 1)
    )
    assert [len(found("PL203", subject, provider)) for subject in (fits, over)] == [0, 1]


@pytest.mark.parametrize("provider", [p for p in LIMITED if p.lifetimes], ids=lambda provider: str(provider.name))
def test_in_which_order_lifetimes_may_stand(provider: Provider) -> None:
    ordered = sorted(provider.lifetimes, key=seconds)
    short, long = ordered[0], ordered[-1]
    up, down = (
        request(marked(text(5000, Role.TOOLS), ttl=first), marked(text(5000), ttl=second), data("question"))
        for first, second in ((short, long), (long, short))
    )
    refused = provider.longer_first and len(provider.lifetimes) > 1
    assert [len(found("PL205", subject, provider)) for subject in (up, down)] == [refused, 0]


SETTINGS = [
    pytest.param(provider, setting, id=f"{provider.name}-{setting}")
    for provider in PROVIDERS.values()
    for setting in Setting
]


@pytest.mark.parametrize(("provider", "setting"), SETTINGS)
def test_what_a_changed_parameter_loses(provider: Provider, setting: Setting) -> None:
    changing = parameter(setting, random_id())
    conversation = request(text(2000), history(), loops=(loop(Tie.CHAINED),), parameters=(changing,))
    lost = {
        (Role.TOOLS, Role.SYSTEM, Role.USER): "re-bills the tools, the system prompt and the whole conversation",
        (Role.SYSTEM, Role.USER): "re-bills the system prompt and the whole conversation",
        (Role.USER,): "re-bills the whole conversation",
    }
    expected = [lost[provider.invalidates[setting]]] if setting in provider.invalidates else []
    messages = [finding.message for finding in found("PL108", conversation, provider)]
    assert len(messages) == len(expected)
    assert all(words in message for words, message in zip(expected, messages, strict=True))
    fixed = parameter(setting, text(1, text="high"))
    assert found("PL108", request(text(2000), history(), parameters=(fixed,)), provider) == []


def test_the_matrix_of_anthropic_is_the_published_one() -> None:
    everything, messages = (Role.TOOLS, Role.SYSTEM, Role.USER), (Role.USER,)
    assert PROVIDERS["anthropic"].invalidates == {
        Role.TOOLS: everything,
        Setting.MODEL: everything,
        Role.SYSTEM: (Role.SYSTEM, Role.USER),
        Setting.SPEED: (Role.SYSTEM, Role.USER),
        **dict.fromkeys(
            (Setting.TOOL_CHOICE, Setting.PARALLEL_TOOLS, Setting.THINKING, Setting.EFFORT, Setting.FORMAT), messages
        ),
    }


LASTING = [
    pytest.param(provider, ttl, id=f"{provider.name}-{ttl}")
    for provider in PROVIDERS.values()
    for ttl in provider.lifetimes
]


@pytest.mark.parametrize(("provider", "ttl"), LASTING)
def test_how_long_a_breakpoint_lasts(provider: Provider, ttl: str) -> None:
    within, longer = (
        request(marked(text(5000), ttl=ttl), data("question"), loops=(loop(pause=pause),))
        for pause in (seconds(ttl), seconds(ttl) + 1)
    )
    assert [len(found("PL211", subject, provider)) for subject in (within, longer)] == [0, 1]


@pytest.mark.parametrize("model", PROVIDERS["openai"].models)
def test_the_models_that_keep_whole_messages_alone(model: str) -> None:
    openai = PROVIDERS["openai"]
    begins = request(text(5000, Role.USER), data("question"), model=model, loops=(loop(),))
    alone = request(text(5000), data("question"), model=model, loops=(loop(),))
    kept = openai.whole_messages and model in openai.marked_models
    assert [len(found("PL201", subject, openai)) for subject in (begins, alone)] == [kept, 0]


def test_the_mode_in_which_openai_caches_nothing_without_a_breakpoint() -> None:
    openai = PROVIDERS["openai"]
    for mode in (openai.explicit_mode, "implicit"):
        asked = parameter(Setting.CACHE_MODE, text(1, text=mode))
        subject = request(text(5000), data("question"), model="gpt-6-sol", loops=(loop(),), parameters=(asked,))
        assert len(found("PL201", subject, openai)) == (mode == "explicit")


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_what_a_batch_saves_and_where_there_is_none(provider: Provider) -> None:
    subject = request(data("row"), loops=(loop(),), batch="client.batches.create", offline=(sign("a progress bar"),))
    messages = [finding.message for finding in found("PL301", subject, provider)]
    assert len(messages) == (provider.batch is not None)
    for message in messages:
        assert provider.batch is not None
        assert f"the {provider.batch.name} (`client.batches.create`) does the same" in message
        assert (f"within {provider.batch.hours} hours" in message) == (provider.batch.hours is not None)
        assert ("at half price" in message) == (provider.batch.discount == 0.5)
