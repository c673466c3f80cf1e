"""How a call that holds up the event loop is mended, and why it sometimes is in a thread, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import applied
from promptlint.session import check

OPTIONS = Configuration(fixed=Settings(select=("PL303",)))
ASK = 'client.responses.create(model="gpt-6-sol", input=question)'
HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)


def mended(source: str, **others: str) -> str:
    """A file with the first fix made, or why there is none."""
    for name, text in others.items():
        Path(f"{name}.py").write_text(text)
    Path("app.py").write_text(source)
    report, _ = check(["."], OPTIONS, {})
    first = report.diagnostics[0]
    return applied(source, first.fix.edits) if first.fix else first.refused


def program(body: str, head: str = HEAD) -> str:
    return f"{head}\n\nasync def ask(question: str) -> object:\n    return {body}\n"


def test_every_call_of_the_client_is_awaited() -> None:
    second = f"\n\nasync def tell(question: str) -> object:\n    return [{ASK}.output_text for _ in 'ab']  # twice\n"
    after = mended(program(ASK) + second)
    assert "client = AsyncOpenAI()" in after
    assert f"return await {ASK}\n" in after
    assert f"return [(await {ASK}).output_text for _ in 'ab']  # twice\n" in after


def test_an_import_that_others_need_stays() -> None:
    after = mended(program(ASK, "from openai import OpenAI\n\nclient: OpenAI = OpenAI()\nother = OpenAI()\n"))
    assert after.startswith("from openai import AsyncOpenAI, OpenAI\n\nclient: AsyncOpenAI = AsyncOpenAI()\n")


def test_an_import_that_is_there_is_used() -> None:
    after = mended(program(ASK, "from openai import AsyncOpenAI, OpenAI\n\nclient = OpenAI()\n"))
    assert after.startswith("from openai import AsyncOpenAI\n\nclient = AsyncOpenAI()\n")


SHARED = {
    "synchronous code": program(ASK) + f"\n\ndef tell(question: str) -> object:\n    return {ASK}\n",
    "another call": program(ASK) + "\n\nasync def files() -> object:\n    return client.files.list()\n",
    "handed on": program(ASK) + "\n\nwrapped = print(client)\n",
    "a parameter": program(ASK, "from openai import OpenAI\n").replace("ask(", "ask(client: OpenAI, "),
    "two values": program(ASK, "from openai import OpenAI\n\nclient = OpenAI()\nclient = OpenAI(timeout=9)\n"),
    "an http client": program(
        ASK, "import httpx\nfrom openai import OpenAI\n\nclient = OpenAI(http_client=httpx.Client())\n"
    ),
}


@pytest.mark.parametrize("source", SHARED.values(), ids=SHARED)
def test_a_thread_waits_where_the_client_cannot_become_another(source: str) -> None:
    after = mended(source)
    assert "AsyncOpenAI" not in after
    arguments = 'client.responses.create, model="gpt-6-sol", input=question'
    assert f"    return await asyncio.to_thread(\n        {arguments}\n    )\n" in after


def test_a_client_that_another_file_uses_stays() -> None:
    assert "to_thread" in mended(program(ASK), other="from app import client\n\nprint(client.models.list())\n")
    assert "to_thread" not in mended(program(ASK), other="from app import ask\n\nclient = ask\n")


REFUSED = {
    "it is called by a function that is no coroutine": program(
        "list(answers(question))", f"{HEAD}\n\ndef answers(question):\n    yield {ASK}\n"
    ),
    "the answer is streamed: what reads the stream has to be asynchronous too": program(
        ASK.replace("input=", "stream=True, input=")
    ),
    "the call in line 7 stands where nothing can be awaited": program(f"list({ASK} for _ in 'ab')"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_mended_says_why(reason: str) -> None:
    assert mended(REFUSED[reason]) == reason


def test_a_call_that_is_said_to_wait_is_left_alone() -> None:
    said = program(ASK).replace("    return", "    # We can block here: nobody else is served.\n    return")
    assert mended(said) == "the comment above it says that it waits"


def test_lines_that_stand_behind_the_parenthesis_still_do() -> None:
    split = ASK.replace(", input", f",\n{' ' * 36}input")
    after = mended(program(split))
    assert "    return await client.responses.create(" in after
    assert "\n" + " " * 42 + "input=question)\n" in after
    wide = f"# {'-' * 98}\n"  # the lines of this file may be as long
    head = wide + HEAD.replace("client = OpenAI()", "class C: pass\nc = C()\nc.client = OpenAI()")
    after = mended(program(split.replace("client", "c.client").replace(" input", "  input"), head))
    assert "    return await asyncio.to_thread(c.client.responses.create, model=" in after
    assert "\n" + " " * 35 + "input=question)\n" in after


def test_lines_of_a_text_stay_where_they_are() -> None:
    after = mended(program(ASK.replace("question", '"""One.\n' + " " * 50 + 'Two."""')))
    assert "\n" + " " * 50 + 'Two.""")\n' in after


def test_an_embedding_is_awaited_where_the_client_has_a_coroutine_for_it() -> None:
    head = "from google import genai\n\nclient = genai.Client()\n"
    after = mended(program('client.models.embed_content(model="gemini-embedding-001", contents=question)', head))
    assert "    return await client.aio.models.embed_content(" in after


WAITING = "\n\nasync def ask(question: str, **options: int) -> object:\n    return {}\n\n\nwrapped = print(client)\n"
LAID_OUT = {
    "on one line, which would get too wide": (
        'client.responses.create(model="gpt-6-sol", input=question)',
        """\
await asyncio.to_thread(
        client.responses.create, model="gpt-6-sol", input=question
    )""",
    ),
    "on a line of their own": (
        """\
client.responses.create(
        model="gpt-6-sol", input=question
    )""",
        """\
await asyncio.to_thread(
        client.responses.create, model="gpt-6-sol", input=question
    )""",
    ),
    "on lines of their own": (
        """\
client.responses.create(
        model="gpt-6-sol",
        input=question,
    )""",
        """\
await asyncio.to_thread(
        client.responses.create,
        model="gpt-6-sol",
        input=question,
    )""",
    ),
}


@pytest.mark.parametrize("how", LAID_OUT)
def test_what_a_thread_calls_stands_as_the_arguments_do(how: str) -> None:
    written, threaded = LAID_OUT[how]
    rest = WAITING.format(threaded)
    assert mended(HEAD + WAITING.format(written)).endswith(rest)
