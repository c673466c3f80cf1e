"""What a nested function sees of the functions around it, where it is looked at by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.languages.python.values.rewriting import substituted, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Param

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def placed(term: Term, engine: Engine) -> Term:
    """The term with what its names hold in the functions around: of those that a nested function has not itself.

    A closure that is called sees what stands there at the time; where only its body is known, it is what stands there
    at the end.
    """
    return substituted(term, dict(_around(term, engine)))


def _around(term: Term, engine: Engine) -> Iterator[tuple[Term, Term]]:
    for symbol in symbols(term):
        if not isinstance(symbol, Param) or symbol.name in symbol.info.parameters:
            continue
        outer = symbol.info.parent
        while outer is not None:
            held = engine.summary(outer).bindings.get(symbol.name)
            if held is not None:
                yield symbol, held
                break
            outer = outer.parent
