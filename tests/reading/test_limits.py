"""Limits of what is followed for one prompt: up to them all is told, and behind them there is a gap, not a guess."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from promptlint.knowledge.loading import load_models, load_providers
from promptlint.languages.python.read import read_source
from promptlint.languages.python.sending import given, standing
from promptlint.languages.python.values import unrolling
from promptlint.request import Known, Reading

HEAD = "from openai import OpenAI\nclient = OpenAI()\ndef ask(question):\n"


def read(*lines: str, arguments: str) -> Reading:
    body = "".join(f"    {line}\n" for line in lines)
    call = f"    client.responses.create(model='gpt-6-sol', {arguments})\n"
    return read_source(f"{HEAD}{body}{call}", "app.py", load_models(), load_providers())


def choices(number: int) -> Reading:
    """An argument that is one of some values, by conditions one after the other."""
    changes = [
        f"if question == {i}: options = {{**options, 'instructions': 'Talk about case {i}.'}}" for i in range(number)
    ]
    return read("options = {'instructions': 'Be brief.'}", *changes, arguments="input='Hello', **options")


def loops(number: int) -> Reading:
    """A list that is made of a list, which is made of a list, …"""
    lists = [f"list{i + 1} = [f'{{each}}!' for each in list{i}]" for i in range(number)]
    return read("list0 = ['one', 'two']", *lists, arguments=f"input='-'.join(list{number})")


def ways(number: int) -> Reading:
    """A list of which each part is there twice, by twice as many ways each time."""
    lists = [f"text = [text, text] if question > {i} else [text]" for i in range(number)]
    return read("text = ''", *lists, arguments="input='Hello', instructions=text")


@pytest.mark.parametrize(("made", "followed"), [(choices, 40), (loops, unrolling.MOST_NESTED), (ways, 6)])
def test_up_to_a_limit_all_of_a_prompt_is_told(made: Callable[[int], Reading], followed: int) -> None:
    reading = made(followed)

    assert [request.known for request in reading.requests] == [Known.FULLY]
    assert not reading.gaps


@pytest.mark.parametrize(
    ("made", "too_many", "why"),
    [
        (choices, given.MOST_CHOICES + 1, "is one of more values than we follow"),
        (loops, unrolling.MOST_NESTED + 1, "is made of several values"),
        (ways, 12, "has more parts than we follow"),
        (ways, standing.MOST_NESTED, "is nested deeper than we follow"),
    ],
)
def test_behind_it_is_a_gap(made: Callable[[int], Reading], too_many: int, why: str) -> None:
    reading = made(too_many)

    assert [request.known for request in reading.requests] != [Known.FULLY]
    assert [gap.reason for gap in reading.gaps] == [why]


def test_of_a_list_that_is_made_of_too_many_lists_the_loop_is_told() -> None:
    (known,), (cut,) = loops(unrolling.MOST_NESTED).requests, loops(unrolling.MOST_NESTED + 1).requests

    assert "two" in [segment.text for segment in known.layout.segments]
    assert any(segment.repeated for segment in cut.layout.segments)


ROUND = """
from openai import OpenAI

class Chat:
    def __init__(self):
        self.client = OpenAI()

    @property
    def more(self):
        return [*self.less, {"role": "user", "content": "b"}]

    @property
    def less(self):
        return [*self.more, {"role": "user", "content": "a"}]

    @property
    def said(self):
        return [{"role": m.role, "content": m.content} for m in self.told]

    @property
    def told(self):
        return [{"role": m.role, "content": m.content} for m in self.said]

    @property
    def kept(self):
        kept = []
        for m in reversed(self.again):
            if len(kept) > 4:
                break
            kept.insert(0, m)
        return kept

    @property
    def again(self):
        return self.kept[::-1]

    def ask(self):
        long = "long" if len(self.more) > 3 else "short"
        self.client.chat.completions.create(messages=[{"role": "system", "content": long}, *self.less])
        self.client.chat.completions.create(messages=[{"role": "system", "content": self.said[0].content}, *self.told])
        self.client.chat.completions.create(messages=[{"role": "system", "content": self.kept[0].content}, *self.again])
"""
"""Lists that are made of themselves, in each of the ways in which lists are looked through."""


def test_lists_that_are_made_of_themselves_are_looked_through_only_so_far() -> None:
    found = read_source(ROUND, "app.py", load_models(), load_providers())
    assert [request.known for request in found.requests] == [Known.PARTLY] * 3
