"""What a run found, in the forms that people and machines read. Reporters are pure functions of a report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promptlint.reporters.report import Reporter

FORMATS = (
    "full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "azure", "junit", "rdjson", "html"
)  # fmt: skip
"""Names of the output formats, the default first; each is a module of this package."""
STATISTICS = "statistics"
"""What people may ask for instead of findings: a module too."""
FOR_PEOPLE = ("full", "concise", "grouped")
"""The formats that people read: they may be shortened, and replaced by statistics."""


def reporter(name: str) -> Reporter:
    """The reporter of a format, or of `statistics`. Only the one that is used is imported."""
    render: Reporter = import_module(f"promptlint.reporters.{name.replace('-', '_')}").render
    return render
