"""The server itself: requests of the protocol to the workspace, and back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from promptlint import __version__
from promptlint.config.files import NAMES
from promptlint.diagnostics import Diagnostic
from promptlint.knowledge.loading import endings
from promptlint.server.actions import FIX_ALL, actions
from promptlint.server.hovering import hover
from promptlint.server.notebooks import Cell, Notebook
from promptlint.server.translation import Texts
from promptlint.server.workspace import Checked, Checker, Document
from promptlint.spans import Lines, Position, Span

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            cells=[types.NotebookCellLanguage("python")],
        )
    ],
    save=True,
)
_PAUSE = 0.25
"""Seconds without typing after which a text is checked."""


class Server(LanguageServer):
    """Answers an editor. What is open is checked together, in a thread, so that typing is never held up."""

    def __init__(self) -> None:
        super().__init__("promptlint", __version__, notebook_document_sync=_NOTEBOOKS)
        self._checker = Checker()
        self._due: asyncio.Task[None] | None = None
        self._told: set[str] = set()
        self._complained = ""
        """What the user was told to mend: it is said once, however often the editor asks."""

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics, so that they need not be pushed."""
        text = self.client_capabilities.text_document
        return text is not None and text.diagnostic is not None

    def documents(self) -> Mapping[str, Document]:
        """Everything that is open and has a file, a cell of a notebook too, by its address without escapes."""
        found = {}
        for uri, document in self.workspace.text_documents.items():
            path = uris.to_fs_path(uri) if uri.startswith("file:") else None
            if path:
                found[uri] = Document(document.uri, Path(path).resolve(), document.version, document.source)
        for uri, synced in self.workspace.notebook_documents.items():
            path = uris.to_fs_path(uri) if uri.startswith("file:") else None
            cells = [self.workspace.text_documents.get(unquote(cell.document)) for cell in synced.cells]
            notebook = Notebook(tuple(Cell(cell.uri, cell.source) for cell in cells if cell))
            for cell in notebook.cells if path else ():
                there = Document(cell.uri, Path(path or "").resolve(), synced.version, notebook.stored, notebook)
                found[unquote(cell.uri)] = there
        return found

    def document(self, uri: str) -> Document | None:
        """What is open under an address."""
        return self.documents().get(unquote(uri))

    async def checked(self) -> tuple[Checked, Texts]:
        """The report on everything that is open, and the places in it."""
        documents = self.documents()
        done = await asyncio.to_thread(self._checker.check, documents)
        if done.error and done.error != self._complained:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"promptlint: {done.error}"))
        self._complained = done.error
        encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        notebooks = {each.shown: each.notebook for each in documents.values() if each.notebook}
        return done, Texts(done.sources, encoding, notebooks)

    def changed(self, *, on_disk: bool = False) -> None:
        """Check again soon: something was typed, or a file has changed."""
        if on_disk:
            self._checker.forget()
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.ensure_future(self._soon(refresh=on_disk))

    async def _soon(self, *, refresh: bool) -> None:
        await asyncio.sleep(_PAUSE)
        if self.pulls:
            if refresh and self._refreshes:
                self.workspace_diagnostic_refresh(None)
            return
        done, texts = await self.checked()
        for document in self.documents().values():
            found = _told(done, document, texts)
            version = None if document.notebook else document.version
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, found, version))
            self._told.add(document.uri)

    def closed(self, uri: str) -> None:
        """Take back what was said of a file that is no longer open."""
        if uri in self._told:
            self._told.remove(uri)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    @property
    def _refreshes(self) -> bool:
        """Whether the client asks again when it is told that something has changed which it did not see."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)


def _in(done: Checked, document: Document | None, texts: Texts) -> list[Diagnostic]:
    """What was found in a document; of a notebook, in the cell."""
    return [d for d in done.report.diagnostics if document is not None and _within(d.span, document, texts)]


def _within(span: Span, document: Document, texts: Texts) -> bool:
    same = span.path == document.shown
    return same and (document.notebook is None or texts.location(span).uri == document.uri)


def _told(done: Checked, document: Document | None, texts: Texts) -> list[types.Diagnostic]:
    """What is shown in a document: what was found in it, and why nothing was looked for."""
    gaps = done.report.gaps if document else ()
    newer = [gap for gap in gaps if gap.written_for and document and _within(gap.span, document, texts)]
    return [*(texts.diagnostic(d) for d in _in(done, document, texts)), *(texts.unchecked(gap) for gap in newer)]


def server() -> Server:
    """A server with all its features, not yet started."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
    ours = Server()
    _hear(ours)
    _answer(ours)
    return ours


def _hear(ours: Server) -> None:
    """What the client tells: that something has changed."""

    @ours.feature(types.INITIALIZED)
    def _initialized(params: types.InitializedParams) -> None:
        watched = ours.client_capabilities.workspace
        if watched and watched.did_change_watched_files and watched.did_change_watched_files.dynamic_registration:
            # Also what is not open: it is read where code that is open leads there.
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in (*NAMES, *(f"*{end}" for end in endings()))]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            ours.client_register_capability(types.RegistrationParams([types.Registration("files", method, options)]))

    @ours.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        ours.changed()

    @ours.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _typed(params: types.DidChangeTextDocumentParams) -> None:
        ours.changed()

    @ours.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        ours.changed(on_disk=True)

    @ours.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        ours.closed(params.text_document.uri)

    @ours.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def _opened_notebook(params: types.DidOpenNotebookDocumentParams) -> None:
        ours.changed()

    @ours.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def _typed_in_notebook(params: types.DidChangeNotebookDocumentParams) -> None:
        ours.changed()

    @ours.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def _saved_notebook(params: types.DidSaveNotebookDocumentParams) -> None:
        ours.changed(on_disk=True)

    @ours.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def _closed_notebook(params: types.DidCloseNotebookDocumentParams) -> None:
        for cell in params.cell_text_documents:
            ours.closed(cell.uri)

    @ours.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _watched(params: types.DidChangeWatchedFilesParams) -> None:
        ours.changed(on_disk=True)


def _answer(ours: Server) -> None:
    """What the client asks: diagnostics, actions, and what is to be shown above a place."""
    pull = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="promptlint")

    @ours.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, pull)
    async def _pulled(params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        done, texts = await ours.checked()
        document = ours.document(params.text_document.uri)
        return types.RelatedFullDocumentDiagnosticReport(_told(done, document, texts))

    kinds = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL])

    @ours.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        done, texts = await ours.checked()
        document = ours.document(params.text_document.uri)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        return list(actions(document, _in(done, document, texts), texts, params.range, only)) if document else []

    @ours.feature(types.TEXT_DOCUMENT_HOVER)
    async def _hovered(params: types.HoverParams) -> types.Hover | None:
        done, texts = await ours.checked()
        document = ours.document(params.text_document.uri)
        if document is None:
            return None
        held = ours.workspace.get_text_document(document.uri)
        place = held.position_codec.position_from_client_units(held.lines, params.position)
        at = Position(place.line + 1, place.character + 1)
        if document.notebook is not None:
            at = document.notebook.outside(document.uri, at)
        text = hover(Lines(document.text).line(at.line), at, _in(done, document, texts), done.report.requests)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None
