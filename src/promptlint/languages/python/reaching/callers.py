"""Who calls a function of the project, and what a prompt is as the caller sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promptlint.frozen import dataclass, replace
from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame
from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.index import Index
from promptlint.languages.python.modules.namings import Called
from promptlint.languages.python.reaching.handing import Handing, Run
from promptlint.languages.python.reaching.receivers import Receivers
from promptlint.languages.python.starting.clients import behind
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.arguments import arguments, bound
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import Substitution, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Call, Class, Each, Func, Map, Param, Via
from promptlint.layout import Confidence

MOST_CALLS = 150
"""Calls of one name that are looked at."""
MOST_CALLERS = 60
"""Callers of one function that are followed."""
MOST_NAMES = 6
"""Names under which one function is kept and called."""


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

    def __init__(self, engine: Engine, index: Index) -> None:
        self.engine = engine
        self._index = index
        self._memo: dict[FunctionInfo, tuple[Caller, ...]] = {}
        self._handing = Handing(engine)
        self._receivers = Receivers(engine, self.modules_naming)

    def of(self, info: FunctionInfo) -> tuple[Caller, ...]:
        """The calls of a function: certain and likely ones, or when there is none, those that its name suggests."""
        if info not in self._memo:
            self._memo[info] = ()  # what calls itself has no further callers in there
            found = list(self._found(info))
            best = max((caller.confidence for caller in found), default=Confidence.LOW)
            # A method has a name of its own; what is kept under another one is called in places that only look like it.
            named = info.owner is not None and not info.name.startswith("__")
            least = min(best, Confidence.MEDIUM) if named else best
            likely = [caller for caller in found if caller.confidence >= least]
            likely.sort(key=lambda caller: caller.confidence, reverse=True)
            self._memo[info] = tuple(likely[:MOST_CALLERS])
        return self._memo[info]

    def modules_naming(self, name: str, home: ModuleInfo) -> Iterator[ModuleInfo]:
        """The modules in whose text a name occurs, the nearest first; tests only where `home` is one."""
        yield from self._modules(home, self._index.naming(home.path, name))

    def _using(self, name: str, home: ModuleInfo) -> Iterator[ModuleInfo]:
        """Those of them that do more than to define what has the name."""
        known = self.engine.project.has_parsed
        named = self._index.naming(home.path, name)
        yield from self._modules(home, (path for path in named if known(path) or self._index.uses(path, name)))

    def _modules(self, home: ModuleInfo, paths: Iterable[str]) -> Iterator[ModuleInfo]:
        yield home
        tests = is_test(home.path)
        for path in paths:
            if path != home.path and (tests or not is_test(path)):
                module = self.engine.project.module(path)
                if module is not None:
                    yield module

    def _found(self, info: FunctionInfo) -> Iterator[Caller]:
        seen: set[int] = set()
        for node, function, kept in self._candidates(info):
            if id(node) in seen:
                continue
            seen.add(id(node))
            if len(seen) > MOST_CALLS:
                return
            for record in self.engine.summary(function).records(node):
                self.engine.fresh()
                yield from self._matches(record, info, kept)

    def _candidates(self, info: FunctionInfo) -> Iterator[tuple[*Called, str]]:
        """The calls that may be one of a function, and the name it is kept under where it is not its own."""
        home = self.engine.project.namings(info.module)
        for call, function in home.lambdas.get(info.node, ()):
            yield call, function, ""
        kept: dict[str, bool] = dict.fromkeys(home.kept_lambdas.get(info.node, ()), True)
        makers: dict[str, None] = {}
        for name in self._receivers.names(info):
            for module in self._using(name, info.module):
                namings = self.engine.project.namings(module)
                yield from ((*called, "") for called in namings.calls.get(name, ()))
                kept.update(dict.fromkeys(namings.kept.get(name, ()), True))
                makers.update(namings.returned(name))
        kept.update(self._given(makers, info))
        # A local name is called near where it is given, an attribute or a key anywhere.
        queue = list(kept)
        for name in queue:
            if len(name) < 2 or len(queue) > MOST_NAMES:
                continue
            for module in self._using(name, info.module):
                namings = self.engine.project.namings(module)
                yield from ((*called, name) for called in namings.calls.get(name, ()))
                queue += [further for further in namings.kept.get(name, ()) if further not in queue]

    def _given(self, makers: Iterable[str], info: FunctionInfo) -> dict[str, bool]:
        """The names that hold what some functions return; of functions whose names tell too little, none."""
        names: dict[str, bool] = {}
        for maker in makers:
            found: dict[str, bool] = {}
            for module in self._using(maker, info.module):
                found.update(dict.fromkeys(self.engine.project.namings(module).made.get(maker, ()), True))
            names.update(found if len(found) < MOST_NAMES else {})
        return names

    def _matches(self, record: CallRecord, info: FunctionInfo, kept: str) -> Iterator[Caller]:
        def match(callee: Term, call: Call) -> Confidence | None:
            return self._receivers.match(callee, call, info, kept, record.function)

        for run in self._handing.runs(record, match):
            values = self._values(run, info)
            made = run.call if isinstance(run.callee, Class) else None
            yield Caller(record, values, made, run.loops, run.confidence)

    def _values(self, run: Run, info: FunctionInfo) -> dict[Term, Term]:
        if isinstance(run.callee, Class) and info.name == "__init__":
            return self._constructed(info, run.call)
        if isinstance(run.callee, Func):
            values = bound(replace(run.callee, info=info), run.call, self.engine)
            return values if run.callee.info is info else self._narrowed(values, info)
        receiver = info.receiver
        return bound(Func(info, (Param(info, receiver),) if receiver else ()), run.call, self.engine)

    def _narrowed(self, values: dict[Term, Term], info: FunctionInfo) -> dict[Term, Term]:
        """The values of an override which is called through its base class.

        The object stays one of its own class, where the caller knows it as one of the base: that has fewer methods.
        """
        me = Param(info, info.receiver or "")
        given = values.get(me)
        klass = self._receivers.declared(self.engine.head(given)) if given is not None else None
        if klass is None or info.owner in classes.lineage(klass, self.engine):
            return values
        return {symbol: value for symbol, value in values.items() if symbol != me}

    def _constructed(self, info: FunctionInfo, call: Call) -> dict[Term, Term]:
        values: dict[Term, Term] = {}
        for name, value in arguments(info, call, self.engine, (call,)).items():
            values[Param(info, name)] = Via(value, f"argument `{name}` of `{info.qualname}`", at=call.at)
        return values


def is_test(path: str) -> bool:
    """Whether a file holds tests: what they pass is not what the program sends."""
    *folders, name = path.split("/")
    return bool({"test", "tests", "testing"} & set(folders)) or name.startswith("test_") or name == "conftest.py"


def lifted(send: Send, caller: Caller, info: FunctionInfo, engine: Engine) -> Send:
    """The prompt as the caller of `info` sees it."""
    values = {**caller.values, **_objects(send, caller, engine)}
    replaced = Substitution(values)
    new = replaced(send.arguments)
    assert isinstance(new, Map)
    outer = send.function is info
    loops = tuple(
        replace(loop, each=each) if isinstance(each := replaced(loop.each), Each) else loop for loop in send.loops
    )
    conditions = tuple(map(replaced, send.conditions))
    return replace(
        _through(send, values, engine),
        arguments=new,
        chain=(*send.chain, caller.record) if outer else send.chain,
        loops=(*caller.loops, *loops) if outer else loops,
        conditions=(*caller.record.conditions, *conditions) if outer else conditions,
        confidence=min(send.confidence, caller.confidence),
    )


def _through(send: Send, values: dict[Term, Term], engine: Engine) -> Send:
    """The prompt as it goes through the client that a caller hands in: it knows where that one sends."""
    given = values.get(send.handed) if send.handed is not None else None
    if given is None:
        return send
    plain = engine.head(given)
    found = behind(plain, engine)
    handed = plain if isinstance(plain, Param) else None
    if found is None:
        return replace(send, handed=handed)
    same = send.client is not None and found.client.library == send.client.library
    client = found.client if same else send.client
    return replace(send, client=client, elsewhere=send.elsewhere or found.elsewhere, handed=handed)


def _objects(send: Send, caller: Caller, engine: Engine) -> dict[Term, Term]:
    """The objects in a prompt which may be the one that the caller made."""
    if caller.made is None:
        return {}
    made = engine.head(caller.made.function)
    if not isinstance(made, Class):
        return {}
    lineage = classes.lineage(made.info, engine)
    values: dict[Term, Term] = {}
    for symbol in symbols(send.arguments):
        if isinstance(symbol, Param) and classes.class_of(symbol, engine) in lineage:
            values[symbol] = Via(
                replace(caller.made, function=made), f"made by `{made.info.name}(…)`", at=caller.made.at
            )
    return values
