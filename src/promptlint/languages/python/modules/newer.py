"""Whether a text that does not parse is written for a later Python than the one that runs us.

What later versions have brought is put in older words, and then all of it must parse: so the text is right, and it is
we who are too old for it. Only that is asked; what comes out is never read as code. libcst knows later versions too,
but a text that nests deeply would end the process in which it parses.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from promptlint.languages.python.modules.syntax import UNREADABLE, parsed

Version = tuple[int, int]

_MOST_NESTED = 50
"""Texts in the braces of texts in the braces of texts …: deeper ones are not looked at."""
_FILLED = frozenset({"f", "fr", "rf", "t", "tr", "rt"})
"""What stands before the quotes of a text that is filled in."""
_QUOTE = r"""(?P<prefix>(?<!\w)[A-Za-z]{1,2})?(?P<quote>'''|\"""|'|")"""
_IN_CODE = re.compile(rf"\#[^\n]*|{_QUOTE}")
_IN_BRACES = re.compile(rf"\#[^\n]*|{_QUOTE}|!=|(?P<end>[}}:!])|(?P<open>[(\[{{])|[)\]]")
_CLOSED = {
    **{q: re.compile(rf"(?:[^\\{q}\n]++|\\.)*+{q}", re.DOTALL) for q in "'\""},
    **{q * 3: re.compile(rf"(?:[^\\{q}]++|\\.|{q}(?!{q}{q}))*+{q * 3}", re.DOTALL) for q in "'\""},
}
_IN_TEXT = {
    quote: re.compile(
        rf"(?P<quote>{quote})|\\N\{{[^}}\n]*\}}|\\[^{{}}]|\{{\{{|\}}\}}|(?P<open>\{{)|(?P<stray>\}}|\n)", re.DOTALL
    )
    for quote in _CLOSED
}
_CONVERSION = re.compile(r"![ \t]*[rsa][ \t]*(?=[:}])")

_LAZY = re.compile(r"^([ \t]*)lazy[ \t]+(?=(?:import|from)\b)", re.MULTILINE)
_PARAMETERS = re.compile(r"\b(?:def|class|type)[ \t]+\w+[ \t]*\[")
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(?=\w+[ \t]*=(?!=))", re.MULTILINE)
_TYPES = re.compile(r"^([ \t]*except\*?)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.MULTILINE)
_NAMED = re.compile(r"[\w.]+[ \t]*,[ \t]*[a-z_]\w*")
"""How Python 2 gave an exception a name: what looks like it is taken for that."""


class _NotPythonError(Exception):
    """The text is right for no Python that we know."""


@dataclass(slots=True)
class _Seen:
    """What has come up in a text beside the code around it."""

    apart: list[str] = field(default_factory=list)
    """Code that must parse as well, each a statement: what stands in braces of texts, and type parameters."""
    news: dict[Version, str] = field(default_factory=dict)
    """Version → something that it brought."""


def later(text: str) -> tuple[Version, str] | None:
    """The first Python that parses a text, and something that it brought; None if that is no later one than ours."""
    seen = _Seen()
    try:
        parts: list[str] = []
        _code(text, 0, seen, parts, 0)
        code = _statements("".join(parts), seen)
        parsed("\n".join([code, *seen.apart]))
    except (_NotPythonError, *UNREADABLE):
        return None
    found = max(seen.news.items(), default=None)
    return found if found and found[0] > sys.version_info[:2] else None


# --- texts ------------------------------------------------------------------------------------------------------------


def _code(text: str, at: int, seen: _Seen, parts: list[str], depth: int) -> int:
    """Read code: all of a text, or within braces (`depth`) up to what ends it there. Gives where that is.

    `parts` get the code without comments, and with nothing between quotes.
    """
    brackets = 0
    while match := (_IN_BRACES if depth else _IN_CODE).search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        if match["quote"]:
            at = _text(text, match, seen, parts, depth)
            continue
        if depth and not brackets and match["end"]:
            return match.start()
        if depth:
            brackets += 1 if match["open"] else -1 if match[0] in ")]}" else 0
        if not match[0].startswith("#"):
            parts.append(match[0])
    if depth:
        raise _NotPythonError
    parts.append(text[at:])
    return len(text)


def _text(text: str, start: re.Match[str], seen: _Seen, parts: list[str], depth: int) -> int:
    """Read what stands between quotes. Gives where it ends."""
    prefix, quote = start["prefix"] or "", start["quote"]
    if prefix.lower() not in _FILLED:
        closed = _CLOSED[quote].match(text, start.end())
        if not closed:
            raise _NotPythonError
        parts.append(f"{prefix}''")
        return closed.end()
    if "t" in prefix.lower():
        seen.news[3, 14] = "a template string"
    parts.append("''")
    at = start.end()
    while match := _IN_TEXT[quote].search(text, at):
        at = match.end()
        if match["quote"]:
            return at
        if match["stray"] and (match["stray"] == "}" or len(quote) == 1):
            break
        if match["open"]:
            at = _braces(text, at, quote, seen, depth + 1)
    raise _NotPythonError


def _braces(text: str, at: int, quote: str, seen: _Seen, depth: int) -> int:
    """Read what is filled into a text, and how it is to be written. Gives where the braces end."""
    parts: list[str] = []
    end = _code(text, at, seen, parts, depth) if depth <= _MOST_NESTED else at
    value = "".join(parts).strip().removesuffix("=")
    if not value:
        raise _NotPythonError
    seen.apart.append(f"({value}\n)")
    inside = text[at:end]
    if quote in inside or "\\" in inside or "#" in inside or (len(quote) == 1 and "\n" in inside):
        seen.news[3, 12] = "an f-string with its own quotes or the like in braces"
    if conversion := _CONVERSION.match(text, end):
        end = conversion.end()
    if text[end] == "!":
        raise _NotPythonError
    if text[end] == "}":
        return end + 1
    at = end + 1
    while match := re.compile(rf"(?P<open>\{{)|(?P<end>\}})|{quote}").search(text, at):
        at = match.end()
        if match["end"]:
            return at
        if not match["open"]:
            break
        at = _braces(text, at, quote, seen, depth + 1)
    raise _NotPythonError


# --- statements -------------------------------------------------------------------------------------------------------


def _statements(code: str, seen: _Seen) -> str:
    """Code with the statements of later versions in older words."""

    def handler(match: re.Match[str]) -> str:
        if _NAMED.fullmatch(match[2]):
            return match[0]
        seen.news[3, 14] = "several exceptions without parentheses"
        return f"{match[1]} ({match[2]}):"

    for pattern, version, what in ((_LAZY, (3, 15), "a lazy import"), (_ALIAS, (3, 12), "a type alias")):
        # What a type alias takes stands in front of its equals sign.
        code = "".join(_without_parameters(code, seen)) if pattern is _ALIAS else code
        code, number = pattern.subn(r"\1", code)
        if number:
            seen.news[version] = what
    return _TYPES.sub(handler, code)


def _without_parameters(code: str, seen: _Seen) -> Iterator[str]:
    """The pieces of code around type parameters."""
    at = 0
    while match := _PARAMETERS.search(code, at):
        end = _closing(code, match.end())
        parameters = re.sub(r"\*+[ \t]*(?=\w)", "", code[match.end() : end])
        seen.apart.append(f"def _({parameters}): 0")
        seen.news[3, 13 if "=" in parameters else 12] = "type parameters"
        yield code[at : match.end() - 1] + " "
        at = end + 1
    yield code[at:]


def _closing(code: str, at: int) -> int:
    """Where a bracket ends which has been opened right before."""
    depth = 1
    for match in re.compile(r"[\[\]]").finditer(code, at):
        depth += 1 if match[0] == "[" else -1
        if not depth:
            return match.start()
    raise _NotPythonError
