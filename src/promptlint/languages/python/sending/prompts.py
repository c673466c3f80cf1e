"""The arguments of a call to the layout of its prompt: tools, system text and messages in the order of the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, nullcontext
from functools import cached_property

from promptlint.frozen import replace
from promptlint.knowledge.models import Part, Switch
from promptlint.knowledge.providers import Provider
from promptlint.languages.python.modules.definitions import ModuleInfo
from promptlint.languages.python.modules.places import NOWHERE, Place
from promptlint.languages.python.sending import replays
from promptlint.languages.python.sending.given import Arguments, is_object
from promptlint.languages.python.sending.judging import Judge
from promptlint.languages.python.sending.prompt import Prompt
from promptlint.languages.python.sending.texts import MOST_TOOLS, Texts
from promptlint.languages.python.sites import switches
from promptlint.languages.python.sites.handed import Handed, handed
from promptlint.languages.python.sites.leaving import left
from promptlint.languages.python.sites.markers import Marks
from promptlint.languages.python.sites.parameters import parameters_of
from promptlint.languages.python.sites.throughout import throughout
from promptlint.languages.python.starting.messages import MISSING, absent, content_of, kept, kind_of, role_of
from promptlint.languages.python.starting.parts import key_of, one_of
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values import clocks, cuts, histories, queries
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    HISTORY,
    Call,
    Cat,
    Choice,
    Class,
    Const,
    Func,
    Global,
    Hole,
    Item,
    Map,
    Maybe,
    Op,
    Repeat,
    Seq,
    Splat,
    Str,
)
from promptlint.layout import Breakpoint, Layout, Role, Segment, Volatility
from promptlint.request import Known

Naming = Callable[[str, ModuleInfo], Iterable[ModuleInfo]]
"""The modules near one in which a text occurs."""


class Prompts:
    """Makes the layout of what one call sends."""

    def __init__(self, engine: Engine, send: Send, provider: Provider, naming: Naming) -> None:
        self.engine = engine
        self.naming = naming
        self.send = send
        self.judge = Judge(engine, send.record.call.at, send.turning)
        self.texts = Texts(engine, provider, self.judge)
        self.given = Arguments(engine, send, self.judge)
        self.provider = provider
        self.marks = Marks(engine, send.marker, send.record.call.at)
        self._kind = ""
        self.stored: list[Segment] = []

    def prompt(self) -> Prompt:
        """Read the arguments in cache order."""
        anew = False
        for part in self.send.model.prompt:
            known = len(self.texts.segments)
            term = self.given(key_of(part))
            head = self.engine.head(term)
            if absent(head) and part.history:
                self._kept("what was said so far")
            elif absent(head) or (part.switch is not None and head == Const(False)):
                continue
            else:
                with ExitStack() as branches:
                    for condition in self.send.record.conditions if self.send.model.amends else ():
                        branches.enter_context(self.texts.within(condition, 0))
                    self._part(part, term)
            if part.each_turn and (part.given_to.startswith("@") or isinstance(head, Func)):
                anew = anew or any(s.volatility is Volatility.CALL for s in self.texts.segments[known:])
        if anew and any(segment.role is Role.TOOLS for segment in self.texts.segments):
            self._kept("what is said in this run")
        segments = replays.marked(replays.asked([s for s in self.texts.segments if s.text]), self.stored)
        parameters = parameters_of(self.send, self.provider, self.engine, self.given)
        automatic, elsewhere, segments = self._switched_on(segments)
        return Prompt(
            Layout(segments), self._known(), frozenset(self.judge.guessed),
            tuple(dict.fromkeys(s.because for s in segments if s.volatility is None)),
            tuple(parameters), automatic, elsewhere, self._named(), tuple(dict.fromkeys(self.marks.strays)),
            tuple(dict.fromkeys(left(self.marks, self._handed, self.engine))),
            tuple(dict.fromkeys(throughout(self.marks, self._handed, self.engine))),
        )  # fmt: skip

    def _part(self, part: Part, term: Term) -> None:
        self.texts.next_block()
        self.marks.markable = self.texts.markable = part.markable
        self.texts.role = part.role or Role.UNKNOWN
        if part.switch is not None:
            self._switched(part, part.switch, term)
        elif part.role is None:
            self._messages(one_of(term, self.engine) if part.many else term)
        else:
            with self.texts.at_most(MOST_TOOLS) if part.role is Role.TOOLS else nullcontext():
                self._blocks(one_of(term, self.engine) if part.many else term)

    def _switched(self, part: Part, switch: Switch, term: Term) -> None:
        """What the library writes into the prompt by itself."""
        at = getattr(self.engine.head(term), "at", NOWHERE)
        hole = Hole(switch.volatility, switch.because, part.argument, at=at if at.path else self.send.record.call.at)
        shape = self.given(key_of(replace(part, argument=switch.format_argument))) if switch.format_argument else None
        text = self.engine.head(shape) if shape is not None else None
        if isinstance(text, Str):
            hole = clocks.with_format(hole, text.value, self.engine.models)
        with self.texts.repeating(growing=True) if switch.because == HISTORY else nullcontext():
            self.texts.hole(hole)

    def _kept(self, text: str) -> None:
        """A conversation that the library keeps by itself."""
        self.texts.next_block()
        self.texts.role = Role.UNKNOWN
        with self.texts.repeating(growing=True):
            self.texts.hole(Hole(Volatility.SESSION, HISTORY, text))

    def _switched_on(
        self, segments: tuple[Segment, ...]
    ) -> tuple[Breakpoint | None, Place | None, tuple[Segment, ...]]:
        marker = self.send.marker
        if marker is None:
            return None, None, segments
        automatic = None
        if marker.request:
            self.marks.see(self.send.arguments)
            automatic = self.marks.breakpoint(self.given(marker.request))
        at = self.send.record.call.at
        found = switches.switched(marker.switches, segments, self.given, self.engine, at)
        points = self.engine.head(self.given(marker.injects) if marker.injects else MISSING)
        if not absent(points):
            found = switches.injected(points, found.segments, self.engine, at)
        elsewhere = found.elsewhere
        if elsewhere is None and found.segments == segments:
            elsewhere = self.marks.unread(self.send.arguments, [h.info for h in self._handed])
        return automatic, elsewhere, found.segments

    def _named(self) -> bool:
        """Whether messages that could not be followed may carry a breakpoint."""
        unseen = any(s.volatility is None and s.role is Role.UNKNOWN for s in self.texts.segments)
        if self.send.marker is None or not unseen:
            return False
        beside = {part.argument.rpartition(".")[2] for part in self.send.model.prompt if part.role is not None}
        return self.marks.named(self.naming(self.send.marker.key, self.send.record.function.module), beside)

    @cached_property
    def _handed(self) -> list[Handed]:
        return list(handed(self.send, self.engine)) if self.send.marker is not None else []

    def _known(self) -> Known:
        segments = self.texts.segments
        if not any(s.volatility is not None for s in segments):
            return Known.NOT
        unknown = self.texts.cut or any(s.volatility is None for s in segments)
        return Known.PARTLY if unknown else Known.FULLY

    # --- messages -----------------------------------------------------------------------------------------------------

    def _messages(self, term: Term) -> None:
        with self.texts.along(self.engine.reduced(term)) as plain:
            if isinstance(plain, Seq):
                for item in plain.items:
                    self._item(item)
            elif isinstance(plain, Choice) and (whole := histories.rejoined(plain, self.engine)) is not None:
                self._messages(whole)
            elif isinstance(plain, (Choice, Maybe)):
                self._branch(plain, self._messages)
            elif isinstance(plain, (Str, Cat)):
                self.texts.role = Role.USER
                self.texts.text(plain)
            elif isinstance(plain, Op) and plain.operator in ("+", "changed"):
                for operand in plain.operands:
                    self._messages(operand)
            elif isinstance(plain, Map) or is_object(plain, self.engine):
                self._message(plain)
            elif isinstance(plain, Item) and isinstance(key := stripped(plain.key), Op) and key.operator == "slice":
                self._sliced(plain)
            elif isinstance(plain, Op) and plain.operator == "cut":
                with self.texts.cutting(plain):
                    self._messages(plain.operands[0])
            else:
                self._history(plain)

    def _sliced(self, term: Item) -> None:
        if (lost := cuts.window(term)) and self.engine.head(lost.operands[1]) in cuts.NEWEST:
            self._history(term)
        elif cuts.beginning(term):
            self.texts.next_block()
            self.texts.role = Role.UNKNOWN
            self.texts.hole(Hole(None, "is the beginning of a list", at=self.judge.hole(term).at))
        else:
            with self.texts.cutting(lost):
                self._messages(term.value)

    def _history(self, term: Term) -> None:
        """Messages that come from elsewhere."""
        self.texts.next_block()
        self.texts.role = Role.UNKNOWN
        hole = self.judge.hole(term)
        lost = queries.newest(term, self.engine)
        if lost is not None and self.engine.head(lost.operands[1]) in cuts.NEWEST:
            lost = None
        with self.texts.cutting(lost):
            self._said_before(term, hole)

    def _said_before(self, term: Term, hole: Hole) -> None:
        grows = self.texts.loses_its_beginning or histories.named(term, self.engine, self.texts.names)
        if grows:
            hole = Hole(Volatility.SESSION, HISTORY, getattr(term, "name", ""), at=hole.at)
        with self.texts.repeating(growing=grows, history=histories.identity(term, self.engine) if grows else ""):
            self.texts.hole(hole)

    def _item(self, item: Term) -> None:
        if isinstance(item, Splat):
            with self.texts.apart():
                self._messages(item.value)
        elif isinstance(item, Repeat):
            self._repeated(item)
        elif isinstance(item, Maybe):
            self._branch(item, self._item)
        else:
            self._message(item)

    def _repeated(self, item: Repeat) -> None:
        turns = self.engine.turns(item)
        if turns is not None:
            for turn in turns:
                self._item(turn)
            return
        grows, lost = histories.gone_through(item.each, self.engine)
        # A client's wrapper turns whole prompts into its form, and may put a line before them on demand. Behind what
        # the author has written stands a history.
        grows = grows or (self.texts.written and kept(item, self.engine) and self.judge.may_differ(item.each))
        with (
            self.texts.cutting(lost),
            self.texts.repeating(growing=item.growing or grows, history=histories.identity(item, self.engine)),
        ):
            for inner in item.items:
                self._item(inner)

    def _branch(self, term: Choice | Maybe, read: object) -> None:
        assert callable(read)
        then, other = ((term.then,), (term.other,)) if isinstance(term, Choice) else (term.then, term.other)
        sides = self.texts.sides(term.condition)
        for side in sides:
            for item in other if side else then:
                if self.texts.full() or absent(self.engine.head(item)):
                    continue
                if len(sides) == 1:
                    read(item)
                else:
                    with self.texts.within(term.condition, side):
                        read(item)

    def _message(self, term: Term) -> None:
        with self.texts.along(self.engine.reduced(term)) as plain:
            if isinstance(plain, Choice):
                self._branch(plain, self._message)
                return
            self.texts.next_block()
            if isinstance(plain, Hole) and plain.because == HISTORY:
                self.texts.role = Role.UNKNOWN
                self.texts.hole(plain)
                self._store(plain.stored)
                return
            if isinstance(plain, (Str, Cat)):
                self.texts.role = Role.USER
                self.texts.text(plain)
                return
            self.texts.role = role_of(plain, self.engine)
            content = content_of(plain, self.engine)
            if content is None:
                self.texts.hole(self.judge.whole(plain))
            else:
                self._blocks(content)
                self._mark(plain)

    def _store(self, items: tuple[Term, ...]) -> None:
        """Read what is added to a history beside the prompt: nobody is asked for more because of it."""
        guessed = set(self.judge.guessed)
        with self.texts.aside() as segments:
            for item in items:
                self._item(item)
        self.stored += segments
        self.judge.guessed = guessed

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _blocks(self, term: Term) -> None:
        """A text, or a list of blocks each with a text."""
        if self.texts.full():
            return
        with self.texts.along(self.engine.text(term)) as plain:
            if isinstance(plain, Seq):
                self._block_items(plain)
            elif isinstance(plain, (Choice, Maybe)):
                self._branch(plain, self._blocks)
            elif isinstance(plain, Map) or (isinstance(plain, Call) and isinstance(plain.function, (Class, Global))):
                self._block(plain)
            elif isinstance(plain, Op) and plain.operator == "+" and self.texts.role is Role.TOOLS:
                for operand in plain.operands:
                    self._blocks(operand)
            else:
                self.texts.text(plain)

    def _block_items(self, sequence: Seq) -> None:
        with self.texts.without_order(sequence):
            for item in sequence.items:
                self._block_item(item)

    def _block_item(self, item: Term) -> None:
        if isinstance(item, Splat):
            self._blocks(item.value)
        elif isinstance(item, Maybe):
            self._branch(item, self._block_item)
        elif isinstance(item, Repeat):
            self._repeated_blocks(item)
        else:
            self.texts.next_block()
            self._blocks(item)

    def _repeated_blocks(self, item: Repeat) -> None:
        with self.texts.without_order(item):
            turns = self.engine.turns(item)
            if turns is not None:
                for turn in turns:
                    self._block_item(turn)
                return
            with self.texts.repeating(growing=item.growing):
                for inner in item.items:
                    self._block_item(inner)

    def _block(self, block: Term) -> None:
        if self.marks.is_element(block):
            self._mark(block)
            return
        before = len(self.texts.segments)
        self._kind = kind_of(block, self.engine)
        text = content_of(block, self.engine) if self.texts.role is not Role.TOOLS else None
        if text is not None:
            self._blocks(text)
        elif isinstance(block, Call) and self.texts.role is not Role.TOOLS:
            self.texts.hole(self.judge.hole(block))
        else:
            self.texts.text(self.marks.without(block))
            if self.texts.role is not Role.TOOLS:
                self.texts.in_short(before)
        if len(self.texts.segments) == before:
            self._kind = "empty"
        self._mark(block)

    def _mark(self, block: Term) -> None:
        """Note the cache breakpoint that a block carries."""
        mark = self.marks.of(block, always=not self.texts.arms())
        if mark is not None:
            # Of those in a loop, code that takes markers off may leave only the last one.
            loose = self.texts.in_loop and not self.marks.all_stay
            refused = self.send.marker is not None and self._kind in self.send.marker.refused
            optional, repeated = mark.optional or loose, self.texts.in_loop
            self.texts.mark(replace(mark, block=self._kind, optional=optional, refused=refused, repeated=repeated))
