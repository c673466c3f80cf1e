"""What two layouts have to share to send the same prompt.

A fix is read back and compared by these: they tell what is sent, and not where it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from promptlint.frozen import replace
from promptlint.layout import Layout, Role, Segment, Volatility

Piece = tuple[Role, Volatility | None, str, bool, bool]
"""Role, volatility, text, whether it has no fixed order, whether a breakpoint stands behind it."""
Shape = tuple[tuple[Piece, ...], ...]
"""The sentences of a prompt, each with its pieces."""

_SENTENCE_END = re.compile(r"\s*\n\s*|(?<=[.!?])\s+")


def shape(layout: Layout, *, spelled: bool = True) -> Shape:
    """The sentences of a prompt in order, without the space between them.

    Unless `spelled`, expressions may be written in another way, as long as their values change as often.
    """
    sentences: list[list[Piece]] = []
    for _, block in groupby(layout.segments, key=lambda s: s.block):
        sentences.append([])
        for segment in _joined(block):
            texts = _sentences(segment) if segment.literal else [segment.text if spelled else "…"]
            for i, text in enumerate(texts):
                if i:
                    sentences.append([])
                sentences[-1] += _piece(segment, text, last=i == len(texts) - 1)
    trimmed = (_trimmed(sentence) for sentence in sentences if sentence)
    return tuple(sentence for sentence in trimmed if sentence)


def words(layout: Layout) -> tuple[tuple[Role, str], ...]:
    """The words that are sent in the role of each, in order; empty for a text which is not in the source."""
    return tuple((s.role, word) for s in layout.segments for word in (s.text.split() if s.literal else [""]))


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The segments, with literals that follow each other made one."""
    last: Segment | None = None
    for segment in segments:
        if last is not None and last.literal and segment.literal and _alike(last, segment):
            last = replace(segment, text=last.text + segment.text)
            continue
        if last is not None:
            yield last
        last = segment
    if last is not None:
        yield last


def _alike(one: Segment, other: Segment) -> bool:
    return one.breakpoint is None and one.role is other.role and one.unordered == other.unordered


def _sentences(segment: Segment) -> list[str]:
    return _SENTENCE_END.split(segment.text.rstrip() if segment.breakpoint else segment.text)


def _piece(segment: Segment, text: str, *, last: bool) -> list[Piece]:
    if not text:
        return []
    return [(segment.role, segment.volatility, text, bool(segment.unordered), last and bool(segment.breakpoint))]


def _trimmed(sentence: list[Piece]) -> tuple[Piece, ...]:
    """A sentence without the space around it."""
    texts = [piece[2] for piece in sentence]
    texts[0] = texts[0].lstrip()
    texts[-1] = texts[-1].rstrip()
    pieces = [(piece[0], piece[1], text, *piece[3:]) for piece, text in zip(sentence, texts, strict=True)]
    return tuple(piece for piece in pieces if piece[2] or piece[1] is not Volatility.CONSTANT)
