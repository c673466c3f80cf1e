"""What `rules/models/*.yaml` say, held against the libraries they speak of and against the reader of Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import anthropic
import openai
import pytest
from anthropic.types import TextBlockParam, ToolParam
from openai.types.chat import ChatCompletionContentPartTextParam
from openai.types.responses import ResponseInputTextParam

from promptlint.knowledge.loading import load_models, load_providers
from promptlint.knowledge.models import Call, Marker, Part
from promptlint.knowledge.varying import Clock, Source
from promptlint.layout import Confidence, Role, Volatility
from promptlint.request import Mode
from promptlint.settings import Setting

MODELS = load_models()

ANTHROPIC_CLIENTS: Mapping[str, Mapping[str, Any]] = {
    "Anthropic": {"api_key": "k"},
    "Client": {"api_key": "k"},
    "AnthropicAWS": {"api_key": "k", "aws_region": "us-east-1", "workspace_id": "w"},
    "AnthropicBedrock": {"aws_region": "us-east-1", "aws_access_key": "k", "aws_secret_key": "s"},
    "AnthropicBedrockMantle": {"api_key": "k", "aws_region": "us-east-1"},
    "AnthropicFoundry": {"api_key": "k", "resource": "r"},
    "AnthropicGoogleCloud": {"project": "p", "location": "l", "workspace_id": "w", "token_provider": lambda: "t"},
    "AnthropicVertex": {"region": "r", "project_id": "p", "access_token": "t"},
}
OPENAI_CLIENTS: Mapping[str, Mapping[str, Any]] = {
    "OpenAI": {"api_key": "k"},
    "Client": {"api_key": "k"},
    "AzureOpenAI": {"api_key": "k", "azure_endpoint": "https://example.com", "api_version": "v1"},
    "BedrockOpenAI": {"api_key": "k", "aws_region": "us-east-1"},
}

BUILT: dict[str, Any] = {
    f"{library.__name__}.{prefix}{name}": getattr(library, prefix + name)(**arguments)
    for library, clients in ((anthropic, ANTHROPIC_CLIENTS), (openai, OPENAI_CLIENTS))
    for prefix in ("", "Async")
    for name, arguments in clients.items()
}
CALLS = [call for calls in MODELS.calls.values() for call in calls if call.library in ("anthropic", "openai")]
PRESENT = [call for call in CALLS if not call.until]
FIRST_PARTY = {
    "anthropic": ("anthropic.Anthropic", "anthropic.AsyncAnthropic"),
    "openai": ("openai.OpenAI", "openai.AsyncOpenAI"),
}


def below(client: object, path: str) -> Any:
    """What a dotted path gives below a client."""
    return reduce(getattr, path.split("."), client)


def call_of(library: str, path: str) -> Call:
    """The call of a library at a path below its clients."""
    [call] = (call for call in MODELS.calls[path] if call.library == library)
    return call


def methods(call: Call) -> list[Callable[..., object]]:
    """The call as the sync and the async client of its library have it."""
    return [below(BUILT[client], call.path) for client in FIRST_PARTY[call.library]]


def label(call: Call) -> str:
    return f"{call.library}:{call.path}"


def test_every_client_class_of_the_sdks_is_known_and_no_other() -> None:
    known = {name for name in MODELS.clients if name.startswith(("anthropic.", "openai."))}
    elsewhere = {"openai.lib.azure.AzureOpenAI", "openai.lib.azure.AsyncAzureOpenAI"}
    assert known == BUILT.keys() | elsewhere
    assert {name for name in vars(anthropic) if name.endswith("Anthropic")} <= {n.partition(".")[2] for n in known}
    assert {name for name in vars(openai) if name.endswith("OpenAI")} <= {n.partition(".")[2] for n in known}


@pytest.mark.parametrize("name", BUILT)
def test_a_client_is_async_where_closing_it_is(name: str) -> None:
    assert MODELS.clients[name].is_async == inspect.iscoroutinefunction(type(BUILT[name]).close)


@pytest.mark.parametrize("name", [name for name in BUILT if not MODELS.clients[name].is_async])
def test_the_twin_of_a_client_is_made_in_the_same_way_and_says_what_it_wants_otherwise(name: str) -> None:
    client = MODELS.clients[name]
    assert MODELS.clients[client.twin].is_async
    own, other = (inspect.signature(type(BUILT[each])).parameters for each in (name, client.twin))
    assert own.keys() == other.keys()
    # A key or credentials may be asynchronous: what is given to the one, the other takes too.
    different = {n for n in own if str(own[n].annotation) != str(other[n].annotation)} - {"api_key", "credentials"}
    assert different <= client.differs


@pytest.mark.parametrize("name", BUILT)
def test_a_client_with_another_endpoint_has_the_argument_for_it(name: str) -> None:
    endpoint = MODELS.clients[name].endpoint
    assert endpoint in ("", *inspect.signature(type(BUILT[name])).parameters)


def test_the_module_openai_is_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "api_key", "k")
    assert MODELS.clients["openai"] == replace(MODELS.clients["openai.OpenAI"], name="openai", twin="", endpoint="")
    for path in ("chat.completions.create", "responses.create", "completions.create", "batches.create"):
        assert callable(below(openai, path))


@pytest.mark.parametrize("call", PRESENT, ids=label)
def test_a_call_takes_the_arguments_that_its_model_names(call: Call) -> None:
    named = [part.argument.split(".")[0] for part in call.prompt] + [call.model]
    named += [call.stream] if call.stream else []
    named += [call.marker.request] if call.marker and call.marker.request else []
    named = [call.item.split(".")[0]] if call.item else named
    for method in methods(call):
        parameters = inspect.signature(method).parameters
        assert {n: parameters[n].kind for n in named} == dict.fromkeys(named, inspect.Parameter.KEYWORD_ONLY)


@pytest.mark.parametrize("call", PRESENT, ids=label)
def test_a_call_without_an_argument_for_streaming_or_marking_says_so(call: Call) -> None:
    for method in methods(call):
        parameters = inspect.signature(method).parameters
        assert bool(call.stream) == ("stream" in parameters)
        if call.library == "anthropic" and not call.item:
            assert bool(call.marker and call.marker.request) == ("cache_control" in parameters)


@pytest.mark.parametrize("call", [call for call in PRESENT if call.batch], ids=label)
def test_the_batch_twin_of_a_call_exists(call: Call) -> None:
    for client in FIRST_PARTY[call.library]:
        assert callable(below(BUILT[client], call.batch))


@pytest.mark.parametrize("call", [call for call in CALLS if call.until], ids=label)
def test_an_old_spelling_is_gone(call: Call) -> None:
    for client in FIRST_PARTY[call.library]:
        with pytest.raises(AttributeError):
            below(BUILT[client], call.path)


def test_claude_on_foundry_has_no_batch_api() -> None:
    assert BUILT["anthropic.AnthropicFoundry"].messages.batches is None
    assert not MODELS.clients["anthropic.AnthropicFoundry"].batch


@pytest.mark.parametrize("name", ["AnthropicBedrock", "AnthropicVertex"])
def test_claude_on_bedrock_and_vertex_refuses_batches(name: str) -> None:
    with pytest.raises(anthropic.AnthropicError, match="Batch API is not supported"):
        BUILT[f"anthropic.{name}"].messages.batches.create(requests=[])
    assert not MODELS.clients[f"anthropic.{name}"].batch


@pytest.mark.parametrize("name", ["Anthropic", "AsyncAnthropicAWS", "AnthropicGoogleCloud"])
def test_the_first_party_api_has_batches_wherever_it_is_sold(name: str) -> None:
    assert MODELS.clients[f"anthropic.{name}"].batch
    assert MODELS.clients[f"anthropic.{name}"].provider == "anthropic"


@pytest.mark.parametrize(
    "name", ["with_options", "copy", "with_middleware", "with_raw_response", "with_streaming_response"]
)
def test_what_gives_the_same_client_back_exists(name: str) -> None:
    assert name in MODELS.same_client
    assert hasattr(anthropic.Anthropic, name)


@pytest.mark.parametrize(
    ("block", "library"),
    [
        (TextBlockParam, "anthropic"),
        (ToolParam, "anthropic"),
        (ChatCompletionContentPartTextParam, "openai"),
        (ResponseInputTextParam, "openai"),
    ],
)
def test_a_block_has_the_key_that_marks_a_breakpoint(block: type, library: str) -> None:
    keys = {call.marker.key for call in PRESENT if call.library == library and call.marker}
    assert len(keys) == 1
    assert keys <= block.__annotations__.keys()


def test_messages_create_is_read_in_the_order_of_the_cache() -> None:
    assert call_of("anthropic", "messages.create") == Call(
        path="messages.create",
        library="anthropic",
        provider="anthropic",
        prompt=(Part("tools", Role.TOOLS), Part("system", Role.SYSTEM), Part("messages", None)),
        stream="stream",
        marker=Marker(
            "cache_control",
            request="cache_control",
            since="0.83",
            refused=frozenset({"thinking", "redacted_thinking", "empty"}),
            mark={"type": "ephemeral"},
            block={"type": "text"},
        ),
        batch="messages.batches.create",
        batch_code="anthropic.py",
        async_batch_code="anthropic-async.py",
        batch_refuses=dict.fromkeys(("extra_headers", "extra_query", "extra_body", "timeout", "stream"), ""),
        distinctive=True,
        parameters={
            Setting.TOOL_CHOICE: "tool_choice",
            Setting.THINKING: "thinking",
            Setting.EFFORT: "output_config.effort",
            Setting.FORMAT: "output_config.format",
            Setting.SPEED: "speed",
            Setting.FEATURES: "betas",
        },
    )


def test_instructions_of_the_responses_api_cannot_carry_a_breakpoint() -> None:
    assert [(part.argument, part.markable) for part in call_of("openai", "responses.create").prompt] == [
        ("tools", True),
        ("instructions", False),
        ("previous_response_id", False),
        ("conversation", False),
        ("input", True),
    ]


def test_a_stream_is_the_same_call_in_another_mode() -> None:
    create, stream = call_of("openai", "chat.completions.create"), call_of("openai", "chat.completions.stream")
    assert (stream.prompt, stream.marker, stream.batch) == (create.prompt, create.marker, create.batch)
    assert (create.mode, stream.mode) == (None, Mode.STREAM)


def test_a_path_that_several_libraries_have_is_not_distinctive() -> None:
    by_library = {call.library: call for call in MODELS.calls["completions.create"]}
    assert by_library.keys() > {"anthropic", "openai"}
    assert not any(call.distinctive for call in by_library.values())
    assert all(sum(call.distinctive for call in calls) <= 1 for calls in MODELS.calls.values())


def test_embeddings_and_token_counts_are_no_prompts() -> None:
    assert not {"messages.count_tokens", "beta.messages.count_tokens"} & MODELS.calls.keys()
    assert all(not (call.prompt or call.batch) for call in MODELS.calls["embeddings.create"])


def test_litellm_tells_its_provider_by_the_model() -> None:
    assert MODELS.functions["litellm.acompletion"].is_async
    assert MODELS.functions["litellm.completion"].provider == "unknown"
    assert MODELS.functions["litellm.completion"].prompt[-1] == Part("messages", None, position=1)
    assert MODELS.provider_by_model["bedrock/"] == "bedrock"
    assert set(MODELS.provider_by_model.values()) < load_providers().by_name.keys()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("datetime.datetime.now", (Volatility.CALL, "reads the clock", "datetime.datetime", None)),
        ("datetime.date.today", (Volatility.PERIODIC, "reads the date", "datetime.date", None)),
        ("time.strftime", (Volatility.CALL, "reads the clock", "", 0)),
        ("uuid.uuid4", (Volatility.CALL, "is a new id each time", "", None)),
        ("random.sample", (Volatility.CALL, "chooses at random", "", None)),
        ("os.environ", (Volatility.DEPLOYMENT, "is read from the environment", "", None)),
        ("input", (Volatility.REQUEST, "is typed in by the user", "", None)),
        ("requests.get", (None, "is read over the network", "", None)),
    ],
)
def test_a_source_says_how_often_it_changes_and_why(
    name: str, source: tuple[Volatility | None, str, str, int | None]
) -> None:
    volatility, because, gives, format_argument = source
    assert MODELS.varies[name] == Source(name, volatility, because, gives, format_argument)


def test_of_some_commands_it_is_known_how_often_what_they_print_changes() -> None:
    source = MODELS.varies["subprocess.run"]
    assert source.volatility is None
    assert source.commands["git status"] is Volatility.REQUEST
    assert source.commands["date"] is Volatility.CALL
    assert "uname" not in source.commands


@pytest.mark.parametrize("name", ["uuid.uuid3", "uuid.uuid5", "random.Random.choice"])
def test_what_gives_the_same_for_the_same_is_no_source(name: str) -> None:
    assert name not in MODELS.varies


def test_units_go_from_the_finest_to_the_coarsest() -> None:
    assert list(MODELS.units) == ["microsecond", "second", "minute", "hour", "day", "week", "month", "year"]
    assert list(MODELS.units.values()) == sorted(MODELS.units.values(), reverse=True)


@pytest.mark.parametrize(
    ("format_", "volatility"),
    [
        ("%Y-%m-%d", Volatility.PERIODIC),
        ("%A, %-d %B %Y", Volatility.PERIODIC),
        ("%Y-%m-%d %H:00 %Z", Volatility.PERIODIC),
        ("%I %p", Volatility.PERIODIC),
        ("%Y-%m-%d %H:%M", Volatility.CALL),
        ("%c", Volatility.CALL),
        ("%X", Volatility.CALL),
        ("%s", Volatility.CALL),
    ],
)
def test_a_format_changes_as_often_as_its_finest_directive(format_: str, volatility: Volatility) -> None:
    directives = [f"%{part}" for part in _directives(format_)]
    assert max(MODELS.units[MODELS.directives[directive]] for directive in directives) is volatility


def _directives(format_: str) -> list[str]:
    return [part[: 2 if part[0] in "-#:" else 1] for part in format_.split("%")[1:]]


@pytest.mark.parametrize(
    ("clock", "part", "volatility"),
    [
        ("datetime.datetime", "year", Volatility.PERIODIC),
        ("datetime.datetime", "isoformat", Volatility.CALL),
        ("datetime.datetime", "minute", Volatility.CALL),
        ("datetime.date", "isoformat", Volatility.PERIODIC),
        ("time.struct_time", "tm_hour", Volatility.PERIODIC),
        ("pandas.Timestamp", "weekday", Volatility.PERIODIC),
        ("pendulum.DateTime", "to_datetime_string", Volatility.CALL),
    ],
)
def test_a_part_of_a_clock_changes_as_often_as_its_unit(clock: str, part: str, volatility: Volatility) -> None:
    assert MODELS.units[MODELS.clocks[clock].parts[part]] is volatility


def test_a_clock_like_another_has_all_that_the_other_has() -> None:
    like, clock = MODELS.clocks["datetime.datetime"], MODELS.clocks["arrow.Arrow"]
    assert clock == Clock(
        type="arrow.Arrow",
        text="microsecond",
        formats=frozenset({"strftime"}),
        same=like.same | {"to", "shift"},
        parts={
            **like.parts,
            "float_timestamp": "microsecond",
            "int_timestamp": "second",
            "week": "week",
            "quarter": "month",
        },
        becomes={**like.becomes, "datetime": "datetime.datetime", "naive": "datetime.datetime"},
    )


@pytest.mark.parametrize(
    ("name", "volatility", "confidence"),
    [
        ("question", Volatility.REQUEST, Confidence.MEDIUM),
        ("text", Volatility.REQUEST, Confidence.MEDIUM),
        ("task", Volatility.REQUEST, Confidence.LOW),
        ("user_prompt", Volatility.REQUEST, Confidence.MEDIUM),
        ("system_prompt", None, Confidence.MEDIUM),
        ("language", None, Confidence.MEDIUM),
        ("current_time", Volatility.CALL, Confidence.MEDIUM),
        ("today", Volatility.PERIODIC, Confidence.MEDIUM),
        ("chat_history", Volatility.SESSION, Confidence.MEDIUM),
    ],
)
def test_a_name_says_something_of_its_value(name: str, volatility: Volatility | None, confidence: Confidence) -> None:
    [words] = [words for words in MODELS.words if name in words.words]
    assert (words.volatility, words.confidence) == (volatility, confidence)


@pytest.mark.parametrize(
    ("kind", "name", "waiting", "weight"),
    [
        ("call", "input", True, Confidence.HIGH),
        ("decorator", "fastapi.FastAPI.post", True, Confidence.HIGH),
        ("decorator", ".route", True, Confidence.HIGH),
        ("parameter", "query", True, Confidence.MEDIUM),
        ("import", "fastapi", True, Confidence.LOW),
        ("wraps", "tqdm.tqdm", False, Confidence.HIGH),
        ("call", ".to_csv", False, Confidence.HIGH),
        ("call", "json.dump", False, Confidence.MEDIUM),
        ("decorator", "click.command", False, Confidence.LOW),
        ("call", "asyncio.Semaphore", False, Confidence.LOW),
        ("path", "benchmark", False, Confidence.LOW),
    ],
)
def test_a_sign_says_who_waits(kind: str, name: str, waiting: bool, weight: Confidence) -> None:
    [sign] = [sign for sign in MODELS.signs if sign.kind == kind and name in sign.names]
    assert (sign.waiting, sign.weight) == (waiting, weight)


def test_a_decorator_named_command_says_nothing_by_its_name_alone() -> None:
    # `.command` is click's as well as Discord's and Slack's.
    assert not any(".command" in sign.names for sign in MODELS.signs)


def test_what_orders_is_neither_without_order_nor_blind_to_it() -> None:
    assert not MODELS.orders & (MODELS.unordered.keys() | MODELS.counts)


def test_what_passes_on_an_argument_says_which() -> None:
    assert (MODELS.passes["textwrap.dedent"], MODELS.passes["typing.cast"]) == (0, 1)
    assert (MODELS.calls_argument["asyncio.to_thread"], MODELS.calls_argument[".run_in_executor"]) == (0, 1)


def test_reasons_can_stand_inside_a_sentence() -> None:
    reasons = {source.because for source in MODELS.varies.values()} | set(MODELS.unordered.values())
    reasons |= {words.because for words in MODELS.words} | {sign.because for sign in MODELS.signs}
    assert [reason for reason in reasons if reason[0].isupper() or reason.endswith(".")] == []


def test_names_are_looked_up_in_lower_case() -> None:
    words = {word for words in MODELS.words for word in words.words} | MODELS.histories
    assert [word for word in words if word != word.lower()] == []


def test_a_list_of_messages_is_no_history_by_its_name_alone() -> None:
    assert "chat_history" in MODELS.histories
    assert "messages" not in MODELS.histories


@pytest.mark.parametrize(
    ("file", "source", "gives"),
    MODELS.examples,
    ids=[f"{file}-{' '.join(gives)}" for file, _, gives in MODELS.examples],
)
def test_an_example_is_read_as_its_file_says(file: str, source: str, gives: tuple[str, ...]) -> None:
    from promptlint.languages.python.read import read_source

    [request] = read_source(source, "example.py", MODELS, load_providers()).requests
    segments = request.layout.segments
    if gives[0] in {role.value for role in Role}:
        read = tuple(role.value for role in {segment.block: segment.role for segment in segments}.values())
    else:
        read = tuple("unknown" if s.volatility is None else s.volatility.name.lower() for s in segments)
    assert read == gives, file
