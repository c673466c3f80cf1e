"""Writing `# promptlint: ignore[…]` above the statements in which something was found."""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from promptlint.diagnostics import Diagnostic
from promptlint.edits import Edit, applied
from promptlint.ignoring import NotIgnoredError
from promptlint.spans import Lines, Position, Span
from promptlint.suppressions import read_comments, statements

CHANGED = "would not mean the same with the comment"
_NO_CODE = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING})


def ignored(text: str, diagnostics: Sequence[Diagnostic], reason: str) -> tuple[str, int]:
    """The text with a comment above each statement in question, and the number of findings that are covered.

    Raises NotIgnoredError when it would say something else.
    """
    edits, number = comments(text, diagnostics, reason)
    new = applied(text, edits)
    if not same(new, text):
        raise NotIgnoredError(CHANGED)
    return new, number


def comments(text: str, diagnostics: Sequence[Diagnostic], reason: str) -> tuple[list[Edit], int]:
    """The edits that write a comment above each statement in question, and the number of findings they cover."""
    ranges = statements(text)
    wanted: defaultdict[range, list[str]] = defaultdict(list)
    number = 0
    for diagnostic in diagnostics:
        lines = next((each for each in ranges if diagnostic.span.start.line in each), None)
        if lines is not None:
            number += 1
            if diagnostic.code not in wanted[lines]:
                wanted[lines].append(diagnostic.code)
    return list(_edits(text, wanted, reason)), number


def _edits(text: str, wanted: Mapping[range, Sequence[str]], reason: str) -> Iterator[Edit]:
    lines = Lines(text)
    # A comment above a statement and one within it end with the same line.
    there = {each.statement.stop: each for each in read_comments(text, "").ignores if each.statement is not None}
    for statement, codes in wanted.items():
        if statement.stop in there:
            # One more rule in the brackets of the comment that is there.
            yield _inserted(there[statement.stop].span.end, "".join(f", {code}" for code in codes))
            continue
        line = lines.line(statement.start)
        indent = line[: len(line) - len(line.lstrip())]
        comment = f"# promptlint: ignore[{', '.join(codes)}] {reason}".rstrip()
        yield _inserted(Position(statement.start, 1), f"{indent}{comment}\n")


def _inserted(at: Position, content: str) -> Edit:
    return Edit(Span("", at, at), content)


def same(one: str, other: str) -> bool:
    """Whether two texts say the same to Python. Raises NotIgnoredError for what is none."""
    return list(_code(one)) == list(_code(other))


def _code(text: str) -> Iterator[tuple[int, str]]:
    """What a text says to Python: its tokens without comments and empty lines."""
    return ((token.type, token.string) for token in _tokens(text) if token.type not in _NO_CODE)


def _tokens(text: str) -> Iterable[tokenize.TokenInfo]:
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError) as error:
        raise NotIgnoredError("does not parse as Python") from error
