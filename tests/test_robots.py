"""robots.txt by RFC 9309: what is obeyed, what allows everything, and when nothing is asked for."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy.robotstxt import ProtegoRobotParser

from archiver.crawl.politeness.limits import product_of
from archiver.demo_portal.exchange import HTML
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
ROBOTS = "/robots.txt"
TEXT = (("Content-Type", "text/plain"),)
SLOW = ("-s", "DOWNLOAD_TIMEOUT=3")
Answer = Callable[[Portal], Response]


def _portal(articles: int = 3) -> Portal:
    """Return a portal with few articles, all in one channel."""
    portal = demo_portal()
    kept = portal.listed(CHANNEL)[:articles]
    for article in portal.listed():
        if article not in kept:
            portal.remove(article.id)
    return portal


def _rules(text: str) -> Response:
    return Response(200, text.encode(), TEXT)


def _redirect(to: str) -> Response:
    return Response(302, b"", (("Location", to),))


def _stored(crawling: Crawling) -> int:
    return int(str(crawling.query("SELECT count(*) AS n FROM current_articles")[0]["n"]))


def _findings(crawling: Crawling, run: int = 1) -> list[tuple[object, str]]:
    rows = crawling.query("SELECT kind, url FROM findings WHERE run_id = ? ORDER BY id", run)
    return [(row["kind"], urlsplit(str(row["url"])).path) for row in rows]


def _pages(portal: Portal) -> int:
    return len(portal.requests) - portal.count_requests(ROBOTS)


HOME = "<!DOCTYPE html>\n<html><head><title>Trang chủ</title></head>\n<body><p>Xin chào: mời vào</p></body></html>"
ALLOWING: dict[str, Answer] = {
    "there is none": lambda portal: Response(404, b"no"),
    "gone": lambda portal: Response(410, b"no"),
    "not for us": lambda portal: Response(401, b"no"),
    "forbidden": lambda portal: Response(403, b"no"),
    "nothing in it": lambda portal: _rules(""),
    "the home page in its place": lambda portal: Response(200, HOME.encode(), HTML),
    "no text": lambda portal: Response(200, bytes(range(256)) * 9, TEXT),
    "rules for others": lambda portal: _rules("User-agent: AnotherArchiver\nDisallow: /\n"),
    "our own rules": lambda portal: _rules(
        "User-agent: *\nDisallow: /\n\nUser-agent: committeenewsarchiver\nAllow: /\n"
    ),
    "behind the part that is read": lambda portal: _rules("User-agent: *\n" + "# x\n" * 130_000 + "Disallow: /\n"),
}


def _with_quick_ones(names: Iterable[str], quick: set[str]) -> list[Any]:
    """Leave most cases to the slow suite: each is a process or two."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("name", _with_quick_ones(ALLOWING, {"forbidden", "the home page in its place"}))
def test_what_allows_everything(crawling: Crawling, name: str) -> None:
    portal = _portal()
    portal.answers[ROBOTS] = ALLOWING[name](portal)
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}")
    assert (done.status, _findings(crawling), _stored(crawling)) == (0, [], 3), done.err[-2000:]
    assert (portal.count_requests(ROBOTS), _pages(portal)) == (1, 4)


UNREADABLE: dict[str, tuple[Answer, str]] = {
    "busy": (lambda portal: Response(503, b"busy"), "status 503"),
    "broken": (lambda portal: Response(500, b"error"), "status 500"),
    "not implemented": (lambda portal: Response(501, b"error"), "status 501"),
    "too many requests": (lambda portal: Response(429, b"later"), "status 429"),
    "hanging": (lambda portal: replace(_rules(""), delay=9), "no complete answer in time"),
    "a part of it": (lambda portal: replace(_rules("User-agent: *\n"), status=206), "status 206"),
    "a status of no meaning": (lambda portal: replace(_rules(""), status=999), "status 999"),
    "cut short": (lambda portal: replace(_rules("User-agent: *\n" * 9), truncate_at=20), "broke off"),
}


@pytest.mark.parametrize("name", _with_quick_ones(UNREADABLE, {"busy"}))
def test_without_it_nothing_is_asked_for(crawling: Crawling, name: str) -> None:
    """Three tries, one finding that says why, no page; in the twin the second try succeeds and all is stored."""
    portal = _portal()
    answer, said = UNREADABLE[name]
    portal.answers[ROBOTS] = answer(portal)
    with serve(portal) as base:
        start = f"{base}/{CHANNEL},{base}/hoat-dong-dang-uy-khoi"
        done = crawling.scrapy("dukdhcd", start, *SLOW)
        assert (done.status, _pages(portal), portal.count_requests(ROBOTS)) == (1, 0, 3), done.err[-2000:]
        portal.clear_log()
        portal.outage = lambda target: None if portal.count_requests(ROBOTS) else answer(portal)
        portal.answers.clear()
        again = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", *SLOW)
    assert "Traceback" not in done.err
    assert "Task" not in done.err
    details = crawling.query("SELECT kind, url, detail FROM findings")
    assert [(row["kind"], row["url"]) for row in details] == [("robots_unreachable", f"{base}{ROBOTS}")]
    assert said in str(details[0]["detail"])
    outcomes = crawling.query("SELECT outcome, errors, articles_new FROM run_summary ORDER BY run_id")
    assert outcomes == [
        {"outcome": "failed", "errors": 1, "articles_new": 0},
        {"outcome": "finished", "errors": 0, "articles_new": 3},
    ]
    assert (again.status, portal.count_requests(ROBOTS), _pages(portal)) == (0, 2, 4)


@pytest.mark.slow
def test_a_connection_that_breaks(crawling: Crawling) -> None:
    portal = _portal()
    portal.answers[ROBOTS] = replace(_rules(""), reset=True)
    with serve(portal) as base:
        assert crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}").status == 1
        assert (_pages(portal), _findings(crawling)) == (0, [("robots_unreachable", ROBOTS)])
        assert 3 <= portal.count_requests(ROBOTS) <= 6  # Twisted tries once more on a connection that was in use before
        portal.answers.clear()
        assert crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}").status == 0
    assert _stored(crawling) == 3


def test_a_host_without_an_address(crawling: Crawling) -> None:
    done = crawling.scrapy("dukdhcd", "http://khong-co.invalid/tin")
    assert done.status == 1
    findings = crawling.query("SELECT kind, url FROM findings")
    assert findings == [{"kind": "robots_unreachable", "url": "http://khong-co.invalid/robots.txt"}]


def test_redirects_are_followed_and_what_they_lead_to_is_obeyed(crawling: Crawling) -> None:
    portal = _portal()
    hidden, shown = portal.listed(CHANNEL)[0], portal.listed(CHANNEL)[1:]
    for number in range(1, 5):
        portal.answers[f"/rules-{number}"] = _redirect(f"/rules-{number + 1}")
    portal.answers[ROBOTS] = _redirect("/rules-1")
    portal.answers["/rules-5"] = _rules(f"User-agent: *\nDisallow: /*/{hidden.id}-\n")
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}")
    assert done.status == 3
    asked = [request.path for request in portal.requests]
    assert asked[:6] == [ROBOTS, *(f"/rules-{number}" for number in range(1, 6))]
    assert [kind for kind, _ in _findings(crawling)] == ["not_allowed"]
    assert not [path for path in asked if f"/{hidden.id}-" in path]
    assert _stored(crawling) == len(shown)
    kept = crawling.query(
        "SELECT count(*) AS n FROM captures k JOIN addresses a ON a.id = k.address_id WHERE url LIKE ?", "%r%s%"
    )
    assert int(str(kept[0]["n"])) >= 6


@pytest.mark.parametrize("elsewhere", [False, True])
def test_redirects_that_lead_nowhere_allow_everything(crawling: Crawling, elsewhere: bool) -> None:
    """In a circle, or to another host, which hears nothing: one request."""
    portal, other = _portal(), _portal()
    other.robots = "User-agent: *\nDisallow: /\n"
    with serve(portal) as base, serve(other) as another:
        portal.answers[ROBOTS] = _redirect(f"{another}{ROBOTS}" if elsewhere else ROBOTS)
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}")
    assert (done.status, _stored(crawling), other.requests) == (0, 3, [])
    assert portal.count_requests(ROBOTS) == 1


def test_the_last_word_holds_for_a_day(crawling: Crawling) -> None:
    """A busy robots.txt: the one of 20 hours ago is obeyed; 25 hours after that nothing is asked for."""
    portal = _portal()
    hidden = portal.listed(CHANNEL)[0]
    portal.robots = f"User-agent: *\nDisallow: /*/{hidden.id}-\n"
    statuses, pages = [], []
    with serve(portal) as base:
        for moment in ("05T03:00", "05T23:00", "07T00:00"):
            now = f"2026-01-{moment}:00+00:00"
            done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", "-a", "full=1", ARCHIVE_NOW=now)
            statuses.append(done.status)
            pages.append(_pages(portal))
            assert not [request for request in portal.requests if f"/{hidden.id}-" in request.path]
            portal.clear_log()
            portal.answers[ROBOTS] = Response(503, b"busy")
    assert (statuses, pages) == ([3, 3, 1], [3, 3, 0])
    assert _findings(crawling, 3) == [("robots_unreachable", ROBOTS)]


@pytest.mark.slow
def test_crawl_delay_is_kept(crawling: Crawling) -> None:
    """Ours beats that for everybody, and quick answers do not undo it."""
    spans = {}
    for robots in (None, "User-agent: *\nCrawl-delay: 9\n\nUser-agent: CommitteeNewsArchiver\nCrawl-delay: 0.5\n"):
        portal = _portal(4)
        portal.robots = robots
        with serve(portal) as base:
            done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", "-a", "full=1", "-s", "DOWNLOAD_DELAY=0.05")
        assert done.status == 0
        times = [request.time for request in portal.requests]
        spans[robots] = (times[-1] - times[0]).total_seconds()
        assert len(times) == 6
        assert _stored(crawling) == 4
    assert spans.popitem()[1] >= 0.9 * 5 * 0.5


def test_a_crawl_delay_without_end_is_capped_and_told(crawling: Crawling) -> None:
    """An hour between two requests: a finding, no page within the first second, and SIGTERM ends it at once."""
    portal = _portal()
    portal.robots = "User-agent: *\nCrawl-delay: 3600\n"
    with serve(portal) as base:
        command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={base}/{CHANNEL}", *FAST]
        with subprocess.Popen(
            [*command, "-s", f"ARCHIVE_DB={crawling.path}"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            _wait_until(lambda: crawling.path.exists() and bool(_read_kinds(crawling)))
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert [request.path for request in portal.requests] == [ROBOTS]
    findings = crawling.query("SELECT kind, detail FROM findings WHERE kind = 'crawl_delay_capped'")
    assert findings == [
        {"kind": "crawl_delay_capped", "detail": "robots.txt asks for 3600 s between requests; 60 s are kept"}
    ]


def _read_kinds(crawling: Crawling) -> list[dict[str, object]]:
    if not crawling.query("SELECT name FROM sqlite_master WHERE name = 'findings'"):
        return []
    return crawling.query("SELECT kind FROM findings")


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("user_agent", "product"),
    [
        ("CommitteeNewsArchiver/0.1.0 (+https://badbot.example/)", "CommitteeNewsArchiver"),
        ("my-archive_x (a@b.example)", "my-archive_x"),
        ("2nd archive", "2nd archive"),
    ],
)
def test_the_name_that_rules_are_written_for(user_agent: str, product: str) -> None:
    rules = ProtegoRobotParser(b"User-agent: badbot\nDisallow: /\n", None)
    assert product_of(user_agent) == product
    assert rules.allowed("https://example.vn/tin", product_of(user_agent))


def test_a_contact_is_not_taken_for_another_crawler(crawling: Crawling) -> None:
    portal = _portal()
    portal.robots = "User-agent: badbot\nDisallow: /\n"
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", ARCHIVE_CONTACT="https://badbot.example/")
    assert (done.status, _stored(crawling)) == (0, 3)
