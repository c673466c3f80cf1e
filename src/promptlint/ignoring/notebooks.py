"""Writing comments into the cells of a notebook; all that is no code stays as it is stored."""

from __future__ import annotations

from collections.abc import Sequence

from promptlint.diagnostics import Diagnostic
from promptlint.edits import applied
from promptlint.ignoring import NotIgnoredError, python
from promptlint.languages.python.modules.notebooks import Notebook, read_notebook


def ignored(text: str, diagnostics: Sequence[Diagnostic], reason: str) -> tuple[str, int]:
    """The text of the file with a comment above each statement in question, and the number of findings covered.

    Raises NotIgnoredError when its code would say something else.
    """
    before = _notebook(text)
    edits, number = python.comments(before.text, diagnostics, reason)
    stored = [edit for each in edits if (edit := before.edit(each)) is not None]
    new = applied(text, stored)
    if len(stored) < len(edits) or not python.same(_notebook(new).text, before.text):
        raise NotIgnoredError(python.CHANGED)
    return new, number


def _notebook(text: str) -> Notebook:
    found = read_notebook(text.encode("utf-8", "surrogatepass"))
    if found is None:
        raise NotIgnoredError("is no notebook as Jupyter writes it")
    return found
