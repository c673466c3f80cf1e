"""Templates that code gets by name or makes of a text, and the holes which it fills in.

Another reader parses them: what it gives is turned into terms, with the values that code passes put in. What a template
says by itself, such as that a hole reads the clock, holds where code passes nothing under a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from promptlint import template as parsed
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.values.files import path_of
from promptlint.languages.python.values.rewriting import cat, stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Choice,
    Const,
    Each,
    Format,
    Global,
    Hole,
    Item,
    Map,
    Op,
    Opaque,
    Repeat,
    Seq,
    Splat,
    Str,
    Via,
)
from promptlint.spans import Span

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

_numbers = count(2_000_000_000)
_ABSENT = Opaque("is not passed to the template")


def reduced(method: Attr, term: Call, engine: Engine) -> Term | None:
    """A method of an environment or of a template; None when it is neither."""
    known = engine.models.templating
    if method.name in known.renders:
        text = _text_of(engine.head(method.value), engine)
        return _rendered(text, term, engine) if text is not None else None
    return None


def _text_of(template: Term, engine: Engine) -> Str | None:
    """The text of a template object."""
    if not isinstance(template, Call) or not template.arguments:
        return None
    known = engine.models.templating
    function = stripped(template.function)
    first = template.arguments[0]
    if isinstance(function, Global) and function.name in known.texts:
        return _as_text(engine.head(first))
    if isinstance(function, Attr) and function.name in known.from_text | known.by_name:
        environment = engine.head(function.value)
        if not isinstance(environment, Call) or not _is_environment(environment, engine):
            return None
        text = engine.head(first)
        if function.name in known.from_text:
            return _as_text(text)
        return _found(text, environment, template, engine)
    return None


def _is_environment(value: Call, engine: Engine) -> bool:
    function = stripped(value.function)
    return isinstance(function, Global) and function.name in engine.models.templating.environments


def _as_text(value: Term) -> Str | None:
    return value if isinstance(value, Str) else None


def _found(name: Term, environment: Call, template: Call, engine: Engine) -> Str | None:
    """The text of the template of a name, from the folders of the environment's loader."""
    names = [_written(item, engine) for item in (name.items if isinstance(name, Seq) else (name,))]
    loader = environment.keyword("loader") or next(iter(environment.arguments), None)
    folders = tuple(_folders(engine.head(loader), engine)) if loader is not None else ()
    for each in names:
        for folder in folders if each else ():
            text = read(normpath(join(folder, each)), engine)
            if text is not None:
                return text
    return None


def _written(term: Term, engine: Engine) -> str:
    """A text of which every part is written out; empty: it is none."""
    plain = engine.head(term)
    if isinstance(plain, Format):
        return _written(plain.value, engine)
    if isinstance(plain, Cat):
        parts = [_written(part, engine) for part in plain.parts]
        return "".join(parts) if all(parts) else ""
    return plain.value if isinstance(plain, Str) else ""


def _folders(loader: Term, engine: Engine) -> Iterator[str]:
    """The folders in which a loader looks for templates."""
    function = stripped(loader.function) if isinstance(loader, Call) else None
    if not isinstance(loader, Call) or not isinstance(function, Global):
        return
    known = engine.models.templating
    if function.name in known.loaders:
        at = known.loaders[function.name]
        given = loader.arguments[at] if len(loader.arguments) > at else loader.keyword("searchpath")
        head = engine.head(given) if given is not None else None
        for folder in head.items if isinstance(head, Seq) else (head,):
            path = path_of(folder, engine) if folder is not None else None
            if path is not None:
                yield path
    elif function.name in known.packages and loader.arguments:
        package = engine.head(loader.arguments[0])
        at = known.packages[function.name]
        inner = engine.head(loader.arguments[at]) if len(loader.arguments) > at else Str("templates")
        path = engine.project.resolve(package.value, loader.at.path) if isinstance(package, Str) else None
        if path is not None and isinstance(inner, Str):
            yield join(dirname(path), inner.value)


def read(path: str, engine: Engine) -> Str | None:
    """The text of a file of the project; None where there is none."""
    raw = engine.read_text(path)
    if raw is None:
        return None
    text = raw.decode("utf-8", "replace")
    lines = text.count("\n") + 1
    return Str(text, at=Place(path, 1, 0, lines, len(text.rsplit("\n", 1)[-1])))


def _rendered(text: Str, term: Call, engine: Engine) -> Term | None:
    """The text that a template makes of what it is given."""
    given = (engine.head(argument) for argument in term.arguments)
    entries = [item for each in given for item in (each.items if isinstance(each, Map) else (Splat(each),))]
    found = rendered(text, Map((*entries, *term.keywords), at=term.at), engine)
    return Via(found, "filled into the template", at=term.at) if found is not None else None


def rendered(text: Str, context: Map, engine: Engine) -> Term | None:
    """The text that a template makes of the values under its names; None where it is not written anywhere."""
    if not text.at.path:
        return None
    template = engine.parse_template(text.value, engine.span(text.at))
    return _Filling(context, engine).pieces(template.pieces)


class _Filling:
    """Turns the pieces of one template into terms."""

    def __init__(self, context: Map, engine: Engine) -> None:
        self.context = context
        self.engine = engine
        self._loops: dict[parsed.Expression, Each] = {}

    def pieces(self, pieces: tuple[parsed.Piece, ...]) -> Term:
        """The text of pieces one after the other."""
        return cat(*(self._piece(piece) for piece in pieces if not isinstance(piece, parsed.Turn | parsed.Mark)))

    def _piece(self, piece: parsed.Piece) -> Term:
        match piece:
            case parsed.Text(text, span):
                return Str(text, at=self._place(span))
            case parsed.Hole():
                return Op("filled", (self._hole(piece), Str(piece.text)), at=self._place(piece.span))
            case parsed.Branch(condition, then, other):
                return Choice(self.term(condition), self.pieces(then), self.pieces(other))
            case parsed.Repeat(over, inner, span):
                each = self._each(over, span)
                return Cat((Repeat(each, (self.pieces(inner),)),))
        raise AssertionError(piece)

    def _hole(self, hole: parsed.Hole) -> Term:
        """What code passes; what the template alone tells, where code passes nothing under its names."""
        at = self._place(hole.span)
        alone = hole.alone
        told = Hole(alone.volatility, alone.because, hole.text, confidence=alone.confidence, at=at)
        names = list(_names(hole.expression))
        if names and all(self.engine.head(self._given(name)) == _ABSENT for name in names):
            return told
        return self.term(hole.expression)

    def term(self, value: parsed.Expression) -> Term:
        """An expression of the template as a term."""
        match value:
            case parsed.Constant(constant):
                return Str(constant) if isinstance(constant, str) else Const(constant)
            case parsed.Name(name):
                return self._given(name)
            case parsed.Member():
                return self._member(value)
            case parsed.Each(over):
                return self._each(over, None)
            case parsed.Call(function, arguments):
                return Call(self.term(function), tuple(map(self.term, arguments)))
            case parsed.Filter():
                return self._filtered(value)
            case parsed.Either(condition, then, other):
                first = self.term(then)
                return Choice(self.term(condition) if condition is not None else first, first, self.term(other))
            case parsed.Compound(operator, parts):
                return self._compound(operator, tuple(map(self.term, parts)))
            case parsed.Rendered(pieces):
                return self.pieces(pieces)
            case parsed.Unclear(reason):
                return Opaque(reason)

    def _given(self, name: str) -> Term:
        return Item(self.context, Op("key or", (Str(name), _ABSENT)))

    def _member(self, value: parsed.Member) -> Term:
        inner = self.term(value.value)
        if isinstance(value.key, int):
            return Item(inner, Const(value.key))
        by_key = isinstance(self.engine.head(inner), Map)
        return Item(inner, Str(value.key)) if by_key else Attr(inner, value.key)

    def _filtered(self, value: parsed.Filter) -> Term:
        inner = self.term(value.value)
        arguments = tuple(map(self.term, value.arguments))
        if value.name in self.engine.models.templating.passes:
            return inner
        if value.name in ("default", "d") and arguments:
            return arguments[0] if self.engine.head(inner) == _ABSENT else inner
        if value.name == "join":
            return Call(Attr(arguments[0] if arguments else Str(""), "join"), (inner,))
        return Op("json" if value.name == "tojson" else f"| {value.name}", (inner,))

    @staticmethod
    def _compound(operator: str, terms: tuple[Term, ...]) -> Term:
        if operator in ("list", "tuple"):
            return Seq(terms)
        if operator == "concat":
            return Cat(terms)
        return Op({"and": "all", "add": "+"}.get(operator, operator), terms)

    def _each(self, over: parsed.Expression, span: Span | None) -> Each:
        if over not in self._loops:
            at = self._place(span) if span is not None else Place("", 1, 0, 1, 0)
            self._loops[over] = Each(next(_numbers), self.term(over), "", at=at)
        return self._loops[over]

    def _place(self, span: Span) -> Place:
        """A span as a place: in a module, columns count the bytes of UTF-8."""
        path, start, end = span.path, span.start, span.end
        module = self.engine.project.module(path) if path in self.engine.project.files else None
        columns = [start.column - 1, end.column - 1]
        if module is not None:
            heads = (module.lines.line(position.line)[: position.column - 1] for position in (start, end))
            columns = [len(head.encode("utf-8", "surrogatepass")) for head in heads]
        return Place(path, start.line, columns[0], end.line, columns[1])


def _names(value: parsed.Expression) -> Iterator[str]:
    """The names that an expression takes from whoever renders the template."""
    match value:
        case parsed.Name(name):
            yield name
        case parsed.Member(inner, _) | parsed.Each(inner):
            yield from _names(inner)
        case parsed.Call(inner, arguments) | parsed.Filter(inner, _, arguments):
            yield from (name for part in (inner, *arguments) for name in _names(part))
        case parsed.Either(_, then, other):
            yield from (*_names(then), *_names(other))
        case parsed.Compound(_, parts):
            yield from (name for part in parts for name in _names(part))
