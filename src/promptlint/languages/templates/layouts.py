"""The pieces of a template as the layout of a prompt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from promptlint.frozen import replace
from promptlint.knowledge.providers import Provider
from promptlint.languages.templates.judging import root_name
from promptlint.layout import Arm, Confidence, Layout, Origin, Role, Segment, Tokens, Volatility
from promptlint.template import (
    Branch,
    Compound,
    Constant,
    Expression,
    Hole,
    Judgement,
    Mark,
    Member,
    Piece,
    Repeat,
    Text,
    Turn,
    walk,
)

_DELIMITERS = ("```", "~~~", "<", "#", '"""', "'''", "===", "---", "***", "[")
_LONGEST_LABEL = 60
_FENCE = "```"


def layout_of(pieces: Sequence[Piece], role: Role, provider: Provider, histories: Collection[str]) -> Layout:
    """What a template sends; `role` is that of what stands before its first turn.

    `histories` are names, in lower case, of what was said so far.
    """
    builder = _Builder(role, provider, histories, any(isinstance(piece, Turn) for piece in walk(tuple(pieces))))
    builder.pieces(pieces)
    return Layout(tuple(builder.segments))


class _Builder:
    def __init__(self, role: Role, provider: Provider, histories: Collection[str], chat: bool) -> None:
        self.role = role
        self.provider = provider
        self.histories = histories
        self.chat = chat
        self.segments: list[Segment] = []
        self.block = 0
        self.arms: tuple[Arm, ...] = ()
        self.branches: dict[Expression, int] = {}
        self.repeated = False
        self.growing = False
        self.fenced = False
        self.exemplary = False
        """Whether what comes now stands in a fence that was announced as an example."""

    def pieces(self, pieces: Sequence[Piece]) -> None:
        """Add what pieces send, one after the other."""
        for index, piece in enumerate(pieces):
            match piece:
                case Text(text, span):
                    self._fences(text)
                    if text:
                        self._add(
                            Segment(text, Volatility.CONSTANT, self.role, Origin(span), self.provider.tokens(text))
                        )
                case Hole():
                    self._hole(piece, pieces, index)
                case Branch(condition, then, other):
                    for side, taken in enumerate((then, other)):
                        with self._within(condition, side):
                            self.pieces(taken)
                case Repeat():
                    self._repeat(piece)
                case Turn(role):
                    self._turn(role)
                case Mark(breakpoint):
                    if self.segments:
                        mark = replace(breakpoint, repeated=self.repeated)
                        self.segments[-1] = replace(self.segments[-1], breakpoint=mark)

    def _fences(self, text: str) -> None:
        """See which fences a text opens and closes."""
        *passed, _ = text.split(_FENCE)
        for before in passed:
            self.fenced = not self.fenced
            announced = "example" in before.rstrip().rpartition("\n")[2].lower()
            self.exemplary = self.fenced and announced

    def _turn(self, role: Role) -> None:
        # Blank lines before a header are no message.
        while self.segments and self.segments[-1].block == self.block and not self.segments[-1].text.strip():
            self.segments.pop()
        self.role = role
        self.block += bool(self.segments) and self.segments[-1].block == self.block

    def _hole(self, hole: Hole, pieces: Sequence[Piece], index: int) -> None:
        found = hole.alone
        if self.exemplary:
            found = replace(found, confidence=Confidence.LOW)
        elif found.named and _alone(pieces, index) and found.volatility is Volatility.REQUEST:
            # What is set apart, under a heading or in a fence, is data rather than a word of the instructions.
            found = replace(found, confidence=max(found.confidence, Confidence.MEDIUM))
        grows = self.chat and root_name(hole.expression).lower() in self.histories
        if grows:
            found = Judgement(Volatility.SESSION, "is what was said so far")
        volatility = Volatility.DEPLOYMENT if found.volatility is Volatility.CONSTANT else found.volatility
        self._add(
            Segment(
                hole.text, volatility, self.role, Origin(hole.span), Tokens(), found.because, found.confidence,
                growing=grows,
            )
        )  # fmt: skip

    def _repeat(self, repeat: Repeat) -> None:
        before = self.repeated, self.growing
        if not _written_out(repeat.over):
            self.repeated = True
            self.growing = self.growing or self._history(repeat)
        self.pieces(repeat.pieces)
        self.repeated, self.growing = before

    def _history(self, repeat: Repeat) -> bool:
        """Whether a loop goes over what was said so far: each item tells its own role, or the name says so."""
        roles = (p.expression for p in walk(repeat.pieces) if isinstance(p, Hole))
        own = any(isinstance(value, Member) and value.key == "role" for value in roles)
        return own or (self.chat and root_name(repeat.over).lower() in self.histories)

    @contextmanager
    def _within(self, condition: Expression, side: int) -> Iterator[None]:
        """On one side of a branch. The same condition is the same branch wherever it is asked."""
        while isinstance(condition, Compound) and condition.operator == "not":
            condition, side = condition.parts[0], 1 - side
        arm = Arm(self.branches.setdefault(condition, len(self.branches) + 1), side)
        before = self.arms
        if arm not in before:
            self.arms = (*before, arm)
        yield
        self.arms = before

    def _add(self, segment: Segment) -> None:
        self.segments.append(
            replace(
                segment, block=self.block, arms=self.arms, repeated=self.repeated,
                growing=self.growing or segment.growing,
            )
        )  # fmt: skip


def _written_out(value: Expression) -> bool:
    return isinstance(value, Constant) or (
        isinstance(value, Compound) and bool(value.parts) and all(_written_out(part) for part in value.parts)
    )


def _alone(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a hole is all that stands on its line, but for a label, and a delimiter or heading is right above it."""
    before = pieces[index - 1] if index else None
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    ends_line = not isinstance(after, Text) or after.text.strip(" \t")[:1] in ("\n", "\r", "")
    if not isinstance(before, Text) or not ends_line:
        return False
    *above, line = before.text.split("\n")
    if line.strip():
        return line.rstrip(" \"'`*").endswith(":") and len(line) <= _LONGEST_LABEL
    last = next((text.strip() for text in reversed(above) if text.strip()), "")
    return last.startswith(_DELIMITERS) or last.rstrip("*").endswith(":")
