"""Run a command and write down what it took: ``python stopwatch.py RESULT SECONDS COMMAND...``.

A program of its own that imports next to nothing: Linux counts the memory of whoever starts a process as that
process's own, so a large benchmark would be measured instead. Memory is that of the command and of all processes under
it together, what they share counted once (PSS), looked at ten times a second; where there is no /proc, the largest of
them.
"""

import json
import os
import signal
import sys
import threading
import time


def measure(result: str, patience: int, command: list[str]) -> None:
    """Write seconds, seconds of CPU, exit status and megabytes; one that takes longer than ``patience`` is killed."""
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(patience)
    peaks = [0.0]
    threading.Thread(target=_watch, args=(child, peaks), daemon=True).start()
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    peak = max(peaks) or usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    took = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak}
    with open(result, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib takes memory
        json.dump(took | {"status": os.waitstatus_to_exitcode(status)}, file)


def _watch(process: int, peaks: list[float]) -> None:
    while True:
        peaks[0] = max(peaks[0], sum(map(_weigh, _list_family(process))) / 1024)
        time.sleep(0.1)


def _list_family(process: int) -> list[int]:
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:  # noqa: PTH123 - as above
            children = list(map(int, file.read().split()))
    except OSError:
        children = []
    return [process, *(member for child in children for member in _list_family(child))]


def _weigh(process: int) -> int:
    """Return the kilobytes of a process; 0 where it has ended, or cannot be looked at."""
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123 - as above
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
