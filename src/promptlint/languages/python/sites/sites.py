"""How a prompt is sent: loops around the call, and signs that somebody waits for the answer or that nobody does."""

from __future__ import annotations

import ast
from math import prod

from promptlint.languages.python.bodies.summaries import LoopFrame
from promptlint.languages.python.sending.prompt import Prompt
from promptlint.languages.python.sites.answering import plain_id, provider_of
from promptlint.languages.python.sites.items import after_failure, functions_between
from promptlint.languages.python.sites.signs import Signs
from promptlint.languages.python.sites.ties import few, tie_of
from promptlint.languages.python.starting.blocking import Blocking
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Const, Global, Item, Op, Str
from promptlint.request import Loop, Mode, Site
from promptlint.settings import Setting


def site_of(send: Send, prompt: Prompt, engine: Engine, signs: Signs, blocking: Blocking) -> Site:
    """The site of a prompt."""
    waiting, offline = signs.of(send) if send.loops else ((), ())
    return Site(
        call=_name(send),
        span=engine.span(send.record.call.at),
        provider=_provider(send, prompt, engine),
        model=_model(prompt, engine),
        mode=_mode(send, engine),
        batch=send.batch,
        twin=_twin(send),
        loops=tuple(_loop(frame, send, engine) for frame in send.loops),
        markable=send.marker is not None,
        framework=send.model.provider == "unknown",
        waiting=waiting,
        offline=offline,
        caching=engine.span(prompt.elsewhere) if prompt.elsewhere is not None else None,
        named=prompt.named,
        blocks=blocking.of(send) if not send.partial else None,
        automatic=prompt.automatic,
        left=prompt.left,
        throughout=prompt.throughout,
        strays=prompt.strays if _told(send) else (),  # a gateway may know them
        parameters=prompt.parameters,
        once=send.function.is_module and not send.loops,
        partial=send.partial,
        bare=not send.model.prompt,
        several=send.several,
        confidence=send.confidence,
    )


def _name(send: Send) -> str:
    if send.partial:
        node = send.record.node
        return send.record.function.module.source(node.func) if isinstance(node, ast.Call) else ""
    if send.model.function:
        return send.model.path
    return f"{send.client.name}.{send.model.path}" if send.client else f"{send.model.library}: {send.model.path}"


def _twin(send: Send) -> str:
    """The name of the call that waits for the answer and lets others go on."""
    model, client = send.model, send.client
    if model.function or client is None or client.is_async:
        return model.twin if model.function else ""
    if model.twin:
        return f"{client.name}.{model.twin}"
    return f"{client.twin}.{model.path}" if client.twin else ""


def _argument(send: Send, name: str, engine: Engine) -> Term:
    return engine.head(Item(send.arguments, Op("key or", (Str(name), Str("")))))


def _told(send: Send) -> bool:
    return send.provider != "unknown" and (send.client is not None or send.model.function)


def _model(prompt: Prompt, engine: Engine) -> str | None:
    model = _id(prompt)
    return plain_id(model, engine.models) if model is not None else None


def _id(prompt: Prompt) -> str | None:
    named = next((p for p in prompt.parameters if p.setting is Setting.MODEL), None)
    return named.literal or None if named is not None else None


def _provider(send: Send, prompt: Prompt, engine: Engine) -> str:
    """The provider of a client, or that of a model's id where a client sends to several."""
    if send.provider != "unknown" or send.elsewhere or send.partial:
        return send.provider
    return provider_of(_id(prompt), engine.models)


def _mode(send: Send, engine: Engine) -> Mode:
    if send.model.mode is not None:
        return send.model.mode
    if send.model.stream:
        stream = _argument(send, send.model.stream, engine)
        if getattr(stream, "value", None) is True:
            return Mode.STREAM
    asynchronous = send.client.is_async if send.client else send.model.is_async or send.record.function.is_async
    return Mode.ASYNC if asynchronous else Mode.SYNC


def _loop(frame: LoopFrame, send: Send, engine: Engine) -> Loop:
    return Loop(
        span=engine.span(frame.at),
        kind=frame.kind,
        over=frame.each.text,
        tie=tie_of(frame, send, engine),
        parallel=frame.parallel,
        few=few(frame, engine),
        pause=_pause(frame, send, engine),
        leaves_early=frame.leaves_early,
        functions=functions_between(frame, send),
        after_failure=after_failure(frame, send),
    )


def _pause(frame: LoopFrame, send: Send, engine: Engine) -> float:
    """Seconds that each turn of a loop waits at most, as far as they are written in the source."""
    longest = 0.0
    for function in dict.fromkeys(record.function for record in send.chain):
        for record in engine.summary(function).calls:
            called, given = record.call.function, record.call.arguments[:1]
            if not given or all(loop.number != frame.number for loop in record.loops):
                continue
            callee = engine.head(called)
            if isinstance(callee, Global) and callee.name in engine.models.pauses:
                longest = max(longest, _number(given[0], engine))
    return longest


def _number(term: Term, engine: Engine) -> float:
    """A number that is written in the source, or as a product of numbers; else 0."""
    plain = engine.head(term)
    if isinstance(plain, Op) and plain.operator == "*":
        return prod(_number(operand, engine) for operand in plain.operands)
    return plain.value if isinstance(plain, Const) and isinstance(plain.value, (int, float)) else 0
