"""Objects of the project as dictionaries, as changed copies and as they print themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.modules.definitions import ClassInfo
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.values import classes
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Class,
    Const,
    Entry,
    Map,
    Op,
    Param,
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def method(value: Call, name: str, term: Call, engine: Engine) -> Term | None:
    """What a method gives that an object of a class of the project has without its class defining it."""
    if name in ("model_dump", "dict", "_asdict"):
        return _dictionary(value, term, engine)
    if name == "model_dump_json":
        whole = _dictionary(value, term, engine)
        return Op("json", (whole,), at=term.at) if whole is not None else None
    if name in ("model_copy", "copy"):
        update = engine.head(term.keyword("update") or Map(()))
        return _changed(value, update.items) if isinstance(update, Map) else None
    if name == "_replace":
        return _changed(value, term.keywords)
    return None


def _as_dictionary(term: Call, engine: Engine) -> Term | None:
    """`dataclasses.asdict(message)`."""
    value = engine.head(term.arguments[0]) if term.arguments else NONE
    return _dictionary(value, term, engine)


def _replaced(term: Call, engine: Engine) -> Term | None:
    """`dataclasses.replace(message, content=…)`."""
    value = engine.head(term.arguments[0]) if term.arguments else NONE
    made = isinstance(value, Call) and isinstance(value.function, Class)
    return _changed(value, term.keywords) if isinstance(value, Call) and made else None


FUNCTIONS: dict[str, Callable[[Call, Engine], Term | None]] = {
    "dataclasses.asdict": _as_dictionary, "attr.asdict": _as_dictionary, "attrs.asdict": _as_dictionary,
    "vars": _as_dictionary, "dataclasses.replace": _replaced, "attr.evolve": _replaced, "attrs.evolve": _replaced,
}  # fmt: skip


def _changed(value: Call, fields: tuple[Term, ...]) -> Call | None:
    """The object as if some of its fields had been set since; None where it cannot be told which."""
    told = all(isinstance(entry, Entry) for entry in fields)
    return replace(value, changed=(*fields, *value.changed)) if told else None


def dictionary(value: Term, engine: Engine, at: Place = NOWHERE) -> Map | None:
    """The fields of an object by their names; None where they are not known."""
    info = _class(value, engine)
    names = _names(info, engine) if info is not None else ()
    return Map(tuple([Entry(Str(name), Attr(value, name, at=at)) for name in names]), at=at) if names else None


def _class(value: Term, engine: Engine) -> ClassInfo | None:
    if isinstance(value, Call) and isinstance(value.function, Class):
        return value.function.info
    return classes.class_of(value, engine) if isinstance(value, Param) else None


def _names(info: ClassInfo, engine: Engine) -> tuple[str, ...]:
    """Fields in their order; of a class without any, what its constructor keeps."""
    fields = [name for name in classes.fields(info, engine) if not name.startswith("_") and name != "model_config"]
    kept = (name for klass in classes.lineage(info, engine) for name in klass.assigned)
    return tuple(fields) or tuple(dict.fromkeys(kept))


def _dictionary(value: Term, term: Call, engine: Engine) -> Map | None:
    whole = dictionary(value, engine, term.at)
    if whole is None:
        return None
    left_out = set(_words(term.keyword("exclude"), engine))
    wanted = set(_words(term.keyword("include"), engine))
    items = [item for item in whole.items if isinstance(item, Entry)]
    chosen = [item for item in items if item.key not in left_out and (not wanted or item.key in wanted)]
    if engine.head(term.keyword("exclude_none") or NONE) == Const(True):
        chosen = [item for item in chosen if engine.head(item.value) != NONE]
    return replace(whole, items=tuple(chosen))


def _words(given: Term | None, engine: Engine) -> Iterator[Term]:
    items = engine.items(given) if given is not None else None
    yield from (engine.head(item) for item in items or ())


def printing(info: ClassInfo, engine: Engine) -> str:
    """The method by which objects of a class print themselves; empty where it is one from outside the project."""
    known = {name for klass in classes.lineage(info, engine) for name in klass.methods}
    return next((name for name in ("__format__", "__str__", "__repr__") if name in known), "")


def prints_address(info: ClassInfo, engine: Engine) -> bool:
    """Whether objects of a class print themselves as Python does by default. Of classes from outside: who knows."""
    for klass in classes.lineage(info, engine):
        own = {*klass.methods, *klass.variables} & {"__str__", "__repr__", "__format__"}
        if own or klass.node.decorator_list or klass.node.keywords:
            return False
    return classes.external_bases(info, engine) <= {"object"} and classes.told_bases(info, engine)
