"""The words of messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.checks.wording import about, also, listed, money, offer, place, quoted, who
from promptlint.layout import Role, Tokens
from tests.checks.building import EXPLICIT, clock, session, text


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0, 0, 0), (7, 7, 7), (40, 44, 42), (250, 270, 260), (1900, 2400, 2200), (12_000, 13_900, 13_000)],
)
def test_numbers_for_people_have_two_digits(low: int, high: int, said: int) -> None:
    assert about(Tokens(low, high)) == said


def test_lists_of_words() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_of_further_texts_the_first_three_are_named() -> None:
    segments = [replace(text(1), text=name) for name in "abcd"]
    assert also(segments) == " The same goes for `a`, `b` and `c`."
    assert also([]) == ""


def test_source_text_in_a_sentence() -> None:
    assert quoted("a\n   +  b") == "`a + b`"
    assert quoted("x" * 50) == f"`{'x' * 50}`"
    assert quoted("x" * 51) == f"`{'x' * 49}…`"


def test_what_changes_and_why() -> None:
    assert who(clock()) == "`datetime.now()`, which reads the clock,"
    assert who(session("profile")) == "`profile`"


@pytest.mark.parametrize("role", Role)
def test_every_role_is_a_place(role: Role) -> None:
    assert place(text(1, role)).split()[0] in {"the", "a", "an"}


def test_money_is_what_cached_tokens_would_have_saved() -> None:
    assert money(Tokens(1000, 1000), EXPLICIT, "clever-5") == " (about $1.80 per 1,000 calls on clever-5)"
    assert money(Tokens(9, 9), EXPLICIT, "clever-5", at_least=True) == " (at least $0.02 per 1,000 calls on clever-5)"


def test_sums_that_nobody_would_notice_are_left_out() -> None:
    assert money(Tokens(5, 5), EXPLICIT, "clever-5") == ""


@pytest.mark.parametrize("model", ["quick-5", "never-heard-of", None])
def test_no_money_without_a_price(model: str | None) -> None:
    assert money(Tokens(1000, 1000), EXPLICIT, model) == ""


def test_what_a_batch_offers() -> None:
    assert EXPLICIT.batch is not None
    assert offer(EXPLICIT.batch) == "at half price, within 24 hours"
    assert offer(replace(EXPLICIT.batch, discount=0.2, hours=None)) == "for 20% less, later"
