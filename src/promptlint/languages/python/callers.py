"""Who calls a function of the project, and what a prompt is as the caller sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import commonpath, dirname

from promptlint.languages.python import attributes
from promptlint.languages.python.arguments import arguments, bound
from promptlint.languages.python.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.engine import Engine
from promptlint.languages.python.rewriting import stripped, substituted, symbols
from promptlint.languages.python.senders import Send, alternatives
from promptlint.languages.python.summaries import CallRecord, LoopFrame, fresh_loop
from promptlint.languages.python.term import Term
from promptlint.languages.python.terms import (
    Attr,
    Call,
    Class,
    Each,
    Func,
    Global,
    Map,
    Param,
    Via,
)
from promptlint.layout import Confidence

MOST_CALLS = 40
"""Calls of one name that are looked at."""
MOST_CALLERS = 12
"""Callers of one function that are followed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One call of a function, and what its parameters are there."""

    record: CallRecord
    values: dict[Term, Term]
    """Parameter → argument."""
    made: Call | None
    """The object, when it is a constructor that is called."""
    loops: tuple[LoopFrame, ...]
    confidence: Confidence


class Callers:
    """Finds the calls of a function in the project, nearest files first."""

    def __init__(self, engine: Engine, paths: tuple[str, ...]) -> None:
        self.engine = engine
        self._paths = paths
        self._memo: dict[FunctionInfo, tuple[Caller, ...]] = {}

    def of(self, info: FunctionInfo) -> tuple[Caller, ...]:
        """The calls of a function; certain ones, or when there is none, those that its name suggests."""
        if info not in self._memo:
            found = list(self._found(info))
            certain = [caller for caller in found if caller.confidence is Confidence.HIGH]
            self._memo[info] = tuple((certain or found)[:MOST_CALLERS])
        return self._memo[info]

    def _found(self, info: FunctionInfo) -> Iterator[Caller]:
        name = info.name
        if name == "__init__" and info.owner is not None:
            name = info.owner.name
        elif name == "__call__" or info.is_module or name == "<lambda>":
            return
        looked = 0
        for module in self._naming(name, info.module):
            for node, function in module.calls_by_name.get(name, ()):
                if looked >= MOST_CALLS:
                    return
                looked += 1
                for record in self.engine.summary(function).records(node):
                    self.engine.fresh()
                    yield from self._matches(record, info)

    def _naming(self, name: str, home: ModuleInfo) -> Iterator[ModuleInfo]:
        needle = name.encode()
        yield home
        ours = self._paths if is_test(home.path) else tuple(path for path in self._paths if not is_test(path))
        near = sorted(ours, key=lambda path: (-_shared(path, home.path), path))
        for path in near:
            if path != home.path and needle in self.engine.project.files[path]:
                module = self.engine.project.module(path)
                if module is not None:
                    yield module

    def _matches(self, record: CallRecord, info: FunctionInfo) -> Iterator[Caller]:
        for call, loops in self._calls(record):
            for callee in alternatives(self.engine.reduced(call.function), self.engine):
                values, confidence = self._values(callee, call, info)
                if values is not None:
                    made = call if isinstance(callee, Class) else None
                    yield Caller(record, values, made, loops, confidence)
                    return

    def _calls(self, record: CallRecord) -> Iterator[tuple[Call, tuple[LoopFrame, ...]]]:
        """The call, and the calls it makes of what it is handed."""
        call = record.call
        yield call, record.loops
        callee = stripped(self.engine.reduced(call.function))
        name = f".{callee.name}" if isinstance(callee, Attr) else callee.name if isinstance(callee, Global) else ""
        for i, argument in enumerate(call.arguments):
            if isinstance(stripped(argument), (Func, Attr, Param)):
                yield self._handed(record, name, argument, call.arguments[i + 1 :])

    def _handed(
        self, record: CallRecord, name: str, function: Term, rest: tuple[Term, ...]
    ) -> tuple[Call, tuple[LoopFrame, ...]]:
        """The call of a function that is handed over: once, or for each item where `name` goes through some."""
        call, models = record.call, self.engine.models
        if name not in models.maps:
            return Call(function, rest, call.keywords, at=call.at), record.loops
        over = rest[0] if rest else getattr(stripped(call.function), "value", call.function)
        each = Each(fresh_loop(), over, self.engine.source(call.at), at=call.at)
        frame = LoopFrame(each.loop, name.removeprefix("."), call.at, each, parallel=name in models.parallel)
        return Call(function, (each, *rest[1:]), call.keywords, at=call.at), (*record.loops, frame)

    def _values(self, callee: Term, call: Call, info: FunctionInfo) -> tuple[dict[Term, Term] | None, Confidence]:
        if isinstance(callee, Func) and callee.info is info:
            return bound(callee, call, self.engine), Confidence.HIGH
        if isinstance(callee, Class) and info.name == "__init__":
            lineage = attributes.lineage(callee.info, self.engine)
            init = next((klass.methods["__init__"] for klass in lineage if "__init__" in klass.methods), None)
            if init is info:
                return self._constructed(info, call), Confidence.HIGH
        if isinstance(callee, Func) and self._overrides(info, callee.info):
            return bound(replace(callee, info=info), call, self.engine), Confidence.MEDIUM
        by_name = isinstance(callee, Attr) and callee.name == info.name and not isinstance(callee.value, (Map, Class))
        if by_name and info.owner is not None and self._fits(info, call):
            method = Func(info, (Param(info, info.receiver),) if info.receiver else ())
            return bound(method, call, self.engine), Confidence.MEDIUM
        return None, Confidence.LOW

    def _overrides(self, info: FunctionInfo, called: FunctionInfo) -> bool:
        """Whether a call of one method may be one of another, which a subclass has in its place."""
        if info.owner is None or called.owner is None or called.name != info.name:
            return False
        return called.owner in attributes.lineage(info.owner, self.engine)

    def _constructed(self, info: FunctionInfo, call: Call) -> dict[Term, Term]:
        values: dict[Term, Term] = {}
        for name, value in arguments(info, call, self.engine, (call,)).items():
            values[Param(info, name)] = Via(value, f"argument `{name}` of `{info.qualname}`", at=call.at)
        return values

    @staticmethod
    def _fits(info: FunctionInfo, call: Call) -> bool:
        """Whether a call could be one of a method: it names no parameter that the method lacks."""
        names = set(info.parameters)
        a = info.arguments
        if a is None or len(call.arguments) > len(info.positional) - 1 + 99 * bool(a.vararg):
            return False
        given = {getattr(getattr(item, "key", None), "value", None) for item in call.keywords}
        return bool(a.kwarg) or given - {None} <= names


def is_test(path: str) -> bool:
    """Whether a file holds tests: what they pass is not what the program sends."""
    *folders, name = path.split("/")
    return bool({"test", "tests", "testing"} & set(folders)) or name.startswith("test_") or name == "conftest.py"


def _shared(path: str, home: str) -> int:
    """How many folders two files share."""
    a, b = dirname(path), dirname(home)
    return len(commonpath([a, b]).split("/")) if a and b else 0


def lifted(send: Send, caller: Caller, info: FunctionInfo, engine: Engine) -> Send:
    """The prompt as the caller of `info` sees it."""
    values = {**caller.values, **_objects(send, caller, engine)}
    new = substituted(send.arguments, values)
    assert isinstance(new, Map)
    outer = send.function is info
    loops = tuple(
        replace(loop, each=each) if isinstance(each := substituted(loop.each, values), Each) else loop
        for loop in send.loops
    )
    conditions = tuple(substituted(condition, values) for condition in send.conditions)
    return replace(
        send,
        arguments=new,
        chain=(*send.chain, caller.record) if outer else send.chain,
        loops=(*caller.loops, *loops) if outer else loops,
        conditions=(*caller.record.conditions, *conditions) if outer else conditions,
        confidence=min(send.confidence, caller.confidence),
    )


def _objects(send: Send, caller: Caller, engine: Engine) -> dict[Term, Term]:
    """The objects in a prompt which may be the one that the caller made."""
    if caller.made is None or not isinstance(caller.made.function, (Class, Attr, Via)):
        return {}
    made = engine.head(caller.made.function)
    if not isinstance(made, Class):
        return {}
    lineage = attributes.lineage(made.info, engine)
    values: dict[Term, Term] = {}
    for symbol in symbols(send.arguments):
        if isinstance(symbol, Param) and attributes.class_of(symbol, engine) in lineage:
            values[symbol] = Via(
                replace(caller.made, function=made), f"made by `{made.info.name}(…)`", at=caller.made.at
            )
    return values
