"""What holds of every fix, over programs and templates written in the many ways in which people put prompts together.

PROMPTLINT_EXAMPLES=2000 tries more programs than the suite does.
"""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections import Counter
from dataclasses import dataclass

import jinja2
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


PARAGRAPHS = (
    ("Be brief.",),
    ("Question: {{ question }}",),
    ("{{ document }}",),
    ("The document {{ title }} says:", "{{ document }}"),
    ("- {{ item }}", "- Quote the § of each rule."),
    ("# Context {# kept: é #}", "{{ document }}"),
    ("{% if document %}", "<doc>", "{{ document }}", "</doc>", "{% endif %}"),
    ("{% for item in items %}", "- {{ item }}", "{% endfor %}"),
    ("{# kept: 字 #}", "Now: {{ now }}"),
    ("1. Read {{ document }}.", "2. Answer {{ question }}."),
    ("# Rules",),
)


def prompt_file(lines: list[str]) -> str:
    """A prompt file of GitHub Models, with these lines as its system message."""
    content = "".join(f"      {line}\n" if line else "\n" for line in lines)
    return f"name: support  # é\nmodel: openai/gpt-5.4\nmessages:\n  - role: system\n    content: |\n{content}"


def prompty(lines: list[str]) -> str:
    """A prompty file, with these lines as its system message."""
    return "---\nname: support # é\nmodel:\n  api: chat\n---\nsystem:\n" + "".join(f"{line}\n" for line in lines)


@st.composite
def templates(draw: st.DrawFn) -> tuple[str, str]:
    """The path and the text of a template."""
    gap = draw(st.sampled_from([(), ("",)]))
    head = draw(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=5))
    tail = draw(st.lists(st.sampled_from(PARAGRAPHS), max_size=2))
    lines = [line for part in (*head, (LONG.strip(),) * 90, *tail) for line in (*part, *gap)]
    path, form = draw(st.sampled_from([("support.prompt.yml", prompt_file), ("support.prompty", prompty)]))
    text = form(lines)
    return path, text.replace("\n", "\r\n") if draw(st.booleans()) else text


def remarks(template: str) -> Counter[str]:
    """The comments of a template."""
    return Counter(re.findall(r"\{#.*?#\}|# é", template))


@EXAMPLES
@given(templates())
def test_all_fixes_of_a_template_keep_its_words_and_come_to_an_end(template: tuple[str, str]) -> None:
    path, source = template
    note(source)
    repaired = repairing.repaired([path], EVERYTHING, {path: source.encode()}, Applicability.UNSAFE)
    after = repaired.changes[path].after.decode() if repaired.changes else source
    note(after)
    jinja2.Environment().parse(after)
    assert remarks(after) == remarks(source)
    assert Counter(after.split()) == Counter(source.split())
    assert ("\r\n" in after) == ("\r\n" in source)
    assert ("\n" in after.replace("\r\n", "")) == ("\n" in source.replace("\r\n", ""))
    again = repairing.repaired([path], EVERYTHING, {path: after.encode()}, Applicability.UNSAFE)
    assert again.changes == {}
    assert all("no prompts in" in warning for warning in repaired.report.warnings)


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
