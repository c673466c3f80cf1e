"""Which model answers: what the constructor of a client says, or that of the model which it is given."""

from __future__ import annotations

from typing import NamedTuple

from promptlint.knowledge.models import Client, Models
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Global, Splat, Str

CLIENT_MODEL = "client model id"
"""The name under which the id of a client's model is found among the arguments of a call."""
MOST_NESTED = 3
"""Clients which are given another one as their model, inside each other."""


class Answering(NamedTuple):
    """What answers the calls of a client."""

    id: Term | None
    """The id of the model; None where it is not given."""
    by: Client | None
    """The client which the one that is called was given as its model."""
    made: Call | None
    """The call that made it."""


def answering(made: Call, engine: Engine) -> Answering:
    """What answers the calls of the client that a call makes."""
    by: Client | None = None
    for _ in range(MOST_NESTED):
        client = _client(made, engine)
        given = _given(made, client) if client is not None else None
        head = engine.head(given) if given is not None else None
        inner = _client(head, engine) if isinstance(head, Call) else None
        if inner is None or not isinstance(head, Call):
            return Answering(head if isinstance(head, Str) else None, by, made if by is not None else None)
        by, made = inner, head
    return Answering(None, by, made)


def provider_of(model: str | None, models: Models) -> str:
    """The provider that a model's id tells, by the longest start that fits; `unknown` where it tells none."""
    fits = [start for start in models.provider_by_model if model is not None and model.startswith(start)]
    return models.provider_by_model[max(fits, key=len)] if fits else "unknown"


def plain_id(model: str, models: Models) -> str:
    """A model's id as its provider spells it, without the provider's name before a colon."""
    starts = [start for start in models.provider_by_model if start.endswith(":") and model.startswith(start)]
    return model.removeprefix(max(starts, key=len)) if starts else model


def _client(made: Call, engine: Engine) -> Client | None:
    function = engine.head(made.function)
    return engine.models.clients.get(function.name) if isinstance(function, Global) else None


def _given(made: Call, client: Client) -> Term | None:
    for name in client.model:
        value = made.keyword(name)
        if value is not None:
            return value
    at = client.model_position
    if at is None or at >= len(made.arguments) or any(isinstance(a, Splat) for a in made.arguments[: at + 1]):
        return None
    return made.arguments[at]
