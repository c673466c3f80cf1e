"""What is said of a file in `rules/`, or one of the user's, that is not understood: where, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.diagnostics import Severity
from promptlint.knowledge.books import Books
from promptlint.knowledge.documents import parse
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.files import read_providers
from promptlint.knowledge.loading import load_models, load_pages, load_providers, page
from promptlint.knowledge.models import Client, Given, Models, Part, Record, Switch
from promptlint.knowledge.page_files import read_pages
from promptlint.knowledge.pages import Fix, Page
from promptlint.layout import Confidence, Role, Volatility

LIBRARY = """\
library: acme
provider: openai
checked: {version: 1.2.3, source: its documents, on: 2026-11-22}
"""
CHECKED = "checked: {source: its documents, on: 2026-11-22}\n"
CALL_KEYS = (
    "call, also, like, prompt, mode, model, model-position, stream, breakpoint, batch, distinctive, until, item,"
    " parameters, amends, async-twin, batch-code, async-batch-code"
)
PART_KEYS = "role, argument, position, markable, from, many, switch, history, each-turn"
PROVIDERS = (
    "anthropic, azure, bedrock, bedrock-openai, cohere, deepseek, foundry, gemini, groq, mistral, ollama, openai, "
    "together, unknown, vertex, xai"
)


@pytest.fixture(autouse=True)
def in_a_folder_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def models(text: str | bytes) -> Models:
    """What is known with a models file of the user's, called mine.yaml."""
    Path("mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_models([Path("mine.yaml")])


def models_error(text: str | bytes) -> str:
    with pytest.raises(KnowledgeError) as caught:
        models(text)
    return str(caught.value)


def test_a_file_that_is_shipped_says_when_it_was_checked() -> None:
    with pytest.raises(KnowledgeError, match=r"ours.yaml:1: a models file needs 'checked'"):
        Books(["openai"], {}).add(parse("imports: [acme]", "ours.yaml", shipped=True), shipped=True)
    assert "acme" in models("imports: [acme]").imports


def test_a_file_of_the_users_adds_to_what_is_shipped() -> None:
    known = models(LIBRARY + "clients:\n  - {name: acme.Client, async: true}\n")
    assert known.clients["acme.Client"] == Client("acme.Client", "acme", "openai", is_async=True)
    assert "anthropic.Anthropic" in known.clients
    assert "acme.Client" not in load_models().clients


def test_a_client_may_be_what_a_method_gives_when_it_is_given_a_certain_text() -> None:
    known = models(
        LIBRARY + "endpoint: url\nmodel: [model, model_name]\nclients:\n"
        "  - {name: acme.Session.open, async-argument: async_, given: {argument: kind, text: chat, position: 0}}\n"
        "  - {name: acme.wrap, model: [client], model-position: 0, endpoint: ~}\n"
    )
    assert known.clients["acme.Session.open"] == Client(
        "acme.Session.open",
        "acme",
        "openai",
        async_argument="async_",
        endpoint="url",
        model=("model", "model_name"),
        given=Given("kind", "chat", position=0),
    )
    assert known.clients["acme.wrap"] == Client("acme.wrap", "acme", "openai", model=("client",), model_position=0)


def test_a_part_of_a_prompt_may_be_given_to_something_else_than_the_call() -> None:
    known = models(
        LIBRARY + "calls:\n  - call: __call__\n    model-position: 1\n    prompt:\n"
        "      - {argument: tools, role: tools, from: .bind_tools, position: 0}\n"
        "      - {argument: instructions, role: system, from: client}\n"
        "      - {role: system, from: '@instructions'}\n"
        "      - {argument: dated, role: system, from: client, switch: {how-often: call, because: b, format: f}}\n"
        "      - {argument: prompts, role: from-item, position: 0, many: true}\n"
    )
    [call] = (call for call in known.calls["__call__"] if call.library == "acme")
    assert call.model_position == 1
    assert call.prompt == (
        Part("tools", Role.TOOLS, position=0, given_to=".bind_tools"),
        Part("instructions", Role.SYSTEM, given_to="client"),
        Part("", Role.SYSTEM, given_to="@instructions"),
        Part("dated", Role.SYSTEM, given_to="client", switch=Switch(Volatility.CALL, "b", "f")),
        Part("prompts", None, position=0, many=True),
    )


def test_a_record_says_in_which_order_its_arguments_are() -> None:
    known = models(
        LIBRARY + "records:\n"
        "  - {name: acme.Message, also: [acme.chat.Message], arguments: [role, content]}\n"
        "  - {name: acme.system, role: system, arguments: [content], rest: true}\n"
    )
    assert known.records["acme.chat.Message"] == Record("acme.chat.Message", ("role", "content"))
    assert known.records["acme.system"] == Record("acme.system", ("content",), rest=True, role=Role.SYSTEM)


def test_a_word_for_a_role_and_a_key_of_a_content_add_to_those_that_are_known() -> None:
    known = models(CHECKED + "role-words: {boss: system}\ncontent-keys: [words]\n")
    assert (known.role_words["boss"], known.role_words["system"]) == (Role.SYSTEM, Role.SYSTEM)
    assert known.content_keys[-1] == "words"


def test_what_is_shipped_is_read_once() -> None:
    assert load_models() is load_models()
    assert load_providers() is load_providers()
    assert load_pages() is load_pages()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "mine.yaml: is empty", id="nothing"),
        pytest.param(b"checked: \xff", "mine.yaml: is not UTF-8 text", id="other bytes"),
        pytest.param("a: b: c", "mine.yaml:1: not YAML: mapping values are not allowed here", id="two colons"),
        pytest.param("a: [1", "mine.yaml:1: not YAML: expected ',' or ']', but got '<stream end>'", id="open list"),
        pytest.param(
            "a: 1\n\tb: 2", "mine.yaml:2: not YAML: found character '\\t' that cannot start any token", id="tab"
        ),
        pytest.param(
            "a: \0",
            "mine.yaml: not YAML: unacceptable character #x0000: special characters are not allowed",
            id="null byte",
        ),
        pytest.param("[" * 5000, "mine.yaml: is nested too deeply", id="deep nesting"),
        pytest.param("a: 1\n---\nb: 2\n", "mine.yaml:2: not YAML: but found another document", id="two documents"),
    ],
)
def test_a_file_that_is_no_yaml(text: str | bytes, message: str) -> None:
    assert models_error(text) == message


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(KnowledgeError, match=r"^gone\.yaml: cannot be read: No such file or directory$"):
        load_models([Path("gone.yaml")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("- a", "1: the file must be a mapping, not a list", id="the file is a list"),
        pytest.param("checked: text", "1: 'checked' must be a mapping, not text", id="text for a mapping"),
        pytest.param(CHECKED + "orders: sorted", "2: 'orders' must be a list, not text", id="text for a list"),
        pytest.param(
            CHECKED + "orders: [1]", "2: an item of 'orders' must be text, not a whole number", id="number for text"
        ),
        pytest.param(
            CHECKED + "orders: [no]", "2: an item of 'orders' must be text, not true or false", id="`no` for text"
        ),
        pytest.param(
            CHECKED + "orders: [~]", "2: an item of 'orders' must be text, not nothing", id="nothing for text"
        ),
        pytest.param(CHECKED + "orders: ['']", "2: an item of 'orders' must not be blank", id="blank text"),
        pytest.param(
            CHECKED + "orders: [!x y]", "2: an item of 'orders' must be text, not a value with the tag !x", id="tag"
        ),
        pytest.param(CHECKED + "orders: [a, b, a]", "2: 'a' is listed twice", id="listed twice"),
        pytest.param(
            CHECKED + "orders: [a]\nunits: {}\norders: [b]",
            "4: 'orders' is given twice, first at mine.yaml:2",
            id="given twice",
        ),
        pytest.param("? [a]\n: b", "1: a key of the file must be text, not a list", id="a list for a key"),
        pytest.param(
            CHECKED + "passes-through: {f: x}", "2: 'f' must be a whole number, not text", id="text for a number"
        ),
        pytest.param(
            CHECKED + "passes-through: {f: 1:30}", "2: 'f' must be a plain decimal number", id="a number of old"
        ),
        pytest.param(CHECKED + "passes-through: {f: -1}", "2: 'f' must not be negative", id="negative number"),
        pytest.param("checked: {source: s, on: soon}", "1: 'on' must be a date, not text", id="text for a date"),
        pytest.param(
            "checked: {source: s, on: 2026-11-22 10:00:00}",
            "1: 'on' must be a date such as 2026-11-22",
            id="date and time",
        ),
        pytest.param(
            LIBRARY + "clients: [{name: a.B, async: maybe}]",
            "4: 'async' must be true or false, not text",
            id="text for a flag",
        ),
    ],
)
def test_a_value_of_the_wrong_type(text: str, message: str) -> None:
    assert models_error(text) == f"mine.yaml:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "checkd: {}",
            "1: unknown key 'checkd' (did you mean 'checked'?) in a models file; one of checked, library, provider, "
            "imports, clients, endpoint, model, async-differs, batch-refuses, batch-loses, same-client, calls, "
            "functions, records, role-words, content-keys, unseen-calls, prompt-names, no-prompt-names, tool-classes, "
            "tool-texts, provider-by-model, varies, clocks, units, directives, passes-through, keeps-newest, "
            "text-methods, unordered, sortable, sortable-text, orders, order-free, words, histories, sessions, "
            "conversations, queries, posts, somebody-waits, nobody-waits, "
            "calls-argument, maps, parallel, gathers, tasks, as-completed, pools, throttles, pauses, "
            "functions-by-name, templating, forms, fills, filled, "
            "steps, examples",
            id="key of the file",
        ),
        pytest.param(
            LIBRARY + "calls:\n  - call: chat\n    promt: []",
            f"6: unknown key 'promt' (did you mean 'prompt'?) in a call; one of {CALL_KEYS}",
            id="key of a call",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: user, form: client}]}]",
            f"4: unknown key 'form' (did you mean 'from'?) in a part of a prompt; one of {PART_KEYS}",
            id="key of a part",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: user, from: constructor}]}]",
            "4: 'from' must be client, .method or @decorator",
            id="what a part is given to",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: user, from: .bind.tools}]}]",
            "4: 'from' must be client, .method or @decorator",
            id="a path that a part is given to",
        ),
        pytest.param(
            LIBRARY + "records: [{name: a.B, role: from-item}]",
            "4: unknown role 'from-item'; one of tools, system, user, assistant, tool",
            id="role of a record",
        ),
        pytest.param(
            CHECKED + "role-words: {boss: admin}",
            "2: unknown role 'admin'; one of tools, system, user, assistant, tool",
            id="role of a word",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: sytem}]}]",
            "4: unknown role 'sytem' (did you mean 'system'?); one of tools, system, user, assistant, tool, from-item",
            id="role",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: 7up}]}]",
            "4: unknown role '7up'; one of tools, system, user, assistant, tool, from-item",
            id="role like no other",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: user}], mode: streaming}]",
            "4: unknown mode 'streaming' (did you mean 'stream'?); one of sync, async, stream, batch",
            id="mode",
        ),
        pytest.param(
            "library: acme\nprovider: antropic\n" + CHECKED,
            f"2: unknown provider 'antropic' (did you mean 'anthropic'?); one of {PROVIDERS}",
            id="provider",
        ),
        pytest.param(
            LIBRARY + "clients: [{name: a.B, provider: acme}]",
            f"4: unknown provider 'acme'; one of {PROVIDERS}",
            id="provider of a client",
        ),
        pytest.param(
            CHECKED + "provider-by-model: {acme/: acme}",
            f"2: unknown provider 'acme'; one of {PROVIDERS}",
            id="provider of a model",
        ),
        pytest.param(
            CHECKED + "varies: [{because: b, how-often: daily, names: [f]}]",
            "2: unknown how-often 'daily'; one of constant, deployment, periodic, session, request, call, unknown",
            id="how often",
        ),
        pytest.param(
            CHECKED + "words: [{because: b, how-often: call, confidence: medum, words: [f]}]",
            "2: unknown confidence 'medum' (did you mean 'medium'?); one of low, medium, high",
            id="confidence",
        ),
        pytest.param(
            CHECKED + "nobody-waits: [{kind: calls, because: b, weight: low, names: [f]}]",
            "2: unknown kind of sign 'calls' (did you mean 'call'?); one of call, pause, wraps, decorator, parameter, "
            "annotation, import, path, name",
            id="kind of sign",
        ),
        pytest.param(
            LIBRARY + "calls:\n  - {call: chat, prompt: [{argument: a, role: user}]}\n  - {call: talk, like: chad}",
            "6: unknown call 'chad' (did you mean 'chat'?); one of chat",
            id="a call to be like",
        ),
        pytest.param(
            LIBRARY + "calls:\n  - {call: chat, async-twin: achatt, prompt: [{argument: a, role: user}]}\n"
            "  - {call: achat, like: chat, mode: async}",
            "5: unknown twin 'achatt' (did you mean 'achat'?); one of chat, achat",
            id="a twin",
        ),
        pytest.param(
            CHECKED + "varies: [{because: b, how-often: call, names: [f], gives: datetime.datetim}]",
            "2: unknown clock 'datetime.datetim' (did you mean 'datetime.datetime'?); one of datetime.datetime, "
            "datetime.date, datetime.time, time.struct_time, pandas.Timestamp, pendulum.DateTime, arrow.Arrow",
            id="clock that a source gives",
        ),
        pytest.param(
            CHECKED + "clocks:\n  - type: a.B\n    text: secnd",
            "4: unknown unit of time 'secnd' (did you mean 'second'?); one of microsecond, second, minute, hour, day, "
            "week, month, year",
            id="unit of a clock",
        ),
        pytest.param(
            CHECKED + "clocks:\n  - type: a.B\n    text: second\n    parts: {fortnight: [f]}",
            "5: unknown unit of time 'fortnight'; one of microsecond, second, minute, hour, day, week, month, year",
            id="unit of a part",
        ),
        pytest.param(
            CHECKED + "directives: {fortnight: [E]}",
            "2: unknown unit of time 'fortnight'; one of microsecond, second, minute, hour, day, week, month, year",
            id="unit of a directive",
        ),
        pytest.param(
            CHECKED + "examples: [{source: s, roles: [robot]}]",
            "2: unknown role 'robot'; one of tools, system, user, assistant, tool, unknown",
            id="role of an example",
        ),
    ],
)
def test_an_unknown_word(text: str, message: str) -> None:
    assert models_error(text) == f"mine.yaml:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("checked: {source: s}", "1: 'checked' needs 'on'", id="date"),
        pytest.param(
            "library: acme\nprovider: openai\n" + CHECKED + "clients: []", "3: 'checked' needs 'version'", id="version"
        ),
        pytest.param(
            "checked: {version: 1.2.3, source: s, on: 2026-11-22}\nclients: []",
            "1: a models file with clients, calls or functions needs 'library' and 'provider'",
            id="library",
        ),
        pytest.param(LIBRARY + "clients:\n  - {async: true}", "5: a client needs 'name'", id="name of a client"),
        pytest.param(
            LIBRARY + "calls:\n  - call: chat\n    model: m",
            "5: a call needs 'prompt', or 'like' another call which has one",
            id="prompt",
        ),
        pytest.param(
            LIBRARY + "calls:\n  - call: chat\n    prompt:\n      - argument: a",
            "7: a part of a prompt needs 'role'",
            id="role",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{role: user}]}]",
            "4: a part of a prompt needs 'argument', or 'from' a decorator",
            id="argument",
        ),
        pytest.param(
            LIBRARY + "calls: [{call: chat, prompt: [{argument: a, role: user, switch: {how-often: call}}]}]",
            "4: a switch needs 'because'",
            id="reason of a switch",
        ),
        pytest.param(
            LIBRARY + "clients: [{name: a.b, given: {argument: service}}]",
            "4: 'given' needs 'text'",
            id="text that must be given",
        ),
        pytest.param(
            LIBRARY + "records: [{name: a.B, rest: true}]",
            "4: a record with 'rest' needs 'arguments'",
            id="arguments of a record",
        ),
        pytest.param(
            CHECKED + "units: {eon: unknown}",
            "2: a unit of time must say how often a text with it changes, not 'unknown'",
            id="how often a unit changes",
        ),
        pytest.param(
            CHECKED + "examples: [{source: s}]", "2: an example needs either 'roles' or 'how-often'", id="outcome"
        ),
        pytest.param(
            CHECKED + "examples: [{source: s, roles: [user], how-often: [call]}]",
            "2: an example needs either 'roles' or 'how-often'",
            id="one outcome",
        ),
    ],
)
def test_something_is_missing(text: str, message: str) -> None:
    assert models_error(text) == f"mine.yaml:{message}"


PROMPT = "prompt: [{argument: a, role: user}]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "clients: [{name: a.B}, {name: a.C, also: [a.B]}]", "4: client 'a.B' is already in mine.yaml:4", id="client"
        ),
        pytest.param(
            f"calls:\n  - {{call: c, {PROMPT}}}\n  - {{call: d, like: c, also: [c]}}",
            "6: call 'c of acme' is already in mine.yaml:5",
            id="call",
        ),
        pytest.param(
            f"functions:\n  - {{function: a.f, {PROMPT}}}\n  - {{function: a.g, like: a.f, also: [a.f]}}",
            "6: function 'a.f' is already in mine.yaml:5",
            id="function",
        ),
        pytest.param(
            "records: [{name: a.B}, {name: a.C, also: [a.B]}]", "4: record 'a.B' is already in mine.yaml:4", id="record"
        ),
        pytest.param(
            "clocks:\n  - type: a.B\n    text: day\n    parts: {day: [x], hour: [x]}",
            "7: part of a clock 'x' is already in mine.yaml:7",
            id="part of a clock",
        ),
    ],
)
def test_something_is_said_twice_in_one_file(text: str, message: str) -> None:
    assert models_error(LIBRARY + text) == f"mine.yaml:{message}"


def first_line(file: str, text: str) -> int:
    """The first line, 1-based, of a shipped file that ends in a text."""
    lines = (Path(__file__).parents[1] / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(text))


@pytest.mark.parametrize(
    ("text", "what", "file", "first"),
    [
        (
            "clients: [{name: anthropic.Anthropic}]",
            "client 'anthropic.Anthropic'",
            "anthropic",
            "[anthropic.Client], async-twin: anthropic.AsyncAnthropic}",
        ),
        ("varies: [{because: b, how-often: call, names: [uuid.uuid4]}]", "source 'uuid.uuid4'", "stdlib", "uuid.uuid4"),
        ("unordered: [{because: b, names: [glob.glob]}]", "source without order 'glob.glob'", "stdlib", "glob.glob"),
        ("passes-through: {textwrap.dedent: 0}", "function 'textwrap.dedent'", "stdlib", "textwrap.dedent: 0"),
        ("calls-argument: {asyncio.to_thread: 0}", "function 'asyncio.to_thread'", "stdlib", "asyncio.to_thread: 0"),
        ("units: {minute: call}", "unit of time 'minute'", "stdlib", "minute: call"),
        ("clocks: [{type: datetime.date, text: day}]", "clock 'datetime.date'", "stdlib", "- type: datetime.date"),
        ("words: [{because: b, how-often: call, confidence: low, words: [tweet]}]", "word 'tweet'", "names", "- tweet"),
        ("provider-by-model: {xai/: xai}", "start of a model id 'xai/'", "litellm", "xai/: xai"),
        (
            "nobody-waits: [{kind: parameter, because: b, weight: low, names: [ws]}]",
            "sign 'parameter ws'",
            "waiting",
            "[websocket, ws, interaction]",
        ),
    ],
)
def test_something_that_is_shipped_is_said_again(text: str, what: str, file: str, first: str) -> None:
    shipped = f"rules/models/{file}.yaml"
    assert models_error(LIBRARY + text) == f"mine.yaml:4: {what} is already in {shipped}:{first_line(shipped, first)}"


CACHE = """\
title: Acme
cache: {source: s, on: 2026-11-22, order: [system, user], explicit: false, lifetimes: {}, minimum: 8}
tokens: {source: s, on: 2026-11-22, characters: 3}
"""


def providers_error(**files: str) -> str:
    """What is said of provider files of these names."""
    Path("providers").mkdir()
    for name, text in files.items():
        Path("providers", f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read_providers(Path("providers"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("title: Acme", "1: a providers file needs 'cache'", id="no cache"),
        pytest.param(
            CACHE + "prises: {}",
            "4: unknown key 'prises' (did you mean 'prices'?) in a providers file; one of title, cache, tokens, "
            "prefixes, batch, minimums, prices",
            id="unknown section",
        ),
        pytest.param(CACHE.replace("explicit: false, ", ""), "2: 'cache' needs 'explicit'", id="half a cache"),
        pytest.param(CACHE.replace("on: 2026-11-22, order", "order"), "2: 'cache' needs 'on'", id="no date"),
        pytest.param(
            CACHE.replace("[system, user]", "[system, assistant]"),
            "2: unknown role 'assistant'; one of tools, system, user",
            id="a role that has no place of its own",
        ),
        pytest.param(CACHE.replace("{}", "{5m: dear}"), "2: '5m' must be a number, not text", id="price of a lifetime"),
        pytest.param(
            CACHE.replace("characters: 3", "characters: 0"),
            "3: 'characters' must be a number above 0",
            id="no characters per token",
        ),
        pytest.param(CACHE.replace("characters: 3", ""), "3: 'tokens' needs 'characters'", id="no size"),
        pytest.param(
            CACHE + "batch: {name: b, discount: 50, source: s, on: 2026-11-22}",
            "4: 'discount' must be a share of the price, such as 0.5",
            id="a discount in percent",
        ),
        pytest.param(
            CACHE + "minimums: {source: s, on: 2026-11-22, tokens: {8: [acme-1], 9: [acme-1]}}",
            "4: model 'acme-1' is already in providers/acme.yaml:4",
            id="two minimums",
        ),
        pytest.param(
            CACHE + "minimums: {source: s, on: 2026-11-22, tokens: {few: [acme-1]}}",
            "4: a key of 'tokens' must be a whole number, not text",
            id="a minimum in words",
        ),
        pytest.param(CACHE + "minimums: {source: s, on: 2026-11-22}", "4: 'minimums' needs 'tokens'", id="no minimums"),
        pytest.param(
            CACHE + "minimums: {source: s, on: 2026-11-22, tokens: {8: [Acme-1.5]}}",
            "4: write the model as 'acme-1-5'",
            id="a model as its maker writes it",
        ),
        pytest.param(
            CACHE + "prices: {source: s, on: 2026-11-22, models: {acme-1: {output: 2}}}",
            "4: a price needs 'input'",
            id="half a price",
        ),
        pytest.param(
            CACHE + "prices: {source: s, on: 2026-11-22, models: {acme-1: {input: -2}}}",
            "4: 'input' must not be negative",
            id="a negative price",
        ),
        pytest.param(
            CACHE + "minimums: {source: s, on: 2026-11-22, like: acne}",
            "4: unknown provider 'acne' (did you mean 'acme'?); one of acme",
            id="like nobody",
        ),
        pytest.param(
            CACHE + "minimums: {source: s, on: 2026-11-22, like: acme}",
            "4: 'like' must name a provider whose file writes out its 'minimums'",
            id="like itself",
        ),
    ],
)
def test_a_provider_that_cannot_be_understood(text: str, message: str) -> None:
    assert providers_error(acme=text) == f"providers/acme.yaml:{message}"


def test_like_goes_to_a_file_that_has_the_section() -> None:
    assert providers_error(acme=CACHE, best=CACHE + "prices: {source: s, on: 2026-11-22, like: acme}") == (
        "providers/best.yaml:4: 'like' must name a provider whose file writes out its 'prices'"
    )


FRONT = """\
---
code: PL999
name: acme-rule
summary: Something about acme
severity: warning
confidence: high
fix: none
since: 0.1.0
---
"""


def read_page(text: str, name: str = "PL999-acme-rule.md") -> Page:
    Path("rules").mkdir(exist_ok=True)
    Path("rules", name).write_text(text, encoding="utf-8")
    return read_pages(Path("rules"))["PL999"]


def page_error(text: str, name: str = "PL999-acme-rule.md") -> str:
    with pytest.raises(KnowledgeError) as caught:
        read_page(text, name)
    return str(caught.value)


def test_a_page_is_front_matter_and_markdown() -> None:
    assert read_page(FRONT + "\n# PL999\n\nText.\n\n---\n\nMore.\n") == Page(
        code="PL999",
        name="acme-rule",
        summary="Something about acme",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        fix=Fix.NONE,
        default=True,
        since="0.1.0",
        text="# PL999\n\nText.\n\n---\n\nMore.\n",
    )


def test_a_page_may_be_off_by_default() -> None:
    assert not read_page(FRONT.replace("fix: none", "fix: unsafe\ndefault: false")).default


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("# PL999\n", "1: a page begins with front matter between two lines of ---", id="no front matter"),
        pytest.param(
            "---\ncode: PL999\n",
            "1: a page begins with front matter between two lines of ---",
            id="front matter left open",
        ),
        pytest.param(FRONT.replace("since: 0.1.0\n", ""), "2: a page needs 'since'", id="no version"),
        pytest.param(
            FRONT.replace("severity: warning", "severity: warn"),
            "5: unknown severity 'warn' (did you mean 'warning'?); one of error, warning, note",
            id="severity",
        ),
        pytest.param(
            FRONT.replace("confidence: high", "confidence: sure"),
            "6: unknown confidence 'sure'; one of low, medium, high",
            id="confidence",
        ),
        pytest.param(FRONT.replace("fix: none", "fix: yes"), "7: 'fix' must be text, not true or false", id="yes"),
        pytest.param(
            FRONT.replace("fix: none", "fix: some"), "7: unknown fix 'some'; one of none, safe, unsafe", id="fix"
        ),
        pytest.param(
            FRONT.replace("fix: none", "fixes: none"),
            "7: unknown key 'fixes' (did you mean 'fix'?) in a page; one of code, name, summary, severity, "
            "confidence, fix, since, default, behind",
            id="key",
        ),
        pytest.param(
            FRONT.replace("fix: none", "fix: none: none"),
            "7: not YAML: mapping values are not allowed in this context",
            id="no YAML",
        ),
        pytest.param(
            FRONT.replace("acme-rule", "acme-law"),
            "2: the page of PL999 acme-law must be called PL999-acme-law.md",
            id="name of the file",
        ),
        pytest.param(
            FRONT.replace("fix: none", "fix: none\nbehind: PL998"),
            "2: there is no page of PL998, which this one stands behind",
            id="behind",
        ),
    ],
)
def test_a_page_that_cannot_be_understood(text: str, message: str) -> None:
    assert page_error(text) == f"rules/PL999-acme-rule.md:{message}"


def test_a_code_and_a_name_belong_to_one_page() -> None:
    read_page(FRONT)
    assert page_error(FRONT.replace("acme-rule", "other-rule"), "PL999-other-rule.md") == (
        "rules/PL999-other-rule.md:2: code 'PL999' is already in rules/PL999-acme-rule.md:2"
    )
    Path("rules", "PL999-other-rule.md").unlink()
    assert page_error(FRONT.replace("PL999", "PL998"), "PL998-acme-rule.md") == (
        "rules/PL999-acme-rule.md:2: name 'acme-rule' is already in rules/PL998-acme-rule.md:2"
    )


def test_a_page_is_found_by_its_code_and_by_its_name() -> None:
    assert page("PL101") is page("volatile-prefix") is load_pages()["PL101"]
    assert page("PL000") is None
