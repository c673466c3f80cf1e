"""Whether a call is one of a function of the project, where the callee may not be known."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator

from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.syntax import all_nodes
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Each,
    Format,
    Func,
    Global,
    Item,
    Map,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Confidence

_NO_OBJECT = (Cat, Class, Const, Format, Global, Map, Repeat, Seq, Str)
"""Lists, mappings, texts, classes, and what is imported from elsewhere: no objects of a class of the project."""
MOST_FAMILIES = 1
"""Unrelated classes with a method of one name among which the name alone still tells something."""


class Receivers:
    """Knows a method again by the class of its object: declared, inherited, or only by its name."""

    def __init__(self, engine: Engine, modules_naming: Callable[[str, ModuleInfo], Iterator[ModuleInfo]]) -> None:
        self.engine = engine
        self._modules_naming = modules_naming
        self._definers: dict[str, tuple[ClassInfo, ...]] = {}

    def names(self, info: FunctionInfo) -> tuple[str, ...]:
        """The names under which a function is called; of an object that is called, those of what holds it."""
        if info.is_module or info.name == "<lambda>":
            return ()
        if info.name == "__init__":
            return (info.owner.name,) if info.owner else ()
        if info.name == "__call__":
            return tuple(self._holders(info))
        return (info.name,)

    def match(self, callee: Term, call: Call, info: FunctionInfo, kept: str, within: FunctionInfo) -> Confidence | None:
        """How sure it is that a call which stands `within` a function is one of `info`; None: it is none.

        `kept` is a name that the function is kept under, empty where it is called by its own.
        """
        if isinstance(callee, Func):
            if callee.info is info:
                return Confidence.HIGH
            return Confidence.MEDIUM if self._overrides(info, callee.info) else None
        if isinstance(callee, Class):
            return Confidence.HIGH if info.name == "__init__" and self._constructor(callee.info) is info else None
        if isinstance(callee, (Global, Map)) or not _fits(info, call):
            return None
        if info.name == "__call__" and info.owner is not None:
            declared = self.declared(callee)
            if isinstance(callee, Call) and declared is info.owner:
                return Confidence.HIGH
            return Confidence.MEDIUM if declared and self._related(declared, info.owner) else None
        if info.owner is not None and isinstance(callee, Attr) and callee.name == info.name:
            return self._by_name(callee, call, info, within)
        return _kept(callee, kept) if kept else None

    def _by_name(self, callee: Attr, call: Call, info: FunctionInfo, within: FunctionInfo) -> Confidence | None:
        assert info.owner is not None
        value = self.engine.head(callee.value)
        if isinstance(value, _NO_OBJECT) or _foreign(value) or not _enough(info, call):
            return None
        declared = self.declared(value) or self.declared(stripped(callee.value))
        if declared is not None:
            return Confidence.MEDIUM if self._related(declared, info.owner) else None
        # An object that a method calls is hardly another one of its own class: it is handed on to.
        itself = _class_around(within)
        if itself is not None and self._related(itself, info.owner) and _maker(value) is not None:
            return None  # what a library made is of the library, where a method hands on to its own name
        families = [o for o in self.definers(info) if o is not itself and not self._related(o, info.owner)]
        return Confidence.MEDIUM if len(families) < MOST_FAMILIES else Confidence.LOW

    def definers(self, info: FunctionInfo) -> tuple[ClassInfo, ...]:
        """The classes of the project that have a method of the same name."""
        if info.name not in self._definers:
            found = [
                klass
                for module in self._modules_naming(f"def {info.name}(", info.module)
                for klass in module.classes.values()
                if info.name in klass.methods
            ]
            self._definers[info.name] = tuple(found)
        return self._definers[info.name]

    def declared(self, value: Term) -> ClassInfo | None:
        """The class of the project that a value is annotated with, or an object of."""
        if isinstance(value, Call) and isinstance(value.function, Class):
            return value.function.info
        if isinstance(value, Param):
            return classes.class_of(value, self.engine)
        if isinstance(value, Attr):
            owner = self.declared(self.engine.head(value.value))
            return self._field(owner, value.name) if owner is not None else None
        if isinstance(value, Choice):
            return self.declared(stripped(value.then)) or self.declared(stripped(value.other))
        return None

    def _field(self, owner: ClassInfo, name: str) -> ClassInfo | None:
        for klass in classes.lineage(owner, self.engine):
            node = klass.annotations.get(name) or _given_annotation(klass, name)
            if node is not None:
                found = classes.type_named(node, klass.body, self.engine)
                return found.info if isinstance(found, Class) else None
        return None

    def _related(self, one: ClassInfo, other: ClassInfo) -> bool:
        mine, theirs = classes.lineage(one, self.engine), classes.lineage(other, self.engine)
        return bool(set(mine) & set(theirs)) or self._implements(other, one)

    def _implements(self, klass: ClassInfo, protocol: ClassInfo) -> bool:
        """Whether a class has all methods of a protocol, which makes it one."""
        if "typing.Protocol" not in classes.external_bases(protocol, self.engine):
            return False
        asked = {name for klass in classes.lineage(protocol, self.engine) for name in klass.methods}
        given = {name for klass in classes.lineage(klass, self.engine) for name in klass.methods}
        return bool(asked) and asked <= given

    def _overrides(self, info: FunctionInfo, called: FunctionInfo) -> bool:
        """Whether a call of one method may be one of another, which a subclass has in its place."""
        if info.owner is None or called.owner is None or called.name != info.name:
            return False
        above = called.owner in classes.lineage(info.owner, self.engine)
        return above or self._implements(info.owner, called.owner)

    def _constructor(self, klass: ClassInfo) -> FunctionInfo | None:
        lineage = classes.lineage(klass, self.engine)
        return next((at.methods["__init__"] for at in lineage if "__init__" in at.methods), None)

    def _holders(self, info: FunctionInfo) -> Iterator[str]:
        """Names of what holds an object that is called: annotated with its class, or one above it, or made by it."""
        if info.owner is None:
            return
        seen: set[str] = set()
        for klass in classes.lineage(info.owner, self.engine):
            for module in self._modules_naming(klass.name, info.module):
                namings = self.engine.project.namings(module)
                for name in (*namings.annotated.get(klass.name, ()), *namings.made.get(klass.name, ())):
                    if name not in seen:
                        seen.add(name)
                        yield name


def _given_annotation(klass: ClassInfo, name: str) -> ast.expr | None:
    """The annotation of the constructor's parameter that an attribute is filled with."""
    for method in klass.assigned.get(name, ()):
        for node in all_nodes(method.node):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                held = [t.attr for t in node.targets if isinstance(t, ast.Attribute)]
                if name in held and node.value.id in method.annotations:
                    return method.annotations[node.value.id]
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute) and node.target.attr == name:
                return node.annotation
    return None


def _class_around(function: FunctionInfo | None) -> ClassInfo | None:
    while function is not None and function.owner is None:
        function = function.parent
    return function.owner if function is not None else None


def _foreign(value: Term) -> bool:
    """Whether an object is one of a class outside the project: made by it, or given by Python's own library."""
    made = _maker(value)
    if made is None:
        return False
    module, _, name = made.name.rpartition(".")
    return name[:1].isupper() or module.split(".")[0] in sys.stdlib_module_names - _HAND_BACK


def _maker(value: Term) -> Global | None:
    """What made an object, where it is something outside the project."""
    made = stripped(value.function) if isinstance(value, Call) else None
    return made if isinstance(made, Global) else None


_HAND_BACK = frozenset(
    {"asyncio", "collections", "concurrent", "contextlib", "contextvars", "copy", "functools", "importlib", "itertools",
     "multiprocessing", "operator", "pickle", "queue", "threading", "typing", "weakref"}
)  # fmt: skip
"""Modules of Python whose functions may give an object that they were given."""


def _kept(callee: Term, name: str) -> Confidence | None:
    """How sure it is that a value called is the one kept under a name: names of several words say more."""
    own = ""
    if isinstance(callee, (Attr, Param)):
        own = callee.name
    elif isinstance(callee, Item) and isinstance(key := stripped(callee.key), Str):
        own = key.value
    if own != name or isinstance(callee, Each):
        return None
    return Confidence.MEDIUM if "_" in name.strip("_") else Confidence.LOW


def _enough(info: FunctionInfo, call: Call) -> bool:
    """Whether a call gives a method all that it must be given."""
    a = info.arguments
    if a is None or any(isinstance(item, Splat) for item in (*call.arguments, *call.keywords)):
        return True
    given = {getattr(getattr(item, "key", None), "value", None) for item in call.keywords}
    positional = [p.arg for p in (*a.posonlyargs, *a.args)]
    asked = positional[: len(positional) - len(a.defaults)][bool(info.receiver) + len(call.arguments) :]
    named = [p.arg for p, default in zip(a.kwonlyargs, a.kw_defaults, strict=True) if default is None]
    return {*asked, *named} <= given


def _fits(info: FunctionInfo, call: Call) -> bool:
    """Whether a call could be one of a function: it names no parameter that the function lacks."""
    names = set(info.parameters)
    a = info.arguments
    if a is None or len(call.arguments) > len(info.positional) - bool(info.receiver) + 99 * bool(a.vararg):
        return False
    given = {getattr(getattr(item, "key", None), "value", None) for item in call.keywords}
    return bool(a.kwarg) or given - {None} <= names
