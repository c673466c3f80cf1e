"""How fast promptlint is: beside ruff and other tools on one tree, and how it grows with the tree.

    .venv/bin/python -m bench.speed                     # trees that are made for it, of 1, 4 and 16 times a size
    .venv/bin/python -m bench.speed TREE --one FILE     # code of yours
    .venv/bin/python -m bench.speed --peer "pcdlint {tree}" --peer "cachedrift {tree}"

Machines differ and drift: times are medians of runs in turn, and only their ratios mean something. Counted work is the
same everywhere; `tests/test_work.py` fails when it grows with what has nothing to do with prompts.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.speed.trees import SERVICE, plant
from bench.speed.work import work

PROMPTLINT = f"{sys.executable} -m promptlint check --exit-zero --output-format json"
RUFF = f"{sys.executable} -m ruff check --isolated --exit-zero -q"
PEERS = ("pcdlint {tree}", "cachedrift {tree}")
BASE = 250
"""Files of the smallest tree that is made."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    seconds: float
    megabytes: float
    """The most memory that one of its processes had."""


def timed(command: str, folder: Path | None = None) -> Run:
    """Run a command. Raises SystemExit where it cannot do its work."""
    since = time.perf_counter()
    process = subprocess.Popen(shlex.split(command), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in (0, 1, 2):
        sys.exit(f"{command}: exit {code}")
    return Run(time.perf_counter() - since, usage.ru_maxrss / 1024)


def beside(name: str, ours: str, others: str, runs: int, folder: Path | None = None) -> None:
    """Print the times of two commands, run in turn, and their ratio."""
    pairs = [(timed(ours, folder), timed(others, folder)) for _ in range(runs)]
    ours_took, others_took = (statistics.median(pair[i].seconds for pair in pairs) for i in (0, 1))
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    most = max(a.megabytes for a, _ in pairs)
    print(f"{name:38} {ours_took:8.2f} s {others_took:8.2f} s   ratio {ratio:6.2f}   {most:6.0f} MB", flush=True)


def compare(tree: Path, one: Path, runs: int, peers: Sequence[str]) -> None:
    """Print what a tree and a file cost, beside others."""
    print(f"{'':38} {'ours':>10} {'other':>10}{'':16}{'our memory':>12}")
    beside("cold, beside ruff --no-cache", f"{PROMPTLINT} --no-cache .", f"{RUFF} --no-cache .", runs, tree)
    with tempfile.TemporaryDirectory() as cache:
        ours, ruff = f"{PROMPTLINT} --cache-dir {cache}/ours .", f"{RUFF} --cache-dir {cache}/ruff ."
        timed(ours, tree)
        timed(ruff, tree)
        beside("warm, beside ruff", ours, ruff, runs, tree)
    click = f'{sys.executable} -c "import click"'
    beside('one file, beside python -c "import click"', f"{PROMPTLINT} --no-cache {one}", click, 3 * runs)
    for peer in peers:
        try:
            beside(f"cold, beside {peer.split()[0]}", f"{PROMPTLINT} --no-cache .", peer.format(tree="."), 1, tree)
        except FileNotFoundError:
            print(f"{peer.split()[0]} is not installed", flush=True)


def grow(folder: Path) -> None:
    """Print what trees of 1, 4 and 16 times a size cost that have the same calls in them."""
    print(f"{'files':>8} {'seconds':>8} {'MB':>6}   work")
    for times in (1, 4, 16):
        tree = folder / f"times{times}"
        plant(tree, BASE * times)
        run = timed(f"{PROMPTLINT} --no-cache .", tree)
        done = ", ".join(f"{number:,} {name}" for name, number in work(tree).items())
        print(f"{BASE * times:8,} {run.seconds:8.2f} {run.megabytes:6.0f}   {done}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=Path)
    parser.add_argument("--one", type=Path, help="a small file with one call of an LLM")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", action="append", help="another tool: a command with {tree} in it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        one = options.one
        if one is None:
            one = folder / "one" / "service.py"
            one.parent.mkdir()
            one.write_text(SERVICE.format(number=0), encoding="utf-8")
        tree = options.tree
        if tree is None:
            tree = folder / "tree"
            plant(tree, 16 * BASE)
        compare(tree, one.resolve(), options.runs, options.peer or PEERS)
        print()
        grow(folder)


if __name__ == "__main__":
    main()
