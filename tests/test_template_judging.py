"""How often the value in a hole changes, as far as the template alone tells."""

from __future__ import annotations

import pytest

from promptlint.knowledge.loading import load_formats, load_models, load_providers
from promptlint.languages.templates.jinja_expressions import expression
from promptlint.languages.templates.judging import Judge
from promptlint.languages.templates.layouts import layout_of
from promptlint.languages.templates.places import file_source
from promptlint.languages.templates.read import Templates
from promptlint.layout import Confidence, Role, Volatility
from promptlint.spans import Position, Span

PROVIDER = load_providers()["unknown"]


@pytest.mark.parametrize(
    ("text", "volatility", "confidence"),
    [
        pytest.param("uuid4()", Volatility.CALL, Confidence.MEDIUM, id="a call that varies, by the end of its name"),
        pytest.param("now() | strftime('%d')", Volatility.PERIODIC, Confidence.MEDIUM, id="a filter with a format"),
        pytest.param("date.today()", Volatility.PERIODIC, Confidence.MEDIUM, id="the steadiest of two meanings"),
        pytest.param("items | random", Volatility.CALL, Confidence.MEDIUM, id="a filter that chooses"),
        pytest.param("question", Volatility.REQUEST, Confidence.MEDIUM, id="a name"),
        pytest.param("user_question.strip()", Volatility.REQUEST, Confidence.MEDIUM, id="a method of a named value"),
        pytest.param("wibble", Volatility.REQUEST, Confidence.LOW, id="a name that says nothing"),
        pytest.param("document.wibble", Volatility.REQUEST, Confidence.LOW, id="a part whose name says nothing"),
        pytest.param("wibble.question", Volatility.REQUEST, Confidence.MEDIUM, id="a part whose name says it"),
        pytest.param("output_schema_text", None, Confidence.MEDIUM, id="a name of which one word is a setting"),
        pytest.param("step.params_doc", None, Confidence.MEDIUM, id="a part which is named like a setting"),
        pytest.param("tools[0].document", None, Confidence.MEDIUM, id="a part of what is declared"),
        pytest.param("instructions.actions.read", None, Confidence.MEDIUM, id="a part of instructions"),
        pytest.param("limit | default(10)", None, Confidence.LOW, id="a setting with a default"),
        pytest.param("question or 'none'", Volatility.REQUEST, Confidence.MEDIUM, id="one of two values"),
        pytest.param("tools ~ question", Volatility.REQUEST, Confidence.MEDIUM, id="the most volatile part"),
        pytest.param("declared", Volatility.REQUEST, Confidence.MEDIUM, id="an input that is declared"),
        pytest.param("'a' ~ 'b'", Volatility.CONSTANT, Confidence.HIGH, id="constants"),
    ],
)
def test_what_a_hole_tells(text: str, volatility: Volatility | None, confidence: Confidence) -> None:
    found = Judge(load_models(), load_formats(), ["declared"]).judged(expression(text, {}))
    assert (found.volatility, found.confidence) == (volatility, confidence)


@pytest.mark.parametrize(
    ("template", "confidence"),
    [
        pytest.param("# Goal\n{{ goal }}\n", Confidence.MEDIUM, id="under a heading"),
        pytest.param("The goal:\n```\n{{ goal }}\n```\n", Confidence.MEDIUM, id="in a fence"),
        pytest.param("GOAL: {{ goal }}\n", Confidence.MEDIUM, id="behind a label"),
        pytest.param("An example of a task:\n```\nGOAL: {{ goal }}\n```\n", Confidence.LOW, id="in an example"),
        pytest.param(
            "Example:\n```\nIn short.\n```\nExample:\n```\nGOAL: {{ goal }}\n```\n",
            Confidence.LOW,
            id="in another",
        ),
        pytest.param("Example:\n```\nIn short.\n```\nGOAL: {{ goal }}\n", Confidence.MEDIUM, id="behind an example"),
        pytest.param("Reach {{ goal }} in time.\n", Confidence.LOW, id="within a sentence"),
        pytest.param("# Wibble\n{{ wibble }}\n", Confidence.LOW, id="a name that says nothing"),
    ],
)
def test_data_that_is_set_apart_is_surer(template: str, confidence: Confidence) -> None:
    templates = Templates(load_models(), load_formats(), PROVIDER, lambda path: template.encode())
    whole = Span("a.j2", Position(1, 1), file_source(template, "a.j2").span(0, len(template)).end)
    layout = layout_of(templates.in_code(template, whole).pieces, Role.USER, PROVIDER, ())
    assert [segment.confidence for segment in layout.segments if not segment.literal] == [confidence]
