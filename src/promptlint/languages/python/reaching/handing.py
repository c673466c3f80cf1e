"""The calls that one call makes of a function: itself, or because it is handed the function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from promptlint.frozen import dataclass, replace
from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame, fresh_loop
from promptlint.languages.python.sites.looping import callee_name, frames
from promptlint.languages.python.starting.clients import alternatives
from promptlint.languages.python.values.arguments import bound
from promptlint.languages.python.values.enclosing import placed
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped, substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Call, Class, Each, Entry, Func, Global, Param, Str
from promptlint.layout import Confidence

DEEPEST = 8
"""Functions that hand on what they were handed."""
DEEPEST_CLOSURE = 4
"""Functions that others hold, inside each other."""

Match = Callable[[Term, Call], Confidence | None]
"""Whether a callee is the function that is looked for, and how sure that is."""


@dataclass(frozen=True, slots=True)
class Run:
    """A call of the function that is looked for."""

    callee: Term
    call: Call
    loops: tuple[LoopFrame, ...]
    confidence: Confidence


class Handing:
    """Follows a function through the calls that it is handed to."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seen: dict[int, tuple[CallRecord, tuple[LoopFrame, ...], Call]] = {}
        """A call is looked at for each function that it may be one of: how it stands there is the same each time."""
        self._functions: dict[int, tuple[Func | Attr, ...]] = {}
        """And so are the functions that it may be handed."""

    def runs(self, record: CallRecord, match: Match) -> Iterator[Run]:
        """How a call runs the function that `match` knows."""
        if id(record) not in self._seen:
            self._seen[id(record)] = record, frames(record, self.engine), self._placed(record.call)
        _, loops, call = self._seen[id(record)]
        found = list(self._runs(call, loops, match, DEEPEST))
        if not found and call is not record.call and not self._known(call.function):
            # Its own name may tell more than what it holds.
            found = list(self._runs(record.call, loops, match, DEEPEST))
        yield from found

    def _placed(self, call: Call) -> Call:
        """The call with what is called, and the functions that are handed to it, as the functions around hold them."""
        arguments = tuple(self._function(argument) for argument in call.arguments)
        keywords = tuple(
            replace(item, value=self._function(item.value)) if isinstance(item, Entry) else item
            for item in call.keywords
        )
        new = replace(call, function=placed(call.function, self.engine), arguments=arguments, keywords=keywords)
        return new if new != call else call

    def _function(self, term: Term) -> Term:
        around = placed(term, self.engine) if isinstance(stripped(term), Param) else term
        if around is term or not any(isinstance(value, Func) for value in alternatives(around, self.engine)):
            return term
        return around

    def _known(self, function: Term) -> bool:
        return all(isinstance(value, (Func, Class, Global)) for value in alternatives(function, self.engine))

    def _runs(self, call: Call, loops: tuple[LoopFrame, ...], match: Match, depth: int) -> Iterator[Run]:
        found = False
        for callee in alternatives(self.engine.reduced(call.function), self.engine):
            confidence = match(callee, call)
            if confidence is not None:
                yield Run(callee, call, loops, confidence)
                return
            if depth <= 0:
                continue
            for run in self._handed(callee, call, loops, match, depth):
                found = True
                yield run
            if found:
                return

    def _handed(
        self, callee: Term, call: Call, loops: tuple[LoopFrame, ...], match: Match, depth: int
    ) -> Iterator[Run]:
        if isinstance(callee, Call) and callee.arguments and callee_name(self.engine.head(callee.function)) in _PARTIAL:
            first, rest = callee.arguments[0], callee.arguments[1:]
            whole = Call(first, (*rest, *call.arguments), (*callee.keywords, *call.keywords), at=call.at)
            yield from self._runs(whole, loops, match, depth - 1)
            return
        given = [i for i, argument in enumerate(call.arguments) if self._gives(argument, match)]
        named = [k for k in call.keywords if isinstance(k, Entry) and self._gives(k.value, match)]
        if not isinstance(callee, Func):
            for i in given:
                function, rest = call.arguments[i], call.arguments[i + 1 :]
                handed, around = self._by_library(callee_name(callee), function, rest, call)
                if self._told(handed):
                    yield from self._runs(handed, (*loops, *around), match, depth - 1)
            yield from self._by_keyword(named, call, loops, match, depth)
            return
        captured = any(self._gives(entry.value, match) for entry in callee.captured if isinstance(entry, Entry))
        if not given and not named and not captured:
            return
        inside = list(self._inside(callee, call, loops, match, depth))
        yield from inside
        # Unless it is given back, who calls it is out of sight: it gets what stands behind it.
        if not inside and not self._gives(call, match):
            for i in given:
                handed = Call(call.arguments[i], call.arguments[i + 1 :], call.keywords, at=call.at)
                yield from self._runs(handed, loops, match, depth - 1)

    def _told(self, handed: Call) -> bool:
        """Whether a function gets anything of what it needs. Something out of sight may well call it with its own."""
        given = {entry.key for entry in handed.keywords if isinstance(entry, Entry)}
        for callee in alternatives(handed.function, self.engine):
            names = callee.info.positional[len(callee.receiver) :] if isinstance(callee, Func) else ()
            needed = [name for name in names if isinstance(callee, Func) and name not in callee.info.defaults]
            if needed and not handed.arguments and not any(Str(name) in given for name in needed):
                return False
        return True

    def _by_keyword(
        self, named: list[Entry], call: Call, loops: tuple[LoopFrame, ...], match: Match, depth: int
    ) -> Iterator[Run]:
        """The calls of functions which something out of sight is passed by keyword: `retry(func=f, question=q)`."""
        for entry in named:
            if isinstance(entry.key, Str) and entry.key.value in self.engine.models.functions_by_name:
                rest = tuple(item for item in call.keywords if item is not entry)
                yield from self._runs(Call(entry.value, call.arguments, rest, at=call.at), loops, match, depth - 1)

    def _inside(
        self, callee: Func, call: Call, loops: tuple[LoopFrame, ...], match: Match, depth: int
    ) -> Iterator[Run]:
        """The calls in the body of a function of the project that is handed the one that is looked for."""
        values = bound(callee, call, self.engine)
        for record in self.engine.summary(callee.info).calls:
            inner = substituted(record.call, values)
            assert isinstance(inner, Call)
            inner = replace(inner, at=call.at)  # what the user wrote is where it is handed over
            around = tuple(
                replace(frame, at=call.at, each=each, through=record.call.at)
                for frame in frames(record, self.engine)
                if isinstance(each := substituted(frame.each, values), Each)
            )
            yield from self._runs(inner, (*loops, *around), match, depth - 1)

    def _by_library(
        self, name: str, function: Term, rest: tuple[Term, ...], call: Call
    ) -> tuple[Call, tuple[LoopFrame, ...]]:
        """The call of a function that is handed over: once, or for each item where `name` goes through some."""
        models = self.engine.models
        if name not in models.maps:
            return Call(function, rest, call.keywords, at=call.at), ()
        over = rest[0] if rest else getattr(stripped(call.function), "value", call.function)
        at = self.engine.mapped(call.at, name.rpartition(".")[2])
        each = Each(fresh_loop(), over, self.engine.source(at), at=at)
        frame = LoopFrame(each.loop, name.removeprefix("."), call.at, each, parallel=name in models.parallel)
        return Call(function, (each, *rest[1:]), call.keywords, at=call.at), (frame,)

    def _gives(self, term: Term, match: Match, depth: int = DEEPEST_CLOSURE) -> bool:
        """Whether an argument is the function that is looked for, or one that may call it."""
        return any(self._is(plain, match, depth) for plain in self._may_be(term))

    def _may_be(self, term: Term) -> tuple[Func | Attr, ...]:
        """The functions that an argument may be, or that it fills the first arguments of."""
        known = self._functions.get(term.exact)
        if known is None:
            heads = map(self._filled_in, alternatives(term, self.engine))
            known = self._functions[term.exact] = tuple(head for head in heads if isinstance(head, (Func, Attr)))
        return known

    def _filled_in(self, plain: Term) -> Term:
        if isinstance(plain, Call) and plain.arguments and callee_name(self.engine.head(plain.function)) in _PARTIAL:
            return self.engine.head(plain.arguments[0])
        return plain

    def _is(self, plain: Func | Attr, match: Match, depth: int) -> bool:
        if match(plain, Call(plain)) is not None:
            return True
        inside = plain.captured if isinstance(plain, Func) and depth else ()
        return any(isinstance(entry, Entry) and self._gives(entry.value, match, depth - 1) for entry in inside)


_PARTIAL = ("functools.partial", "functools.partialmethod")
