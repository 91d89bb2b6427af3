"""Programs that work beside the process that asks: it alone says when they end, and is told how they did."""

import errno
import os
import signal
import subprocess
from pathlib import Path

import pytest

from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep import worker_pool
from archiver.errors import ArchiverError
from archiver.processes import ChildProcess


@pytest.fixture
def child(tmp_path: Path) -> ChildProcess:
    create_or_open(tmp_path / "a.db").close()
    child = ChildProcess(worker_pool.__name__, tmp_path / "a.db")
    assert _ask(child) == child.pid
    return child


def _ask(child: ChildProcess) -> int:
    child.pipe.send((0, _tell_process))
    return int(child.pipe.recv()[1][0])


def _tell_process(_: object) -> int:
    return os.getpid()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_for_the_process_that_asks(child: ChildProcess, number: signal.Signals) -> None:
    os.kill(child.pid, number)
    assert _ask(child) == child.pid
    assert not child.end(60)
    assert child.describe_end() == "exit status 0"


def test_one_that_does_not_end_is_killed(child: ChildProcess) -> None:
    os.kill(child.pid, signal.SIGSTOP)
    assert child.end(0.01)
    assert child.describe_end() == "killed by SIGKILL"
    assert not child.end()


def test_a_system_without_room_for_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    said = r"^no further process can be started \(Resource temporarily unavailable\); end other programs first$"
    with pytest.raises(ArchiverError, match=said):
        ChildProcess(worker_pool.__name__, tmp_path / "a.db")
