"""Reading clients, calls and records: the part of `rules/models/*.yaml` which says what sends a prompt."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from promptlint.frozen import replace
from promptlint.knowledge.documents import Entry, Shelf, Value
from promptlint.knowledge.models import CacheSwitch, Call, Client, Form, Given, Marker, Part, Record, Switch
from promptlint.knowledge.sources import HOW_OFTEN
from promptlint.layout import Role
from promptlint.request import Mode
from promptlint.settings import Setting

_MODES = {mode.value: mode for mode in Mode}
ROLES = {role.value: role for role in Role if role is not Role.UNKNOWN}
"""The roles by name."""
_SETTINGS = {setting.value: setting for setting in Setting}
_PART_ROLES: dict[str, Role | None] = {**ROLES, "from-item": None}
_CALL_KEYS = (
    "also like prompt mode model model-position stream breakpoint batch distinctive until item parameters amends "
    "async-twin batch-code async-batch-code"
)
_CLIENT_KEYS = (
    "also async async-argument async-twin batch batch-refuses provider endpoint model model-position given breakpoint "
    "until"
)


class Library:
    """One library as its file describes it; what it sends prompts with is put on the shelves."""

    def __init__(
        self,
        name: str,
        provider: str,
        endpoint: str,
        model: tuple[str, ...],
        differs: frozenset[str],
        refuses: Mapping[str, str],
        codes: Collection[str],
    ) -> None:
        self._name = name
        self._provider = provider
        self._endpoint = endpoint
        self._model = model
        self._differs = differs
        self._refuses = refuses
        self._codes = {name: name for name in codes}
        self._twins: list[tuple[Value, Mapping[str, Call] | Mapping[str, Client]]] = []
        self._described = Shelf[Call]("call")

    def client(self, value: Value, providers: dict[str, str], clients: Shelf[Client]) -> None:
        """Read an item of `clients`."""
        entry = value.entry("a client", "name", _CLIENT_KEYS)
        if "provider" in entry:
            entry["provider"].word("provider", providers)
        client = Client(
            name=entry.text("name"),
            library=self._name,
            provider=entry.text("provider", self._provider),
            is_async=entry.flag("async"),
            async_argument=entry.text("async-argument"),
            batch=entry.flag("batch", True),
            endpoint=entry.text("endpoint", self._endpoint),
            model=tuple(entry.texts("model")) if "model" in entry else self._model,
            model_position=entry.whole("model-position"),
            given=_given(entry["given"]) if "given" in entry else None,
            marker=_marker(entry["breakpoint"]) if "breakpoint" in entry else None,
            twin=self._twin(entry, clients.things),
            differs=self._differs,
            batch_refuses=frozenset(entry.texts("batch-refuses")),
            until=entry.text("until"),
        )
        for name, at in {client.name: entry["name"], **entry.texts("also")}.items():
            clients.put(name, replace(client, name=name), at)

    def call(self, value: Value, calls: Shelf[Call]) -> None:
        """Read an item of `calls`."""
        entry = value.entry("a call", "call", _CALL_KEYS)
        call = self._described_by(entry, entry.text("call"))
        self._described.put(call.path, call, entry["call"])
        for path, at in {call.path: entry["call"], **entry.texts("also")}.items():
            calls.put(f"{path} of {self._name}", replace(call, path=path), at)

    def function(self, value: Value, functions: Shelf[Call]) -> None:
        """Read an item of `functions`."""
        entry = value.entry("a function", "function", f"async {_CALL_KEYS}")
        path = entry.text("function")
        call = replace(self._described_by(entry, path), function=True, is_async=entry.flag("async"))
        self._described.put(path, call, entry["function"])
        for name, at in {path: entry["function"], **entry.texts("also")}.items():
            twin = call.twin if name.rpartition(".")[2] == path.rpartition(".")[2] else ""
            functions.put(name, replace(call, path=name, twin=twin), at)

    def check(self) -> None:
        """Raise KnowledgeError where a twin is none of the library's clients or calls."""
        for value, known in self._twins:
            value.word("twin", known)

    def _twin(self, entry: Entry, known: Mapping[str, Call] | Mapping[str, Client]) -> str:
        if "async-twin" in entry:
            self._twins.append((entry["async-twin"], known))
        return entry.text("async-twin")

    def _code(self, entry: Entry, key: str) -> str:
        return entry[key].word("file in rules/batches", self._codes) if key in entry else ""

    def _described_by(self, entry: Entry, path: str) -> Call:
        if "like" in entry:
            start = self._described.find(entry["like"])
        elif "prompt" in entry:
            start = Call(path, self._name, self._provider, prompt=())
        else:
            raise entry.at.error("a call needs 'prompt', or 'like' another call which has one")
        return replace(
            start,
            path=path,
            prompt=tuple(read_part(item) for item in entry.items("prompt")) or start.prompt,
            mode=entry["mode"].word("mode", _MODES) if "mode" in entry else start.mode,
            model=entry.text("model", start.model),
            model_position=entry.whole("model-position", start.model_position),
            stream=entry.text("stream", start.stream),
            marker=_marker(entry["breakpoint"]) if "breakpoint" in entry else start.marker,
            batch=entry.text("batch", start.batch),
            batch_code=self._code(entry, "batch-code"),
            async_batch_code=self._code(entry, "async-batch-code"),
            batch_refuses=self._refuses,
            distinctive=entry.flag("distinctive", start.distinctive),
            until=entry.text("until", start.until),
            amends=entry.flag("amends", start.amends),
            twin=self._twin(entry, self._described.things),
            item=entry.text("item", start.item),
            parameters=_parameters(entry) or start.parameters,
        )


def read_record(value: Value, records: Shelf[Record]) -> None:
    """Read an item of `records`."""
    entry = value.entry("a record", "name", "also arguments rest role")
    record = Record(
        name=entry.text("name"),
        arguments=tuple(entry.texts("arguments")),
        rest=entry.flag("rest"),
        role=entry["role"].word("role", ROLES) if "role" in entry else None,
    )
    if record.rest and not record.arguments:
        raise entry.at.error("a record with 'rest' needs 'arguments'")
    for name, at in {record.name: entry["name"], **entry.texts("also")}.items():
        records.put(name, replace(record, name=name), at)


def read_form(value: Value, forms: Shelf[Form]) -> None:
    """Read an item of `forms`."""
    entry = value.entry("a form", "name", "also text messages variable role from-text from-file from-messages")
    form = Form(
        name=entry.text("name"),
        text=entry.text("text"),
        messages=entry.text("messages"),
        variable=entry.text("variable"),
        role=entry["role"].word("role", ROLES) if "role" in entry else None,
        from_text=frozenset(entry.texts("from-text")),
        from_file=frozenset(entry.texts("from-file")),
        from_messages=frozenset(entry.texts("from-messages")),
    )
    for name, at in {form.name: entry["name"], **entry.texts("also")}.items():
        forms.put(name, replace(form, name=name), at)


def _given(value: Value) -> Given:
    entry = value.entry("'given'", "argument text", "position")
    return Given(entry.text("argument"), entry.text("text"), entry.whole("position"))


def read_part(value: Value) -> Part:
    """Read an item of `prompt`, or of `unseen-calls`."""
    entry = value.entry("a part of a prompt", "role", "argument position markable from many switch history each-turn")
    part = Part(
        argument=entry.text("argument"),
        role=entry["role"].word("role", _PART_ROLES),
        position=entry.whole("position"),
        markable=entry.flag("markable", True),
        given_to=entry.text("from"),
        many=entry.flag("many"),
        switch=_switch(entry["switch"]) if "switch" in entry else None,
        history=entry.flag("history"),
        each_turn=entry.flag("each-turn"),
    )
    if part.given_to not in ("", "client") and not (part.given_to[0] in ".@" and part.given_to[1:].isidentifier()):
        raise entry["from"].error("'from' must be client, .method or @decorator")
    if not part.argument and not part.given_to.startswith("@"):
        raise entry.at.error("a part of a prompt needs 'argument', or 'from' a decorator")
    return part


def _parameters(entry: Entry) -> dict[Setting, str]:
    pairs = entry.pairs("parameters")
    return {setting.word("setting", _SETTINGS): argument.text() for setting, argument in pairs}


def _switch(value: Value) -> Switch:
    entry = value.entry("a switch", "how-often because", "format")
    return Switch(entry["how-often"].word("how-often", HOW_OFTEN), entry.text("because"), entry.text("format"))


def _cache_switch(value: Value) -> CacheSwitch:
    entry = value.entry("a switch of a cache", "argument", "from role holds longer ttl")
    return CacheSwitch(
        argument=entry.text("argument"),
        given_to=entry.text("from"),
        role=entry["role"].word("role", ROLES) if "role" in entry else None,
        holds=frozenset(entry.texts("holds")),
        longer=entry.text("longer"),
        ttl=entry.text("ttl"),
    )


def _marker(value: Value) -> Marker | None:
    if value.empty:
        return None
    entry = value.entry("a breakpoint", "key", "request since switches injects element refused mark block")
    return Marker(
        key=entry.text("key"),
        request=entry.text("request"),
        since=entry.text("since"),
        switches=tuple(_cache_switch(item) for item in entry.items("switches")),
        injects=entry.text("injects"),
        refused=frozenset(entry.texts("refused")),
        element=entry.flag("element"),
        mark={key.written(): text.text() for key, text in entry.pairs("mark")},
        block={key.written(): text.text() for key, text in entry.pairs("block")},
    )
