"""Loops over lists of which the items are known, and lists that are made of themselves."""

from __future__ import annotations

from typing import cast

from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Each, Global, Repeat, Seq, Splat, Str
from promptlint.languages.python.values.unrolling import turns


class Circular:
    """Knows one list: a text, and for each of something the list again."""

    def __init__(self) -> None:
        self.turned: dict[tuple[int, int], tuple[Term, ...]] = {}
        again = Repeat(Each(1, Global("things")), (Str("once more"), Splat(Global("list"))))
        self.list = Seq((Str("first"), again))

    def head(self, term: Term) -> Term:
        return self.reduced(term)

    def reduced(self, term: Term) -> Term:
        return self.list if term == Global("list") else term

    def exhausted(self) -> bool:
        return False

    def spend(self, term: Term) -> None:
        pass


def test_a_list_that_is_made_of_itself_comes_to_an_end() -> None:
    each = Each(2, Global("list"))
    made = turns(Repeat(each, (each,)), cast(Engine, Circular()))
    assert made is not None
    assert made[0] == Str("first")
    assert "goes through more code than we follow" in repr(made)
