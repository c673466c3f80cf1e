"""The reader's door: the files of a project to the requests it sends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.modules.code import Code
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.reaching.callers import Callers
from promptlint.languages.python.reaching.reaching import Reach
from promptlint.languages.python.sending.binding import bound
from promptlint.languages.python.sending.prompt import Prompt
from promptlint.languages.python.sending.replays import with_relations
from promptlint.languages.python.sending.rereading import with_reread
from promptlint.languages.python.sending.warming import with_warmed
from promptlint.languages.python.sites.signs import Signs
from promptlint.languages.python.sites.sites import site_of
from promptlint.languages.python.starting.blocking import Blocking
from promptlint.languages.python.starting.senders import Send, Senders
from promptlint.languages.python.starting.starts import Starts
from promptlint.languages.python.values.engine import Engine
from promptlint.layout import Segment
from promptlint.request import Gap, Known, Reading, Request
from promptlint.spans import Span
from promptlint.template import Parse, plain_template

MOST_LIFTS_UNSEEN = 2
"""The same for a prompt whose call is not seen."""
MOST_PROMPTS_UNSEEN = 8
"""The same for a prompt whose call is not seen."""
MOST_FRAMES = 50_000
"""Calls within calls while a project is read."""
STACK = 512 * 1024 * 1024
"""Bytes of stack for deep terms; only what is used is taken from memory."""


Group = tuple[str, ...]
"""Files that are read together."""
Each = Callable[[Callable[[Group], Reading], Sequence[Group]], list[Reading]]
"""What a function gives for each group: one after the other, or side by side."""


def list_of(read: Callable[[Group], Reading], groups: Sequence[Group]) -> list[Reading]:
    """One after the other."""
    return [read(group) for group in groups]


def read_source(source: str, path: str, models: Models, providers: Providers) -> Reading:
    """Read one file by itself."""
    files = {path: source.encode("utf-8", "surrogatepass")}
    return read_project(files, [path], models, providers, lambda name: None)


def read_project(
    files: Mapping[str, bytes],
    targets: Collection[str],
    models: Models,
    providers: Providers,
    read_text: Callable[[str], bytes | None],
    parse_template: Parse = plain_template,
    *,
    only: bool = False,
    code: Code | None = None,
    each: Each = list_of,
) -> Reading:
    """The requests sent by the files `targets`, with all `files` as context; those of other files too, unless `only`.

    `code` is what is known of these files already, and `each` says how groups of files are read that have nothing to do
    with each other.

    Paths are relative to the working directory, with `/`. Nothing is read but through `files` and `read_text`, and
    templates which code renders are parsed by `parse_template`. What cannot be parsed or followed is in the result,
    never raised.
    """
    code = code or Code(files, models)

    def read(group: Group) -> Reading:
        # Each group has a reader of its own: what one knows is most of the memory, and no other group asks for it.
        reader = _Reader(code, models, providers, read_text, parse_template)
        try:
            return reader.read(group)
        finally:
            reader.forget()

    groups = [tuple(sorted(targets))] if only else code.groups(targets)
    parts = each(lambda group: _deep(lambda: read(group)), groups)
    requests = with_warmed(with_relations([request for part in parts for request in part.requests]))
    unreadable = {gap.span.path: gap for part in parts for gap in part.unreadable}
    gaps = tuple(gap for part in parts for gap in part.gaps)
    return Reading(requests, gaps, tuple(unreadable[path] for path in sorted(unreadable)))


def _deep(read: Callable[[], Reading]) -> Reading:
    """What a function gives that nests deeply."""
    result: list[Reading] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(read())
        except BaseException as error:
            failure.append(error)

    with _DEEP:
        _DEEP.thread(run).join()
    if failure:
        raise failure[0]
    return result[0]


class _Depth:
    """What terms nested deep need of Python while one or more readings run: many frames, and a large stack."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings = 0
        self._limit = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._readings:
                self._limit = sys.getrecursionlimit()
                sys.setrecursionlimit(MOST_FRAMES)
            self._readings += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._readings -= 1
            if not self._readings:
                sys.setrecursionlimit(self._limit)

    def thread(self, run: Callable[[], None]) -> threading.Thread:
        """A started thread with a large stack."""
        with self._lock:
            previous = threading.stack_size(STACK)
            thread = threading.Thread(target=run)
            thread.start()
            threading.stack_size(previous)
        return thread


_DEEP = _Depth()


class _Reader:
    def __init__(
        self,
        code: Code,
        models: Models,
        providers: Providers,
        read_text: Callable[[str], bytes | None],
        parse_template: Parse,
    ) -> None:
        self.code = code
        self.engine = Engine(code.project, models, read_text, parse_template, code.index.naming)
        self.senders = Senders(self.engine)
        self.starts = Starts(self.engine, code.signs)
        self.providers = providers
        callers = Callers(self.engine, code.index)
        self.reach = Reach(self.engine, callers, providers)
        self.signs = Signs(self.engine, callers)
        self.blocking = Blocking(self.engine, callers)

    def read(self, paths: Group) -> Reading:
        """What a group of files sends."""
        told: list[tuple[Send, Request]] = []
        gaps: list[Gap] = []
        sends: list[Send] = []
        for path in paths:
            module = self.code.project.module(path) if self.code.may_send(path) else None
            if module is not None:
                for send in self.senders.in_module(module):
                    sends.append(send)
                    self._read_send(send, told, gaps)
        requests = [*with_reread(told)]
        requests += [self._request(around, prompt) for around, prompt in self.reach.loops(sends)]
        sent = {send.record.call.at for send in sends}
        requests += self._unseen(paths, sent, {_place(s) for r in requests for s in r.layout.segments})
        return Reading(tuple(requests), tuple(gaps), tuple(self.code.project.unreadable.values()))

    def forget(self) -> None:
        """Let go of all that is known: what was read with it still holds it, until somebody looks for garbage."""
        vars(self.engine).clear()
        vars(self).clear()

    def _unseen(self, paths: Sequence[str], sent: set[Place], told: set[Span]) -> Iterator[Request]:
        """Prompts whose call is not seen, less those of the calls at `sent`, and those whose text is `told` already."""
        for path in paths:
            module = self.code.project.module(path) if self.code.may_tell(path) else None
            for send in self.starts.in_module(module) if module is not None else ():
                if send.record.call.at in sent:
                    continue
                for closed, prompt in self.reach.prompts(send, MOST_LIFTS_UNSEEN, MOST_PROMPTS_UNSEEN):
                    places = {_place(s) for s in prompt.layout.segments if s.literal}
                    if not places <= told:
                        told |= places
                        yield self._request(closed, prompt)

    def _request(self, send: Send, prompt: Prompt) -> Request:
        site = site_of(send, prompt, self.engine, self.signs, self.blocking)
        return bound(Request(prompt.layout, site, prompt.known), send, self.engine)

    def _read_send(self, send: Send, told: list[tuple[Send, Request]], gaps: list[Gap]) -> None:
        best: Prompt | None = None
        for closed, prompt in self.reach.prompts(send):
            told.append((closed, self._request(closed, prompt)))
            if best is None or _order(prompt.known) > _order(best.known):
                best = prompt
        if send.model.prompt and (best is None or best.known is not Known.FULLY):
            reasons = best.reasons if best else ()
            span = self.engine.span(send.record.call.at)
            gaps.append(Gap(span, reasons[0] if reasons else "nothing of this prompt could be followed"))


def _place(segment: Segment) -> Span:
    return segment.origin.span


def _order(known: Known) -> int:
    return [Known.NOT, Known.PARTLY, Known.FULLY].index(known)
