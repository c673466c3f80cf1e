"""What a message is: a mapping, an object or a pair with a role and a content, of whichever library or class."""

from __future__ import annotations

from promptlint.frozen import replace
from promptlint.languages.python.values import attributes
from promptlint.languages.python.values.arguments import default_of
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Class,
    Const,
    Each,
    Entry,
    Global,
    Item,
    Map,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.layout import Role, Volatility

MISSING = Opaque("is not there")
"""What is asked for and not given."""

_ROLE, _SAID = "role", ("content", "parts")


def absent(term: Term) -> bool:
    """Whether a reduced term says that nothing is given."""
    return (
        term in (NONE, MISSING)
        or (isinstance(term, Const) and term.value is None)
        or (isinstance(term, Global) and term.name.rsplit(".", 1)[-1] in ("NOT_GIVEN", "omit", "NotGiven"))
    )


def part_of(value: Term, names: tuple[str, ...], engine: Engine) -> Term | None:
    """The first of several keys or attributes that a message or block has; None when it has none of them."""
    for name in names:
        found = _asked(value, name, engine)
        if found is not None and not absent(engine.head(found)):
            return found
    return None


def _asked(value: Term, name: str, engine: Engine) -> Term | None:
    if isinstance(value, Map):
        return Item(value, Op("key or", (Str(name), MISSING)))
    if not isinstance(value, Call):
        return None
    if (since := value.since(name)) is not None:
        return since
    if isinstance(value.function, Class):
        known = attributes.has(value.function.info, name, engine)
        return _made_with_the_prompt(engine.reduced(Attr(value, name))) if known else None
    given = value.keyword(name)
    record = engine.record(value)
    if given is None and record is not None and name in record.arguments:
        index = record.arguments.index(name)
        rest = value.arguments[index:]
        if record.rest and index == len(record.arguments) - 1 and len(rest) > 1:
            return Seq(rest, at=value.at)
        given = rest[0] if rest and not isinstance(rest[0], Splat) else None
    return given


def _made_with_the_prompt(term: Term) -> Term:
    """What a constructor left in a message: it is as young as the prompt, though other objects outlive it."""
    if isinstance(term, Via):
        cap = None if term.cap is Volatility.SESSION else term.cap
        return replace(term, value=_made_with_the_prompt(term.value), cap=cap)
    return term


def content_of(message: Term, engine: Engine) -> Term | None:
    """What a message or a block says; None when it does not tell."""
    if isinstance(message, Seq) and len(message.items) == 2:
        return message.items[1]
    return part_of(message, engine.models.content_keys, engine)


def kind_of(block: Term, engine: Engine) -> str:
    """What kind of block a block says it is, by its type or else by its first key; empty when it does not tell."""
    told = part_of(block, ("type",), engine)
    kind = engine.head(told) if told is not None else None
    if isinstance(kind, Str):
        return kind.value
    first = block.items[0] if isinstance(block, Map) and block.items else None
    return first.key.value if isinstance(first, Entry) and isinstance(first.key, Str) and told is None else ""


def role_of(message: Term, engine: Engine) -> Role:
    """Whose words a message is."""
    record = engine.record(message) if isinstance(message, Call) else None
    if record is not None and record.role is not None:
        return record.role
    return role_named(engine.head(_role(message, engine)), engine)


def kept(turns: Repeat, engine: Engine) -> bool:
    """Whether the items of a loop tell whose words each of them is: messages that were kept, and are sent again."""
    return isinstance(turns.each, Each) and any(turns.each in symbols(_role(item, engine)) for item in turns.items)


def _role(message: Term, engine: Engine) -> Term:
    """What tells whose words a message is."""
    plain = stripped(message)
    if isinstance(plain, Seq):
        return plain.items[0] if len(plain.items) == 2 else MISSING
    return part_of(plain, (_ROLE,), engine) or MISSING


def role_named(term: Term, engine: Engine) -> Role:
    """The role that a text, or a member of an enumeration, names; or the default of what a constructor is given."""
    if isinstance(term, Param) and term.info.name in attributes.CONSTRUCTORS and term.name in term.info.defaults:
        term = engine.head(default_of(term.info, term.name, engine))
    name = term.value if isinstance(term, Str) else getattr(term, "name", "")
    return engine.models.role_words.get(str(name).rsplit(".", 1)[-1].lower(), Role.UNKNOWN)


def is_message(term: Term, engine: Engine) -> bool:
    """Whether a value, as it is written, has a role and a content."""
    plain = stripped(term)
    contents = engine.models.content_keys
    if isinstance(plain, Map):
        keys = {item.key.value for item in plain.items if isinstance(item, Entry) and isinstance(item.key, Str)}
        return _ROLE in keys and not keys.isdisjoint(contents)
    if isinstance(plain, Seq):
        if plain.kind != "tuple" or len(plain.items) != 2:
            return False
        role, said = (role_named(stripped(item), engine) for item in plain.items)
        return role is not Role.UNKNOWN and said is Role.UNKNOWN
    return isinstance(plain, Call) and _makes_message(plain, engine)


def _makes_message(call: Call, engine: Engine) -> bool:
    made = engine.head(call.function)
    if isinstance(made, Class):
        return all(any(attributes.has(made.info, n, engine) for n in names) for names in ((_ROLE,), _SAID))
    record = engine.record(Call(made, call.arguments, call.keywords))
    if record is not None and (record.role is not None or _ROLE in record.arguments):
        return True
    return call.keyword(_ROLE) is not None and any(call.keyword(name) is not None for name in _SAID)
