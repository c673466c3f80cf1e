"""The reader's door: the files of a project to the requests it sends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.binding import bound
from promptlint.languages.python.callers import Callers, lifted
from promptlint.languages.python.definitions import FunctionInfo
from promptlint.languages.python.engine import Engine
from promptlint.languages.python.places import Place
from promptlint.languages.python.project import Project
from promptlint.languages.python.prompts import Prompt, Prompts
from promptlint.languages.python.replays import with_siblings
from promptlint.languages.python.senders import Send, Senders
from promptlint.languages.python.sites import site_of
from promptlint.languages.python.starts import Starts, near_llms, package_of
from promptlint.layout import Gap, Known, Reading, Request, Segment
from promptlint.spans import Span
from promptlint.template import Parse, plain_template

MOST_LIFTS = 6
"""Callers of callers that are followed."""
MOST_LIFTS_UNSEEN = 2
"""The same for a prompt whose call is not seen."""
MOST_PROMPTS = 60
"""Prompts that one call sends, seen from different callers and callers of callers."""
MOST_PROMPTS_UNSEEN = 8
"""The same for a prompt whose call is not seen."""
STACK = 512 * 1024 * 1024
"""Bytes of stack for deep terms; only what is used is taken from memory."""


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
) -> Reading:
    """The requests sent by the files `targets`, with all `files` as context; those of other files too, unless `only`.

    Paths are relative to the working directory, with `/`. Nothing is read but through `files` and `read_text`, and
    templates which code renders are parsed by `parse_template`. What cannot be parsed or followed is in the result,
    never raised.
    """
    reader = _Reader(files, models, providers, read_text, parse_template)
    result: list[Reading] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(reader.read(targets, sorted(targets) if only else sorted(files)))
        except BaseException as error:
            failure.append(error)

    previous, limit = threading.stack_size(STACK), sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
        sys.setrecursionlimit(limit)
    if failure:
        raise failure[0]
    return result[0]


class _Reader:
    def __init__(
        self,
        files: Mapping[str, bytes],
        models: Models,
        providers: Providers,
        read_text: Callable[[str], bytes | None],
        parse_template: Parse,
    ) -> None:
        self.files = files
        self.project = Project(files, models.imports)
        self.engine = Engine(self.project, models, read_text, parse_template)
        self.senders = Senders(self.engine)
        self.starts = Starts(self.engine)
        self.providers = providers
        self.callers = Callers(self.engine, tuple(sorted(files)))

    def read(self, targets: Collection[str], paths: Sequence[str]) -> Reading:
        requests: list[Request] = []
        gaps: list[Gap] = []
        sent: set[Place] = set()
        calling = frozenset(path for path in self.files if self.senders.worth_parsing(self.files[path]))
        for path in paths:
            module = self.project.module(path) if path in calling else None
            if module is not None:
                for send in self.senders.in_module(module):
                    sent.add(send.record.call.at)
                    self._read_send(send, requests, gaps)
        requests += self._unseen(paths, calling, sent, {_place(s) for r in requests for s in r.layout.segments})
        unreadable = tuple(self.project.unreadable[path] for path in sorted(self.project.unreadable))
        return Reading(with_siblings(requests), tuple(gaps), unreadable)

    def _unseen(
        self, paths: Sequence[str], calling: frozenset[str], sent: set[Place], told: set[Span]
    ) -> Iterator[Request]:
        """Prompts whose call is not seen, less those of the calls at `sent`, and those whose text is `told` already."""
        packages = near_llms(self.project, calling)
        for path in paths:
            near = path in calling or package_of(path, self.project) in packages
            module = self.project.module(path) if near and self.starts.worth_parsing(self.files[path]) else None
            for send in self.starts.in_module(module) if module is not None else ():
                if send.record.call.at in sent:
                    continue
                for closed, prompt in self._closed(send, MOST_LIFTS_UNSEEN, [MOST_PROMPTS_UNSEEN]):
                    places = {_place(s) for s in prompt.layout.segments if s.literal}
                    if not places <= told:
                        told |= places
                        yield Request(prompt.layout, site_of(closed, prompt, self.engine), prompt.known)

    def _read_send(self, send: Send, requests: list[Request], gaps: list[Gap]) -> None:
        best: Prompt | None = None
        for closed, prompt in self._closed(send, MOST_LIFTS, [MOST_PROMPTS]):
            site = site_of(closed, prompt, self.engine)
            layout = bound(prompt.layout, closed, site.loops, self.engine)
            requests.append(Request(layout, site, prompt.known))
            if best is None or _order(prompt.known) > _order(best.known):
                best = prompt
        if best is None or best.known is not Known.FULLY:
            reasons = best.reasons if best else ()
            span = self.engine.span(send.record.call.at)
            gaps.append(Gap(span, reasons[0] if reasons else "nothing of this prompt could be followed"))

    def _closed(self, send: Send, lifts: int, left: list[int]) -> Iterator[tuple[Send, Prompt]]:
        """The prompt as each of its callers makes it; as it stands where nobody calls."""
        self.engine.fresh()
        left[0] -= 1
        if any(self.engine.truth(condition) is False for condition in send.conditions):
            return
        prompt = Prompts(self.engine, send, self.providers[send.provider]).prompt()
        found = False
        if lifts > 0 and left[0] > 0:
            for info in self._asked(send, prompt):
                seen = {record.node for record in send.chain}
                for caller in self.callers.of(info):
                    if caller.record.node in seen or left[0] <= 0:
                        continue
                    found = True
                    yield from self._closed(lifted(send, caller, info, self.engine), lifts - 1, left)
                if found:
                    return
        yield send, prompt

    def _asked(self, send: Send, prompt: Prompt) -> list[FunctionInfo]:
        """The functions whose callers may know more: the outermost one first."""
        infos = {param.info for param in prompt.guessed if param.name != param.info.receiver}

        def order(info: FunctionInfo) -> tuple[bool, str, int]:
            return info is not send.function, info.module.path, getattr(info.node, "lineno", 0)

        return sorted(infos, key=order)


def _place(segment: Segment) -> Span:
    return segment.origin.span


def _order(known: Known) -> int:
    return [Known.NOT, Known.PARTLY, Known.FULLY].index(known)
