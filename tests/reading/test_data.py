"""Data files that code loads: what they say, and what is too much."""

from __future__ import annotations

import pytest

from promptlint.languages.python.values.data import parsed


def test_data_is_plain() -> None:
    assert parsed("a: &x [1, b]\nc: *x", "yaml") == {"a": [1, "b"], "c": [1, "b"]}
    assert parsed('{"a": null}', "json") == {"a": None}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)), id="no anchor"),
        pytest.param(
            "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)),
            id="aliases of aliases",
        ),
        pytest.param(
            "a0: &a0 {x: y}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 30)),
            id="merges of merges",
        ),
        pytest.param("a: &a [*a]", id="a list within itself"),
        pytest.param("[" * 5_000, id="nesting"),
        pytest.param("a: !!python/object/apply:os.getcwd []", id="a tag that constructs"),
    ],
)
def test_what_is_too_much_or_no_data_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text, "yaml")
