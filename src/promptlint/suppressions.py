"""`# promptlint: ignore[PL101] why`: comments that silence findings, and what is wrong with such comments.

An ignore holds for one statement: the one on whose lines it stands, in a line of its own or at the end of one, or the
next one below. A `file-ignore` holds for the whole file; a `disable`, in a line of its own, up to the `enable` of the
same rule in the same block, or to the end of that block. Only real comments count: a `#` within a string is text. In
templates they are written as the format writes comments: `{# promptlint: ignore[PL101] why #}`.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.frozen import dataclass
from promptlint.knowledge.errors import closest
from promptlint.knowledge.loading import page
from promptlint.knowledge.pages import Page
from promptlint.layout import Confidence
from promptlint.spans import Position, Span

MARKER = b"promptlint:"
"""Without these bytes, a file has no comment for us."""
UNUSED, UNKNOWN, UNMATCHED = "PL002", "PL003", "PL004"
ABOUT_COMMENTS = frozenset({UNUSED, UNKNOWN, UNMATCHED})
"""The rules about comments to promptlint."""
END = 2**31
"""A line behind all others."""

_COMMENT = re.compile(r"(?:#-?|<!--|!(?:--)?)\s*promptlint:(?P<body>[^#]*)")
_IGNORE = re.compile(r"\s*(?P<verb>ignore|file-ignore|disable|enable)\[(?P<rules>[^\]]*)\]")
_RULE = re.compile(r"[^\s,]+")
_NO_STATEMENT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER})


class Block(NamedTuple):
    """Where a range may go on: one that begins in a block ends in it."""

    depth: int
    """How far the block is indented; 0 where that means nothing."""
    stop: int
    """The first line behind it."""


WHOLE_FILE = Block(0, END)
"""Where there are no blocks."""


class Comment(NamedTuple):
    """A comment, with its signs."""

    text: str
    line: int
    """1-based."""
    column: int
    """0-based, in code points."""
    about: range
    """The lines of the statement, or of what is one in a template, that it belongs to."""
    block: Block | None
    """None: no range begins or ends here, since something else stands on the line."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One rule that a comment ignores."""

    rule: str
    """Code or name, as written."""
    span: Span
    """Where the rule is named."""
    lines: range | None
    """The lines it holds for: those of a statement, or from a comment to another one. None: the whole file."""
    ranged: bool = False
    """Whether it holds up to another comment, or to the end of a block."""

    def covers(self, line: int) -> bool:
        """Whether it holds for what is found on a line of its file."""
        return self.lines is None or line in self.lines

    @property
    def statement(self) -> range | None:
        """The lines of the statement that it is for; None: it is for more than one."""
        return None if self.ranged else self.lines


class Fault(NamedTuple):
    """What is wrong with a comment, whatever is found in the file."""

    code: str
    """Of the rule that tells it."""
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Comments:
    """What the comments of one file say to promptlint."""

    ignores: tuple[Ignore, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_comments(text: str, path: str) -> Comments:
    """The comments in a Python file. In one that does not tokenize, those before the place where it breaks."""
    return understood(_comments(text), path)


def understood(comments: Iterable[Comment], path: str) -> Comments:
    """What comments say, in the order of their lines."""
    ignores: list[Ignore] = []
    faults: list[Fault] = []
    ranges = _Ranges()
    for comment in comments:
        for match in _COMMENT.finditer(comment.text):
            said = _IGNORE.match(comment.text, match.start("body"))
            rules = list(_RULE.finditer(comment.text, said.start("rules"), said.end("rules"))) if said else []
            whole = _span(path, comment, match.start(), len(match[0].rstrip()))
            if not said or not rules:
                faults.append(Fault(UNKNOWN, whole, _NOT_UNDERSTOOD))
                continue
            named = [(rule[0], _span(path, comment, rule.start(), len(rule[0]))) for rule in rules]
            if said["verb"] in ("ignore", "file-ignore"):
                held = None if said["verb"] == "file-ignore" else comment.about
                ignores += [Ignore(rule, span, held) for rule, span in named]
            elif comment.block is None:
                faults.append(Fault(UNKNOWN, whole, _NOT_ALONE))
            else:
                for rule, span in named:
                    ranges.add(said["verb"], rule, span, comment.block)
    return Comments((*ignores, *ranges.ignores()), (*faults, *ranges.faults))


class _Ranges:
    """The ranges of one file, while its comments are read from the top down."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._closed: list[Ignore] = []
        self._open: defaultdict[tuple[str, Block], list[tuple[str, Span]]] = defaultdict(list)
        """Code of a rule, and the block → how the rule is called where a range begins, and where that is."""

    def add(self, verb: str, rule: str, span: Span, block: Block) -> None:
        """A comment that begins a range, or ends the one which began last, by the code or the name of its rule."""
        known = page(rule)
        begun = self._open[known.code if known else rule, block]
        if verb == "disable":
            begun.append((rule, span))
        elif begun:
            self._closed.append(_ranged(*begun.pop(), span.end.line + 1))
        else:
            self.faults.append(Fault(UNMATCHED, span, f"No `disable[{rule}]` stands above this in the same block."))

    def ignores(self) -> list[Ignore]:
        """What the ranges ignore. Those that nothing has ended are told."""
        left = [(rule, span, block) for (_, block), begun in self._open.items() for rule, span in begun]
        for rule, span, block in left:
            where = "file" if block.stop == END else "block"
            self.faults.append(
                Fault(UNMATCHED, span, f"`{rule}` is ignored up to the end of the {where}: {_END_IT[where]}.")
            )
        return [*self._closed, *(_ranged(rule, span, block.stop) for rule, span, block in left)]


def _ranged(rule: str, begin: Span, stop: int) -> Ignore:
    return Ignore(rule, begin, range(begin.start.line, stop), ranged=True)


_NOT_UNDERSTOOD = (
    "This comment is not understood, so nothing is ignored. Write `# promptlint: ignore[PL101] why`, or"
    " `file-ignore[PL101]` for the whole file, with the code or the name of each rule."
)
_NOT_ALONE = (
    "`disable` and `enable` must stand on a line of their own, so nothing is ignored. For one line, use `ignore`."
)
_END_IT = {
    "file": "end it with an `enable` of the same indentation, or write `file-ignore`",
    "block": "end it with an `enable` of the same indentation",
}


def suppressed(
    diagnostics: Sequence[Diagnostic],
    comments: Sequence[Comments],
    pages: Mapping[str, Page],
    chosen: Callable[[str], Collection[str]],
) -> tuple[Diagnostic, ...]:
    """The diagnostics that no comment ignores, and those about the comments.

    `chosen` gives the codes of the rules that ran on a file: a comment about another one may well be of use in another
    run. So may any comment in a file that could not be read.
    """
    codes = {page.name: code for code, page in pages.items()} | {code: code for code in pages}
    broken = {diagnostic.span.path for diagnostic in diagnostics if diagnostic.code == UNREADABLE}
    ignores = [ignore for each in comments for ignore in each.ignores]
    kept, used = _applied(diagnostics, ignores, codes)
    idle = [i for i in ignores if i not in used and codes.get(i.rule) in chosen(i.span.path)]
    about = [
        *(_told(pages[fault.code], fault.span, fault.message) for each in comments for fault in each.faults),
        *_unknown(ignores, codes, pages[UNKNOWN]),
        *_unused(idle, codes, pages[UNUSED]),
    ]
    due = [d for d in about if d.code in chosen(d.span.path) and d.span.path not in broken]
    told, _ = _applied(due, ignores, codes)
    return (*kept, *told)


def _applied(
    diagnostics: Iterable[Diagnostic], ignores: Sequence[Ignore], codes: Mapping[str, str]
) -> tuple[list[Diagnostic], set[Ignore]]:
    """What is left of diagnostics, and the ignores that were of use."""
    about: defaultdict[tuple[str, str | None], list[Ignore]] = defaultdict(list)
    for ignore in ignores:
        about[ignore.span.path, codes.get(ignore.rule)].append(ignore)
    kept: list[Diagnostic] = []
    used: set[Ignore] = set()
    for diagnostic in diagnostics:
        reasons = [i for i in about[diagnostic.span.path, diagnostic.code] if i.covers(diagnostic.span.start.line)]
        used.update(reasons)
        if not reasons:
            kept.append(diagnostic)
    return kept, used


def statements(text: str) -> tuple[range, ...]:
    """The lines of each statement of a Python file, up to the place where it does not tokenize.

    The head of a block is a statement of its own.
    """
    return tuple(lines for _, lines in _statements(text) if lines)


def _comments(text: str) -> Iterator[Comment]:
    """Each comment, with the lines of the statement that it belongs to."""
    rows = _unix(text).split("\n")
    read = list(_statements(text))
    blocks = _Blocks([(lines.start, _indent(rows[lines.start - 1])) for _, lines in read if lines])
    for comments, lines in read:
        for comment in comments:
            row, column = comment.start
            about = range(min(lines.start, row), lines.stop) if lines else lines
            alone = not rows[row - 1][:column].strip()
            yield Comment(comment.string, row, column, about, blocks.of(row, column) if alone else None)


class _Blocks:
    """The blocks of a Python file, by the first lines of its statements and how far they are indented."""

    def __init__(self, statements: Sequence[tuple[int, int]]) -> None:
        self._rows = [row for row, _ in statements]
        self._indents = [indent for _, indent in statements]
        self._out = [len(statements)] * len(statements)
        """Number of a statement → that of the next one which stands further out."""
        waiting: list[int] = []
        for number, indent in enumerate(self._indents):
            while waiting and self._indents[waiting[-1]] > indent:
                self._out[waiting.pop()] = number
            waiting.append(number)

    def of(self, row: int, column: int) -> Block:
        """The block that a comment stands in: up to the next statement that stands further out than it does."""
        at = bisect_right(self._rows, row)
        while at < len(self._rows) and self._indents[at] >= column:
            at = self._out[at]
        return Block(column, self._rows[at] if at < len(self._rows) else END)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _statements(text: str) -> Iterator[tuple[list[tokenize.TokenInfo], range]]:
    """The lines of each statement, with the comments above and in it; no lines for comments behind the last one."""
    waiting: list[tokenize.TokenInfo] = []
    first = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(_unix(text)).readline):
            if token.type == tokenize.COMMENT:
                waiting.append(token)
            elif token.type == tokenize.NEWLINE:
                yield waiting, range(first or token.start[0], token.end[0] + 1)
                waiting, first = [], 0
            elif token.type not in _NO_STATEMENT:
                first = first or token.start[0]
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    yield waiting, range(0)


def _span(path: str, comment: Comment, at: int, length: int) -> Span:
    column = comment.column + at + 1
    return Span(path, Position(comment.line, column), Position(comment.line, column + length))


def _unknown(ignores: Iterable[Ignore], codes: Mapping[str, str], page: Page) -> Iterator[Diagnostic]:
    for ignore in ignores:
        if ignore.rule not in codes:
            guess = closest(ignore.rule, codes)
            yield _told(page, ignore.span, f"There is no rule `{ignore.rule}`{guess}, so nothing is ignored.")


def _unused(ignores: Iterable[Ignore], codes: Mapping[str, str], page: Page) -> Iterator[Diagnostic]:
    for ignore in ignores:
        # One that silences what is said of comments cannot be judged before that is said.
        if codes[ignore.rule] not in ABOUT_COMMENTS:
            where = "these lines" if ignore.ranged else "this file" if ignore.lines is None else "this statement"
            why = f"`{ignore.rule}` finds nothing in {where}: the comment can go, or stands in the wrong place."
            yield _told(page, ignore.span, why)


def _told(page: Page, span: Span, message: str) -> Diagnostic:
    return Diagnostic(page.code, page.name, page.severity, Confidence.HIGH, message, span)
