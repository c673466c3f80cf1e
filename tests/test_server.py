"""The language server, over standard input and output, with a real client."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.workspace import TextDocument

from promptlint.config.files import NAMES
from promptlint.knowledge.loading import RULES, endings, load_pages
from promptlint.server.notebooks import Cell, Notebook
from promptlint.spans import Lines
from tests.commands import CLOCK

pytestmark = pytest.mark.filterwarnings("default")  # of the client's own closing pipes

UNSORTED = CLOCK.replace("Now: {datetime.now()} ", "{', '.join({'north', 'south'})} ")
EMOJI = CLOCK.replace("Now:", "😀字:")


class Editor(LanguageClient):
    """A client that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.said: list[str] = []
        self.opened: list[types.TextDocumentIdentifier] = []
        self.watched: list[str] = []
        self.refreshed = asyncio.Event()

        @self.feature(types.CLIENT_REGISTER_CAPABILITY)
        def _registered(params: types.RegistrationParams) -> None:
            for each in params.registrations:
                self.watched += [watcher["globPattern"] for watcher in each.register_options["watchers"]]

        @self.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        def _refreshed(params: None) -> None:
            self.refreshed.set()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _published(params: types.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        @self.feature(types.WINDOW_SHOW_MESSAGE)
        def _shown(params: types.ShowMessageParams) -> None:
            self.said.append(params.message)

    def open(self, path: Path, text: str, version: int = 1) -> types.TextDocumentIdentifier:
        """Open a file."""
        item = types.TextDocumentItem(path.as_uri(), "python", version, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        self.opened.append(types.TextDocumentIdentifier(item.uri))
        return self.opened[-1]

    async def told(self) -> types.PublishDiagnosticsParams:
        """What is published next."""
        return await asyncio.wait_for(self.published.get(), 20)


class Session:
    """A server and its client, who live as long as the tests of this module."""

    def __init__(self, folder: Path, *, pull: bool, encoding: str) -> None:
        self._runner = asyncio.Runner()
        self._pull = pull
        self._encoding = encoding
        self.editor = self._runner.run(self._started(folder))

    def run(self, use: Callable[[Editor], Awaitable[None]]) -> None:
        """Do something, and close whatever was opened."""
        self._runner.run(self._used(use))

    def end(self) -> None:
        """Say good-bye."""

        async def leave() -> None:
            await self.editor.shutdown_async(None)
            self.editor.exit(None)
            await self.editor.stop()

        self._runner.run(leave())
        self._runner.close()

    async def _started(self, folder: Path) -> Editor:
        editor = Editor()
        await editor.start_io(sys.executable, "-m", "promptlint", "server", cwd=str(folder))
        diagnostic = types.DiagnosticClientCapabilities() if self._pull else None
        watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        refreshing = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        capabilities = types.ClientCapabilities(
            workspace=types.WorkspaceClientCapabilities(
                did_change_watched_files=watching, diagnostics=refreshing if self._pull else None
            ),
            general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(self._encoding)]),
            text_document=types.TextDocumentClientCapabilities(diagnostic=diagnostic),
        )
        done = await editor.initialize_async(types.InitializeParams(capabilities, root_uri=folder.as_uri()))
        assert done.capabilities.position_encoding == self._encoding
        editor.initialized(types.InitializedParams())
        return editor

    async def _used(self, use: Callable[[Editor], Awaitable[None]]) -> None:
        await use(self.editor)
        for document in self.editor.opened:
            self.editor.text_document_did_close(types.DidCloseTextDocumentParams(document))
            if not self._pull:
                while (await self.editor.told()).uri != document.uri:
                    pass
        self.editor.opened.clear()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An editor to which diagnostics are pushed."""
    started = Session(tmp_path_factory.mktemp("editor"), pull=False, encoding="utf-16")
    yield started
    started.end()


@pytest.fixture(scope="module")
def pulling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An editor that asks for diagnostics, and counts bytes."""
    started = Session(tmp_path_factory.mktemp("editor"), pull=True, encoding="utf-8")
    yield started
    started.end()


def changed(text: str, edit: types.WorkspaceEdit | None) -> str:
    """A text with the edits of an action made as an editor makes them."""
    assert edit is not None
    assert edit.document_changes is not None
    (change,) = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    document = TextDocument("file:///a.py", text)
    for each in sorted(change.edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        assert isinstance(each, types.TextEdit)
        start, end = document.offset_at_position(each.range.start), document.offset_at_position(each.range.end)
        text = text[:start] + each.new_text + text[end:]
    return text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def test_diagnostics_follow_what_is_typed(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(project / "app.py", CLOCK)
        told = await editor.told()
        (found,) = told.diagnostics
        assert (told.uri, told.version) == (document.uri, 1)
        assert (found.code, found.source, found.severity) == ("PL101", "promptlint", types.DiagnosticSeverity.Warning)
        assert found.range == types.Range(types.Position(6, 21), types.Position(6, 35))
        assert found.code_description
        assert found.code_description.href == (RULES / "PL101-volatile-prefix.md").as_uri()
        assert [way.location.uri for way in found.related_information or ()] == [document.uri] * 2
        range = types.Range(types.Position(6, 16), types.Position(6, 37))
        change = types.TextDocumentContentChangePartial(text="", range=range)
        newer = types.VersionedTextDocumentIdentifier(version=2, uri=document.uri)
        editor.text_document_did_change(types.DidChangeTextDocumentParams(newer, [change]))
        told = await editor.told()
        assert (told.version, list(told.diagnostics)) == (2, [])

    session.run(use)


def test_diagnostics_are_taken_back_when_a_file_is_closed(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(project / "app.py", CLOCK)
        assert len((await editor.told()).diagnostics) == 1
        editor.text_document_did_close(types.DidCloseTextDocumentParams(editor.opened.pop()))
        told = await editor.told()
        assert (told.uri, list(told.diagnostics)) == (document.uri, [])

    session.run(use)


def test_columns_are_counted_as_the_client_counts(project: Path, session: Session, pulling: Session) -> None:
    async def pushed(editor: Editor) -> None:
        editor.open(project / "app.py", EMOJI)
        assert [found.range.start.character for found in (await editor.told()).diagnostics] == [21]

    async def pulled(editor: Editor) -> None:
        document = editor.open(project / "app.py", EMOJI)
        report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [found.range.start.character for found in report.items] == [25]

    session.run(pushed)
    pulling.run(pulled)


def test_a_prompt_is_followed_through_files_that_are_not_saved(project: Path, pulling: Session) -> None:
    head, _, call = CLOCK.partition("\n\n\n")
    (project / "prompts.py").write_text('def system() -> str:\n    return "on disk"\n', encoding="utf-8")
    (project / "app.py").write_text("", encoding="utf-8")
    system = 'f"Now: {datetime.now()} {GUIDE}"'

    async def use(editor: Editor) -> None:
        editor.open(
            project / "app.py", "import prompts\nfrom openai import OpenAI\n" + call.replace(system, "prompts.system()")
        )
        texts = editor.open(project / "prompts.py", f"{head}\n\n\ndef system() -> str:\n    return {system}\n")
        report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(texts))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [found.code for found in report.items] == ["PL101"]

    pulling.run(use)


async def _actions(editor: Editor, document: types.TextDocumentIdentifier, *only: str) -> dict[str, Any]:
    line = types.Range(types.Position(6, 0), types.Position(6, 80))
    context = types.CodeActionContext([], only=list(only) or None)
    offered = await editor.text_document_code_action_async(types.CodeActionParams(document, line, context))
    return {action.title: action for action in offered or () if isinstance(action, types.CodeAction)}


def test_fixes_and_ignores_are_offered(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(project / "app.py", UNSORTED)
        await editor.told()
        offered = await _actions(editor, document)
        sort = next(action for action in offered.values() if action.is_preferred)
        assert changed(UNSORTED, sort.edit) == UNSORTED.replace("{'north', 'south'}", "sorted({'north', 'south'})")
        assert [found.code for found in sort.diagnostics or ()] == ["PL103"]
        ignore = offered["Ignore PL103 (unordered-content) here"]
        comment = "    # promptlint: ignore[PL103]\n"
        assert changed(UNSORTED, ignore.edit) == UNSORTED.replace("    system =", f"{comment}    system =")
        everything = (await _actions(editor, document, "source.fixAll"))["promptlint: fix all"]
        assert everything.kind == "source.fixAll.promptlint"
        assert changed(UNSORTED, everything.edit) == changed(UNSORTED, sort.edit)

    session.run(use)


def test_what_changes_words_is_never_preferred_and_never_in_fix_all(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(project / "app.py", CLOCK)
        await editor.told()
        offered = await _actions(editor, document)
        assert not any(action.is_preferred for action in offered.values())
        assert await _actions(editor, document, "source.fixAll.promptlint") == {}

    session.run(use)


def test_a_page_and_the_prompt_are_shown_above_a_finding(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(
            project / "app.py",
            CLOCK.replace("def", "# promptlint: disable[PL103]\ndef").replace(
                "    system", "    # promptlint: ignore[PL201]\n    system"
            ),
        )

        await editor.told()

        async def shown(line: int, character: int) -> str:
            place = types.Position(line, character)
            found = await editor.text_document_hover_async(types.HoverParams(document, place))
            return found.contents.value if found and isinstance(found.contents, types.MarkupContent) else ""

        above = await shown(8, 25)
        assert above.startswith("**PL101 volatile-prefix**")
        assert "the prefix ends here" in above
        assert load_pages()["PL101"].text in above
        assert (await shown(7, 28)).startswith(load_pages()["PL201"].text)
        assert (await shown(5, 24)).startswith(load_pages()["PL103"].text)
        assert await shown(0, 0) == ""

    session.run(use)


def test_settings_are_heard_and_a_mistake_in_them_is_said(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        editor.open(project / "app.py", CLOCK)
        assert len((await editor.told()).diagnostics) == 1
        settings = project / "promptlint.toml"
        changes = types.DidChangeWatchedFilesParams([types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)])
        settings.write_text('ignore = ["PL101"]\n', encoding="utf-8")
        editor.workspace_did_change_watched_files(changes)
        assert list((await editor.told()).diagnostics) == []
        settings.write_text('ignor = ["PL101"]\n', encoding="utf-8")
        editor.workspace_did_change_watched_files(changes)
        await editor.told()
        assert "unknown key 'ignor' (did you mean 'ignore'?)" in editor.said[0]

    session.run(use)


def test_a_mistake_in_the_settings_is_said_once_to_those_who_ask(project: Path, pulling: Session) -> None:
    (project / "promptlint.toml").write_text('ignor = ["PL101"]\n', encoding="utf-8")

    async def use(editor: Editor) -> None:
        document = editor.open(project / "app.py", CLOCK)
        for _ in range(2):
            report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            assert list(report.items) == []
        assert ["ignor" in said for said in editor.said] == [True]

    pulling.run(use)


def test_an_editor_is_asked_to_watch_all_files_that_are_read(project: Path, session: Session, pulling: Session) -> None:
    async def use(editor: Editor) -> None:
        assert set(editor.watched) == {f"**/{name}" for name in (*NAMES, *(f"*{end}" for end in endings()))}

    session.run(use)
    pulling.run(use)


def test_an_editor_that_asks_is_told_to_ask_again_when_a_file_has_changed(project: Path, pulling: Session) -> None:
    async def use(editor: Editor) -> None:
        editor.open(project / "app.py", CLOCK)
        changed = types.FileEvent((project / "prompt.j2").as_uri(), types.FileChangeType.Changed)
        editor.refreshed.clear()
        editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        await asyncio.wait_for(editor.refreshed.wait(), 20)

    pulling.run(use)


def test_a_file_for_a_later_python_says_that_it_was_not_checked(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        editor.open(project / "app.py", f"lazy import json\n{CLOCK}")
        (told,) = (await editor.told()).diagnostics
        assert told.severity == types.DiagnosticSeverity.Information
        assert told.range.start == types.Position(0, 5)
        assert told.message.startswith("Nothing in this file was checked: the file is written for Python 3.15")

    session.run(use)


# --- notebooks --------------------------------------------------------------------------------------------------------


class Opened:
    """A notebook in an editor: its cells are documents of their own."""

    def __init__(self, editor: Editor, path: Path, *texts: str) -> None:
        self.uri = path.as_uri()
        self.cells = [types.TextDocumentIdentifier(f"vscode-notebook-cell:{path}#{n}") for n in range(len(texts))]
        kinds = [types.NotebookCell(types.NotebookCellKind.Code, cell.uri) for cell in self.cells]
        items = [types.TextDocumentItem(c.uri, "python", 1, text) for c, text in zip(self.cells, texts, strict=True)]
        notebook = types.NotebookDocument(self.uri, "jupyter-notebook", 1, kinds)
        editor.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))

    def close(self, editor: Editor) -> None:
        notebook = types.NotebookDocumentIdentifier(self.uri)
        editor.notebook_document_did_close(types.DidCloseNotebookDocumentParams(notebook, self.cells))


HEAD, GUIDE, REPLY = (f"{part}\n" for part in UNSORTED.replace("north", "nörth😀").rstrip().split("\n\n", 2))
ABOVE = "%matplotlib inline\nprint('a \"quoted\" text')\n"


async def pulled(editor: Editor, document: types.TextDocumentIdentifier) -> list[types.Diagnostic]:
    report = await editor.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


def test_the_cells_of_a_notebook_are_checked_together_and_told_apart(project: Path, pulling: Session) -> None:
    async def use(editor: Editor) -> None:
        notebook = Opened(editor, project / "a b.ipynb", HEAD, ABOVE + GUIDE, "", REPLY)
        found = [await pulled(editor, cell) for cell in notebook.cells]
        assert [[each.code for each in there] for there in found] == [[], [], [], ["PL103"]]
        ((told,),) = [there for there in found if there]
        line = next(number for number, line in enumerate(REPLY.split("\n")) if "south" in line)
        text = REPLY.split("\n")[line].encode()
        start, end = text.index(b"{'n"), text.index(b"'south'}") + len(b"'south'}")
        assert told.range == types.Range(types.Position(line, start), types.Position(line, end))
        assert {way.location.uri for way in told.related_information or ()} == {notebook.cells[3].uri}
        params = types.HoverParams(notebook.cells[3], told.range.start)
        hover = await editor.text_document_hover_async(params)
        assert hover
        assert isinstance(hover.contents, types.MarkupContent)
        assert hover.contents.value.startswith("**PL103 unordered-content**")
        notebook.close(editor)

    pulling.run(use)


def test_a_fix_or_a_comment_in_a_notebook_changes_one_cell(project: Path, session: Session) -> None:
    async def use(editor: Editor) -> None:
        notebook = Opened(editor, project / "a.ipynb", HEAD, GUIDE, ABOVE + REPLY)
        cell = notebook.cells[2]
        while not (told := await editor.told()).diagnostics:
            pass
        assert told.uri == cell.uri
        context = types.CodeActionContext([])
        params = types.CodeActionParams(cell, told.diagnostics[0].range, context)
        offered = await editor.text_document_code_action_async(params)
        actions = [each for each in offered or () if isinstance(each, types.CodeAction)]
        (sort,) = [each for each in actions if each.is_preferred]
        (ignore,) = [each for each in actions if each.title.startswith("Ignore")]
        statement = next(line for line in REPLY.split("\n") if "south" in line)
        comment = "    # promptlint: ignore[PL103]\n"
        assert changed(ABOVE + REPLY, ignore.edit) == (ABOVE + REPLY).replace(statement, comment + statement)
        after = (ABOVE + REPLY).replace("{'nörth😀', 'south'}", "sorted({'nörth😀', 'south'})")
        assert changed(ABOVE + REPLY, sort.edit) == after
        assert sort.edit
        assert [change.text_document.uri for change in sort.edit.document_changes or ()] == [cell.uri]  # type: ignore[union-attr]
        notebook.close(editor)
        while (told := await editor.told()).uri != cell.uri:
            pass
        assert list(told.diagnostics) == []

    session.run(use)


_cells = st.lists(st.text(st.sampled_from("a\"\\\n\té😀 '"), max_size=20), min_size=1, max_size=4)


@given(_cells, st.data())
def test_a_place_in_a_cell_is_found_again_where_it_is_stored(texts: list[str], data: st.DataObject) -> None:
    notebook = Notebook(tuple(Cell(f"cell {n}", text) for n, text in enumerate(texts)))
    number = data.draw(st.integers(0, len(texts) - 1))
    at = data.draw(st.integers(0, len(texts[number])))
    place = Lines(texts[number]).position(at)
    outside = notebook.outside(f"cell {number}", place)
    rest = Lines(texts[number]).line(place.line)[place.column - 1 :]
    if rest:
        assert notebook.within(outside) == (f"cell {number}", place)
        stored = notebook.stored.split("\n")[outside.line - 1]
        assert json.loads('"' + stored[outside.column - 1 :].removesuffix(",")).removesuffix("\n") == rest


@given(_cells, _cells)
def test_what_changes_in_cells_is_told_cell_by_cell(before: list[str], after: list[str]) -> None:
    after = (after * len(before))[: len(before)]
    notebook = Notebook(tuple(Cell(str(n), text) for n, text in enumerate(before)))
    made = list(before)
    for uri, begin, end, content in notebook.changes(Notebook(tuple(Cell("", text) for text in after)).stored):
        made[int(uri)] = before[int(uri)][:begin] + content + before[int(uri)][end:]
    assert made == after


def test_an_address_may_be_written_with_escapes(project: Path, pulling: Session) -> None:
    async def use(editor: Editor) -> None:
        document = editor.open(project / "a b é.py", CLOCK)
        assert "%20" in document.uri
        assert [each.code for each in await pulled(editor, document)] == ["PL101"]

    pulling.run(use)
