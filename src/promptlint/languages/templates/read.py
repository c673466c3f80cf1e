"""The reader's door: files with templates to the requests that are made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from posixpath import dirname, join, normpath

from promptlint.frozen import replace
from promptlint.knowledge.formats import Format, Formats, Recognition
from promptlint.knowledge.models import Models
from promptlint.knowledge.providers import Provider
from promptlint.languages.templates.braces import (
    is_format,
    read_dollars,
    read_format,
    read_name,
    read_names,
    read_plain,
)
from promptlint.languages.templates.containers import File, Passage, Written, prompts_in, values, whole
from promptlint.languages.templates.jinja import Dialect, read_jinja
from promptlint.languages.templates.jinja_tokens import Kind, tags
from promptlint.languages.templates.judging import Judge
from promptlint.languages.templates.layouts import layout_of
from promptlint.languages.templates.mustache import read_mustache
from promptlint.languages.templates.nodes import Node
from promptlint.languages.templates.places import (
    Headers,
    Source,
    element_headers,
    file_source,
    line_headers,
    part_headers,
    prefix_headers,
)
from promptlint.languages.templates.recognition import documented, is_prompt, may_be_prompt
from promptlint.layout import Confidence, Role
from promptlint.request import Gap, Known, Reading, Request, Site
from promptlint.spans import Lines, Position, Span
from promptlint.template import Hole, Piece, Template, Text, Turn, judged, walk

MOST_BYTES = 1_000_000
"""A longer file is no prompt."""

_TAGS = ("{{", "{%")
_HANDLEBARS = ("{{#", "{{/", "{{>", "{{role")
_NAMED = re.compile(r"\{\{-?\s{0,9}[A-Za-z_][\w.]*\s{0,9}[|}]|\{%")
_BARE = "template"
"""What a file is called that has no format of its own."""

_PLACES = {
    "format": read_format, "names": read_names, "dollars": read_dollars, "plain": read_plain, "name": read_name,
}  # fmt: skip


class Templates:
    """Reads templates. `read_text` gives the bytes of a file of the project by its path, or None."""

    def __init__(
        self, models: Models, formats: Formats, provider: Provider, read_text: Callable[[str], bytes | None]
    ) -> None:
        self.models = models
        self.formats = formats
        self.provider = provider
        self.read_text = read_text
        self.dialect = Dialect(
            models.role_words, formats.messages, frozenset(formats.clocks), formats.marks, formats.turns
        )
        self._headers: Mapping[str, Headers] = {
            "lines": line_headers(models.role_words),
            "prefixes": prefix_headers(models.role_words),
            "elements": element_headers(models.role_words),
            "parts": part_headers(models.role_words),
        }

    def read(self, files: Mapping[str, bytes], targets: Collection[str]) -> Reading:
        """The prompts in the files `targets`, each as a request of which the call is not known."""
        requests: list[Request] = []
        gaps: list[Gap] = []
        named: set[str] = set()
        for path in sorted(targets):
            try:
                for written, pieces, reason in self._prompts(path, files):
                    request = self._request(written, pieces)
                    named |= {source.path for _, source, _ in written.passages if source.path != path}
                    if request is not None:
                        requests.append(request)
                        if reason:
                            gaps.append(Gap(request.site.span, f"the template {reason}"))
            except RecursionError:
                start = Position(1, 1)
                gaps.append(Gap(Span(path, start, start), "the template is nested too deeply"))
        # A file that another one gives a role and inputs is told of once.
        told = (each for each in requests if each.site.call != _BARE or each.site.span.path not in named)
        return Reading(tuple(told), tuple(gaps))

    def template(self, source: Source, language: str) -> Template:
        """The pieces of a template in a language."""
        if language == "mustache-or-jinja":
            language = "mustache" if any(sign in source.text for sign in _HANDLEBARS) else "jinja"
            if language == "mustache":
                # Handlebars has tags for its messages.
                source = replace(source, headers=None)
        if language == "jinja-or-format":
            language = _as_written(source.text)
        if language == "jinja":
            return read_jinja(source, self._load, self.dialect)
        if language == "mustache":
            return read_mustache(source, self.models.role_words)
        return _PLACES[language](source)

    def in_code(self, text: str, span: Span) -> Template:
        """The Jinja template which code renders, by the place of its text: a file, or a literal."""
        raw = self.read_text(span.path)
        whole = raw.decode("utf-8", "replace") if raw is not None else ""
        lines = Lines(whole)
        source = Source(text, span.path, lines, whole=span)
        if whole and span.end <= lines.position(len(whole)):
            start = lines.offset(span.start)
            at = whole.find(text, start, lines.offset(span.end))
            if at >= 0:
                source = Source(text, span.path, lines, at)
        template = self.template(source, "jinja")
        return replace(template, pieces=judged(template.pieces, Judge(self.models, self.formats).judged))

    # --- files --------------------------------------------------------------------------------------------------------

    def _prompts(self, path: str, files: Mapping[str, bytes]) -> Iterator[tuple[Written, tuple[Piece, ...], str]]:
        known = self.formats.recognition
        formats = [each for each in self.formats.formats if path.lower().endswith(each.endings)]
        bare = path.lower().endswith((*known.templates, *known.texts)) and may_be_prompt(path, known)
        if not formats and not bare:
            return
        raw = files[path]
        if len(raw) > MOST_BYTES or b"\0" in raw:
            return
        text = raw.decode("utf-8", "replace")
        lines = Lines(text)
        found = False
        for written in self._written(File(text, path, lines, self._load, self.models.role_words), formats):
            pieces, reason = self._pieces(written)
            if not written.reads_like or self._reads_like(path, written, pieces):
                found = True
                yield written, pieces, reason
        if bare and not found:
            yield from self._bare(Source(text, path, lines))

    def _written(self, file: File, formats: list[Format]) -> Iterator[Written]:
        roots: dict[str, list[Node]] = {}
        for format in formats:
            container = format.container
            found: list[Written] = []
            if container in ("front-matter", "text"):
                found = list(whole(file, format))
            elif format.shape.may_fit(file.text) and _has_holes(file.text):
                if container not in roots:
                    roots[container] = values(container, file.text)
                found = [written for root in roots[container] for written in prompts_in(file, root, format)]
            yield from found
            if found:
                return

    def _pieces(self, written: Written) -> tuple[tuple[Piece, ...], str]:
        pieces: list[Piece] = []
        reasons: list[str] = []
        headers = self._headers.get(written.headers)
        for role, source, language in written.passages:
            template = self.template(replace(source, headers=headers), language)
            pieces += [Turn(role), *template.pieces]
            reasons.append(template.reason)
        return tuple(pieces), next(filter(None, reasons), "")

    def _reads_like(self, path: str, written: Written, pieces: tuple[Piece, ...]) -> bool:
        text = "\n".join(passage.source.text for passage in written.passages)
        return is_prompt(path, text, _fixed(pieces), self.formats.recognition)

    def _bare(self, source: Source) -> Iterator[tuple[Written, tuple[Piece, ...], str]]:
        """A template or text without a format of its own, if it reads like a prompt."""
        known = self.formats.recognition
        language = _bare_language(source.text, source.path.lower().endswith(known.templates), known)
        if not language:
            return
        headers = self._headers["lines"]
        if headers.pattern.match(source.text.lstrip()):
            source = replace(source, headers=headers)
        template = self.template(source, language)
        if is_prompt(source.path, source.text, _fixed(template.pieces), known):
            alone = Written(_BARE, (Passage(Role.UNKNOWN, source, language),))
            yield alone, template.pieces, template.reason

    def _request(self, written: Written, pieces: tuple[Piece, ...]) -> Request | None:
        if not any(isinstance(piece, Hole) for piece in walk(pieces)):
            return None
        layout = layout_of(
            judged(pieces, Judge(self.models, self.formats, written.inputs).judged),
            written.passages[0].role,
            self.provider,
            self.models.histories,
        )
        bare = written.format == _BARE
        site = Site(
            call=written.format,
            span=layout.segments[0].origin.span,
            provider=self.provider.name,
            template=True,
            markable=bool(layout.breakpoints),
            confidence=Confidence.MEDIUM if bare else Confidence.HIGH,
        )
        told = all(segment.volatility is not None for segment in layout.segments)
        return Request(layout, site, Known.FULLY if told else Known.PARTLY)

    def _load(self, name: str, importer: str) -> Source | None:
        """The template that a name means: below the folder of the one that names it, or a folder around that."""
        folder = dirname(importer)
        while True:
            path = normpath(join(folder, name))
            raw = None if path.startswith(("..", "/")) else self.read_text(path)
            if raw is not None and len(raw) <= MOST_BYTES:
                return file_source(raw.decode("utf-8", "replace"), path)
            if not folder:
                return None
            folder = dirname(folder)


def _fixed(pieces: tuple[Piece, ...]) -> str:
    """What stands outside of the holes."""
    return "".join(piece.text for piece in walk(pieces) if isinstance(piece, Text))


def _has_holes(text: str) -> bool:
    return "{" in text or "$" in text


def _as_written(text: str) -> str:
    """The language that a text looks like. Where doubled braces hold no name, they are braces."""
    formatted = is_format(text)
    if any(sign in text for sign in _TAGS) and not (formatted and _NAMED.search(text) is None):
        return "jinja"
    return "format" if formatted else "plain"


def _bare_language(text: str, template: bool, known: Recognition) -> str:
    """The language of a template, or of a text that looks like one; empty: it does not."""
    language = "jinja" if template and any(sign in text for sign in _TAGS) else _as_written(text)
    if language == "jinja":
        shown = not template and (documented(text, "{{", known) or documented(text, "{%", known))
        return "" if shown or not any(tag.kind is Kind.HOLE for tag in tags(text)) else language
    return language if language == "format" and not template and not documented(text, "{", known) else ""
