"""Whether a bare template or text is a prompt. Deny by default: it needs words that speak for it, and none against it.

Everything here is a look-up of words: the time it takes grows with the length of the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from promptlint.knowledge.formats import Recognition, Signals

_WORD = re.compile(r"[^\W_]+")


def may_be_prompt(path: str, known: Recognition) -> bool:
    """Whether the path of a template or text leaves it open, or of a text even speaks for it."""
    file = PurePosixPath(path)
    name = file.name.lower()
    if "{" in path or name.startswith(known.never_names) or _target(name, known) in known.never_targets:
        return False
    if known.never_folders.intersection(part.lower() for part in file.parts[:-1]):
        return False
    if not known.tails.isdisjoint(_WORD.findall(name)):
        return False
    return not name.endswith(known.texts) or any(_in_path(path, signals) for signals in known.signals)


def is_prompt(path: str, text: str, fixed: str, known: Recognition) -> bool:
    """Whether a template or text is a prompt: `text` is all of it, `fixed` what stands outside its holes."""
    plain = text.lower()
    if any(phrase in plain for phrase in known.never_phrases):
        return False
    words = fixed.lower()
    least = known.least + path.lower().endswith(known.texts)
    points = sum(signals.points for signals in known.signals if _given(path, words, signals))
    return points >= least and sum(1 for _ in _some_words(words, known.words)) >= known.words


def documented(text: str, sign: str, known: Recognition) -> bool:
    """Whether a text shows holes as code, in backticks, and speaks of templates: then it may be none itself.

    What fills a line, or the rest of one behind a label, is a place, backticks or not.
    """
    parts = text.split("`")
    quoted = any(sign in parts[at] and not _placed(parts, at) for at in range(1, len(parts), 2))
    return quoted and any(phrase in text.lower() for phrase in known.about_templates)


def _placed(parts: list[str], at: int) -> bool:
    """Whether what stands between two backticks is all of a line, but for a label."""
    behind = parts[at + 1].partition("\n")[0] if at + 1 < len(parts) else ""
    before = parts[at - 1].rpartition("\n")[2].strip()
    return "\n" not in parts[at] and not behind.strip(" .") and (not before or before.endswith(":"))


def _target(name: str, known: Recognition) -> str:
    """The ending before that of a template: `.html` of `page.html.j2`."""
    ending = next((ending for ending in known.templates if name.endswith(ending)), "")
    return PurePosixPath(name.removesuffix(ending)).suffix if ending else ""


def _given(path: str, words: str, signals: Signals) -> bool:
    return _in_path(path, signals) or any(phrase in words for phrase in signals.phrases)


def _in_path(path: str, signals: Signals) -> bool:
    *folders, name = path.lower().split("/")
    inside = {word for folder in folders for word in _WORD.findall(folder)}
    return not signals.folders.isdisjoint(inside) or not signals.names.isdisjoint(_WORD.findall(name))


def _some_words(text: str, number: int) -> Iterator[str]:
    for match, _ in zip(_WORD.finditer(text), range(number), strict=False):
        yield match[0]
