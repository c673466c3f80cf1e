"""What several tests need."""

from __future__ import annotations

import io
import sys
from itertools import count
from pathlib import Path

import pytest

from promptlint import cli
from tests.commands import Done, Run


@pytest.fixture(autouse=True)
def a_cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another one, or the user, has found before."""
    monkeypatch.setenv("PROMPTLINT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / f"cache{next(_NUMBERS)}"))


_NUMBERS = count()


@pytest.fixture(autouse=True)
def an_error_of_ours_is_none_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be told of a file to a user fails a test, but where it is the command that is tested."""
    monkeypatch.setenv("PROMPTLINT_TRACEBACK", "1")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, with nothing in the environment that it looks at."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK", "PROMPTLINT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["promptlint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Done(end.value.code, captured.out, captured.err)

    return run
