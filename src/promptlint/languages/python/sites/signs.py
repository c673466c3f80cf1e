"""Signs that somebody waits for the answer of a call, or that nobody does."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from promptlint.knowledge.models import Sign
from promptlint.languages.python.bodies.summaries import CallRecord
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.reaching.callers import Callers
from promptlint.languages.python.sites.ties import item_loop
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Call, Global, Param
from promptlint.layout import Confidence
from promptlint.request import Evidence

DEEPEST_WRAPPER = 6
"""Calls around what a loop runs over: `enumerate(tqdm(items))`."""
MOST_HOPS = 2
"""Callers of callers above the loop that are looked at."""
MOST_ABOVE = 12
"""Functions above the loop that are looked at."""
_DOING = ("call", "pause", "decorator")
"""Kinds of signs in what a function does; what it is passed and where it stands tells nothing of a wrapper."""

_NAMES = ("path", "name", "import")
"""Kinds of signs in what things are called."""

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where one word of a name ends and the next begins: `buildIndex`."""

_Found = tuple[Sign, Place]


class Signs:
    """Finds signs in the functions of a call and in their callers."""

    def __init__(self, engine: Engine, callers: Callers) -> None:
        self.engine = engine
        self.callers = callers
        self._of: dict[FunctionInfo, tuple[_Found, ...]] = {}
        self._by_kind: dict[str, list[Sign]] = defaultdict(list)
        for sign in engine.models.signs:
            self._by_kind[sign.kind].append(sign)

    def of(self, send: Send) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """The signs that somebody waits, and those that nobody does, the nearest first."""
        found: dict[tuple[str, Place], tuple[Sign, Evidence]] = {}
        named = False
        for sign, place in self._found(send):
            if sign.kind in _NAMES and not sign.waiting:
                if named:
                    continue  # names and imports say one thing: what the file is about
                named = True
            evidence = Evidence(sign.because, self.engine.span(place), sign.weight)
            found.setdefault((sign.because, place), (sign, evidence))
        waiting = tuple(evidence for sign, evidence in found.values() if sign.waiting)
        return waiting, tuple(evidence for sign, evidence in found.values() if not sign.waiting)

    def _found(self, send: Send) -> Iterator[_Found]:
        for frame in send.loops:
            for name in self._wrappers(frame.each.over, DEEPEST_WRAPPER):
                yield from ((sign, frame.at) for sign in self._by_kind["wraps"] if name in sign.names)
        loop = item_loop(send, self.engine)
        numbers = {frame.number for frame in send.loops} if loop is None else {loop.frame.number}
        inside = True
        for record in send.chain:
            near = inside
            inside = inside and not numbers & {frame.number for frame in record.loops}
            inside = inside and all(frame.at != record.call.at for frame in send.loops)
            for sign, place in self._in(record.function):
                # A program that waits further out waits for other things.
                told = sign.kind in _DOING if inside else near or sign.kind != "pause"
                if told and not _too_late(sign, place, record):
                    yield sign, place
        if loop is not None and loop.batchable:
            for record in self._above(send):
                for sign, place in self._in(record.function):
                    if sign.kind != "pause" and not _too_late(sign, place, record):
                        yield sign, place

    def _above(self, send: Send) -> list[CallRecord]:
        """The last call of the outermost function in each that calls it, and the same of these; the nearest first."""
        known = {record.function for record in send.chain}
        above: list[CallRecord] = []
        level = [send.function]
        for _ in range(MOST_HOPS):
            callers = [c for info in level for c in self.callers.of(info) if c.confidence is not Confidence.LOW]
            last: dict[FunctionInfo, CallRecord] = {}
            for record in (caller.record for caller in callers):
                if record.function not in known:
                    last[record.function] = max(last.get(record.function, record), record, key=_end)
            level = list(last)
            known.update(level)
            above += last.values()
        return above[:MOST_ABOVE]

    def _wrappers(self, term: Term, depth: int) -> Iterator[str]:
        plain = stripped(term)
        if depth > 0 and isinstance(plain, Call):
            yield from names_of(self.engine.head(plain.function), self.engine)
            for argument in (*plain.arguments, *plain.keywords):
                yield from self._wrappers(argument, depth - 1)

    def _in(self, function: FunctionInfo) -> tuple[_Found, ...]:
        if function not in self._of:
            self._of[function] = tuple(self._of_function(function))
        return self._of[function]

    def _of_function(self, function: FunctionInfo) -> Iterator[_Found]:
        module, engine = function.module, self.engine
        for node in getattr(function.node, "decorator_list", ()):
            called = node.func if isinstance(node, ast.Call) else node
            names = set(names_of(engine.head(engine.evaluated(called, module)), engine))
            yield from ((sign, module.place(node)) for sign in self._by_kind["decorator"] if names & sign.names)
        for record in engine.summary(function).calls:
            names = {*names_of(engine.head(record.call.function), engine), _method(record.node)}
            # After a failure, before another try, it is no throttle.
            called = [*self._by_kind["call"], *(self._by_kind["pause"] if not record.handler else ())]
            yield from ((sign, record.call.at) for sign in called if names & sign.names)
        at = Place(module.path, getattr(function.node, "lineno", 1), 0, getattr(function.node, "lineno", 1), 0)
        parameters = set(function.parameters)
        yield from ((sign, at) for sign in self._by_kind["parameter"] if parameters & sign.names)
        types = set(self._types(function)) if self._by_kind["annotation"] else set()
        yield from ((sign, at) for sign in self._by_kind["annotation"] if types & sign.names)
        words = set(module.path.lower().removesuffix(".py").replace("/", "_").replace("-", "_").split("_"))
        yield from ((sign, at) for sign in self._by_kind["path"] if words & sign.names)
        words = set(_WORDS.sub("_", function.name).lower().split("_"))
        yield from ((sign, at) for sign in self._by_kind["name"] if words & sign.names)
        imported = {name.split(".")[0] for name in _imported(module.tree)}
        yield from ((sign, at) for sign in self._by_kind["import"] if imported & sign.names)

    def _types(self, function: FunctionInfo) -> Iterator[str]:
        """The dotted names of the classes outside the project that parameters are annotated with."""
        for name in function.annotations:
            found = classes.annotated(Param(function, name), self.engine)
            if isinstance(found, Global):
                yield found.name


def _too_late(sign: Sign, place: Place, record: CallRecord) -> bool:
    """Whether a sign says nothing, since it stands behind the call."""
    return sign.ahead and place.line > _end(record)


def _end(record: CallRecord) -> int:
    """The last line of a call and of the loops around it."""
    return max(record.call.at.end_line, *(frame.at.end_line for frame in record.loops), 0)


def _method(node: ast.AST) -> str:
    """The name by which a method is called, of whatever object: `.submit`."""
    return f".{node.func.attr}" if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


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
