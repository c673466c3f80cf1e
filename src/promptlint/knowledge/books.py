"""The files of `rules/models/`, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptlint.knowledge.calls import ROLES, Library, read_form, read_part, read_record
from promptlint.knowledge.documents import Entry, Shelf, Value
from promptlint.knowledge.models import (
    STEPS,
    Call,
    Client,
    Form,
    Models,
    Part,
    Posts,
    Queries,
    Record,
    Sign,
    Templating,
)
from promptlint.knowledge.running import Running
from promptlint.knowledge.sources import HOW_OFTEN, Clocks, read_signs, read_sources, read_unordered, read_words
from promptlint.knowledge.varying import Source, Words
from promptlint.layout import Role

_MODEL_KEYS = (
    "library provider imports clients endpoint model async-differs batch-refuses batch-loses same-client calls "
    "functions records role-words content-keys unseen-calls prompt-names no-prompt-names tool-classes tool-texts "
    "provider-by-model varies clocks units directives passes-through keeps-newest text-methods unordered "
    "sortable sortable-text orders order-free words histories sessions conversations queries posts somebody-waits "
    "nobody-waits calls-argument maps parallel gathers tasks as-completed pools throttles pauses functions-by-name "
    "templating forms fills filled steps examples"
)
_RUNNING = ("gathers", "tasks", "as-completed", "pools", "throttles")
_SETS = (
    *_RUNNING, "imports", "same-client", "text-methods", "sortable", "sortable-text", "orders", "order-free", "maps",
    "parallel", "pauses", "functions-by-name", "histories", "sessions", "conversations", "prompt-names", "tool-classes",
    "no-prompt-names", "tool-texts", "fills", "filled",
)  # fmt: skip


class Books:
    """What the files read so far say. Nothing may be said twice, whichever file says it."""

    def __init__(self, providers: Sequence[str], batch_codes: Mapping[str, str]) -> None:
        self._providers = {name: name for name in providers}
        self._batch_codes = batch_codes
        self._clients = Shelf[Client]("client")
        self._calls = Shelf[Call]("call")
        self._functions = Shelf[Call]("function")
        self._records = Shelf[Record]("record")
        self._role_words = Shelf[Role]("word for a role")
        self._content_keys = Shelf[str]("key of a content")
        self._provider_by_model = Shelf[str]("start of a model id")
        self._varies = Shelf[Source]("source")
        self._clocks = Clocks()
        self._directives = Shelf[str]("directive")
        self._passes = Shelf[int]("function")
        self._keeps_newest = Shelf[int]("function")
        self._calls_argument = Shelf[int]("function")
        self._unordered = Shelf[str]("source without order")
        self._words_known = Shelf[Words]("word")
        self._signs_known = Shelf[Sign]("sign")
        self._unseen: list[Part] = []
        self._words: list[Words] = []
        self._signs: list[Sign] = []
        self._sets: dict[str, set[str]] = {key: set() for key in _SETS}
        self._templating = Templating()
        self._queries = Queries()
        self._posts = Posts()
        self._forms = Shelf[Form]("form")
        self._steps = Shelf[str]("step")
        self._examples: list[tuple[str, str, tuple[str, ...]]] = []

    def add(self, document: Value, *, shipped: bool) -> None:
        """Read one file. One that is shipped must say when it was checked, and against what. Raises KnowledgeError."""
        required, optional = ("checked", _MODEL_KEYS) if shipped else ("", f"checked {_MODEL_KEYS}")
        entry = document.entry("a models file", required, optional)
        if "checked" in entry:
            _read_checked(entry)
        self._read_calls(entry)
        self._read_sources(entry)
        for key, names in self._sets.items():
            names.update(entry.texts(key))
        if "templating" in entry:
            self._templating = _templating(entry["templating"])
        if "queries" in entry:
            self._queries = _queries(entry["queries"])
        if "posts" in entry:
            self._posts = _posts(entry["posts"], self._providers)
        for value in entry.items("forms"):
            read_form(value, self._forms)
        for name, given in entry.pairs("steps"):
            self._steps.put(name.written(), given.word("step", {word: word for word in STEPS}), name)
        for value in entry.items("examples"):
            self._examples.append(_example(value))

    def models(self) -> Models:
        """Everything that was read. Raises KnowledgeError when a name that was used was never explained."""
        self._clocks.check()
        return self._together()

    def _together(self) -> Models:
        return Models(
            clients=self._clients.things,
            same_client=frozenset(self._sets["same-client"]),
            calls=self._calls_by_path(),
            functions=self._functions.things,
            records=self._records.things,
            role_words={**{role.value: role for role in Role}, **self._role_words.things},
            content_keys=tuple(self._content_keys.things),
            unseen=tuple(self._unseen),
            prompt_names=frozenset(self._sets["prompt-names"]),
            no_prompt_names=frozenset(self._sets["no-prompt-names"]),
            tool_classes=frozenset(self._sets["tool-classes"]),
            tool_texts=frozenset(self._sets["tool-texts"]),
            imports=frozenset(self._sets["imports"]),
            varies=self._varies.things,
            clocks=self._clocks.clocks.things,
            units=self._clocks.units.things,
            directives=self._directives.things,
            passes=self._passes.things,
            keeps_newest=self._keeps_newest.things,
            text_methods=frozenset(self._sets["text-methods"]),
            unordered=self._unordered.things,
            sortable=frozenset(self._sets["sortable"]),
            sortable_text=frozenset(self._sets["sortable-text"]),
            orders=frozenset(self._sets["orders"]),
            counts=frozenset(self._sets["order-free"]),
            words=tuple(self._words),
            histories=frozenset(self._sets["histories"]),
            sessions=frozenset(self._sets["sessions"]),
            conversations=frozenset(self._sets["conversations"]),
            signs=tuple(self._signs),
            calls_argument=self._calls_argument.things,
            maps=frozenset(self._sets["maps"]),
            parallel=frozenset(self._sets["parallel"]),
            running=Running(**{key.replace("-", "_"): frozenset(self._sets[key]) for key in _RUNNING}),
            pauses=frozenset(self._sets["pauses"]),
            functions_by_name=frozenset(self._sets["functions-by-name"]),
            provider_by_model=self._provider_by_model.things,
            templating=self._templating,
            queries=self._queries,
            posts=self._posts,
            forms=self._forms.things,
            fills=frozenset(self._sets["fills"]),
            filled=frozenset(self._sets["filled"]),
            steps=self._steps.things,
            batch_codes=self._batch_codes,
            examples=tuple(self._examples),
        )

    def _calls_by_path(self) -> Mapping[str, tuple[Call, ...]]:
        by_path: dict[str, tuple[Call, ...]] = {}
        for call in self._calls.things.values():
            by_path[call.path] = (*by_path.get(call.path, ()), call)
        return by_path

    def _read_calls(self, entry: Entry) -> None:
        if _sends(entry) and not ("library" in entry and "provider" in entry):
            raise entry.at.error("a models file with clients, calls or functions needs 'library' and 'provider'")
        if "provider" in entry:
            entry["provider"].word("provider", self._providers)
        library = Library(
            entry.text("library"),
            entry.text("provider"),
            entry.text("endpoint"),
            tuple(entry.texts("model")),
            frozenset(entry.texts("async-differs")),
            dict.fromkeys(entry.texts("batch-refuses"), "")
            | {argument.written(): lost.text() for argument, lost in entry.pairs("batch-loses")},
            self._batch_codes,
        )
        for value in entry.items("clients"):
            library.client(value, self._providers, self._clients)
        for value in entry.items("calls"):
            library.call(value, self._calls)
        for value in entry.items("functions"):
            library.function(value, self._functions)
        library.check()
        self._read_messages(entry)
        for start, provider in entry.pairs("provider-by-model"):
            self._provider_by_model.put(start.written(), provider.word("provider", self._providers), start)

    def _read_messages(self, entry: Entry) -> None:
        for value in entry.items("records"):
            read_record(value, self._records)
        for word, role in entry.pairs("role-words"):
            self._role_words.put(word.written(), role.word("role", ROLES), word)
        for key, at in entry.texts("content-keys").items():
            self._content_keys.put(key, key, at)
        self._unseen += [read_part(value) for value in entry.items("unseen-calls")]

    def _read_sources(self, entry: Entry) -> None:
        for value in entry.items("varies"):
            read_sources(value, self._clocks, self._varies)
        for unit, how_often in entry.pairs("units"):
            self._clocks.unit(unit, how_often)
        for unit, letters in entry.pairs("directives"):
            self._clocks.directives(unit, self._directives, letters)
        for value in entry.items("clocks"):
            self._clocks.clock(value)
        for value in entry.items("unordered"):
            read_unordered(value, self._unordered)
        for value in entry.items("words"):
            self._words.append(read_words(value, self._words_known))
        self._signs += read_signs(entry.items("somebody-waits"), True, self._signs_known)
        self._signs += read_signs(entry.items("nobody-waits"), False, self._signs_known)
        for key, shelf in (
            ("passes-through", self._passes),
            ("keeps-newest", self._keeps_newest),
            ("calls-argument", self._calls_argument),
        ):
            for name, position in entry.pairs(key):
                shelf.put(name.written(), position.whole(), name)


def _sends(entry: Entry) -> bool:
    return any(key in entry for key in ("clients", "calls", "functions"))


def _read_checked(entry: Entry) -> None:
    checked = entry["checked"].entry("'checked'", "source on", "version")
    if _sends(entry):
        checked.needs("'checked'", "version")
    checked["on"].day()
    checked.text("source")
    checked.text("version")


def _templating(value: Value) -> Templating:
    entry = value.entry("'templating'", "texts environments loaders packages by-name from-text renders passes")
    return Templating(
        texts=frozenset(entry.texts("texts")),
        environments=frozenset(entry.texts("environments")),
        loaders={name.written(): at.whole() for name, at in entry.pairs("loaders")},
        packages={name.written(): at.whole() for name, at in entry.pairs("packages")},
        by_name=frozenset(entry.texts("by-name")),
        from_text=frozenset(entry.texts("from-text")),
        renders=frozenset(entry.texts("renders")),
        passes=frozenset(entry.texts("passes")),
    )


def _queries(value: Value) -> Queries:
    entry = value.entry("'queries'", "limits sorts descending newest")
    return Queries(*(frozenset(entry.texts(key)) for key in ("limits", "sorts", "descending", "newest")))


def _posts(value: Value, providers: Mapping[str, str]) -> Posts:
    entry = value.entry("'posts'", "calls bodies tells prompt paths hosts")
    return Posts(
        calls=frozenset(entry.texts("calls")),
        bodies=frozenset(entry.texts("bodies")),
        tells=frozenset(entry.texts("tells")),
        prompt=tuple(read_part(part) for part in entry.items("prompt")),
        paths={path.written(): to.word("provider", providers) for path, to in entry.pairs("paths")},
        hosts={host.written(): to.word("provider", providers) for host, to in entry.pairs("hosts")},
    )


def _example(value: Value) -> tuple[str, str, tuple[str, ...]]:
    entry = value.entry("an example", "source", "roles how-often")
    if ("roles" in entry) == ("how-often" in entry):
        raise entry.at.error("an example needs either 'roles' or 'how-often'")
    roles = {role.value: role.value for role in Role}
    often = {word: word for word in HOW_OFTEN}
    must_give = tuple(item.word("role", roles) for item in entry.items("roles"))
    must_give += tuple(item.word("how-often", often) for item in entry.items("how-often"))
    return value.file, entry.text("source"), must_give
