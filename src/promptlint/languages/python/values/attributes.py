"""What `value.name` is: of modules, classes, objects of the project, and things that vary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo
from promptlint.languages.python.values import (
    classes,
    clocks,
    conversations,
    counting,
    files,
    filling,
    growing,
    histories,
    objects,
)
from promptlint.languages.python.values.arguments import arguments
from promptlint.languages.python.values.rewriting import Exchange, stripped, substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Func,
    Global,
    Hole,
    Map,
    Module,
    Opaque,
    Param,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Confidence, Volatility

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

CONSTRUCTORS = ("__init__", "__post_init__", "model_post_init", "__attrs_post_init__")
MOST_ALTERNATIVES = 4
"""Values of one attribute that are looked at."""

_EMPTY = (Seq(()), Map(()))
_AS_BEFORE = Opaque("is as it was before")


def reduced(value: Term, term: Attr, engine: Engine) -> Term | None:
    """The attribute of a value whose outermost part is known; None when it stays as it is."""
    if term.name == "value" and isinstance(value, Str | Const):
        return value  # of a member of an enumeration: no text has an attribute of this name
    if isinstance(value, Str | Cat) and not hasattr(str, term.name):
        return Opaque(f"no text has an attribute `{term.name}`", at=term.at)
    if isinstance(value, Module):
        found = engine.module_attribute(value, term.name)
        return found or Opaque(f"`{term.name}` is not found in module {value.name}", at=term.at)
    if isinstance(value, Global):
        return _of_global(value, term)
    if isinstance(value, Class):
        return of_class(value.info, term.name, engine)
    if isinstance(value, Call) and (since := value.since(term.name)) is not None:
        return since
    if isinstance(value, Call) and isinstance(value.function, Class):
        return of_object(value.function.info, term.name, value, engine)
    if isinstance(value, Call) and isinstance(value.function, Global):
        return _of_external(value, term, engine)
    if isinstance(value, Param):
        said = conversations.field(value, term.name, engine)
        if said is not None:
            return said
        info = classes.class_of(value, engine)
        return of_object(info, term.name, value, engine) if info else _of_annotated(value, term, engine)
    if isinstance(value, Hole):
        return clocks.attribute(value, term.name, engine.models, term.at)
    return value if isinstance(value, Opaque) else None


def _of_annotated(value: Param, term: Attr, engine: Engine) -> Term | None:
    """What varies by itself in an object of a class outside the project, which the annotation tells."""
    annotation = classes.annotated(value, engine)
    name = f"{annotation.name}.{term.name}" if isinstance(annotation, Global) else ""
    source = engine.models.varies.get(name)
    return clocks.hole(source, term) if source is not None else None


def _of_global(value: Global, term: Attr) -> Term | None:
    if files.is_file(value):
        return files.attribute(value, term)
    return Global(f"{value.name}.{term.name}", at=term.at)


def _of_external(value: Call, term: Attr, engine: Engine) -> Term | None:
    """`datetime.now` of a class outside the project stays; the fields of a `SimpleNamespace` are what it was given."""
    assert isinstance(value.function, Global)
    if value.function.name == "super" and len(value.arguments) == 2:
        return _of_parent(engine.head(value.arguments[0]), value.arguments[1], term, engine)
    if value.function.name in ("types.SimpleNamespace", "argparse.Namespace"):
        return value.keyword(term.name)
    return None


def _of_parent(below: Term, receiver: Term, term: Attr, engine: Engine) -> Term | None:
    """`super().name`: a method of the nearest class above the one in which that is written."""
    above = classes.lineage(below.info, engine)[1:] if isinstance(below, Class) else ()
    method = next((klass.methods[term.name] for klass in above if term.name in klass.methods), None)
    return got(Func(method, (receiver,))) if method is not None else None


# --- classes ----------------------------------------------------------------------------------------------------------


def of_class(info: ClassInfo, name: str, engine: Engine) -> Term | None:
    """An attribute of a class itself."""
    for klass in classes.lineage(info, engine):
        if name in klass.methods:
            method = klass.methods[name]
            receiver: tuple[Term, ...] = (Class(info),) if "classmethod" in method.decorators else ()
            return Func(method, receiver)
        if name in klass.variables:
            return variable(klass, name, engine)
    if name in ("value", "name"):
        return None
    return Opaque(f"`{name}` is not found in class {info.name}")


def variable(klass: ClassInfo, name: str, engine: Engine) -> Term:
    """A class variable, made when the module was imported."""
    value = engine.summary(klass.body).bindings.get(name)
    if value is None:
        return Opaque(f"`{klass.name}.{name}` has no value of its own")
    made = engine.head(value)
    kind = made.function.info if isinstance(made, Call) and isinstance(made.function, Class) else None
    if kind is not None and any("__get__" in above.methods for above in classes.lineage(kind, engine)):
        return Opaque(f"`{klass.name}.{name}` is given by a descriptor")
    return Via(value, "", cap=Volatility.DEPLOYMENT)


# --- objects ----------------------------------------------------------------------------------------------------------


def of_object(info: ClassInfo, name: str, receiver: Term, engine: Engine) -> Term | None:
    """An attribute of an object of the project; None when nothing tells it."""
    if name == "__class__":
        return Class(info)
    if name == "__dict__":
        return objects.dictionary(receiver, engine)
    lineage = classes.lineage(info, engine)
    for klass in lineage:
        method = klass.methods.get(name)
        if method is not None and (method.is_property or name not in klass.assigned):
            function = Func(method, () if method.is_static else (receiver,))
            if isinstance(receiver, Param):
                return engine.overridden(function, info, receiver)
            return got(function)
        if name in klass.assigned:
            return _assigned(klass, info, name, receiver, engine)
    for klass in lineage:
        if name in klass.variables:
            return field_value(klass, name, receiver, engine)
    return None


def got(method: Func) -> Term:
    """What reading a method of an object as an attribute gives: of a property, what it returns."""
    if not method.info.is_property:
        return method
    kept = method.info.decorators & {"cached_property", "lazyproperty"}
    return Via(Call(method), "", cap=Volatility.SESSION) if kept else Call(method)


def has(info: ClassInfo, name: str, engine: Engine) -> bool:
    """Whether objects of a class are seen to have an attribute: a field, or one that a method sets or gives."""
    return any(
        name in klass.variables or name in klass.assigned or (name in klass.methods and klass.methods[name].is_property)
        for klass in classes.lineage(info, engine)
    )


def _assigned(klass: ClassInfo, own: ClassInfo, name: str, receiver: Term, engine: Engine) -> Term:
    """What the methods of a class keep in an attribute: what the constructor does, and what others put there later.

    The constructor is that of the object's `own` class, where it calls the one of `klass`.
    """
    first: Term | None = None
    later: list[Term] = []
    changes: list[histories.Change] = []
    for method in klass.assigned[name][: MOST_ALTERNATIVES + 1]:
        value = _left_by(method, name, engine)
        if value is None:
            continue
        place = Attr(_own(method), name)
        number = counting.counted(place, value, Confidence.MEDIUM) or counting.summed(place, value, first)
        if number is not None:
            return number
        if method.name in CONSTRUCTORS and first is None:
            first = _made_by(method, own, name, receiver, engine)
            continue
        if first is not None and isinstance(engine.head(first), Seq):
            value = histories.as_list(value)
        for way in histories.ways(place, value):
            change = histories.change(place, histories.seen_through(way, engine))
            if change is not None:
                seen_first = (_seen_from(method, name, i, receiver, engine, first or _AS_BEFORE) for i in change.first)
                changes.append(replace(change, first=tuple(seen_first)))
            else:
                begun, turns = histories.begun(way)
                changes += [turns] if turns.added else []
                seen = _seen_from(method, name, begun, receiver, engine)
                later += [seen] if seen not in later else []
    result = first if first is not None else field_default(klass, name, receiver, engine)
    for value in later:
        result = value if result is None or isinstance(stripped(result), Opaque) else otherwise(result, value)
    if result is None:
        result = Opaque(f"`{name}` is set where we cannot follow")
    if not changes and stripped(result) == NONE and filling.set_elsewhere(klass, name, engine):
        return Opaque(f"`{name}` is nothing until others set it")
    if not changes and stripped(result) in _EMPTY:
        if stripped(result) == Map(()) or not filling.filled_elsewhere(klass, name, engine):
            return Opaque(f"`{name}` is empty until others fill it")
        changes = [histories.Change(like=Seq(()))]
    if not changes:
        return result
    if any(isinstance(change.like, Seq) for change in changes):
        changes += filling.shortened_elsewhere(klass, name, engine)
    return growing.with_history(engine.reduced(result), f"{klass.module.path}:{klass.name}.{name}", name, changes)


def _made_by(method: FunctionInfo, own: ClassInfo, name: str, receiver: Term, engine: Engine) -> Term | None:
    """What the constructor of an object leaves in an attribute, be it through `method` of a base class."""
    nearest = next((c.methods[method.name] for c in classes.lineage(own, engine) if method.name in c.methods), method)
    value = _left_by(nearest, name, engine)
    if value is not None:
        return _seen_from(nearest, name, value, receiver, engine)
    value = _left_by(method, name, engine)
    return _seen_from(method, name, value, receiver, engine) if value is not None else None


def at_first(name: str, made: Call, engine: Engine) -> Term | None:
    """What the constructor leaves in an attribute of the object that a call makes; None where it leaves nothing."""
    own = made.function.info if isinstance(made.function, Class) else None
    for klass in classes.lineage(own, engine) if own is not None else ():
        for method in klass.assigned.get(name, ()):
            if method.name in CONSTRUCTORS and own is not None:
                return _made_by(method, own, name, made, engine)
    return None


def otherwise(first: Term, later: Term) -> Term:
    """What is there at first, or what others have put in its place since."""
    plain = stripped(first)
    if plain in (Str(""), NONE, *_EMPTY):
        return later  # what is empty at first waits for it
    return Choice(Opaque("was changed since"), later, first)


def _own(method: FunctionInfo) -> Param:
    return Param(method, method.receiver or "")


def _left_by(method: FunctionInfo, name: str, engine: Engine) -> Term | None:
    """What a method leaves in an attribute of its object, in its own terms; None when it leaves it alone."""
    return engine.summary(method).effects.get(Attr(_own(method), name)) if method.receiver else None


def _seen_from(
    method: FunctionInfo, name: str, value: Term, receiver: Term, engine: Engine, before: Term = _AS_BEFORE
) -> Term:
    """What a method leaves in an attribute, in the terms of whoever has the object; `before` was there first."""
    own = _own(method)
    value = Exchange({Attr(own, name): before})(value)
    values: dict[Term, Term] = {own: receiver}
    in_constructor = method.name in CONSTRUCTORS
    if in_constructor and isinstance(receiver, Call):
        for parameter, term in arguments(method, receiver, engine, (receiver,)).items():
            if parameter != method.receiver:
                values[Param(method, parameter)] = Via(
                    term, f"argument `{parameter}` of `{method.qualname}`", at=receiver.at
                )
    seen = substituted(value, values)
    return Via(seen, "", cap=Volatility.SESSION) if in_constructor else seen


def field_value(klass: ClassInfo, name: str, receiver: Term, engine: Engine) -> Term | None:
    """A field of a dataclass, pydantic or attrs object: as given to the constructor, else its default."""
    if isinstance(receiver, Call) and isinstance(receiver.function, Class):
        given = receiver.keyword(name)
        names = classes.fields(receiver.function.info, engine)
        if given is None and name in names and names.index(name) < len(receiver.arguments):
            given = receiver.arguments[names.index(name)]
        if given is not None:
            return Via(given, f"field `{name}` of `{klass.name}`", at=receiver.at)
        splats = [item for item in receiver.keywords if isinstance(item, Splat)]
        default = field_default(klass, name, receiver, engine) or Opaque(f"field `{name}` is not given")
        for splat in splats:
            from_splat = Call(Attr(splat.value, "get"), (Str(name), default))
            default = from_splat
        return default
    return field_default(klass, name, receiver, engine)


def field_default(klass: ClassInfo, name: str, receiver: Term, engine: Engine) -> Term | None:
    """The default of a field, or the class variable."""
    if klass.variables.get(name) is None:
        return None
    source = next(
        (engine.models.varies[n] for n in classes.external_bases(klass, engine) if n in engine.models.varies), None
    )
    if source is not None:
        return clocks.hole(source, Opaque(source.because))
    value = engine.reduced(variable(klass, name, engine))
    plain = stripped(value)
    if isinstance(receiver, Param) and isinstance(plain, Const):
        # Any object of the class may have been given another, and a subclass may say otherwise.
        return None
    if isinstance(plain, Call) and isinstance(plain.function, Global):
        last = plain.function.name.rsplit(".", 1)[-1]
        if last in ("field", "Field", "attrib", "ib"):
            default = plain.keyword("default")
            factory = plain.keyword("default_factory") or plain.keyword("factory")
            if factory is not None:
                return Via(Call(factory, at=plain.at), "", cap=Volatility.SESSION)
            if default is None and last == "Field" and plain.arguments:
                default = plain.arguments[0]
            return default if default != Const(...) else None
    return value
