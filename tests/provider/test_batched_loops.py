"""PL301, proved: loops and what becomes of them, run by the real clients. Same prompts and results, half the price."""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import time
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from mistralai.client import sdkconfiguration

from promptlint import repairing
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.edits import Applicability
from promptlint.layout import Confidence
from tests.provider.server import LocalProvider, environment, serving

CALLS = {
    "anthropic": (
        "import anthropic\n\nclient = anthropic.Anthropic()",
        """client.messages.create(
            model="claude-sonnet-5-5",
            max_tokens=99,
            messages=[{"role": "user", "content": f"Grade {essay}"}],  # short
        )""",
        "content[0].text",
    ),
    "openai chat": (
        "from openai import OpenAI\n\nclient = OpenAI()",
        'client.chat.completions.create(model="gpt-6-sol", messages=[{"role": "user", "content": f"Grade {essay}"}])',
        "choices[0].message.content",
    ),
    "openai responses": (
        "from openai import OpenAI\n\nclient = OpenAI()",
        'client.responses.create(model="gpt-6-sol", input=f"Grade {essay}")',
        "output_text",
    ),
    "gemini": (
        "from google import genai\n\nclient = genai.Client()",
        """client.models.generate_content(
            model="gemini-3.8-flash",
            contents=f"Grade {essay}",
            config=genai.types.GenerateContentConfig(
                system_instruction="Be brief.",
                response_mime_type="application/json",
                response_schema=list[str],
            ),
        )""",
        "text",
    ),
    "mistral": (
        "from mistralai.client import Mistral\n\nclient = Mistral()",
        """client.chat.complete(
            model="mistral-large-4",
            messages=[{"role": "user", "content": f"Grade {essay}"}],
        )""",
        "choices[0].message.content",
    ),
}
CALLS |= {
    f"async {name}": (
        "import asyncio\n\n" + client.replace("OpenAI", "AsyncOpenAI").replace("anthropic.A", "anthropic.AsyncA"),
        "await " + sends.replace("client.models", "client.aio.models").replace(".complete(", ".complete_async("),
        text,
    )
    for name, (client, sends, text) in CALLS.items()
}
PROGRAM = """
import json
from pathlib import Path

{client}


def evaluate(essays: list[str]) -> dict[str, str]:
    grades = {{}}
    for number, essay in enumerate(essays):
        if essay == "nothing":
            continue
        name = f"{{number}} {{essay}}"
        answer = {call}
        grades[name] = answer.{text}
        print(name)
    return grades


with open("grades.json", "w") as file:
    json.dump(evaluate(json.loads(Path("essays.json").read_text())), file)
"""
APART = """
import json
from pathlib import Path

{client}


def grade(essay: str) -> str:
    answer = {call}
    return answer.{text}


def evaluate(essays: list[str]) -> dict[str, str]:
    return {{essay: grade(essay) for essay in essays if essay != "nothing"}}


with open("grades.json", "w") as file:
    json.dump(evaluate(json.loads(Path("essays.json").read_text())), file)
"""
"""The call is in a function of its own, and the loop a comprehension."""
GATHERED = APART.replace("return {{essay: grade(essay)", "grades = await asyncio.gather(*(grade(essay)").replace(
    '!= "nothing"}}', '!= "nothing"))\n    return dict(zip([essay for essay in essays if essay != "nothing"], grades))'
)
"""The calls run side by side."""
FAN_OUTS = {
    "a pool": """
    with ThreadPoolExecutor(max_workers=3) as pool:
        grades = list(pool.map(grade, chosen))
    return dict(zip(chosen, grades))
""",
    "a pool beside its items": """
    grades = {{}}
    pool = ThreadPoolExecutor()
    for essay, text in zip(chosen, pool.map(grade, chosen)):
        grades[essay] = text
    pool.shutdown()
    return grades
""",
    "futures": """
    with ThreadPoolExecutor() as pool, open("log", "w") as log:
        futures = [pool.submit(grade, essay) for essay in chosen]
        print(len(futures), file=log)
        grades = [future.result() for future in futures]
    return dict(zip(chosen, grades))
""",
    "futures as they are done": """
    grades = {{}}
    with ThreadPoolExecutor() as pool:
        futures = {{}}
        for number, essay in enumerate(chosen):
            futures[pool.submit(grade, essay)] = number, essay
        for future in as_completed(futures):
            number, name = futures[future]
            grades[name] = future.result()
    return {{essay: grades[essay] for essay in chosen}}
""",
}
"""What runs the calls side by side, in threads."""
COROUTINES = {
    "tasks": """
    tasks = []
    for essay in chosen:
        tasks.append(asyncio.create_task(grade(essay)))
    grades = await asyncio.gather(*tasks)
    return dict(zip(chosen, grades))
""",
    "coroutines as they are done": """
    calls = [grade(essay) for essay in chosen]
    grades = []
    for call in asyncio.as_completed(calls):
        grades.append(await call)
    return {{text: text for text in sorted(grades)}}
""",
    "a group": """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(grade(essay)) for essay in chosen]
    return dict(zip(chosen, [task.result() for task in tasks]))
""",
    "a wrapper": """
    async def held(essay):
        async with limit:
            return await grade(essay)

    grades = await asyncio.gather(*[held(essay) for essay in chosen])
    return dict(zip(chosen, grades))
""",
}
"""The same with coroutines."""
CHOSEN = '\n    chosen = [essay for essay in essays if essay != "nothing"]'
ALL = '\n    return {{essay: grade(essay) for essay in essays if essay != "nothing"}}\n'
THREADS = f"\nfrom concurrent.futures import ThreadPoolExecutor, as_completed{APART}"
FORMS = {name: (THREADS.replace(ALL, CHOSEN + body), "") for name, body in FAN_OUTS.items()}
FORMS |= {name: (APART.replace(ALL, CHOSEN + body), "async ") for name, body in COROUTINES.items()}
LIMIT = "limit = asyncio.Semaphore(2)\n\n\ndef grade("
FORMS["a wrapper"] = (FORMS["a wrapper"][0].replace("def grade(", LIMIT), "async ")
FORMS["a limit"] = (
    FORMS["tasks"][0].replace("def grade(", LIMIT).replace("    answer = ", "    async with limit:\n        answer = "),
    "async ",
)
each_form = pytest.mark.parametrize("form", FORMS)
ESSAYS = ["\u2028 one", "two", "nothing", "three", "four"]
each_call = pytest.mark.parametrize("call", CALLS)


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: LocalProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalProvider:
    """A provider which repeats what it is asked, in a folder with essays."""
    running.reset()
    running.broken, running.batches.patience = "", 0
    running.batches.keyed, running.batches.late = True, False
    running.reply = lambda prompt: f"re: {prompt.text}"
    for name, value in environment(running.url).items():
        monkeypatch.setenv(name, value)
    for name in sdkconfiguration.SERVERS:  # no variable tells this client
        monkeypatch.setitem(sdkconfiguration.SERVERS, name, f"{running.url}/mistral")
    monkeypatch.chdir(tmp_path)
    Path("essays.json").write_text(json.dumps(ESSAYS))
    return running


def program(call: str, form: str = PROGRAM) -> str:
    """A loop over essays."""
    client, sends, text = CALLS[call]
    if call.startswith("async"):
        form = re.sub(r"(?<!async )def ", "async def ", form).replace("{{essay: grade(", "{{essay: await grade(")
        form = form.replace("evaluate(json", "asyncio.run(evaluate(json").replace(".read_text()))", ".read_text())))")
    return form.format(client=client, call=sends, text=text)


def mended(call: str, form: str = PROGRAM) -> str:
    """The same as a batch."""
    options = Configuration(fixed=Settings(select=("PL301", "PL302"), min_confidence=Confidence.LOW))
    given = {"app.py": program(call, form).encode()}
    [change] = repairing.repaired(["app.py"], options, given, Applicability.UNSAFE).changes.values()
    return change.after.decode()


def run(source: str) -> dict[str, str]:
    """What a program writes down."""
    Path("program.py").write_text(source)
    runpy.run_path("program.py", run_name="__main__")
    grades: dict[str, str] = json.loads(Path("grades.json").read_text())
    return grades


@pytest.mark.parametrize(
    ("call", "form"),
    [*product(CALLS, (PROGRAM, APART)), *((call, GATHERED) for call in CALLS if call.startswith("async"))],
)
def test_a_batch_sends_the_same_and_gives_the_same_for_half(provider: LocalProvider, call: str, form: str) -> None:
    batched = mended(call, form)
    before = run(program(call, form))
    prompts, cost = Counter((entry.prompt.seed, entry.prompt.text) for entry in provider.ledger), provider.cost
    provider.reset()
    after = run(batched)
    assert list(after.items()) == list(before.items())
    assert len(set(after.values())) == 4
    assert Counter((entry.prompt.seed, entry.prompt.text) for entry in provider.ledger) == prompts
    assert provider.cost == pytest.approx(cost / 2)
    assert list(Path().glob(".batches-*")) == []


@each_form
@pytest.mark.parametrize("client", ["anthropic", "openai responses", "gemini"])
def test_what_runs_side_by_side_is_a_batch_too(provider: LocalProvider, form: str, client: str) -> None:
    text, kind = FORMS[form]
    batched = mended(kind + client, text)
    assert "Pool" not in batched
    assert "limit" not in batched
    before = run(program(kind + client, text))
    prompts, cost = Counter((entry.prompt.seed, entry.prompt.text) for entry in provider.ledger), provider.cost
    provider.reset()
    after = run(batched)
    assert list(after.items()) == list(before.items())
    assert len(set(after.values())) == 4
    assert Counter((entry.prompt.seed, entry.prompt.text) for entry in provider.ledger) == prompts
    assert provider.cost == pytest.approx(cost / 2)
    assert list(Path().glob(".batches-*")) == []


@each_form
def test_of_what_ran_side_by_side_one_error_takes_no_other_with_it(provider: LocalProvider, form: str) -> None:
    text, kind = FORMS[form]
    provider.broken = "two"
    with pytest.raises(RuntimeError, match=r"(?s)^1 of 4 requests failed: .*this prompt is refused"):
        run(mended(f"{kind}anthropic", text))
    assert len(next(iter(provider.batches.batches.values())).results) == 4


@each_form
def test_what_ran_side_by_side_goes_on_with_its_batch(
    provider: LocalProvider, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, kind = FORMS[form]

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    provider.batches.patience = 1
    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", interrupted)
        patched.setattr(asyncio, "sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(mended(f"{kind}anthropic", text))
    assert len(run(mended(f"{kind}anthropic", text))) == 4
    assert len(provider.batches.batches) == 1


@each_call
def test_what_is_too_much_for_one_batch_goes_in_parts(
    provider: LocalProvider, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batched, found = re.subn(r"== \d+_000\b", "== 3", mended(call))
    if not found:  # it is limited by size alone
        monkeypatch.setattr(provider.batches, "most_bytes", 1500)
        batched = batched.replace("> 20_000_000", "> 1_500")
    grades = run(batched)
    assert [len(batch.results) for batch in provider.batches.batches.values()] == [3, 1]
    assert len(grades) == 4


@each_call
def test_an_interrupted_run_goes_on_with_its_batches(
    provider: LocalProvider, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    async def async_pause(seconds: float) -> None:
        pause(seconds)

    monkeypatch.setattr(time, "sleep", pause)
    monkeypatch.setattr(asyncio, "sleep", async_pause)
    provider.batches.patience = 5
    with pytest.raises(KeyboardInterrupt):
        run(mended(call))
    assert len(run(mended(call))) == 4
    assert pauses[:3] == [5, 10, 20]
    assert len(provider.batches.batches) == 1
    assert list(Path().glob(".batches-*")) == []


@each_call
def test_the_error_of_one_item_takes_no_other_with_it(
    provider: LocalProvider, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.broken = "two"
    with pytest.raises(RuntimeError, match=r"(?s)^1 of 4 requests failed: .*this prompt is refused"):
        run(mended(call))
    assert capsys.readouterr().out.split("\n")[:-1] == ["0 \u2028 one", "3 three", "4 four"]


MODELS = {"gemini": ["gemini-3.8-flash", "gemini-4-argon"], "mistral": ["mistral-large-4", "mistral-small-2603"]}


each_by_model = pytest.mark.parametrize("call", [f"{kind}{name}" for name in MODELS for kind in ("", "async ")])


@each_by_model
def test_each_batch_is_for_one_model(provider: LocalProvider, call: str) -> None:
    one, other = MODELS[call.rsplit(maxsplit=1)[-1]]
    grades = run(mended(call).replace('model="', f'model="{other}" if number % 2 else "'))
    assert [text.rpartition("Grade ")[2].strip() for text in grades.values()] == [name[2:].strip() for name in grades]
    batches = provider.batches.batches.values()
    assert [(batch.model, len(batch.results)) for batch in batches] == [(one, 2), (other, 2)]


@each_by_model
def test_a_batch_that_was_not_done_in_time_says_so(provider: LocalProvider, call: str) -> None:
    provider.batches.late = True
    with pytest.raises(RuntimeError, match=r"(?si)^4 of 4 requests failed: .*(expired|timeout_exceeded)"):
        run(mended(call))


@pytest.mark.parametrize("call", ["gemini", "async gemini"])
def test_an_answer_that_does_not_say_what_it_answers_is_given_to_nothing(provider: LocalProvider, call: str) -> None:
    provider.batches.keyed = False
    with pytest.raises(RuntimeError, match=r"^an answer of batches/batch_\d+ does not say what it answers$"):
        run(mended(call))
    provider.batches.keyed = True
    assert len(run(mended(call))) == 4
    assert len(provider.batches.batches) == 1
