"""What promptlint finds in real packages, and what a change of ours changes of that.

    .venv/bin/python -m bench.ecosystem FOLDER                  # the packages are downloaded to FOLDER once
    .venv/bin/python -m bench.ecosystem FOLDER --only crewai --only llm
    .venv/bin/python -m bench.ecosystem FOLDER --record         # keep what was found as what is to be found

Nothing of the packages is installed or run. Exits with 1 if promptlint crashed or took too long, or found something
else than what is recorded: read the difference, as their authors would, and then record it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from promptlint.doing import TRACEBACK

HERE = Path(__file__).parent
PACKAGES = HERE / "packages.txt"
RECORD = HERE / "record.txt"
LONGEST = 60
"""Seconds of a processor for one package."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of checking one package."""

    package: str
    seconds: float
    findings: tuple[str, ...] = ()
    """One line each, without machine and version."""
    failure: str = ""
    """Why there are none; empty: it was checked."""

    @property
    def name(self) -> str:
        """The package without its version."""
        return self.package.partition("==")[0]

    @property
    def lines(self) -> tuple[str, ...]:
        """What the record says of it: also that nothing was found, so that nobody takes it for not checked."""
        return self.findings or (f"{self.name} nothing",)


def fetched(package: str, folder: Path) -> Path:
    """The folder with the files of a package, downloaded if need be. Raises CalledProcessError."""
    home = folder / package.replace("==", "-")
    if not home.is_dir():
        wheels = folder / "wheels" / home.name
        download = ["download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(wheels), package]
        subprocess.run([sys.executable, "-m", "pip", *download], check=True)
        (wheel,) = wheels.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(home)
    return home


def checked(package: str, home: Path) -> Outcome:
    """Check one package."""
    command = [sys.executable, "-m", "promptlint", "check", ".", "--isolated", "--no-cache", "--exit-zero"]
    command += ["--jobs", "1", "--output-format", "json"]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        crashing = {**os.environ, TRACEBACK: "1"}
        process = subprocess.Popen(
            command,
            cwd=home,
            env=crashing,
            stdout=out,
            stderr=err,
            preexec_fn=_limited,  # noqa: PLW1509
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        out.seek(0)
        err.seek(0)
        if process.returncode == -signal.SIGXCPU:
            return Outcome(package, seconds, failure=f"took more than {LONGEST} s")
        if process.returncode:
            return Outcome(package, seconds, failure=f"exit {process.returncode}: {err.read().strip()[-200:]}")
        name = package.partition("==")[0]
        return Outcome(package, seconds, tuple(told(name, json.load(out)["diagnostics"])))


def _limited() -> None:
    # The time of a processor: how busy the machine is with other things says nothing of us.
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 5))


def tried(package: str, folder: Path) -> Outcome:
    """Download a package, if need be, and check it."""
    try:
        return checked(package, fetched(package, folder))
    except (subprocess.CalledProcessError, ValueError) as error:
        return Outcome(package, 0.0, failure=f"cannot be downloaded: {error}")


def told(name: str, diagnostics: Iterable[dict[str, object]]) -> Iterator[str]:
    """Diagnostics as lines of the record."""
    for each in diagnostics:
        start = each["start"]
        assert isinstance(start, dict)
        message = str(each["message"]).split(":")[0].split(". ")[0][:110]
        yield f"{name} {each['path']}:{start['line']} {each['code']} {each['confidence']} {message}"


def recorded() -> dict[str, list[str]]:
    """Name of a package → the lines of the record."""
    found: dict[str, list[str]] = {}
    for line in RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else ():
        found.setdefault(line.partition(" ")[0], []).append(line)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", help="only this package; may be given several times")
    parser.add_argument("--jobs", type=int, default=1, help="packages that are checked at a time")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    packages = PACKAGES.read_text(encoding="utf-8").split()
    known = recorded()
    wanted = [package for package in packages if not options.only or package.partition("==")[0] in options.only]
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        tries = [pool.submit(tried, package, options.folder.resolve()) for package in wanted]
        try:
            for done in as_completed(tries):
                outcomes.append(outcome := done.result())
                said = outcome.failure or f"{len(outcome.findings)} findings"
                print(f"{outcome.package:40} {outcome.seconds:6.1f} s  {said}", flush=True)
        except KeyboardInterrupt:  # what there is by now is told
            pool.shutdown(cancel_futures=True)
    print()
    rules = Counter(line.split()[2] for outcome in outcomes for line in outcome.findings)
    print("By rule:", ", ".join(f"{number} {code}" for code, number in sorted(rules.items())) or "nothing")
    differences = [line for outcome in outcomes if not outcome.failure for line in difference(outcome, known)]
    print("Other than recorded:", *differences or ["nothing"], sep="\n")
    if options.record:
        kept = known | {outcome.name: list(outcome.lines) for outcome in outcomes if not outcome.failure}
        lines = [line for name in sorted(kept) for line in kept[name]]
        RECORD.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    sys.exit(any(outcome.failure for outcome in outcomes) or bool(differences and not options.record))


def difference(outcome: Outcome, known: dict[str, list[str]]) -> Iterator[str]:
    """What is found and not recorded, and what is recorded and not found."""
    before, now = Counter(known.get(outcome.name, [])), Counter(outcome.lines)
    yield from (f"- {line}" for line in (before - now).elements())
    yield from (f"+ {line}" for line in (now - before).elements())


if __name__ == "__main__":
    main()
