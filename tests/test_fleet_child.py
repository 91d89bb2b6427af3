"""The process in which a worker crawls: it says how it ended, and dies with the worker."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archiver.demo_portal.exchange import Response
from archiver.fleet.workers.crawl_child import CrawlChild, Crawled, CrawlOrder
from archiver.fleet.workers.outbox import Outbox
from archiver.model import Problem
from archiver.site import Site
from tests.fleet_sites import HURRIED, PATIENCE, FleetSites, fleet_sites, is_there, wait_until

ORDER = CrawlOrder("s0", HURRIED)
OLDER, FAILING = Problem("declaration_older", "bring it up to date"), Problem("site_failing", "four times")
PARENT = """
import sys
from pathlib import Path
from archiver.fleet.workers.crawl_child import CrawlChild, CrawlOrder
from tests.fleet_sites import HURRIED
child = CrawlChild(Path(sys.argv[1]), CrawlOrder("s0", HURRIED))
print(child.pid, flush=True)
child.wait(600)
"""


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetSites]:
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE", raising=False)
    with fleet_sites(tmp_path / "project") as sites:
        monkeypatch.chdir(sites.folder)
        yield sites


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "fleet" / "s0" / "archive.db"


def _crawl(archive: Path, order: CrawlOrder = ORDER) -> Crawled:
    child = CrawlChild(archive, order)
    wait_until(lambda: child.wait(1))
    return child.finish()


def _ask(archive: Path, query: str) -> list[dict[str, Any]]:
    database = Database(archive)
    try:
        return list(database.query(query))
    finally:
        database.close()


def _list_outcomes(archive: Path) -> list[str]:
    return [row["outcome"] for row in _ask(archive, "SELECT outcome FROM run_summary ORDER BY run_id")]


def _list_findings(archive: Path) -> list[tuple[str, str]]:
    return [(row["kind"], row["detail"]) for row in _ask(archive, "SELECT kind, detail FROM findings ORDER BY id")]


def test_a_site_is_crawled_and_its_log_written(sites: FleetSites, archive: Path) -> None:
    assert _crawl(archive) == Crawled(0, "", has_run=True)
    assert _list_outcomes(archive) == ["finished"]
    assert _ask(archive, "SELECT count(*) AS n FROM current_articles") == [{"n": 15}]
    assert "s0: finished" in (archive.parent / "logs" / "s0.log").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_the_worker_has_to_say_is_a_finding_of_the_run(sites: FleetSites, archive: Path) -> None:
    order = CrawlOrder("s0", HURRIED, (OLDER,), (FAILING,))
    assert _crawl(archive, order).status == 3
    assert _list_findings(archive) == [("declaration_older", "bring it up to date")]
    sites.portals["s0"].outage = lambda _: Response(500, b"")
    order = CrawlOrder("s0", HURRIED | {"RETRY_TIMES": "0"}, (), (FAILING,))
    crawled = _crawl(archive, order)
    assert (crawled.status, crawled.has_run) == (1, True)
    assert _list_outcomes(archive) == ["problems", "failed"]
    assert ("site_failing", "four times") in _list_findings(archive)


def test_a_crawl_that_cannot_begin_says_why(sites: FleetSites, archive: Path) -> None:
    crawled = _crawl(archive, CrawlOrder("s1", HURRIED))
    assert (crawled.status, crawled.has_run) == (2, False)
    assert crawled.reason.startswith("there is no site 's1'")


@pytest.mark.slow
def test_it_ends_in_order_when_the_worker_wants(sites: FleetSites, archive: Path) -> None:
    sites.hold_after("s0", 3)
    child = CrawlChild(archive, ORDER)
    wait_until(lambda: sites.count_asked("s0") > 3)
    child.begin_end()
    assert child.finish(PATIENCE) == Crawled(130, "", has_run=True)
    assert _list_outcomes(archive) == ["interrupted"]


@pytest.mark.slow
def test_it_ends_in_order_when_the_worker_is_killed(sites: FleetSites, archive: Path) -> None:
    sites.hold_after("s0", 3)
    command = [sys.executable, "-c", PARENT, str(archive)]
    environment = sites.environment
    with subprocess.Popen(command, cwd=sites.folder, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        wait_until(lambda: sites.count_asked("s0") > 3)
        parent.kill()
    wait_until(lambda: not is_there(child))
    assert _list_outcomes(archive) == ["interrupted"]


def test_one_that_is_killed_leaves_a_run_to_close(sites: FleetSites, archive: Path) -> None:
    sites.hold_after("s0", 3)
    child = CrawlChild(archive, ORDER)
    wait_until(lambda: sites.count_asked("s0") > 3)
    os.kill(child.pid, signal.SIGKILL)
    wait_until(lambda: child.wait(1))
    assert child.finish() == Crawled(
        1, "the process of the crawl ended (killed by SIGKILL); the next run goes on from there"
    )
    site = Site("s0", "Của tôi", "liferay_hanoi", ("http://127.0.0.1/tin",))
    with Outbox(archive, "test") as outbox:
        assert outbox.close_died(site, [FAILING]) == 1
        assert outbox.close_died(site, []) == 0
    assert _list_outcomes(archive) == ["died"]
    assert _list_findings(archive)[-1] == ("site_failing", "four times")
