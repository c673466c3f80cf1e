"""Numbers instead of findings: which rules, how often, and how many prompts could be followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from promptlint.reporters.report import Report, Sources
from promptlint.reporters.text import counted, harmless, summary


def render(report: Report, sources: Sources) -> str:
    """Rules by the number of their findings, prompts by how well they are known, and why some are not."""
    rules = Counter(f"{diagnostic.code} [{diagnostic.name}]" for diagnostic in report.diagnostics)
    lines = list(_table(rules))
    if lines:
        lines.append("")
    statistics = report.statistics
    lines.append(f"{counted(statistics.prompts, 'prompt')} in {counted(statistics.files, 'file')}:")
    known = {
        "understood": statistics.fully,
        "understood in part": statistics.partly,
        "not understood": statistics.not_at_all,
        "written where no call is seen": statistics.unsent,
    }
    lines += _rows(known.items())
    reasons = Counter(harmless(gap.reason) for gap in report.gaps)
    if reasons:
        lines += ["", "What could not be understood:", *_table(reasons)]
    return "\n".join([*lines, "", summary(report)]) + "\n"


def _table(counts: Counter[str]) -> Iterator[str]:
    return _rows(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _rows(counts: Iterable[tuple[str, int]]) -> Iterator[str]:
    return (f"{number:>7,}  {what}" for what, number in counts)
