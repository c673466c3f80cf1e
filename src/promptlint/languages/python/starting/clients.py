"""Which client is behind a value, and whether it was told to send elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from promptlint.knowledge.models import Client
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Call, Cat, Choice, Global, Op, Param, Str

MOST_ALTERNATIVES = 6
"""Values of one callee that are looked at."""


class Reached(NamedTuple):
    """A client, and where it sends."""

    client: Client
    elsewhere: bool
    """Whether it was told to send to another host."""


def client_of(term: Term, engine: Engine) -> Reached | None:
    """The client that a term is; None when it is none."""
    clients = engine.models.clients
    if isinstance(term, Call):
        return _made(term, engine)
    if isinstance(term, Op) and term.operator == "enter":
        return behind(term.operands[0], engine)
    if isinstance(term, Op) and term.operator == "|":
        return next((found for operand in term.operands if (found := behind(operand, engine)) is not None), None)
    if isinstance(term, Param):
        annotation = classes.annotated(term, engine)
        if isinstance(annotation, Global) and annotation.name in clients:
            return Reached(clients[annotation.name], False)
    if isinstance(term, Attr):
        return _below(term, engine)
    if isinstance(term, Global) and term.name in clients:
        return Reached(clients[term.name], False)
    return None


def behind(term: Term, engine: Engine) -> Reached | None:
    """The first client that the value of a term may be."""
    for base in alternatives(engine.reduced(term), engine):
        found = client_of(base, engine)
        if found is not None:
            return found
    return None


def names_another_host(endpoint: Term, engine: Engine) -> bool:
    """Whether another host is written in the source, or has to be passed: what may be left out tells none."""
    values = list(alternatives(engine.reduced(endpoint), engine))
    must = [isinstance(v, (Str, Cat)) or (isinstance(v, Param) and v.name not in v.info.defaults) for v in values]
    return all(must)


def _made(call: Call, engine: Engine) -> Reached | None:
    models = engine.models
    function = engine.head(call.function)
    if isinstance(function, Global) and function.name in models.clients:
        client = models.clients[function.name]
        given = call.keyword(client.endpoint) if client.endpoint else None
        return Reached(client, given is not None and names_another_host(given, engine))
    if isinstance(function, Attr) and function.name in models.same_client:
        return behind(function.value, engine)
    return _below(function, engine)


def _below(term: Term, engine: Engine) -> Reached | None:
    """A client which a method or an attribute of another one gives (`client.chats.create(…)`)."""
    names: list[str] = []
    while isinstance(term, Attr):
        names.insert(0, term.name)
        term = engine.head(term.value)
    made = (
        engine.head(term.function)
        if isinstance(term, Call)
        else classes.annotated(term, engine)
        if isinstance(term, Param)
        else None
    )
    found = engine.models.clients.get(".".join([made.name, *names])) if isinstance(made, Global) and names else None
    return Reached(found, False) if found else None


def alternatives(term: Term, engine: Engine, most: int = MOST_ALTERNATIVES) -> Iterator[Term]:
    """The values a term may have, each once, without the steps around them."""
    stack = [term]
    seen: set[int] = set()
    while stack and most > 0:
        at = engine.head(stack.pop())
        if at.exact in seen:  # choices have sides in common: one by one, there may be more of them than anybody counts
            continue
        seen.add(at.exact)
        if isinstance(at, Choice):
            stack += [at.other, at.then]
        else:
            most -= 1
            yield at
