"""Signs that somebody waits for the answer of a call, or that nobody does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.knowledge.models import Sign
from promptlint.languages.python.definitions import FunctionInfo
from promptlint.languages.python.engine import Engine
from promptlint.languages.python.places import Place
from promptlint.languages.python.rewriting import stripped
from promptlint.languages.python.senders import Send
from promptlint.languages.python.term import Term
from promptlint.languages.python.terms import Attr, Call, Global
from promptlint.layout import Evidence

DEEPEST_WRAPPER = 6
"""Calls around what a loop runs over: `enumerate(tqdm(items))`."""


def signs_of(send: Send, engine: Engine) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """The signs that somebody waits, and those that nobody does, the nearest first."""
    found: dict[tuple[str, Place], tuple[Sign, Evidence]] = {}
    for sign, place in _found(send, engine):
        found.setdefault((sign.because, place), (sign, Evidence(sign.because, engine.span(place), sign.weight)))
    waiting = tuple(evidence for sign, evidence in found.values() if sign.waiting)
    return waiting, tuple(evidence for sign, evidence in found.values() if not sign.waiting)


def _found(send: Send, engine: Engine) -> Iterator[tuple[Sign, Place]]:
    by_kind: dict[str, list[Sign]] = {}
    for sign in engine.models.signs:
        by_kind.setdefault(sign.kind, []).append(sign)
    for frame in send.loops:
        for name in _wrappers(frame.each.over, engine, DEEPEST_WRAPPER):
            yield from ((sign, frame.at) for sign in by_kind.get("wraps", ()) if name in sign.names)
    for function in dict.fromkeys(record.function for record in send.chain):
        yield from _of_function(function, by_kind, engine)


def _wrappers(term: Term, engine: Engine, depth: int) -> Iterator[str]:
    plain = stripped(term)
    if depth > 0 and isinstance(plain, Call):
        yield from names_of(engine.head(plain.function), engine)
        for argument in (*plain.arguments, *plain.keywords):
            yield from _wrappers(argument, engine, depth - 1)


def _of_function(
    function: FunctionInfo, by_kind: dict[str, list[Sign]], engine: Engine
) -> Iterator[tuple[Sign, Place]]:
    module = function.module
    for node in getattr(function.node, "decorator_list", ()):
        called = node.func if isinstance(node, ast.Call) else node
        names = set(names_of(engine.head(engine.evaluated(called, module)), engine))
        yield from ((sign, module.place(node)) for sign in by_kind.get("decorator", ()) if names & sign.names)
    for record in engine.summary(function).calls:
        names = set(names_of(engine.head(record.call.function), engine))
        yield from ((sign, record.call.at) for sign in by_kind.get("call", ()) if names & sign.names)
    at = Place(module.path, getattr(function.node, "lineno", 1), 0, getattr(function.node, "lineno", 1), 0)
    parameters = set(function.parameters)
    yield from ((sign, at) for sign in by_kind.get("parameter", ()) if parameters & sign.names)
    words = set(module.path.lower().removesuffix(".py").replace("/", "_").replace("-", "_").split("_"))
    yield from ((sign, at) for sign in by_kind.get("path", ()) if words & sign.names)
    imported = {name.split(".")[0] for name in _imported(module.tree)}
    yield from ((sign, at) for sign in by_kind.get("import", ()) if imported & sign.names)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def names_of(callee: Term, engine: Engine) -> Iterator[str]:
    """The dotted names by which the models may know a callee: `fastapi.FastAPI.post` and `.post`."""
    if isinstance(callee, Global):
        yield callee.name
    elif isinstance(callee, Attr):
        yield f".{callee.name}"
        base = engine.head(callee.value)
        if isinstance(base, Call):
            maker = engine.head(base.function)
            if isinstance(maker, Global):
                yield f"{maker.name}.{callee.name}"
