"""What holds of every program: reading gives what running sends, points at where it is written, and never fails.

The programs are made of what prompts are made of, and short enough to be run here: the client is a list of what it was
told to send, and the two parameters of the request are marks that come back out of it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from promptlint.languages.python.read import read_project
from promptlint.request import Reading, Request
from promptlint.shapes import shape
from promptlint.spans import Span
from tests.reading.notation import MODELS, PROVIDERS, cases

PAGES = sorted(Path(__file__).parent.glob("*.md"))
PROGRAMS = [case.files for page in PAGES for case in cases(page)]
HOLES = {"question": "⟦question⟧", "article": "⟦article⟧"}
ROLES = ("system", "user", "assistant")
TRUE = ("True", "1 == 1", "not False", "not FLAG", "'a' in ('a', 'b')", "'text'", "[0]", "None is None", "True or FLAG")
FALSE = ("False", "FLAG", "'a' == 'b'", "None", "[]", "''", "0", "not True", "True and FLAG", "'c' in ('a', 'b')")

Sent = list[tuple[str, str]]
"""Role and text of each message that is not empty."""

letters = st.one_of(
    st.sampled_from(list("ab ,.{}%$'\"\\\n\t")),
    st.sampled_from(["\r", "\r\n", "é", "字", "😀", "\u0301", "\u2028", "\x0c", "\x85", "\xa0"]),
    st.sampled_from(["\ud800", "\x00", "\ufeff"]),
    st.characters(codec="utf-8"),
)
texts = st.lists(letters, max_size=12).map("".join)


# --- programs -----------------------------------------------------------------------------------------------------


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A string literal, in one of the many ways to write one."""
    pieces = draw(st.lists(st.tuples(texts, st.integers(0, 4)), min_size=1, max_size=3))
    return " ".join(written(text, style) for text, style in pieces)


def written(text: str, style: int) -> str:
    """A literal of a text."""
    if style == 1 and not re.search(r"[\"\\\r\x00\ud800-\udfff]", text):
        return f'"""{text}"""'
    if style == 2 and not re.search(r"['\\\r\n\x00\ud800-\udfff]", text):
        return f"r'{text}'"
    if style == 3:
        return ascii(text)
    return '"' + escaped(text, '"') + '"'


def escaped(text: str, quote: str) -> str:
    """A text as it stands between quotes; what Python can take as it is stays as it is."""
    kept = (repr(c)[1:-1] if c in "\\\n\r\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
    return "".join(kept).replace(quote, "\\" + quote)


@dataclass
class Programs:
    """Draws a program, and keeps the names that hold a text where it stands."""

    draw: st.DrawFn
    names: list[str] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    lists: int = 0

    def source(self) -> str:
        lines = ["from openai import OpenAI", "FLAG = False"]
        lines += self.constants()
        lines += self.functions()
        self.names += list(HOLES)
        body = [*self.statements(self.draw(st.integers(0, 5))), *self.call()]
        lines += ["def ask(client: OpenAI, question: str, article: str) -> None:", *indented(body)]
        return "\n".join(lines) + "\n"

    def constants(self) -> list[str]:
        lines = []
        for i in range(self.draw(st.integers(0, 3))):
            before = self.draw(st.sampled_from(["", "'é字😀'; ", "\f"]))
            lines.append(f"{before}TEXT_{i} = {self.text(1)}")
            self.names.append(f"TEXT_{i}")
        return lines

    def functions(self) -> list[str]:
        lines = []
        outside = list(self.names)
        for i in range(self.draw(st.integers(0, 2))):
            default = self.draw(literals())
            self.names = [*outside, "a", "b"]
            lines += [f"def helper_{i}(a, b={default}):", *indented(self.statements(self.draw(st.integers(0, 2))))]
            lines.append(f"    return {self.text(2)}")
            self.helpers.append(f"helper_{i}")
        self.names = outside
        return lines

    def statements(self, count: int) -> list[str]:
        kinds = (self.assigned, self.added, self.joined, self.branched, self.looped)
        return [line for _ in range(count) for line in self.draw(st.sampled_from(kinds))()]

    def assigned(self) -> list[str]:
        value = self.text(2)
        return [f"{self.bound()} = {value}"]

    def added(self) -> list[str]:
        first, more = self.text(1), self.text(1)
        name = self.bound()
        return [f"{name} = {first}", f"{name} += {more}"]

    def joined(self) -> list[str]:
        self.lists += 1
        parts = f"parts_{self.lists}"
        changes = (
            lambda: f"{parts}.append({self.text(1)})",
            lambda: f"{parts}.extend([{self.text(1)}, {self.text(1)}])",
            lambda: f"{parts}.insert(0, {self.text(1)})",
            lambda: f"{parts} += [{self.text(1)}]",
            lambda: f"{parts} = [{self.text(1)}, *{parts}]",
        )
        lines = [f"{parts} = [{self.text(1)}]"]
        lines += [self.draw(st.sampled_from(changes))() for _ in range(self.draw(st.integers(0, 3)))]
        return [*lines, f"{self.bound()} = ({self.draw(literals())}).join({parts})"]

    def branched(self) -> list[str]:
        condition, then, other = self.condition(), self.text(1), self.text(1)
        name = self.bound()
        return [f"if {condition}:", f"    {name} = {then}", "else:", f"    {name} = {other}"]

    def looped(self) -> list[str]:
        items = ", ".join(self.draw(st.lists(literals(), min_size=1, max_size=3)))
        name = self.bound()
        return [f"{name} = {self.draw(literals())}", f"for item in [{items}]:", f"    {name} += item"]

    def bound(self) -> str:
        """A name to be assigned to."""
        mine = [name for name in self.names if name.startswith("text_")]
        if mine and self.draw(st.booleans()):
            return self.draw(st.sampled_from(mine))
        self.names.append(f"text_{len(self.names)}")
        return self.names[-1]

    def call(self) -> list[str]:
        messages = [
            f"{{'role': '{role}', 'content': {self.text(2)}}}"
            for role in self.draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3))
        ]
        first, *rest = messages
        lines = [f"messages = [{first}]"]
        add = self.draw(st.sampled_from(["messages.append({})", "messages += [{}]", "messages = [*messages, {}]"]))
        lines += [add.replace("{}", message) for message in rest]
        ways = ("(messages=messages)", "(**{'messages': messages})", "(**kwargs)")
        way = self.draw(st.sampled_from(ways))
        kwargs = ["kwargs = {'model': 'gpt-6-sol'}", "kwargs['messages'] = messages"] if "kwargs" in way else []
        return [*lines, *kwargs, f"client.chat.completions.create{way}"]

    # --- expressions --------------------------------------------------------------------------------------------------

    def text(self, depth: int) -> str:
        """An expression whose value is a text."""
        kinds = [self.literal, self.name] if depth == 0 or not self.draw(st.booleans()) else [
            self.plus, self.fstring, self.join, self.format, self.percent, self.replace, self.helper, self.choice,
            self.entry, self.item,
        ]  # fmt: skip
        return self.draw(st.sampled_from(kinds))(max(depth - 1, 0))

    def literal(self, depth: int) -> str:
        return self.draw(literals())

    def name(self, depth: int) -> str:
        return self.draw(st.sampled_from(self.names)) if self.names else self.literal(depth)

    def plus(self, depth: int) -> str:
        return f"({self.text(depth)} + {self.text(depth)})"

    def fstring(self, depth: int) -> str:
        braced = self.draw(texts).replace("{", "{{").replace("}", "}}")
        inner = f"{{{self.draw(st.sampled_from(self.names))}}}" if self.names else ""
        return 'f"' + escaped(braced, '"') + inner + escaped(braced, '"') + '"'

    def join(self, depth: int) -> str:
        items = ", ".join(self.text(depth) for _ in range(self.draw(st.integers(1, 3))))
        return f"({self.draw(literals())}).join([{items}])"

    def format(self, depth: int) -> str:
        around = self.draw(texts).replace("{", "{{").replace("}", "}}")
        template = self.draw(st.sampled_from(["{}#{}", "{1}#{0}", "{0}#{1}#{0}"])).replace("#", around)
        if self.draw(st.booleans()):
            return f"{written(template, 0)}.format({self.text(depth)}, {self.text(depth)})"
        return f"{written(around + '{b}{a}', 0)}.format(a={self.text(depth)}, **{{'b': {self.text(depth)}}})"

    def percent(self, depth: int) -> str:
        around = self.draw(texts).replace("%", "%%")
        return f"({written(around + '%s' + around + '%s', 0)} % ({self.text(depth)}, {self.text(depth)}))"

    def replace(self, depth: int) -> str:
        around = self.draw(texts)
        return f"{written(around + '<x>' + around, 0)}.replace('<x>', {self.text(depth)})"

    def helper(self, depth: int) -> str:
        if not self.helpers:
            return self.plus(depth)
        given = self.draw(st.sampled_from(["{}", "{}, {}", "b={}, a={}", "a={}", "*[{}, {}]", "**{{'a': {}}}"]))
        count = given.replace("{{", "").replace("}}", "").count("{}")
        name = self.draw(st.sampled_from(self.helpers))
        return f"{name}({given.format(*(self.text(depth) for _ in range(count)))})"

    def choice(self, depth: int) -> str:
        return f"({self.text(depth)} if {self.condition()} else {self.text(depth)})"

    def entry(self, depth: int) -> str:
        return f"{{'x': {self.text(depth)}, 'y': {self.text(depth)}}}[{self.draw(st.sampled_from(['x', 'y']))!r}]"

    def item(self, depth: int) -> str:
        return f"[{self.text(depth)}, {self.text(depth)}][{self.draw(st.integers(0, 1))}]"

    def condition(self) -> str:
        return self.draw(st.sampled_from([*TRUE, *FALSE]))


def indented(lines: list[str]) -> list[str]:
    # A literal may go over several lines, so only the first one of each statement is moved.
    return ["    " + line for line in lines]


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A program that sends one prompt."""
    source = Programs(draw).source()
    return source.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()


# --- what is sent -------------------------------------------------------------------------------------------------


def sent_by(program: bytes) -> Sent:
    """What the program sends when it is run."""
    told: list[dict[str, Any]] = []
    create = SimpleNamespace(create=lambda **arguments: told.append(arguments))
    client = SimpleNamespace(chat=SimpleNamespace(completions=create))
    names: dict[str, Any] = {}
    # The library itself is not needed: the client is ours.
    code = program.replace(b"from openai import OpenAI", b"OpenAI = None", 1)
    exec(compile(code, "main.py", "exec"), names)
    names["ask"](client, **HOLES)
    (arguments,) = told
    return [(m["role"], m["content"]) for m in arguments["messages"] if m["content"]]


def sent_as_read(request: Request) -> Sent:
    """What the reader says that a program sends."""
    sent = []
    for _, block in groupby(request.layout.segments, lambda segment: segment.block):
        segments = list(block)
        texts = [s.text if s.literal else HOLES[s.text] for s in segments]
        sent.append((segments[0].role.value, "".join(texts)))
    return sent


def read(*files: tuple[str, bytes]) -> Reading:
    return read_project(dict(files), [path for path, _ in files], MODELS, PROVIDERS, dict(files).get)


def claimed(text: str, span: Span) -> str:
    """The text that a span claims: lines and columns counted from 1, columns in code points."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n|$)", text)
    (row, column), (last, end) = ((p.line - 1, p.column - 1) for p in (span.start, span.end))
    if row == last:
        return lines[row][column:end]
    return "".join([lines[row][column:], *lines[row + 1 : last], lines[last][:end]])


# --- laws ---------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=250)
@given(programs())
def test_reading_gives_what_running_sends(program: bytes) -> None:
    (request,) = read(("main.py", program)).requests
    assert sent_as_read(request) == sent_by(program)
    assert not [s for s in request.layout.segments if s.arms or s.repeated or s.growing or s.unordered]


@settings(deadline=None, max_examples=150)
@given(st.lists(literals(), min_size=1, max_size=3), st.sampled_from(["", "'é字😀'; ", "\f", "\t\f"]), st.booleans())
def test_a_span_claims_the_literal_it_is_said_to_be(written: list[str], before: str, crlf: bool) -> None:
    before = before if before.endswith("; ") else ""
    lines = [f"{before}TEXT_{i} = {literal}" for i, literal in enumerate(written)]
    texts = ", ".join(f"'é', TEXT_{i}" for i in range(len(written)))
    source = "\n".join(["import openai", *lines, f"openai.responses.create(input='|'.join([{texts}]))"])
    source = source.replace("\n", "\r\n") if crlf else source
    (request,) = read(("main.py", source.encode())).requests
    assert "".join(s.text for s in request.layout.segments)
    for segment in request.layout.segments:
        assert segment.text == ast.literal_eval(claimed(source, segment.origin.span).strip())


@settings(deadline=None, max_examples=60)
@given(programs())
def test_every_text_is_in_the_file_it_is_said_to_be_in(program: bytes) -> None:
    (request,) = read(("main.py", program)).requests
    text = program.decode()
    for segment in request.layout.segments:
        for span in (segment.origin.span, *(step.span for step in segment.origin.trail)):
            assert span.path == "main.py"
            assert claimed(text, span)


@settings(deadline=None, max_examples=60)
@given(programs(), st.integers(1, 3))
def test_what_stands_around_a_program_says_nothing(program: bytes, blank: int) -> None:
    (plain,) = read(("main.py", program)).requests
    (moved,) = read(("main.py", b"# \xc3\xa9\n\n" * blank + program)).requests
    assert shape(moved.layout) == shape(plain.layout)


def test_reading_twice_gives_the_same_in_whatever_order_the_files_come() -> None:
    for files in PROGRAMS:
        raw = [(path, text.encode()) for path, text in files.items()]
        assert read(*raw) == read(*raw) == read(*reversed(raw))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.text(max_size=60))
def test_whatever_a_file_holds_it_is_read_or_said_to_be_unreadable(noise: bytes, text: str) -> None:
    head = b"import openai\n"
    files = {"a.py": head + noise, "b.py": head + text.encode("utf-8", "surrogatepass"), "c.py": noise}
    reading = read(*files.items())
    assert {gap.span.path for gap in reading.unreadable} <= set(files)


@settings(deadline=None, max_examples=250)
@given(st.data())
def test_a_program_that_is_being_written_is_read(data: st.DataObject) -> None:
    files = data.draw(st.sampled_from(PROGRAMS))
    path = data.draw(st.sampled_from(sorted(files)))
    lines = files[path].splitlines(keepends=True)
    at, many = data.draw(st.integers(0, len(lines))), data.draw(st.integers(0, 4))
    changed = {
        "cut": "".join(lines)[: data.draw(st.integers(0, len(files[path])))],
        "without": "".join([*lines[:at], *lines[at + many :]]),
        "doubled": "".join([*lines[:at], *lines[at : at + many], *lines[at:]]),
        "turned": "".join([*lines[:at], *reversed(lines[at:])]),
    }
    text = changed[data.draw(st.sampled_from(sorted(changed)))]
    reading = read(*({**{p: t.encode() for p, t in files.items()}, path: text.encode()}).items())
    assert all(gap.span.path in files for gap in reading.unreadable)
