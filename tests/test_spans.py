"""Places in source text: they count as Python and editors do, and always give back the text they claim."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.spans import Lines, Position, Span
from tests.strategies import spans, texts, texts_with_spans


@given(texts_with_spans())
def test_a_span_slices_to_the_text_it_claims(subject: tuple[str, int, int, Span]) -> None:
    text, begin, end, span = subject
    assert Lines(text).slice(span) == text[begin:end]


@given(texts, st.data())
def test_offsets_and_positions_are_two_words_for_one_thing(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = Lines(text)
    assert lines.offset(lines.position(offset)) == offset


@given(texts_with_spans())
def test_positions_are_in_the_order_of_the_text(subject: tuple[str, int, int, Span]) -> None:
    _, begin, end, span = subject
    assert (span.start < span.end) == (begin < end)


@given(texts)
def test_lines_and_their_breaks_are_the_whole_text(text: str) -> None:
    lines = Lines(text)
    contents = [lines.line(number) for number in range(1, len(lines) + 1)]
    assert "".join(contents) == text.replace("\r", "").replace("\n", "")
    assert len(contents) == 1 + text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_a_line_that_does_not_exist_is_empty(number: int) -> None:
    assert Lines("one\ntwo\nthree").line(number) == ""


def test_only_what_ends_a_line_of_python_ends_a_line() -> None:
    lines = Lines("a\u2028b\fc\x85d\x1ce\vf\ng\r\nh\ri")
    assert [lines.line(number) for number in range(1, 5)] == ["a\u2028b\fc\x85d\x1ce\vf", "g", "h", "i"]


@given(texts.filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text)), st.data())
def test_utf8_columns_become_columns_of_code_points(text: str, data: st.DataObject) -> None:
    lines = Lines(text)
    position = lines.position(data.draw(st.integers(0, len(text))))
    head = text[lines.offset(Position(position.line, 1)) : lines.offset(position)]
    assert lines.from_utf8(position.line, len(head.encode())) == position


NAMES = st.text(st.sampled_from(list("aéж字")), min_size=1, max_size=4).filter(str.isidentifier)
STRINGS = st.text(st.sampled_from(list("a \téж字😀\u2028\x85")), max_size=6).map(lambda text: f"'{text}'")
BREAKS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def calls(draw: st.DrawFn) -> str:
    """Python source: lines with a call of a name with a string, some over two lines, with one kind of line break."""
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        broken = draw(st.sampled_from(["", "\n\t"]))
        pieces.append(f"{draw(STRINGS)}; {draw(NAMES)}({broken}{draw(STRINGS)}, {draw(NAMES)})")
    return "\n".join(pieces).replace("\n", draw(BREAKS))


@given(calls())
def test_from_utf8_agrees_with_ast(source: str) -> None:
    lines = Lines(source)
    checked = 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call | ast.Constant | ast.Name):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            start = lines.from_utf8(node.lineno, node.col_offset)
            end = lines.from_utf8(node.end_lineno, node.end_col_offset)
            claimed = lines.slice(Span("a.py", start, end)).replace("\r\n", "\n").replace("\r", "\n")
            assert claimed == ast.get_source_segment(source.replace("\r\n", "\n").replace("\r", "\n"), node)
            checked += 1
    assert checked


@given(calls())
def test_lines_agree_with_the_tokenizer(source: str) -> None:
    lines = Lines(source)
    for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline):
        if token.type in (tokenize.NAME, tokenize.STRING):
            assert lines.line(token.start[0])[token.start[1] :].startswith(token.string)


def test_a_column_behind_the_end_of_a_line_stays_on_it() -> None:
    assert Lines("é\nb").from_utf8(1, 2) == Position(1, 2)


def test_a_span_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match=r"^span ends before it starts: "):
        Span("a.py", Position(2, 1), Position(1, 9))


def test_a_span_says_where_it_starts() -> None:
    assert str(Span("app/a.py", Position(3, 7), Position(4, 1))) == "app/a.py:3:7"


@given(spans(), spans())
def test_spans_are_in_the_order_of_files_then_places(one: Span, other: Span) -> None:
    assert (one < other) == ((one.path, one.start, one.end) < (other.path, other.start, other.end))
