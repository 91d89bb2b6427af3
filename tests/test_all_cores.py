"""Many sites in several processes, into one archive: real processes, real servers, kills and signals."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from archiver.crawl.running.locks import SiteLocks
from archiver.crawl.running.reports import Report, find_status
from archiver.crawl.running.sharing import choose_number
from archiver.crawl.running.side_by_side import group_by_host, list_names
from archiver.crawl.spider import CommitteeSpider
from archiver.processes import count_cores
from archiver.urls import site_of
from tests.conftest import PROJECT, Crawling, Done
from tests.portal import Portal, Response, demo_portal, serve
from tests.test_monitoring import listen

CHANNELS = ("cong-tac-doan-hoi", "cong-tac-dang")
HURRIED = ("-s", "DOWNLOAD_DELAY=0", "-s", "ARCHIVE_ATTACHMENTS=none")
PATIENCE = 180
SITE = """
from archiver.crawl.spider import CommitteeSpider

class Mine(CommitteeSpider):
    name, title, platform = "{name}", "Của tôi", "liferay_hanoi"
    listings = ("{listing}",)
"""
ENDS = "SELECT site, outcome FROM run_summary ORDER BY run_id"


@dataclass
class Sites:
    """A project with sites on servers of their own, named s0, s1 and so on."""

    crawling: Crawling
    portals: list[Portal] = field(default_factory=list)

    @property
    def spiders(self) -> Path:
        """The folder of the declarations."""
        return self.crawling.folder / "spiders"

    def declare(self, listing: str) -> None:
        """Declare one more site."""
        name = f"s{len(list(self.spiders.glob('s*.py')))}"
        (self.spiders / f"{name}.py").write_text(SITE.format(name=name, listing=listing), encoding="utf-8")

    @contextmanager
    def crawl(self, *arguments: str, jobs: int = 2) -> "Iterator[subprocess.Popen[str]]":
        """Crawl in the background; whatever is left of it at the end is killed."""
        with subprocess.Popen(
            [sys.executable, "-m", "archiver", "crawl", "--all", "--jobs", str(jobs), *arguments],
            cwd=self.crawling.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str, jobs: int = 2) -> Done:
        """Crawl all sites to the end."""
        with self.crawl(*arguments, jobs=jobs) as process:
            _, errors = process.communicate(timeout=PATIENCE)
            return Done(process.returncode, "", errors)

    @property
    def environment(self) -> dict[str, str]:
        """Where programs find this checkout and the archive."""
        own = {"ARCHIVE_DB": str(self.crawling.path), "PYTHONPATH": str(PROJECT), "NO_PROXY": "127.0.0.1"}
        return {name: value for name, value in os.environ.items() if name != "SCRAPY_SETTINGS_MODULE"} | own

    def hold(self) -> None:
        """Let all servers keep an article's page to themselves until ``release``."""
        for portal in self.portals:
            portal.outage = lambda target, portal=portal: _hold(portal, target)  # type: ignore[misc]

    def release(self) -> None:
        """Let all servers answer again."""
        for portal in self.portals:
            portal.outage = None

    def wait_for_articles(self) -> None:
        """Wait until each server was asked for an article."""
        _wait_until(lambda: all(_ask_count(portal) for portal in self.portals))

    def outcomes(self) -> dict[str, list[object]]:
        """Return the outcomes of the runs of each site, oldest first."""
        found: dict[str, list[object]] = {}
        for row in self.crawling.query(ENDS):
            found.setdefault(str(row["site"]), []).append(row["outcome"])
        return found

    def articles(self) -> dict[object, object]:
        """Count the articles of each site."""
        rows = self.crawling.query("SELECT site, count(*) AS n FROM current_articles GROUP BY site")
        return {row["site"]: row["n"] for row in rows}

    def are_free(self) -> bool:
        """Say whether nobody holds the lock of a site."""
        with SiteLocks(self.crawling.path) as locks:
            return all(locks.take(f"s{number}") for number in range(len(self.portals)))


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    """Four sites."""
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "__init__.py").touch()
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n", encoding="ascii")
    sites = Sites(Crawling(tmp_path))
    with ExitStack() as stack:
        for _ in range(4):
            portal = demo_portal()
            sites.portals.append(portal)
            sites.declare(f"{stack.enter_context(serve(portal))}/{CHANNELS[0]}")
        yield sites


def _hold(portal: Portal, target: str) -> Response | None:
    return replace(portal.page(target), delay=120) if "/view_content/" in target else None


def _ask_count(portal: Portal) -> int:
    return sum("/view_content/" in request.path for request in list(portal.requests))


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _list_children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    if not path.exists():
        pytest.skip("children are listed in /proc, which this system has not")
    return list(map(int, path.read_text().split()))


def _is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def _in_full(sites: Sites) -> dict[object, object]:
    shown = {f"s{number}": 15 for number in range(len(sites.portals))}
    return dict(shown)


def _asked_once(portal: Portal) -> bool:
    asked = Counter(request.path for request in list(portal.requests) if "/view_content/" in request.path)
    return set(asked.values()) == {1}


def test_all_sites_are_crawled_each_once(sites: Sites) -> None:
    """In two processes; each site has a log of its own, which begins and ends with its run."""
    done = sites.run(*HURRIED)
    assert (done.status, done.err.splitlines()[1:]) == (0, [])
    assert sites.outcomes() == {f"s{number}": ["finished"] for number in range(4)}
    assert sites.articles() == _in_full(sites)
    assert all(map(_asked_once, sites.portals))
    assert sites.crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    for number in range(4):
        log = (sites.crawling.folder / "logs" / f"s{number}.log").read_text()
        assert re.findall(r"(s\d): run \d+ begins", log) == [f"s{number}"]
        assert re.findall(r"(s\d): finished; requests", log) == [f"s{number}"]
        addresses = set(re.findall(r"http://127\.0\.0\.1:\d+/", log))
        assert len(addresses) == 1  # no line of another site


def test_the_gravest_outcome_is_told_and_the_others_go_on(sites: Sites) -> None:
    """One site is locked, one is away; what is told to others is told once for all."""
    sites.portals[1].outage = lambda _: Response(500, b"")
    with SiteLocks(sites.crawling.path) as locks, listen() as monitor:
        assert locks.take("s0")
        quick = ("-s", "RETRY_TIMES=0", "-s", "AUTOTHROTTLE_ENABLED=0")
        done = sites.run(*HURRIED, *quick, "--ping-url", f"{monitor.url}/abc")
    assert done.status == 1, done.err
    assert monitor.heard == ["GET /abc/start", "GET /abc/fail"]
    told = {name: ends for name, (ends,) in sites.outcomes().items()}
    assert told == {"s0": "locked", "s1": "failed", "s2": "finished", "s3": "finished"}
    assert "s0: another run of this site is under way" in done.err
    assert done.err.count("s1: failed; ") == 1
    assert "s1: failed" in (sites.crawling.folder / "logs" / "s1.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_ends_all_in_order(sites: Sites, number: int) -> None:
    sites.hold()
    with sites.crawl(*HURRIED) as process:
        sites.wait_for_articles()
        children = _list_children(process.pid)
        assert len(children) == 2
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert not any(map(_is_there, children))
    assert sites.outcomes() == {f"s{number}": ["interrupted"] for number in range(4)}
    assert sites.are_free()


@pytest.mark.slow
def test_the_second_signal_ends_all_at_once(sites: Sites) -> None:
    """What was recorded stays; the next crawl takes it up."""
    sites.hold()
    with sites.crawl(*HURRIED) as process:
        sites.wait_for_articles()
        children = _list_children(process.pid)
        for child in children:
            os.kill(child, signal.SIGSTOP)  # so that none of them ends in order
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    _wait_until(lambda: not any(map(_is_there, children)))
    assert sites.outcomes() == {f"s{number}": [None] for number in range(4)}
    sites.release()
    assert sites.run(*HURRIED).status == 3  # that a run died is a finding
    assert sites.outcomes() == {f"s{number}": ["died", "problems"] for number in range(4)}
    assert sites.articles() == _in_full(sites)


def test_the_others_end_where_the_parent_alone_is_killed(sites: Sites) -> None:
    """They close their runs and let go of the locks; the next crawl does the rest."""
    sites.hold()
    with sites.crawl(*HURRIED) as process:
        sites.wait_for_articles()
        children = _list_children(process.pid)
        process.kill()
        process.wait()
        assert not sites.are_free()  # as long as somebody crawls
        _wait_until(lambda: not any(map(_is_there, children)))
    assert sites.are_free()
    assert sites.outcomes() == {f"s{number}": ["interrupted"] for number in range(4)}
    sites.release()
    assert sites.run(*HURRIED).status == 0
    assert sites.articles() == _in_full(sites)


@pytest.mark.slow
def test_a_child_that_is_killed_costs_no_site(sites: Sites) -> None:
    """Its sites are begun again in another process, and take up what was recorded; those of the other go on."""
    sites.hold()
    with sites.crawl(*HURRIED, "-s", "DOWNLOAD_TIMEOUT=10") as process:
        sites.wait_for_articles()
        killed, other = _list_children(process.pid)
        os.kill(killed, signal.SIGKILL)
        _wait_until(lambda: {*_list_children(process.pid)} - {killed, other} != set())
        sites.release()
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, 3), errors
    outcomes = sites.outcomes()
    again = [site for site, ends in outcomes.items() if ends[0] == "died"]
    assert len(again) == 2
    assert all(len(ends) == (2 if site in again else 1) for site, ends in outcomes.items())
    assert sites.articles() == _in_full(sites)
    assert "it begins again" in (sites.crawling.folder / "logs" / f"{again[0]}.log").read_text()


@pytest.mark.slow
def test_sites_whose_process_is_killed_twice_are_told(sites: Sites) -> None:
    sites.hold()
    with sites.crawl(*HURRIED) as process:
        sites.wait_for_articles()
        first, _ = _list_children(process.pid)
        for portal in sites.portals:
            portal.clear_log()
        os.kill(first, signal.SIGKILL)
        _wait_until(lambda: sum(_ask_count(portal) > 0 for portal in sites.portals) == 2)
        (second,) = [child for child in _list_children(process.pid)[-1:] if child != first]
        os.kill(second, signal.SIGKILL)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert errors.count("the process of the crawl ended (killed by SIGKILL); what was recorded stays") == 2


@pytest.mark.slow
def test_a_host_in_two_sites_is_never_asked_faster(sites: Sites) -> None:
    """They are crawled one after the other, with the delay in between, whatever is crawled beside them."""
    portal = demo_portal()
    with serve(portal) as base:
        for channel in list(portal.channels)[:2]:
            sites.declare(f"{base}/{channel}")
        done = sites.run("-a", "max_pages=1", "-s", "DOWNLOAD_DELAY=2", "-s", "CLOSESPIDER_PAGECOUNT=3")
    assert done.status in (0, 3), done.err
    assert set(sites.outcomes()) == {f"s{number}" for number in range(6)}
    times = [request.time for request in portal.requests]
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert len(pauses) > 4
    assert min(pauses) > 1  # of 2 that were waited: a busy machine may bring two requests closer together
    runs = sites.crawling.query("SELECT started_at, finished_at FROM run_summary WHERE site IN ('s4', 's5')")
    first, second = sorted((str(run["started_at"]), str(run["finished_at"])) for run in runs)
    assert first[1] <= second[0]


def _make_spider(number: int, hosts: Sequence[int]) -> type[CommitteeSpider]:
    listings = tuple(f"https://{'www.' if number % 2 else ''}h{host}.example/tin" for host in hosts)
    names = {"name": f"s{number}", "title": "S", "platform": "generic", "listings": listings}
    return type("Spider", (CommitteeSpider,), names)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=3), max_size=12))
def test_two_groups_never_share_a_host(asked: list[list[int]]) -> None:
    spiders = [_make_spider(number, hosts) for number, hosts in enumerate(asked)]
    groups = group_by_host(spiders, {})
    assert sorted(name for group in groups for name in list_names(group)) == sorted(list_names(spiders))
    hosts = [{site_of(url) for spider in group for url in spider.listings} for group in groups]
    assert sum(map(len, hosts)) == len(set().union(*hosts))


def test_sites_that_are_asked_at_one_address_are_one_group() -> None:
    spiders = [_make_spider(number, [number]) for number in range(3)]
    assert len(group_by_host(spiders, {"start": "https://h.example/tin"})) == 1


@pytest.mark.parametrize(
    ("delay", "groups", "jobs", "number"),
    [
        (1, 3, None, 1),
        (1, 20, None, min(count_cores(), 2)),
        (0, 3, None, min(count_cores(), 3)),
        (1, 3, 8, 3),
        (1, 100, 5, 5),
        (0, 1, 4, 1),
    ],
)
def test_how_many_processes(delay: int, groups: int, jobs: int | None, number: int) -> None:
    settings = Settings({"DOWNLOAD_DELAY": delay})
    assert choose_number(settings, groups, jobs) == number


def test_the_status_of_all() -> None:
    assert find_status([Report("a", "finished"), Report("b", "problems"), Report("c", "locked")]) == 75
    assert find_status([Report("a", None), Report("b", "locked"), Report("c", "problems")]) == 1
    assert find_status([Report("a", "failed"), Report("b", "interrupted")]) == 130
