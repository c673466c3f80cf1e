"""Running a command in a test."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import click

CLOCK = """\
from datetime import datetime; from openai import OpenAI

GUIDE = "Read the whole message before you decide. " * 300


def reply(client: OpenAI, question: str) -> str:
    system = f"Now: {datetime.now()} {GUIDE}"
    response = client.responses.create(model="gpt-6-sol", instructions=system, input=question)
    return response.output_text
"""
"""A program with one finding, at the clock in line 7, column 22."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def plain(text: str) -> str:
    """A report without colours and links."""
    return re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", click.unstyle(text))
