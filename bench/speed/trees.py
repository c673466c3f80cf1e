"""Trees of any size with the same few calls of LLMs in them: what is beside them should cost next to nothing."""

from __future__ import annotations

import random
from pathlib import Path

SERVICE = '''\
from datetime import datetime

import anthropic

from assistant.guide import GUIDE
from assistant.question import Question

client = anthropic.Anthropic()


def reply{number}(question: Question) -> str:
    """Answers one question."""
    message = client.messages.create(
        model="claude-sonnet-5-5",
        max_tokens=300,
        system=f"It is {{datetime.now()}}.\\n\\n{{GUIDE}}",
        messages=[{{"role": "user", "content": question.text}}],
    )
    return message.content[0].text
'''
GUIDE = 'GUIDE = "Read the whole question before you answer it, and say so where you do not know. " * 300\n'
QUESTION = """\
from dataclasses import dataclass


@dataclass
class Question:
    text: str
"""
CALLER = """\
from assistant.question import Question
from assistant.service{number} import reply{number}


def answered(texts: list[str]) -> list[str]:
    return [reply{number}(Question(text)) for text in texts]
"""
PLAIN = '''\
"""Part {number} of something that has nothing to do with prompts."""

from __future__ import annotations

import json
import logging
from pathlib import Path

log = logging.getLogger(__name__)


class Store{number}:
    """Keeps rows in a file."""

    def __init__(self, path: Path, limit: int = {limit}) -> None:
        self.path = path
        self.limit = limit
        self.rows: list[dict[str, object]] = []

    def load(self) -> None:
        with self.path.open() as file:
            for line in file:
                if len(self.rows) >= self.limit:
                    log.warning("more than %d rows in %s", self.limit, self.path)
                    break
                self.rows.append(json.loads(line))

    def answered(self, texts: list[str]) -> list[str]:
        return [str(row.get("text", "")) for row in self.rows if row.get("text") in texts]

    def create(self, name: str, **values: object) -> dict[str, object]:
        row = {{"name": name, **values}}
        self.rows.append(row)
        return row


def run(paths: list[Path]) -> dict[str, int]:
    sizes = {{}}
    for path in paths:
        store = Store{number}(path)
        store.load()
        sizes[path.name] = len(store.rows)
    return sizes
'''
FILES_IN_PACKAGE = 50


def plant(folder: Path, files: int, calls: int = 10, seed: int = 0) -> None:
    """Write a tree with about `files` files, of which `calls` call an LLM, each from one other file."""
    texts = {"assistant/__init__.py": "", "assistant/guide.py": GUIDE, "assistant/question.py": QUESTION}
    for number in range(calls):
        texts[f"assistant/service{number}.py"] = SERVICE.format(number=number)
        texts[f"assistant/caller{number}.py"] = CALLER.format(number=number)
    chance = random.Random(seed)
    for number in range(max(files - len(texts), 0)):
        package = f"part{number // FILES_IN_PACKAGE}"
        texts[f"{package}/__init__.py"] = ""
        text = PLAIN.format(number=number, limit=chance.randrange(1000))
        texts[f"{package}/store{number}.py"] = text + f"\n# {chance.random()}\n" * chance.randrange(40)
    texts["pyproject.toml"] = ""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
