"""A further argument of a call, laid out as the others are, and within the width of the file."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promptlint.edits import Edit
from promptlint.languages.python.writing.source import Source
from promptlint.spans import Span


def with_first(source: Source, call: ast.Call, argument: str, longer: int = 0) -> Edit:
    """A call with one more argument in front of the others; its line gets longer by so many characters besides."""
    inside, arguments = source.inside(call), _arguments(source, call)
    if not arguments:
        return Edit(Span(source.path, inside.start, inside.start), argument)
    first, text = arguments[0].start, source.lines.slice(inside)
    if "\n" not in text:
        return _on_one_line(source, call, inside, [argument, *map(source.lines.slice, arguments)], longer) or Edit(
            Span(source.path, first, first), f"{argument}, "
        )
    begins = source.lines.line(first.line)[: first.column - 1]
    if begins.strip():
        return Edit(Span(source.path, first, first), f"{argument}, ")
    line = source.lines.line(first.line).rstrip("\r\n")
    together = len(arguments) > 1 and _line_of_all(arguments) and len(line) + len(argument) + 2 <= source.width
    return Edit(Span(source.path, first, first), f"{argument}, " if together else f"{argument},\n{begins}")


def with_last(source: Source, call: ast.Call, argument: str) -> Edit:
    """A call with one more keyword argument behind the others, of which there is one at least."""
    inside, arguments = source.inside(call), _arguments(source, call)
    end = arguments[-1].end
    if "\n" not in source.lines.slice(inside):
        broken = _on_one_line(source, call, inside, [*map(source.lines.slice, arguments), argument], 0)
        return broken or Edit(Span(source.path, end, end), f", {argument}")
    keyword = call.keywords[-1]
    indentation = source.indentation(keyword.lineno)
    begins = source.lines.line(keyword.lineno)[: source.start_of(keyword).column - 1]
    line = source.lines.line(end.line).rstrip("\r\n")
    if not begins.strip():
        return Edit(Span(source.path, end, end), f",\n{indentation}{argument}")
    if len(line) + len(argument) + 2 > source.width and _line_of_all(arguments) and _alone(source, arguments, inside):
        lines = [*map(source.lines.slice, arguments), argument]
        return Edit(Span(source.path, arguments[0].start, end), f",\n{indentation}".join(lines))
    return Edit(Span(source.path, end, end), f", {argument}")


def _arguments(source: Source, call: ast.Call) -> list[Span]:
    """Where the arguments of a call are written, their names and stars included, in the order of the source."""
    stars = [source.span(argument) for argument in call.args]
    named = [Span(source.path, source.start_of(k), source.span(k.value).end) for k in call.keywords]
    return sorted([*stars, *named], key=lambda span: span.start)


def _line_of_all(arguments: Sequence[Span]) -> bool:
    return arguments[0].start.line == arguments[-1].end.line


def _alone(source: Source, arguments: Sequence[Span], inside: Span) -> bool:
    """Whether arguments have a line of their own, without a comment."""
    start, end = arguments[0].start, arguments[-1].end
    before = source.lines.line(start.line)[: start.column - 1]
    behind = source.lines.slice(Span(source.path, end, inside.end))
    return not before.strip() and not behind.strip().strip(",")


def _on_one_line(source: Source, call: ast.Call, inside: Span, arguments: Sequence[str], longer: int) -> Edit | None:
    """The arguments of a call on lines of their own, where the line would get too wide; None where it does not, and
    where that would not make it narrower.
    """
    line = source.lines.line(call.end_lineno or call.lineno).rstrip("\r\n")
    together = ", ".join(arguments)
    width = len(line) - (inside.end.column - inside.start.column) + len(together) + longer
    if width <= source.width or any(isinstance(node, ast.JoinedStr) for node in source.above(call)):
        return None
    outer = source.indentation(inside.end.line)
    inner = f"{outer}    "
    if len(inner) + len(together) > source.width:
        together = f",\n{inner}".join(arguments) + ","
    return Edit(inside, f"\n{inner}{together}\n{outer}")
