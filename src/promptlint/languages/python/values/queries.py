"""Rows of a store: `db.query(Message).order_by(Message.at.desc()).limit(20)` gives the newest messages only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.places import NOWHERE
from promptlint.languages.python.values import cuts
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import NONE, Attr, Call, Cat, Const, Entry, Global, Item, Op, Seq, Str

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_NEWEST_ROWS = re.compile(r"\border\s+by\b.*\bdesc\b.*\blimit\b\s*(\d+)?", re.IGNORECASE | re.DOTALL)
_MOST_CALLS = 20
"""Calls of one chain, and of what they are given, that are looked at."""


def newest(term: Term, engine: Engine) -> Op | None:
    """A list of rows, cut, where a query asks for so many of the newest; None where nothing says so."""
    words = engine.models.queries
    limit = _first(term)
    backwards = False
    for number, (name, call) in enumerate(_calls(term)):
        if number == _MOST_CALLS:
            return None
        given = [engine.head(argument) for argument in call.arguments]
        for written in filter(None, map(_sql, given)):
            return cuts.cut(term, call.at, _number(written), cuts.KEEPS)
        at_most = next((call.keyword(word) for word in words.limits if call.keyword(word) is not None), None)
        if name in words.limits and given:
            limit = limit or given[0]
        elif name in words.newest and at_most is not None:
            limit, backwards = limit or at_most, True
        elif name in words.sorts:
            backwards |= any(_descends(part, words.descending) for part in (*given, *call.keywords))
    return cuts.cut(term, getattr(term, "at", NOWHERE), limit, cuts.KEEPS) if limit and backwards else None


def _first(term: Term) -> Term | None:
    """How many rows a slice takes of those that a query gives: `[:20]`, the other way round or not."""
    at = stripped(term)
    while isinstance(at, Item):
        low, high = cuts.ends(at) or (None, NONE)
        if low in (NONE, Const(0)) and high != NONE:
            return high
        at = stripped(at.value)
    return None


def _calls(term: Term) -> Iterator[tuple[str, Call]]:
    """The calls of a chain and of the queries that they are given, by their last names, the last one first."""
    at = stripped(term)
    while isinstance(at, (Call, Attr, Item)):
        if isinstance(at, Call):
            function = stripped(at.function)
            if isinstance(function, (Attr, Global)):
                yield function.name.rpartition(".")[2], at
            for argument in at.arguments:
                yield from _calls(argument)
            at = stripped(function.value) if isinstance(function, Attr) else NONE
        else:
            at = stripped(at.value)


def _sql(term: Term) -> re.Match[str] | None:
    parts = [stripped(part) for part in term.parts] if isinstance(term, Cat) else [term]
    return _NEWEST_ROWS.search("".join(part.value for part in parts if isinstance(part, Str)))


def _number(written: re.Match[str]) -> Term:
    return Const(int(written[1])) if written[1] else NONE


def _descends(term: Term, words: frozenset[str]) -> bool:
    """Whether an argument of a sort says that the newest comes first."""
    plain = stripped(term)
    if isinstance(plain, Entry):
        return isinstance(plain.key, Str) and plain.key.value in words and stripped(plain.value) == Const(True)
    if isinstance(plain, Call):
        return _descends(plain.function, words)
    if isinstance(plain, Seq):
        return any(_descends(item, words) for item in plain.items)
    if isinstance(plain, (Attr, Global)):
        return plain.name.rpartition(".")[2] in words
    return plain == Const(-1) or (isinstance(plain, Str) and plain.value.startswith("-"))
