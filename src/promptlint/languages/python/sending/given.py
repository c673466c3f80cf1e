"""What a call is given, by the names of its arguments."""

from __future__ import annotations

from promptlint.languages.python.sending.judging import Judge
from promptlint.languages.python.starting.messages import MISSING, part_of
from promptlint.languages.python.starting.parts import written_from
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import rewrapped, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Choice,
    Class,
    Entry,
    Global,
    Item,
    Map,
    Op,
    Opaque,
    Str,
)

MOST_CHOICES = 60
"""Choices within choices, and what stands in for what is not there, that an argument may be."""


def is_object(term: Term, engine: Engine) -> bool:
    """Whether a value is an object whose fields are known: of a class of the project, or a record of a library."""
    if not isinstance(term, Call):
        return False
    client = isinstance(term.function, Global) and term.function.name in engine.models.clients
    return client or isinstance(term.function, Class) or engine.record(term) is not None


class Arguments:
    """The arguments of one call."""

    def __init__(self, engine: Engine, send: Send, judge: Judge) -> None:
        self.engine = engine
        self.send = send
        self.judge = judge

    def __call__(self, path: str) -> Term:
        """An argument by its dotted path; `MISSING` when it is not given."""
        first, *rest = path.split(".")
        # A keyword that is written out is not in `**kwargs` too.
        written = [item for item in self.send.arguments.items if isinstance(item, Entry) and item.key == Str(first)]
        term = written[0].value if written else self._from_mapping(first)
        for name in rest:
            data = written_from(term, self.engine)
            head = self.engine.head(data)
            if isinstance(head, Call) and is_object(head, self.engine):
                term = part_of(head, (name,), self.engine) or MISSING
            elif isinstance(head, (Map, Choice)) or head == MISSING:
                term = self._assumed(Item(data, Op("key or", (Str(name), MISSING))), {}, MOST_CHOICES)
            else:
                term = Attr(data, name)
        return term

    def _from_mapping(self, name: str) -> Term:
        """An argument from `**kwargs`; what is unknown of them is taken not to hold it."""
        return self._assumed(Item(self.send.arguments, Op("key or", (Str(name), MISSING))), {}, MOST_CHOICES)

    def _assumed(self, asked: Term, known: dict[int, Term], left: int) -> Term:
        if asked.exact not in known:  # choices within choices have sides in common
            known[asked.exact] = self._newly_assumed(asked, known, left)
        return known[asked.exact]

    def _newly_assumed(self, asked: Term, known: dict[int, Term], left: int) -> Term:
        if not left:
            return Opaque("is one of more values than we follow")
        term = self.engine.reduced(asked)
        plain = stripped(term)
        if isinstance(plain, Choice):
            then, other = (self._assumed(side, known, left - 1) for side in (plain.then, plain.other))
            return then if stripped(then) == stripped(other) else rewrapped(Choice(plain.condition, then, other), term)
        if not isinstance(plain, Item) or not isinstance(key := stripped(plain.key), Op) or key.operator != "key or":
            return term
        self.judge.ask(plain.value)
        return self._assumed(key.operands[1], known, left - 1)
