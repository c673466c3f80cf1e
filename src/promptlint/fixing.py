"""Change → edits → apply → read back → keep or refuse.

A fix is only as good as what can be shown of it: the changed source is read again, and has to send what the change of
the layout promised; every other prompt has to send the same words as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from promptlint.changes import CacheRequest, Change, Coarsen, Sort
from promptlint.edits import Applicability, Edit, Fix, RefusedError, applied
from promptlint.layout import Layout, Reading, Request
from promptlint.shapes import shape, words
from promptlint.spans import Span

MOST_CANDIDATES = 6
"""Ways to write one change that are tried."""

Write = Callable[[Request, Change], Iterator[Fix]]
"""The ways to write a change, the best first. Raises RefusedError, at any of them, where there is none."""
Read = Callable[[Mapping[str, str], Collection[str]], Reading]
"""Reads again, with changed texts by path, what is sent by some of the files."""


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

    def fix(self, request: Request, changes: Sequence[Change]) -> Fix:
        """The first way to make one of the changes that reads back as promised. Raises RefusedError with a reason."""
        reasons: list[str] = []
        for change in changes:
            try:
                return self._made(request, change)
            except RefusedError as refused:
                reasons.append(str(refused))
        raise RefusedError(reasons[0])

    def _made(self, request: Request, change: Change) -> Fix:
        reason = "no way to write it was found"
        for fix, _ in zip(self.write(request, change), range(MOST_CANDIDATES), strict=False):
            reason = self._objection(fix, request, change)
            if not reason:
                return fix
        raise RefusedError(reason)

    def _objection(self, fix: Fix, request: Request, change: Change) -> str:
        """What speaks against a fix; nothing when it holds its promise."""
        foreign = sorted(path for path in fix.paths if not self.editable(path))
        if foreign:
            return f"the text is in {foreign[0]}, which is not checked"
        changed = {path: applied(self.text(path), _of(path, fix.edits)) for path in sorted(fix.paths)}
        sites = {r.site.span.path for r in self.reading.requests if r is request or _reaches(r, fix.paths)}
        before = [r for r in self.reading.requests if r.site.span.path in sites]
        again = self.read(changed, sites)
        if any(gap.span.path in fix.paths for gap in again.unreadable):
            return "the changed file would not parse"
        after = again.requests
        if len(after) != len(before) or any(a.site.call != b.site.call for a, b in zip(after, before, strict=True)):
            return "the calls of the file could not be told apart afterwards"
        for old, new in zip(before, after, strict=True):
            if old is request and not _kept(change, old, new):
                return "read back, the prompt is not what was promised"
            if not _same_words(old.layout, new.layout, change, fix.applicability):
                return f"it would change the words that the call at {old.site.span} sends"
        return ""


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
    if isinstance(change, Sort):
        # In which order the things come, and what stands between them, is not known before they are sorted.
        orders = {s.unordered for s in after.segments} - {None}
        return len(orders) == len({s.unordered for s in promised.segments} - {None}) and _held(before, after)
    spelled = not isinstance(change, Coarsen)
    return shape(after, spelled=spelled) == shape(promised, spelled=spelled)


def _same_words(before: Layout, after: Layout, change: Change, applicability: Applicability) -> bool:
    """Whether two layouts send the same: in the same order if the fix is safe, else in any."""
    if isinstance(change, Sort):
        return _held(before, after)
    if applicability is Applicability.SAFE:
        return words(before) == words(after)
    return Counter(words(before)) == Counter(words(after))


def _held(before: Layout, after: Layout) -> bool:
    """Whether what has an order before is sent in the same order after."""
    left = iter(words(after))
    return all(word in left for word in words(Layout(tuple(s for s in before.segments if not s.unordered))))
