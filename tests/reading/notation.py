"""Pages of cases, and the notation in which they say what a program sends.

A case is a `##` heading, a sentence that says what must hold, a fence for each file of the program, and a fence with
the prompts it sends. A fence of a file names its path behind the language; a `python` fence without one is `main.py`.

```text
call openai.OpenAI.chat.completions.create async gpt-6-sol       how it is sent: mode, model, what is special
  loop for `questions` independent                              the loops around it, the outermost first
  with cache-key SESSION user                                   what is sent beside the prompt and matters to a cache
  tools "name" "look"                                           a tool: its keys and values
  system "It is " breakpoint                                    a block of the prompt; text in quotes is constant
       + CALL datetime.now()                                    more of the same block: how often it changes, what it is
  user REQUEST question [if 1, growing]                         on the first side of branch 1; grows from turn to turn

part of a prompt for llm.chat                                    one whose call is not seen, only what it is given

gap main.py:7 comes from a call we cannot see into              what could not be followed
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from promptlint.checks.batching import FAR
from promptlint.knowledge.loading import load_models, load_providers
from promptlint.layout import Breakpoint, Confidence, Layout, Role, Segment
from promptlint.reading import read_project
from promptlint.request import Known, Loop, Mode, Reading, Request, Site
from promptlint.settings import Setting

MODELS, PROVIDERS = load_models(), load_providers()
_FENCE = re.compile(r"^```(\w+)(?: (.*))?$")
_WRONG = "wrong-today: "


@dataclass(frozen=True, slots=True)
class Case:
    """One program and what it sends."""

    page: Path
    title: str
    files: Mapping[str, str]
    """Path → text."""
    expected: str
    wrong: str
    """Why the reader does not get it right yet; empty: it does."""
    lines: tuple[int, int]
    """The fence with what is expected: 0-based lines of the page, the end exclusive."""


@dataclass(slots=True)
class _Section:
    title: str
    files: dict[str, str] = field(default_factory=dict)


def cases(page: Path) -> Iterator[Case]:
    """The cases of a page, in order."""
    lines = page.read_text(encoding="utf-8").split("\n")
    section = _Section("")
    at = 0
    while at < len(lines):
        if lines[at].startswith("## "):
            section = _Section(lines[at].removeprefix("## "))
        fence = _FENCE.match(lines[at])
        if fence is None:
            at += 1
            continue
        end = lines.index("```", at)
        body = "\n".join(lines[at + 1 : end])
        language, rest = fence[1], fence[2] or ""
        if language == "layout":
            yield Case(page, section.title, section.files, body, rest.removeprefix(_WRONG), (at, end + 1))
        else:
            section.files[rest or "main.py"] = body + "\n"
        at = end + 1


def rewritten(page: Path) -> str:
    """The page with what the reader says today, but for the cases which are known to be read wrongly."""
    lines = page.read_text(encoding="utf-8").split("\n")
    for case in reversed(list(cases(page))):
        said = shown(read(case.files))
        if not case.wrong or said == case.expected:
            lines[slice(*case.lines)] = ["```layout", *said.split("\n"), "```"]
    return "\n".join(lines)


def read(files: Mapping[str, str]) -> Reading:
    """What a program sends."""
    raw = {path: text.encode() for path, text in files.items()}
    return read_project(raw, list(raw), MODELS, PROVIDERS, raw.get)


def shown(reading: Reading) -> str:
    """A reading in the notation of the pages."""
    # Which of the callers of one call comes first says nothing.
    requests = sorted(
        (request.site.span, "\n".join(_request(request))) for request in reading.requests if not request.site.bare
    )
    parts = [text for _, text in requests]
    gaps = [f"gap {gap.span.path}:{gap.span.start.line} {gap.reason}" for gap in reading.gaps]
    # Which Python parses is a matter of where the tests run.
    reasons = [re.sub(r"Python 3\.\d+:", "Python:", gap.reason) for gap in reading.unreadable]
    places = [f"{gap.span.path}:{gap.span.start.line}" for gap in reading.unreadable]
    unreadable = [f"unreadable {place} {why}" for place, why in zip(places, reasons, strict=True)]
    return "\n\n".join([*parts, *gaps, *unreadable]) or "nothing"


def _request(request: Request) -> Iterator[str]:
    site = request.site
    if site.partial:
        yield f"part of a prompt for {site.call}" if site.call else "part of a prompt"
    else:
        yield " ".join(["call", site.call, *_manner(site, request.known)])
    yield from (f"  loop {loop.kind} `{loop.over}` {_way(loop)}" for loop in site.loops)
    yield from (f"  waits: {reason}" for reason in dict.fromkeys(e.reason for e in site.waiting))
    yield from (f"  offline: {reason}" for reason in dict.fromkeys(e.reason for e in site.offline))
    yield from (f"  with {line}" for line in _parameters(site))
    yield from (f"  leaves a breakpoint behind at {left.breakpoint.span.start.line}" for left in site.left)
    yield from (f"  marks each message at {mark.span.start.line}" for mark in site.throughout)
    yield from (f"  {stray.key} at {stray.span.start.line} is no marker here" for stray in site.strays)
    yield from (f"  {line}" for line in _segments(request.layout))


def _manner(site: Site, known: Known) -> Iterator[str]:
    if site.mode is not Mode.SYNC:
        yield site.mode.value
    if site.model is not None:
        yield site.model
    if not site.call.startswith(site.provider):
        yield f"provider={site.provider}"
    if site.caching is not None:
        yield "caching"
    if site.automatic is not None:
        yield f"automatic {site.automatic.ttl or ''}".strip()
    if site.once:
        yield "once"
    if site.confidence is not Confidence.HIGH:
        yield f"{site.confidence.name.lower()}-confidence"
    if known is not Known.FULLY:
        yield f"{known.value}-known"


def _way(loop: Loop) -> str:
    flags = {"parallel": loop.parallel, "few": loop.few, "leaves-early": loop.leaves_early}
    flags |= {"after-failure": loop.after_failure, "far": loop.functions >= FAR}
    return " ".join([loop.tie.value, *(name for name, given in flags.items() if given)])


def _segments(layout: Layout) -> Iterator[str]:
    branches: dict[int, int] = {}
    for _, block in groupby(layout.segments, lambda segment: segment.block):
        lead = ""
        for content, flags in _joined(list(block), branches):
            role = content[0].role.value
            lead = "+".rjust(len(role)) if lead else role
            yield f"{lead} {_content(content)}{flags}"


def _joined(block: list[Segment], branches: dict[int, int]) -> Iterator[tuple[list[Segment], str]]:
    """Literals that follow each other are one text: where a reader cuts them says nothing."""
    together: list[Segment] = []
    for segment in block:
        last = together[-1] if together else None
        same = last is not None and last.literal and segment.literal and last.breakpoint is None
        if last is not None and not (same and _key(last) == _key(segment)):
            yield together, _flags(together[-1], branches)
            together = []
        together.append(segment)
    yield together, _flags(together[-1], branches)


def _key(segment: Segment) -> tuple[object, ...]:
    return (
        segment.role,
        segment.arms,
        segment.repeated,
        segment.growing,
        segment.unordered,
        segment.cut,
        segment.replayed,
    )


def _parameters(site: Site) -> Iterator[str]:
    for parameter in site.parameters:
        if parameter.setting is not Setting.MODEL:
            yield f"{parameter.setting.value} {' + '.join(_content([segment]) for segment in parameter.value)}"


def _mark(mark: Breakpoint) -> str:
    words = ["maybe" if mark.optional else "", "read" if mark.read else "", "breakpoint", mark.ttl or ""]
    return " ".join(word for word in words if word)


def _content(segments: list[Segment]) -> str:
    first = segments[0]
    if not first.literal:
        volatility = first.volatility.name if first.volatility is not None else "UNKNOWN"
        return f"{volatility} {first.text}"
    if first.role is Role.TOOLS:
        return " ".join(json.dumps(segment.text, ensure_ascii=False) for segment in segments)
    return json.dumps("".join(segment.text for segment in segments), ensure_ascii=False)


def _flags(segment: Segment, branches: dict[int, int]) -> str:
    flags = []
    for arm in segment.arms:
        number = branches.setdefault(arm.branch, len(branches) + 1)
        flags.append(f"{'else' if arm.side else 'if'} {number}")
    flags += ["growing"] if segment.growing else ["repeated"] if segment.repeated else []
    flags += ["cut" if segment.cut.keeps is None else f"cut to {segment.cut.keeps}"] if segment.cut else []
    flags += ["not stored"] if segment.replayed is False else []
    if segment.unordered is not None:
        flags.append(f"no order: {segment.unordered.text}")
    if segment.breakpoint is not None:
        flags.append(_mark(segment.breakpoint))
    return f" [{', '.join(flags)}]" if flags else ""
