"""Comments in template files: what is a comment there, and which lines it is about."""

from __future__ import annotations

import pytest

from promptlint.languages.templates.comments import comments
from promptlint.reading import read_comments


@pytest.mark.parametrize(
    ("path", "text", "about"),
    [
        pytest.param("a.j2", "{{ a }} {# promptlint: x #}\n{{ b }}", range(1, 2), id="its own line"),
        pytest.param("a.j2", "{# promptlint: x #}\n\n{{ b }}\n{{ c }}", range(1, 4), id="the next line that has text"),
        pytest.param("a.md", "<!-- promptlint: x -->\n{{ b }}", range(1, 3), id="a comment of HTML"),
        pytest.param("a.prompt", "{{!-- promptlint: x --}}\n{{ b }}", range(1, 3), id="a comment of Handlebars"),
        pytest.param("a.yaml", "# x\na: |\n  b\n  c\nd: e\n", range(1, 5), id="the value of the next key"),
        pytest.param("a.yaml", "a:\n  # x\n  - b: c\n    d: e\n  - f\n", range(2, 5), id="the next item of a list"),
        pytest.param("a.yaml", "# x\na:\n  - b\n  - c\nd: e\n", range(1, 5), id="the list of the next key"),
        pytest.param("a.yaml", "a: | # x\n  b\n  c\nd: e\n", range(1, 4), id="the text that begins beside it"),
        pytest.param("a.yaml", "a: b # x\nc: d\n", range(1, 2), id="the value beside it"),
        pytest.param("a.yaml", "a: b\n# x\n", range(2, 3), id="nothing behind it"),
        pytest.param("a.toml", "# x\na = '''\nb\nc'''\nd = 1\n", range(1, 5), id="the text of the next key of TOML"),
        pytest.param("a.toml", "# x\n[a]\nb = 'c'\n[d]\ne = 1", range(1, 4), id="the next table of TOML"),
        pytest.param("a.toml", "a = 'b' # x\nc = 'd'\n", range(1, 2), id="the value beside it in TOML"),
        pytest.param("a.yaml", "a: |\n  b {# x #}\n  c\n", range(2, 3), id="a comment of Jinja in a value"),
    ],
)
def test_which_lines_a_comment_is_about(path: str, text: str, about: range) -> None:
    assert [comment.about for comment in comments(text, path)] == [about]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.yaml", "a: |\n  # b\n", id="a line of a text"),
        pytest.param("a.yaml", "a: 'b # c'", id="quoted"),
        pytest.param("a.yaml", "a: b#c", id="within a word"),
        pytest.param("a.toml", "a = 'b # c'", id="quoted in TOML"),
        pytest.param("a.toml", 'a = """\n# b"""', id="a line of a text of TOML"),
        pytest.param("a.j2", "# a heading\n", id="a heading"),
    ],
)
def test_what_is_no_comment(path: str, text: str) -> None:
    assert list(comments(text, path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{# promptlint: ignore[PL102] on purpose #}",
        "{#- promptlint: ignore[PL102] -#}",
        "<!-- promptlint: ignore[PL102] -->",
        "{{! promptlint: ignore[PL102] }}",
    ],
)
def test_the_rule_is_found_where_it_is_written(text: str) -> None:
    (ignore,) = read_comments(text + "\n{{ a }}", "a.j2").ignores
    assert (ignore.rule, ignore.lines, ignore.span.start.column) == ("PL102", range(1, 3), text.index("PL102") + 1)


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        pytest.param(
            "a.j2", "{# promptlint: disable[PL102] -#}\n{{ a }}\n{#- promptlint: enable[PL102] #}", range(1, 4)
        ),
        pytest.param(
            "a.md", "<!-- promptlint: disable[PL102] -->\n{{ a }}<!-- promptlint: enable[PL102] -->", range(1, 3)
        ),
        pytest.param(
            "a.yaml", "# promptlint: disable[PL102]\na: b\nc:\n  # promptlint: enable[PL102]\n  d: e", range(1, 5)
        ),
        pytest.param("a.toml", "# promptlint: disable[PL102]\na = 1\n# promptlint: enable[PL102]\n", range(1, 4)),
    ],
)
def test_a_range_goes_from_one_comment_to_the_other(path: str, text: str, lines: range) -> None:
    said = read_comments(text, path)
    assert ([ignore.lines for ignore in said.ignores], said.faults) == ([lines], ())
