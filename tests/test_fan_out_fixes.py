"""How calls side by side become a batch, and why they sometimes do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from promptlint import repairing
from promptlint.edits import Applicability
from tests.batching import OPTIONS, mended

SENT = 'client.responses.create(model="gpt-6-sol", input=item)'
THREADS = f"""from concurrent.futures import ThreadPoolExecutor, as_completed

from openai import OpenAI
from tqdm import tqdm

client = OpenAI()


def one(item):
    reply = {SENT}
    return reply.id


def work(items, out):
"""
ASYNC = """import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


"""
WORK = "async def work(items, out):\n"
COROUTINES = f"{ASYNC}async def one(item):\n    reply = await {SENT}\n    return reply.id\n\n\n{WORK}"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)


def work(body: str, head: str = THREADS) -> str:
    """The body of the last function of a file, as it is mended, or why it is not. Without its indentation."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    after = mended(f"{head}{lines}\n").rpartition("def work(items, out):\n")[2]
    return "\n".join(line.removeprefix("    ") for line in after.splitlines())


def test_what_a_pool_gives_is_a_list_of_answers() -> None:
    body = "with ThreadPoolExecutor(max_workers=8) as pool:\n    out += list(pool.map(one, items))\nprint(out)"
    assert work(body) == (
        "out += [\n"
        "    one_answer(response)\n"
        "    for item, response in batched_responses(client, [\n"
        "        (item, one_request(item))\n"
        "        for item in items\n"
        "    ])\n"
        "]\n"
        "print(out)"
    )


def test_where_nothing_is_done_with_what_a_pool_gives_answers_are_read() -> None:
    assert work("with ThreadPoolExecutor() as pool:\n    pool.map(one, items)") == (
        "for _, response in batched_responses(client, [\n"
        "    (item, one_request(item))\n"
        "    for item in items\n"
        "]):\n"
        "    one_answer(response)"
    )


def test_a_progress_bar_on_several_lines_is_on_one() -> None:
    after = work(
        "with ThreadPoolExecutor() as pool:\n"
        "    out += list(\n        tqdm(\n            pool.map(one, items),\n            total=9,\n        )\n    )"
    )
    assert after == (
        "out += [\n"
        "    one_answer(response)\n"
        "    for item, response in tqdm(batched_responses(client, [\n"
        "        (item, one_request(item))\n"
        "        for item in items\n"
        "    ]), total=9)\n"
        "]"
    )


def test_a_progress_bar_stays() -> None:
    after = work(
        "pool = ThreadPoolExecutor()\n"
        "for text in tqdm(pool.map(one, items), total=len(items)):\n"
        "    # keep it\n"
        "    out.append(text)\n"
        "pool.shutdown(wait=True)"
    )
    assert after == (
        "for _, response in tqdm(batched_responses(client, [\n"
        "    (item, one_request(item))\n"
        "    for item in items\n"
        "]), total=len(items)):\n"
        "    text = one_answer(response)\n"
        "    # keep it\n"
        "    out.append(text)"
    )


def test_items_beside_what_a_pool_gives_are_those_of_the_batch() -> None:
    after = work(
        "with ThreadPoolExecutor() as pool, open('log', 'w') as log:\n"
        "    for name, text in zip(items, pool.map(one, items)):\n"
        "        print(name, text, file=log)"
    )
    assert after == (
        "with open('log', 'w') as log:\n"
        "    for name, response in batched_responses(client, [\n"
        "        (name, one_request(name))\n"
        "        for name in items\n"
        "    ]):\n"
        "        text = one_answer(response)\n"
        "        print(name, text, file=log)"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("[text[:9] for text in pool.map(one, items)]", "[one_answer(response)[:9] for item, response in batched_res"),
        ("dict(zip(items, pool.map(one, items)))", "dict(zip(items, [\n    one_answer(response)\n    for item, resp"),
        ("list(tqdm(pool.map(one, items)))", "[\n    one_answer(response)\n    for item, response in tqdm(batched_"),
    ],
)
def test_what_a_pool_gives_is_taken_where_it_was(given: str, expected: str) -> None:
    assert work(f"with ThreadPoolExecutor() as pool:\n    out.more = {given}").startswith(f"out.more = {expected}")


def test_a_map_of_tqdm_needs_no_pool() -> None:
    head = THREADS.replace("from tqdm import tqdm", "from tqdm.contrib.concurrent import thread_map")
    assert work("out += thread_map(one, items, max_workers=8)", head).startswith("out += [\n    one_answer(response)\n")


def test_where_futures_were_requests_are() -> None:
    after = work(
        "with ThreadPoolExecutor() as pool:\n"
        "    futures = [pool.submit(one, item) for item in items]\n"
        "    print(len(futures))\n"
        "    out += [future.result() for future in futures]"
    )
    assert after == (
        "requests = [(item, one_request(item)) for item in items]\n"
        "print(len(requests))\n"
        "out += [one_answer(response) for _, response in batched_responses(client, requests)]"
    )


def test_what_a_mapping_tells_of_a_future_goes_along() -> None:
    after = work(
        "with ThreadPoolExecutor() as pool:\n"
        "    futures = {pool.submit(one, item): i for i, item in enumerate(items)}\n"
        "    for future in tqdm(as_completed(futures), total=len(futures)):\n"
        "        out[futures[future]] = future.result()"
    )
    assert after == (
        "requests = [(i, one_request(item)) for i, item in enumerate(items)]\n"
        "for i, response in tqdm(batched_responses(client, requests), total=len(requests)):\n"
        "    out[i] = one_answer(response)"
    )


def test_it_has_the_names_that_it_had() -> None:
    after = work(
        "futures = {}\n"
        "with ThreadPoolExecutor() as pool:\n"
        "    for i, item in enumerate(items):\n"
        "        future = pool.submit(one, item)\n"
        "        futures[future] = i, item\n"
        "    for future in as_completed(futures):\n"
        "        number, what = futures[future]\n"
        "        out[number, what] = future.result()",
        THREADS.replace("reply.id", "item, reply.id"),
    )
    assert after == (
        "requests = []\n"
        "for i, item in enumerate(items):\n"
        "    request = ((i, item), one_request(item))\n"
        "    requests.append(request)\n"
        "for (number, what), response in batched_responses(client, requests):\n"
        "    out[number, what] = one_answer(response, what)"
    )


@pytest.mark.parametrize("started", ["one(item)", "asyncio.create_task(one(item))", "asyncio.ensure_future(one(item))"])
def test_where_tasks_were_requests_are(started: str) -> None:
    after = work(
        f"tasks = []\nfor item in items:\n    tasks.append({started})\n"
        "if tasks:\n    replies = await asyncio.gather(*tasks)\n    out.more(replies)",
        COROUTINES,
    )
    assert after == (
        "requests = []\n"
        "for item in items:\n"
        "    requests.append((item, one_request(item)))\n"
        "if requests:\n"
        "    replies = [\n"
        "        one_answer(response)\n"
        "        async for _, response in async_batched_responses(client, requests)\n"
        "    ]\n"
        "    out.more(replies)"
    )


def test_a_group_of_tasks_goes() -> None:
    after = work(
        "async with asyncio.TaskGroup() as group:\n"
        "    tasks = [group.create_task(one(item)) for item in items]\n"
        "out += [task.result() for task in tasks]",
        COROUTINES,
    )
    assert after == (
        "requests = [(item, one_request(item)) for item in items]\n"
        "out += [one_answer(response) async for _, response in async_batched_responses(client, requests)]"
    )


def test_answers_are_taken_one_by_one() -> None:
    after = work(
        f"tasks = [{SENT} for item in items]\n"
        "for task in asyncio.as_completed(tasks):\n    reply = await task\n    out.append(reply.id)",
        ASYNC + WORK,
    )
    assert after == (
        'requests = [(item, dict(model="gpt-6-sol", input=item)) for item in items]\n'
        "async for _, reply in async_batched_responses(client, requests):\n"
        "    out.append(reply.id)"
    )


def test_what_gives_nothing_is_a_loop() -> None:
    after = work("tasks = [one(item) for item in items]\nawait asyncio.gather(*tasks)", COROUTINES)
    assert after.endswith(
        "async for _, response in async_batched_responses(client, requests):\n    one_answer(response)"
    )


HELD = f"""    async with limit:
        # one at a time
        reply = await {SENT}

        name = reply.id
    return name
"""


@pytest.mark.parametrize(
    ("parameters", "made", "call", "left"),
    [
        ("item", "", "item", "item"),
        ("item, limit", "    limit = asyncio.Semaphore(9)\n", "item, limit", "item"),
        ("limit, item", "    limit = asyncio.Semaphore(9)\n", "item=item, limit=limit", "item=item"),
    ],
)
def test_a_semaphore_goes(parameters: str, made: str, call: str, left: str) -> None:
    top = "" if made else "limit = asyncio.BoundedSemaphore(9)\n\n\n"
    body = f"{made}    tasks = [one({call}) for item in items]\n    out += await asyncio.gather(*tasks)\n"
    after = mended(f"{ASYNC}{top}async def one({parameters}):\n{HELD}\n\n{WORK}{body}")
    assert "limit" not in after
    assert after.endswith(
        "def one_request(item):\n"
        "    # one at a time\n"
        '    return dict(model="gpt-6-sol", input=item)\n\n\n'
        "def one_answer(reply):\n"
        "    name = reply.id\n"
        "    return name\n\n\n"
        "async def work(items, out):\n"
        f"    requests = [(item, one_request({left})) for item in items]\n"
        "    out += [\n"
        "        one_answer(response)\n"
        "        async for _, response in async_batched_responses(client, requests)\n"
        "    ]\n"
    )


def test_a_wrapper_that_only_holds_back_goes() -> None:
    after = work(
        "limit = asyncio.Semaphore(9)\n\n"
        "async def held(thing):\n    async with limit:\n        return await one(thing)\n\n"
        "out += await asyncio.gather(*[held(item) for item in items])",
        COROUTINES,
    )
    assert after == (
        "out += [\n"
        "    one_answer(response)\n"
        "    async for item, response in async_batched_responses(client, [\n"
        "        (item, one_request(item))\n"
        "        for item in items\n"
        "    ])\n"
        "]"
    )


def test_a_function_within_a_function_is_taken_apart_there() -> None:
    after = work(
        f"async def one(item):\n    return (await {SENT}).id\n\n"
        "tasks = [one(item) for item in items]\nout += await asyncio.gather(*tasks)",
        ASYNC + WORK,
    )
    assert after.startswith(
        'def one_request(item):\n    return dict(model="gpt-6-sol", input=item)\n\n'
        "def one_answer(response):\n    return response.id\n\n"
    )


def test_a_method_is_taken_apart_in_its_class() -> None:
    source = (
        "from concurrent.futures import ThreadPoolExecutor\n\nfrom openai import OpenAI\n\n\nclass Work:\n"
        "    def __init__(self):\n        self.client = OpenAI()\n\n"
        f"    def one(self, item):\n        return self.{SENT}.id\n\n"
        "    def work(self, items):\n        with ThreadPoolExecutor() as pool:\n"
        "            for item, one in zip(items, pool.map(self.one, items)):\n                print(item, one)\n"
    )
    assert mended(source).endswith(
        '    def one_request(self, item):\n        return dict(model="gpt-6-sol", input=item)\n\n'
        "    def one_answer(self, response):\n        return response.id\n\n"
        "    def work(self, items):\n"
        "        for item, response in batched_responses(self.client, [\n"
        "            (item, self.one_request(item))\n"
        "            for item in items\n"
        "        ]):\n"
        "            one = self.one_answer(response)\n"
        "            print(item, one)\n"
    )


def test_a_script_without_functions_around_its_pool() -> None:
    source = (
        f"{THREADS.partition('def work')[0].replace('reply.id', 'item, reply.id')}texts = open('texts').readlines()\n"
        "with ThreadPoolExecutor() as pool:\n"
        "    futures = {pool.submit(one, item): item for item in texts}\n"
        "    for future in as_completed(futures):\n        print(future.result())\n"
    )
    assert mended(source).endswith(
        "requests = [(item, one_request(item)) for item in texts]\n"
        "for item, response in batched_responses(client, requests):\n    print(one_answer(response, item))\n"
    )


MAPPED = f"{THREADS}    with ThreadPoolExecutor() as pool:\n        out += list(tqdm(pool.map(one, items)))\n"


def test_a_package_that_is_imported_goes_like_a_name() -> None:
    source = MAPPED.replace(
        "from concurrent.futures import ThreadPoolExecutor, as_completed", "import concurrent.futures"
    )
    assert "concurrent" not in mended(source.replace("ThreadPoolExecutor()", "concurrent.futures.ThreadPoolExecutor()"))


def test_imports_that_nothing_needs_any_more_go() -> None:
    assert mended(MAPPED.replace(", as_completed", "")).partition("\n\nclient")[0] == (
        "import hashlib\nimport json\nimport time\nfrom collections.abc import Iterator\nfrom pathlib import Path\n"
        "from typing import Any\n\nimport openai\nfrom openai import OpenAI\nfrom tqdm import tqdm"
    )


def test_imports_that_something_else_needs_stay() -> None:
    kept = "from concurrent.futures import ThreadPoolExecutor, as_completed\n"
    assert kept in mended(f"{MAPPED}    print(as_completed, ThreadPoolExecutor)\n")


def test_texts_and_cells_stay_as_they_are() -> None:
    imports, _, rest = THREADS.replace(", as_completed", "").partition("\n\n")
    body = "        text = '''\n        a'''\n        out += pool.map(one, items)\n"
    cells = [f"{imports}\nimport json\n", f"{rest}    with ThreadPoolExecutor() as pool:\n{body}", "json.dumps(1)\n"]
    stored = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    Path("a.ipynb").write_text(json.dumps({"cells": stored, "metadata": {}, "nbformat": 4}, indent=1))
    repaired = repairing.repaired(["a.ipynb"], OPTIONS, {}, Applicability.UNSAFE)
    after = json.loads(repaired.changes["a.ipynb"].after)["cells"]
    first, second, third = ("".join(cell["source"]) for cell in after)
    assert "ThreadPoolExecutor" not in first
    assert "    text = '''\n        a'''\n    out += [\n" in second
    assert third == cells[2]


def test_a_map_without_a_pool_is_gone_through_at_once_or_not() -> None:
    assert work("out += list(map(one, items))").startswith("out += [\n    one_answer(response)\n")
    reason = "the next call is made when the answer to this one was used"
    assert work("for text in map(one, items):\n    out.append(text)") == reason


POOL = "with ThreadPoolExecutor() as pool:\n    "
SUBMIT = f"{POOL}futures = [pool.submit(one, item) for item in items]\n    "
REFUSED = {
    "the errors of its answers are handled one by one": (
        f"{SUBMIT}for future in futures:\n        try:\n            out.append(future.result())\n"
        "        except Exception:\n            pass"
    ),
    "`future` is used for more than its answer": (
        f"{SUBMIT}for future in futures:\n        if future.done():\n            out.append(future.result())"
    ),
    "the answer of `future` is not taken once": (
        f"{SUBMIT}for future in futures:\n        out.append(future.result())\n        print(future.result())"
    ),
    "the loop over its answers may be left before the last one": (
        f"{SUBMIT}for future in futures:\n        out.append(future.result())\n        break"
    ),
    "its answers are waited for only so long": (
        f"{SUBMIT}for future in as_completed(futures, timeout=9):\n        out.append(future.result())"
    ),
    "`futures` is used in several places": f"{SUBMIT}out += [f.result() for f in futures]\n    print(futures)",
    "`futures` is handed on before its answers are taken": f"{SUBMIT}out.more(futures)",
    "there is another loop around the answers": (
        f"{SUBMIT}for _ in range(3):\n        for future in futures:\n            out.append(future.result())"
    ),
    "`pool` runs other calls too": f"{POOL}pool.submit(print)\n    out += list(pool.map(one, items))",
    "where `pool` is made is not seen": "pool = made()\nout += list(pool.map(one, items))",
    "the pool is made somewhere else": "out += list(out.pool.map(one, items))",
    "the pool is given more than a function and a list": f"{POOL}out += list(pool.map(one, items, timeout=9))",
    "what the pool gives is handed on": f"{POOL}return pool.map(one, items)",
    "the call is started, and its answer is not taken in a way that is seen": (
        f"{POOL}for item in items:\n        pool.submit(one, item)"
    ),
    "there is another loop around the call": f"{POOL}for part in items:\n        out += list(pool.map(one, part))",
    "where `futures` is made is not seen": (
        f"{POOL}futures = out.old\n    for item in items:\n        futures.append(pool.submit(one, item))\n"
        "    out += [future.result() for future in futures]"
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_a_batch_says_why(reason: str) -> None:
    assert work(REFUSED[reason]) == reason


def test_a_name_that_other_loops_give_is_free() -> None:
    after = work(
        "items = [item for item in items if item]\n"
        "with ThreadPoolExecutor() as pool:\n"
        "    futures = [pool.submit(one, item) for item in items]\n"
        "    for future in futures:\n        out.append(future.result())",
        THREADS.replace("reply.id", "item, reply.id"),
    )
    assert after.endswith(
        "for item, response in batched_responses(client, requests):\n    out.append(one_answer(response, item))"
    )


APART = {
    "its answers are taken where nothing can be awaited": "out += list(await task for task in tasks)",
    "its answers are numbered as they come": "for i, task in enumerate(tasks):\n    out[i] = await task",
    "`item` is something else where the answers are taken": (
        "item = 1\nfor task in tasks:\n    out.append(await task)\nprint(item)"
    ),
}


@pytest.mark.parametrize("reason", APART)
def test_where_answers_of_coroutines_cannot_be_taken_says_why(reason: str) -> None:
    head = COROUTINES.replace("reply.id", "item, reply.id")
    assert work(f"tasks = [one(item) for item in items]\n{APART[reason]}", head) == reason
