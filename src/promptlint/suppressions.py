"""`# promptlint: ignore[PL101] why`: comments that silence findings, and what is wrong with such comments.

An ignore holds for one statement: the one on whose lines it stands, in a line of its own or at the end of one, or the
next one below. A `file-ignore` holds for the whole file. Only real comments count: a `#` within a string is text. In
templates they are written as the format writes comments: `{# promptlint: ignore[PL101] why #}`.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.knowledge.errors import closest
from promptlint.knowledge.pages import Page
from promptlint.layout import Confidence
from promptlint.spans import Position, Span

MARKER = b"promptlint:"
"""Without these bytes, a file has no comment for us."""
UNUSED, UNKNOWN = "PL002", "PL003"

_COMMENT = re.compile(r"(?:#-?|<!--|!(?:--)?)\s*promptlint:(?P<body>[^#]*)")
_IGNORE = re.compile(r"\s*(?P<verb>ignore|file-ignore)\[(?P<rules>[^\]]*)\]")
_RULE = re.compile(r"[^\s,]+")
_NO_STATEMENT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER})


@dataclass(frozen=True, slots=True)
class Ignore:
    """One rule that a comment ignores."""

    rule: str
    """Code or name, as written."""
    span: Span
    """Where the rule is named."""
    lines: range | None
    """The lines of the statement it holds for. None: the whole file."""

    def covers(self, line: int) -> bool:
        """Whether it holds for what is found on a line of its file."""
        return self.lines is None or line in self.lines


@dataclass(frozen=True, slots=True)
class Comments:
    """What the comments of one file say to promptlint."""

    ignores: tuple[Ignore, ...] = ()
    misfits: tuple[Span, ...] = ()
    """Comments to promptlint which say nothing that it understands."""


def read_comments(text: str, path: str) -> Comments:
    """The comments in a Python file. In one that does not tokenize, those before the place where it breaks."""
    return understood(_comments(text), path)


def understood(comments: Iterable[tuple[str, int, int, range]], path: str) -> Comments:
    """What comments say: each with its 1-based line, its 0-based column and the lines that it is about."""
    ignores: list[Ignore] = []
    misfits: list[Span] = []
    for comment, row, column, lines in comments:
        for match in _COMMENT.finditer(comment):
            said = _IGNORE.match(comment, match.start("body"))
            rules = list(_RULE.finditer(comment, said.start("rules"), said.end("rules"))) if said else []
            if not said or not rules:
                whole = comment[match.start() : match.end()].rstrip()
                misfits.append(_span(path, row, column + match.start(), len(whole)))
                continue
            held = None if said["verb"] == "file-ignore" else lines
            for rule in rules:
                ignores.append(Ignore(rule[0], _span(path, row, column + rule.start(), len(rule[0])), held))
    return Comments(tuple(ignores), tuple(misfits))


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
        *_misunderstood(comments, pages[UNKNOWN]),
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


def _comments(text: str) -> Iterator[tuple[str, int, int, range]]:
    """Each comment with its 1-based line, its 0-based column and the lines of the statement that it belongs to."""
    for comments, lines in _statements(text):
        for comment in comments:
            row = comment.start[0]
            yield comment.string, *comment.start, range(min(lines.start, row), lines.stop) if lines else lines


def _statements(text: str) -> Iterator[tuple[list[tokenize.TokenInfo], range]]:
    """The lines of each statement, with the comments above and in it; no lines for comments behind the last one."""
    waiting: list[tokenize.TokenInfo] = []
    first = 0
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
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


def _span(path: str, line: int, column: int, length: int) -> Span:
    return Span(path, Position(line, column + 1), Position(line, column + length + 1))


def _misunderstood(comments: Iterable[Comments], page: Page) -> Iterator[Diagnostic]:
    for span in (span for each in comments for span in each.misfits):
        yield _told(
            page,
            span,
            "This comment is not understood, so nothing is ignored. Write `# promptlint: ignore[PL101] why`, or"
            " `file-ignore[PL101]` for the whole file, with the code or the name of each rule.",
        )


def _unknown(ignores: Iterable[Ignore], codes: Mapping[str, str], page: Page) -> Iterator[Diagnostic]:
    for ignore in ignores:
        if ignore.rule not in codes:
            guess = closest(ignore.rule, codes)
            yield _told(page, ignore.span, f"There is no rule `{ignore.rule}`{guess}, so nothing is ignored.")


def _unused(ignores: Iterable[Ignore], codes: Mapping[str, str], page: Page) -> Iterator[Diagnostic]:
    for ignore in ignores:
        # One that silences what is said of comments cannot be judged before that is said.
        if codes[ignore.rule] not in (UNUSED, UNKNOWN):
            where = "file" if ignore.lines is None else "statement"
            why = f"`{ignore.rule}` finds nothing in this {where}: the comment can go, or stands in the wrong place."
            yield _told(page, ignore.span, why)


def _told(page: Page, span: Span, message: str) -> Diagnostic:
    return Diagnostic(page.code, page.name, page.severity, Confidence.HIGH, message, span)
