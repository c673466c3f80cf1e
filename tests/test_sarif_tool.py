"""SARIF logs, judged by Microsoft's multitool with its own rules and those of GitHub. Needs Node, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="the multitool is installed by npm, which comes with Node"),
    pytest.mark.skipif(sys.platform != "linux", reason="the name of the package with the program differs elsewhere"),
]

ROOT = Path(__file__).parents[1]
PACKAGE = "@microsoft/sarif-multitool-linux"
VERSION = "5.7.0"


@pytest.fixture(scope="module")
def multitool() -> Path:
    """The folder of the multitool, installed once for all runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "promptlint-tests"
    folder = cache / f"sarif-multitool-{VERSION}"
    if not (folder / "node_modules" / PACKAGE / "Sarif.Multitool").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"{PACKAGE}@{VERSION}"]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    program = folder / "node_modules" / PACKAGE / "Sarif.Multitool"
    program.chmod(0o755)
    return program.parent


@pytest.fixture(scope="module", params=["app", "clean"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of the examples with their findings, and one of those without."""
    folder = tmp_path_factory.mktemp("sarif")
    path = folder / "promptlint.sarif"
    shutil.copytree(ROOT / "examples" / request.param, folder / "examples")
    command = [sys.executable, "-m", "promptlint", "check", "--exit-zero", "--select", "ALL"]
    subprocess.run([*command, "--output", f"sarif:{path}"], cwd=folder, check=True)
    return path


def test_a_log_is_valid_by_the_schema(multitool: Path, log: Path) -> None:
    schema = json.loads((multitool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    document = json.loads(log.read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(document)


def test_the_multitool_has_no_error_and_no_warning_for_it(multitool: Path, log: Path) -> None:
    verdict = log.with_name("verdict.sarif")
    program = str(multitool / "Sarif.Multitool")
    command = [program, "validate", str(log), "--output", str(verdict), "--log", "ForceOverwrite"]
    subprocess.run(
        [*command, "--rule-kind", "Sarif;Gh", "--level", "Error;Warning"],
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        check=True,
        capture_output=True,
    )
    # It exits with 0 whatever it has found.
    (run,) = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"]
    assert [(result["ruleId"], result["message"]) for result in run["results"]] == []
