"""Which words have to go along when a text is moved: whole lines, sentences and sections, never a torn one.

Texts are flat here: what is not known of them stands as one character, `HOLE`. The layout and the source of a prompt
are cut by the same rules, so that what is promised of the one can be written into the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.frozen import dataclass

HOLE = "\ufffc"
"""One value in a flat text."""
MOST_WORDS = 60
"""A longer passage is more than the value and what introduces it."""

MOST_WORDS_OF_A_CLOSE = 40
"""A longer paragraph at the end is more than a reminder of what to answer with."""

MOST_WORDS_OF_A_NAME = 3
"""What has more of them before its colon is a sentence."""

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]?[ \t]+(?=[A-Z\"'(\[" + HOLE + r"])")
_SHORT = re.compile(r"(?:\b\w{1,2}|\b(?:approx|etc|vs|incl|resp))\.$", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*\d+[.)]\s")
_HEADING = re.compile(r"\s*(?:#{1,6}\s.*|\*\*[^*]+\*\*:?|[^\n" + HOLE + r"]{1,80}:)\s*$")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)[^<>]*?(/?)>")
_POINTS_UP = re.compile(r"\b(?:above|preceding|aforementioned)\b", re.IGNORECASE)
_POINTS_DOWN = re.compile(r"\b(?:below|following)\b", re.IGNORECASE)
_CUE = re.compile(r"(?:^|\n)(?:[^\n]{0,40}:|#{1,6} [^\n]{0,60}|[^\n]{1,60}\n[=-]{3,})\s*$")
_TITLE = re.compile(r"\s*#{1,6}\s|\s*\*\*[^*:\n]{1,80}\*\*\s*$")
_UNDERLINE = re.compile(r"\s*[=-]{3,}\s*$")
_LABEL = re.compile(r"\s*(?:[-*•]\s*)?\**[^\s:" + HOLE + r"][^:\n" + HOLE + r"]{0,60}:\**")
_WORD = re.compile(r"\w")
_PERSON = re.compile(r"\s*(?:You are|You're|Act as)\b", re.IGNORECASE)
_TASK = re.compile(r"\s*Your (?:\w+ )?(?:task|job|goal|role|objective|mission) is to\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\s*(?:(?:More )?Specifically|However|Also|Therefore|Thus|Hence|Then|In (?:addition|particular)|Additionally"
    r"|Furthermore|Moreover|For (?:example|instance)|Otherwise|Instead|But|And|So)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\s*(?:(?:please|now|finally|remember|again)[,:]?\s+(?:to )?)*(?:only |just )?"
    r"(?:return|output|respond|reply|answer|provide|write|generate|produce|begin|start|let's)\b",
    re.IGNORECASE,
)
_LOWER = re.compile(r"\s*[a-z,;)]")
_BREAK = re.compile(r"[ \t]*\n")
_SPACED = re.compile(r"\n[ \t]*\n")
_BLANK_LINE = re.compile(r"[ \t]*\n[ \t]*\n")


class TornError(Exception):
    """A text that cannot be lifted out of its surroundings; the message is a clause which says why."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What moves: the characters from `start` to `end` of a flat text, without the space around them."""

    start: int
    end: int
    paragraph: bool
    """Whether it stands between blank lines."""
    indentation: str
    """The white space in front of it, where it begins a line."""

    spaced: bool
    """Whether there are blank lines in the text."""

    @property
    def breaks(self) -> str:
        """The line breaks that stand before it at its new place."""
        return "\n\n" if self.spaced else "\n"

    @property
    def separator(self) -> str:
        """What stands before it at its new place."""
        return self.breaks + self.indentation


def passage(flat: str, at: int) -> Passage:
    """The passage around the value at `at`. Raises TornError where there is none that could stand by itself."""
    outside = _opened(flat, 0, at)
    if outside:
        return _checked(flat, *_closed(flat, _line(flat, flat.index(f"<{outside[0]}"))[0], at + 1))
    start, end = _line(flat, at)
    if at >= end:
        raise TornError("it is the end of a line")
    sentences = [start, *(m.end() for m in _SENTENCE.finditer(flat, start, end) if _ends(flat, m.start())), end]
    first = max(i for i in sentences if i <= at)
    last = min(i for i in sentences if i > at)
    if (first, last) == (start, end):
        start, end = _whole(flat, start, end)
    else:
        start, end = first, last
    if not _WORD.search(flat, start, end):
        raise TornError("nothing would say what it is")
    return _checked(flat, start, end)


def _line(flat: str, at: int) -> tuple[int, int]:
    end = flat.find("\n", at)
    return flat.rfind("\n", 0, at) + 1, len(flat) if end < 0 else end


def _ends(flat: str, at: int) -> bool:
    return not _SHORT.search(flat[max(at - 8, 0) : at])


def _whole(flat: str, start: int, end: int) -> tuple[int, int]:
    """A line with the heading that introduces it and nothing else, and with the element that it is in."""
    section = _section(flat, start, end)
    if section is not None:
        return _closed(flat, *section)
    if not _named(flat[start:end]) and any(_titled(flat, at) for at in _starts(flat, start)):
        raise TornError("it is a part of a section that has a title")
    start, end = _fields(flat, start, end)
    line = flat[start:end]
    before, after = _previous(flat, start), _next(flat, end)
    if _NUMBERED.match(line):
        raise TornError("it is an item of a numbered list")
    if _LOWER.match(line) and before.strip() and not before.rstrip().endswith((".", "!", "?", ":", ">")):
        raise TornError("it stands in the middle of a sentence")
    if _LOWER.match(after) and not line.rstrip().endswith((".", "!", "?", ":", ">")):
        raise TornError("it stands in the middle of a sentence")
    if before.strip() and (_HEADING.match(before) or _opens(before)):
        start, end = _introduced(flat, start, end)
    elif before.rstrip().endswith(":"):
        raise TornError("it belongs to the sentence before it")
    return _closed(flat, start, end)


def _section(flat: str, start: int, end: int) -> tuple[int, int] | None:
    """The section of a line, from its title on, if there is nothing in it but values and their labels."""
    at = start
    while at and not _titled(flat, at):
        at = _start_of_previous(flat, at)
        if not _titled(flat, at) and not _filled(flat, *_line(flat, at)):
            return None
    if not _titled(flat, at) or at == start:
        return None
    last = end
    while end < len(flat) and not _titled(flat, end + 1):
        end = _line(flat, end + 1)[1]
        if not _filled(flat, *_line(flat, end)):
            return None
        last = end if flat[last:end].strip() else last
    return at, last


def _named(line: str) -> bool:
    """Whether a line says by itself what its value is: `Date: …`, and no sentence that happens to end in a colon."""
    label = _LABEL.match(line)
    return label is not None and len(label[0].split()) <= MOST_WORDS_OF_A_NAME


def _starts(flat: str, end: int) -> Iterator[int]:
    """Where the lines before an offset begin."""
    at = 0
    while at < end:
        yield at
        at = _line(flat, at)[1] + 1


def _titled(flat: str, start: int) -> bool:
    """Whether a title begins here: `# Title`, `**Title**`, or a line above one of `===`."""
    line = flat[slice(*_line(flat, start))]
    return bool(_TITLE.match(line) or (line.strip() and _UNDERLINE.match(_next(flat, start + len(line)))))


def _filled(flat: str, start: int, end: int) -> bool:
    """Whether a line is empty, or holds a value, or the label of one, or underlines a title."""
    line = flat[start:end]
    return not line.strip() or HOLE in line or bool(_LABEL.fullmatch(line.rstrip()) or _UNDERLINE.match(line))


def _fields(flat: str, start: int, end: int) -> tuple[int, int]:
    """A line with a value and its label, with the lines above and below which are such lines too."""
    if not _field(flat[start:end]):
        return start, end
    while start and _field(_previous(flat, start)):
        start = _start_of_previous(flat, start)
    while end < len(flat) and _field(_next(flat, end)):
        end = _line(flat, end + 1)[1]
    return start, end


def _field(line: str) -> bool:
    label = _LABEL.match(line)
    return label is not None and HOLE in line and not line[label.end() :].replace(HOLE, "").strip(" .*\"'`")


def _introduced(flat: str, start: int, end: int) -> tuple[int, int]:
    """With the heading above, if what is below it is this line alone or lines like it."""
    section = flat.find("\n\n", end)
    rest = flat[end : len(flat) if section < 0 else section]
    if _opens(_previous(flat, start)):
        return _start_of_previous(flat, start), end
    if all(HOLE in line for line in rest.split("\n") if line.strip()):
        return _start_of_previous(flat, start), end + len(rest.rstrip())
    if re.match(r"\s*(?:[-*•]\s*)?[\w ]{1,40}[:=]", flat[start:end]):
        return start, end  # a line with its own label can stand alone
    raise TornError("it is a part of a longer section")


def _closed(flat: str, start: int, end: int) -> tuple[int, int]:
    """As far as the elements go that are opened in it."""
    while opened := _opened(flat, start, end):
        closing = flat.find(f"</{opened[0]}>", end)
        if closing < 0:
            raise TornError(f"the element <{opened[0]}> is not closed")
        end = _line(flat, closing)[1]
    if flat.count("```", 0, start) % 2 or flat.count("```", start, end) % 2:
        raise TornError("it stands in a code block")
    return start, end


def _opened(flat: str, start: int, end: int) -> list[str]:
    """The elements that are opened in a stretch and not closed in it, the outermost first."""
    opened: list[str] = []
    for tag in _TAG.finditer(flat, start, end):
        if tag[1] and tag[2] in opened:
            del opened[opened.index(tag[2]) :]
        elif not tag[1] and not tag[3]:
            opened.append(tag[2])
    return opened


def body(flat: str) -> int:
    """Where a text ends, but for a short paragraph that says once more what to answer with: `Return only JSON.`"""
    end = len(flat.rstrip())
    last = max((m.end() for m in _SPACED.finditer(flat, 0, end)), default=0)
    words = flat[last:end]
    asks = _CLOSING.match(words) and HOLE not in words and len(words.split()) <= MOST_WORDS_OF_A_CLOSE
    return len(flat[:last].rstrip()) if asks else end


def stretch(flat: str, start: int, end: int) -> Passage:
    """A stretch that moves as it is. Raises TornError where it cannot."""
    if body(flat) < len(flat.rstrip()):
        raise TornError("the last line of the text asks for the answer")
    first = flat[start:end].lstrip().partition("\n")[0]
    if not (titled(first) or _named(first) or _opens(first)) and any(_titled(flat, at) for at in _starts(flat, start)):
        raise TornError("it is a part of a section that has a title")
    return _checked(flat, *_closed(flat, start, end))


def titled(line: str) -> bool:
    """Whether a line is a title."""
    return bool(_TITLE.match(line) or _UNDERLINE.match(line))


def _checked(flat: str, start: int, end: int) -> Passage:
    text = flat[start:end]
    left, right = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    start, end = _with_introduction(flat, start + left, end - right), end - right
    before, after = flat[:start], flat[end:]
    if not before.strip() and not after.strip():
        raise TornError("it cannot be taken out of its sentence")
    if not flat[end : max(body(flat), end)].strip():
        raise TornError("it stands at the end already")
    if len(flat[start:end].split()) > MOST_WORDS:
        raise TornError("it is a part of a longer text")
    if _PERSON.match(flat, start):
        raise TornError("it says who is asked, and the text goes on from there")
    if _TASK.match(flat, start):
        raise TornError("it says what the task is, and the text goes on from there")
    if before.strip() and _GOES_ON.match(flat, start):
        raise TornError("it goes on from the sentence before it")
    pointing = before.rstrip().rpartition("\n")[2]
    if (
        _POINTS_DOWN.search(pointing)
        or _POINTS_UP.search(after)
        or _POINTS_DOWN.search(flat[start:end].rpartition(":")[2])
    ):
        raise TornError("the text speaks of what is above or below")
    if _CUE.search(flat.rstrip()):
        raise TornError("the last line of the text asks for the answer")
    begin = _line(flat, start)[0]
    indentation = flat[begin:start] if flat[begin:start].isspace() else ""
    paragraph = begin + len(indentation) == start and _blank_above(flat, begin) and _BLANK_LINE.match(after)
    return Passage(start, end, bool(paragraph), indentation, _SPACED.search(flat.strip()) is not None)


def _with_introduction(flat: str, start: int, end: int) -> int:
    """Where the line begins that introduces a paragraph: `Consider this text:`, and a blank line."""
    before = flat[:start].rstrip()
    if not before.endswith(":") or not _BLANK_LINE.match(flat, end) or "\n" not in flat[len(before) : start]:
        return start
    line = _line(flat, len(before) - 1)[0]
    words = before[line:]
    if not _HEADING.match(words) or _SENTENCE.search(words) or not _blank_above(flat, line):
        raise TornError("it belongs to the sentence before it")
    return line + len(words) - len(words.lstrip())


def _blank_above(flat: str, line: int) -> bool:
    """Whether there is a blank line, or nothing, above the one that begins at an offset."""
    above = flat[:line]
    return not above.strip() or above[:-1].rstrip(" \t").endswith("\n")


def _previous(flat: str, start: int) -> str:
    return flat[_start_of_previous(flat, start) : max(start - 1, 0)]


def _start_of_previous(flat: str, start: int) -> int:
    return flat.rfind("\n", 0, start - 1) + 1 if start > 0 else 0


def _next(flat: str, end: int) -> str:
    following = flat.find("\n", end + 1)
    return flat[end + 1 : len(flat) if following < 0 else following]


def _opens(line: str) -> bool:
    tag = _TAG.fullmatch(line.strip())
    return tag is not None and not tag[1] and not tag[3]


def gap(flat: str, moved: Passage) -> tuple[int, int]:
    """The characters that go when a passage is taken out: itself, and the space which is left over on one side."""
    end = moved.end
    while end < len(flat) and flat[end] in " \t":
        end += 1
    start = moved.start
    last_of_line = end == len(flat) or flat[end] == "\n"
    if last_of_line:
        start -= len(moved.indentation)
    if start == 0 or flat[start - 1] == "\n":
        for _ in range(2 if moved.paragraph else 1):
            found = _BREAK.match(flat, end)
            end = found.end() if found else end
    elif last_of_line:
        while start and flat[start - 1] in " \t":
            start -= 1
    return start, end


def whole_lines(text: str, *, goes_on: bool = False) -> int:
    """Where the last whole line of a text ends; at the end of it where that would leave nothing.

    `goes_on`: whether other text stands right before it, so that even a line break leaves something.
    """
    end = text.rfind("\n") + 1
    return end if text[:end].strip() or (goes_on and end) else len(text)
