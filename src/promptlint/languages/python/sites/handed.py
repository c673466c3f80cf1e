"""The functions that are handed the messages of a prompt: to send them, to make others of them, or to change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from promptlint.frozen import dataclass
from promptlint.languages.python.bodies.summaries import CallRecord
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.arguments import bound
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Choice, Entry, Func, Map, Op, Seq, Splat, Str

MOST_LISTS = 100
"""Values that are looked at for the lists that a call sends."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A function that comes by the messages of a prompt."""

    info: FunctionInfo
    lists: Sequence[Term]
    """The lists among which they are, in the terms of whoever calls it, or of the function itself."""
    values: Mapping[Term, Term]
    """Its parameters → what it is given; empty: `lists` are in its own terms."""


def handed(send: Send, engine: Engine) -> Iterator[Handed]:
    """The functions by which a prompt is sent, the innermost first, each with those that it hands the messages to."""
    aside = {part.argument for part in send.model.prompt if part.role is not None}
    for record in send.chain:
        lists = list(_lists(_sent(record, aside)))
        yield Handed(record.function, lists, {})
        made = [at for at in lists if isinstance(at, Call)]
        for call in dict.fromkeys([*made, *_given(record.function, lists, engine)]):
            function = engine.head(call.function)
            if isinstance(function, Func):
                yield Handed(function.info, lists, bound(function, call, engine))


def _sent(record: CallRecord, aside: set[str]) -> list[Term]:
    """What a call hands on, without what is no message by the name of its argument."""
    keywords: list[Term] = []
    for keyword in record.call.keywords:
        inside = stripped(keyword.value) if isinstance(keyword, Splat) else None
        keywords += inside.items if isinstance(inside, Map) else (keyword,)
    kept = [k for k in keywords if isinstance(k, Entry) and not (isinstance(k.key, Str) and k.key.value in aside)]
    return [*record.call.arguments, *(entry.value for entry in kept)]


def _lists(values: Sequence[Term]) -> Iterator[Term]:
    """Values, with the lists that they are put together of and the calls that they are made by."""
    stack = list(values)
    for _ in range(MOST_LISTS):
        if not stack:
            return
        at = stripped(stack.pop())
        yield at
        if isinstance(at, Choice):
            stack += [at.then, at.other]
        elif isinstance(at, Seq):
            stack += [item.value for item in at.items if isinstance(item, Splat)]
        elif isinstance(at, Op) and at.operator == "+":
            stack += at.operands
        elif isinstance(at, Call):
            stack += [*at.arguments, *(k.value for k in at.keywords if isinstance(k, Entry))]


def _given(info: FunctionInfo, lists: Sequence[Term], engine: Engine) -> Iterator[Call]:
    """The calls in a body that are handed one of the lists, to do something to it in its place."""
    for record in engine.summary(info).calls:
        if any(stripped(argument) in lists for argument in record.call.arguments):
            yield record.call
