"""Two runs of one site never at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

from archiver.crawl.locks import SiteLocks
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, demo_portal, serve


def _start(crawling: Crawling, portal_base: str, portal: Portal) -> "subprocess.Popen[bytes]":
    """Start a crawl and wait until it has asked for something."""
    command = [sys.executable, "-m", "archiver", "crawl", "dukdhcd", "-a", f"start={portal_base}/cong-tac-doan-hoi"]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    process = subprocess.Popen([*command, "-s", "DOWNLOAD_DELAY=0.3"], cwd=PROJECT, env=environment)
    deadline = time.monotonic() + 30
    while not portal.count_requests() and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


def test_of_two_crawls_one_runs_and_the_other_says_so(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        first = _start(crawling, base, portal)
        with serve(other := demo_portal()) as elsewhere:
            refused = crawling.archiver("crawl", "dukdhcd", "-a", f"start={elsewhere}/cong-tac-doan-hoi", *FAST)
        assert (refused.status, other.requests) == (75, [])
        assert refused.err == "dukdhcd: another run of this site is under way\n"
        assert first.wait(timeout=60) == 0
    outcomes = crawling.query("SELECT outcome, captures > 0 AS kept FROM run_summary ORDER BY run_id")
    assert outcomes == [{"outcome": "finished", "kept": 1}, {"outcome": "locked", "kept": 0}]


def test_two_sites_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with SiteLocks(tmp_path / "archive.db") as locks, SiteLocks(tmp_path / "archive.db") as others:
        assert locks.take("sotttt")
        assert not others.take("sotttt")
        assert others.take("dukdhcd")
    with SiteLocks(tmp_path / "archive.db") as locks:
        assert locks.take("sotttt")
