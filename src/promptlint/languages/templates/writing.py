"""The writer of templates: a line, section or element of a prompt goes to the end of its message, as it is written.

Nothing is printed anew: the text is cut out where the reader says that it stands, and put in again further down, with
the indentation of the format around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.layout import Layout, Segment
from promptlint.passages import HOLE, TornError, gap, passage
from promptlint.spans import Lines, Span

_STATEMENT, _GLUE = "{%", ("{{-", "-}}", "{{~", "~}}")


def moved_to_end(layout: Layout, index: int, text: Callable[[str], str]) -> Iterator[Fix]:
    """The way to move a segment to the end of its block, in the file that the block is written in.

    `text` gives the text of a file, by its path. Raises RefusedError.
    """
    block = [s for s in layout.segments if s.block == layout.segments[index].block]
    moved = layout.segments[index]
    paths = {s.origin.span.path for s in block if s.literal}
    if len(paths) != 1 or any(s.arms or s.repeated for s in block):
        raise RefusedError("it stands in a part of the prompt that is not always sent, or sent several times")
    path = next(iter(paths))
    written = _Written(text(path), [s for s in block if s.origin.span.path == path])
    if moved not in written.segments:
        raise RefusedError("it is put in by code")
    try:
        lifted = passage(written.flat, written.starts[written.segments.index(moved)])
    except TornError as torn:
        raise RefusedError(str(torn)) from torn
    first, last = gap(written.flat, lifted)
    content = written.raw(lifted.start, lifted.end)
    cut = written.raw(first, last)
    if _STATEMENT in cut or any(mark in cut for mark in _GLUE):
        raise RefusedError("it stands beside a statement of the template")
    end = written.places[len(written.flat.rstrip()) - 1].end
    indentation = written.indentation(written.places[lifted.start].start)
    separator = lifted.separator + indentation
    yield Fix(
        Applicability.UNSAFE,
        f"Move `{_short(content)}` to the end of the message",
        (
            written.edit(path, written.places[first].start, written.places[last].start, ""),
            written.edit(path, end, end, separator + content),
        ),
    )


def _short(content: str) -> str:
    said = " ".join(content.split())
    return said if len(said) <= 40 else f"{said[:39]}…"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one character of the flat text, or one value, is written: offsets in the file."""

    start: int
    end: int


class _Written:
    """The flat text of a block, with the place of each character in the file."""

    def __init__(self, text: str, segments: Sequence[Segment]) -> None:
        self._text = text
        self._lines = Lines(text)
        self.segments = list(segments)
        self.places: list[_Place] = []
        self.starts: list[int] = []
        flat: list[str] = []
        for segment in segments:
            self.starts.append(len(self.places))
            start, end = (self._lines.offset(p) for p in (segment.origin.span.start, segment.origin.span.end))
            if self.places and start < self.places[-1].end:
                raise RefusedError("the text is not written in the order in which it is sent")
            if segment.literal:
                self.places += self._aligned(segment.text, start, end)
                flat.append(segment.text.replace(HOLE, "?"))
            else:
                self.places.append(_Place(start, end))
                flat.append(HOLE)
        self.flat = "".join(flat)

    def _aligned(self, text: str, start: int, end: int) -> Iterator[_Place]:
        """The place of each character: as it stands there, but for the indentation of lines. Raises RefusedError."""
        at, begins = start, False
        for character in text:
            while begins and at < end and self._text[at] == " " and character != " ":
                at += 1
            width = 2 if character == "\n" and self._text.startswith("\r\n", at) else 1
            if at >= end or self._text[at : at + width].replace("\r\n", "\n") != character:
                raise RefusedError("the text is written with escapes, or folded")
            yield _Place(at, at + width)
            at += width
            begins = character == "\n"

    def raw(self, start: int, end: int) -> str:
        """The source of a stretch of the flat text."""
        return self._text[self.places[start].start : self.places[end - 1].end]

    def indentation(self, offset: int) -> str:
        """The white space at the start of the line of an offset."""
        line = self._text[self._text.rfind("\n", 0, offset) + 1 : offset]
        return line[: len(line) - len(line.lstrip(" "))]

    def edit(self, path: str, start: int, end: int, content: str) -> Edit:
        """Another text in the place of a stretch of the file."""
        return Edit(Span(path, self._lines.position(start), self._lines.position(end)), content)
