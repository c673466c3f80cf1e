"""Jinja templates as pieces: parsed, never rendered.

Tags give the structure and each expression is understood by itself, so a tag or a filter of somebody's extension does
no harm. What a template gives itself, from variables to the templates that it includes, is put in where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from jinja2 import nodes

from promptlint.frozen import dataclass
from promptlint.languages.templates.jinja_expressions import (
    Given,
    Library,
    Macro,
    Names,
    Scope,
    converted,
    expression,
    parsed,
    statement,
    targets,
)
from promptlint.languages.templates.jinja_tokens import Kind, Tag, tags
from promptlint.languages.templates.places import Source
from promptlint.layout import Breakpoint, Role
from promptlint.spans import Span
from promptlint.template import (
    Branch,
    Call,
    Compound,
    Constant,
    Each,
    Either,
    Expression,
    Filter,
    Hole,
    Mark,
    Piece,
    Rendered,
    Repeat,
    Template,
    Text,
    Turn,
    Unclear,
    dotted,
)

MOST_TAGS = 20_000
"""Tags that are gone through in one template with all that it includes; what follows them is left out."""
MOST_NESTED = 50
"""Blocks, includes and macros inside each other."""

Load = Callable[[str, str], Source | None]
"""The source of the template which a name means in the file with a path; None where there is none."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Tags and filters of the extensions that prompts are written with."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    """What a message may call its role, in lower case."""
    messages: frozenset[str] = frozenset()
    """Tags that hold a message (`chat`, `message`)."""
    clocks: frozenset[str] = frozenset()
    """Tags that print the time (`now`)."""
    marks: frozenset[str] = frozenset()
    """Filters that ask the provider to cache up to here (`cache_control`)."""
    turns: frozenset[str] = frozenset()
    """Calls in a hole that begin another message (`_.role`)."""


@dataclass(slots=True)
class _Budget:
    tags: int = MOST_TAGS
    depth: int = 0
    reason: str = ""
    cut: dict[str, tuple[Tag, ...]] = field(default_factory=dict)
    """Text → its tags, of each text once."""

    def of(self, text: str) -> tuple[Tag, ...]:
        """The tags of a text."""
        if text not in self.cut:
            self.cut[text] = tags(text)
        return self.cut[text]


def read_jinja(source: Source, load: Load, dialect: Dialect) -> Template:
    """The pieces of a Jinja template."""
    budget = _Budget()
    pieces = _Parser(source, load, dialect, budget).whole({})
    return Template(source.path, tuple(pieces), budget.reason)


@dataclass(frozen=True, slots=True)
class _Body:
    """Where the body of a block or macro begins, and the names that hold there."""

    parser: _Parser
    at: int
    scope: Scope


class _Parser:
    """Goes through the tags of one source."""

    def __init__(self, source: Source, load: Load, dialect: Dialect, budget: _Budget) -> None:
        self.source = source
        self.load = load
        self.dialect = dialect
        self.budget = budget
        self.tags: Sequence[Tag] = budget.of(source.text)
        self.at = 0
        self.parent: Source | None = None
        self.blocks: dict[str, _Body] = {}

    def whole(self, scope: Names) -> list[Piece]:
        """The pieces of the whole source; of the template that it extends, with its own blocks, if it does."""
        pieces = self.pieces(scope)
        if self.parent is None or self.budget.depth >= MOST_NESTED:
            return pieces
        outer = _Parser(self.parent, self.load, self.dialect, self.budget)
        outer.blocks = dict(self.blocks)
        self.budget.depth += 1
        inherited = outer.whole(scope)
        self.budget.depth -= 1
        return inherited

    def pieces(self, scope: Names, ends: frozenset[str] = frozenset()) -> list[Piece]:
        """The pieces up to a tag that ends this part, which is left to the caller; or up to the end."""
        found: list[Piece] = []
        if self.budget.depth >= MOST_NESTED:
            self.budget.reason = "is nested too deeply"
            self.at = len(self.tags)
            return found
        self.budget.depth += 1
        while self.at < len(self.tags):
            tag = self.tags[self.at]
            if tag.name in ends:
                break
            self.at += 1
            self.budget.tags -= 1
            if self.budget.tags <= 0:
                self.budget.reason = "is longer than we follow"
                self.at = len(self.tags)
                break
            found += self._piece(tag, scope)
        else:
            if ends:
                self.budget.reason = f"ends before `{' or '.join(sorted(ends))}`"
        self.budget.depth -= 1
        return found

    def _piece(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        if tag.kind is Kind.TEXT:
            return list(self.source.texts(tag.start, tag.end))
        if tag.kind is Kind.HOLE:
            text = self._inner(tag)
            return self._hole(expression(text, scope), text, tag)
        if tag.kind is Kind.BROKEN:
            self.budget.reason = f"is not Jinja from line {self._span(tag).start.line} on"
            return []
        if tag.kind is Kind.STATEMENT:
            read = self._STATEMENTS.get(tag.name)
            if read is not None:
                return read(self, tag, scope)
            if tag.name in self.dialect.messages:
                return self._message(tag, scope)
            if tag.name in self.dialect.clocks:
                return [Hole(Compound(tag.name, ()), self._inner(tag).strip(), self._span(tag))]
        return []

    def _hole(self, value: Expression, text: str, tag: Tag) -> Sequence[Piece]:
        mark: list[Piece] = []
        if isinstance(value, Filter) and value.name in self.dialect.marks:
            value, mark = value.value, [Mark(Breakpoint(self._span(tag)))]
        if isinstance(value, Rendered):
            return [*value.pieces, *mark]
        if isinstance(value, Call) and dotted(value.function) in self.dialect.turns:
            role = value.arguments[0] if value.arguments else None
            word = str(role.value) if isinstance(role, Constant) else ""
            return [Turn(self.dialect.roles.get(word.lower(), Role.UNKNOWN))]
        return [_filled(value, text.strip(), self.source, tag), *mark]

    # --- statements ---------------------------------------------------------------------------------------------------

    def _if(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        test = parsed(self._inner(tag).strip().partition(tag.name)[2])
        condition = converted(test, scope)
        then_scope, other_scope = dict(scope), dict(scope)
        then = self.pieces(then_scope, frozenset({"elif", "else", "endif"}))
        other: Sequence[Piece] = []
        if self.at < len(self.tags):
            following = self.tags[self.at]
            self.at += 1
            if following.name == "elif":
                other = self._if(following, other_scope)
            elif following.name == "else":
                other = self._until("endif", other_scope)
        for name in {**then_scope, **other_scope}:
            scope[name] = _either(condition, then_scope.get(name), other_scope.get(name))
        return [Branch(condition, tuple(then), tuple(other))]

    def _for(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "endfor")
        over: Expression = Unclear("is not a loop of Jinja")
        inner = dict(scope)
        if isinstance(node, nodes.For):
            over = converted(node.iter, scope)
            inner |= {"loop": Compound("loop", ()), **targets(node.target, Each(over))}
        body = self.pieces(inner, frozenset({"else", "endfor"}))
        if self.at < len(self.tags):
            self.at += 1
            if self.tags[self.at - 1].name == "else":
                return [
                    Branch(over, (Repeat(over, tuple(body), self._span(tag)),), tuple(self._until("endfor", scope)))
                ]
        return [Repeat(over, tuple(body), self._span(tag))]

    def _set(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "")
        if isinstance(node, nodes.Assign):
            scope |= targets(node.target, converted(node.node, scope))
            return []
        node = statement(self._inner(tag), "endset")
        body = self._until("endset", dict(scope))
        if isinstance(node, nodes.AssignBlock):
            scope |= targets(node.target, Rendered(tuple(body)))
        return []

    def _with(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "endwith")
        inner = dict(scope)
        if isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                inner |= targets(target, converted(value, scope))
        return self._until("endwith", inner)

    def _macro(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "endmacro")
        body = _Body(self, self.at, scope)
        self._until("endmacro", dict(scope))
        if isinstance(node, nodes.Macro):
            scope[node.name] = self._callable(node, body)
        return []

    def _callable(self, node: nodes.Macro, body: _Body) -> Macro:
        names = [argument.name for argument in node.args]
        defaults = dict(zip(names[::-1], node.defaults[::-1], strict=False))

        def call(arguments: tuple[Expression, ...], keywords: Mapping[str, Given]) -> Expression:
            given: Names = {**body.scope}
            given |= {name: converted(default, body.scope) for name, default in defaults.items()}
            return _rendered(body, {**given, **dict(zip(names, arguments, strict=False)), **keywords}, "endmacro")

        return call

    def _call(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "endcall")
        body = self._until("endcall", dict(scope))
        if not isinstance(node, nodes.CallBlock):
            return body
        macro = scope.get(node.call.node.name) if isinstance(node.call.node, nodes.Name) else None
        if not callable(macro):
            return body
        caller: Macro = lambda arguments, keywords: Rendered(tuple(body))  # noqa: E731
        arguments = tuple(converted(argument, scope) for argument in node.call.args)
        return self._hole(macro(arguments, {"caller": caller}), self._inner(tag), tag)

    def _filter(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        return self._until("endfilter", scope)

    def _block(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "endblock")
        name = node.name if isinstance(node, nodes.Block) else ""
        body = _Body(self, self.at, scope)
        own = self._until("endblock", dict(scope))
        further = self.blocks.get(name)
        if further is None:
            self.blocks[name] = body
            return own
        above: Macro = lambda arguments, keywords: Rendered(tuple(own))  # noqa: E731
        rendered = _rendered(further, {**further.scope, **scope, "super": above}, "endblock")
        return rendered.pieces if isinstance(rendered, Rendered) else own

    def _include(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "")
        name = _template_name(node.template, scope) if isinstance(node, nodes.Include) else None
        source = self.load(name, self.source.path) if name else None
        if source is None:
            if isinstance(node, nodes.Include) and node.ignore_missing:
                return []
            shown = name or self._inner(tag).strip().partition(" ")[2]
            return [Hole(Unclear(f"is included from `{shown}`"), shown, self._span(tag))]
        return _Parser(source, self.load, self.dialect, self.budget).whole(dict(scope))

    def _import(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "")
        if isinstance(node, nodes.Import):
            scope[node.target] = Library(self._names(node, scope))
        elif isinstance(node, nodes.FromImport):
            names = self._names(node, scope)
            for taken in node.names:
                name, target = taken if isinstance(taken, tuple) else (taken, taken)
                if name in names:
                    scope[target] = names[name]
        return []

    def _names(self, node: nodes.Import | nodes.FromImport, scope: Scope) -> Scope:
        """The names that an imported template gives."""
        name = _template_name(node.template, scope)
        source = self.load(name, self.source.path) if name else None
        inner: Names = {}
        if source is not None and self.budget.depth < MOST_NESTED:
            _Parser(source, self.load, self.dialect, self.budget).whole(inner)
        return inner

    def _extends(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        node = statement(self._inner(tag), "")
        name = _template_name(node.template, scope) if isinstance(node, nodes.Extends) else None
        self.parent = self.load(name, self.source.path) if name else None
        if self.parent is None:
            self.budget.reason = "extends a template that was not found"
        return []

    def _message(self, tag: Tag, scope: Names) -> Sequence[Piece]:
        call = parsed(f"x({self._inner(tag).strip().partition(tag.name)[2]})")
        keywords = {each.key: each.value for each in call.kwargs} if isinstance(call, nodes.Call) else {}
        role = keywords.get("role")
        word = role.value if isinstance(role, nodes.Const) else ""
        body = self._until(f"end{tag.name}", dict(scope))
        return [Turn(self.dialect.roles.get(str(word).lower(), Role.UNKNOWN)), *body]

    def _until(self, end: str, scope: Names) -> list[Piece]:
        """The pieces up to a closing tag, which is passed over."""
        pieces = self.pieces(scope, frozenset({end}))
        self.at += 1
        return pieces

    def _inner(self, tag: Tag) -> str:
        return self.source.text[slice(*tag.inner)]

    def _span(self, tag: Tag) -> Span:
        return self.source.span(tag.start, tag.end)

    _STATEMENTS: ClassVar = {
        "if": _if, "for": _for, "set": _set, "with": _with, "macro": _macro, "call": _call, "filter": _filter,
        "block": _block, "include": _include, "import": _import, "from": _import, "extends": _extends,
    }  # fmt: skip


def _filled(value: Expression, text: str, source: Source, tag: Tag) -> Piece:
    """What a hole puts into the text: a text where that is written in the template, one of two, or a hole."""
    span = source.span(tag.start, tag.end)
    if isinstance(value, Constant):
        return Text(str(value.value), span)
    if isinstance(value, Either) and value.condition is not None:
        then = _filled(value.then, text, source, tag)
        other = _filled(value.other, text, source, tag)
        if not isinstance(then, Hole) and not isinstance(other, Hole):
            return Branch(value.condition, (then,), (other,))
    return Hole(value, text, span)


def _either(condition: Expression, then: Given | None, other: Given | None) -> Given:
    """What a name stands for behind a branch."""
    if then is other or other is None:
        return then if then is not None else Constant("")
    if then is None:
        return other
    if callable(then) or callable(other) or isinstance(then, Library) or isinstance(other, Library):
        return then
    return then if then == other else Either(condition, then, other)


def _rendered(body: _Body, scope: Names, end: str) -> Expression:
    """The pieces of a body, gone through again with other names."""
    parser = body.parser
    before, parser.at = parser.at, body.at
    pieces = parser.pieces(scope, frozenset({end}))
    parser.at = before
    return Rendered(tuple(pieces))


def _template_name(node: nodes.Expr, scope: Scope) -> str | None:
    """The name of a template where it is written out; the first one of several."""
    value = converted(node.items[0] if isinstance(node, nodes.List | nodes.Tuple) and node.items else node, scope)
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None
