"""What an editor offers to do about a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types

from promptlint.diagnostics import Diagnostic
from promptlint.edits import Applicability, Edit, Fix, compatible
from promptlint.ignoring import NotIgnoredError, ignored
from promptlint.server.translation import Texts, meets
from promptlint.server.workspace import Document
from promptlint.spans import Lines, Span

FIX_ALL = "source.fixAll.promptlint"


def actions(
    document: Document, found: Sequence[Diagnostic], texts: Texts, where: types.Range, only: Sequence[str]
) -> Iterator[types.CodeAction]:
    """The fixes and ignores for what was found in a range, and the safe fixes of the whole file.

    `only` are the kinds that are asked for; empty: all.
    """
    if _wanted(types.CodeActionKind.QuickFix, only):
        for diagnostic in found:
            if meets(texts.location(diagnostic.span).range, where):
                yield from _quick(document, diagnostic, texts)
    if _wanted(FIX_ALL, only):
        fixes = [d.fix for d in found if d.fix and d.fix.applicability is Applicability.SAFE]
        if fixes:
            edits = [edit for fix in compatible(fixes) for edit in fix.edits]
            yield types.CodeAction("promptlint: fix all", kind=FIX_ALL, edit=_workspace(edits, texts, document))


def _wanted(kind: str, only: Sequence[str]) -> bool:
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _quick(document: Document, diagnostic: Diagnostic, texts: Texts) -> Iterator[types.CodeAction]:
    said = [texts.diagnostic(diagnostic)]
    fix = diagnostic.fix
    if fix is not None and fix.applicability is not Applicability.DISPLAY:
        safe = fix.applicability is Applicability.SAFE
        yield types.CodeAction(
            title=f"{fix.message}{'' if safe else ' (changes the words that are sent)'}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=said,
            is_preferred=safe,
            edit=_workspace(fix.edits, texts, document),
        )
    ignore = _ignore(document, diagnostic)
    if ignore is not None:
        yield types.CodeAction(
            title=f"Ignore {diagnostic.code} ({diagnostic.name}) here",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=said,
            edit=_workspace(ignore.edits, texts, document),
        )


def _ignore(document: Document, diagnostic: Diagnostic) -> Fix | None:
    """A comment above the statement, as the one insertion that it is."""
    try:
        new = ignored(document.shown, document.text, [diagnostic], "").text
    except NotIgnoredError:
        return None
    old = document.text
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    if len(new) <= len(old):
        return None
    place = Lines(old).position(at)
    edit = Edit(Span(document.shown, place, place), new[at : at + len(new) - len(old)])
    return Fix(Applicability.SAFE, "", (edit,))


def _workspace(edits: Sequence[Edit], texts: Texts, document: Document) -> types.WorkspaceEdit:
    """Edits of one or more files; those of the open document only for the version that they were made for."""
    by_path: defaultdict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_path[edit.span.path].append(edit)
    version = document.version if document.notebook is None else None
    versions: Mapping[str, int | None] = {document.shown: version}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(path)), [*changes])
            for path, edits_there in by_path.items()
            for uri, changes in texts.edits(path, edits_there)
        ]
    )
