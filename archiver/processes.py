"""Programs of ours that work on an archive beside this process: how they start, and how they end.

They are programs of their own and no forks: an open SQLite database must not be carried across a fork
(sqlite.org/howtocorrupt.html 2.6). Each side notices at the pipe between them that the other is gone, so none of them
outlives the process that asks.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from archiver.errors import ArchiverError


def count_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ChildProcess:
    """A module of ours that runs as a program on an archive, as the process sees it that asks; ``pipe`` leads to it."""

    def __init__(self, module: str, path: Path) -> None:
        """Start it; ArchiverError where the system has no room for another process."""
        self.pipe, theirs = Pipe()
        try:
            self._process = _start(module, theirs.fileno(), path)
        except OSError as error:
            self.pipe.close()
            said = f"no further process can be started ({error.strerror})"
            raise ArchiverError(f"{said}; end other programs first") from error
        finally:
            theirs.close()
        self.pid = self._process.pid

    def end(self, seconds: float = 0) -> bool:
        """Hang up and give it so long to end; True where it did not, and was killed."""
        self.pipe.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return True
        return False

    def wait(self) -> int:
        """Wait for its end and return the status; the number of a signal that killed it is negative."""
        return self._process.wait()

    def describe_end(self) -> str:
        """Wait for its end and say how it came."""
        status = self.wait()
        return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _start(module: str, pipe: int, path: Path) -> "subprocess.Popen[bytes]":
    """Start a program that finds the modules that this one found, and no others; Ctrl-C is for who asks alone."""
    command = [sys.executable, "-P", "-m", module, str(pipe), str(path.resolve())]
    places = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(  # noqa: S603 - this very program
        command, stdin=subprocess.DEVNULL, pass_fds=[pipe], process_group=0, env=places
    )


def serve(work: Callable[[Connection, Path], None]) -> None:
    """Be such a program: ``work`` for who is at the other end of the pipe, until that hangs up.

    Its arguments are the descriptor of the pipe and the archive's path. Signals are for the process that asks, which
    ends the others.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with Connection(int(sys.argv[1])) as pipe, suppress(EOFError, ConnectionError):
        work(pipe, Path(sys.argv[2]))
