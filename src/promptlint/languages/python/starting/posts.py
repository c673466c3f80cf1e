"""Prompts that are posted over HTTP, without the library of a provider."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.knowledge.models import Call as CallModel
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.starting.parts import written_from
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Cat, Choice, Entry, Format, Global, Map, Op, Splat, Str

MOST_PARTS = 40
"""Parts of an address that are looked at."""


def may_post(node: ast.Call, models: Models) -> bool:
    """Whether a call, as it is written, may post a body."""
    posts = models.posts
    return last_name(node.func) in posts.calls and any(keyword.arg in posts.bodies for keyword in node.keywords)


def posted(call: Call, engine: Engine) -> tuple[CallModel, Map] | None:
    """What a call posts to a provider, as a call with the keys of the body for arguments; None: no prompt is seen."""
    posts = engine.models.posts
    body = next((given for name in posts.bodies if (given := call.keyword(name)) is not None), None)
    if body is None:
        return None
    function = engine.head(call.function)
    if getattr(function, "name", "").rpartition(".")[2] not in posts.calls:
        return None
    address = "".join(_texts(call, engine))
    path = next((to for path, to in posts.paths.items() if path in address), None)
    if path is None and not (address == "" and _keys(body, engine) >= posts.tells):
        return None
    provider = next((to for host, to in posts.hosts.items() if host in address), path or "unknown")
    # Of an object that posts, only its class would tell whether it is awaited.
    name, sync = (function.name, True) if isinstance(function, Global) else ("post", False)
    model = CallModel(name, "", provider, posts.prompt, is_async=not sync, function=True)
    return model, Map((Splat(written_from(body, engine)),), at=call.at)


def _texts(call: Call, engine: Engine) -> Iterator[str]:
    """The texts in an address, as far as it is known."""
    url = call.keyword("url")
    stack: list[Term] = [url] if url is not None else list(reversed(call.arguments[:2]))
    for _ in range(MOST_PARTS):
        if not stack:
            return
        plain = engine.head(stack.pop())
        if isinstance(plain, Str):
            yield plain.value
        elif isinstance(plain, (Cat, Format, Choice)) or (isinstance(plain, Op) and plain.operator in ("+", "or")):
            stack.extend(reversed(list(plain.children())))


def _keys(body: Term, engine: Engine) -> frozenset[str]:
    """The keys that are written out in a body."""
    plain = engine.head(written_from(body, engine))
    keys = [stripped(item.key) for item in plain.items if isinstance(item, Entry)] if isinstance(plain, Map) else []
    return frozenset(key.value for key in keys if isinstance(key, Str))
