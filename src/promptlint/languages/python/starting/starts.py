"""Prompts whose call is not seen: known by their messages, by what a call is given, or by what a text is called.

In many packages the call of the library lies many hops behind the place where the prompt is written: behind message
classes, converters and registries of providers. The prompt itself can be told much earlier.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from bisect import bisect
from collections.abc import Iterator
from itertools import pairwise

from promptlint.frozen import dataclass
from promptlint.knowledge.models import Call as CallModel
from promptlint.knowledge.models import Part
from promptlint.languages.python.bodies.summaries import CallRecord
from promptlint.languages.python.modules.code import Signs
from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.mutating import MUTATORS
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.syntax import last_name
from promptlint.languages.python.starting.messages import is_message
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values import forms
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Choice,
    Entry,
    Global,
    Map,
    Maybe,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Confidence, Role

MOST_STARTS = 12
"""Starts in one function."""
MOST_LOOKED_AT = 400
"""Parts of a value that are looked at for a message."""
_TEXT, _MESSAGES = "text", "messages"


@dataclass(frozen=True, slots=True)
class _Unseen:
    """The models of what is sent by a call that is not seen."""

    given: CallModel
    messages: CallModel

    @staticmethod
    def tool() -> CallModel:
        """A tool stands before a conversation: what it gives back is asked about in another request."""
        return _model((Part(_TEXT, Role.TOOLS), Part(_MESSAGES, None, history=True)))

    @staticmethod
    def text(role: Role) -> CallModel:
        return _model((Part(_TEXT, role),))


class Starts:
    """Finds, in packages that have to do with LLMs, prompts whose call is not seen."""

    def __init__(self, engine: Engine, signs: Signs) -> None:
        self.engine = engine
        models = engine.models
        self._unseen = _Unseen(_model(models.unseen), _model((Part(_MESSAGES, None),)))
        self._names = frozenset(part.argument for part in models.unseen)
        self._telling = frozenset(part.argument for part in models.unseen if part.role is Role.SYSTEM)
        self._signs = signs

    def in_module(self, module: ModuleInfo) -> Iterator[Send]:
        """The starts in a module, in the order of the source; those that say most of a prompt first."""
        lines = self._signs.lines(module.text)
        functions = [f for f in module.all_functions if self._hinted(f, lines)]
        makers = [f for f in module.all_functions if f.name == "__init__" and is_tool(f.owner, self.engine)]
        found = [(find, functions) for find in (self._of_calls, self._of_messages, self._of_texts)]
        for find, places in (*found, (self._of_tools, makers)):
            for function in places:
                self.engine.fresh()
                for i, send in enumerate(find(function)):
                    if i >= MOST_STARTS:
                        break
                    yield send

    def _hinted(self, function: FunctionInfo, lines: list[int]) -> bool:
        """Whether one of the lines that speak of roles or prompts is in a function."""
        if function.is_module or self._is_prompt(function.module.path):
            return True
        first, last = getattr(function.node, "lineno", 1), getattr(function.node, "end_lineno", None) or 1
        return bisect(lines, last) > bisect(lines, first - 1)

    # --- calls that are given a prompt --------------------------------------------------------------------------------

    def _of_calls(self, function: FunctionInfo) -> Iterator[Send]:
        for record in self.engine.summary(function).calls:
            given = self._given(record.call)
            if given is not None and self._may_send(record):
                yield _start(self._unseen.given, given, record, function)

    def _given(self, call: Call) -> Map | None:
        """The prompt that a call is given by name; None when it is not given one."""
        by_name = {e.key.value: e.value for e in call.keywords if isinstance(e, Entry) and isinstance(e.key, Str)}
        tells = self._telling & by_name.keys()
        messages = [name for name in self._names & by_name.keys() if has_message(by_name[name], self.engine)]
        if not messages and not (tells and any(_is_text(by_name[name]) for name in tells)):
            return None
        if "prompt" not in by_name and call.arguments and not isinstance(call.arguments[0], Splat):
            return Map((*call.keywords, Entry(Str("prompt"), call.arguments[0])), at=call.at)
        return Map(call.keywords, at=call.at)

    def _may_send(self, record: CallRecord) -> bool:
        """Whether a call may send what it is given: not one of a list, of a class, or of what comes with Python."""
        name = last_name(record.node.func) if isinstance(record.node, ast.Call) else ""
        if name in MUTATORS or name[:1].isupper():
            return False
        callee = self.engine.head(record.call.function)
        while isinstance(callee, (Attr, Call)):
            callee = self.engine.head(_behind(callee, self.engine))
        module = callee.name.split(".")[0] if isinstance(callee, Global) else ""
        return module not in sys.stdlib_module_names and not hasattr(builtins, module)

    # --- messages -----------------------------------------------------------------------------------------------------

    def _of_messages(self, function: FunctionInfo) -> Iterator[Send]:
        summary = self.engine.summary(function)
        for record in summary.calls:
            for argument in record.call.arguments:
                if has_message(argument, self.engine) and self._may_send(record):
                    messages = forms.opened(record.call, self.engine) or argument
                    yield _start(self._unseen.messages, _given_as(_MESSAGES, messages), record, function)
        if has_message(summary.returns, self.engine):
            record = _returned(function, summary.returns)
            yield _start(self._unseen.messages, _given_as(_MESSAGES, summary.returns), record, function)

    # --- texts --------------------------------------------------------------------------------------------------------

    def _of_texts(self, function: FunctionInfo) -> Iterator[Send]:
        summary = self.engine.summary(function)
        if self._is_prompt(function.name) or self._is_prompt(function.module.path):
            yield from self._named(function, function.name, summary.returns)
        for name, value in summary.bindings.items():
            if self._is_prompt(name):
                yield from self._named(function, name, value)

    def _named(self, function: FunctionInfo, name: str, value: Term) -> Iterator[Send]:
        if not _is_text(value) or _last_word(name) in self.engine.models.no_prompt_names:
            return
        roles = self.engine.models.role_words
        told = [roles[word] for word in _words(name) if word in roles]
        model = _Unseen.text(told[0] if told else Role.UNKNOWN)
        yield _start(model, _given_as(_TEXT, value), _returned(function, value), function)

    # --- tools --------------------------------------------------------------------------------------------------------

    def _of_tools(self, maker: FunctionInfo) -> Iterator[Send]:
        """What the constructor of a tool lets models know of it."""
        for place, value in self.engine.summary(maker).effects.items():
            ours = isinstance(place, Attr) and stripped(place.value) == Param(maker, maker.receiver or "")
            if isinstance(place, Attr) and ours and place.name in self.engine.models.tool_texts:
                yield _start(_Unseen.tool(), _given_as(_TEXT, value), _returned(maker, value), maker)

    def _is_prompt(self, name: str) -> bool:
        return not self.engine.models.prompt_names.isdisjoint(_words(name))


def _behind(callee: Attr | Call, engine: Engine) -> Term:
    """What is asked for an attribute or called; of a partial, what it calls."""
    if isinstance(callee, Attr):
        return callee.value
    function = engine.head(callee.function)
    partial = isinstance(function, Global) and function.name == "functools.partial"
    return callee.arguments[0] if partial and callee.arguments else function


def is_tool(owner: ClassInfo | None, engine: Engine) -> bool:
    """Whether the objects of a class are tools, by the name of the class or of one that it is made from."""
    bases = [last_name(base) for base in owner.node.bases] if owner is not None else []
    names = [*bases, *([owner.name] if owner is not None else [])]
    return any(_last_word(name) in engine.models.tool_classes for name in names)


def has_message(term: Term, engine: Engine) -> bool:
    """Whether a value, as it is written, is a message or holds one."""
    stack, looked = [term], 0
    while stack and looked < MOST_LOOKED_AT:
        at = stripped(stack.pop())
        looked += 1
        if is_message(at, engine):
            return True
        if isinstance(at, Choice):
            stack += [at.other, at.then]
        elif isinstance(at, (Maybe, Repeat, Seq, Splat)) or (isinstance(at, Op) and at.operator == "+"):
            stack.extend(at.children())
    return False


def _is_text(term: Term) -> bool:
    """Whether a value may be a text that is built here, rather than one that comes from elsewhere."""
    plain = stripped(term)
    if isinstance(plain, Choice):
        return _is_text(plain.then) or _is_text(plain.other)
    return isinstance(plain, (Cat, Str, Call)) or (isinstance(plain, Op) and plain.operator in ("+", "%"))


def _last_word(name: str) -> str:
    return re.split(r"_|(?<=[a-z])(?=[A-Z])", name)[-1].lower()


def _words(name: str) -> frozenset[str]:
    parts = [part for part in re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) if part]
    return frozenset(parts) | {f"{a}_{b}" for a, b in pairwise(parts)}


def _model(parts: tuple[Part, ...]) -> CallModel:
    return CallModel(path="", library="", provider="unknown", prompt=parts, model="", function=True)


def _given_as(name: str, value: Term) -> Map:
    return Map((Entry(Str(name), value),))


def _returned(function: FunctionInfo, value: Term) -> CallRecord:
    """A stand-in for the call that is not seen: the place where the value is made."""
    at: Place = getattr(value, "at", None) or getattr(stripped(value), "at", None) or Place("", 1, 0, 1, 0)
    node = function.node
    if not at.path:
        line = getattr(node, "lineno", 1)
        at = Place(function.module.path, line, 0, line, 0)
    return CallRecord(Call(Global(""), at=at), function, node)


def _start(model: CallModel, arguments: Map, record: CallRecord, function: FunctionInfo) -> Send:
    conditions = tuple(c for c in record.conditions if not isinstance(c, Opaque))
    return Send(
        model, None, False, arguments, record, (record,), record.loops, conditions, Confidence.MEDIUM, partial=True
    )
