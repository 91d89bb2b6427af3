"""Run a command and write down what it took: ``python stopwatch.py RESULT SECONDS COMMAND...``.

A program of its own that imports next to nothing: Linux counts the memory of whoever starts a process as that
process's own, so a large benchmark would be measured instead. What is told is the largest of the command and of the
processes that it waited for, at least the 9 MB of this one.
"""

import json
import os
import signal
import sys
import time


def measure(result: str, patience: int, command: list[str]) -> None:
    """Write seconds, seconds of CPU, exit status and megabytes; one that takes longer than ``patience`` is killed."""
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(patience)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    took = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak}
    with open(result, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes memory
        json.dump(took | {"status": os.waitstatus_to_exitcode(status)}, file)


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
