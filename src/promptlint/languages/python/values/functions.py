"""What calls of functions outside the project give, as far as it matters to a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count, takewhile
from typing import TYPE_CHECKING

from promptlint.frozen import replace
from promptlint.knowledge.varying import Source
from promptlint.languages.python.values import attributes, backwards, clocks, cuts, files, formats, objects, operators
from promptlint.languages.python.values.rewriting import Exchange, spread, stripped, substituted
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    NONE,
    Attr,
    Call,
    Choice,
    Class,
    Const,
    Each,
    Entry,
    Format,
    Func,
    Global,
    Hole,
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
from promptlint.layout import Confidence

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_numbers = count(1_000_000_000)


def reduced(name: str, term: Call, engine: Engine) -> Term | None:
    """The value of a call of `name`; None when nothing is known of it."""
    models = engine.models
    own = _FUNCTIONS.get(name)
    if own is not None:
        return own(term, engine)
    if name in models.varies:
        return _varying(name, term, engine)
    if name in models.orders:
        return _ordered(term, engine)
    if name in models.unordered:
        return _unordered(name, term, engine)
    if name in models.passes and models.passes[name] < len(term.arguments):
        return term.arguments[models.passes[name]]
    if name in models.keeps_newest and models.keeps_newest[name] < len(term.arguments):
        return cuts.cut(term.arguments[models.keeps_newest[name]], term.at, because=cuts.KEEPS)
    if name in models.calls_argument and models.calls_argument[name] < len(term.arguments):
        at = models.calls_argument[name]
        return Call(term.arguments[at], term.arguments[at + 1 :], term.keywords, at=term.at)
    source = clocks.source_of(name, models)
    return clocks.hole(source, term) if source else None


def called_object(function: Call, term: Call, engine: Engine) -> Term | None:
    """A call of something that a call gave: a partial, or an object with `__call__`."""
    inner = stripped(function.function)
    if isinstance(inner, Global) and inner.name == "functools.partial" and function.arguments:
        first, *rest = function.arguments
        return Call(first, (*rest, *term.arguments), (*function.keywords, *term.keywords), at=term.at)
    if isinstance(inner, Class):
        return Call(Attr(function, "__call__"), term.arguments, term.keywords, at=term.at)
    return None


def changed_itself(method: Func, values: Mapping[Term, Term], engine: Engine) -> Term | None:
    """The object that a method returns which changes it, as `.add(text)` of a builder; None where it does neither."""
    summary, own = engine.summary(method.info), Param(method.info, method.info.receiver or "")
    made = engine.head(method.receiver[0]) if method.receiver and stripped(summary.returns) == own else None
    if not isinstance(made, Call) or not isinstance(made.function, Class):
        return None
    left = {at.name: value for at, value in summary.effects.items() if isinstance(at, Attr) and at.value == own}
    untouched = [name for name in left if made.since(name) is None]
    starts = {name: attributes.at_first(name, made, engine) for name in untouched}
    first: dict[Term, Term] = {Attr(own, name): start for name, start in starts.items() if start is not None}
    changed = tuple(Entry(Str(n), spread(substituted(Exchange(first)(value), values))) for n, value in left.items())
    names = {Str(name) for name in left}
    kept = tuple(e for e in made.changed if not (isinstance(e, Entry) and e.key in names))
    return replace(made, changed=(*kept, *changed))


def _varying(name: str, term: Call, engine: Engine) -> Term:
    source = engine.models.varies[name]
    value = clocks.hole(source, term)
    if source.commands and term.arguments:
        return _printed(source, value, _command(engine.head(term.arguments[0]), engine))
    if source.format_argument is not None and len(term.arguments) > source.format_argument:
        shown = engine.head(term.arguments[source.format_argument])
        if isinstance(shown, Str):
            return clocks.with_format(value, shown.value, engine.models)
    return value


def _command(given: Term, engine: Engine) -> str:
    """The words of a command that are written out, up to the first that is not."""
    words = map(engine.head, given.items) if isinstance(given, Seq) else (given,)
    return " ".join(
        word.value for word in takewhile(lambda word: isinstance(word, Str), words) if isinstance(word, Str)
    )


def _printed(source: Source, value: Hole, command: str) -> Hole:
    """What a command prints, where it is one of those of which it is known how often that changes."""
    known = (words for words in source.commands if f"{command} ".startswith(f"{words} "))
    words = max(known, key=len, default=None)
    if words is None:
        return value
    because = f"is what `{words}` prints"
    return replace(value, volatility=source.commands[words], because=because, confidence=Confidence.MEDIUM)


def _ordered(term: Call, engine: Engine) -> Term | None:
    if not term.arguments:
        return None
    return operators.ordered(term.arguments[0], engine) or term.arguments[0]


def _unordered(name: str, term: Call, engine: Engine) -> Term | None:
    because = engine.models.unordered[name]
    if name in ("set", "frozenset"):
        items = (Splat(term.arguments[0]),) if term.arguments else ()
        return Seq(items, "set", because if items else "", at=term.at)
    source = clocks.source_of(name, engine.models)
    volatility = source.volatility if source else None
    text = f"{name}()"
    item = Hole(volatility, "is in a list that comes from elsewhere", at=term.at)
    return Seq((Repeat(Each(next(_numbers), item, text, at=term.at), (item,)),), "list", because, at=term.at)


# --- builtins and the standard library --------------------------------------------------------------------------------


def _text(term: Call, engine: Engine) -> Term | None:
    return Format(term.arguments[0], at=term.at) if term.arguments else Str("", at=term.at)


def _list(term: Call, engine: Engine) -> Term | None:
    if not term.arguments:
        return Seq((), at=term.at)
    value = engine.head(term.arguments[0])
    if isinstance(value, Seq):
        kind = "set" if value.kind == "set" else "list"
        return replace(value, kind=kind, unordered=value.unordered or _set_reason(value, engine))
    return Seq((Splat(term.arguments[0]),), at=term.at)


def _set_reason(value: Seq, engine: Engine) -> str:
    return engine.models.unordered.get("set", "") if value.kind == "set" and len(value.items) > 1 else ""


def _dict(term: Call, engine: Engine) -> Term | None:
    return Map((*(Splat(argument) for argument in term.arguments), *term.keywords), at=term.at)


def _enumerate(term: Call, engine: Engine) -> Term | None:
    if not term.arguments:
        return None
    each = Each(next(_numbers), term.arguments[0], at=term.at)
    index = Op("index", (each,), at=term.at)
    return Seq((Repeat(each, (Seq((index, each), "tuple"),)),), at=term.at)


def _zip(term: Call, engine: Engine) -> Term | None:
    if not term.arguments:
        return None
    known = [engine.items(argument) for argument in term.arguments]
    if all(items is not None for items in known):
        rows = zip(*(items for items in known if items is not None), strict=False)
        return Seq(tuple(Seq(row, "tuple") for row in rows), at=term.at)
    eaches = tuple(Each(next(_numbers), argument, at=term.at) for argument in term.arguments)
    return Seq((Repeat(eaches[0], (Seq(eaches, "tuple"),)),), at=term.at)


def _map(term: Call, engine: Engine) -> Term | None:
    if len(term.arguments) != 2:
        return None
    each = Each(next(_numbers), term.arguments[1], at=term.at)
    return Seq((Repeat(each, (Call(term.arguments[0], (each,), at=term.at),)),), "generator", at=term.at)


def _filter(term: Call, engine: Engine) -> Term | None:
    if len(term.arguments) != 2:
        return None
    each = Each(next(_numbers), term.arguments[1], at=term.at)
    test: Term = each if stripped(term.arguments[0]) == NONE else Call(term.arguments[0], (each,), at=term.at)
    return Seq((Repeat(each, (Maybe(test, (each,)),)),), "generator", at=term.at)


def _reversed(term: Call, engine: Engine) -> Term | None:
    whole = engine.head(term.arguments[0]) if term.arguments else NONE
    items = engine.items(whole) or (whole.items if isinstance(whole, Seq) else None)
    return Seq(backwards.flipped(items), at=term.at) if items is not None else whole


def _next(term: Call, engine: Engine) -> Term | None:
    if not term.arguments:
        return None
    value = engine.head(term.arguments[0])
    default = term.arguments[1] if len(term.arguments) > 1 else None
    if isinstance(value, Seq) and value.items:
        first = value.items[0]
        if isinstance(first, Repeat):
            found = first.items[0]
            kept = found.then[0] if isinstance(found, Maybe) and found.then else found
            return Choice(Opaque("one is found"), kept, default) if default is not None else kept
        return first if not isinstance(first, (Splat, Maybe)) else None
    return default


def _getattr(term: Call, engine: Engine) -> Term | None:
    if len(term.arguments) < 2:
        return None
    name = engine.head(term.arguments[1])
    if not isinstance(name, Str):
        return None
    found = engine.reduced(Attr(term.arguments[0], name.value, at=term.at))
    if isinstance(stripped(found), Opaque) and len(term.arguments) > 2:
        return term.arguments[2]
    return found


def _isinstance(term: Call, engine: Engine) -> Term | None:
    if len(term.arguments) != 2:
        return None
    test = Op("isinstance", term.arguments, at=term.at)
    decided = engine.truth(test)
    return test if decided is None else Const(decided, at=term.at)


def _length(term: Call, engine: Engine) -> Term | None:
    items = engine.items(term.arguments[0]) if term.arguments else None
    return Const(len(items), at=term.at) if items is not None else None


def _gather(term: Call, engine: Engine) -> Term | None:
    return Seq(term.arguments, at=term.at)


def _json(term: Call, engine: Engine) -> Term | None:
    """The data; with a second operand where its keys are sorted."""
    if not term.arguments:
        return None
    sorts = term.keyword("sort_keys") or term.keyword("option")
    keys = (sorts,) if sorts is not None and engine.head(sorts) != Const(False) else ()
    return Op("json", (term.arguments[0], *keys), at=term.at)


def _sorted_json(term: Call, engine: Engine) -> Term | None:
    """The same of functions which sort the keys unless they are told not to."""
    if not term.arguments:
        return None
    sorts = term.keyword("sort_keys") or term.keyword("sort_dicts") or Const(True)
    keys = (sorts,) if engine.head(sorts) != Const(False) else ()
    return Op("json", (term.arguments[0], *keys), at=term.at)


def _deque(term: Call, engine: Engine) -> Term | None:
    most = term.keyword("maxlen") or (term.arguments[1] if len(term.arguments) > 1 else NONE)
    items: Term = Seq((), at=term.at)
    if term.arguments:
        items = Seq((Splat(term.arguments[0]),), at=term.at)
    return items if stripped(most) == NONE else cuts.cut(items, term.at, most)


def _namespace(term: Call, engine: Engine) -> Term | None:
    return None


def _substituted(term: Call, engine: Engine) -> Term | None:
    if len(term.arguments) < 3:
        return None
    _, new, text = term.arguments[:3]
    return formats.rewritten(text, new, engine)


_FUNCTIONS: dict[str, Callable[[Call, Engine], Term | None]] = {
    "str": _text, "repr": _text, "format": _text, "list": _list, "tuple": _list, "iter": _list, "dict": _dict,
    "collections.deque": _deque, "collections.OrderedDict": _dict,
    "enumerate": _enumerate, "zip": _zip, "map": _map, "filter": _filter,
    "reversed": _reversed, "next": _next, "anext": _next, "getattr": _getattr, "isinstance": _isinstance,
    "len": _length, "asyncio.gather": _gather, "json.dumps": _json, "orjson.dumps": _json, "ujson.dumps": _json,
    "yaml.dump": _sorted_json, "yaml.safe_dump": _sorted_json, "pprint.pformat": _sorted_json,
    "re.sub": _substituted, "regex.sub": _substituted, **files.FUNCTIONS, **objects.FUNCTIONS,
}  # fmt: skip
