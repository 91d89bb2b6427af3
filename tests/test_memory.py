"""How much memory a crawl takes does not grow with the number of its pages."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import FAST, PROJECT
from tests.portal import huge_portal, serve

STOPWATCH = PROJECT / "tests" / "benchmarks" / "stopwatch.py"
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
    """Crawl a portal of so many articles, all of them new; the memory is that of all its processes together."""
    portal = huge_portal(count)
    folder.mkdir()
    log, result = folder / "log.txt", folder / "took.json"
    stopwatch = [sys.executable, "-I", "-S", str(STOPWATCH), str(result), str(PATIENCE)]
    with serve(portal) as base, log.open("w") as errors:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={start}", *FAST]
        environment = os.environ | {"ARCHIVE_DB": str(folder / "archive.db")}
        subprocess.run([*stopwatch, *command], check=True, cwd=PROJECT, env=environment, stderr=errors)
    took = json.loads(result.read_text(encoding="ascii"))
    assert took["status"] == 0, log.read_text()[-3000:]
    return Crawled(len(portal.requests), took["cpu"], took["peak"])


@pytest.mark.slow
def test_ten_times_the_pages_take_hardly_more_memory(tmp_path: Path) -> None:
    """A first crawl, which asks for everything there is."""
    small, large = (_crawl(count, tmp_path / str(count)) for count in (1000, 10_000))
    print(small, large)
    assert (small.requests, large.requests) == (1 + 50 + 1000, 1 + 500 + 10_000)
    assert large.peak - small.peak <= MORE_AT_MOST
