"""Edits: what they leave alone, and which of them go together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.edits import Applicability, Edit, Fix, applied, compatible
from promptlint.spans import Position, Span
from tests.strategies import texts, texts_with_spans


def span(start: int, end: int, path: str = "a.py") -> Span:
    return Span(path, Position(1, start), Position(1, end))


def fix(*edits: Edit) -> Fix:
    return Fix(Applicability.SAFE, "Mend it", edits)


@given(texts_with_spans(), texts)
def test_what_is_not_in_the_span_stays_as_it_is(subject: tuple[str, int, int, Span], content: str) -> None:
    text, begin, end, place = subject
    after = applied(text, [Edit(place, content)])
    assert after.startswith(text[:begin])
    assert after.endswith(text[end:])


@given(st.text(alphabet="ab\n", max_size=20))
def test_line_breaks_are_those_of_the_file(content: str) -> None:
    place = Span("a.py", Position(2, 1), Position(2, 1))
    after = applied("one\r\ntwo\r\n", [Edit(place, content)])
    assert after.split("\r\n") == ["one", *f"{content}two".split("\n"), ""]


def test_edits_are_made_wherever_they_stand_in_the_list() -> None:
    edits = [Edit(span(4, 6), "D"), Edit(span(1, 2), "A"), Edit(span(3, 3), "!")]
    assert applied("abcdef", edits) == "Ab!cDf"


def test_edits_that_overlap_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="edits overlap"):
        applied("abcdef", [Edit(span(1, 4), ""), Edit(span(3, 5), "")])


def test_of_fixes_that_touch_the_first_is_made_with_all_its_edits() -> None:
    first, second = fix(Edit(span(1, 2), "")), fix(Edit(span(2, 3), ""), Edit(span(8, 9), ""))
    third, elsewhere = fix(Edit(span(9, 9), "!")), fix(Edit(span(1, 2, "b.py"), ""))
    assert compatible([third, second, first, elsewhere]) == [first, third, elsewhere]
