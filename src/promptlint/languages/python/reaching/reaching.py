"""From a call that sends a prompt up to the callers which know more: what the prompt is, and the loops around it."""

from __future__ import annotations

import ast
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator

from promptlint.frozen import replace
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.bodies.summaries import LoopFrame
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.reaching.callers import Caller, Callers, lifted
from promptlint.languages.python.sending.prompt import Prompt
from promptlint.languages.python.sending.prompts import Prompts
from promptlint.languages.python.sites.ties import few, item_loop
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.attributes import CONSTRUCTORS
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import substituted, symbols
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Param
from promptlint.layout import Confidence

MOST_LIFTS = 6
"""Callers of callers that are followed for a prompt."""
MOST_CALLERS = 12
"""Callers of one function whose prompts are read."""
MOST_PROMPTS = 12
"""Prompts that one call sends, seen from different callers and callers of callers."""
LEAST_PROMPTS = 2
"""The same of a call whose callers were followed for many other calls before."""
MOST_HOPS = 12
"""Callers of callers that are followed to a loop."""
DEEPEST_CONDITION = 12
"""Conditions nested deeper are not decided on the way to a loop."""
MOST_HOPS_OF_ITEMS = 4
"""Callers of callers that are asked how many items they hand to a loop."""
MOST_PLACES = 600
"""Callers that are looked at for loops, in one project."""


class Reach:
    """Climbs from calls to their callers."""

    def __init__(self, engine: Engine, callers: Callers, providers: Providers) -> None:
        self.engine = engine
        self.callers = callers
        self.providers = providers
        self._passed: Counter[ast.AST] = Counter()
        """Calls → how many calls that send a prompt are reached through them."""
        self._covered: dict[tuple[ast.AST, int], Confidence] = {}
        """Calls, each with a loop around it, that a prompt was read for → how sure it is that this is the way."""

    def prompts(self, send: Send, lifts: int = MOST_LIFTS, most: int = MOST_PROMPTS) -> Iterator[tuple[Send, Prompt]]:
        """The prompt as each of its callers makes it; as it stands where nobody calls."""
        for closed, prompt in self._closed(send, lifts, [most], first=True):
            for frame in closed.loops:
                key = send.record.node, frame.number
                self._covered[key] = max(closed.confidence, self._covered.get(key, Confidence.LOW))
            yield closed, prompt

    def loops(self, sends: Iterable[Send]) -> Iterator[tuple[Send, Prompt]]:
        """The calls as seen from the nearest loop whose items reach the prompt, however many calls are in between.

        Only of calls that have a batch twin, and not those that `prompts` gave already. Calls that share callers are
        followed from there on only once, and guesses at who calls come last.
        """
        seen: set[object] = set()
        guesses: deque[Send] = deque()
        for send in sends:
            yield from self._climbed(deque([send] if send.batch and self._possible(send) else []), seen, guesses)
        yield from self._climbed(guesses, seen, guesses)

    def _climbed(self, queue: deque[Send], seen: set[object], guesses: deque[Send]) -> Iterator[tuple[Send, Prompt]]:
        while queue and len(seen) < MOST_PLACES:
            at = queue.popleft()
            self.engine.fresh()
            loop = item_loop(at, self.engine)
            if loop is None and len(at.chain) < MOST_HOPS:
                for further in self._further(at, seen):
                    (guesses if further.confidence is Confidence.LOW else queue).append(further)
            elif loop is not None and loop.batchable and self._news(at, loop.frame):
                handed_few = self._handed_few(at, loop.frame.number, MOST_HOPS_OF_ITEMS)
                queue.extend(handed_few)
                if not handed_few:
                    yield at, self._prompt(at)

    def _handed_few(self, send: Send, loop: int, hops: int) -> list[Send]:
        """The call as those see it who hand a loop its items, where everybody hands it but a handful; else nothing."""
        frame = next(frame for frame in send.loops if frame.number == loop)
        if few(frame, self.engine):
            return [send]
        asked = {s for s in symbols(frame.each.over) if isinstance(s, Param) and s.info is send.function}
        callers = list(self._new_callers(send, send.function)) if asked and hops else []
        found: list[Send] = []
        for caller in callers:
            handed = self._handed_few(lifted(send, caller, send.function, self.engine), loop, hops - 1)
            if not handed:
                return []
            found += handed
        return found

    def _news(self, send: Send, frame: LoopFrame) -> bool:
        """Whether no prompt was read for this call in this loop, or only one that came by way of guesses."""
        return self._covered.get((send.record.node, frame.number), Confidence.LOW) < send.confidence

    def _further(self, send: Send, seen: set[object]) -> Iterator[Send]:
        """The call as those callers see it that nobody came to yet with the same things sent and the same loops."""
        asked = [symbol for symbol in self._asked(send) if symbol.info is send.function]
        if not any(term.open for term in send.sent):  # no loop can put its item into it
            return
        send = replace(send, conditions=tuple(c for c in send.conditions if c.open and c.depth < DEEPEST_CONDITION))
        for caller in self._new_callers(send, send.function):
            flowing = {s for symbol in asked if symbol in caller.values for s in symbols(caller.values[symbol])}
            loops = tuple(frame.number for frame in (*caller.loops, *send.loops))
            node = caller.record.node if loops else None
            place = caller.record.function, node, frozenset(flowing), loops, self._undecided(send, caller)
            if place not in seen and not caller.record.handler:  # what is done when it failed is no item
                further = lifted(send, caller, send.function, self.engine)
                if self._possible(further):
                    seen.add(place)
                    yield further

    @staticmethod
    def _undecided(send: Send, caller: Caller) -> frozenset[Term]:
        """The conditions that depend on what a caller is passed itself: its own callers decide them."""
        function = caller.record.function
        handed = (substituted(condition, caller.values) for condition in send.conditions)
        return frozenset(
            condition
            for condition in (*caller.record.conditions, *handed)
            if condition.open
            and condition.depth < DEEPEST_CONDITION
            and any(
                isinstance(s, Param) and s.info is function and s.name != function.receiver for s in symbols(condition)
            )
        )

    @staticmethod
    def _asked(send: Send) -> set[Param]:
        return {symbol for symbol in symbols(*send.sent) if isinstance(symbol, Param)}

    def _possible(self, send: Send) -> bool:
        self.engine.fresh()
        return not any(self.engine.truth(condition) is False for condition in send.conditions)

    def _prompt(self, send: Send) -> Prompt:
        return Prompts(self.engine, send, self.providers[send.provider], self.callers.modules_naming).prompt()

    def _new_callers(self, send: Send, info: FunctionInfo) -> Iterator[Caller]:
        seen = {record.node for record in send.chain}
        yield from (caller for caller in self.callers.of(info) if caller.record.node not in seen)

    # --- prompts ------------------------------------------------------------------------------------------------------

    def _closed(self, send: Send, lifts: int, left: list[int], *, first: bool = False) -> Iterator[tuple[Send, Prompt]]:
        if not self._possible(send):
            return
        asked = self._asked(send) if lifts > 0 else set()
        if (own := self._own(send, asked)) is not None:
            if first:
                left[0] = max(LEAST_PROMPTS, left[0] // self._rank(send, own))
            lift = list(self._lifted(send, [own], left[0]))
            if lift:
                yield from self._each_closed(lift, lifts, left)
                if not _told(send, lift):
                    yield send, self._prompt(send)
                return
        left[0] -= 1
        prompt = self._prompt(send)
        guessed = self._guessed(send, prompt, asked) if lifts > 0 and left[0] > 0 else []
        lift = list(self._lifted(send, guessed, left[0]))
        yield from self._each_closed(lift, lifts, left)
        if not _told(send, lift):
            yield send, prompt

    def _rank(self, send: Send, info: FunctionInfo) -> int:
        """For how many calls the callers of a function were followed, this one included.

        Classes for many providers are called in one place, with the same prompts.
        """
        callers = {caller.record.node for caller in self._new_callers(send, info)}
        self._passed.update(callers)
        return max((self._passed[node] for node in callers), default=1)

    def _each_closed(self, sends: list[Send], lifts: int, left: list[int]) -> Iterator[tuple[Send, Prompt]]:
        # Each caller has its share: else the callers of the first one take all.
        for index, send in enumerate(sends):
            if left[0] > 0:
                share = -(-left[0] // (len(sends) - index))
                mine = [share]
                yield from self._closed(send, lifts - 1, mine)
                left[0] -= share - mine[0]

    def _lifted(self, send: Send, infos: Iterable[FunctionInfo], most: int) -> Iterator[Send]:
        """The prompt as the callers of the first function see it that has any; not as more of them than `most`."""
        for info in infos:
            found = False
            for caller in [*self._new_callers(send, info)][: min(MOST_CALLERS, most)]:
                found = True
                yield lifted(send, caller, info, self.engine)
            if found:
                return

    @staticmethod
    def _own(send: Send, asked: Collection[Param]) -> FunctionInfo | None:
        """The function it is seen from, when one of its parameters is sent."""
        own = any(s.info is send.function and s.name != s.info.receiver for s in asked)
        return send.function if own else None

    @staticmethod
    def _guessed(send: Send, prompt: Prompt, asked: Collection[Param]) -> list[FunctionInfo]:
        """The functions whose callers may know more: the outermost one first.

        Of what a method has put into an object later, its callers tell nothing: who made the object is asked.
        """
        sent = {param.info for param in asked}
        infos = {param.info for param in prompt.guessed if param.name != param.info.receiver}
        infos = {info for info in infos if info in sent or info.name in CONSTRUCTORS}

        def order(info: FunctionInfo) -> tuple[bool, str, int]:
            return info is not send.function, info.module.path, getattr(info.node, "lineno", 0)

        return sorted(infos, key=order)


def _told(send: Send, lift: list[Send]) -> bool:
    """Whether the callers tell what a prompt is. A guess at who calls leaves open what it is without them."""
    return any(seen.confidence > Confidence.LOW or seen.confidence is send.confidence for seen in lift)
