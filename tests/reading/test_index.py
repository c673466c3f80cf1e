"""Which files a name may lead to: those that can come by what is defined where it is looked for."""

from __future__ import annotations

import pytest

from promptlint.knowledge.loading import load_models
from promptlint.languages.python.modules.code import Code
from promptlint.languages.python.modules.index import MOST_FILES, Index


def index(**texts: str) -> Index:
    """The index of files, whose names have `__` for `/` and lack the `.py`."""
    return Index(files(**texts), [b"openai"])


def files(**texts: str) -> dict[str, bytes]:
    return {
        f"{name.replace('__', '/').replace('/init', '/__init__')}.py": text.encode() for name, text in texts.items()
    }


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param({"lib__init": "", "lib__a": "", "lib__b": "ask()"}, ["lib/b.py"], id="the same package"),
        pytest.param({"lib__init": "", "lib__a": "", "main": "import lib\nask()"}, ["main.py"], id="an importer"),
        pytest.param({"lib__init": "", "lib__a": "", "main": "ask()"}, [], id="who does not import it"),
        pytest.param(
            {"lib__init": "", "lib__a": "", "mid__init": "import lib", "main": "import mid\nask()"},
            ["main.py"],
            id="who imports an importer",
        ),
        pytest.param(
            {"lib__a": "", "main": "from lib import a\na.ask()"}, ["main.py"], id="a folder that is no package"
        ),
        pytest.param({"lib__a": "", "lib__b": "import a\na.ask()"}, ["lib/b.py"], id="a script beside it"),
        pytest.param({"src__lib__init": "", "src__lib__a": "", "x": "import lib\nask()"}, ["x.py"], id="a src layout"),
        pytest.param(
            {"lib__init": "", "lib__a": "", "lib__sub__deep__b": "from ...a import ask\nask()"},
            ["lib/sub/deep/b.py"],
            id="a relative import from a folder in it",
        ),
        pytest.param({"one-1__lib__init": "", "one-1__lib__a": "", "two-1__x": "lib.ask()"}, [], id="no way by a name"),
    ],
)
def test_a_name_is_looked_up_where_it_can_have_come(texts: dict[str, str], found: list[str]) -> None:
    home = next(path for path in files(**texts) if path.endswith("a.py"))
    assert index(**texts).naming(home, "ask") == found


def test_a_name_is_a_whole_word_and_what_is_no_name_is_looked_for_as_it_is_written() -> None:
    known = index(a="", b="asking()", c='x["a-sk"] = sk(a)', d="def ask(self): ...", e="ask (def)")
    assert known.naming("a.py", "ask") == ["d.py", "e.py"]
    assert known.naming("a.py", "a-sk") == ["c.py"]
    assert known.naming("a.py", "def ask(") == ["d.py"]
    assert known.naming("a.py", "ask", "self") == ["d.py"]


def test_the_nearest_file_comes_first() -> None:
    known = index(lib__init="", lib__x__init="", lib__x__a="", lib__x__c="ask", lib__b="ask", lib__x__b="ask")
    assert known.naming("lib/x/a.py", "ask") == ["lib/x/b.py", "lib/x/c.py", "lib/b.py"]


def test_what_has_changed_is_looked_at_again_and_nothing_else() -> None:
    before = files(lib__init="", lib__a="", lib__b="ask()", lib__c="")
    known = Index(before, [b"openai"])
    assert known.naming("lib/a.py", "ask") == ["lib/b.py"]
    after = {**before, "lib/b.py": b"openai", "lib/c.py": b"ask()"}
    again = known.again(after, ["lib/b.py", "lib/c.py"])
    assert again.naming("lib/a.py", "ask") == ["lib/c.py"]
    assert (known.told("lib/b.py"), again.told("lib/b.py")) == (frozenset(), {b"openai"})


def test_a_few_calls_do_not_make_all_of_a_large_package_worth_parsing() -> None:
    few = {f"app__{i}__init": "" for i in range(2 * MOST_FILES)}
    known = index(app__init="", **few, app__llm__init="", app__llm__a="", app__llm__b="")
    assert known.around(["app/llm/a.py"]) == {f"app/llm/{name}.py" for name in ("__init__", "a", "b")}
    assert "app/7/__init__.py" in known.around([f"app/llm/{name}.py" for name in ("__init__", "a", "b")])


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("import openai\nx.create()", True),
        ("import os, openai\nx.create()", True),
        ("    from langchain_core.x import y\nx.invoke()", True),
        ("from fnllm.openai import chat\nchat()", True),
        ("from wrappers import openai\nx.create()", True),
        ("from google import genai\nx.create()", True),
        ("from google import (\n    auth,\n    genai as g,\n)\nx.create()", True),
        ("import google.generativeai as genai\nx.create()", True),
        ("from google.protobuf import text\nx.create()", False),
        ("import numpy as openai\nx.create()", False),
        ("from .openai import chat\nchat()", False),
        ("client.messages.create()", True),
        ("# talk to openai\nx.create()", False),
        ("messages = create()", False),
        ("import reopenai\nx.create()", False),
    ],
)
def test_what_speaks_of_a_library_is_parsed(text: str, parsed: bool) -> None:
    code = Code({"main.py": text.encode()}, load_models())
    assert code.may_send("main.py") is parsed


def test_what_a_project_has_itself_is_no_library_whatever_its_name() -> None:
    own = files(app__init="", app__polys="def together(): ...", app__main="from app.polys import together\ncreate()")
    assert not Code(own, load_models()).near


def test_what_stands_beside_a_wrapper_that_is_called_as_its_library_is_near() -> None:
    own = files(app__init="", app__openai="import openai", app__main="from .openai import chat\nchat()")
    assert Code(own, load_models()).may_send("app/main.py")


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("def ask(): ...", False),
        ("async def ask(): ...\nclass ask: ...\ndef ask_more(): ...\ntask(x)", False),
        ("def ask(): ...\nask()", True),
        ("getattr(x, 'ask')()", True),
        ("x.ask", True),
    ],
)
def test_what_only_defines_a_name_does_not_use_it(text: str, used: bool) -> None:
    assert index(a=text).uses("a.py", "ask") is used


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        (["one/a.py", "two/a.py"], [("one/a.py", "use.py"), ("two/a.py",)]),
        (["one/a.py"], [("one/a.py", "use.py")]),
        (["use.py"], [("one/a.py", "use.py")]),
        (["low/a.py"], [("one/a.py", "use.py")]),
        (["else/a.py"], []),
    ],
)
def test_files_that_cannot_come_by_each_other_are_read_apart(targets: list[str], found: list[tuple[str, ...]]) -> None:
    packages = {f"{name}__init": "" for name in ("one", "two", "low", "else")}
    known = index(**packages, one__a="import low", two__a="", low__a="", else__a="", use="import one")
    assert known.groups(["one/a.py", "two/a.py", "use.py"], targets) == found


def test_paths_from_the_root_of_the_file_system_come_to_an_end() -> None:
    assert Index({"/srv/app/a.py": b"import openai"}, [b"openai"]).around(["/srv/app/a.py"]) == {"/srv/app/a.py"}
