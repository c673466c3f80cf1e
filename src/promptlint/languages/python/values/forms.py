"""Prompts that a library keeps as objects with places in them, and what they are when they are filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.frozen import dataclass, replace
from promptlint.knowledge.models import Form
from promptlint.languages.python.values import formats, templating
from promptlint.languages.python.values.files import path_of
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Choice,
    Entry,
    Global,
    Item,
    Map,
    Maybe,
    Op,
    Opaque,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_LANGUAGE = "template_format"
_PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class _Made:
    """An object with places in it."""

    form: Form
    text: Term | None = None
    messages: Term | None = None
    variable: Term | None = None
    given: tuple[Term, ...] = ()
    """What was put in before, as entries."""
    jinja: bool = False


def reduced(method: Attr, term: Call, engine: Engine) -> Term | None:
    """A method of such an object; None when it is none, or of something else."""
    made = _made(engine.head(method.value), engine) if method.name in engine.models.fills else None
    if made is None:
        return None
    values = Map((*made.given, *(Splat(argument) for argument in term.arguments), *term.keywords), at=term.at)
    if made.messages is not None:
        found: Term | None = Seq(tuple(_messages(made.messages, values, engine)), at=term.at)
    elif made.form.messages and made.text is not None:
        found = Seq(tuple(_message(made, values, engine)), at=term.at)
    else:
        found = _filled(made, values, engine)
    return Via(found, "filled into the prompt", at=term.at) if found is not None else None


def opened(call: Call, engine: Engine) -> Seq | None:
    """The messages of an object which a call makes, with its places open; None where it makes none of messages."""
    made = _made(call, engine)
    if made is None or made.messages is None:
        return None
    return Seq(tuple(_messages(made.messages, Map(made.given), engine)), at=call.at)


def _made(value: Term, engine: Engine) -> _Made | None:
    if not isinstance(value, Call):
        return None
    function = engine.head(value.function)
    if isinstance(function, Attr) and function.name == "partial":
        inner = _made(engine.head(function.value), engine)
        return replace(inner, given=(*inner.given, *value.keywords)) if inner is not None else None
    if not isinstance(function, Global):
        return None
    form = engine.models.forms.get(function.name)
    if form is not None:
        return _constructed(form, value, engine)
    name, _, method = function.name.rpartition(".")
    form = engine.models.forms.get(name)
    if form is None:
        return None
    first = value.arguments[0] if value.arguments else next(iter(_values(value)), None)
    if first is None:
        return None
    if method in form.from_messages:
        return _Made(form, messages=first)
    if method in form.from_file:
        path = path_of(first, engine)
        text = templating.read(path, engine) if path is not None else None
        return _Made(form, text=text, jinja=_jinja(value, engine)) if text is not None else None
    return _Made(form, text=first, jinja=_jinja(value, engine)) if method in form.from_text else None


def _constructed(form: Form, value: Call, engine: Engine) -> _Made | None:
    first = value.arguments[0] if value.arguments else None
    if form.variable:
        return _Made(form, variable=value.keyword(form.variable) or first)
    if form.messages:
        messages = value.keyword(form.messages) or first
        return _Made(form, messages=messages) if messages is not None else None
    text = value.keyword(form.text) or first
    inner = _made(engine.head(text), engine) if text is not None else None
    if inner is not None:
        return replace(inner, form=form)
    return _Made(form, text=text, jinja=_jinja(value, engine)) if text is not None else None


def _values(call: Call) -> Iterator[Term]:
    return (item.value for item in call.keywords if isinstance(item, Entry))


def _jinja(call: Call, engine: Engine) -> bool:
    said = call.keyword(_LANGUAGE)
    language = engine.head(said) if said is not None else None
    return isinstance(language, Str) and language.value == "jinja2"


def _filled(made: _Made, values: Map, engine: Engine) -> Term | None:
    """The text of an object with values in its places; None when its text is not known."""
    text = engine.reduced(made.text) if made.text is not None else None
    plain = stripped(text) if text is not None else None
    if text is None or not isinstance(plain, (Str, Cat)):
        return None
    if made.jinja:
        return templating.rendered(plain, values, engine) if isinstance(plain, Str) else None
    return formats.formatted(text, (), values.items, engine)


def _messages(messages: Term, values: Map, engine: Engine) -> Iterator[Term]:
    """Messages with values in their places."""
    listed = engine.head(messages)
    for item in listed.items if isinstance(listed, Seq) else (Splat(listed),):
        yield from _item(item, values, engine)


def _item(item: Term, values: Map, engine: Engine) -> Iterator[Term]:
    match item:
        case Splat(value):
            known = engine.head(value)
            yield from _messages(known, values, engine) if isinstance(known, Seq) else (item,)
        case Maybe(condition, then, other):
            sides = (tuple(m for inner in side for m in _item(inner, values, engine)) for side in (then, other))
            yield Maybe(condition, *sides)
        case Repeat():
            yield replace(item, items=tuple(m for inner in item.items for m in _item(inner, values, engine)))
        case _:
            head = engine.head(item)
            if isinstance(head, Choice):
                then, other = tuple(_item(head.then, values, engine)), tuple(_item(head.other, values, engine))
                yield Maybe(head.condition, then, other)
            else:
                yield from _one(head, item, values, engine)


def _one(head: Term, item: Term, values: Map, engine: Engine) -> Iterator[Term]:
    if isinstance(head, Seq) and len(head.items) == 2:
        role, text = engine.head(head.items[0]), head.items[1]
        if isinstance(role, Str) and role.value == _PLACEHOLDER:
            name = engine.head(text)
            yield from _variable(Str(name.value.strip("{}")) if isinstance(name, Str) else name, values)
        else:
            said = _filled(_Made(Form(""), text=text), values, engine)
            yield replace(head, items=(head.items[0], said if said is not None else text), kind="tuple")
        return
    if isinstance(head, (Str, Cat)):
        yield Seq((Str("user"), formats.formatted(item, (), values.items, engine)), "tuple")
        return
    made = _made(head, engine)
    yield from _message(made, values, engine) if made is not None else (item,)


def _message(made: _Made, values: Map, engine: Engine) -> Iterator[Term]:
    """What stands for an object in a list of messages."""
    if made.variable is not None:
        yield from _variable(made.variable, values)
    elif made.messages is not None:
        yield from _messages(made.messages, values, engine)
    else:
        said = _filled(made, values, engine)
        role = made.form.role.value if made.form.role is not None else "user"
        yield Seq((Str(role), said if said is not None else Opaque("is filled into a prompt")), "tuple")


def _variable(name: Term, values: Map) -> Iterator[Term]:
    yield Splat(Item(values, Op("key or", (name, Seq(())))))
