"""Work grows with the calls of LLMs and not with the tree around them: counted, not timed."""

from __future__ import annotations

import gc
from pathlib import Path
from unittest.mock import patch

import pytest

from bench.speed.trees import plant
from bench.speed.work import work
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.modules import definitions
from promptlint.languages.python.modules.definitions import ModuleInfo
from promptlint.languages.python.modules.syntax import parsed
from promptlint.languages.python.read import read_source
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.rewriting import Substitution
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Carried, Cat, Each, Format, Global, Str

FILES = 40
MOST = {"files parsed": 40, "names looked through": 40, "bodies walked": 300, "prompts worked out": 60}
"""For ten calls: if it becomes more, whoever made it more should know why."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, int]]:
    """What is done for the same calls in a tree, and in one that is sixteen times as large."""
    found = []
    for times in (1, 16):
        tree = tmp_path_factory.mktemp(f"times{times}")
        plant(tree, FILES * times)
        found.append(work(tree))
    return found


@pytest.mark.parametrize("name", MOST)
def test_what_has_nothing_to_do_with_prompts_is_not_parsed_walked_or_worked_out(
    done: list[dict[str, int]], name: str
) -> None:
    assert done[0][name] == done[1][name]


@pytest.mark.parametrize("name", MOST)
def test_a_call_costs_no_more_than_it_did(done: list[dict[str, int]], name: str) -> None:
    assert 0 < done[0][name] <= MOST[name]


def test_a_file_is_read_once_and_those_with_prompts_some_times_more(done: list[dict[str, int]]) -> None:
    more = done[1]["files read"] - done[0]["files read"]
    assert more <= 16 * FILES - FILES + 16  # and a few packages


def test_what_a_file_names_is_looked_through_once_however_often_fixes_are_read_back(done: list[dict[str, int]]) -> None:
    assert done[0]["names looked through"] <= done[0]["files parsed"]


def test_a_project_that_calls_no_llm_is_not_parsed(tmp_path: Path) -> None:
    for name, text in {"__init__": "", "polys": ALGEBRA, "solve": "from algebra.polys import together\n"}.items():
        path = tmp_path / "algebra" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    done = work(tmp_path)
    assert [name for name in MOST if done[name]] == []


def test_what_only_defines_a_function_of_the_same_name_is_not_parsed_for_its_callers(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "llm.py").write_text(PLUGIN)
    for number in range(200):
        (tmp_path / f"plugin_{number}.py").write_text("def setup(text):\n    return text\n")

    assert work(tmp_path)["files parsed"] == 1


def test_a_body_is_looked_through_once_for_what_it_changes() -> None:
    module = ModuleInfo("app.py", "app", CHANGES, parsed(CHANGES))
    method, function = module.classes["Chat"].methods["ask"], module.functions["reset"]

    with patch.object(definitions, "changed_in_place", wraps=definitions.changed_in_place) as looked:
        assert method.mutates
        assert method.added.objects == {"self": {"said": "append"}}
        assert method.added.lists == {"texts"}
        assert module.changed == {"KEPT": (function,)}
    assert looked.call_count == len(module.all_functions[1:])


# --- terms ------------------------------------------------------------------------------------------------------------

LOOP = 7


def each(loop: int) -> Each:
    return Each(loop, Global("items"))


def listed(term: Term) -> Term:
    return Cat((Str("Item: "), Format(term)))


def test_only_what_holds_a_symbol_is_walked_to_replace_it() -> None:
    replaced = Substitution({each(LOOP): Str("one")})
    others = [listed(each(number)) for number in range(LOOP + 1, LOOP + 50)]

    assert replaced(Cat((*others, listed(each(LOOP))))) == Cat((*others, listed(Str("one"))))
    assert len(replaced.memo) == 4  # the text, the part of it with the item, its Format, and the item


def test_the_items_of_loops_with_one_bit_are_told_apart() -> None:
    replaced = Substitution({each(LOOP): Str("one")})
    collides = next(n for n in range(LOOP + 1, 10_000) if each(n).open == each(LOOP).open)

    assert replaced(listed(each(collides))) == listed(each(collides))


def test_what_a_loop_carries_is_replaced_wherever_it_is_equal() -> None:
    replaced = Substitution({Carried(LOOP, "total"): Str("sum")})

    assert replaced(listed(Carried(LOOP, "total"))) == listed(Str("sum"))
    assert replaced(listed(Carried(LOOP, "other"))) == listed(Carried(LOOP, "other"))


def test_what_was_known_of_files_is_gone_when_they_are_read() -> None:
    gc.collect()
    gc.disable()
    try:
        read_source(SENDS, "app.py", load_models(), load_providers())
        engines = [each for each in gc.get_objects() if isinstance(each, Engine)]
        assert not any(map(vars, engines))
    finally:
        gc.enable()


CHANGES = """
KEPT = []

class Chat:
    def ask(self, question):
        texts = []
        texts.append(question)
        self.said.append(question)

def reset():
    KEPT.clear()
"""
ALGEBRA = """
def together(x):
    return x

def run(prompt):
    return together(prompt).create(messages=[{"role": "user", "content": prompt}])
"""
PLUGIN = """
import openai

def setup(text):
    openai.OpenAI().responses.create(model="gpt-5", input=text)
"""
SENDS = """
import openai

def ask(names):
    for name in names:
        openai.OpenAI().responses.create(model="gpt-5", input=f"Who is {name}?")
"""
