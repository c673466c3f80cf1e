"""What holds for every template: its tags are its source, and a span gives the text that it claims."""

from __future__ import annotations

import tomllib
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from promptlint.languages.templates.jinja import Dialect, read_jinja
from promptlint.languages.templates.jinja_tokens import Kind, tags
from promptlint.languages.templates.mustache import read_mustache
from promptlint.languages.templates.nodes import BrokenFileError, Node, scalar_source
from promptlint.languages.templates.places import file_source
from promptlint.languages.templates.toml_nodes import tables
from promptlint.languages.templates.yaml_nodes import documents
from promptlint.layout import Role
from promptlint.spans import Lines
from promptlint.template import Hole, Text, walk

SIGNS = [
    "{{", "}}", "{{-", "-}}", "{%", "%}", "{%-", "-%}", "{#", "#}", "if", "else", "endif", "for x in y", "endfor",
    "raw", "endraw", "set x = 1", "name", "|", "'", '"', "(", ")", ".", " ", "\n", "\r\n", "\r", "\t", "\u2028",
    "\x0c", "é", "😀", "{", "}", "include 'a'", "block b", "endblock", "macro m(a)", "endmacro", "{{#each x}}",
    "{{/each}}", "{{else}}",
]  # fmt: skip
templates = st.lists(st.sampled_from(SIGNS), max_size=30).map("".join)


@settings(max_examples=80, deadline=None)
@given(templates)
def test_the_tags_of_a_template_are_its_source(source: str) -> None:
    found = tags(source)
    assert "".join(source[tag.start : tag.end] for tag in found) == source
    assert all(one.end == other.start for one, other in pairwise(found))


@settings(max_examples=80, deadline=None)
@given(templates)
def test_what_is_left_out_is_blank(source: str) -> None:
    assert all(source[tag.start : tag.end].isspace() for tag in tags(source) if tag.kind is Kind.BLANK)


@settings(max_examples=80, deadline=None)
@given(templates)
def test_a_span_of_a_jinja_template_gives_the_text_it_claims(source: str) -> None:
    template = read_jinja(file_source(source, "a.j2"), lambda name, importer: None, Dialect())
    _check(source, template.pieces)


@settings(max_examples=80, deadline=None)
@given(templates)
def test_a_span_of_a_mustache_template_gives_the_text_it_claims(source: str) -> None:
    _check(source, read_mustache(file_source(source, "a.prompt"), {"user": Role.USER}).pieces)


def _check(source: str, pieces: tuple[object, ...]) -> None:
    lines = Lines(source)
    for piece in walk(pieces):  # type: ignore[arg-type]
        if isinstance(piece, Hole) and source[lines.offset(piece.span.start)] == "{":
            assert piece.text in lines.slice(piece.span)
        elif isinstance(piece, Text) and not lines.slice(piece.span).startswith("{"):
            assert lines.slice(piece.span) == piece.text


TREES = st.recursive(
    st.text("ab {}\"'\\\n\t:#-é😀\x85\u2028", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)
STYLES = st.sampled_from([None, "'", '"', "|", ">"])


@settings(max_examples=80, deadline=None)
@given(TREES, STYLES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_each_character_of_a_yaml_value_has_its_place(tree: object, style: str, flow: bool, newline: str) -> None:
    text = yaml.safe_dump(tree, default_style=style, default_flow_style=flow, allow_unicode=True, width=20)
    text = text.replace("\n", newline)
    lines = Lines(text)
    for node in _scalars(documents(text)):
        source = scalar_source(node, text, "a.yaml", lines)
        assert source.whole is None
        for at, character in enumerate(source.text):
            written = lines.slice(source.span(at, at + 1))
            assert written == character or not character.isalpha(), (text, source.text, at)


TABLES = st.text("ab \"'\\\n\t#-é😀[]{}=,", max_size=12)
QUOTES = st.sampled_from(["'", '"', "'''", '"""'])


def toml_text(value: str, quote: str, newline: str) -> str:
    """A text as TOML, in quotes; in others than asked for where those cannot hold it."""
    if quote[0] == "'" and ("'" in value or ("\n" in value and len(quote) == 1)):
        quote = '"'
    if quote[0] == '"':
        value = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        value = value if len(quote) == 3 else value.replace("\n", "\\n")
    return quote + (("\n" if len(quote) == 3 else "") + value).replace("\n", newline) + quote


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TABLES, QUOTES), max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_the_values_of_a_toml_file_are_those_of_the_standard_library(texts: list[tuple[str, str]], end: str) -> None:
    written = [toml_text(value, quote, end) for value, quote in texts]
    lines = ["# 'no", "[a.'b c']", *(f"t{i} = {text}  # a" for i, text in enumerate(written)), "x = {y = 1, z = ['#']}"]
    text = end.join([*lines, "[[many]]", f"d.e = [{', '.join(['1', *written])}, # ]", "]", "[[many]]", "n = 1e3"])
    (root, comments), data = tables(text), tomllib.loads(text.replace("\r\n", "\n"))
    assert [node.value for node in root.find("a.b c.*") if node.value is not None] == [value for value, _ in texts]
    assert plain(root) == stringified(data)
    assert [text[start:end] for start, end in comments] == ["# 'no", *["# a"] * len(texts), "# ]"]
    for node in _scalars([root]):
        source = scalar_source(node, text, "a.toml", Lines(text))
        written_out = (source.lines.slice(source.span(at, at + 1)) for at in range(len(source.text)))
        assert all(w == c or not c.isalpha() for w, c in zip(written_out, source.text, strict=True))


def plain(node: Node) -> object:
    if node.value is not None:
        return node.value
    return {key: plain(child) for key, child in node.pairs.items()} if node.mapping else [*map(plain, node.items)]


def stringified(data: object) -> object:
    if isinstance(data, dict):
        return {key: stringified(value) for key, value in data.items()}
    return [*map(stringified, data)] if isinstance(data, list) else {1: "1", 1e3: "1e3"}.get(data, data)  # type: ignore[call-overload]


def _scalars(nodes: list[Node]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        found += [node] if node.value is not None else _scalars([*node.items, *node.pairs.values()])
    return found


@pytest.mark.parametrize(
    ("text", "path", "value", "places"),
    [
        pytest.param("a: &x !!str |\n  b\n", "a", "b\n", [(2, 3), (2, 4)], id="an anchor and a tag are no part of it"),
        pytest.param("a: >\n  b\n  c\n", "a", "b c\n", [(2, 3), (2, 4), (3, 3), (3, 4)], id="a fold is a blank"),
        pytest.param('a: "\\u0062\\\n   c"', "a", "bc", [(1, 5), (2, 4)], id="an escape, and a line that goes on"),
        pytest.param("a: 'it''s'", "a", "it's", [(1, 5), (1, 6), (1, 7), (1, 9)], id="a doubled quote"),
        pytest.param("\ufeffa: b", "a", "b", [(1, 5)], id="a byte order mark"),
        pytest.param(
            "a:\n  b: |2\n      c\n", "a.b", "  c\n", [(3, 5), (3, 6), (3, 7), (3, 8)], id="a given indentation"
        ),
        pytest.param("a: |+\n  b\n\nc: 1", "a", "b\n\n", [(2, 3), (2, 4), (3, 1)], id="line breaks that are kept"),
        pytest.param("a: &x\n  # no\n  'b'\n", "a", "b", [(3, 4)], id="a comment behind an anchor"),
    ],
)
def test_places_in_yaml(text: str, path: str, value: str, places: list[tuple[int, int]]) -> None:
    (root,) = documents(text)
    node = root.get(path)
    assert node is not None
    source = scalar_source(node, text, "a.yaml", Lines(text))
    starts = [source.span(at, at + 1).start for at in range(len(source.text))]
    assert (source.text, [(start.line, start.column) for start in starts]) == (value, places)


def aliases(number: int) -> str:
    """A YAML text of which each value stands twice for the one before."""
    return "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, number))


def test_an_alias_is_the_value_it_names() -> None:
    (root,) = documents(aliases(9))
    assert len(list(root.find("a8.*.*.*"))) == 8


@pytest.mark.parametrize("text", ["[" * 10_000, "a: b: c", "a: {{ b }} c", "\x00", "a: 'b", aliases(60)])
def test_what_is_no_yaml_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(BrokenFileError):
        documents(text)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{" + "(" * 20_000 + "}}", id="brackets"),
        pytest.param("{% if a %}" * 5_000, id="blocks"),
        pytest.param("{{ a" + "+a" * 20_000 + " }}", id="operators"),
        pytest.param("{% for a in b %}{% include 'x' %}" * 1_000, id="loops"),
        pytest.param("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", id="a macro that calls itself"),
        pytest.param("{% include 'x' %}{% include 'x' %}", id="a file that includes itself"),
    ],
)
def test_no_template_is_too_deep(source: str) -> None:
    read_jinja(file_source(source, "x"), lambda name, importer: file_source(source, "x"), Dialect())
