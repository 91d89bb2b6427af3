"""How much memory a crawl takes does not grow with the number of its pages."""

import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import FAST, PROJECT
from tests.portal import huge_portal, serve

MEGABYTE = 1024 * 1024
MORE_AT_MOST = 50
"""Megabytes that ten times the pages may take."""
PATIENCE = 1800
"""Seconds; 10,000 pages take 120 on two free cores."""


@dataclass(frozen=True)
class Crawled:
    """A crawl from its first request to its last: requests the server saw, seconds of CPU, and most megabytes held."""

    requests: int
    seconds: float
    peak: float


def _crawl(count: int, folder: Path) -> Crawled:
    """Crawl a portal of so many articles, all of them new, in a process of its own."""
    portal = huge_portal(count)
    folder.mkdir()
    log = folder / "log.txt"
    with serve(portal) as base, log.open("w") as errors:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={start}", *FAST]
        environment = os.environ | {"ARCHIVE_DB": str(folder / "archive.db")}
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=errors) as process:
            usage = _wait(process)
    assert process.returncode == 0, log.read_text()[-3000:]
    peak = usage.ru_maxrss / (MEGABYTE if sys.platform == "darwin" else 1024)
    return Crawled(len(portal.requests), usage.ru_utime + usage.ru_stime, peak)


def _wait(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """Wait for a process and return what it used; one that takes too long is killed."""
    limit = threading.Timer(PATIENCE, process.kill)
    limit.start()
    _, status, usage = os.wait4(process.pid, 0)
    limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


@pytest.mark.slow
def test_ten_times_the_pages_take_hardly_more_memory(tmp_path: Path) -> None:
    """A first crawl, which asks for everything there is."""
    small, large = (_crawl(count, tmp_path / str(count)) for count in (1000, 10_000))
    print(small, large)
    assert (small.requests, large.requests) == (1 + 50 + 1000, 1 + 500 + 10_000)
    assert large.peak - small.peak <= MORE_AT_MOST
