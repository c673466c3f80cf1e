"""What the fixes save: programs as people write them, run before and after `promptlint check --fix --unsafe-fixes`.

The real clients talk to a provider on this machine, which caches as documented and charges list prices. Each program
runs several times, each time in a new process, as a service does which is started again.

    .venv/bin/python -m bench.savings
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.provider.server import LocalProvider, environment, serving

PROGRAMS = Path(__file__).parent / "programs"
RUNS = 3
"""Processes, each with another salt for its hashes."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What one program costs before and after, in US dollars."""

    name: str
    before: float
    after: float

    @property
    def saved(self) -> float:
        """A part of the cost before; negative when it became more."""
        return 1 - self.after / self.before


def replayed(provider: LocalProvider, program: Path) -> float:
    """What a program costs, run several times. Raises CalledProcessError where it fails."""
    provider.reset()
    for salt in range(1, RUNS + 1):
        variables = {**os.environ, **environment(provider.url), "PYTHONHASHSEED": str(salt)}
        subprocess.run([sys.executable, str(program)], env=variables, check=True, capture_output=True)
    return provider.cost


def mended(program: Path) -> None:
    """Make all fixes in a program."""
    arguments = ["check", "--isolated", "--fix-only", "--unsafe-fixes", program.name]
    subprocess.run([sys.executable, "-m", "promptlint", *arguments], cwd=program.parent, check=True)


def savings(programs: list[Path]) -> list[Saving]:
    """The cost of each program, before and after."""
    found = []
    with serving() as provider:
        for program in programs:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(shutil.copy(program, folder))
                before = replayed(provider, copy)
                mended(copy)
                found.append(Saving(program.stem, before, replayed(provider, copy)))
    return found


def table(found: list[Saving]) -> str:
    """The savings in Markdown, and their total."""
    total = Saving("**total**", sum(s.before for s in found), sum(s.after for s in found))
    lines = ["| program | before | after | saved |", "|---|---:|---:|---:|"]
    lines += [f"| {s.name} | ${s.before:.4f} | ${s.after:.4f} | {s.saved:.0%} |" for s in [*found, total]]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(savings(sorted(PROGRAMS.glob("*.py")))))
