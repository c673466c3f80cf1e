"""The writer of templates: a line, section or element of a prompt goes to the end of its message, as it is written.

Nothing is printed anew: the text is cut out where the reader says that it stands, and put in again further down, with
the indentation of the format around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from promptlint.changes import branch_around
from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.frozen import dataclass
from promptlint.languages.templates.jinja_tokens import Kind, Tag, tags
from promptlint.layout import Layout, Segment
from promptlint.passages import HOLE, TornError, body, gap, passage, stretch, titled
from promptlint.spans import Lines, Span

_OPENING = frozenset({"if", "for", "block", "macro", "call", "filter", "with", "chat", "message"})
_MOVED = frozenset({"if", "for"})
_SETS = re.compile(r"\{%[-+]?\s{0,9}(?:set|import|from|macro)\b")
_STATEMENT, _GLUE = "{%", ("{{-", "-}}", "{{~", "~}}")


def moved_to_end(layout: Layout, index: int, text: Callable[[str], str]) -> Iterator[Fix]:
    """The way to move a segment to the end of its block, in the file that the block is written in.

    `text` gives the text of a file, by its path. Raises RefusedError.
    """
    moved = layout.segments[index]
    block = [s for s in layout.segments if s.block == moved.block]
    paths = {s.origin.span.path for s in block if s.literal}
    if len(paths) != 1:
        raise RefusedError("the prompt is written in several files")
    path = next(iter(paths))
    written = _Written(text(path), [s for s in block if s.origin.span.path == path])
    if moved not in written.segments:
        raise RefusedError("it is put in by code")
    try:
        cut, content, separator = (
            _branch(layout, index, written)
            if moved.arms or moved.repeated
            else _lifted(written, written.segments.index(moved))
        )
    except TornError as torn:
        raise RefusedError(str(torn)) from torn
    end = _end(written)
    yield Fix(
        Applicability.UNSAFE,
        f"Move `{_short(content)}` to the end of the message",
        (written.edit(path, *cut, ""), written.edit(path, end, end, separator + content)),
    )


_Cut = tuple[tuple[int, int], str, str]
"""Offsets of what is cut out of the file, what is put in at the end, and what stands before it there."""


def _lifted(written: _Written, index: int) -> _Cut:
    lifted = passage(written.flat, written.starts[index])
    first, last = gap(written.flat, lifted)
    cut = written.raw(first, last)
    if _STATEMENT in cut or any(mark in cut for mark in _GLUE):
        raise RefusedError("it stands beside a statement of the template")
    content = written.raw(lifted.start, lifted.end)
    start, end = written.places[first].start, written.places[last].start
    if written.text[start:end].strip() != content.strip():
        raise RefusedError("it stands beside a comment of the template")
    indentation = written.indentation(written.places[lifted.start].start)
    return (start, end), content, lifted.breaks + indentation


def _branch(layout: Layout, index: int, written: _Written) -> _Cut:
    """The lines from the statement that begins a branch or a loop to the one that ends it."""
    text = written.text
    start, end = _statement(text, written.places[written.starts[written.segments.index(layout.segments[index])]].start)
    first, last = branch_around(layout, index)
    segments = layout.segments[first:last]
    if any(segment not in written.segments for segment in segments):
        raise RefusedError("it is put in by code")
    begin = written.starts[written.segments.index(segments[0])]
    stretch(written.flat, begin, begin + sum(len(s.text) if s.literal else 1 for s in segments))
    line, after = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    after = len(text) if after < 0 else after
    above, below = text[:line].rstrip("\n"), text[after:].lstrip("\n")
    if text[line:start].strip() or text[end:after].strip() or text[start + 2] in "-+" or text[end - 3] in "-+":
        raise RefusedError("it stands beside a statement of the template")
    if titled(above.rpartition("\n")[2]) and (not below or titled(below.partition("\n")[0])):
        raise RefusedError("it is all of a section")
    if "set " in text[start:end] and _SETS.search(text, start, end):
        raise RefusedError("it gives a name to something that stands behind it")
    paragraph = text[:line].endswith("\n\n") and text[after:].startswith("\n\n")
    return (line, min(after + 1 + paragraph, len(text))), text[line:end], "\n\n" if paragraph else "\n"


def _statement(text: str, at: int) -> tuple[int, int]:
    """The outermost branch or loop around an offset, with its tags. Raises RefusedError where there is another."""
    opened: list[Tag] = []
    for tag in tags(text):
        if tag.kind is not Kind.STATEMENT:
            continue
        if tag.name in _OPENING:
            opened.append(tag)
        elif tag.name.removeprefix("end") in _OPENING and tag.name != tag.name.removeprefix("end") and opened:
            outer = opened[0]
            opened.pop()
            if not opened and outer.start <= at < tag.end:
                if outer.name in _MOVED:
                    return outer.start, tag.end
                break
    raise RefusedError("it stands in a part of the prompt that is not always sent, or sent several times")


def _end(written: _Written) -> int:
    """Where the message ends in the file: behind the branch or loop that its last text stands in."""
    at = body(written.flat) - 1
    last = written.places[at]
    index = max(i for i, start in enumerate(written.starts) if start <= at)
    if written.segments[index].arms or written.segments[index].repeated:
        return _statement(written.text, last.start)[1]
    return last.end


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
        self.text = text
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
            while begins and at < end and self.text[at] == " " and character != " ":
                at += 1
            width = 2 if character == "\n" and self.text.startswith("\r\n", at) else 1
            if at >= end or self.text[at : at + width].replace("\r\n", "\n") != character:
                raise RefusedError("the text is written with escapes, or folded")
            yield _Place(at, at + width)
            at += width
            begins = character == "\n"

    def raw(self, start: int, end: int) -> str:
        """The source of a stretch of the flat text."""
        return self.text[self.places[start].start : self.places[end - 1].end]

    def indentation(self, offset: int) -> str:
        """The white space at the start of the line of an offset."""
        line = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        return line[: len(line) - len(line.lstrip(" "))]

    def edit(self, path: str, start: int, end: int, content: str) -> Edit:
        """Another text in the place of a stretch of the file."""
        return Edit(Span(path, self._lines.position(start), self._lines.position(end)), content)
