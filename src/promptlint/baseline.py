"""A baseline: the findings that were there before, so that only new ones are told.

A finding is known again by its rule, its file and the text of its line, never by the number of the line.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from promptlint.diagnostics import UNREADABLE, Diagnostic
from promptlint.frozen import replace
from promptlint.reporters.fingerprints import TextPrints
from promptlint.reporters.report import Report, Sources

VERSION = 1

Entry = tuple[str, str, str]
"""Code of the rule, path from the folder of the baseline, fingerprint of the line."""
Baseline = Mapping[Entry, int]
"""How often each entry is to be expected."""


class BaselineError(Exception):
    """A baseline cannot be understood: the message says what is wrong with it."""


def parse(text: str) -> Counter[Entry]:
    """The entries of a baseline file. Raises BaselineError."""
    try:
        document = json.loads(text)
        if document["baseline_version"] != VERSION:
            raise BaselineError(f"is of version {document['baseline_version']}, and this promptlint writes {VERSION}")
        return Counter({(e["rule"], e["path"], e["fingerprint"]): int(e["count"]) for e in document["findings"]})
    except (ValueError, TypeError, KeyError) as error:
        raise BaselineError("is no baseline of promptlint") from error


def written(baseline: Baseline) -> str:
    """The text of a baseline file: one entry on each line, in order, so that branches merge."""
    entries = [
        json.dumps({"rule": rule, "path": path, "fingerprint": fingerprint, "count": count})
        for (rule, path, fingerprint), count in sorted(baseline.items(), key=lambda item: (item[0][1], item[0]))
        if count > 0
    ]
    findings = "".join(f"\n    {entry}," for entry in entries).removesuffix(",")
    return f'{{\n  "baseline_version": {VERSION},\n  "findings": [{findings}{chr(10) + "  " if entries else ""}]\n}}\n'


class Keys:
    """The entries that findings make."""

    def __init__(self, sources: Sources, placed: Callable[[str], str]) -> None:
        """`placed` gives a path of the report as it is written from the folder of the baseline."""
        self._prints = TextPrints(sources)
        self.placed = placed

    def of(self, diagnostic: Diagnostic) -> Entry:
        """The entry of a finding."""
        text = self._prints.of(diagnostic.span).encode("utf-8", "surrogatepass")
        return diagnostic.code, self.placed(diagnostic.span.path), hashlib.sha256(text).hexdigest()[:16]

    def all(self, report: Report) -> Counter[Entry]:
        """The entries of a report. That a file could not be read is never taken for granted."""
        return Counter(self.of(d) for d in report.diagnostics if d.code != UNREADABLE)


def without(report: Report, baseline: Baseline, keys: Keys) -> tuple[Report, Counter[Entry]]:
    """The report without what a baseline knows, and the entries which nothing was found for."""
    left = Counter(baseline)
    new = []
    for diagnostic in report.diagnostics:
        entry = keys.of(diagnostic)
        if left[entry] > 0:
            left[entry] -= 1
        else:
            new.append(diagnostic)
    return replace(report, diagnostics=tuple(new)), +left


def stale(
    left: Baseline, rules: Collection[str], checked: Collection[str], exists: Callable[[str], bool]
) -> Counter[Entry]:
    """Of the entries that nothing was found for, those which a run could have found: their time is over.

    `rules` and `checked` are the codes that ran and the files that were checked; a file which is gone was checked too.
    """
    over = {path for _, path, _ in left if path in checked or not exists(path)}
    return Counter({entry: count for entry, count in left.items() if entry[0] in rules and entry[1] in over})
