"""Starts the project's programs as processes that need not import everything first: most of what a short one takes.

A process that has imported what they need waits for orders and forks for each: a process of its own, with its own
environment and output, run as ``python -m`` would run it. Whatever is read of the environment while importing is right
only for who has the same environment: others begin as ever (``may_start``).
"""

import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module, reload
from pathlib import Path
from threading import Lock

from archiver import clock

PROJECT = Path(__file__).parents[1]
IMPORTED = (
    "scrapy.cmdline",
    "archiver.cli.crawling.crawl",
    "archiver.cli.reading.articles",
    "archiver.cli.upkeep.rebuild",
    "archiver.crawl.transport.downloader",
    "archiver.crawl.running.execution",
    "archiver.crawl.run_extension",
    "archiver.crawl.pipelines",
    "archiver.ingest.service",
    "archiver.crawl.spider",
    "archiver.parsing.page",
)
# Whoever reads these does so when it runs, and not when it is imported.
READ_LATER = {"ARCHIVE_DB", "ARCHIVE_NOW", "ARCHIVE_TRACEBACK", "COLUMNS", "PYTEST_CURRENT_TEST"}


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    status: int
    out: str
    err: str


class Starter:
    """Starts programs by way of one process that has imported what they need."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.starting", str(theirs.fileno())]
        self._environment = dict(os.environ)
        self._process = subprocess.Popen(command, cwd=PROJECT, pass_fds=[theirs.fileno()])
        self._lock = Lock()
        theirs.close()

    def may_start(self, environment: Mapping[str, str]) -> bool:
        """Say whether importing would read the same of an environment as it did here."""
        own = {name: value for name, value in self._environment.items() if name not in READ_LATER}
        return own == {name: value for name, value in environment.items() if name not in READ_LATER}

    def start(self, command: tuple[str, ...], environment: Mapping[str, str], patience: float) -> Done:
        """Run ``python -m`` with a command in the project's folder to its end."""
        ends = [os.pipe() for _ in range(3)]  # output, errors, and what becomes of it
        order = json.dumps({"command": command, "environment": dict(environment)}).encode()
        with self._lock:
            socket.send_fds(self._ours, [order], [write for _, write in ends])
        for _, write in ends:
            os.close(write)
        out, err, told = _read_all([read for read, _ in ends], command, patience)
        return Done(int(told.split()[1]), _as_text(out), _as_text(err))

    def end(self) -> None:
        """End the process that waits."""
        self._ours.close()
        self._process.wait()


def _as_text(written: bytes) -> str:
    return written.decode().replace("\r\n", "\n").replace("\r", "\n")


def _read_all(ends: list[int], command: tuple[str, ...], patience: float) -> list[bytes]:
    """Read all three to their ends; a process that takes too long is killed."""
    read, last = dict.fromkeys(ends, b""), time.monotonic() + patience
    with selectors.DefaultSelector() as selector:
        for end in ends:
            selector.register(end, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(last - time.monotonic(), 0))
            if not ready:
                os.kill(int(read[ends[2]].split()[0]), signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, patience)
            for key, _ in ready:
                piece = os.read(key.fd, 65536)
                read[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return [read[end] for end in ends]


def _wait_for_orders(orders: socket.socket) -> tuple[dict, list[int]]:
    """Return in a new process for each order; whoever started this one being gone, it ends."""
    while True:
        order, ends, _, _ = socket.recv_fds(orders, 1_000_000, 3)
        if not order:
            os._exit(0)
        if not os.fork():
            return json.loads(order), ends
        for end in ends:
            os.close(end)
        _forget_the_dead()


def _forget_the_dead() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(order: dict, out: int, err: int, told: int) -> None:
    """Fork once more: the older process says how the younger one ends, which goes on as the program."""
    if pid := os.fork():
        os.close(out)
        os.close(err)
        os.write(told, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(told)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(order["environment"])


def main() -> None:
    orders = socket.socket(fileno=int(sys.argv[1]))
    for name in IMPORTED:
        import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "no two processes may share one"
    order, ends = _wait_for_orders(orders)
    orders.close()
    _become(order, *ends)
    reload(clock)  # which starts when a process does
    sys.argv[:] = order["command"]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
