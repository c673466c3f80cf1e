"""What a part of a prompt is given: by the call, by the constructor of the client, by methods called on it before, or
by functions that are decorated with one of its methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.frozen import replace
from promptlint.knowledge.models import Call as CallModel
from promptlint.knowledge.models import Part
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.sites.answering import CLIENT_MODEL, answering
from promptlint.languages.python.starting.messages import MISSING, part_of
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Choice,
    Const,
    Each,
    Entry,
    Item,
    Map,
    Maybe,
    Op,
    Repeat,
    Seq,
    Splat,
    Str,
)

MOST_BODIES = 6
"""Choices within choices which the body of a request may be."""


def key_of(part: Part) -> str:
    """The name under which a part is found among the arguments of a call: a dotted path."""
    return f"{part.given_to.lstrip('.')} {part.argument}" if part.given_to else part.argument


def arguments_of(model: CallModel, call: Call, client: Term, engine: Engine) -> Map:
    """Everything that enters a prompt by name: what the call is given, then what its client was given before."""
    if model.item:
        return _of_an_item(model, call, engine)
    own = [part for part in model.prompt if not part.given_to]
    items = list(_by_position(own, call))
    made = constructor(client, engine)
    for part in (*model.prompt, *_formats(model), *_switches(model)):
        key = Str(key_of(part).partition(".")[0])
        if not part.given_to or any(isinstance(item, Entry) and item.key == key for item in items):
            continue
        if part.given_to == "client" and made is not None:
            items.append(Entry(key, _named(part, made)))
        elif part.given_to.startswith("."):
            items += [Entry(key, value) for value in _given_to_method(part, client, engine)]
        elif part.given_to.startswith("@") and made is not None:
            items.append(Entry(key, Seq(tuple(_returned(part.given_to[1:], made, engine)))))
    model_id = answering(made, engine).id if made is not None else None
    if model_id is not None:
        items.append(Entry(Str(CLIENT_MODEL), model_id))
    return Map((*items, *call.keywords), at=call.at)


def written_from(body: Term, engine: Engine, left: int = MOST_BODIES) -> Term:
    """What the body of a request was written out from: the mapping, behind the text that was made of it."""
    head = engine.head(body)
    if isinstance(head, Op) and head.operator == "json":
        return head.operands[0]
    if isinstance(head, Choice) and left:
        then, other = written_from(head.then, engine, left - 1), written_from(head.other, engine, left - 1)
        return body if (then, other) == (head.then, head.other) else Choice(head.condition, then, other)
    return body


def one_of(term: Term, engine: Engine) -> Term:
    """One item of a list, each of which is sent by itself."""
    plain = engine.head(term)
    first = _first(plain.items) if isinstance(plain, Seq) else None
    return first if first is not None else Item(term, Const(0))


def _first(items: tuple[Term, ...]) -> Term | None:
    """The first item that may be there."""
    for item in items:
        if isinstance(item, Repeat):
            found = _first(item.items)
        elif isinstance(item, Maybe):
            found = _first(item.then) or _first(item.other)
        else:
            found = item
        if found is not None:
            return found
    return None


def listing_loops(model: CallModel, call: Call, engine: Engine) -> frozenset[int]:
    """The numbers of the loops which list the prompts of a call that sends many: each of these is of another turn."""
    plain = engine.head(_listed(model, call)) if model.item else MISSING
    found: set[int] = set()
    stack = list(plain.items) if isinstance(plain, Seq) else []
    while stack:
        item = stack.pop()
        if isinstance(item, Maybe):
            stack += [*item.then, *item.other]
        elif isinstance(item, Repeat):
            found |= {item.each.loop} if isinstance(item.each, Each) else set()
            stack += item.items
    return frozenset(found)


def _listed(model: CallModel, call: Call) -> Term:
    """What lists the prompts of a call that sends many."""
    if model.item_position is not None and model.item_position < len(call.arguments):
        return call.arguments[model.item_position]
    name = model.item.partition(".")[0]
    return Item(Map(call.keywords, at=call.at), Op("key or", (Str(name), MISSING)))


def _of_an_item(model: CallModel, call: Call, engine: Engine) -> Map:
    """What one item of a list of prompts has in place of the arguments of a call."""
    key = model.item.partition(".")[2]
    one = engine.head(one_of(_listed(model, call), engine))
    given = Item(one, Const(int(key))) if key.isdecimal() else part_of(one, (key,), engine)
    plain = engine.head(given) if given is not None else MISSING
    if isinstance(plain, Call) and engine.record(plain) is not None:
        return Map(plain.keywords, at=call.at)
    return Map((Splat(plain),) if plain != MISSING else (), at=call.at)


def _formats(model: CallModel) -> Iterator[Part]:
    """The arguments beside switches which say in what format the library writes."""
    for part in model.prompt:
        if part.switch is not None and part.switch.format_argument:
            yield replace(part, argument=part.switch.format_argument, position=None, switch=None)


def _switches(model: CallModel) -> Iterator[Part]:
    """The arguments of the client which let the library set breakpoints."""
    for switch in model.marker.switches if model.marker is not None else ():
        if switch.given_to:
            yield Part(switch.argument, None, given_to=switch.given_to)


def _by_position(parts: list[Part], call: Call) -> Iterator[Term]:
    names = {part.position: part.argument.partition(".")[0] for part in parts if part.position is not None}
    for i, argument in enumerate(call.arguments):
        if isinstance(argument, Splat):
            return
        if i in names:
            yield Entry(Str(names[i]), argument)


def _named(part: Part, made: Call) -> Term:
    name = part.argument.partition(".")[0]
    given = next(iter(_by_position([part], made)), None)
    if isinstance(given, Entry):
        return given.value
    return Item(Map(made.keywords, at=made.at), Op("key or", (Str(name), MISSING)))


def constructor(client: Term, engine: Engine) -> Call | None:
    """The call that made a client, behind the methods which give it back."""
    at = engine.head(client)
    while isinstance(at, Op) and at.operator == "enter":
        at = engine.head(at.operands[0])
    while isinstance(at, Call):
        function = stripped(at.function)
        if not isinstance(function, Attr) or function.name not in engine.models.same_client:
            return at
        at = engine.head(function.value)
    return None


def _given_to_method(part: Part, client: Term, engine: Engine) -> Iterator[Term]:
    """What a method was given on the way from the constructor to the client."""
    at = engine.head(client)
    while isinstance(at, Call) and isinstance(function := stripped(at.function), Attr):
        if function.name == part.given_to[1:]:
            yield _named(part, at)
            return
        at = engine.head(function.value)


def _returned(decorator: str, made: Call, engine: Engine) -> Iterator[Term]:
    """What the functions of the client's module return that are decorated with one of its methods."""
    module = engine.project.module(made.at.path) if made.at.path in engine.project.files else None
    for info in module.functions.values() if module is not None else ():
        if any(_decorates(node, decorator, info, made, engine) for node in getattr(info.node, "decorator_list", ())):
            yield engine.summary(info).returns


def _decorates(node: ast.expr, name: str, info: FunctionInfo, made: Call, engine: Engine) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    if not isinstance(target, ast.Attribute) or target.attr != name:
        return False
    owner = engine.head(engine.evaluated(target.value, info.module))
    return isinstance(owner, Call) and owner.at == made.at
