"""How a loop becomes a batch, and why it sometimes does not."""

from __future__ import annotations

import ast
import difflib
import json
from pathlib import Path

import pytest

from promptlint import repairing
from promptlint.edits import Applicability
from promptlint.knowledge.loading import RULES
from promptlint.session import check
from tests.batching import OPTIONS, mended

HEAD = "import json\n\nfrom openai import OpenAI\n\nclient = OpenAI()\n"
SENT = 'client.responses.create(model="gpt-6-sol", input=item)'


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)


def program(body: str, head: str = HEAD) -> str:
    """A function whose body goes through `items`."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    return f"{head}\n\ndef work(items, out):\n{lines}\n"


def loop(source: str) -> str:
    """The body of the function in the file that is mended."""
    return mended(source).rpartition("def work(items, out):\n")[2]


def test_the_name_of_the_answer_stays() -> None:
    assert loop(
        program(f"for item in items:\n    reply = {SENT}  # one\n    # the text\n    out.append(reply.id)")
    ) == (
        "    requests = []\n"
        "    for item in items:\n"
        '        request = dict(model="gpt-6-sol", input=item)  # one\n'
        "        requests.append((item, request))\n"
        "    for item, reply in batched_responses(client, requests):\n"
        "        # the text\n"
        "        out.append(reply.id)\n"
    )


def test_blank_lines_behind_the_call_part_the_two_loops() -> None:
    body = f"for item in items:\n    reply = {SENT}\n\n    # the text\n    out.append(reply.id)"
    assert "requests.append((item, request))\n\n    for item, reply in batched_" in loop(program(body))


def test_a_notebook_imports_where_it_runs() -> None:
    cells = [
        HEAD,
        program(f"for item in items:\n    out.append({SENT}.id)", ""),
        "import time\nfrom pathlib import Path\n",
    ]
    stored = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    Path("a.ipynb").write_text(json.dumps({"cells": stored, "metadata": {}, "nbformat": 4}, indent=1))
    repaired = repairing.repaired(["a.ipynb"], OPTIONS, {}, Applicability.UNSAFE)
    first, second, third = (cell["source"] for cell in json.loads(repaired.changes["a.ipynb"].after)["cells"])
    assert first == cells[0].splitlines(keepends=True)
    assert second.index("import time\n") < second.index("def batched_responses(\n")
    assert third == cells[2].splitlines(keepends=True)


def test_what_is_used_behind_the_call_goes_along() -> None:
    source = program(
        f"for i, item in enumerate(items):\n    name, size = f'{{i}}', len(item)\n    out[name, size] = {SENT}.id"
    )
    assert "requests.append(((name, size), request))" in loop(source)
    assert "for (name, size), response in batched_responses(client, requests):" in loop(source)
    assert "        out[name, size] = response.id\n" in loop(source)


@pytest.mark.parametrize(
    ("each", "item", "place", "kept"),
    [
        pytest.param("item in items", "item['text']", "item['id']", "item", id="in the item"),
        pytest.param("i in range(len(items))", "items[i]['text']", "items[i]['id']", "i", id="at its number"),
        pytest.param("name in items", "items[name].text", "items[name].id", "name", id="under its name"),
    ],
)
def test_an_answer_that_is_put_into_the_item_changes_no_other_one(each: str, item: str, place: str, kept: str) -> None:
    call = SENT.replace("=item", f"={item}")
    assert loop(program(f"for {each}:\n    {place} = {call}.id")) == (
        "    requests = []\n"
        f"    for {each}:\n"
        f'        request = dict(model="gpt-6-sol", input={item})\n'
        f"        requests.append(({kept}, request))\n"
        f"    for {kept}, response in batched_responses(client, requests):\n"
        f"        {place} = response.id\n"
    )


def test_an_item_may_have_a_name_of_its_own_on_each_turn() -> None:
    body = f"for i in range(len(items)):\n    item = items[i]\n    item['id'] = {SENT.replace('=item', '=item[0]')}.id"
    assert "requests.append((item, request))" in loop(program(body))


def test_names_that_are_taken_are_left_alone() -> None:
    source = program(
        f"for item in items:\n    out.append({SENT}.id)", f"import requests\n\n{HEAD}\nresponse = request = 1\n"
    )
    assert "pending.append((item, params))" in loop(source)
    assert "for item, response_of_batch in batched_responses(client, pending):" in loop(source)


def test_the_function_is_written_once() -> None:
    first = mended(program(f"for item in items:\n    out.append({SENT}.id)"))
    second = mended(f"{first}\n\ndef more(items, out):\n    for item in items:\n        out.append({SENT}.id)\n")
    assert second.count("def batched_responses(") == 1
    assert second.count("in batched_responses(client, requests):") == 2


def test_imports_go_where_they_belong() -> None:
    after = mended(program(f"for item in items:\n    out.append({SENT}.id)"))
    assert after.startswith(
        "import hashlib\nimport json\nimport time\nfrom collections.abc import Iterator\nfrom pathlib import Path\n"
        "from typing import Any\n\nimport openai\nfrom openai import OpenAI\n\nclient = OpenAI()\n\n\n"
        "def batched_responses("
    )


def test_a_comprehension_goes_through_the_answers() -> None:
    assert loop(program(f"return {{item: {SENT}.id for item in items if item}}")) == (
        "    return {\n"
        "        item: response.id\n"
        "        for item, response in batched_responses(client, [\n"
        '            (item, dict(model="gpt-6-sol", input=item))\n'
        "            for item in items if item\n"
        "        ])\n"
        "    }\n"
    )


def test_a_pause_between_the_calls_is_taken_out() -> None:
    source = program(f"for item in items:\n    out.append({SENT}.id)\n    time.sleep(1)", f"import time\n{HEAD}")
    assert "time.sleep(1)" not in loop(source)


ASYNC = HEAD.replace("OpenAI", "AsyncOpenAI").replace("import json", "import asyncio")


def coroutine(body: str) -> str:
    """A coroutine whose body goes through `items`, as it is mended."""
    return mended(program(body, ASYNC).replace("def work", "async def work"))


def test_an_answer_that_is_awaited_in_parentheses_loses_them() -> None:
    after = coroutine(f"for item in items:\n    out.append((await {SENT}).id)\n    await asyncio.sleep(1)")
    assert after.endswith(
        "    async for item, response in async_batched_responses(client, requests):\n        out.append(response.id)\n"
    )


def test_a_task_of_each_call_is_none_of_the_batch() -> None:
    after = coroutine(f"return await asyncio.gather(*(asyncio.create_task({SENT}) for item in items))")
    assert "        response\n        async for item, response in async_batched_responses(client, [\n" in after


@pytest.mark.parametrize(
    "gather",
    [f"*({SENT} for item in items), return_exceptions=True", f"*(asyncio.wait_for({SENT}, 9) for item in items)"],
    ids=["more than the calls", "a limit of time"],
)
def test_coroutines_that_are_handed_on_are_left_alone(gather: str) -> None:
    assert coroutine(f"return await asyncio.gather({gather})") == "its coroutine is handed on before it is awaited"


REFUSED = {
    "the call is made under a condition, or its errors are handled in the loop": (
        f"for item in items:\n    if item:\n        out.append({SENT}.id)"
    ),
    "`one` is a function within a function, where `start` changes": (
        f"start = 'a'\nstart = 'b'\ndef one(item):\n    return {SENT.replace('=item', '=start + item')}\n"
        "for item in items:\n    out.append(one(item).id)"
    ),
    "`one` is a function within a function": (
        f"if out:\n    def one(item):\n        return {SENT}\nfor item in items:\n    out.append(one(item).id)"
    ),
    "what is done with an answer may change the next request (`out`)": (
        f"for item in items:\n    if item in out:\n        continue\n    out.append({SENT}.id)"
    ),
    "what is done with an answer may change the next request (`told`)": (
        f"told = {{}}\nfor item in items:\n    size = len(told)\n    told[item] = ({SENT}.id, size)\nout.append(told)"
    ),
    "`timeout` is for a single call": f"for item in items:\n    out.append({SENT[:-1]}, timeout=9).id)",
    "each turn of the loop around it would wait for a batch of its own": (
        f"for group in items:\n    for item in group:\n        out.append({SENT}.id)"
    ),
    "nothing is done with the answer": f"for item in items:\n    answer = {SENT}",
    "the loop may be left, or gives something, before the call": (
        f"for item in items:\n    if not item:\n        return\n    out.append({SENT}.id)"
    ),
    "`size` is not set on every turn": (
        f"for item in items:\n    if item:\n        size = 1\n    out.append(({SENT}.id, size))"
    ),
    "there is another loop around the call": f"out += [{SENT}.id for group in items for item in group]",
    "several statements stand on one line": f"for item in items:\n    answer = {SENT}; out.append(answer.id)",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_cut_in_two_says_why(reason: str) -> None:
    assert mended(program(REFUSED[reason])) == reason


OWN = f"{HEAD}\n\ndef one(item, more=1):\n    reply = {SENT}\n\n    # its id\n    return reply.id\n"
CALLED = "for item in items:\n    out.append(one(item))"


def test_a_function_that_makes_the_call_is_taken_apart() -> None:
    after = mended(program(CALLED, OWN))
    assert (
        "def one_request(item, more=1):\n"
        '    return dict(model="gpt-6-sol", input=item)\n'
        "\n\n"
        "def one_answer(reply):\n"
        "    # its id\n"
        "    return reply.id\n"
    ) in after
    assert loop(program(CALLED, OWN)) == (
        "    requests = []\n"
        "    for item in items:\n"
        "        request = one_request(item)\n"
        "        requests.append((item, request))\n"
        "    for item, response in batched_responses(client, requests):\n"
        "        out.append(one_answer(response))\n"
    )


TOGETHER = {
    "`one` is called in several places, or handed on": f"{OWN}\n\nprint(one('A'))\n",
    "the call is in a function that cannot be taken apart": OWN.replace("def one", "@cache\ndef one"),
    "in `one`, what reads the answer needs `more` too": OWN.replace("reply.id", "reply.id, more"),
    "in `one`, the call is made under a condition, or its errors are handled": OWN.replace(
        "reply =", "if item:\n        reply ="
    ),
    "`one` may be left before the call": OWN.replace("    reply =", "    if not item:\n        return 1\n    reply ="),
    "the client of `one` is not known where it is called": OWN.replace("more=1", "client=client"),
    "there is another loop around the call": OWN.replace("reply =", "for _ in range(3):\n        reply ="),
}


@pytest.mark.parametrize("reason", TOGETHER)
def test_a_function_that_cannot_be_taken_apart_says_why(reason: str) -> None:
    assert mended(program(CALLED, TOGETHER[reason])) == reason


def test_what_reads_the_answer_is_given_what_the_function_was() -> None:
    own = OWN.replace("reply.id", "more, item, reply.id")
    assert "def one_answer(reply, item, more):\n    # its id\n    return more, item, reply.id\n" in mended(
        program("for i, item in enumerate(items):\n    out.append(one(item, more=i))", own)
    )
    assert loop(program("for i, item in enumerate(items):\n    out.append(one(item, more=i))", own)) == (
        "    requests = []\n"
        "    for i, item in enumerate(items):\n"
        "        request = one_request(item, more=i)\n"
        "        requests.append(((i, item), request))\n"
        "    for (i, item), response in batched_responses(client, requests):\n"
        "        out.append(one_answer(response, item, i))\n"
    )


def test_what_is_made_of_it_before_the_call_is_not_known_behind_it() -> None:
    own = OWN.replace("    reply =", "    more = len(item)\n    reply =").replace("reply.id", "reply.id, more")
    assert mended(program(CALLED, own)) == "in `one`, what reads the answer needs `more` too"


def test_a_name_that_is_not_its_own_stays_in_one_function() -> None:
    own = OWN.replace("    reply =", "    global seen\n    reply =").replace("    # its id", "    seen += 1")
    assert mended(program(CALLED, own)) == "`one` changes what is not its own"


def test_the_names_of_the_two_functions_have_to_be_free() -> None:
    source = program(CALLED, f"{OWN}\n\ndef one_answer():\n    pass\n")
    assert mended(source) == "`one_answer` is something else in this file"


def test_a_client_that_is_handed_over_is_known_where_it_comes_from() -> None:
    own = OWN.replace("item, more=1", "client, item")
    after = mended(program("mine = OpenAI()\nfor item in items:\n    out.append(one(mine, item))", own))
    assert "def one_request(item):\n" in after
    assert "        request = one_request(item)\n" in after
    assert "    for item, response in batched_responses(mine, requests):\n" in after


def test_a_client_of_each_item_is_none_of_a_batch() -> None:
    own = OWN.replace("item, more=1", "client, item")
    source = program("for mine, item in items:\n    out.append(one(mine, item))", own)
    assert mended(source) == "the client of `one` is not known where it is called"


def test_a_function_that_another_file_uses_stays() -> None:
    Path("app.py").write_text(program(CALLED, OWN))
    Path("other.py").write_text("from app import one\n\nprint(one('A'))\n")
    report, _ = check(["."], OPTIONS, {})
    assert [diagnostic.refused for diagnostic in report.diagnostics] == ["`one` is used in other.py too"]


def test_the_markers_of_a_prompt_are_not_taken_along() -> None:
    block = '{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}'
    source = program(
        'for item in items:\n    message = {"role": "user", "content": item}\n'
        f'    out.append(client.messages.create(model="claude-opus-5-5", system=[{block}], messages=[message]).id)',
        "import anthropic\n\nclient = anthropic.Anthropic()\n",
    )
    assert mended(source).startswith("its prompt carries cache breakpoints")


GEMINI = "from google import genai\nfrom google.genai import types\n\nclient = genai.Client()\n"
GENERATED = 'client.models.generate_content(model="gemini-3.8-flash", contents=item, config={config}).text'
GENTLE = "types.GenerateContentConfig(temperature=0)"


@pytest.mark.parametrize(
    ("head", "config"),
    [
        (GEMINI, "{'temperature': 0}"),
        (GEMINI, "{'response_schema': str}"),
        (GEMINI, "{'tools': [types.Tool(google_search=types.GoogleSearch()), {'url_context': {}}]}"),
        (GEMINI, GENTLE),
        (f"{GEMINI}\nGENTLE = {GENTLE}\n", "GENTLE"),
        (f"{GEMINI}\nGENTLE: types.GenerateContentConfig = {GENTLE}\n", "GENTLE"),
        (GEMINI.replace("Client()", "Client(vertexai=False)"), GENTLE),
    ],
)
def test_a_configuration_that_is_seen_goes_along(head: str, config: str) -> None:
    sent = GENERATED.format(config=config)
    assert "in batched_gemini_responses(client, requests):" in loop(
        program(f"for item in items:\n    out.append({sent})", head)
    )


KEPT = f"""
class Kept:
    def __init__(self):
        self.client = genai.Client()
        self.config = {GENTLE}

    def work(self, items, out):
        for item in items:
            out.append({GENERATED.format(config="self.config").replace("client.", "self.client.", 1)})
"""


def test_a_configuration_that_an_object_keeps_goes_along() -> None:
    assert "in batched_gemini_responses(self.client, requests):" in mended(f"{GEMINI}{KEPT}")
    changed = f"{GEMINI}{KEPT}\n\ndef change(kept):\n    kept.config.tools = [print]\n"
    assert mended(changed) == "what `self.config` holds is not seen"


@pytest.mark.parametrize("other", ["from app import Kept\n\nKept().config = None\n", "print()\n"])
def test_what_another_file_may_change_is_not_seen(other: str) -> None:
    Path("app.py").write_text(f"{GEMINI}{KEPT}")
    Path("other.py").write_text(other)
    report, _ = check(["."], OPTIONS, {})
    seen = "config" not in other
    assert [bool(diagnostic.fix) for diagnostic in report.diagnostics] == [seen]


WITH = "a batch does not do the same with `config.{}`"
CONFIGURED = {
    WITH.format("tools"): (GEMINI, "{'tools': [print]}"),
    "only the answer to a single call has `.parsed`": (
        f"{GEMINI}\ndef read(answer):\n    return answer.parsed\n",
        "types.GenerateContentConfig(temperature=0, response_schema=str)",
    ),
    WITH.format("cached_content"): (f"{GEMINI}\nKEPT = dict(a=1)\n", "{'cached_content': KEPT}"),
    WITH.format("http_options"): (f"{GEMINI}\nSLOW = {{'http_options': {{'timeout': 9}}}}\n", "SLOW"),
    "what `{**GENTLE}` holds is not seen": (GEMINI, "{**GENTLE}"),
    "what `gentle` holds is not seen": (f"{GEMINI}\ngentle = made()\n", "gentle"),
    "what `made(item)` holds is not seen": (GEMINI, "made(item)"),
    "what `GENTLE` holds is not seen": (f"{GEMINI}\nGENTLE = {GENTLE}\nGENTLE.tools = [print]\n", "GENTLE"),
    "what `KEPT` holds is not seen": (f"{GEMINI}\nKEPT = {GENTLE}\nagain(KEPT)\n", "KEPT"),
    "what `SET` holds is not seen": (
        f"{GEMINI}\nSET = {GENTLE}\n\n\ndef reset(more):\n    global SET\n    SET = more\n",
        "SET",
    ),
    "a client with `vertexai` takes batches in another way": (
        GEMINI.replace("Client()", "Client(vertexai=True)"),
        GENTLE,
    ),
}


@pytest.mark.parametrize("reason", CONFIGURED)
def test_what_a_batch_does_not_do_says_why(reason: str) -> None:
    head, config = CONFIGURED[reason]
    assert mended(program(f"for item in items:\n    out.append({GENERATED.format(config=config)})", head)) == reason


def test_a_configuration_that_may_be_among_other_arguments_is_not_seen() -> None:
    sent = 'client.models.generate_content(model="gemini-3.8-flash", contents=item, **GENTLE).text'
    head = f"{GEMINI}\nGENTLE = {{'config': {GENTLE}}}\n"
    assert mended(program(f"for item in items:\n    out.append({sent})", head)) == "its arguments are not all seen"


MISTRAL = "from mistralai.client import Mistral\n\nclient = Mistral()\n"
COMPLETED = 'client.chat.complete(model="mistral-large-4", messages=[{"role": "user", "content": item}]).id'


@pytest.mark.parametrize("module", ["mistralai.client", "mistralai"])
def test_classes_come_from_where_the_version_of_the_client_has_them(module: str) -> None:
    head = MISTRAL.replace("mistralai.client", module)
    after = mended(program(f"for item in items:\n    out.append({COMPLETED})", head))
    assert f"from {module} import Mistral\nfrom {module}.models import ChatCompletionRequest, Chat" in after
    assert after.count(" import Mistral\n") == 1


def test_how_long_a_call_of_mistral_may_take_is_for_a_single_call() -> None:
    sent = COMPLETED.replace("messages", "timeout_ms=9, messages")
    reason = "`timeout_ms` is for a single call"
    assert mended(program(f"for item in items:\n    out.append({sent})", MISTRAL)) == reason


def test_what_is_written_for_two_calls_of_one_library_differs_in_their_names_only() -> None:
    chat, responses = ((RULES / "batches" / f"openai-{call}.py").read_text() for call in ("chat", "responses"))
    changed = [line for line in difflib.ndiff(chat.splitlines(), responses.splitlines()) if line[0] in "+-"]
    assert len(changed) == 2 * 5


@pytest.mark.parametrize("path", sorted((RULES / "batches").glob("*.py")), ids=lambda path: path.stem)
def test_a_file_with_a_function_for_batches_has_one_and_its_imports(path: Path) -> None:
    kinds = [type(node).__name__ for node in ast.parse(path.read_text()).body]
    function = "AsyncFunctionDef" if path.stem.endswith("-async") else "FunctionDef"
    assert kinds[:7] == ["Expr", "Import", "Import", "Import", "ImportFrom", "ImportFrom", "ImportFrom"]
    assert {*kinds[7:-2]} in ({"Import"}, {"ImportFrom"})
    assert kinds[-2:] == ["Assign", function]


@pytest.mark.parametrize("name", ["gemini", "mistral"])
def test_what_is_written_for_an_asynchronous_client_differs_in_that_only(name: str) -> None:
    one, other = ((RULES / "batches" / f"{name}{kind}.py").read_text() for kind in ("", "-async"))
    functions = [ast.unparse(ast.parse(text).body[-1]) for text in (one, other)]
    for word in ("await ", "async ", "async_", "_async"):
        functions[1] = functions[1].replace(word, "")
    for word, instead in {"AsyncIterator": "Iterator", "asyncio": "time", "aread": "read", "client.Async": ""}.items():
        functions[1] = functions[1].replace(word, instead)
    assert ast.dump(ast.parse(functions[1])) == ast.dump(ast.parse(functions[0]))
