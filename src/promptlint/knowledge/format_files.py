"""Reading `rules/formats/*.yaml`: the formats in which prompts are kept outside of code."""

from __future__ import annotations

from collections.abc import Iterable

from promptlint.knowledge.calls import ROLES
from promptlint.knowledge.documents import Entry, Shelf, Value
from promptlint.knowledge.formats import (
    CONTAINERS,
    HEADERS,
    LANGUAGES,
    Format,
    Formats,
    Part,
    Prompt,
    Recognition,
    Shape,
    Signals,
)
from promptlint.knowledge.sources import read_words
from promptlint.knowledge.varying import Words

_CONTAINERS = {word: word for word in CONTAINERS}
_LANGUAGES = {word: word for word in LANGUAGES}
_HEADERS = {word: word for word in HEADERS}
_FORMAT_KEYS = "language-at languages headers roles beside inputs shape reads-like prompts"


def read_formats(documents: Iterable[Value]) -> Formats:
    """Everything that the files say. Raises KnowledgeError."""
    formats: list[Format] = []
    recognition = Recognition()
    messages: dict[str, Value] = {}
    marks: dict[str, Value] = {}
    settings: dict[str, Value] = {}
    declared: dict[str, Value] = {}
    shuffles: dict[str, Value] = {}
    turns: dict[str, Value] = {}
    fixed: dict[str, Value] = {}
    clocks: dict[str, str] = {}
    words: list[Words] = []
    known = Shelf[Words]("word")
    for document in documents:
        entry = document.entry(
            "a formats file",
            "checked",
            "formats recognition messages clocks marks shuffles turns fixed words declared settings",
        )
        checked = entry["checked"].entry("'checked'", "source on")
        checked["on"].day()
        checked.text("source")
        formats += [_format(value) for value in entry.items("formats")]
        if "recognition" in entry:
            recognition = _recognition(entry["recognition"])
        messages |= entry.texts("messages")
        marks |= entry.texts("marks")
        settings |= entry.texts("settings")
        declared |= entry.texts("declared")
        shuffles |= entry.texts("shuffles")
        turns |= entry.texts("turns")
        fixed |= entry.texts("fixed")
        words += [read_words(value, known) for value in entry.items("words")]
        clocks |= {name.written(): value.text() for name, value in entry.pairs("clocks")}
    endings = [*recognition.templates, *recognition.texts, *(e for each in formats for e in each.endings)]
    return Formats(
        formats=tuple(formats),
        endings=tuple(dict.fromkeys(endings)),
        recognition=recognition,
        messages=frozenset(messages),
        clocks=clocks,
        marks=frozenset(marks),
        shuffles=frozenset(shuffles),
        turns=frozenset(turns),
        fixed=frozenset(fixed),
        words=tuple(words),
        settings=frozenset(settings),
        declared=frozenset(declared),
    )


def _format(value: Value) -> Format:
    entry = value.entry("a format", "name endings container language", _FORMAT_KEYS)
    return Format(
        name=entry.text("name"),
        endings=tuple(entry.texts("endings")),
        container=entry["container"].word("container", _CONTAINERS),
        language=entry["language"].word("language", _LANGUAGES),
        language_at=tuple(entry.texts("language-at")),
        languages={word.written(): said.word("language", _LANGUAGES) for word, said in entry.pairs("languages")},
        headers=entry["headers"].word("headers", _HEADERS) if "headers" in entry else "none",
        roles={word.written().lower(): said.word("role", ROLES) for word, said in entry.pairs("roles")},
        beside=entry.text("beside"),
        inputs=tuple(entry.texts("inputs")),
        shape=_shape(entry["shape"]) if "shape" in entry else Shape(),
        reads_like=entry.flag("reads-like"),
        prompts=tuple(_prompt(item) for item in entry.items("prompts")),
    )


def _shape(value: Value) -> Shape:
    entry = value.entry("a shape", "", "needs any-of every only")
    return Shape(
        needs=tuple(entry.texts("needs")),
        any_of=tuple(entry.texts("any-of")),
        every=tuple(entry.texts("every")),
        only=frozenset(entry.texts("only")),
    )


def _prompt(value: Value) -> Prompt:
    entry = value.entry("a prompt", "parts", "each where inputs")
    return Prompt(
        each=entry.text("each"),
        parts=tuple(_part(item) for item in entry.items("parts")),
        where={path.written(): said.text() for path, said in entry.pairs("where")},
        inputs=tuple(entry.texts("inputs")),
    )


def _part(value: Value) -> Part:
    entry = value.entry("a part", "at", "role file text told-by history")
    return Part(
        at=entry["at"].written(),
        role=entry["role"].word("role", ROLES) if "role" in entry else None,
        file=entry.flag("file"),
        text=entry.text("text", "content"),
        told_by=tuple(entry.texts("told-by")) or ("role", "type"),
        history=entry.text("history"),
    )


def _recognition(value: Value) -> Recognition:
    lists = "templates texts tails never-folders never-names never-targets never-phrases about-templates"
    entry = value.entry("'recognition'", f"{lists} least words signals")
    return Recognition(
        templates=tuple(entry.texts("templates")),
        texts=tuple(entry.texts("texts")),
        least=entry["least"].whole(),
        words=entry["words"].whole(),
        signals=tuple(_signals(item) for item in entry.items("signals")),
        tails=frozenset(entry.texts("tails")),
        never_folders=frozenset(entry.texts("never-folders")),
        never_names=tuple(entry.texts("never-names")),
        never_targets=frozenset(entry.texts("never-targets")),
        never_phrases=tuple(entry.texts("never-phrases")),
        about_templates=tuple(entry.texts("about-templates")),
    )


def _signals(value: Value) -> Signals:
    entry: Entry = value.entry("a group of signals", "points", "folders names phrases")
    return Signals(
        points=entry["points"].whole(),
        folders=frozenset(entry.texts("folders")),
        names=frozenset(entry.texts("names")),
        phrases=tuple(entry.texts("phrases")),
    )
