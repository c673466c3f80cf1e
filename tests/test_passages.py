"""What moves when a value moves: each case is a text with `<>` for values, and the passage around the first one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptlint.passages import HOLE, TornError, body, gap, passage, stretch


def lifted(text: str) -> tuple[str, str]:
    """What is lifted out of a text, and what is left."""
    flat = text.replace("{}", HOLE)
    moved = passage(flat, flat.index(HOLE))
    start, end = gap(flat, moved)
    return tuple(piece.replace(HOLE, "{}") for piece in (flat[moved.start : moved.end], flat[:start] + flat[end:]))


@pytest.mark.parametrize(
    ("text", "moves", "stays"),
    [
        pytest.param("Now: {}.\nRules.", "Now: {}.", "Rules.", id="a line"),
        pytest.param("Be nice.\nNow: {}.\nRules.", "Now: {}.", "Be nice.\nRules.", id="a line in the middle"),
        pytest.param("Be nice. Now it is {}. Go on.", "Now it is {}.", "Be nice. Go on.", id="a sentence"),
        pytest.param("One.\n\nNow: {}.\n\nTwo.", "Now: {}.", "One.\n\nTwo.", id="a paragraph"),
        pytest.param("Text:\n{}\n\nRules.", "Text:\n{}", "Rules.", id="a line and its label"),
        pytest.param("# Text\n{}\n\n# Rules\nGo.", "# Text\n{}", "# Rules\nGo.", id="a section"),
        pytest.param(
            "# Rules\nGo.\n\n# Text\n\n{}\n\n# End\nGo.", "# Text\n\n{}", "# Rules\nGo.\n\n# End\nGo.", id="with a gap"
        ),
        pytest.param(
            "# Task\n\n**Name:** {}\n**Words:**\n{}\n\nMORE\n====\nGo.",
            "# Task\n\n**Name:** {}\n**Words:**\n{}",
            "MORE\n====\nGo.",
            id="a section of fields",
        ),
        pytest.param(
            "Go.\n\nINPUT\n=====\nA: {}\nB: {}\n\n# Rules\nGo.",
            "INPUT\n=====\nA: {}\nB: {}",
            "Go.\n\n# Rules\nGo.",
            id="a section whose title is underlined",
        ),
        pytest.param("IN\n==\nA: {}\n- B: {}\nA is text.", "A: {}\n- B: {}", "IN\n==\nA is text.", id="fields"),
        pytest.param("<a>\n{}\n</a>\nRules.", "<a>\n{}\n</a>", "Rules.", id="an element"),
        pytest.param("<a>\nOne.\n{}.\n</a>\nRules.", "<a>\nOne.\n{}.\n</a>", "Rules.", id="a whole element"),
        pytest.param("# Rules\nDate: {}\nGo.\nStop.", "Date: {}", "# Rules\nGo.\nStop.", id="a line with a label"),
        pytest.param("- Date: {}\n- Go.", "- Date: {}", "- Go.", id="an item of a list"),
        pytest.param("Use e.g. {} here. Go on.", "Use e.g. {} here.", "Go on.", id="an abbreviation"),
        pytest.param(
            "Go.\n\nConsider this text:\n\n<a>\n{}\n</a>\n\nRules.",
            "Consider this text:\n\n<a>\n{}\n</a>",
            "Go.\n\nRules.",
            id="a paragraph and the line that introduces it",
        ),
        pytest.param("Go:\n\n- Date: {}\n- Stop.", "- Date: {}", "Go:\n\n- Stop.", id="an item of what is introduced"),
        pytest.param("  One.\n  Now: {}.\n  Two.", "Now: {}.", "  One.\n  Two.", id="an indented line"),
        pytest.param("  One.\n\n  Now: {}.\n  \n  Two.", "Now: {}.", "  One.\n\n  Two.", id="an indented paragraph"),
        pytest.param("  Now: {}. One.\n  Two.", "Now: {}.", "  One.\n  Two.", id="what begins an indented line"),
    ],
)
def test_what_moves(text: str, moves: str, stays: str) -> None:
    assert lifted(text) == (moves, stays)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("You help. Consider this text:\n\n<a>{}</a>\n\nRules.", "it belongs to the sentence before it"),
        ("You are {}. You help.\nRules.", "it says who is asked, and the text goes on from there"),
        (
            "You help.\nYour main task is to judge {} as well as you can.\nRules.",
            "it says what the task is, and the text goes on from there",
        ),
        ("You help. Specifically, with {}. Go on.", "it goes on from the sentence before it"),
        ("Text: {}\n\nReturn only JSON.", "it stands at the end already"),
        ("Here is what was asked.\n\n{}\n\nRules.", "nothing would say what it is"),
        ("Define the following terms.\n<a>\n{}\n</a>\nRules.", "the text speaks of what is above or below"),
        ("Now {} and then", "it cannot be taken out of its sentence"),
        ("You are one who helps\nthe user {} and\nnobody else. Go.", "it stands in the middle of a sentence"),
        ("1. {}\n2. Rules.", "it is an item of a numbered list"),
        ("Rules.\nNow: {}", "it stands at the end already"),
        ("Text: {}\nRead the text above.", "the text speaks of what is above or below"),
        ("Text: {}\nRules.\nAnswer:", "the last line of the text asks for the answer"),
        ("Text: {}\nRules.\n# Output", "the last line of the text asks for the answer"),
        ("Text: {}\nRules.\n\nOutput\n======", "the last line of the text asks for the answer"),
        ("<a>\n{}\nRules.", "the element <a> is not closed"),
        ("```\n{}\n```\nRules.", "it stands in a code block"),
        (f"{'Serve those who come ' * 5}for this:\n{{}}\nRules.", "it belongs to the sentence before it"),
        ("Rules\n{}\nare rules.", "it stands in the middle of a sentence"),
        ("# Issue\n\nThe issue for this is: {}.\n\nPost to it.\n\nGo.", "it is a part of a section that has a title"),
    ],
)
def test_what_does_not(text: str, why: str) -> None:
    with pytest.raises(TornError, match=f"^{why}$"):
        lifted(text)


@given(st.lists(st.sampled_from(["\n", " ", ". ", "Go", "to", ":", "<a>", "</a>", "- ", "1. ", "{}"]), max_size=12))
def test_no_word_is_torn_or_lost(pieces: list[str]) -> None:
    text = "".join([*pieces, "{}"])
    try:
        moves, stays = lifted(text)
    except TornError:
        return
    assert "{}" in moves
    assert sorted("".join(moves.split() + stays.split())) == sorted("".join(text.split()))
    assert stays.strip()


@pytest.mark.parametrize(
    ("text", "separator"),
    [("Now: {}.\nRules.", "\n"), ("Go.\n\nNow: {}.\nRules.", "\n\n"), ("  Now: {}.\n  Rules.", "\n  ")],
    ids=["lines", "paragraphs", "indented"],
)
def test_what_moves_stands_apart_as_the_rest_does(text: str, separator: str) -> None:
    flat = text.replace("{}", HOLE)
    assert passage(flat, flat.index(HOLE)).separator == separator


def test_the_end_of_a_line_is_no_passage() -> None:
    with pytest.raises(TornError, match=r"^it is the end of a line$"):
        passage("Be brief.\n", 9)


@pytest.mark.parametrize(
    ("text", "ends_with"),
    [
        ("Rules.\n\nReturn only JSON.\n", "Rules."),
        ("Rules.\n\nNow, please answer the question.", "Rules."),
        ("Rules.\nReturn only JSON.", "Return only JSON."),  # it may be one of the rules
        ("Rules.\n\nReturn {} as it is.", "Return {} as it is."),
        ("Rules.\n\nReturn " + "what was said " * 20, "what was said"),
        ("Return only JSON.", ""),
    ],
)
def test_a_last_paragraph_that_says_how_to_answer_is_not_of_the_body(text: str, ends_with: str) -> None:
    flat = text.replace("{}", HOLE)
    assert flat[: body(flat)].endswith(ends_with.replace("{}", HOLE))
    assert bool(ends_with) or body(flat) == 0


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("# Task\nHelp.\n\nToday: {}\n\nRules.", True),
        ("Help.\n\nSo it is {}.\n\nRules.", False),
        ("# Task\nHelp.\n\nWhat you work on is:\n{}\n\nRules.", False),
        ("Help.\n\nWhat you work on is:\n{}\n\nRules.", True),
        ("Help.\n\nToday: {}\n\nReturn only JSON.", False),
    ],
)
def test_a_branch_moves_only_where_it_can_stand_elsewhere(text: str, moves: bool) -> None:
    flat = text.replace("{}", HOLE)
    begin, end = flat.index("\n\n") + 2, flat.rindex("\n\n")
    try:
        assert stretch(flat, begin, end)
    except TornError:
        assert not moves
    else:
        assert moves
