"""Change → edits → apply → read back → keep or refuse.

A fix is only as good as what can be shown of it: the changed source is read again, and has to send what the change of
the layout promised; every other prompt has to send the same words as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property

from promptlint.changes import (
    CacheRequest,
    Change,
    Coarsen,
    MoveBreakpoint,
    MoveToEnd,
    RemoveBreakpoint,
    Sort,
    ToAsync,
    ToBatch,
    ToThread,
    all_dated,
)
from promptlint.edits import Applicability, Edit, Fix, RefusedError, applied, compatible
from promptlint.frozen import dataclass
from promptlint.layout import Layout
from promptlint.request import Mode, Reading, Request
from promptlint.shapes import shape, words
from promptlint.spans import Span

MOST_CANDIDATES = 6
"""Ways to write one change that are tried."""

MOST_PARTS = 300
"""Segments of a prompt of which a change is proved: to read a larger one again takes longer than anybody waits."""
MOST_FILES = 5
"""Files with calls that are read again to prove a fix, beside those of the calls that it mends."""

Write = Callable[[Request, Change], Iterator[Fix]]
"""The ways to write a change, the best first. Raises RefusedError, at any of them, where there is none."""
Read = Callable[[Mapping[str, str], Collection[str]], Reading]
"""Reads again, with changed texts by path, what is sent by some of the files."""

Wanted = tuple[Request, Sequence[Change]]
"""A request, and the changes that would mend it, the best first; not empty."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What fixes are held to: the texts they change, what was read of them, and the means to write and read again."""

    reading: Reading
    text: Callable[[str], str]
    """Path → text of the file."""
    editable: Callable[[str], bool]
    """Path → whether the file is among those that were asked for."""
    write: Write
    read: Read

    def fixes(self, wanted: Sequence[Wanted]) -> list[Fix | RefusedError]:
        """For each request, the first way to make one of the changes that reads back as promised, or why there is none.

        Reading is what takes time: so fixes that do not touch each other are read back together first.
        """
        first = {index: attempt for index, one in enumerate(wanted) if (attempt := self._first(one)) is not None}
        apart = {id(attempt.request): index for index, attempt in first.items()}
        together = compatible([first[index].fix for index in apart.values()])
        group = [index for index in apart.values() if any(first[index].fix is fix for fix in together)]
        objections = self._together([first[index] for index in group]) if len(group) > 1 else []
        held = {index: first[index].fix for index, objection in zip(group, objections, strict=False) if not objection}
        return [held.get(index) or self._fix(one) for index, one in enumerate(wanted)]

    def _together(self, attempts: Sequence[_Attempt]) -> list[str]:
        try:
            return self._objections(attempts)
        except RefusedError as refused:  # by one of the files
            return [str(refused)] * len(attempts)

    def _first(self, wanted: Wanted) -> _Attempt | None:
        request, changes = wanted
        for change in changes:
            try:
                _must_be_provable(request, change)
                fix = next(iter(self.write(request, change)), None)
            except RefusedError:
                continue
            if fix is not None and all(map(self.editable, fix.paths)):
                return _Attempt(request, change, fix)
        return None

    def _fix(self, wanted: Wanted) -> Fix | RefusedError:
        request, changes = wanted
        reasons: list[RefusedError] = []
        for change in changes:
            try:
                return self._made(request, change)
            except RefusedError as refused:
                reasons.append(refused)
        return reasons[0]

    def _made(self, request: Request, change: Change) -> Fix:
        _must_be_provable(request, change)
        reason = "no way to write it was found"
        for fix, _ in zip(self.write(request, change), range(MOST_CANDIDATES), strict=False):
            (reason,) = self._objections([_Attempt(request, change, fix)])
            if not reason:
                return fix
        raise RefusedError(reason)

    def _objections(self, attempts: Sequence[_Attempt]) -> list[str]:
        """What speaks against each fix when all of them are made; nothing where it holds its promise."""
        edits = [edit for attempt in attempts for edit in attempt.fix.edits]
        paths = sorted({edit.span.path for edit in edits})
        foreign = next((path for path in paths if not self.editable(path)), None)
        if foreign:
            return [f"the text is in {foreign}, which is not checked"] * len(attempts)
        changed = {path: applied(self.text(path), _of(path, edits)) for path in paths}
        mended = {id(attempt.request) for attempt in attempts}
        sites = {r.site.span.path for r in self.reading.requests if id(r) in mended}
        others = sorted({r.site.span.path for r in self.reading.requests if _reaches(r, paths)} - sites)
        sites.update(others[:MOST_FILES])
        before = [r for r in self.reading.requests if r.site.span.path in sites]
        again = self.read(changed, sites)
        if any(gap.span.path in paths for gap in again.unreadable):
            return ["the changed file would not parse"] * len(attempts)
        after = again.requests
        if len(after) != len(before) or not all(map(_same_call, before, after)):
            return ["the calls of the file could not be told apart afterwards"] * len(attempts)
        pairs = [_Pair(*pair) for pair in zip(before, after, strict=True)]
        return [_broken(attempt, pairs) for attempt in attempts]


def _must_be_provable(request: Request, change: Change) -> None:
    """Raises RefusedError where reading again would take too long, or would not show that the change works."""
    if len(request.layout.segments) > MOST_PARTS:
        raise RefusedError(f"a prompt of more than {MOST_PARTS} parts is too large to prove it")
    if request.site.several and isinstance(change, CacheRequest | ToBatch):
        raise RefusedError("the call may go through clients of several providers, which do not all take it")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to write one change."""

    request: Request
    change: Change
    fix: Fix


@dataclass(frozen=True)
class _Pair:
    """A request before and after fixes were made. What it sends is compared once for all of them."""

    old: Request
    new: Request

    @cached_property
    def same(self) -> bool:
        """Whether the same words are sent in the same order."""
        return words(self.old.layout) == words(self.new.layout)

    @cached_property
    def moved(self) -> bool:
        """Whether the same words are sent in some order."""
        return self.same or Counter(words(self.old.layout)) == Counter(words(self.new.layout))

    @cached_property
    def held(self) -> bool:
        """Whether what has an order before is sent in the same order after."""
        return _held(self.old.layout, self.new.layout)

    def sends_the_same(self, attempt: _Attempt) -> bool:
        """Whether the same is sent, as far as a fix must leave it: in the same order if it is safe, else in any."""
        if isinstance(attempt.change, Sort):
            return self.held
        if isinstance(attempt.change, Coarsen):
            return words(all_dated(self.old.layout)) == words(all_dated(self.new.layout))
        return self.same if attempt.fix.applicability is Applicability.SAFE else self.moved


def _broken(attempt: _Attempt, pairs: Sequence[_Pair]) -> str:
    """What of its promise a fix does not hold, given every request before and after it; nothing when it holds all."""
    moves = isinstance(attempt.change, MoveToEnd | MoveBreakpoint)
    if moves and attempt.change.applied_to(attempt.request.layout) == attempt.request.layout:
        return "it cannot be taken out of what stands around it"
    for pair in pairs:
        if pair.old is attempt.request and not _kept(attempt.change, pair.old, pair.new):
            return "read back, the prompt is not what was promised"
        lost = isinstance(attempt.change, RemoveBreakpoint) and pair.old is not attempt.request
        if lost and len(pair.new.layout.breakpoints) < len(pair.old.layout.breakpoints):
            return f"the call at {pair.old.site.span} would lose a breakpoint too"
        if not pair.sends_the_same(attempt):
            return f"it would change the words that the call at {pair.old.site.span} sends"
    return ""


def _same_call(old: Request, new: Request) -> bool:
    """Whether a call is the same, or its asynchronous or its batch twin."""
    batch = new.site.mode is Mode.BATCH and old.site.batch and new.site.call.endswith(old.site.batch)
    return bool(batch) or new.site.call in (old.site.call, old.site.twin)


def _of(path: str, edits: Sequence[Edit]) -> list[Edit]:
    return [edit for edit in edits if edit.span.path == path]


def _reaches(request: Request, paths: Collection[str]) -> bool:
    """Whether a prompt, or the way of one of its texts, passes through one of the files."""
    spans: list[Span] = [request.site.span]
    for segment in request.layout.segments:
        spans += [segment.origin.span, *(step.span for step in segment.origin.trail)]
    return any(span.path in paths for span in spans)


def _kept(change: Change, old: Request, new: Request) -> bool:
    """Whether a prompt is what a change promised."""
    before, after = old.layout, new.layout
    promised = change.applied_to(before)
    if isinstance(change, CacheRequest) and new.site.automatic is None:
        return False
    if isinstance(change, ToAsync | ToThread) and new.site.blocks is not None:
        return False
    if isinstance(change, ToBatch) and new.site.mode is not Mode.BATCH:
        return False
    if isinstance(change, Sort):
        # In which order the things come, and what stands between them, is not known before they are sorted.
        orders = {s.unordered for s in after.segments} - {None}
        return len(orders) == len({s.unordered for s in promised.segments} - {None}) and _held(before, after)
    if [mark.ttl for mark in after.breakpoints] != [mark.ttl for mark in promised.breakpoints]:
        return False
    # An answer may be a part of a later prompt, and is called as the call that gives it is written.
    spelled = not isinstance(change, CacheRequest | Coarsen | ToAsync | ToThread)
    return shape(after, spelled=spelled) == shape(promised, spelled=spelled)


def _held(before: Layout, after: Layout) -> bool:
    """Whether what has an order before is sent in the same order after."""
    left = iter(words(after))
    return all(word in left for word in words(Layout(tuple(s for s in before.segments if not s.unordered))))
