"""Throw at promptlint what nobody meant, and see that it neither crashes, hangs nor loses a byte.

    .venv/bin/python -m bench.fuzz --inputs 20000 --seed 1
    .venv/bin/python -m bench.fuzz --grammar 500        # programs that the grammar of Python allows, by hypothesmith
    .venv/bin/python -m bench.fuzz --one 1/4711         # again, with the traceback

An input is checked, everything is mended that can be, and what is mended must still be readable and hold all that was
not changed. What fails is printed with its number, from which it can be made again.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.fuzz.inputs import made
from promptlint.config.configuration import Configuration
from promptlint.config.settings import Settings
from promptlint.doing import TRACEBACK
from promptlint.edits import Applicability
from promptlint.repairing import Repaired, repaired

LONGEST = 2.0
"""Seconds of a processor for one input."""
HANGS = 120.0
"""Seconds after which an input is given up, on a machine that has other things to do."""


class BrokenError(Exception):
    """What was done to an input is not what should have been."""


def checked(files: Mapping[str, bytes]) -> Repaired:
    """Check files which are not on disk, and make all fixes. Raises whatever goes wrong."""
    since = time.process_time()
    done = repaired(list(files), Configuration(fixed=Settings(select=("ALL",))), files, Applicability.UNSAFE)
    took = time.process_time() - since
    if took > LONGEST:
        raise BrokenError(f"took {took:.1f} s")
    for path, change in done.changes.items():
        if change.before != files[path]:
            raise BrokenError(f"{path}: what was mended is not what was given")
        lost = _comments(change.before) - _comments(change.after)
        if lost:
            raise BrokenError(f"{path}: lost {lost}")
        ends = change.before.count(b"\r\n"), change.before.count(b"\n")
        if ends[0] == ends[1] and change.after.count(b"\r\n") != change.after.count(b"\n"):
            raise BrokenError(f"{path}: line breaks of two kinds")
    return done


def _comments(raw: bytes) -> set[bytes]:
    """Lines that are nothing but a comment."""
    return {line.strip() for line in raw.splitlines() if line.strip().startswith(b"#")}


def worker(seed: int, first: int, last: int) -> None:
    """Check some inputs, each told before it is begun. Ends where one hangs."""
    os.environ[TRACEBACK] = "1"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number in range(first, last):
            print(f"at {number}", flush=True)
            faulthandler.dump_traceback_later(HANGS, exit=True)
            try:
                done = checked(made(seed, number))
                print(
                    f"did {done.report.statistics.prompts} {len(done.report.diagnostics)} {len(done.made)}", flush=True
                )
            except Exception as error:
                last_frame = traceback.extract_tb(error.__traceback__)[-1]
                where = f"{Path(last_frame.filename).name}:{last_frame.lineno}"
                print(
                    f"failed {seed}/{number} {type(error).__name__}: {error} ({where})".replace("\n", " ")[:300],
                    flush=True,
                )
            faulthandler.cancel_dump_traceback_later()


def run(seed: int, inputs: int) -> int:
    """Check inputs, in a process that may die. Gives the number of those that failed."""
    failed, first = 0, 0
    did: Counter[str] = Counter()
    while first < inputs:
        command = [sys.executable, "-m", "bench.fuzz", "--worker", f"{seed} {first} {inputs}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("at "):
                    first = int(line[3:]) + 1
                elif line.startswith("did "):
                    did.update(dict(zip(("prompts", "findings", "mended"), map(int, line[4:].split()), strict=True)))
                else:
                    failed += 1
                    print(line, end="", flush=True)
            code = process.wait()
            if code:
                failed += 1
                said = process.stderr.read().strip() if process.stderr else ""
                print(f"failed {seed}/{first - 1} the process died with {code}: {said[-1500:]}", flush=True)
        if not code:
            break
    print(", ".join(f"{number:,} {what}" for what, number in did.items()))
    return failed


def grammar(seed: int, inputs: int) -> int:
    """Check programs that the grammar allows. Gives the number of those that failed."""
    import hypothesis
    from hypothesmith import from_grammar

    failed = 0

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=inputs, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(program=from_grammar())
    def check(program: str) -> None:
        nonlocal failed
        text = f"import openai\nprompt = openai.OpenAI().responses.create(instructions='x')\n{program}"
        try:
            checked({"main.py": text.encode("utf-8", "surrogatepass")})
        except Exception as error:
            failed += 1
            print(f"failed {type(error).__name__}: {error}: {program!r}"[:600], flush=True)

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # and not in a project of some size
        check()
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grammar", type=int, default=0)
    parser.add_argument("--one", metavar="SEED/NUMBER")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(*map(int, options.worker.split()))
    elif options.one:
        seed, number = map(int, options.one.split("/"))
        files = made(seed, number)
        for path, raw in files.items():
            print(f"--- {path}\n{raw.decode('utf-8', 'backslashreplace')}")
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            checked(files)
    else:
        failed = grammar(options.seed, options.grammar) if options.grammar else run(options.seed, options.inputs)
        print(f"{options.grammar or options.inputs:,} inputs, {failed} failed")
        sys.exit(bool(failed))


if __name__ == "__main__":
    main()
