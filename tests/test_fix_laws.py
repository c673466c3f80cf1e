"""What holds of every fix, over programs written in the many ways in which people put prompts together.

PROMPTLINT_EXAMPLES=2000 tries more programs than the suite does.
"""

from __future__ import annotations

import ast
import io
import os
import tokenize
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from promptlint import repairing
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability, applied
from promptlint.session import check

EXAMPLES = settings(
    max_examples=int(os.environ.get("PROMPTLINT_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERYTHING = Configuration(fixed=Settings(select=("PL1", "PL2")))

LONG = "Réponds en français, nenne die Quelle, and quote the 字 of the customer. "
VALUES = ("question", "document", "datetime.now()", "uuid.uuid4()", "datetime.now().isoformat()", "HOST", "RULES")

words = st.sampled_from(
    [
        "You are a clerk.",
        "Today is",
        "Context:",
        "# Rules",
        "- Be brief.",
        "<doc>",
        "</doc>",
        "é 字 😀",
        "It's",
        "1. Go.",
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """The lines of a prompt: words, and values as `{…}`."""
    pieces = st.one_of(words, st.sampled_from([f"{{{value}}}" for value in VALUES]))
    body = draw(st.lists(st.lists(pieces, min_size=1, max_size=3).map(tuple), min_size=1, max_size=5))
    return [*body, ("{RULES}",)] if draw(st.booleans()) else [("{RULES}",), *body, ("{RULES}",)]


@dataclass(frozen=True, slots=True)
class Style:
    """How an expression is laid out."""

    quote: str
    form: str
    comment: bool


FORMS = ("one", "triple", "pieces", "plus")
styles = st.builds(Style, st.sampled_from(['"', "'"]), st.sampled_from(FORMS), st.booleans())


def expression(prompt: list[tuple[str, ...]], style: Style) -> str:
    """A Python expression that builds a prompt."""
    texts = [" ".join(line) for line in prompt]
    quote = style.quote

    def literal(text: str) -> str:
        return f"f{quote}{text.replace(quote, chr(92) + quote)}{quote}"

    if style.form == "triple":
        return "f" + quote * 3 + "\n" + "\n".join(texts) + "\n" + quote * 3
    if style.form == "one":
        return literal("\\n".join(texts))
    tail = "  # kept: é" if style.comment else ""
    if style.form == "pieces":
        return "(\n" + "".join(f"        {literal(text + chr(92) + 'n')}{tail}\n" for text in texts) + "    )"
    return " + ".join(literal(text + "\\n") for text in texts)


CALLS = (
    """anthropic.Anthropic().messages.create(model='claude-sonnet-5-5', max_tokens=9, system=system,
        messages=[{'role': 'user', 'content': question}])""",
    """anthropic.Anthropic().messages.create(
        model='claude-sonnet-5-5',
        max_tokens=9,
        messages=[{'role': 'user', 'content': system}],  # one
    )""",
    "openai.OpenAI().responses.create(model='gpt-6-sol', instructions=system, input=question)",
    """boto3.client('bedrock-runtime').converse(
        modelId='anthropic.claude-sonnet-5-5-v1:0',
        system=[{'text': system}],
        messages=[{'role': 'user', 'content': [{'text': question}]}])""",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program that sends one prompt, to one of three providers."""
    text = expression(draw(lines()), draw(styles))
    call = draw(st.sampled_from(CALLS))
    source = (
        "import uuid  # ids\nfrom datetime import datetime\n\nimport anthropic\nimport boto3\nimport openai\n\n"
        f"RULES = {LONG!r} * 200\nHOST = 'here'\n\n\n"
        f"@staticmethod\ndef ask(question: str, document: str) -> object:\n    system = {text}  # the prompt\n"
        f"    return {call}\n"
    )
    return source.replace("\n", "\r\n") if draw(st.booleans()) else source


def comments(source: str) -> Counter[str]:
    """The comments of a program."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path_factory.mktemp("alone"))


@EXAMPLES
@given(programs())
def test_all_fixes_together_keep_comments_and_come_to_an_end(source: str) -> None:
    note(source)
    ast.parse(source)
    repaired = repairing.repaired(["app.py"], EVERYTHING, {"app.py": source.encode()}, Applicability.UNSAFE)
    after = repaired.changes["app.py"].after.decode() if repaired.changes else source
    note(after)
    ast.parse(after)
    assert comments(after) == comments(source)
    assert ("\r\n" in after) == ("\r\n" in source)
    again = repairing.repaired(["app.py"], EVERYTHING, {"app.py": after.encode()}, Applicability.UNSAFE)
    assert again.changes == {}
    assert repaired.report.warnings == ()


@EXAMPLES
@given(programs())
def test_each_fix_by_itself_leaves_all_but_its_edits_as_it_is(source: str) -> None:
    report, _ = check(["app.py"], EVERYTHING, {"app.py": source.encode()})
    for diagnostic in report.diagnostics:
        if diagnostic.fix is None:
            continue
        after = applied(source, diagnostic.fix.edits)
        note(f"{diagnostic.code} {after}")
        ast.parse(after)
        lines_before, lines_after = source.split("\n"), after.split("\n")
        first = min(edit.span.start.line for edit in diagnostic.fix.edits) - 1
        last = max(edit.span.end.line for edit in diagnostic.fix.edits)
        assert lines_after[:first] == lines_before[:first]
        assert lines_after[len(lines_after) - (len(lines_before) - last) :] == lines_before[last:]
