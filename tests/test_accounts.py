"""Conservation: every article that a run finds is new, changed, unchanged, failed, skipped or pending."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, article_path, demo_portal, serve

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SUM = (
    "SELECT articles_new + articles_changed + articles_unchanged + articles_failed + articles_skipped"
    " + articles_pending = articles_found AS adds_up FROM run_summary"
)
COUNTS = (
    "SELECT outcome, scope, articles_found AS found, articles_new AS new, articles_changed AS changed,"
    " articles_unchanged AS unchanged, articles_failed AS failed, articles_skipped AS skipped,"
    " articles_pending AS pending FROM run_summary ORDER BY run_id"
)


def _start(portal: Portal, base: str) -> str:
    return ",".join(f"{base}/{channel}" for channel in portal.channels)


def _crawl(crawling: Crawling, portal: Portal, base: str, *more: str, day: float = 0) -> int:
    at = START + timedelta(days=day)
    return crawling.scrapy("dukdhcd", _start(portal, base), *more, ARCHIVE_NOW=at.isoformat()).status


def _counts(crawling: Crawling) -> list[tuple[object, ...]]:
    assert {row["adds_up"] for row in crawling.query(SUM)} == {1}
    return [tuple(row.values()) for row in crawling.query(COUNTS)]


def _fates(crawling: Crawling) -> list[tuple[object, ...]]:
    rows = crawling.query("SELECT run_id, fate, reason, articles FROM fates ORDER BY 1, 2, 3")
    return [tuple(row.values()) for row in rows]


@pytest.mark.slow
def test_failures_and_skips_have_their_reasons(crawling: Crawling) -> None:
    portal = demo_portal()
    missing, busy, swapped = portal.listed()[:3]
    with serve(portal) as base:
        for article, answer in ((missing, Response(404)), (busy, Response(503))):
            for channel in article.channels:
                portal.answers[article_path(article, channel)] = answer
        for channel in swapped.channels:
            portal.answers[article_path(swapped, channel)] = portal.page(f"/{channel}")
        assert _crawl(crawling, portal, base) == 3
        portal.answers.clear()
        tomorrow = max(article.published for article in portal.listed()).date() + timedelta(days=1)
        assert _crawl(crawling, portal, base, "-a", f"since={tomorrow}", day=1) == 0
        assert _crawl(crawling, portal, base, day=2) == 0
    shown = len({article.id for channel in portal.channels for article in portal.listed(channel)[:10]})
    assert _counts(crawling) == [
        ("problems", "deep", 24, 21, 0, 0, 3, 0, 0),
        ("finished", "daily", shown, 0, 0, 0, 0, shown, 0),
        ("finished", "daily", 24, 3, 0, 21, 0, 0, 0),
    ]
    assert _fates(crawling)[:3] == [
        (1, "failed", "http_404", 1),
        (1, "failed", "http_503", 1),
        (1, "failed", "listing_for_article", 1),
    ]
    assert _fates(crawling)[3:] == [(2, "skipped", "older than since", shown)]


def test_a_budget_of_requests(crawling: Crawling) -> None:
    """What the budget leaves is pending, a finding says so, and the next run goes on."""
    portal = demo_portal()
    with serve(portal) as base:
        assert _crawl(crawling, portal, base, "-s", "ARCHIVE_MAX_REQUESTS=12") == 3
        assert portal.count_requests() == 1 + 12  # robots.txt is not in it
        assert crawling.query("SELECT kind FROM findings") == [{"kind": "request_budget"}]
        [(_, _, found, new, *_, pending)] = _counts(crawling)
        assert found == new + pending
        assert pending > 0
        assert _fates(crawling) == [(1, "pending", "the budget of requests is used up", pending)]
        assert _crawl(crawling, portal, base, day=1) == 0
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": 24}]
    assert _counts(crawling)[1][1:5] == ("deep", 24, 24 - new, 0)


def test_an_outage_is_accounted_for(crawling: Crawling) -> None:
    """Every known article answers 404: withheld, and counted as failed."""
    portal = demo_portal()
    with serve(portal) as base:
        assert _crawl(crawling, portal, base) == 0
        portal.outage = lambda path: Response(404) if "/view_content/" in path else None
        assert _crawl(crawling, portal, base, "-a", "full=1", day=1) == 3
    assert _counts(crawling)[1] == ("problems", "full", 24, 0, 0, 0, 24, 0, 0)
    assert _fates(crawling) == [(2, "failed", "http_404", 24)]


@contextmanager
def _crawl_slowly(crawling: Crawling, portal: Portal, base: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={_start(portal, base)}", *FAST]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path), "ARCHIVE_NOW": START.isoformat()}
    with subprocess.Popen([*command, "-s", "DOWNLOAD_DELAY=0.1"], cwd=PROJECT, env=environment) as process:
        yield process


def _wait_for(portal: Portal, requests: int) -> None:
    deadline = time.monotonic() + 60
    while portal.count_requests() < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        pytest.param(signal.SIGTERM, "interrupted", marks=pytest.mark.slow),
        (signal.SIGINT, "interrupted"),
        (signal.SIGKILL, "died"),
    ],
)
def test_the_next_run_takes_up_what_was_left(crawling: Crawling, sent: int, outcome: str) -> None:
    """No page is asked for twice but what was under way; an article that left the listings before is still noticed."""
    portal = demo_portal()
    with serve(portal) as base:
        with _crawl_slowly(crawling, portal, base) as process:
            _wait_for(portal, 14)
            process.send_signal(sent)
        assert _crawl(crawling, portal, base, day=0.01) == (3 if outcome == "died" else 0)
        paths = [request.path for request in portal.requests if request.path != "/robots.txt"]
    assert len(paths) - len(set(paths)) <= 1
    [first, second] = _counts(crawling)
    assert first[:3] == (outcome, "deep", second[2] if first[2] == 24 else first[2])
    assert second[1:3] == ("deep", 24)
    assert first[3] + second[3] == 24
    assert crawling.query("SELECT count(*) AS n FROM view_history WHERE source = 'article'")[0]["n"] in (24, 25)
    resumed = "SELECT (SELECT uid FROM runs WHERE id = 1) = resumes AS resumed, complete FROM runs WHERE id = 2"
    assert crawling.query(resumed) == [{"resumed": 1, "complete": 1}]
    assert crawling.query("SELECT kind, count(*) AS n FROM events GROUP BY kind") == [{"kind": "created", "n": 24}]


@pytest.mark.slow
def test_listing_pages_of_a_run_that_was_cut_off_long_ago_are_asked_for_again(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        with _crawl_slowly(crawling, portal, base) as process:
            _wait_for(portal, 14)
            process.kill()
        portal.clear_log()
        assert _crawl(crawling, portal, base, day=1) == 3
        listings = [request.path for request in portal.requests if "/view_content/" not in request.path]
    assert len(listings) == 1 + 6
    assert crawling.query("SELECT resumes FROM run_summary ORDER BY run_id") == [{"resumes": None}, {"resumes": 1}]
    assert _counts(crawling)[1][:3] == ("problems", "deep", 24)
    assert crawling.query("SELECT kind FROM findings") == [{"kind": "died_run"}]
