"""The table of rules in the README. `python -m promptlint.knowledge.readme README.md` writes it anew."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from promptlint.knowledge.loading import load_pages
from promptlint.knowledge.pages import Page

BEGIN, END = "<!-- rules -->", "<!-- /rules -->"


def table(pages: Mapping[str, Page]) -> str:
    """One row for each rule, in the order of their codes, as Markdown."""
    rows = ["| code | name | finds | severity | confidence | fix |", "|---|---|---|---|---|---|"]
    for code, page in sorted(pages.items()):
        name, confidence = f"[{page.name}](rules/{code}-{page.name}.md)", page.confidence.name.lower()
        rows.append(f"| {code} | {name} | {page.summary} | {page.severity} | {confidence} | {page.fix} |")
    return "\n".join(rows)


def with_table(text: str, pages: Mapping[str, Page]) -> str:
    """The text with the table of rules between its markers. Raises ValueError when it has no markers."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"no {BEGIN} followed by {END}")
    return f"{head}{BEGIN}\n{table(pages)}\n{END}{tail}"


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), load_pages()), encoding="utf-8")
