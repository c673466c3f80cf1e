"""What is known of a project while it is read: its modules, the summaries of its functions, and the reduced terms."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

from promptlint.frozen import replace
from promptlint.knowledge.models import Models, Record
from promptlint.languages.python.bodies.summaries import EMPTY_SUMMARY, Summary
from promptlint.languages.python.bodies.walking import Walker
from promptlint.languages.python.modules.definitions import ClassInfo, FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.imports import starred
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.project import Project
from promptlint.languages.python.values import attributes, conditions, functions, keeping, methods, operators, unrolling
from promptlint.languages.python.values.arguments import bound
from promptlint.languages.python.values.filling import Elsewhere
from promptlint.languages.python.values.rewriting import Substitution, either, parts, rewrapped, shallow, stripped
from promptlint.languages.python.values.showing import Showing
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Choice,
    Class,
    Fold,
    Func,
    Global,
    Hole,
    Item,
    Maybe,
    Module,
    Op,
    Opaque,
    Param,
    Repeat,
    Seq,
    Splat,
    Via,
)
from promptlint.layout import Volatility
from promptlint.template import Parse

DEEPEST = 150
"""Reductions inside reductions; deeper ones are left as they are."""
MOST_WITHIN = 4
"""Choices within choices of which the texts are compared."""
MOST_STEPS = 20_000
"""Reductions for one prompt."""
MOST_STEPS_OF_A_VALUE = 8_000
"""Reductions for one value that is filled into a text."""
MOST_STEPS_OF_A_CONDITION = 300
"""The same for whether one condition holds: most cannot be told, however far they are followed."""
MOST_REMEMBERED = 100_000
"""Reduced terms that are remembered from prompt to prompt, and as many again that were asked for before."""
TERMS_OF_A_STEP = 4
"""Terms which may be copied for the price of a step."""
_LAZY = (Attr, Item, Call, Op, Choice, Fold, Via)


class Engine(Showing):
    """Reduces terms as far as they can be known. The same question has the same answer in any order."""

    def __init__(
        self,
        project: Project,
        models: Models,
        read_text: Callable[[str], bytes | None],
        parse_template: Parse,
        naming: Callable[..., list[str]],
    ) -> None:
        super().__init__(project)
        self.naming = naming
        self.models = models
        self.read_text = read_text
        self.parse_template = parse_template
        self._summaries: dict[FunctionInfo, Summary] = {}
        self._reduced: dict[int, Term] = {}
        self._reduced_before: dict[int, Term] = {}
        self._texts: dict[tuple[int, int], Term] = {}
        self._truths: dict[int, bool | None] = {}
        self._truths_before: dict[int, bool | None] = {}
        self._evaluated: dict[ast.expr, Term] = {}
        self._costs: dict[int, int] = {}
        self.mentions: dict[tuple[FunctionInfo, str, frozenset[str]], tuple[Place, ...]] = {}
        """Function, key and what is left aside → where it names the key: kept for `markers`."""
        self.lineages: dict[ClassInfo, tuple[ClassInfo, ...]] = {}
        """Class → itself and what it inherits from: kept for `classes.lineage`."""
        self.turned: dict[tuple[int, int], tuple[Term, ...]] = {}  # kept for `unrolling`
        self._returned: dict[tuple[int, ...], Term] = {}
        self.elsewhere = Elsewhere()
        self._depth = 0
        self._steps = 0
        self._limit = MOST_STEPS

    # --- definitions --------------------------------------------------------------------------------------------------

    def summary(self, info: FunctionInfo) -> Summary:
        """What a body does; of one that is being walked: nothing."""
        known = self._summaries.get(info)
        if known is None:
            self._summaries[info] = EMPTY_SUMMARY
            known = self._summaries[info] = Walker(info, self.project, self.effects_of).summary()
        return known

    def evaluated(self, node: ast.expr, module: ModuleInfo) -> Term:
        """An expression at the top of a module: a default, an annotation, a base class."""
        if node not in self._evaluated:
            outside = FunctionInfo(module, ast.Module(body=[], type_ignores=[]))
            walker = Walker(outside, self.project, lambda call: {})
            self._evaluated[node] = walker.expressions.now(node)
        return self._evaluated[node]

    def module_attribute(self, module: Module, name: str) -> Term | None:
        """What a name stands for in a module of the project; None when the module has no such name."""
        return self._in_module(module.path, name, frozenset())

    def _in_module(self, path: str, name: str, seen: frozenset[str]) -> Term | None:
        info = self.project.module(path)
        if info is None or path in seen:
            return None
        if name in info.functions:
            return Func(info.functions[name])
        if name in info.classes:
            return Class(info.classes[name])
        if name in ("__file__", "__name__", "__package__"):
            return Global(f"__file__:{path}")
        found = self.summary(info.body).bindings.get(name)
        if found is not None:
            return keeping.in_module(Via(found, "", cap=Volatility.DEPLOYMENT), name, info, self)
        inner = self.project.submodule(path, name)
        if inner is not None:
            return Module(name, inner)
        for source in starred(info.tree, self.project, path):
            taken = self._in_module(source.path, name, seen | {path}) if isinstance(source, Module) else None
            if taken is not None:
                return taken
        return Global(name) if hasattr(builtins, name) else None

    def effects_of(self, call: Call) -> Mapping[Term, Term]:
        """What a call of a project function changes in the caller's objects."""
        function = stripped(call.function)
        owner = stripped(function.value) if isinstance(function, Attr) else None
        named = isinstance(owner, Attr) and isinstance(owner.value, Module)
        if owner is not None and not named and not isinstance(owner, (Param, Module, Call, Class)):
            return {}
        if isinstance(owner, Attr) and keeping.changes(owner, self):
            return {}  # by functions which may be those that are walked now
        target = stripped(self.reduced(call.function))
        if not isinstance(target, Func) or not target.info.mutates:
            return {}
        effects = self.summary(target.info).effects
        values = bound(target, call, self) if effects else {}
        new, place_of = map(Substitution, (values, {symbol: stripped(value) for symbol, value in values.items()}))
        return {place_of(place): new(content) for place, content in effects.items()}

    def overridden(self, function: Func, info: ClassInfo, receiver: Param) -> Term:
        """A method as the object has it: its own, for it may be of a subclass only where the class leaves it out."""
        return attributes.got(function)

    def record(self, call: Call) -> Record | None:
        """What is known of the object that a call outside the project makes; None when that is nothing."""
        function = stripped(call.function)
        return self.models.records.get(function.name) if isinstance(function, Global) else None

    # --- reduction ----------------------------------------------------------------------------------------------------

    def fresh(self) -> None:
        """Begin a new prompt: the budget is whole again, and what was not asked for since long is forgotten."""
        self._steps = 0
        self._limit = MOST_STEPS
        if len(self._reduced) > MOST_REMEMBERED:
            self._reduced_before, self._reduced = self._reduced, {}
            self._truths_before, self._truths = self._truths, {}
            self._texts, self._returned, self.turned = {}, {}, {}

    @contextmanager
    def for_a_value(self) -> Iterator[None]:
        """In what is filled into a text: it may use up a part of the budget, and leaves the rest to what follows."""
        outer = self._limit
        self._limit = min(outer, self._steps + MOST_STEPS_OF_A_VALUE)
        yield
        self._limit = outer

    def exhausted(self) -> bool:
        """Whether the budget of this prompt is used up."""
        return self._steps > self._limit

    def spend(self, term: Term) -> None:
        """Take what it costs to copy a term from the budget."""
        if term.exact not in self._costs:
            self._costs[term.exact] = 1 + parts(term) // TERMS_OF_A_STEP
        self._steps += self._costs[term.exact]

    def reduced(self, term: Term) -> Term:
        """The term as far as its outermost part can be known, with the steps it took around it."""
        if not isinstance(term, _LAZY):
            return term
        self._steps += 1
        known = self._reduced.get(term.exact)
        if known is None and (known := self._reduced_before.get(term.exact)) is not None:
            self._reduced[term.exact] = known
        if known is not None:
            return known
        if self._depth > DEEPEST or self.exhausted():
            return Opaque("goes through more code than we follow")
        self._depth += 1
        try:
            new = self._step(term)
        finally:
            self._depth -= 1
        if not self.exhausted():
            self._reduced[term.exact] = self._reduced[new.exact] = new
        return new

    def head(self, term: Term) -> Term:
        """The outermost part, without the steps around it."""
        return stripped(self.reduced(term))

    def text(self, term: Term, within: int = MOST_WITHIN) -> Term:
        """The term reduced; of several texts, what they begin with in common stands before the conditions."""
        value = self.reduced(term)
        plain = stripped(value)
        if not isinstance(plain, Choice) or not within:
            return value
        known = self._texts.get((value.exact, within))
        if known is None:
            then, other = (self.text(side, within - 1) for side in (plain.then, plain.other))
            known = rewrapped(either(plain.condition, then, other), value)
            if not self.exhausted():
                self._texts[value.exact, within] = known
        return known

    def truth(self, term: Term) -> bool | None:
        """Whether a condition holds; None when that cannot be told."""
        if term.exact in self._truths:
            return self._truths[term.exact]
        if term.exact in self._truths_before:
            self._truths[term.exact] = self._truths_before[term.exact]
            return self._truths[term.exact]
        if self._depth > DEEPEST or self.exhausted():
            return None
        outer = self._limit
        self._depth += 1
        self._steps += 1
        whole = self._steps + MOST_STEPS_OF_A_CONDITION
        self._limit = min(outer, whole)
        try:
            decided = conditions.truth(term, self)
            cut = self.exhausted()
        finally:
            self._depth -= 1
            self._limit = outer
        if cut:
            decided = None
        if not self.exhausted() or whole <= outer:  # a whole budget was not enough: it never is
            self._truths[term.exact] = decided
        return decided

    def _step(self, term: Term) -> Term:
        if isinstance(term, Via):
            value = self.reduced(term.value)
            return term if value is term.value else Via(value, term.step, at=term.at, cap=term.cap)
        if isinstance(term, Choice):
            return self._choice(term)
        if isinstance(term, Fold):
            return self.reduced(unrolling.folded(term, self))
        if isinstance(term, Op):
            return self._again(operators.reduced(term, self), term)
        if isinstance(term, Attr):
            return self._of_part(term, term.value, lambda value: attributes.reduced(value, term, self))
        if isinstance(term, Item) and (kept := keeping.under_key(term, self)) is not None:
            return self.reduced(kept)
        if isinstance(term, Item):
            return self._of_part(term, term.value, lambda value: operators.item(value, term, self))
        assert isinstance(term, Call)
        return self._call(term)

    def _again(self, new: Term | None, term: Term) -> Term:
        return term if new is None or new is term else self.reduced(new)

    def _of_part(self, term: Attr | Item, part: Term, reduce: Callable[[Term], Term | None]) -> Term:
        """Reduce what is asked of a value; asked of a choice, it is a choice."""
        value = self.reduced(part)
        plain = stripped(value)
        if isinstance(plain, Choice):
            then, other = self._with_part(term, plain.then), self._with_part(term, plain.other)
            return self.reduced(rewrapped(Choice(plain.condition, then, other), value))
        new = reduce(plain)
        if new is not None:
            return self.reduced(rewrapped(new, value))
        return term if plain is part else self._with_part(term, plain)

    @staticmethod
    def _with_part(term: Attr | Item, part: Term) -> Term:
        if isinstance(term, Attr):
            return Attr(part, term.name, at=term.at)
        return Item(part, term.key, at=term.at)

    def _choice(self, term: Choice) -> Term:
        decided = self.truth(term.condition)
        if decided is None:
            return term
        return self.reduced(term.then if decided else term.other)

    def items(self, term: Term, inside: int = unrolling.MOST_INSIDE) -> tuple[Term, ...] | None:
        """The items of a sequence, when each is known to be there; None when some are not. It may be made of itself."""
        plain = self.head(term)
        if not isinstance(plain, Seq):
            return None
        found: list[Term] = []
        for item in plain.items:
            if isinstance(item, Splat):
                inner = self.items(item.value, inside - 1) if inside else None
                if inner is None:
                    return None
                found.extend(inner)
            elif isinstance(item, Repeat):
                turns = self.turns(item)
                if turns is None or any(isinstance(turn, (Splat, Repeat, Maybe)) for turn in turns):
                    return None
                found.extend(turns)
            elif isinstance(item, Maybe):
                decided = self.truth(item.condition)
                if decided is None:
                    return None
                chosen = self.items(Seq(item.then if decided else item.other), inside)
                if chosen is None:
                    return None
                found.extend(chosen)
            else:
                found.append(item)
        return tuple(found)

    def turns(self, repeat: Repeat) -> tuple[Term, ...] | None:
        """What a loop adds on all its turns together, as `unrolling.turns` tells."""
        return unrolling.turns(repeat, self)

    def _call(self, term: Call) -> Term:
        method = stripped(term.function)
        if isinstance(method, Attr) and isinstance(self.head(method.value), Hole):
            found = methods.reduced(method, term, self)
            if found is not None:
                return self.reduced(found)
        function = self.reduced(term.function)
        plain = stripped(function)
        if isinstance(plain, Choice):
            then, other = replace(term, function=plain.then), replace(term, function=plain.other)
            return self.reduced(Choice(plain.condition, then, other))
        if isinstance(plain, Func):
            return self._inlined(plain, term)
        new: Term | None = None
        if isinstance(plain, Global):
            new = functions.reduced(plain.name, term, self)
        elif isinstance(plain, Attr):
            # As it was written: what it is asked of may have been made at import.
            asked = method if isinstance(method, Attr) and method.name == plain.name else plain
            new = methods.reduced(asked, term, self)
        elif isinstance(plain, Call):
            new = functions.called_object(plain, term, self)
        if new is not None:
            return self.reduced(new)
        return term if plain is term.function else replace(term, function=plain)

    def _inlined(self, function: Func, term: Call) -> Term:
        returns = self.summary(function.info).returns
        if isinstance(returns, Opaque):
            return returns
        self.spend(returns)
        values = bound(function, term, self)
        value = functions.changed_itself(function, values, self) or shallow(self._with(values, returns))
        cached = function.info.decorators & {"cache", "lru_cache"} and not term.arguments
        cap = Volatility.DEPLOYMENT if cached else None
        return self.reduced(Via(value, f"returned by `{function.info.qualname}`", at=term.at, cap=cap))

    def _with(self, values: Mapping[Term, Term], returns: Term) -> Term:
        """What a function returns, in the terms of a call. What a budget cut off is asked for again and again."""
        asked = [(symbol.exact, value.exact) for symbol, value in values.items() if symbol.open & returns.open]
        key = returns.exact, *chain.from_iterable(asked)
        known = self._returned.get(key)
        if known is None:
            known = self._returned[key] = Substitution(values)(returns)
        return known
