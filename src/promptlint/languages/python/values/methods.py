"""What methods of texts, lists, dictionaries, files and things that vary give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.languages.python.values import clocks, conversations, files, formats, forms, objects, templating
from promptlint.languages.python.values.rewriting import cat, is_text, rewrapped, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Cat,
    Class,
    Const,
    Each,
    Entry,
    Format,
    Global,
    Hole,
    Item,
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

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine


def reduced(method: Attr, term: Call, engine: Engine) -> Term | None:
    """The value of `value.name(…)` for a value whose outermost part is known; None when nothing is known of it."""
    value = engine.reduced(method.value)
    plain = stripped(value)
    if method.name in engine.models.filled and isinstance(plain, (Str, Cat, Seq)):
        return value
    if isinstance(plain, Hole):
        return clocks.called(plain, method.name, term, engine) or _passed_hole(plain, method, term, engine)
    if isinstance(plain, (Str, Cat)):
        return _of_text(value, method.name, term, engine)
    if isinstance(plain, Seq):
        return _of_sequence(plain, method.name, term, engine)
    if isinstance(plain, Map):
        return _of_mapping(plain, method.name, term, engine)
    if isinstance(plain, Global) and files.is_file(plain):
        found = files.method(plain, method.name, term, engine)
        return found if found is not None else _of_anything(value, method.name, term, engine)
    if isinstance(plain, Call) and isinstance(plain.function, Class):
        found = objects.method(plain, method.name, term, engine)
        return found if found is not None else _of_anything(value, method.name, term, engine)
    if isinstance(plain, Call):
        rendered = templating.reduced(method, term, engine) or forms.reduced(method, term, engine)
        return rendered if rendered is not None else _of_external(plain, method.name, term, engine)
    if isinstance(plain, Param) and method.name == "get" and term.arguments:
        name = engine.head(term.arguments[0])
        found = conversations.field(plain, name.value, engine) if isinstance(name, Str) else None
        return found if found is not None else _of_anything(value, method.name, term, engine)
    return _of_anything(value, method.name, term, engine)


def _passed_hole(value: Hole, method: Attr, term: Call, engine: Engine) -> Term | None:
    if method.name in engine.models.text_methods:
        return value
    if method.name == "join" or method.name == "format":
        return None
    return clocks.part_of(value, term.at)


def _of_anything(value: Term, name: str, term: Call, engine: Engine) -> Term | None:
    """Methods which tell by their name alone what they give."""
    models = engine.models
    if name in models.text_methods and name not in ("encode", "decode") and not term.keywords:
        return None
    because = models.unordered.get(f".{name}")
    if because:
        item = Hole(None, "is in a list that comes from elsewhere", at=term.at)
        return Seq((Repeat(Each(-term.at.line, item, f".{name}()", at=term.at), (item,)),), "list", because, at=term.at)
    at = models.calls_argument.get(f".{name}")
    if at is not None and len(term.arguments) > at:
        return Call(term.arguments[at], term.arguments[at + 1 :], term.keywords, at=term.at)
    return None


def _of_external(value: Call, name: str, term: Call, engine: Engine) -> Term | None:
    function = stripped(value.function)
    if (
        isinstance(function, Global)
        and function.name == "string.Template"
        and name in ("substitute", "safe_substitute")
    ):
        text = engine.text(value.arguments[0]) if value.arguments else NONE
        mapping = term.arguments[0] if term.arguments else None
        return formats.substituted_template(text, term.keywords, mapping) if is_text(text) else None
    if isinstance(function, Global) and function.name == "re.compile" and name == "sub" and len(term.arguments) > 1:
        return formats.rewritten(term.arguments[1], term.arguments[0], engine)
    return _of_anything(value, name, term, engine)


# --- texts ------------------------------------------------------------------------------------------------------------


def _of_text(value: Term, name: str, term: Call, engine: Engine) -> Term | None:
    if name == "format":
        return formats.formatted(value, term.arguments, term.keywords, engine)
    if name == "format_map" and term.arguments:
        return formats.formatted(value, (), (Splat(term.arguments[0]),), engine)
    if name == "join" and term.arguments:
        return _joined(value, term.arguments[0], engine)
    if name == "replace" and len(term.arguments) >= 2:
        old = engine.head(term.arguments[0])
        return formats.replaced(value, old.value, term.arguments[1]) if isinstance(old, Str) else value
    if name in engine.models.text_methods:
        return _shaped(value, name)
    if name in ("startswith", "endswith"):
        return None
    if name in ("split", "splitlines", "rsplit", "partition"):
        return Op("parts", (value,), at=term.at)
    return None


def _shaped(value: Term, name: str) -> Term:
    plain = stripped(value)
    if isinstance(plain, Str) and name in ("strip", "lstrip", "rstrip", "lower", "upper"):
        return rewrapped(replace(plain, value=getattr(plain.value, name)()), value)
    return value


def _joined(separator: Term, items: Term, engine: Engine) -> Term:
    """`separator.join(items)`: the items with the separator between them."""
    plain = engine.reduced(items)
    sequence = stripped(plain)
    if not isinstance(sequence, Seq):
        return Cat((Format(items),))
    return rewrapped(cat(*_between(sequence, separator, engine)), plain)


def _between(sequence: Seq, separator: Term, engine: Engine) -> list[Term]:
    reason = sequence.unordered or (engine.models.unordered.get("set", "") if sequence.kind == "set" else "")
    if reason:
        return [Op("any order", (sequence, separator), at=sequence.at)]
    parts: list[Term] = []
    for i, item in enumerate(sequence.items):
        if i:
            parts.append(separator)
        parts.append(_joined_item(item, separator, engine))
    return parts


def _joined_item(item: Term, separator: Term, engine: Engine) -> Term:
    if isinstance(item, Splat):
        inner = engine.reduced(item.value)
        if isinstance(stripped(inner), Seq):
            return _joined(separator, inner, engine)
        return Format(item.value)
    if isinstance(item, Repeat):
        repeated: list[Term] = []
        for inner in item.items:
            repeated += [_joined_item(inner, separator, engine), separator]
        return replace(item, items=tuple(repeated))
    if isinstance(item, Maybe):
        then = tuple(_joined_item(inner, separator, engine) for inner in item.then)
        other = tuple(_joined_item(inner, separator, engine) for inner in item.other)
        return Maybe(item.condition, _spaced(then, separator), _spaced(other, separator))
    return Format(item)


def _spaced(items: tuple[Term, ...], separator: Term) -> tuple[Term, ...]:
    spaced: list[Term] = []
    for i, item in enumerate(items):
        spaced += [separator, item] if i else [item]
    return tuple(spaced)


# --- lists and dictionaries -------------------------------------------------------------------------------------------


def _of_sequence(value: Seq, name: str, term: Call, engine: Engine) -> Term | None:
    if name == "copy":
        return value
    if name in ("union", "intersection", "difference", "symmetric_difference"):
        return replace(value, items=(*value.items, *(Splat(a) for a in term.arguments)), kind="set")
    if name == "pop":
        return Item(value, Const(-1), at=term.at)
    return _of_anything(value, name, term, engine)


def _of_mapping(value: Map, name: str, term: Call, engine: Engine) -> Term | None:
    if name == "get" and term.arguments:
        default = term.arguments[1] if len(term.arguments) > 1 else NONE
        return Item(value, Op("key or", (term.arguments[0], default)), at=term.at)
    if name == "pop" and term.arguments:
        default = term.arguments[1] if len(term.arguments) > 1 else Opaque("is taken out of a dictionary")
        return Item(value, Op("key or", (term.arguments[0], default)), at=term.at)
    if name == "copy":
        return value
    view = {"items": lambda e: Seq((e.key, e.value), "tuple"), "keys": lambda e: e.key, "values": lambda e: e.value}
    if name in view:
        items = tuple(_viewed(item, view[name], name) for item in value.items)
        return Seq(items, at=term.at)
    return None


def _viewed(item: Term, pick: Callable[[Entry], Term], name: str) -> Term:
    if isinstance(item, Entry):
        return pick(item)
    if isinstance(item, Splat):
        return Splat(Call(Attr(item.value, name)))
    if isinstance(item, Maybe):
        then = tuple(_viewed(inner, pick, name) for inner in item.then)
        return Maybe(item.condition, then, tuple(_viewed(inner, pick, name) for inner in item.other))
    if isinstance(item, Repeat):
        return replace(item, items=tuple(_viewed(inner, pick, name) for inner in item.items))
    return item
