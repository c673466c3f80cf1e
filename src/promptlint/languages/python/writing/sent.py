"""The call in a loop that stands for one request, and what becomes of it where requests are handed in together."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from promptlint.edits import RefusedError
from promptlint.frozen import dataclass
from promptlint.languages.python.writing.source import Source
from promptlint.languages.python.written import Code

REQUESTS = ("requests", "pending", "batch_requests")
"""Names for the list of requests: the first that the file does not use."""
ONE = ("request", "params", "batch_request")
"""The same for one of them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The call in a loop that stands for one request."""

    call: ast.Call
    client: str
    """The client that sends it, as it is written there."""
    maker: str = "dict"
    """What makes the request of its arguments."""
    reader: str = ""
    """What reads the answer; empty: the answer is what the call gives."""
    needs: tuple[str, ...] = ()
    """What the reader is given behind the answer: names and constants, as they are written in the call."""
    handed: bool = False
    """Whether the function that makes the request is the first argument of the call (`pool.submit(ask, item)`)."""
    item: str = ""
    """The name by which that function knows what it is given first."""
    left_out: tuple[ast.expr, ...] = ()
    """What the call is given, and a request does not need."""

    @property
    def rewritten(self) -> bool:
        """Whether the request is given less than the call."""
        return self.handed or bool(self.left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the reader needs."""
        return tuple(name for name in self.needs if name.isidentifier())

    def read(self, answer: str, called: Mapping[str, str] | None = None) -> str:
        """What stands in the place of the call where the answer is there. `called`: names that are others there."""
        needed = [(called or {}).get(name, name) for name in self.needs]
        return f"{self.reader}({', '.join([answer, *needed])})" if self.reader else answer

    def arguments(self, source: Source) -> str:
        """What the request is made of, as it is written. Raises RefusedError."""
        if not self.rewritten:
            return source.lines.slice(source.inside(self.call))
        if "#" in source.text(self.call):
            raise RefusedError("the call is a part of the condition, or comments stand in between")
        given = [source.text(each) for each in self.call.args[self.handed :] if each not in self.left_out]
        given += [f"{each.arg}={source.text(each.value)}" if each.arg else f"**{source.text(each.value)}"
                  for each in self.call.keywords if each.value not in self.left_out]  # fmt: skip
        return ", ".join(given)


@dataclass(frozen=True, slots=True)
class Handing:
    """How requests are handed in: by a function, through a client."""

    code: Code
    client: str

    @property
    def loop(self) -> str:
        """The words that begin a loop over the answers."""
        return "async for" if self.code.is_async else "for"

    def answers(self, requests: str) -> str:
        """What gives each item with its answer."""
        return f"{self.code.function}({self.client}, {requests})"

    def answer(self, taken: Collection[str]) -> str:
        """A name for an answer."""
        return free((self.code.answer, f"{self.code.answer}_of_batch"), taken)


def free(names: Sequence[str], taken: Collection[str]) -> str:
    """The first of the names that is not in use. Raises RefusedError where all of them are."""
    found = next((name for name in names if name not in taken), None)
    if found is None:
        raise RefusedError(f"the names {', '.join(names)} are all in use")
    return found
