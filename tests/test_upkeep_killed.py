"""Commands that work on a whole archive: killed, stopped, or at once with others, they lose nothing."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archiver.archive.store.file import open_for_reading
from archiver.ingest.verify import verify
from tests.archives import unpack
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import demo_portal, serve
from tests.scripted_year import Rows, dump, record_year, script_year


def _start(path: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "archiver", "--db", str(path), *arguments]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _call(path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "archiver", "--db", str(path), *arguments]
    return subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True, timeout=60)


def _see(path: Path) -> Rows:
    with closing(open_for_reading(path)) as database:
        assert list(verify(database)) == []
        return dump(database)


def _prepare_merge(folder: Path) -> tuple[str, ...]:
    year = script_year(4, runs=16)
    record_year(folder / "archive.db", year[::2])
    record_year(folder / "other.db", year[1::2])
    return "merge", str(folder / "other.db")


def _prepare_upgrade(folder: Path) -> tuple[str, ...]:
    unpack(4, folder / "archive.db")
    return ("upgrade",)


def _prepare(*command: str) -> Callable[[Path], tuple[str, ...]]:
    def prepare(folder: Path) -> tuple[str, ...]:
        record_year(folder / "archive.db", script_year(4, runs=16))
        return command

    return prepare


COMMANDS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "merge": _prepare_merge,
    "upgrade": _prepare_upgrade,
    "reparse": _prepare("reparse", "--all"),
    "vacuum": _prepare("vacuum"),
}


_LONG = ("reparse", "merge")
_QUICK = [name for name in COMMANDS if name not in _LONG]


@pytest.mark.parametrize("moments", [2, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", [*_QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in _LONG)])
def test_killed_at_any_moment(tmp_path: Path, name: str, moments: int) -> None:
    """What was there is there, whole; done again, the command brings what it would have brought."""
    path, chance = tmp_path / "archive.db", random.Random(moments)
    command = COMMANDS[name](tmp_path)
    shutil.copy(path, tmp_path / "whole.db")
    began = time.monotonic()
    assert _start(tmp_path / "whole.db", *command).wait() == 0
    lasts, right = time.monotonic() - began, _see(tmp_path / "whole.db")
    for _ in range(moments):
        process = _start(path, *command)
        time.sleep(chance.random() * lasts)
        process.kill()
        process.wait()
        if name != "upgrade":  # what is older is read by no other command
            _see(path)
    assert _start(path, *command).wait() == 0
    assert _see(path) == right


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.slow
def test_stopped_for_a_while(tmp_path: Path, name: str) -> None:
    """Whoever reads meanwhile is answered; when it goes on, it ends as ever."""
    path = tmp_path / "archive.db"
    command = COMMANDS[name](tmp_path)
    process = _start(path, *command)
    time.sleep(0.45)
    os.kill(process.pid, signal.SIGSTOP)
    reading = _call(path, "list", "--limit", "1")
    assert (reading.returncode, reading.stderr.count("\n")) in ((0, 0), (1, 1)), reading.stderr
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait(timeout=120) == 0
    _see(path)


USUAL = ("reparse --all", "merge")
PAIRS: dict[str, tuple[str, ...]] = {
    "reparse": ("reparse",),
    "reparse --all": ("reparse", "--all"),
    "vacuum": ("vacuum",),
    "merge": ("merge", "OTHER"),
    "verify": ("verify", "--quick"),
    "backup": ("backup", "--force", "COPY"),
    "query": ("query", "SELECT count(*) FROM current_articles"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in USUAL else pytest.mark.slow) for name in PAIRS]
)
def test_beside_a_crawl(crawling: Crawling, tmp_path: Path, name: str) -> None:
    """Nothing that was recorded is lost, and who has to wait or is refused says so in one line."""
    record_year(tmp_path / "other.db", script_year(4, runs=6))
    places = {"OTHER": str(tmp_path / "other.db"), "COPY": str(tmp_path / "copy.db")}
    portal = demo_portal()
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        arguments = ("crawl", "dukdhcd", "-a", f"start={start}", *FAST, "-s", "DOWNLOAD_DELAY=0.03")
        crawl = _start(crawling.path, *arguments)
        while portal.count_requests() < 5:
            time.sleep(0.01)
        statuses = set()
        while crawl.poll() is None:
            beside = _call(crawling.path, *(places.get(word, word) for word in PAIRS[name]))
            statuses.add(beside.returncode)
            assert beside.returncode in (0, 75), beside.stderr
            assert "Traceback" not in beside.stderr
        assert crawl.returncode == 0
    assert statuses <= {0, 75}
    seen = _see(crawling.path)
    assert sum(base in row for row in seen["current_articles"]) == 24
