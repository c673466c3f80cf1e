"""Which calls send a prompt, through which client, with which arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.frozen import dataclass, replace
from promptlint.knowledge.models import Call as CallModel
from promptlint.knowledge.models import Client, Marker
from promptlint.languages.python.bodies.summaries import CallRecord, LoopFrame
from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.syntax import defined
from promptlint.languages.python.sites.answering import answering
from promptlint.languages.python.sites.looping import frames
from promptlint.languages.python.starting import chains, posts
from promptlint.languages.python.starting.clients import alternatives, behind, client_of, names_another_host
from promptlint.languages.python.starting.parts import arguments_of, constructor, key_of, listing_loops
from promptlint.languages.python.values.arguments import default_of
from promptlint.languages.python.values.enclosing import placed
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Class,
    Entry,
    Func,
    Global,
    Map,
    Param,
    Str,
)
from promptlint.languages.python.written import batch_call
from promptlint.layout import Confidence
from promptlint.request import Mode


@dataclass(frozen=True, slots=True)
class Send:
    """A call that sends a prompt, seen from the function that makes it or from one that calls that one."""

    model: CallModel
    client: Client | None
    elsewhere: bool
    """Whether the client was told to send to another host."""
    arguments: Map
    """Argument name → value."""
    record: CallRecord
    """The call itself."""
    chain: tuple[CallRecord, ...]
    """The calls by which it is reached, the call itself first."""
    loops: tuple[LoopFrame, ...]
    """From the outermost to the innermost."""
    conditions: tuple[Term, ...]
    """Under which it is made."""
    confidence: Confidence = Confidence.HIGH
    by: Client | None = None
    """The client which the one that is called was given as its model."""
    partial: bool = False
    """Whether the call itself is not seen: only what it will send, or a part of that."""
    several: bool = False
    """Whether it may go through clients of other providers as well."""
    handed: Param | None = None
    """The parameter as which the client is handed in, whose annotation tells what it is."""
    listing: frozenset[int] = frozenset()
    """The numbers of the loops that list the prompts, where it sends many at once."""

    @property
    def turning(self) -> dict[int, Place]:
        """The loops on each turn of which there is another prompt, by their numbers."""
        listing = dict.fromkeys(self.listing, self.record.call.at)
        return listing | {loop.number: loop.at for loop in self.loops}

    @property
    def function(self) -> FunctionInfo:
        """The outermost function it is seen from."""
        return self.chain[-1].function

    @property
    def batch(self) -> str | None:
        """The batch twin that this client has; None: it has none."""
        able = self.model.batch and not self.elsewhere and (self.client is None or self.client.batch)
        return self.model.batch if able else None

    @property
    def sent(self) -> tuple[Term, ...]:
        """The arguments that are sent as text, and what may hold one of them."""
        names = {key_of(part).partition(".")[0] for part in self.model.prompt}
        return tuple(
            item.value if isinstance(item, Entry) else item
            for item in self.arguments.items
            if not (isinstance(item, Entry) and isinstance(item.key, Str) and item.key.value not in names)
        )

    @property
    def marker(self) -> Marker | None:
        """How a breakpoint is spelled here; None: there is none."""
        known = (client.marker for client in (self.by, self.client) if client is not None)
        return next((marker for marker in known if marker is not None), self.model.marker)

    @property
    def provider(self) -> str:
        """Name of the provider, `unknown` when the client was told to send elsewhere."""
        if self.elsewhere:
            return "unknown"
        if self.by is not None and self.by.provider != "unknown":
            return self.by.provider
        return self.client.provider if self.client else self.model.provider


_Match = tuple[CallModel, Client | None, bool, Confidence, Term]
"""A call, its client, whether that sends elsewhere, how sure it is, and the client's own term."""


class Senders:
    """Finds the calls in a module which send a prompt."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        models = engine.models
        self._paths = {path: path.rsplit(".", 1)[-1] for path in models.calls}
        self._lasts = set(self._paths.values()) | {name.rsplit(".", 1)[-1] for name in models.functions}
        self._lasts |= {name for source in models.batch_codes.values() for name in defined(source)}

    def in_module(self, module: ModuleInfo) -> Iterator[Send]:
        """The calls of a module that send a prompt, in the order of the source."""
        found = [(node, function) for node, function in module.calls if self._may_send(node)]
        found = [(node, function) for node, function in found if batch_call(function, self.engine.models) is None]
        found.sort(key=lambda pair: (pair[0].lineno, pair[0].col_offset))
        for node, function in found:
            for record in self.engine.summary(function).records(node):
                self.engine.fresh()
                yield from self.sends(record)

    def _may_send(self, node: ast.Call) -> bool:
        handed = [node.func, *node.args]
        return any(_last(part) in self._lasts for part in handed) or posts.may_post(node, self.engine.models)

    def sends(self, record: CallRecord) -> Iterator[Send]:
        """The prompts that one call sends: one for each client it may go through."""
        post = posts.posted(record.call, self.engine)
        if post is not None:
            loops = frames(record, self.engine, coroutine=False)
            yield Send(post[0], None, False, post[1], record, (record,), loops, record.conditions)
            return
        seen: set[tuple[str, str]] = set()
        for call in self._calls(record.call):
            function = placed(call.function, self.engine)
            ways = alternatives(self.engine.reduced(function), self.engine)
            matched = [found for callee in ways if (found := self._matched(callee, call)) is not None]
            providers = {client.provider for _, client, *_ in matched if client is not None}
            for model, client, elsewhere, confidence, whole in matched:
                if (model.path, model.library) in seen:
                    continue
                seen.add((model.path, model.library))
                before, base = self._before(whole)
                piped = chains.given(before, call, self.engine, many=any(part.many for part in model.prompt))
                arguments = arguments_of(model, piped, base, self.engine)
                coroutine = model.is_async or (client is not None and client.is_async)
                loops = frames(record, self.engine, coroutine=coroutine or model.mode is Mode.ASYNC)
                by, away = self._answering(base)
                sent = Send(
                    model, client, elsewhere or away, arguments, record, (record,), loops, record.conditions,
                    confidence, by, several=len(providers) > 1, handed=whole if isinstance(whole, Param) else None,
                )  # fmt: skip
                yield replace(sent, listing=listing_loops(model, call, self.engine))

    def _answering(self, base: Term) -> tuple[Client | None, bool]:
        """The client that the one which is called was given as its model, and whether it sends elsewhere."""
        made = constructor(base, self.engine)
        found = answering(made, self.engine) if made is not None else None
        if found is None or found.by is None or found.made is None:
            return None, False
        given = found.made.keyword(found.by.endpoint) if found.by.endpoint else None
        return found.by, given is not None and names_another_host(given, self.engine)

    def _before(self, base: Term) -> tuple[tuple[Term, ...], Term]:
        """The steps of a chain before its model, and the model; of a client alone: none, and itself."""
        steps = chains.steps(base, self.engine)
        for i, step in enumerate(steps if len(steps) > 1 else ()):
            if behind(step, self.engine) is not None:
                return steps[:i], step
        return (), base

    def _calls(self, call: Call) -> Iterator[Call]:
        """The call, and the one it makes of a callable that it is handed."""
        yield call
        for i, argument in enumerate(call.arguments):
            plain = stripped(argument)
            if isinstance(plain, Attr) and plain.name in self._lasts:
                yield Call(argument, call.arguments[i + 1 :], call.keywords, at=call.at)
                return

    def _matched(self, callee: Term, call: Call) -> _Match | None:
        models = self.engine.models
        if isinstance(callee, Func):
            return self._written(callee, call)
        if isinstance(callee, Global):
            if callee.name in models.functions:
                return models.functions[callee.name], None, False, Confidence.HIGH, callee
            return self._of_module(callee.name)
        names: list[str] = []
        by_path: _Match | None = None
        sure = Confidence.HIGH
        at: Term = callee
        while isinstance(at, Attr):
            if at.name not in models.same_client:
                names.insert(0, at.name)
            at = self.engine.head(at.value)
            asked = self._asked(at)
            if asked is not None:
                at, sure = asked, Confidence.MEDIUM
            path = ".".join(names)
            if path not in models.calls:
                continue
            for base in alternatives(at, self.engine):
                found = client_of(base, self.engine)
                if found is not None:
                    model = next((m for m in models.calls[path] if m.library == found.client.library), None)
                    return (model, *found, sure, base) if model else None
            if not isinstance(at, (Class, Func)) and not (isinstance(at, Call) and isinstance(at.function, Class)):
                model = next((m for m in models.calls[path] if m.distinctive), None)
                by_path = (model, None, False, Confidence.MEDIUM, at) if model is not None else by_path
        return by_path

    def _asked(self, term: Term) -> Attr | None:
        """The attribute that `getattr` gives whose name is passed as a parameter: the one that its default names."""
        if (
            not isinstance(term, Call)
            or len(term.arguments) < 2
            or self.engine.head(term.function) != Global("getattr")
        ):
            return None
        name = self.engine.head(term.arguments[1])
        usual = self.engine.head(default_of(name.info, name.name, self.engine)) if isinstance(name, Param) else None
        return Attr(term.arguments[0], usual.value, at=term.at) if isinstance(usual, Str) else None

    def _written(self, function: Func, call: Call) -> _Match | None:
        """What a fix has written in the place of a call, and the client that it is handed."""
        model = batch_call(function.info, self.engine.models)
        client = behind(call.arguments[0], self.engine) if model is not None and call.arguments else None
        return (model, *client, Confidence.HIGH, call.arguments[0]) if model and client else None

    def _of_module(self, name: str) -> _Match | None:
        models = self.engine.models
        head, _, path = name.partition(".")
        client = models.clients.get(head)
        model = next((m for m in models.calls.get(path, ()) if client and m.library == client.library), None)
        return (model, client, False, Confidence.HIGH, Global(head)) if model else None


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
