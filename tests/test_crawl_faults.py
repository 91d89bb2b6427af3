"""Networks, servers and portals fail: no fault makes or changes an article, each is told, and the crawl goes on."""

import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, PortalArticle, Response, article_path, demo_portal, maintenance_page, serve
from tests.troubled_portal import Failed, Fault, Trouble, check_fault, outcome_of, redirect, start_of

BOUNDS = ("-s", "DOWNLOAD_TIMEOUT=4", "-s", "DOWNLOAD_MAXSIZE=300000")
HTML = (("Content-Type", "text/html;charset=UTF-8"),)
GZIP = (*HTML, ("Content-Encoding", "gzip"))
CHANNEL = "hoat-dong-dang-uy-khoi"


def _compress(page: Response, share: float) -> Response:
    packed = gzip.compress(page.body)
    return replace(page, body=packed[: int(len(packed) * share)], headers=GZIP)


FAULTS: dict[str, Fault] = {
    "not found": Fault(lambda page, path: Response(404, b"no"), ("http_404",), (404,), 1),
    "gone": Fault(lambda page, path: Response(410, b"no"), ("http_410",), (410,), 1),
    "busy once": Fault(lambda page, path: Response(503, b"busy"), (), (503, 200), 2, stored=True, times=1),
    "busy always": Fault(lambda page, path: Response(503, b"busy"), ("http_503",), (503, 503, 503), 3),
    "too many requests": Fault(lambda page, path: Response(429, b"later"), ("http_429",), (429, 429, 429), 3),
    "truncated": Fault(lambda page, path: replace(page, truncate_at=9000), ("truncated",), (), 3),
    "truncated chunks": Fault(
        lambda page, path: replace(page, truncate_at=9000, framing="chunked"), ("truncated",), (), 3
    ),
    "truncated without a length": Fault(
        lambda page, path: replace(page, truncate_at=9000, framing="close"), ("truncated",), (), 3
    ),
    "truncated gzip": Fault(lambda page, path: _compress(page, 0.5), ("truncated",), (), 3),
    "whole gzip": Fault(lambda page, path: _compress(page, 1), (), (200,), 1, stored=True),
    "whole without a length": Fault(lambda page, path: replace(page, framing="close"), (), (200,), 1, stored=True),
    "no gzip": Fault(lambda page, path: replace(page, headers=GZIP), ("decode_error",), (), 1),
    "slow": Fault(lambda page, path: replace(page, delay=12), ("timeout",), (), 3),
    "moved": Fault(
        lambda page, path: redirect(path.replace(".html", "-moi.html"), 301), (), (301, 200), 2, stored=True, times=1
    ),
    "self redirect": Fault(lambda page, path: redirect(path), ("redirect_loop",), (302,), 1),
    "growing redirect": Fault(
        lambda page, path: redirect(path.replace(".html", "x.html")), ("redirect_loop",), (302,) * 6, 6
    ),
    "redirect nowhere": Fault(lambda page, path: Response(302, b""), ("redirect_nowhere",), (302,), 1),
    "redirect to a file": Fault(lambda page, path: redirect("file:///etc/hostname"), ("redirect_nowhere",), (302,), 1),
    "redirect to listing": Fault(lambda page, path: redirect(f"/{CHANNEL}"), ("redirect_to_listing",), (302,), 1),
    "empty": Fault(lambda page, path: replace(page, body=b""), ("empty_page",), (200,), 1),
    "document": Fault(lambda page, path: replace(page, body=b"%PDF-1.4\n" * 99), ("not_html",), (200,), 1),
    "too big": Fault(lambda page, path: replace(page, body=page.body + b" " * 17_000_000), ("too_big",), (), 1),
}
# The demo's portal has 24 articles; two are left as they are, and these two get what needs another server or page.
SPECIAL = {
    "redirect to another host": Fault(lambda page, path: page, ("redirect_offsite",), (302,), 1),
    "bomb": Fault(
        lambda page, path: Response(200, gzip.compress(page.body + b" " * 9_000_000), GZIP), ("too_big",), (), 1
    ),
}
PAGES = {
    "unknown page": Fault(
        lambda page, path: Response(200, b"<html><body><p>Xin ch\xc3\xa0o</p></body></html>"), ("no_layout",), (200,), 1
    ),
    "maintenance": Fault(
        lambda page, path: Response(200, maintenance_page(datetime(2022, 1, 1, tzinfo=UTC))),
        ("maintenance_page",),
        (200,),
        1,
    ),
}


@contextmanager
def _serve_trouble(faults: dict[str, Fault]) -> Iterator[tuple[Trouble, str, Portal]]:
    other = demo_portal()
    with serve(other) as elsewhere:
        trouble = Trouble(faults, elsewhere)
        with serve(trouble.portal) as base:
            yield trouble, base, other


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failed]:
    crawling = Crawling(tmp_path_factory.mktemp("faults"))
    with _serve_trouble(FAULTS | SPECIAL) as (trouble, base, other):
        done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base), *BOUNDS)
        yield Failed(trouble, other, base, crawling, done)


@pytest.mark.parametrize("name", [*FAULTS, *SPECIAL])
def test_fault(failed: Failed, name: str) -> None:
    check_fault(failed, name)


def test_every_article_is_accounted_for(failed: Failed) -> None:
    """A crawl in trouble ends with findings; what it asked for and did not archive has a finding each."""
    assert failed.done.status == 3
    assert "Traceback" not in failed.done.err
    assert "internal_error" not in {row["kind"] for row in failed.crawling.query("SELECT kind FROM findings")}
    stored = [name for name, fault in failed.trouble.faults.items() if fault.stored]
    rows = failed.crawling.query("SELECT article_id FROM current_articles ORDER BY article_id")
    assert rows == [{"article_id": key} for key in sorted(failed.trouble.keys[name] for name in stored)]
    assert failed.crawling.query("SELECT outcome FROM run_summary") == [{"outcome": "problems"}]


def test_other_hosts_hear_nothing(failed: Failed) -> None:
    assert failed.other.requests == []


@pytest.mark.slow
def test_what_a_fault_hid_is_found_once_it_is_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    """First all is well, then everything fails, then all is well again: one state of each article."""
    crawling = Crawling(tmp_path_factory.mktemp("healed"))
    states = []
    with _serve_trouble(FAULTS | SPECIAL) as (trouble, base, _):
        for on, status in ((False, 0), (True, 3), (False, None)):
            trouble.on = on
            done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base), *BOUNDS, "-a", "full=1")
            assert status is None or done.status == status, done.err[-2000:]
            states.append(crawling.query("SELECT article_id, snapshot, content_digest FROM article_history ORDER BY 1"))
    assert len(states[0]) == len(trouble.portal.listed())
    assert states[0] == states[1] == states[2]
    changes = crawling.query("SELECT count(*) AS n FROM events WHERE kind IN ('edited', 'title_changed', 'gone')")
    assert changes == [{"n": 0}]


def _bend_total(page: Response) -> Response:
    bent, times = re.subn(rb"of (\d+) k", lambda match: b"of %d k" % (int(match[1]) + 5), page.body)
    assert times == 1
    return replace(page, body=bent)


def test_pages_that_are_no_news_and_pages_in_wrong_places(crawling: Crawling) -> None:
    """Unknown pages, a connection that breaks, a listing for an article, an article for a listing, a wrong total."""
    with _serve_trouble(PAGES) as (trouble, base, _):
        portal = trouble.portal
        reset, swapped = portal.listed()[-1], portal.listed()[-2]
        _bend(portal, reset, swapped)
        done = crawling.scrapy("dukdhcd", f"{start_of(portal, base)},{base}/gioi-thieu-tin", *BOUNDS)
    assert done.status == 3
    for name, fault in PAGES.items():
        outcome = (*outcome_of(crawling, trouble.keys[name]), trouble.hits(name))
        assert outcome == (fault.findings, fault.statuses, fault.stored, fault.hits)
    assert outcome_of(crawling, str(reset.id)) == (("connection_failed",), (), False)
    assert outcome_of(crawling, str(swapped.id)) == (("listing_for_article",), (200,), False)
    assert sum(f"/{reset.id}-" in request.path for request in portal.requests) <= 6
    others = crawling.query("SELECT kind FROM findings WHERE url NOT LIKE '%/view_content/%' ORDER BY kind")
    assert others == [{"kind": "article_for_listing"}, {"kind": "listing_total"}, {"kind": "unturned_pages"}]
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": len(portal.listed()) - 4}]


def _bend(portal: Portal, reset: PortalArticle, swapped: PortalArticle) -> None:
    channel = "cong-tac-doan-hoi"
    last = next(path for path in _pages_of(portal, channel) if "_cur=2" in path)
    for path in (article_path(reset, name) for name in reset.channels):
        portal.answers[path] = replace(portal.page(path), reset=True)
    for path in (article_path(swapped, name) for name in swapped.channels):
        portal.answers[path] = portal.page(f"/{CHANNEL}")
    portal.answers["/gioi-thieu-tin"] = portal.page(article_path(portal.listed()[5]))
    portal.answers[last] = _bend_total(portal.page(last))


def _pages_of(portal: Portal, channel: str) -> list[str]:
    links = re.findall(rb'href="([^"]*_cur=\d+)"', portal.page(f"/{channel}").body)
    return [link.decode().replace("&amp;", "&") for link in links]


def test_a_server_that_is_always_busy(crawling: Crawling) -> None:
    """Nothing but 503: no article, bounded hits, status 1; every answer is kept, that for robots.txt too."""
    portal = demo_portal()
    portal.outage = lambda path: Response(503, b"busy") if path != "/robots.txt" else None
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", start_of(portal, base))
    assert (done.status, len(portal.requests)) == (1, 1 + 3 * 3)
    summary = crawling.query("SELECT outcome, captures, articles_new, articles_changed, observations FROM run_summary")
    assert summary == [
        {"outcome": "failed", "captures": 10, "articles_new": 0, "articles_changed": 0, "observations": 0}
    ]
    assert crawling.query("SELECT kind, count(*) AS n FROM findings WHERE kind = 'http_503'") == [
        {"kind": "http_503", "n": 3}
    ]


def test_an_endless_pager(crawling: Crawling) -> None:
    """Every page has a next one, and shows what the first one showed."""
    portal = demo_portal()
    first, second = portal.page(f"/{CHANNEL}"), _pages_of(portal, CHANNEL)[1]

    def answer(target: str) -> Response | None:
        match = re.fullmatch(rf"/{CHANNEL}\?.*_cur=(\d+)", target)
        if match is None:
            return None
        after = second.replace("_cur=2", f"_cur={int(match[1]) + 1}").replace("&", "&amp;").encode()
        return replace(first, body=first.body.replace(second.replace("&", "&amp;").encode(), after))

    portal.outage = answer
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}")
    assert done.status == 3
    assert crawling.query("SELECT kind FROM findings") == [{"kind": "endless_pager"}]
    assert portal.count_requests(f"/{CHANNEL}?") == 1
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": portal.page_size}]


def test_robots_txt_is_obeyed(crawling: Crawling) -> None:
    portal = demo_portal()
    portal.robots = f"User-agent: *\nDisallow: /{CHANNEL}/\n"
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", start_of(portal, base))
    assert done.status == 3
    assert portal.count_requests(f"/{CHANNEL}/") == 0
    kinds = crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY kind")
    assert [row["kind"] for row in kinds] == ["not_allowed"]
    assert 0 < int(str(kinds[0]["n"])) < len(portal.listed())
    assert crawling.query("SELECT count(*) + ? AS n FROM current_articles", kinds[0]["n"]) == [
        {"n": len(portal.listed())}
    ]


@contextmanager
def _begin_crawl(crawling: Crawling, start: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={start}"]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    with subprocess.Popen(
        [*command, *FAST, "-s", "DOWNLOAD_DELAY=0.05"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def _wait_for(portal: Portal, requests: int) -> None:
    deadline = time.monotonic() + 60
    while len(portal.requests) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    "requests", [pytest.param(3, marks=pytest.mark.slow), 14, pytest.param(22, marks=pytest.mark.slow)]
)
def test_kill_9_loses_nothing_that_was_recorded(crawling: Crawling, requests: int) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        start = start_of(portal, base)
        with _begin_crawl(crawling, start) as process:
            _wait_for(portal, requests)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert crawling.query("PRAGMA foreign_key_check") == []
        before = crawling.query("SELECT article_id, body, content_digest FROM article_history ORDER BY 1")
        assert len(before) <= requests
        assert crawling.scrapy("dukdhcd", start).status in (0, 3)
    after = crawling.query("SELECT article_id, body, content_digest FROM article_history ORDER BY 1")
    assert len(after) == len(portal.listed())
    assert [row for row in after if row in before] == before
    assert crawling.query("SELECT kind, count(*) AS n FROM events GROUP BY kind") == [{"kind": "created", "n": 24}]


def test_interrupted_by_hand(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base, _begin_crawl(crawling, start_of(portal, base)) as process:
        _wait_for(portal, 10)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    row = crawling.query(
        "SELECT outcome, finished_at IS NOT NULL AS closed, requests >= 10 AS counted FROM run_summary"
    )
    assert row == [{"outcome": "interrupted", "closed": 1, "counted": 1}]
