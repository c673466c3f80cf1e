"""Where the time goes: looks a hundred times a second at what promptlint is doing.

    .venv/bin/python -m bench.profile 60 check PATH --no-cache     # for a minute at most

Prints functions with the part of the time spent in them and below them, and in them alone. Time in which the reader
waits for the disk counts too much: whoever looks can then look at once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from types import FrameType

EVERY = 0.01
SHOWN = 40


def names(frame: FrameType | None) -> list[str]:
    """The functions in which a thread is, the innermost first."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append(f"{code.co_filename.rpartition('/promptlint/')[2]}:{code.co_qualname}")
        frame = frame.f_back
    return found


def waiting(stack: list[str]) -> bool:
    """Whether a thread only waits for another one."""
    return stack[0].endswith(("Thread._wait_for_tstate_lock", "Thread.join", "Condition.wait"))


def main() -> None:
    seconds, sys.argv[:] = float(sys.argv[1]), ["promptlint", *sys.argv[2:], "--jobs", "1"]
    below: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    since = time.perf_counter()

    def report() -> None:
        looks = max(sum(alone.values()), 1)
        print(f"\n{time.perf_counter() - since:.1f} s", file=sys.stderr)
        for title, counts in (("in and below", below), ("alone", alone)):
            print(f"\n{title}", file=sys.stderr)
            for name, number in counts.most_common(SHOWN):
                print(f"{number / looks:6.1%}  {name}", file=sys.stderr)

    def watch() -> None:
        own = threading.get_ident()
        while time.perf_counter() - since < seconds:
            time.sleep(EVERY)
            for thread, frame in sys._current_frames().items():
                stack = names(frame)
                if thread != own and not waiting(stack):
                    alone[stack[0]] += 1
                    below.update(set(stack))
        report()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    from promptlint.cli import main as promptlint

    try:
        promptlint()
    finally:
        report()


if __name__ == "__main__":
    main()
