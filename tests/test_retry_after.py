"""Hosts that ask for patience, and hosts that are down: how long a crawl waits, and when it ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from archiver.crawl.politeness.backoff import MOST_BACKOFF, MOST_FAILURES, Attempt, Backoff, read_wait
from archiver.crawl.politeness.limits import Politeness
from archiver.model import Problem
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
DATE = "Mon, 05 Jan 2026 03:00:00 GMT"
BUSY = Problem("http_503", "answered with status 503")
ONE_AT_A_TIME = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", None, 120),
        (" 7 ", DATE, 7),
        ("0", DATE, 0),
        ("Mon, 05 Jan 2026 03:00:20 GMT", DATE, 20),
        ("Mon, 05 Jan 2026 03:00:20 GMT", "Mon, 05 Jan 2026 03:00:15 GMT", 5),  # the host's clock need not be ours
        ("Monday, 05-Jan-26 03:01:00 GMT", None, 60),
        ("Mon Jan  5 03:02:00 2026", "no date", 120),
        ("Mon, 05 Jan 2026 02:00:00 GMT", DATE, 0),
        ("9999999999", None, 9_999_999_999),
        (None, DATE, None),
        ("", DATE, None),
        ("soon", DATE, None),
        ("-5", DATE, None),
        ("1.5", DATE, None),
        ("٣", DATE, None),
        ("9" * 5000, DATE, None),
        ("Mon, 05 Jan 99999 03:00:00 GMT", DATE, None),
        ("Mon, 99 Jan 2026 03:00:00 GMT", DATE, None),
    ],
)
def test_reading_retry_after(value: str | None, date: str | None, seconds: float | None) -> None:
    assert read_wait(value, date, AT) == seconds


def _hear(backoff: Backoff, *urls: str, at: float = 0.0, problem: Problem | None = BUSY) -> list[float | Problem]:
    return [backoff.hear(Attempt(url, at, at + 0.5, problem)) for url in urls]


def _many(count: int, name: str = "a") -> list[str]:
    return [f"http://a.example/{name}{number}" for number in range(count)]


def test_pauses_double_up_to_a_minute() -> None:
    backoff = Backoff(Politeness(backoff=5, host_pause=600))
    pauses = _hear(backoff, *_many(MOST_FAILURES - 1))
    for pause, least in zip(pauses, [5, 10, 20, 40, *[MOST_BACKOFF] * 5], strict=True):
        assert isinstance(pause, float)
        assert least <= pause <= 1.1 * least
    assert backoff.is_strained
    assert _hear(backoff, "http://a.example/good", problem=None) == [0]
    assert not backoff.is_strained
    after = _hear(backoff, "http://a.example/other")[0]
    assert isinstance(after, float)
    assert 5 <= after <= 5.5


def test_ten_failures_are_a_pause_and_the_next_one_the_end() -> None:
    backoff = Backoff(Politeness(backoff=0, host_pause=600))
    assert _hear(backoff, *_many(10)) == [0] * 9 + [600]
    assert _hear(backoff, *_many(3, "under way"), at=0.1) == [0] * 3  # they began before the pause
    (end,) = _hear(backoff, "http://a.example/last", at=601)
    assert end == Problem(
        "host_down",
        "10 failures in a row, and one more after a pause of 600 s; the last: answered with status 503",
    )


def test_a_good_answer_after_the_pause_begins_anew() -> None:
    backoff = Backoff(Politeness(backoff=0, host_pause=600))
    assert _hear(backoff, *_many(10))[-1] == 600
    assert _hear(backoff, "http://a.example/good", at=601, problem=None) == [0]
    assert _hear(backoff, *_many(10, "b"), at=700) == [0] * 9 + [600]


def test_pages_that_were_broken_before_do_not_speak_of_the_host() -> None:
    backoff = Backoff(Politeness(backoff=0, host_pause=600))
    broken = _many(9)
    _hear(backoff, *broken)
    _hear(backoff, "http://a.example/good", problem=None)
    assert _hear(backoff, *broken, *broken) == [0] * 18
    assert _hear(backoff, *_many(10, "new")) == [0] * 9 + [600]


def test_what_a_host_asks_for_is_kept_up_to_an_hour() -> None:
    backoff = Backoff(Politeness(backoff=5, host_pause=600))
    assert backoff.hear(Attempt("u", 0, 1, BUSY, wait=3600)) == 3600
    end = backoff.hear(Attempt("u", 0, 1, BUSY, wait=3601))
    assert end == Problem("retry_later", "the host asks to come back in 3601 s; the next run will")
    zero = backoff.hear(Attempt("u", 0, 1, BUSY, wait=0))
    assert isinstance(zero, float)
    assert zero >= 5


def _portal(articles: int = 24) -> Portal:
    portal = demo_portal()
    for article in portal.listed()[articles:]:
        portal.remove(article.id)
    portal.freeze_counters()
    return portal


def _channels(portal: Portal, base: str) -> str:
    return ",".join(f"{base}/{channel}" for channel in portal.channels)


def _fail_articles(portal: Portal, times: int, make: Callable[[], Response]) -> None:
    """Let the first requests for articles fail."""
    portal.outage = lambda target: (
        make() if "view_content" in target and sum("view_content" in r.path for r in portal.requests) < times else None
    )


def _stored(crawling: Crawling) -> int:
    return int(str(crawling.query("SELECT count(*) AS n FROM current_articles")[0]["n"]))


def _gaps(portal: Portal) -> list[tuple[int, float]]:
    """Return the status of every request and the seconds until the next one."""
    pairs = pairwise(portal.requests)
    return [(before.status, (after.time - before.time).total_seconds()) for before, after in pairs]


def _busy(status: int, after: str | None) -> Response:
    return Response(status, b"later", (("Retry-After", after),) if after else ())


AFTER: dict[str, tuple[int, Callable[[], str | None], float]] = {
    "503 seconds": (503, lambda: "2", 2),
    "429 a date": (429, lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True), 2),
    "nonsense": (503, lambda: "soon", 0),
    "no word": (429, lambda: None, 0),
}


@pytest.mark.parametrize(
    "name", ["503 seconds", *(pytest.param(name, marks=pytest.mark.slow) for name in [*AFTER][1:])]
)
def test_the_whole_host_is_left_alone(crawling: Crawling, name: str) -> None:
    """One article asks for patience: nothing at all is sent for so long, and then it is tried again and stored."""
    status, after, least = AFTER[name]
    portal = _portal(4)
    _fail_articles(portal, 1, lambda: _busy(status, after()))
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", _channels(portal, base), *ONE_AT_A_TIME)
    assert (done.status, _stored(crawling)) == (0, 4)
    gaps = [gap for answered, gap in _gaps(portal) if answered == status]
    assert len(gaps) == 1
    assert gaps[0] >= least
    assert sum("view_content" in request.path for request in portal.requests) == 5


@pytest.mark.slow
def test_nothing_leaves_while_eight_wait(crawling: Crawling) -> None:
    """With eight at a time: what was under way by then arrives, the rest waits."""
    portal = _portal()
    _fail_articles(portal, 1, lambda: _busy(503, "3"))
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", _channels(portal, base))
    assert (done.status, _stored(crawling)) == (0, 24)
    times = [request.time for request in portal.requests]
    asked = next(request.time for request in portal.requests if request.status == 503)
    later = [moment for moment in times if moment > asked]
    under_way = [moment for moment in later if (moment - asked).total_seconds() < 3]
    assert len(under_way) <= 7


def test_without_a_fault_nothing_waits(crawling: Crawling) -> None:
    portal = _portal(4)
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", _channels(portal, base), *ONE_AT_A_TIME)
    assert (done.status, _stored(crawling)) == (0, 4)
    assert sum("view_content" in request.path for request in portal.requests) == 4


@pytest.mark.slow
def test_busy_answers_are_backed_off_from(crawling: Crawling) -> None:
    """The listing is busy twice and hangs once: pauses of at least 0.4, 0.8 and 1.6 s, robots.txt being good before."""
    portal = _portal(2)
    faults = [Response(503, b"busy"), Response(500, b"error"), Response(200, b"", delay=9)]
    portal.outage = lambda target: faults.pop(0) if faults and target.startswith(f"/{CHANNEL}") else None
    pauses = ("-s", "ARCHIVE_BACKOFF=0.4", "-s", "DOWNLOAD_TIMEOUT=3", "-s", "RETRY_TIMES=3", *ONE_AT_A_TIME)
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", *pauses)
    assert done.status == 0
    gaps = [gap for _, gap in _gaps(portal)][1:4]
    assert [gap >= least for gap, least in zip(gaps, (0.4, 0.8, 3 + 1.6), strict=True)] == [True] * 3, gaps
    assert portal.count_requests(f"/{CHANNEL}") >= 4


@pytest.mark.slow
def test_who_asks_for_more_than_an_hour_is_left_alone(crawling: Crawling) -> None:
    portal = _portal()
    with serve(portal) as base:
        start = _channels(portal, base)
        assert crawling.scrapy("dukdhcd", start).status == 0
        before = crawling.query("SELECT * FROM article_history")
        portal.clear_log()
        _fail_articles(portal, 99, lambda: _busy(503, "86400"))
        done = crawling.scrapy("dukdhcd", start, "-a", "full=1", *ONE_AT_A_TIME)
    assert done.status == 1
    assert "Traceback" not in done.err
    assert sum("view_content" in request.path for request in portal.requests) == 1
    findings = crawling.query("SELECT kind, detail FROM findings WHERE run_id = 2")
    assert findings == [{"kind": "retry_later", "detail": "the host asks to come back in 86400 s; the next run will"}]
    assert crawling.query("SELECT outcome FROM run_summary WHERE run_id = 2") == [{"outcome": "failed"}]
    assert crawling.query("SELECT * FROM article_history") == before


def test_a_pause_does_not_keep_a_crawl_from_ending(crawling: Crawling) -> None:
    portal = _portal()
    _fail_articles(portal, 99, lambda: _busy(429, "3000"))
    with serve(portal) as base:
        command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={_channels(portal, base)}", *FAST]
        with subprocess.Popen(
            [*command, *ONE_AT_A_TIME, "-s", f"ARCHIVE_DB={crawling.path}"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            _wait_for(portal, 429)
            time.sleep(0.5)
            asked = len(portal.requests)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, len(portal.requests)) == (130, asked)
    assert "Traceback" not in errors
    assert crawling.query("SELECT outcome FROM run_summary") == [{"outcome": "interrupted"}]


def _wait_for(portal: Portal, status: int) -> None:
    deadline = time.monotonic() + 60
    while not any(request.status == status for request in portal.requests):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _down(crawling: Crawling, fault: Response, *settings: str, times: int = 999) -> tuple[Portal, int]:
    """Crawl a portal, then once more while its articles fail; returns the second crawl's requests and status.

    Each channel has one page, so that no good answer comes between.
    """
    portal = _portal()
    portal.page_size = 30
    with serve(portal) as base:
        start = _channels(portal, base)
        assert crawling.scrapy("dukdhcd", start).status == 0
        portal.clear_log()
        _fail_articles(portal, times, lambda: fault)
        pause = ("-s", "ARCHIVE_HOST_PAUSE=2", "-s", "DOWNLOAD_TIMEOUT=2", "-a", "full=1")
        done = crawling.scrapy("dukdhcd", start, *pause, *settings)
    assert "Traceback" not in done.err
    assert _stored(crawling) == len(portal.listed())
    return portal, done.status


def _articles_asked(portal: Portal) -> list[datetime]:
    return [request.time for request in portal.requests if "view_content" in request.path]


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [Response(503, b"down"), pytest.param(Response(200, b"", delay=5), marks=pytest.mark.slow)],
    ids=["503", "hanging"],
)
def test_a_host_that_is_down(crawling: Crawling, fault: Response) -> None:
    """Ten failures, a pause, one more: the run ends with one finding, and what was stored stays as it was."""
    portal, status = _down(crawling, fault, *ONE_AT_A_TIME)
    times = _articles_asked(portal)
    assert (status, len(times)) == (1, 11)
    assert (times[10] - times[9]).total_seconds() >= 2
    findings = crawling.query("SELECT kind FROM findings WHERE run_id = 2")
    assert findings == [{"kind": "host_down"}]
    summary = crawling.query("SELECT outcome, articles_changed, errors FROM run_summary WHERE run_id = 2")
    assert summary == [{"outcome": "failed", "articles_changed": 0, "errors": 1}]
    states = crawling.query("SELECT DISTINCT state, snapshots FROM current_articles")
    assert states == [{"state": "live", "snapshots": 1}]


@pytest.mark.slow
def test_a_host_that_is_down_for_eight_at_a_time(crawling: Crawling) -> None:
    """What was under way when the tenth failed still arrives; after the pause one request is sent, and not eight."""
    portal, status = _down(crawling, Response(502, b"down"))
    times = _articles_asked(portal)
    assert status == 1
    assert 11 <= len(times) <= 11 + 7
    assert (times[-1] - times[-2]).total_seconds() >= 1
    assert crawling.query("SELECT kind FROM findings WHERE run_id = 2") == [{"kind": "host_down"}]


@pytest.mark.slow
def test_a_host_that_comes_back(crawling: Crawling) -> None:
    """Ten failures, and the first try after the pause succeeds: everything is read, nobody has to know."""
    portal, status = _down(crawling, Response(503, b"down"), *ONE_AT_A_TIME, times=10)
    times = _articles_asked(portal)
    assert (status, len(times)) == (0, 24 + 10)
    assert (times[10] - times[9]).total_seconds() >= 2
    assert crawling.query("SELECT kind FROM findings WHERE run_id = 2") == []


@pytest.mark.slow
def test_missing_pages_are_no_failures(crawling: Crawling) -> None:
    portal, status = _down(crawling, Response(404, b"no"), *ONE_AT_A_TIME)
    assert (status, len(_articles_asked(portal))) == (3, 24)
    kinds = crawling.query("SELECT DISTINCT kind FROM findings WHERE run_id = 2")
    assert {"kind": "host_down"} not in kinds


def test_some_broken_pages_are_no_outage(crawling: Crawling) -> None:
    """Nine of 24 articles always answer 500, each is tried three times: the last eighteen requests all fail."""
    portal = _portal()
    portal.page_size = 30
    broken = [f"/{article.id}-" for article in portal.listed()[:18:2]]
    portal.outage = lambda target: Response(500, b"error") if any(key in target for key in broken) else None
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", _channels(portal, base), *ONE_AT_A_TIME)
    assert (done.status, _stored(crawling)) == (3, 15)
    assert sum(request.status == 500 for request in portal.requests) == 27
    assert crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY 1") == [{"kind": "http_500", "n": 9}]
