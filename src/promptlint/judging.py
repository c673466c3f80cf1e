"""Readings to findings, and findings to what the user is told: one diagnostic for each rule and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from promptlint.checks import CHECKS
from promptlint.diagnostics import Diagnostic, Finding
from promptlint.doing import doing
from promptlint.frozen import dataclass, replace
from promptlint.knowledge.pages import Page
from promptlint.knowledge.providers import Providers
from promptlint.layout import Confidence
from promptlint.request import Gap, Reading, Request
from promptlint.spans import Span

MOST_SEGMENTS = 800
"""A prompt of more parts is not judged: what checks do grows with the square of their number, and longer ones are cut
where they are read."""
HOW_IT_IS_SENT = frozenset({"PL301", "PL302", "PL303"})
"""Rules which ask how a prompt is sent, and nothing of its parts."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found in a prompt."""

    code: str
    finding: Finding
    request: Request

    @property
    def call(self) -> Span:
        """The call that sends the prompt."""
        return self.request.site.span


def _small(request: Request) -> bool:
    return len(request.layout.segments) <= MOST_SEGMENTS


def with_large(reading: Reading) -> Reading:
    """The reading with a gap for each prompt that is too large to be judged."""
    large = [request.site.span for request in reading.requests if not _small(request)]
    why = f"has more than {MOST_SEGMENTS} parts, and is not judged"
    return replace(reading, gaps=(*reading.gaps, *(Gap(span, why) for span in dict.fromkeys(large))))


def findings_in(reading: Reading, rules: Iterable[str], providers: Providers) -> Iterator[Found]:
    """What some rules find in the prompts of a reading."""
    checks = [(code, CHECKS[code]) for code in rules if code in CHECKS]
    for request in reading.requests:
        for code, find in checks:
            if code not in HOW_IT_IS_SENT and not _small(request):
                continue
            with doing(f"checking {code} at {request.site.span}"):
                for finding in find(request, providers[request.site.provider]):
                    yield Found(code, finding, request)


def merged(findings: Iterable[Found], pages: Mapping[str, Page]) -> list[Diagnostic]:
    """One diagnostic for each rule and place: the most certain, the dearest, the one with the longest way.

    The other calls which the same cause touches are related to it. A rule stands back where another one is at least as
    sure of the same place.
    """
    groups: defaultdict[tuple[str, Span], list[Found]] = defaultdict(list)
    for found in findings:
        groups[found.code, found.finding.at].append(found)
    diagnostics = []
    for (code, at), group in groups.items():
        best = max(group, key=weight)
        finding, page = best.finding, pages[code]
        diagnostics.append(
            Diagnostic(
                code=code,
                name=page.name,
                severity=finding.severity or page.severity,
                confidence=finding.confidence,
                message=finding.message,
                span=at,
                flow=finding.flow,
                stranded=finding.stranded,
                related=tuple(sorted({found.call for found in group} - {best.call})),
            )
        )
    sure = {(each.code, each.span): each.confidence for each in diagnostics}

    def stands_back(each: Diagnostic) -> bool:
        other = sure.get((pages[each.code].behind, each.span))
        return other is not None and other >= each.confidence

    return [each for each in diagnostics if not stands_back(each)]


def weight(found: Found) -> tuple[Confidence, int, int]:
    """What makes one of several findings at a place the one that is told: the greatest is."""
    finding = found.finding
    return finding.confidence, finding.stranded.high if finding.stranded else 0, len(finding.flow)
