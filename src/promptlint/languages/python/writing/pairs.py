"""What goes along with a request, and comes back with its answer."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from promptlint.frozen import dataclass
from promptlint.languages.python.writing.sent import Sent, free
from promptlint.languages.python.writing.source import Source
from promptlint.languages.python.writing.taking import Taking
from promptlint.languages.python.writing.turns import bound


@dataclass(frozen=True, slots=True)
class Pair:
    """What goes along with a request, and comes back with its answer."""

    item: str
    target: str
    """The names that it has where the answers are taken."""
    called: Mapping[str, str]
    """Names that the reader needs → what they are called there."""
    new: tuple[str, ...]
    """The names that were none there before."""
    told: str = ""
    """What a mapping has told is called this there."""
    gone: ast.stmt | None = None
    """The statement that has asked it of the mapping."""


def pair_of(source: Source, about: ast.expr | None, taking: Taking, sent: Sent, around: Sequence[ast.AST]) -> Pair:
    """What goes along with the requests that some loops make, the innermost first.

    `about`: what a mapping tells of each of them. Raises RefusedError.
    """
    given = {name for each in around for name in bound(each)}
    carried = [name for name in dict.fromkeys(sent.names) if name in given]
    if about is None or not taking.told:
        if carried:
            return Pair(_tuple(carried), _tuple(carried), {}, tuple(carried))
        first = bound(around[0])[0]
        return Pair(first, first if source.loads("_", source.tree) else "_", {}, ())
    told, gone = _name_of(source, taking, about, given)
    called = _called(about, ast.parse(told, mode="eval").body)
    more = [name for name in carried if name not in called]
    new = more if gone is not None else [told, *more]
    return Pair(_tuple([_enclosed(source, about), *more]), _tuple([told, *more]), called, tuple(new), told, gone)


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _enclosed(source: Source, node: ast.expr) -> str:
    """An expression as it is written, in parentheses where it is several."""
    text = source.text(node)
    return f"({text})" if isinstance(node, ast.Tuple) and not text.startswith("(") else text


def _called(about: ast.expr, target: ast.expr) -> dict[str, str]:
    """Names that a mapping has told of a call → what they are called where its answer is taken."""
    match about, target:
        case ast.Name(), ast.Name():
            return {about.id: target.id}
        case ast.Tuple(elts=several), ast.Tuple(elts=names) if len(several) == len(names):
            pairs = [_called(*pair) for pair in zip(several, names, strict=True)]
            return {old: new for pair in pairs for old, new in pair.items()}
    return {}


def _name_of(source: Source, taking: Taking, about: ast.expr, taken: set[str]) -> tuple[str, ast.stmt | None]:
    """What a mapping has told of a call is called where its answer is taken; and the statement that calls it so."""
    for each in taking.told:
        match source.parent(each):
            case ast.Assign(targets=[ast.Name() | ast.Tuple() as target]) as statement if len(taking.told) == 1:
                if all(isinstance(node, ast.Name) for node in getattr(target, "elts", [target])):
                    return _enclosed(source, target), statement
    if isinstance(about, ast.Name):
        return about.id, None
    return free(("item", "key", "about"), taken), None
