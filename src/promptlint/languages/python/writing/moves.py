"""MoveToEnd: a line, sentence or section of a text goes to its end, where the text is put together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.languages.python.writing.strings import Atom, Character, Text, text_of
from promptlint.layout import Layout
from promptlint.passages import HOLE, Passage, TornError, body, gap, passage
from promptlint.spans import Span

MOST_NEIGHBOURS = 12
"""Literals around a value whose expressions are looked at."""


def moved_to_end(layout: Layout, index: int, sources: Sources) -> Iterator[Fix]:
    """The ways to move a segment, one for each value in the texts around it that it may be. Raises RefusedError."""
    segment = layout.segments[index]
    if segment.arms or segment.repeated:
        raise RefusedError("it is sent under a condition, or several times")
    reason = "it stands between texts which are written elsewhere"
    for text in _texts(layout, index, sources):
        for at in places(text, layout, index):
            try:
                lifted = passage(text.flat, at)
                edits = _moved(text, lifted)
            except (TornError, RefusedError) as refused:
                reason = str(refused)
                continue
            yield Fix(Applicability.UNSAFE, f"Move {_quoted(text, lifted)} to the end of the text", edits)
    raise RefusedError(reason)


def _texts(layout: Layout, index: int, sources: Sources) -> Iterator[Text]:
    """The expressions that put the literals around a segment together, the nearest first."""
    block = layout.segments[index].block
    near = [(abs(i - index), s) for i, s in enumerate(layout.segments) if s.literal and s.block == block]
    seen: list[tuple[Source, ast.expr]] = []
    for _, literal in sorted(near, key=lambda pair: pair[0])[:MOST_NEIGHBOURS]:
        try:
            source = sources[literal.origin.span.path]
            node = put_together(source, literal.origin.span)
        except RefusedError:
            continue
        if (source, node) not in seen:
            seen.append((source, node))
            yield from texts_at(source, node)


def texts_at(source: Source, node: ast.expr) -> Iterator[Text]:
    """An expression as a text, and as a template; nothing where it is no literal."""
    for template in (False,) if isinstance(node, ast.JoinedStr) else (False, True):
        try:
            yield text_of(source, node, template=template)
        except RefusedError:
            return


def put_together(source: Source, span: Span) -> ast.expr:
    """The outermost expression that puts the text at a span together."""
    node = source.covering(span)
    while True:
        parent = source.parent(node)
        joined = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add)
        if not joined and not isinstance(parent, ast.JoinedStr):
            return node
        assert isinstance(parent, ast.expr)
        node = parent


def places(text: Text, layout: Layout, index: int) -> Iterator[int]:
    """Where in a text a segment may stand: at a value between the same literals."""
    block = layout.segments[index].block
    own = [(i, s.text) for i, s in enumerate(layout.segments)
           if s.literal and s.block == block and text.holds(s.origin.span)]  # fmt: skip
    before = max((pair for pair in own if pair[0] < index), default=None)
    after = min((pair for pair in own if pair[0] > index), default=None)
    flat = text.flat
    for at, character in enumerate(flat):
        head, tail = flat[:at].rpartition(HOLE)[2], flat[at + 1 :].partition(HOLE)[0]
        fits_before = before is None or before[1].endswith(head) or head.endswith(before[1])
        fits_after = after is None or after[1].startswith(tail) or tail.startswith(after[1])
        if character == HOLE and fits_before and fits_after:
            yield at


def _quoted(text: Text, lifted: Passage) -> str:
    words = "".join(_written(text, c) for c in text.characters[lifted.start : lifted.end]).split()
    said = " ".join(words)
    return f"`{said if len(said) <= 40 else said[:39] + '…'}`"


def _written(text: Text, character: Character) -> str:
    return text.source.content[character.start : character.end] if character.value == HOLE else character.value


# --- edits ------------------------------------------------------------------------------------------------------------


def _moved(text: Text, lifted: Passage) -> tuple[Edit, ...]:
    start, end = gap(text.flat, lifted)
    last = body(text.flat) - 1
    if last < end:
        raise RefusedError("it stands at the end already")
    content = [_Piece(text, run) for _, run in groupby(text.characters[lifted.start : lifted.end], lambda c: c.atom)]
    put = _beside(text, last, content, lifted.separator) or _put(text, text.characters[last], content, lifted.separator)
    return *_taken_out(text, start, end), put


def _edit(text: Text, start: int, end: int, content: str) -> Edit:
    position = text.source.lines.position
    return Edit(Span(text.source.path, position(start), position(end)), content)


def _taken_out(text: Text, start: int, end: int) -> Iterator[Edit]:
    """The edits that delete characters; a literal or operand of which nothing is left goes with its operator."""
    whole: list[int] = []
    for number, group in groupby(text.characters[start:end], lambda c: c.atom):
        run = list(group)
        if len(run) == sum(c.atom == number for c in text.characters):
            whole.append(number)
        else:
            yield _edit(text, run[0].start, run[-1].end, "")
    if whole:
        following = whole[-1] + 1  # something follows: a passage at the end is not moved
        begin, stop = text.atoms[whole[0]].start, text.atoms[following].start
        if "#" in "".join(text.source.content[text.atoms[i].end : text.atoms[i + 1].start] for i in whole):
            raise RefusedError("a comment stands beside it")
        yield _edit(text, begin, stop, "")


class _Piece:
    """A stretch of a passage that is written in one literal or operand."""

    def __init__(self, text: Text, run: Iterator[Character]) -> None:
        characters = list(run)
        self.atom = text.atoms[characters[0].atom]
        self.written = text.source.content[characters[0].start : characters[-1].end]
        self.values = any(c.value == HOLE for c in characters)

    def inside(self, quote: str, *, formatted: bool) -> str:
        """As it is written within a literal. Raises RefusedError."""
        written = self.written
        if not self.atom.quote:
            written = f"{{{written}}}"
        elif formatted and not self.atom.formatted and ("{" in written or "}" in written):
            raise RefusedError("braces would have to be written in another way")
        if len(quote) == 1:
            written = written.replace("\r\n", "\n").replace("\n", "\\n")
        if quote != self.atom.quote and (quote[0] in written or (not self.atom.quote and "\\" in written)):
            raise RefusedError("quotes would have to be written in another way")
        return written


def _beside(text: Text, last: int, content: list[_Piece], separator: str) -> Edit | None:
    """The edit that writes a passage in literals of its own, each as it was, where each has a line; None elsewhere."""
    number = text.characters[last].atom
    atom, following = text.atoms[number], text.atoms[number + 1 : number + 2]
    own = all(len(a.quote) == 1 and not a.raw and _begins(text, a) for a in (atom, *(p.atom for p in content)))
    if text.added or len(text.atoms) == 1 or not own:
        return None
    space = "".join(c.value for c in text.characters[last + 1 :] if c.atom == number)
    before, behind = (separator, "") if not following else ("", separator)
    if space != ("" if not following else separator):
        return None
    spelled = [before.replace("\n", "\\n"), *("" for _ in content[1:])]
    ends = [*("" for _ in content[1:]), behind.replace("\n", "\\n")]
    indentation = text.source.indentation(text.source.lines.position(atom.start).line)
    lines = [
        f"\n{indentation}{p.atom.prefix}{p.atom.quote}{first}{p.written}{end}{p.atom.quote}"
        for first, p, end in zip(spelled, content, ends, strict=True)
    ]
    return _edit(text, atom.end, atom.end, "".join(lines))


def _begins(text: Text, atom: Atom) -> bool:
    """Whether a literal begins its line."""
    content = text.source.content
    return not content[content.rfind("\n", 0, atom.start) + 1 : atom.start].strip()


def _put(text: Text, last: Character, content: list[_Piece], separator: str) -> Edit:
    """The edit that writes a passage behind the last character: within its literal, or in one of its own behind it."""
    formatted = any(piece.values and (piece.atom.formatted or not piece.atom.quote) for piece in content)
    atom = text.atoms[last.atom]
    if any(piece.atom.raw for piece in content) or atom.raw:
        raise RefusedError("it is written in a raw string")
    if atom.quote and (atom.formatted or not formatted):
        inside = "".join(piece.inside(atom.quote, formatted=atom.formatted) for piece in content)
        return _edit(text, last.end, last.end, _spelled(separator, atom.quote) + inside)
    quote = next((piece.atom.quote for piece in content if piece.atom.quote), '"')[0]
    inside = "".join(piece.inside(quote, formatted=formatted) for piece in content)
    literal = f"{'f' if formatted else ''}{quote}{_spelled(separator, quote)}{inside}{quote}"
    return _edit(text, atom.end, atom.end, f"{_joint(text, atom)}{literal}")


def _spelled(separator: str, quote: str) -> str:
    return separator if len(quote) == 3 else separator.replace("\n", "\\n")


def _joint(text: Text, atom: Atom) -> str:
    """What joins a further literal: an operator, or the line break and indentation of a literal on its own line."""
    if text.added:
        return " + "
    content = text.source.content
    line = content.rfind("\n", 0, atom.start) + 1
    indentation = content[line : atom.start]
    return f"\n{indentation}" if not indentation.strip() and len(text.atoms) > 1 else " "
