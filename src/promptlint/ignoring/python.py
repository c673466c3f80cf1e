"""Writing `# promptlint: ignore[…]` above the statements in which something was found."""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from promptlint.diagnostics import Diagnostic
from promptlint.ignoring import NotIgnoredError
from promptlint.spans import Lines, Position
from promptlint.suppressions import read_comments, statements

_NO_CODE = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING})


def ignored(text: str, diagnostics: Sequence[Diagnostic], reason: str) -> tuple[str, int]:
    """The text with a comment above each statement in question, and the number of findings that are covered.

    Raises NotIgnoredError when it would say something else.
    """
    ranges = statements(text)
    wanted: defaultdict[range, list[str]] = defaultdict(list)
    number = 0
    for diagnostic in diagnostics:
        lines = next((each for each in ranges if diagnostic.span.start.line in each), None)
        if lines is not None:
            number += 1
            if diagnostic.code not in wanted[lines]:
                wanted[lines].append(diagnostic.code)
    new = _with_comments(text, wanted, reason)
    if list(_code(new)) != list(_code(text)):
        raise NotIgnoredError("would not mean the same with the comment")
    return new, number


def _with_comments(text: str, wanted: Mapping[range, Sequence[str]], reason: str) -> str:
    lines = Lines(text)
    # A comment above a statement and one within it end with the same line.
    there = {each.statement.stop: each for each in read_comments(text, "").ignores if each.statement is not None}
    newline = "\r\n" if "\r\n" in text else "\n"
    edits: list[tuple[int, str]] = []
    for statement, codes in wanted.items():
        if statement.stop in there:
            # One more rule in the brackets of the comment that is there.
            addition = "".join(f", {code}" for code in codes)
            edits.append((lines.offset(there[statement.stop].span.end), addition))
            continue
        line = lines.line(statement.start)
        indent = line[: len(line) - len(line.lstrip())]
        comment = f"# promptlint: ignore[{', '.join(codes)}] {reason}".rstrip()
        edits.append((lines.offset(Position(statement.start, 1)), f"{indent}{comment}{newline}"))
    for offset, addition in sorted(edits, reverse=True):
        text = text[:offset] + addition + text[offset:]
    return text


def _code(text: str) -> Iterator[tuple[int, str]]:
    """What a text says to Python: its tokens without comments and empty lines."""
    return ((token.type, token.string) for token in _tokens(text) if token.type not in _NO_CODE)


def _tokens(text: str) -> Iterable[tokenize.TokenInfo]:
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError) as error:
        raise NotIgnoredError("does not parse as Python") from error
