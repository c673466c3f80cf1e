"""The writer's door: a change of the layout to edits of the source that makes it.

Edits replace exact spans, so that everything else stays as it is, byte by byte. What cannot be written well is refused
with a reason; whether what was written does what was promised is for the reader to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from promptlint.changes import (
    CacheRequest,
    Change,
    Coarsen,
    MarkBreakpoint,
    MoveBreakpoint,
    MoveToEnd,
    RemoveBreakpoint,
    Retime,
    Sort,
    ToAsync,
    ToBatch,
    ToThread,
)
from promptlint.edits import Fix
from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.writing import awaiting, batches, clocks, marks, moves, order, unmarking
from promptlint.languages.python.writing.source import Naming, Sources
from promptlint.request import Request

__all__ = ["Writer"]


class Writer:
    """Writes changes into the files of one project."""

    def __init__(self, text: Callable[[str], str], models: Models, providers: Providers, naming: Naming) -> None:
        """`text` gives the text of a file, by its path; it raises KeyError where there is none."""
        self._providers = providers
        self._sources = Sources(text, models, naming)

    def write(self, request: Request, change: Change) -> Iterator[Fix]:
        """The ways to write a change, the best first. Raises RefusedError where there is none, or no further one."""
        match change:
            case Coarsen(index, others):
                yield from clocks.coarsened(request.layout, (index, *others), self._sources)
            case MoveToEnd(index):
                yield from moves.moved_to_end(request.layout, index, self._sources)
            case MarkBreakpoint(index) | MoveBreakpoint(index):
                yield from marks.marked(request, index, self._sources)
            case RemoveBreakpoint(index):
                yield from unmarking.unmarked(request.layout, index, self._sources)
            case Retime(index, ttl):
                yield from unmarking.retimed(request.layout, index, ttl, self._sources)
            case CacheRequest(kept):
                yield from marks.request_cached(request, self._sources, kept=kept)
            case Sort(index):
                yield from order.sorted_things(request.layout.segments[index], self._sources)
            case ToAsync():
                yield from awaiting.awaited(request, self._sources)
            case ToBatch(loop):
                yield from batches.in_batches(request, loop, self._sources, self._providers)
            case ToThread():
                yield from awaiting.in_thread(request, self._sources)
