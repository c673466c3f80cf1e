"""How often a value changes of which only the outside is known: a parameter, a loop variable, an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from promptlint.frozen import replace
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.starting.messages import is_message, kept
from promptlint.languages.python.values import clocks, histories
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped, symbols
from promptlint.languages.python.values.term import Term, bit
from promptlint.languages.python.values.terms import (
    HISTORY,
    NONE,
    Attr,
    Call,
    Carried,
    Cat,
    Choice,
    Class,
    Const,
    Each,
    Entry,
    Format,
    Func,
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
from promptlint.layout import Condition, Confidence, Role, Volatility
from promptlint.spans import Span

MOST_INSIDE = 4
"""Lists within lists that are looked through for a conversation."""
_PART = (Attr, Item)
_WHOLES = (Call, Choice, Each, Map, Maybe, Op, Repeat, Seq)
_SPOKEN = (Role.ASSISTANT, Role.TOOL, Role.UNKNOWN)
"""Roles of messages in which an answer is given back, and not worked into another text."""
ANSWER = "answer"
"""Type of what a model answered."""
SAID = "said"
"""Type of what one message of a list says."""
DEEPEST = 12
"""Values within values that are looked into: what lies deeper says little of the whole."""
MOST_JUDGED = 400
"""Values of one prompt that are looked into."""


class Judge:
    """Judges what is left unknown in one prompt, and remembers which parameters it had to judge by their names."""

    def __init__(self, engine: Engine, place: Place, loops: Mapping[int, Place]) -> None:
        self.engine = engine
        self.place = place
        self.loops = loops
        """The loops around the call, by their numbers: their items differ from call to call."""
        self.guessed: set[Param] = set()
        self._holes: dict[int, Hole] = {}
        self._depth = 0
        self._of_conditions: Judge | None = None

    def hole(self, term: Term) -> Hole:
        """What is known of how often a value changes."""
        if isinstance(term, Hole):
            return term
        known = self._holes.get(term.exact)
        if known is None:
            known = self._holes[term.exact] = self._hole(term)
        return known

    def _hole(self, term: Term) -> Hole:
        at = getattr(term, "at", self.place) or self.place
        if isinstance(term, Opaque):
            return Hole(None, term.reason, "", at=at if at.path else self.place)
        if self._depth > DEEPEST or len(self._holes) > MOST_JUDGED:
            return Hole(None, "goes through more code than we follow", at=at if at.path else self.place)
        self._depth += 1
        found = self._judged(term)
        self._depth -= 1
        text = self.engine.source(at)
        return replace(found, at=at if at.path else self.place, text=found.text or text)

    def whole(self, term: Term) -> Hole:
        """The same of a message that could not be taken apart: what is new in it each time may be no text of it."""
        found = self.hole(term)
        new = found.volatility is Volatility.CALL and not isinstance(term, Hole)
        return replace(found, confidence=Confidence.LOW) if new else found

    def may_differ(self, term: Term) -> bool:
        """Whether a value may be another one in the next session, as far as can be told."""
        how_often = self.hole(self.engine.head(term)).volatility
        return how_often is None or how_often >= Volatility.SESSION

    def condition(self, term: Term) -> Condition:
        """What decides a branch. Nobody is asked for more: how it comes out is no text of the prompt."""
        if self._of_conditions is None:
            self._of_conditions = Judge(self.engine, self.place, self.loops)
        found = self._of_conditions.hole(self.engine.head(term))
        at = found.at if found.at.path else self.place
        text = found.text or self.engine.source(at) or found.because
        # One that is written nowhere (whether a loop has turns at all) is none that a user could change.
        blamed = at != self.place and not isinstance(self.engine.head(term), Each) and not self._of_role(term)
        volatility = found.volatility if blamed else None
        # Whether there is a thing at all changes less often than the thing.
        sure = found.confidence.guess if self._whether_there(term) else found.confidence
        return Condition(text, self.engine.span(at), volatility, self._turns(term), sure)

    def _whether_there(self, term: Term) -> bool:
        """Whether a condition asks if there is a thing at all: `thing`, `not thing`, `thing is not None`."""
        plain = self.engine.head(term)
        while isinstance(plain, Op) and plain.operator == "not":
            plain = self.engine.head(plain.operands[0])
        if isinstance(plain, Op) and plain.operator in ("is", "is not"):
            return NONE in map(self.engine.head, plain.operands)
        text = isinstance(plain, Op) and plain.operator in ("or", "+")
        return text or isinstance(plain, (Cat, Format, Param, *_PART))

    def _of_role(self, term: Term) -> bool:
        """Whether a condition asks for the role of a message, or for what kind of thing it is: that stays as it is."""
        plain = self.engine.head(term)
        while isinstance(plain, Op) and plain.operator == "not":
            plain = self.engine.head(plain.operands[0])
        if isinstance(plain, Op) and plain.operator == "isinstance":
            return True
        sides = [self.engine.head(side) for side in plain.operands] if isinstance(plain, Op) else []
        if any(isinstance(s, Call) and getattr(stripped(s.function), "name", "") == "id" for s in sides):
            return True
        names = [
            _key(self.engine.head(s.key)) if isinstance(s, Item) else s.name for s in sides if isinstance(s, _PART)
        ]
        return "role" in names

    def _turns(self, term: Term) -> frozenset[Span]:
        """The loops around the call on each turn of which a value is another one."""
        stack, seen, found = [term], set[int](), set[int]()
        bits = reduce(or_, map(bit, self.loops), 0)
        while stack:
            at = stack.pop()
            if not at.open & bits or id(at) in seen:
                continue
            seen.add(id(at))
            if isinstance(at, (Each, Carried)) and at.loop in self.loops:
                found.add(at.loop)
            # An item of a list that grows stays what it is.
            stack.extend(() if isinstance(at, Each) else at.children())
        return frozenset(self.engine.span(self.loops[number]) for number in found)

    def ask(self, term: Term) -> None:
        """Remember that more would be known if the parameters in a term were."""
        self.guessed |= {symbol for symbol in symbols(term) if isinstance(symbol, Param)}

    def _judged(self, term: Term) -> Hole:
        if isinstance(term, Each):
            return self._each(term)
        if isinstance(term, Param):
            return self._param(term)
        if isinstance(term, Carried):
            return Hole(Volatility.REQUEST, "is carried from turn to turn", confidence=Confidence.LOW)
        if isinstance(term, Global):
            source = clocks.source_of(term.name, self.engine.models)
            return clocks.hole(source, term) if source else Hole(None, "is defined outside the project", term.name)
        if isinstance(term, (Attr, Item)):
            found = self._part(term)
            return replace(found, type=SAID) if self._says(term) else found
        if isinstance(term, Call):
            return self._call(term)
        if isinstance(term, Op):
            return self._most(term.operands, "is computed")
        if isinstance(term, (Seq, Map, Repeat)):
            return self._most(term.items, "is made of several values")
        if isinstance(term, Choice):
            return self._most((term.then, term.other), "is one of several values")
        if isinstance(term, Maybe):
            return self._most((*term.then, *term.other), "is one of several values")
        if isinstance(term, (Cat, Format)):
            return self._most(tuple(term.children()), "is made of several values")
        if isinstance(term, (Entry, Splat)):
            return self.hole(self.engine.head(term.value))
        return Hole(None, "could not be followed")

    def _each(self, term: Each) -> Hole:
        if term.loop in self.loops:
            return Hole(Volatility.REQUEST, f"is another one for each item of `{term.text}`", loop=term.loop)
        inner = self.hole(self.engine.head(term.over))
        return replace(inner, text="")

    def _param(self, term: Param) -> Hole:
        self.guessed.add(term)
        if term.name == term.info.receiver:
            return Hole(None, "is the object itself", term.name)
        if _made_once(term.info):
            return Hole(None, f"is given to the constructor as `{term.name}`", term.name)
        named = self._named(term.name, f"is the argument `{term.name}` of `{term.info.qualname}`")
        return replace(named, text=term.name)

    def _named(self, name: str, because: str) -> Hole:
        words = self.engine.models.named(name)
        if words is not None:
            return Hole(words.volatility, because, confidence=words.confidence)
        return Hole(Volatility.REQUEST, because, confidence=Confidence.LOW)

    def _part(self, term: Attr | Item) -> Hole:
        place = stripped(term.key) if isinstance(term, Item) else None
        if isinstance(place, Op) and place.operator == "index or":
            return Hole(None, f"`{_key(place.operands[2])}` is passed with `*`")
        base = self.engine.head(term.value)
        if isinstance(place, Const) and isinstance(place.value, int) and place.value >= 0 and self._said_before(base):
            return Hole(Volatility.SESSION, "stands at the beginning of a conversation")
        name = term.name if isinstance(term, Attr) else _key(self.engine.head(term.key))
        inner = self.hole(base)
        if isinstance(base, Param) and base.name == base.info.receiver:
            return Hole(None, f"is the attribute `{name}` of the object", confidence=Confidence.LOW)
        session = inner.volatility is Volatility.SESSION and isinstance(base, Param)
        # Of what a call makes out of an argument, no name of a part tells more than that of the argument.
        guessed = inner.confidence is Confidence.LOW and isinstance(base, Call)
        if (session or inner.volatility is Volatility.REQUEST) and not inner.loop and name and not guessed:
            named = self._named(name, inner.because)
            # The name of a part says more than that of the whole.
            if named.volatility is None or named.confidence >= max(inner.confidence, Confidence.MEDIUM):
                return named
        if inner.volatility is Volatility.CALL and isinstance(base, _WHOLES):
            # Something in it is new each time; that it is this part, or what a method gives, is a guess.
            inner = replace(inner, confidence=Confidence.LOW)
        return replace(inner, text="")

    def _says(self, term: Attr | Item) -> bool:
        """Whether a value is the content of one of several messages that are handed on."""
        name = term.name if isinstance(term, Attr) else _key(self.engine.head(term.key))
        return name in self.engine.models.content_keys and isinstance(self.engine.head(term.value), Each)

    def _said_before(self, term: Term, inside: int = MOST_INSIDE) -> bool:
        """Whether a list holds what was said so far: its first messages stay as they are. A list may hold itself."""
        if not isinstance(term, Seq):
            return histories.named(term, self.engine)
        turns = [item for item in term.items if isinstance(item, Repeat)]
        lists = [self.engine.head(item.value) for item in term.items if isinstance(item, Splat)] if inside else []
        if any(self._said_before(held, inside - 1) for held in lists):
            return True
        return any(t.growing or kept(t, self.engine) or histories.gone_through(t.each, self.engine)[0] for t in turns)

    def _call(self, term: Call) -> Hole:
        function = stripped(term.function)
        if self._answers(function):
            return Hole(Volatility.REQUEST, "is what a model answered", type=ANSWER)
        if isinstance(function, Class):
            return self._most(tuple(_values(term)), "is an object of the project")
        values: tuple[Term, ...] = tuple(_values(term))
        of = stripped(function.value) if isinstance(function, Attr) else function
        if isinstance(function, Attr) and not isinstance(of, (Func, Class)):
            values = (function.value, *values)
        found = self._most(values, "comes from a call we cannot see into")
        part = found.volatility is Volatility.CALL and isinstance(self.engine.head(of), _WHOLES)
        return replace(found, confidence=Confidence.LOW if part else min(found.confidence, Confidence.MEDIUM))

    def _answers(self, function: Term) -> bool:
        """Whether a call is one of a library that sends a prompt, as its path alone tells."""
        names: list[str] = []
        while isinstance(function, Attr):
            names.insert(0, function.name)
            function = stripped(function.value)
        paths = (".".join(names[i:]) for i in range(len(names)))
        return any(model.distinctive for path in paths for model in self.engine.models.calls.get(path, ()))

    def _most(self, terms: tuple[Term, ...], because: str) -> Hole:
        """As volatile as the most volatile part, when that says enough."""
        worst = Hole(None, because)
        for term in terms:
            plain = self.engine.head(term)
            if isinstance(plain, (Global, Opaque, Func)):
                continue
            found = self.hole(plain) if not isinstance(plain, Str) else worst
            # Other lists of objects grow as well, and then stay: tools, say, which are registered.
            said = isinstance(plain, Hole) and plain.because == HISTORY
            if said and any(is_message(item, self.engine) for item in getattr(plain, "stored", ())):
                found = replace(found, volatility=Volatility.REQUEST, because="is worked out from what was said so far")
            told = found.volatility if found.volatility is not None else Volatility.CONSTANT
            known = (worst.volatility or Volatility.CONSTANT, worst.confidence if worst.volatility else 0)
            if told >= Volatility.REQUEST and (told, found.confidence) > known:
                kind = found.type if found.type == ANSWER else ""
                worst = replace(found, type=kind, at=worst.at, text="")
        return worst


def _values(call: Call) -> Iterator[Term]:
    yield from call.arguments
    for item in call.keywords:
        if isinstance(item, (Entry, Splat)):
            yield item.value


def _key(term: Term) -> str:
    return term.value if isinstance(term, Str) else ""


def _made_once(info: FunctionInfo) -> bool:
    return info.name in ("__init__", "__post_init__")


def settled(hole: Hole, role: Role, caps: Sequence[Volatility], *, growing: bool, repeated: bool) -> Hole:
    """What varies, as it does in its place: in the words of a role, and no oftener than what it was made with."""
    volatility, because, confidence = hole.volatility, hole.because, hole.confidence
    if hole.type == ANSWER and role in _SPOKEN and not growing:
        volatility = Volatility.SESSION  # a part of what was said, which stays
    if hole.type == ANSWER and role is Role.SYSTEM:
        confidence = Confidence.LOW  # rather a message which could not be told from the system prompt
    if hole.type == SAID and role is Role.SYSTEM and not repeated:
        volatility, because = None, "is the system message among those that are handed on"
    if volatility is not None and caps and min(caps) < volatility and because != HISTORY:
        volatility = min(caps)
        because = f"{because}, but only once {_when(volatility)}"
        if volatility is Volatility.SESSION:
            confidence = confidence.guess  # an object may as well be made for one request
    if volatility is Volatility.CONSTANT:
        volatility = Volatility.DEPLOYMENT
    return replace(hole, volatility=volatility, because=because, confidence=confidence)


def _when(volatility: Volatility) -> str:
    return {
        Volatility.CONSTANT: "at import",
        Volatility.DEPLOYMENT: "at import",
        Volatility.PERIODIC: "a day",
        Volatility.SESSION: "for each object",
    }.get(volatility, "a request")
