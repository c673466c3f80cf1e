"""TOML files as nodes with places, and where their comments are.

The parser of the standard library says whether a file is TOML; it knows no places, so the file is gone through again.
"""

from __future__ import annotations

import re
import tomllib

from promptlint.languages.templates.nodes import BrokenFileError, Node

_BLANK = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"#[^\r\n]*")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE = re.compile(r"[^,\]}#\r\n]*")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_HEXADECIMAL = {"x": 2, "u": 4, "U": 8}


def tables(text: str) -> tuple[Node, list[tuple[int, int]]]:
    """The root of a TOML text, and the offsets of its comments, the end exclusive. Raises BrokenFileError."""
    try:
        tomllib.loads(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BrokenFileError(str(error)) from error
    scanner = _Scanner(text)
    scanner.document()
    return scanner.root, scanner.comments


class _Scanner:
    """Goes through a text which is TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0
        self.root = Node(0, len(text), mapping=True)
        self.comments: list[tuple[int, int]] = []

    def document(self) -> None:
        """Go through all of it."""
        table = self.root
        while self._on_something():
            if self._given("["):
                many = self._given("[")
                table = _within(self.root, self._keys(), self.at, many=many)
                self.at += 2 if many else 1
            else:
                self._pair(table)

    def _pair(self, table: Node) -> None:
        *outer, key = self._keys()
        self._given("=")
        self._on_something()
        _within(table, outer, self.at).pairs[key] = self._value()

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while not keys or self._given("."):
            self._on_something()
            if self.text[self.at] in "\"'":
                keys.append(self._string().value or "")
            else:
                word = _KEY.match(self.text, self.at)
                keys.append(word[0] if word else "")
                self.at = word.end() if word else self.at + 1
            self._on_something()
        return keys

    def _value(self) -> Node:
        start = self.at
        if self.text[start] in "\"'":
            return self._string()
        node = Node(start, mapping=self.text[start] == "{")
        if self._given("[") or self._given("{"):
            while self._on_something() and self.text[self.at] not in "]}":
                if node.mapping:
                    self._pair(node)
                else:
                    node.items.append(self._value())
                self._on_something()
                self._given(",")
            self.at += 1
        else:
            bare = _BARE.match(self.text, start)
            node.value = bare[0].rstrip() if bare else ""
            self.at = start + len(node.value)
        node.end = self.at
        return node

    def _string(self) -> Node:
        start, sign = self.at, self.text[self.at]
        quote = sign * 3 if self.text.startswith(sign * 3, start) else sign
        at = start + len(quote)
        if len(quote) == 3:
            at += len("\r\n") if self.text.startswith("\r\n", at) else self.text.startswith("\n", at)
        value: list[str] = []
        places: list[int] = []
        while not self._closes(quote, at):
            character, following = self._character(at, sign)
            value += character
            places += [at] * len(character)
            at = following
        self.at = at + len(quote)
        return Node(start, self.at, "".join(value), [*places, at], quote)

    def _closes(self, quote: str, at: int) -> bool:
        """Whether a text ends here: one of several lines may end with quotes of its own."""
        more = len(quote) == 3 and self.text.startswith(quote[0], at + len(quote))
        return at >= len(self.text) or (self.text.startswith(quote, at) and not more)

    def _character(self, at: int, sign: str) -> tuple[str, int]:
        """A character of a text as it is read, or none, and where the next one stands."""
        character = self.text[at]
        if character == "\r" and self.text.startswith("\n", at + 1):
            return "\n", at + 2
        if character != "\\" or sign == "'":
            return character, at + 1
        word = self.text[at + 1]
        if word in _HEXADECIMAL:
            end = at + 2 + _HEXADECIMAL[word]
            return chr(int(self.text[at + 2 : end], 16)), end
        if word in _ESCAPES:
            return _ESCAPES[word], at + 2
        # A backslash at the end of a line takes the white space behind it away.
        blank = _BLANK.match(self.text, at + 1)
        return "", blank.end() if blank else at + 1

    def _given(self, sign: str) -> bool:
        given = self.text.startswith(sign, self.at)
        self.at += len(sign) * given
        return given

    def _on_something(self) -> bool:
        """Pass over white space and comments; whether anything follows."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return self.at < len(self.text)
            self.comments.append(comment.span())
            self.at = comment.end()


def _within(table: Node, keys: list[str], at: int, *, many: bool = False) -> Node:
    """The table at keys, made where it is not there; of an array of tables the last one, or a new one."""
    for position, key in enumerate(keys):
        new = Node(at, at, mapping=True)
        child = table.pairs.setdefault(key, Node(at, at) if many and position == len(keys) - 1 else new)
        if many and position == len(keys) - 1:
            child.items.append(new)
        table = child if child.mapping or not child.items else child.items[-1]
    return table
