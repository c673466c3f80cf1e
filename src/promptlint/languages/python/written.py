"""Functions that a fix has written into a project: known by what they say, as a library is by its name.

A batch goes through files of JSON lines, parts and polls; to follow all that would be to run it. What was written is a
copy of a file in `rules/batches/`, but for the limits in it, so what it does is known.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from textwrap import indent

from promptlint.frozen import dataclass, replace
from promptlint.knowledge.models import Call as CallModel
from promptlint.knowledge.models import Models
from promptlint.languages.python.modules.definitions import FunctionInfo
from promptlint.languages.python.modules.syntax import parsed
from promptlint.request import Mode

MOST_REQUESTS, MOST_BYTES = "MOST_REQUESTS", "MOST_BYTES"
"""What stands in a file of `rules/batches/` for the limits of the provider."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef

_ITEM, _POSITION = "requests.1", 1
"""Each of these functions is given a client, and a list of pairs: an item, and what the call would be given for it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A file of `rules/batches/`."""

    function: str
    """The name of the function in it."""
    text: str
    """The function."""
    is_async: bool
    """Whether it gives its answers to an `async for`."""
    imports: tuple[str, ...]
    """The statements that it needs, each with one name."""
    answer: str
    """What the function calls one answer, in its own name: `message` of `batched_messages`."""
    gives: str
    """The type of one answer, as it is written."""
    fingerprint: str


@cache
def code(source: str) -> Code:
    """What a file of `rules/batches/` holds."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, _Function))
    imports = [f"import {alias.name}" for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    imports += [f"from {node.module} import {alias.name}"
                for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]  # fmt: skip
    answer = function.name.rpartition("_")[2].removesuffix("s")
    text = ast.get_source_segment(source, function) or ""
    gives = re.search(r"tuple\[Any, ([\w.]+)\]", ast.unparse(function.returns) if function.returns else "")
    return Code(
        function.name,
        text,
        isinstance(function, ast.AsyncFunctionDef),
        tuple(imports),
        answer,
        gives[1] if gives else "Any",
        _fingerprint(function),
    )


def batch_call(info: FunctionInfo, models: Models) -> CallModel | None:
    """The call in the place of which a function was written; None where no fix has written it."""
    for calls in models.calls.values():
        for call in calls:
            for name in filter(None, (call.batch_code, call.async_batch_code)):
                source = models.batch_codes.get(name, "")
                if f"def {info.name}(" in source and is_copy(info.node, source):
                    return replace(
                        call, path=call.batch, mode=Mode.BATCH, item=_ITEM, item_position=_POSITION, batch="", stream=""
                    )
    return None


def is_copy(node: ast.AST, source: str) -> bool:
    """Whether a function does what that of a file in `rules/batches/` does."""
    return isinstance(node, _Function) and _fingerprint(node) == code(source).fingerprint


def _fingerprint(function: _Function) -> str:
    """What a function does, whatever its numbers are, and in whichever words it is described."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return ast.dump(
        _Numberless().visit(parsed("async def function():\n" + indent(ast.unparse(ast.Module(body, [])), "    ")))
    )


class _Numberless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(0) if type(node.value) is int else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(0) if node.id in (MOST_REQUESTS, MOST_BYTES) else node
