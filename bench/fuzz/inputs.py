"""Inputs that nobody meant: real programs and templates, torn and put together again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_BYTES = 20_000
"""Of a file that is taken as a beginning."""
CODE, TEMPLATES = (".py",), (".j2", ".yaml", ".prompty", ".prompt", ".md", ".toml", ".json", ".txt", ".ipynb")
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KIND = {"python": ".py", "jinja": ".j2", "yaml": ".yaml", "text": ".txt", "toml": ".toml", "json": ".json"}

ODD = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\x0c", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80",
    b"# -*- coding: latin-1 -*-\n", b"# coding: nonsense\n", b"{{", b"}}", b"{%", b"%}", b"{#", b"'''", b'"""', b"\\",
    b"(" * 300, b"[" * 3000, b"{{ " * 200, b"not " * 2000, b"-" * 3000 + b"1", b"x." * 2000 + b"x", b"if x:\n " * 30,
    b"&a [*a]\n", b"<<: *a\n", b"a: &a [b, b]\nc: &c [*a, *a, *a]\nd: [*c, *c, *c]\n", b"!!python/object:os.system x\n",
    b"from .x import *\n", b"import main\n", b"class A(A): pass\n", b"def f(*a, **k): return f(*a, **k)\n",
    b"x = x + x\n" * 40, b"x = f'{x}{x}'\n" * 40, b"lambda: " * 200, b"await ", b"async ", b"yield ", b"global x\n",
    b"1" * 5000, b"match x:\n case {'a': [*_, b]}:\n  pass\n",
    b"f'{x!r:>{y}}'", b"{% extends 'x' %}", b"{% include 'prompt.j2' %}",
    b"{% for i in j recursive %}{{ loop(i) }}{% endfor %}", b"{% macro m() %}{{ m() }}{% endmacro %}", b"---\n",
    b"# promptlint: ignore[", b"# promptlint: ignore[PL101]\n", b"{# promptlint: ignore[PL1] #}",
)  # fmt: skip


@cache
def beginnings() -> tuple[tuple[str, bytes], ...]:
    """Real programs and templates: ending, and content. Those of the pages, the examples and the tests."""
    found: list[tuple[str, bytes]] = []
    for page in sorted((*(ROOT / "rules").glob("PL*.md"), *(ROOT / "tests" / "reading").glob("*.md"))):
        for word, title, body in _FENCE.findall(page.read_text(encoding="utf-8")):
            ending = Path(title.strip()).suffix or _KIND.get(word, "")
            if ending in (*CODE, *TEMPLATES):
                found.append((ending, body.encode()))
    for folder in ("examples", "bench", "src"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (*CODE, *TEMPLATES) and path.is_file() and path.stat().st_size < MOST_BYTES:
                found.append((path.suffix, path.read_bytes()))
    return tuple(found)


def made(seed: int, number: int) -> dict[str, bytes]:
    """The files of one input: the same for the same numbers."""
    chance = random.Random(f"{seed}/{number}")
    ending, raw = chance.choice(beginnings())
    files = {f"main{ending}": mutated(raw, chance)}
    if chance.random() < 0.3:  # a second one, which may import the first one, or be included by it
        other, more = chance.choice(beginnings())
        files[f"{chance.choice(['x', 'prompt', 'helper'])}{other}"] = mutated(more, chance)
    return files


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """A content after a few changes."""
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 8))):
        raw = chance.choice(CHANGES)(raw, chance)[: 4 * MOST_BYTES]
    return raw


def _place(raw: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(raw) + 1)
    return start, min(len(raw), start + chance.choice((1, 2, 5, 20, 100, 1000)))


def _cut(raw: bytes, chance: random.Random) -> bytes:
    start, end = _place(raw, chance)
    return raw[:start] + raw[end:]


def _doubled(raw: bytes, chance: random.Random) -> bytes:
    start, end = _place(raw, chance)
    return raw[:end] + raw[start:end] * chance.choice((1, 2, 50)) + raw[end:]


def _truncated(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _odd(raw: bytes, chance: random.Random) -> bytes:
    start, _ = _place(raw, chance)
    return raw[:start] + chance.choice(ODD) + raw[start:]


def _flipped(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randrange(4) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _lines(change: Callable[[list[bytes], random.Random], Sequence[bytes]]) -> Callable[[bytes, random.Random], bytes]:
    return lambda raw, chance: b"".join(change(raw.splitlines(keepends=True), chance))


def _shuffled(lines: list[bytes], chance: random.Random) -> list[bytes]:
    start = chance.randrange(len(lines) + 1)
    some = lines[start : start + 6]
    chance.shuffle(some)
    return [*lines[:start], *some, *lines[start + 6 :]]


def _indented(lines: list[bytes], chance: random.Random) -> Iterator[bytes]:
    start = chance.randrange(len(lines) + 1)
    depth = chance.choice((1, 4, 60))
    for number, line in enumerate(lines):
        yield b" " * depth + line if start <= number < start + 5 else line


def _other_breaks(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\r")))


def _spliced(raw: bytes, chance: random.Random) -> bytes:
    _, other = chance.choice(beginnings())
    start, _ = _place(raw, chance)
    first, last = _place(other, chance)
    return raw[:start] + other[first:last] + raw[start:]


def _renamed(raw: bytes, chance: random.Random) -> bytes:
    names = re.findall(rb"[A-Za-z_]\w*", raw)
    return raw.replace(chance.choice(names), chance.choice(names)) if names else raw


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _doubled, _truncated, _odd, _odd, _flipped, _lines(_shuffled), _lines(lambda a, b: [*_indented(a, b)]),
    _other_breaks, _spliced, _renamed,
)  # fmt: skip
