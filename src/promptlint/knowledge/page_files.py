"""Reading rule pages, `rules/PL*.md`: front matter above Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from promptlint.diagnostics import Severity
from promptlint.knowledge.documents import Shelf, Value, parse, read_text
from promptlint.knowledge.errors import KnowledgeError
from promptlint.knowledge.pages import Fix, Page
from promptlint.knowledge.sources import CONFIDENCES

_FENCE = "---\n"


def read_pages(folder: Path) -> Mapping[str, Page]:
    """Code → page of the rule pages in a folder. Raises KnowledgeError when one cannot be understood."""
    codes = Shelf[Page]("code")
    names = Shelf[Page]("name")
    behind: list[tuple[str, Value]] = []
    for path in sorted(folder.glob("PL*.md")):
        shown = f"{folder.name}/{path.name}"
        front, text = _split(read_text(path, shown), shown)
        known = _page(front, text)
        codes.put(known.code, known, front)
        names.put(known.name, known, front)
        if path.stem != f"{known.code}-{known.name}":
            raise front.error(f"the page of {known.code} {known.name} must be called {known.code}-{known.name}.md")
        behind += [(known.behind, front)] if known.behind else []
    for code, front in behind:
        if code not in codes.things:
            raise front.error(f"there is no page of {code}, which this one stands behind")
    return codes.things


def _split(text: str, shown: str) -> tuple[Value, str]:
    head, fence, body = text.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    if not text.startswith(_FENCE) or not fence:
        raise KnowledgeError(f"{shown}:1: a page begins with front matter between two lines of ---")
    return parse(head, shown, shipped=True, lines_before=1), body.lstrip("\n")


def _page(front: Value, text: str) -> Page:
    entry = front.entry("a page", "code name summary severity confidence fix since", "default behind")
    return Page(
        code=entry.text("code"),
        name=entry.text("name"),
        summary=entry.text("summary"),
        severity=entry["severity"].word("severity", {severity.value: severity for severity in Severity}),
        confidence=entry["confidence"].word("confidence", CONFIDENCES),
        fix=entry["fix"].word("fix", {fix.value: fix for fix in Fix}),
        default=entry.flag("default", True),
        since=entry.text("since"),
        text=text,
        behind=entry.text("behind", ""),
    )
