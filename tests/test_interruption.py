"""SIGTERM, SIGHUP and Ctrl-C: over in ten seconds whatever is waited for, all committed, the run closed, status 130."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from scrapy.crawler import Crawler

from archiver.crawl.running.ending import end_crawl
from archiver.crawl.running.locks import SiteLocks
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve

SLACK = 45.0
"""Seconds that a busy machine may take for the process to be gone; what would end the wait by itself takes longer."""


@dataclass(frozen=True)
class Waiting:
    """What a crawl waits for when the signal comes, how many requests came before, and what is settled then."""

    outage: Callable[[Portal, str], Response | None]
    settings: tuple[str, ...]
    requests: int
    captures: int | None


def _hang_articles(portal: Portal, target: str) -> Response | None:
    return replace(portal.page(target), delay=120) if "/view_content/" in target else None


def _hang_robots(_: Portal, target: str) -> Response | None:
    return Response(404, b"", delay=120) if target == "/robots.txt" else None


def _ask_to_wait(_: Portal, target: str) -> Response | None:
    return None if target == "/robots.txt" else Response(503, b"busy", (("Retry-After", "600"),))


PATIENT = ("-s", "DOWNLOAD_TIMEOUT=100")
CASES = {
    "a server that never answers": Waiting(_hang_articles, (*FAST, *PATIENT), 5, None),
    "a robots.txt that never comes": Waiting(_hang_robots, (*FAST, *PATIENT), 1, 0),
    "the delay between requests": Waiting(lambda *_: None, ("-s", "DOWNLOAD_DELAY=100"), 1, 1),
    "a pause that the server asked for": Waiting(_ask_to_wait, FAST, 2, None),
}


@contextmanager
def _crawl(
    crawling: Crawling, program: str, portal: Portal, *settings: str, start_new_session: bool = False
) -> "Iterator[subprocess.Popen[str]]":
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        command = [sys.executable, "-m", program, "crawl", "dukdhcd", "-a", f"start={start}", *settings]
        environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
        with subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=start_new_session,
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _has_let_go(process: int, archive: Path) -> bool:
    """Say whether a process has had nothing of an archive open for half a second: it made it, and waits now."""
    for _ in range(10):
        held = [str(place.readlink()) for place in Path(f"/proc/{process}/fd").iterdir() if place.is_symlink()]
        if any(name.startswith(str(archive)) for name in held):
            return False
        time.sleep(0.05)
    return True


def _end(process: "subprocess.Popen[str]", number: int) -> tuple[str, float]:
    """Send a signal; returns what the process wrote and the seconds until it was gone."""
    began = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    return errors, time.monotonic() - began


def _read_run(crawling: Crawling) -> dict[str, object]:
    sql = "SELECT outcome, finished_at IS NOT NULL AS closed, captures, errors, findings FROM run_summary"
    (row,) = crawling.query(sql)
    return row


@pytest.mark.parametrize(
    ("name", "program", "number"),
    [
        pytest.param("a server that never answers", "scrapy", signal.SIGTERM, marks=pytest.mark.slow),
        ("the delay between requests", "archiver", signal.SIGTERM),
        pytest.param("the delay between requests", "scrapy", signal.SIGINT, marks=pytest.mark.slow),
        ("a pause that the server asked for", "archiver", signal.SIGINT),
        pytest.param("the delay between requests", "archiver", signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param("a server that never answers", "scrapy", signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param("a pause that the server asked for", "scrapy", signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param("a robots.txt that never comes", "archiver", signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param("a robots.txt that never comes", "scrapy", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("a server that never answers", "archiver", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_the_end_comes_at_once(crawling: Crawling, name: str, program: str, number: int) -> None:
    case, portal = CASES[name], demo_portal()
    portal.outage = lambda target: case.outage(portal, target)
    with _crawl(crawling, program, portal, *case.settings) as process:
        _wait_until(lambda: len(portal.requests) >= case.requests)
        time.sleep(0.5)
        asked = len(portal.requests)
        errors, seconds = _end(process, number)
        assert process.returncode == 130, errors
        assert seconds < SLACK
        assert len(portal.requests) == asked
    assert not any(word in errors for word in ("Traceback", "ERROR", "Exception", "never retrieved")), errors
    run = _read_run(crawling)
    captures = run["captures"] if case.captures is None else case.captures
    assert run == {"outcome": "interrupted", "closed": 1, "captures": captures, "errors": 0, "findings": 0}
    assert crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_an_answer_on_its_way_is_waited_for(crawling: Crawling) -> None:
    """It comes a second after the signal, and is kept; no other is asked for."""
    portal = demo_portal()
    portal.outage = lambda target: replace(portal.page(target), delay=2.5) if "/view_content/" in target else None
    with _crawl(
        crawling, "archiver", portal, "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=2"
    ) as process:
        _wait_until(lambda: portal.count_requests() > 4)
        time.sleep(0.5)
        asked = len(portal.requests)
        _end(process, signal.SIGTERM)
        assert (process.returncode, len(portal.requests)) == (130, asked)
    assert _read_run(crawling)["captures"] == asked
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [
        {"n": sum("/view_content/" in request.path for request in portal.requests)}
    ]


def test_the_second_signal_ends_the_process(crawling: Crawling) -> None:
    """What was committed stays; the run is open, and closed as died by the next one."""
    portal = demo_portal()
    portal.outage = lambda target: _hang_articles(portal, target)
    with _crawl(crawling, "archiver", portal, *FAST, *PATIENT) as process:
        _wait_until(lambda: len(portal.requests) >= 5)
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert process.poll() is None
        errors, seconds = _end(process, signal.SIGTERM)
        assert (process.returncode, errors) == (130, "")
        assert seconds < SLACK  # that the run is open says that it was not waited for
        kept = crawling.query("SELECT count(*) AS n FROM captures")
        assert _read_run(crawling) == {
            "outcome": None,
            "closed": 0,
            "captures": kept[0]["n"],
            "errors": 0,
            "findings": 0,
        }
        portal.outage = None
        with serve(portal) as base:
            assert crawling.scrapy("dukdhcd", f"{base}/cong-tac-doan-hoi").status in (0, 3)
    assert crawling.query("SELECT outcome FROM run_summary ORDER BY run_id")[0] == {"outcome": "died"}


def test_a_terminal_that_is_closed_ends_all_processes_of_a_crawl_in_order(crawling: Crawling) -> None:
    """It sends SIGHUP to each of them; the recording process lets the crawl tell it when to end."""
    portal = demo_portal()
    portal.outage = lambda target: replace(portal.page(target), delay=1) if "/view_content/" in target else None
    settings = ("-s", "DOWNLOAD_DELAY=0.2", "-s", "ARCHIVE_RECORDING_PROCESS=always")
    with _crawl(crawling, "archiver", portal, *settings, start_new_session=True) as process:
        _wait_until(lambda: portal.count_requests() > 4)
        os.killpg(process.pid, signal.SIGHUP)
        errors, _ = _end(process, 0)
    assert process.returncode == 130
    assert "recording process ended" not in errors
    assert _read_run(crawling)["outcome"] == "interrupted"


def test_nohup_lets_a_crawl_go_on(crawling: Crawling) -> None:
    portal = demo_portal()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited by the crawl, as from nohup
    try:
        with _crawl(crawling, "archiver", portal, "-s", "DOWNLOAD_DELAY=0.05") as process:
            for requests in (0, 1, 4):
                _wait_until(lambda: len(portal.requests) >= requests)  # noqa: B023 - called at once
                time.sleep(0.3)
                process.send_signal(signal.SIGHUP)
            _, errors = process.communicate(timeout=60)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (process.returncode, errors) == (0, "")
    assert _read_run(crawling)["outcome"] == "finished"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.slow
def test_other_commands_end_alike(crawling: Crawling, number: int) -> None:
    visited = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    portal = demo_portal()
    with serve(portal) as base:
        crawling.scrapy("dukdhcd", f"{base}/cong-tac-doan-hoi")
    command = [sys.executable, "-m", "archiver", "--db", str(crawling.path), "query", "--timeout", "60", visited]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        _wait_until(lambda: bool(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()))
        errors, _ = _end(process, number)
    assert (process.returncode, "Traceback" in errors) == (130, False)


@pytest.mark.slow
def test_an_archive_that_is_locked_does_not_hold_up_the_end(crawling: Crawling) -> None:
    """Another program keeps it locked for longer than anybody waits: the end comes, and the next run notes it."""
    portal = demo_portal()
    with _crawl(crawling, "archiver", portal, "-s", "DOWNLOAD_DELAY=0.2") as process:
        _wait_until(lambda: len(portal.requests) >= 4)
        database = _open(crawling)
        database.execute("BEGIN IMMEDIATE")
        time.sleep(1)
        _, seconds = _end(process, signal.SIGTERM)
        database.rollback()
        database.close()
    assert process.returncode == 130
    assert seconds < SLACK
    assert _read_run(crawling)["outcome"] is None


def _open(crawling: Crawling) -> sqlite3.Connection:
    return sqlite3.connect(crawling.path, isolation_level=None)


@pytest.mark.parametrize(
    ("program", "number"),
    [
        ("archiver", signal.SIGTERM),
        ("scrapy", signal.SIGINT),
        pytest.param("archiver", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("archiver", signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param("scrapy", signal.SIGHUP, marks=pytest.mark.slow),
        pytest.param("scrapy", signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_who_waits_for_the_lock_can_be_ended(crawling: Crawling, program: str, number: int) -> None:
    portal = demo_portal()
    with SiteLocks(crawling.path) as locks:
        assert locks.take("dukdhcd")
        with _crawl(crawling, program, portal, "-s", "ARCHIVE_WAIT=inf") as process:
            _wait_until(crawling.path.exists)
            _wait_until(lambda: _has_let_go(process.pid, crawling.path))
            errors, seconds = _end(process, number)
    assert (process.returncode, portal.requests) == (130, [])
    assert "Traceback" not in errors
    assert seconds < SLACK


def test_a_spider_that_came_to_its_own_end_is_not_closed_again() -> None:
    """Scrapy raises an error there, and it stood as a traceback in the log of a crawl that had ended well."""
    downloader = SimpleNamespace(slots={}, domain_concurrency=8, ip_concurrency=8)
    engine = SimpleNamespace(spider=None, downloader=downloader, scraper=SimpleNamespace(slot=None), _slot=None)
    asyncio.run(end_crawl(cast("Crawler", SimpleNamespace(engine=engine)), "finished"))
    assert downloader.domain_concurrency == 0
