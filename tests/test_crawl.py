"""Whole portals, crawled by ``scrapy crawl`` into an archive: everything on them, once, exactly, and nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from archiver.urls import strip_volatile
from tests.conftest import Crawling, Done
from tests.portal import (
    ExpectedArticle,
    Portal,
    PortalArticle,
    Request,
    article_path,
    demo_portal,
    expected_articles,
    large_portal,
    serve,
)

STARTED = datetime(2022, 1, 3, 1, tzinfo=UTC)
TOLD_ELSEWHERE = ("body_html", "fetched_at", "published_raw", "section", "url", "views", "views_raw")
PAGES = {demo_portal: 6, large_portal: 12}


@dataclass(frozen=True)
class Crawled:
    """A portal after its first crawl: what the process said, the server saw and the feed holds."""

    portal: Portal
    base: str
    crawling: Crawling
    done: Done
    requests: tuple[Request, ...]
    records: dict[str, dict[str, Any]]
    pages: int

    def start(self) -> str:
        return ",".join(f"{self.base}/{channel}" for channel in self.portal.channels)

    def again(self, at: datetime) -> Done:
        return self.crawling.scrapy("dukdhcd", self.start(), "-a", "full=1", ARCHIVE_NOW=at.isoformat())


@pytest.fixture(scope="module", params=[demo_portal, large_portal])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    portal: Portal = request.param()
    crawling = Crawling(tmp_path_factory.mktemp("portal"))
    out = crawling.folder / "out.jsonl"
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        done = crawling.scrapy("dukdhcd", start, "-O", str(out), ARCHIVE_NOW=STARTED.isoformat())
        records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        by_key = {record["article_id"]: record for record in records}
        assert len(by_key) == len(records)
        yield Crawled(portal, base, crawling, done, tuple(portal.requests), by_key, PAGES[request.param])


def _channel_of(path: str) -> str:
    return urlsplit(path).path.split("/")[1]


def _is_article(request: Request) -> bool:
    return "/-/view_content/" in request.path


def _shows_views(crawled: Crawled, path: str) -> bool:
    return crawled.portal.channels[_channel_of(path)].shows_views


def _count_printed(crawled: Crawled, requests: tuple[Request, ...]) -> int:
    """Count the view counts that the answers to these requests print."""
    return sum(_counts_of(crawled, request) for request in requests if request.path != "/robots.txt")


def _counts_of(crawled: Crawled, request: Request) -> int:
    if not _shows_views(crawled, request.path):
        return 0
    if _is_article(request):
        return 1
    channel = _channel_of(request.path)
    if not crawled.portal.channels[channel].shows_dates_on_listing:
        return 0  # a table of titles
    cur = [values[0] for name, values in parse_qs(urlsplit(request.path).query).items() if name.endswith("_cur")]
    first = (int(cur[0]) - 1 if cur else 0) * crawled.portal.page_size
    return len(crawled.portal.listed(channel)[first:][: crawled.portal.page_size])


def _write_expected(crawled: Crawled, expected: ExpectedArticle) -> dict[str, Any]:
    """Write what the feed must hold of an article, but for what depends on the way the crawl came."""
    article = crawled.portal.article(int(expected.native_key))
    captions = iter(expected.captions)
    images = [
        {"url": crawled.base + path, "caption": next(captions) if caption else None, "alt": None}
        for path, caption in article.images
    ]
    return {
        "site": "dukdhcd",
        "article_id": expected.native_key,
        "title": expected.title,
        "author": expected.author,
        "lead": expected.lead,
        "body": "\n\n".join(expected.paragraphs),
        "published_at": expected.published.isoformat(),
        "published_precision": expected.precision,
        "images": images,
        "attachments": [{"url": crawled.base + path, "title": title} for path, title in expected.attachments],
        "links": [],
        "marks": [],
        "novelty": "new",
    }


def _drop_moments(value: Any) -> Any:
    """Take the moment from the addresses of files, which the portal adds to each at every look."""
    if not isinstance(value, list):
        return value
    return [item | {"url": strip_volatile(item["url"])} if "url" in item else item for item in value]


def _print_date(article: PortalArticle) -> str:
    time = "12:00 AM" if article.no_time else article.published.strftime("%I:%M %p").lstrip("0")
    return f"{article.published:%d/%m/%Y} | {time}"


def test_it_ends_well(crawled: Crawled) -> None:
    assert (crawled.done.status, crawled.done.out) == (0, "")
    assert "Traceback" not in crawled.done.err
    assert "ERROR" not in crawled.done.err


def test_every_field_of_every_article_is_exact(crawled: Crawled) -> None:
    expected = [_write_expected(crawled, article) for article in expected_articles(crawled.portal)]
    read = {
        key: {name: _drop_moments(value) for name, value in record.items() if name not in TOLD_ELSEWHERE}
        for key, record in crawled.records.items()
    }
    assert read == {article["article_id"]: article for article in expected}


def test_what_depends_on_the_way_is_as_on_the_page_that_was_read(crawled: Crawled) -> None:
    for record in crawled.records.values():
        article = crawled.portal.article(int(record["article_id"]))
        channel = _channel_of(record["url"])
        views = article.views + 1 if article.views is not None and _shows_views(crawled, record["url"]) else None
        told = {name: record[name] for name in TOLD_ELSEWHERE if name not in ("body_html", "fetched_at")}
        assert told == {
            "published_raw": _print_date(article),
            "section": crawled.portal.channels[channel].name,
            "url": crawled.base + article_path(article, channel),
            "views": views,
            "views_raw": None if views is None else str(views),
        }
        assert timedelta(0) <= datetime.fromisoformat(record["fetched_at"]) - STARTED < timedelta(minutes=2)


def test_feed_and_archive_say_the_same(crawled: Crawled) -> None:
    rows = crawled.crawling.query(
        "SELECT h.article_id, h.title, h.lead, h.body, h.author, h.published_at, h.images, h.attachments, c.body_html"
        " FROM article_history h JOIN current_articles c USING (site, article_id) WHERE snapshot = 1"
    )
    assert len(rows) == len(crawled.records)
    for row in rows:
        read = {**row, "images": json.loads(str(row["images"])), "attachments": json.loads(str(row["attachments"]))}
        assert read == {name: crawled.records[str(row["article_id"])][name] for name in row}


def test_nothing_else_is_asked_for(crawled: Crawled) -> None:
    """Nothing but robots.txt, the pages of the listings and the articles: no /en, login, print, pop-up or poll."""
    portal = crawled.portal
    articles = {article_path(article, channel) for article in portal.listed() for channel in article.channels}
    asked = [request.path for request in crawled.requests]
    listings = [path for path in asked if path != "/robots.txt" and path not in articles]
    assert asked.count("/robots.txt") == 1
    assert len(asked) == 1 + len(listings) + len(portal.listed())
    assert len(listings) == len(set(listings)) == crawled.pages
    assert {urlsplit(path).path.lstrip("/") for path in listings} == set(portal.channels)
    forbidden = ("pop_up", "print", "login", "p_auth", "jsessionid", "/en", "_struts_action", "calendar")
    assert not [path for path in asked for word in forbidden if word in path]
    assert {request.status for request in crawled.requests[1:]} == {200}


def test_each_article_is_asked_for_once(crawled: Crawled) -> None:
    keys = [
        request.path.split("/-/view_content/")[1].split("-")[0] for request in crawled.requests if _is_article(request)
    ]
    assert sorted(keys) == sorted(str(article.id) for article in crawled.portal.listed())


def test_run_summary_adds_up(crawled: Crawled) -> None:
    rows = crawled.crawling.query("SELECT * FROM run_summary WHERE run_id = 1")
    started, finished = (datetime.fromisoformat(str(rows[0][name])) for name in ("started_at", "finished_at"))
    assert STARTED <= started <= finished <= STARTED + timedelta(minutes=2)
    assert rows == [
        {
            "run_id": 1,
            "site": "dukdhcd",
            "kind": "crawl",
            "started_at": started.isoformat(timespec="microseconds"),
            "finished_at": finished.isoformat(timespec="microseconds"),
            "outcome": "finished",
            "requests": len(crawled.requests),
            "captures": len(crawled.requests),  # robots.txt too: every answer is evidence
            "articles_new": len(crawled.portal.listed()),
            "articles_changed": 0,
            "articles_unchanged": 0,
            "observations": _count_printed(crawled, crawled.requests),
            "errors": 0,
            "findings": 0,
            "scope": "deep",
            "articles_found": len(crawled.portal.listed()),
            "articles_failed": 0,
            "articles_skipped": 0,
            "articles_pending": 0,
            "articles_late": 0,
            "resumes": None,
            "seal": crawled.crawling.query("SELECT lower(hex(seal)) AS seal FROM runs")[0]["seal"],
            "withdrawn": 0,
        }
    ]


@pytest.mark.slow
def test_three_crawls_of_counting_pages_invent_no_edit(crawled: Crawled) -> None:
    """Counters tick, session tokens and related lists change with every visit; no snapshot comes of it."""
    for week in (1, 2):
        done = crawled.again(STARTED + timedelta(weeks=week))
        assert done.status == 0, done.err[-2000:]
    articles = len(crawled.portal.listed())
    assert crawled.crawling.query(
        "SELECT (SELECT count(*) FROM current_articles WHERE listed AND state = 'live') AS articles,"
        " (SELECT count(*) FROM article_history) AS snapshots,"
        " (SELECT count(*) FROM view_history) AS observations,"
        " (SELECT group_concat(DISTINCT kind) FROM events) AS events, (SELECT count(*) FROM events) AS times,"
        " (SELECT group_concat(outcome) FROM run_summary) AS outcomes"
    ) == [
        {
            "articles": articles,
            "snapshots": articles,
            "observations": _count_printed(crawled, tuple(crawled.portal.requests)),
            "events": "created",
            "times": articles,
            "outcomes": "finished,finished,finished",
        }
    ]
    assert crawled.crawling.query("SELECT count(*) >= 3 * ? AS enough FROM view_history", articles) == [{"enough": 1}]


def test_snapshots_span_all_their_captures(crawled: Crawled) -> None:
    """After the crawls above: seen from the first to the last capture that confirmed it."""
    runs = crawled.crawling.query("SELECT count(*) AS n FROM run_summary")[0]["n"]
    rows = crawled.crawling.query(
        "SELECT h.seen_from = min(k.fetched_at) AS begins, h.seen_until = max(k.fetched_at) AS ends, count(*) AS n"
        " FROM article_history h JOIN articles a ON (a.site, a.native_key) = (h.site, h.article_id)"
        " JOIN readings r ON r.article_id = a.id AND r.source = 'article' JOIN captures k ON k.id = r.capture_id"
        " GROUP BY a.id"
    )
    assert rows == [{"begins": 1, "ends": 1, "n": runs}] * len(crawled.portal.listed())


def test_known_counts_are_those_of_the_portal(crawled: Crawled) -> None:
    """A count read last is the newest one that a page printed, and never more than the portal has."""
    for row in crawled.crawling.query("SELECT article_id, views FROM current_articles"):
        has = crawled.portal.views(int(str(row["article_id"])))
        assert row["views"] is None or (has is not None and 0 <= has - int(str(row["views"])) <= 3)
