"""The languages together: what code sends, and the prompts in files which no code is seen to fill in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from promptlint import suppressions
from promptlint.changes import Change, Coarsen, MoveToEnd
from promptlint.edits import Fix, RefusedError
from promptlint.frozen import replace
from promptlint.knowledge.loading import load_formats
from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Providers
from promptlint.languages.python.modules.code import Code
from promptlint.languages.python.modules.project import decoded, encoded
from promptlint.languages.python.read import Each, list_of
from promptlint.languages.python.read import read_project as read_python
from promptlint.request import Reading, Request
from promptlint.spans import Span
from promptlint.suppressions import Comments, understood
from promptlint.template import Template

if TYPE_CHECKING:
    from promptlint.languages.templates.read import Templates

UNKNOWN_PROVIDER = "unknown"
"""The provider of a call that could be to any, and of a template whose call is not known."""


def is_template(path: str) -> bool:
    """Whether a file may hold prompts, and no code."""
    return path.endswith(load_formats().endings)


def read_comments(text: str, path: str) -> Comments:
    """What the comments of a file say to promptlint."""
    if not is_template(path):
        return suppressions.read_comments(text, path)
    from promptlint.languages.templates.comments import comments

    # How far something is indented means another thing in each format, and nothing in most.
    return understood((suppressions.Comment(*each, suppressions.WHOLE_FILE) for each in comments(text, path)), path)


def text_of(path: str, raw: bytes) -> str:
    """The text of a file, as what reads it takes it. Raises RefusedError where it is not all text."""
    try:
        return raw.decode("utf-8") if is_template(path) else decoded(raw)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        raise RefusedError("the file is not all text") from error


def bytes_of(path: str, text: str, like: bytes) -> bytes:
    """A text as the file `like` is written. Raises RefusedError where that cannot hold it."""
    try:
        if is_template(path):
            return text.encode("utf-8")
        if encoded(decoded(like), like) == like:
            return encoded(text, like)
    except UnicodeEncodeError:
        pass
    raise RefusedError("the encoding of the file cannot hold it")


def read_project(
    files: Mapping[str, bytes],
    targets: Collection[str],
    models: Models,
    providers: Providers,
    read_text: Callable[[str], bytes | None],
    *,
    only: bool = False,
    code: Code | None = None,
    each: Each = list_of,
) -> Reading:
    """The requests sent by the files `targets`, and those made of the templates among them.

    All `files` are the context; what other files send is given too, unless `only`. As the readers do, it reads nothing
    but through `files` and `read_text`, and what cannot be read is in the result. `code` is what `code_in` gave;
    `each` as for the reader of Python.
    """

    @cache
    def templates() -> Templates:
        from promptlint.languages.templates.read import Templates  # most code renders none

        return Templates(models, load_formats(), providers[UNKNOWN_PROVIDER], read_text)

    def in_code(text: str, span: Span) -> Template:
        return templates().in_code(text, span)

    code = code or code_in(files, models)
    wanted = [path for path in targets if not is_template(path)]
    sent = read_python(code.files, wanted, models, providers, read_text, in_code, only=only, code=code, each=each)
    kept = [path for path in targets if is_template(path) and path in files]
    alone = templates().read(files, kept) if kept else Reading((), ())
    filled = {segment.origin.span.path for request in sent.requests for segment in request.layout.segments}
    blind = tuple(request for request in alone.requests if request.site.span.path not in filled)
    return replace(sent, requests=sent.requests + blind, gaps=sent.gaps + alone.gaps)


def code_in(files: Mapping[str, bytes], models: Models) -> Code:
    """The code among the files of a project, before it is read."""
    return Code(_code(files), models)


def code_again(code: Code, files: Mapping[str, bytes], changed: Collection[str]) -> Code:
    """The same code, where some files have other texts now."""
    return code.again(_code(files), [path for path in changed if path in code.files])


def _code(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return _Some(files, [path for path in files if not is_template(path)])


def writer(
    files: Mapping[str, bytes], models: Models, providers: Providers, code: Code
) -> Callable[[Request, Change], Iterator[Fix]]:
    """What writes changes, into code and into templates."""
    from promptlint.languages.python.writing import Writer  # only what is found is mended

    def text(path: str) -> str:
        return text_of(path, files[path])

    python = Writer(text, models, providers, code.index.naming)

    def write(request: Request, change: Change) -> Iterator[Fix]:
        if not request.site.template and not (isinstance(change, MoveToEnd) and _in_template(request, change.index)):
            return python.write(request, change)
        if not isinstance(change, MoveToEnd):
            if isinstance(change, Coarsen):
                raise RefusedError("code gives the template its clock")
            raise RefusedError("a template does not say how it is sent")
        from promptlint.languages.templates.writing import moved_to_end

        return moved_to_end(request.layout, change.index, text)

    return write


def _in_template(request: Request, index: int) -> bool:
    """Whether the text around a segment is written in a template."""
    segments = request.layout.segments
    around = [s for s in segments if s.literal and s.block == segments[index].block]
    return bool(around) and all(is_template(s.origin.span.path) for s in around)


def with_prompts(targets: Collection[str], reading: Reading) -> frozenset[str]:
    """Those of the files which hold code, or in which a prompt was found."""
    prompts = {span.path for request in reading.requests for span in request.spans()}
    return frozenset(path for path in targets if not is_template(path) or path in prompts)


class _Some(Mapping[str, bytes]):
    """Some of the files of a project."""

    def __init__(self, files: Mapping[str, bytes], paths: Sequence[str]) -> None:
        self._files = files
        self._paths = dict.fromkeys(paths)

    def __getitem__(self, path: str) -> bytes:
        if path not in self._paths:
            raise KeyError(path)
        return self._files[path]

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
