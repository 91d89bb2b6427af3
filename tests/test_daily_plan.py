"""Crawls of a portal that is known already: what they ask for, counted at the server, and what they find."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.site import Revisits
from tests.conftest import Crawling
from tests.portal import Portal, PortalArticle, Request, huge_portal, serve

FIRST = datetime(2021, 11, 20, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ARTICLES, LISTINGS = 3000, 150
ROBOTS = 1
LEAST = Revisits().min_revisits
PATIENCE = 1200
"""Seconds; 3,000 pages take 35 on two free cores."""


@dataclass(frozen=True)
class Known:
    """A portal after its first crawl, and the archive as it was then."""

    portal: Portal
    start: str
    archive: Path
    requests: tuple[Request, ...]

    def copy(self, folder: Path) -> Crawling:
        """Return an archive of its own for one test, with nothing but the first crawl in it."""
        crawling = Crawling(folder, PATIENCE)
        shutil.copy(self.archive, crawling.path)
        return crawling

    def visit(self, crawling: Crawling, at: datetime, *more: str) -> list[Request]:
        """Crawl at a time and return what the server was asked."""
        self.portal.clear_log()
        done = crawling.scrapy("dukdhcd", self.start, *more, ARCHIVE_NOW=at.isoformat())
        assert done.status == 0, done.err[-3000:]
        return list(self.portal.requests)


def _learn(portal: Portal, folder: Path) -> Iterator[Known]:
    crawling = Crawling(folder, PATIENCE)
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        known = Known(portal, start, crawling.path, ())
        yield replace(known, requests=tuple(known.visit(crawling, FIRST)))


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """3,000 articles of half a year: a month is five pages of every listing."""
    yield from _learn(huge_portal(ARTICLES, years=0.5), tmp_path_factory.mktemp("thousands"))


@pytest.fixture(scope="module")
def validating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """100 articles whose pages carry ETag, Last-Modified or both."""
    yield from _learn(huge_portal(100, validators=True), tmp_path_factory.mktemp("validating"))


@pytest.fixture
def editable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """40 such articles, for a test that leaves its traces on them."""
    yield from _learn(huge_portal(40, validators=True), tmp_path_factory.mktemp("editable"))


def _articles(requests: list[Request]) -> list[Request]:
    return [request for request in requests if "/-/view_content/" in request.path]


def _listings(requests: list[Request]) -> list[Request]:
    return [request for request in requests if "/-/" not in request.path and request.path != "/robots.txt"]


def _runs(crawling: Crawling, *columns: str) -> list[tuple[object, ...]]:
    rows = crawling.query(f"SELECT {', '.join(columns)} FROM run_summary ORDER BY run_id")
    return [tuple(row.values()) for row in rows]


def _id(request: Request) -> str:
    return request.path.split("/-/view_content/")[1].split("-")[0]


@pytest.mark.slow
def test_full_run_visits_everything_again(thousands: Known, tmp_path: Path) -> None:
    crawling = thousands.copy(tmp_path)
    asked = thousands.visit(crawling, FIRST + DAY, "-a", "full=1")
    assert len(asked) == len(thousands.requests) == ROBOTS + LISTINGS + ARTICLES
    assert len({request.path for request in asked}) == len(asked)
    assert _runs(crawling, "scope", "articles_new", "articles_unchanged") == [
        ("deep", ARTICLES, 0),
        ("full", 0, ARTICLES),
    ]


@pytest.mark.slow
def test_daily_run_of_an_unchanged_portal_makes_few_requests(thousands: Known, tmp_path: Path) -> None:
    """At most 3 % of a full run: two pages of each channel, and some articles."""
    crawling = thousands.copy(tmp_path)
    visited: list[str] = []
    for days in (1, 2, 3):
        asked = thousands.visit(crawling, FIRST + days * DAY)
        assert len(asked) <= 0.03 * len(thousands.requests)
        assert len(_listings(asked)) == 2 * len(thousands.portal.channels)
        assert len(_articles(asked)) == max(LEAST, ARTICLES // 100)
        visited += map(_id, _articles(asked))
    assert _runs(crawling, "scope", "outcome", "articles_new")[1:] == [("daily", "finished", 0)] * 3
    assert len(set(visited)) > 0.6 * len(visited)  # the next day it is the turn of others


@pytest.mark.slow
@pytest.mark.parametrize(("days", "more"), [(7, ()), (1, ("-a", "deep=1"))])
def test_deep_pass_reads_every_counter_that_listings_print(
    thousands: Known, tmp_path: Path, days: int, more: tuple[str, ...]
) -> None:
    """At most 6 % of a full run: every listing page once, and 1 % of the articles."""
    crawling = thousands.copy(tmp_path)
    at = FIRST + days * DAY
    asked = thousands.visit(crawling, at, *more)
    assert len(asked) <= 0.06 * len(thousands.requests)
    listings = [request.path for request in _listings(asked)]
    assert len(listings) == len(set(listings)) == LISTINGS
    assert _runs(crawling, "scope", "outcome", "articles_new")[1:] == [("deep", "finished", 0)]
    rows = crawling.query(
        "SELECT article_id, views FROM view_history WHERE source = 'listing' AND observed_at >= ?", at.isoformat()
    )
    read = {int(str(row["article_id"])): row["views"] for row in rows}
    visited = {int(_id(request)) for request in _articles(asked)}
    has = {article.id: thousands.portal.views(article.id) or 0 for article in thousands.portal.listed()}
    assert len(rows) == len(read) == ARTICLES
    assert {key: views - (key in visited) for key, views in has.items() if key not in visited} == {
        key: views for key, views in read.items() if key not in visited
    }
    assert all(has[key] - 1 <= int(str(read[key])) <= has[key] for key in visited)  # read before its visit, or after


@pytest.mark.slow
def test_new_articles_are_found_the_next_day_and_backdated_ones_by_the_deep_pass(
    thousands: Known, tmp_path: Path
) -> None:
    crawling = thousands.copy(tmp_path)
    today = FIRST.replace(tzinfo=None) + timedelta(hours=12)
    fresh = _publish(thousands.portal, [today] * 3, 9_000_001)
    backdated = _publish(thousands.portal, [today - timedelta(days=30)] * 2, 9_000_011)
    try:
        assert not {article.id for article in backdated} & _first_pages(thousands.portal, 4)
        asked = [_ids(thousands.visit(crawling, FIRST + days * DAY)) for days in (1, 2, 7)]
    finally:
        for article in (*fresh, *backdated):
            thousands.portal.remove(article.id)
    assert [ids & {article.id for article in (*fresh, *backdated)} for ids in asked] == [
        {article.id for article in fresh},
        asked[1] & {article.id for article in fresh},  # a new article may be looked at again the next day
        asked[2] & {article.id for article in fresh} | {article.id for article in backdated},
    ]
    assert _runs(crawling, "scope", "articles_new", "articles_late")[1:] == [
        ("daily", 3, 0),
        ("daily", 0, 0),
        ("deep", 2, 2),
    ]
    found = crawling.query(
        "SELECT article_id FROM current_articles WHERE article_id LIKE '90000__' ORDER BY article_id"
    )
    assert [int(str(row["article_id"])) for row in found] == [article.id for article in (*fresh, *backdated)]


def _publish(portal: Portal, dates: list[datetime], number: int) -> list[PortalArticle]:
    """Publish an article for each date, in one channel after the other."""
    model, channels = portal.listed()[5], list(portal.channels)
    articles = [
        replace(model, id=number + place, channel=channels[place], title=f"Tin số {number + place}", published=date)
        for place, date in enumerate(dates)
    ]
    for article in articles:
        portal.add(article)
    return articles


def _first_pages(portal: Portal, pages: int) -> set[int]:
    shown = [portal.listed(channel)[: pages * portal.page_size] for channel in portal.channels]
    return {article.id for listed in shown for article in listed}


def _ids(requests: list[Request]) -> set[int]:
    return {int(_id(request)) for request in _articles(requests)}


def test_unchanged_articles_answer_304_and_are_confirmed(validating: Known, tmp_path: Path) -> None:
    """No observation and no snapshot comes of it, but the time it was last seen moves on."""
    crawling, portal = validating.copy(tmp_path), validating.portal
    at = FIRST + DAY
    hidden = portal.listed()[7]
    portal.delist(hidden.id)
    try:
        asked = _articles(validating.visit(crawling, at, "-a", "full=1"))
    finally:
        portal.restore(hidden.id)
    assert len(asked) == 100
    assert {request.status for request in asked} == {304}
    conditions = {"if-none-match", "if-modified-since"}
    assert {tuple(sorted(conditions & {name.lower() for name, _ in request.headers})) for request in asked} == {
        ("if-none-match",),
        ("if-modified-since",),
        ("if-modified-since", "if-none-match"),
    }
    assert crawling.query(
        "SELECT (SELECT count(*) FROM article_history WHERE seen_from < ?1 AND seen_until >= ?1) AS confirmed,"
        " (SELECT count(*) FROM article_history) AS snapshots,"
        " (SELECT count(*) FROM current_articles WHERE last_seen_at >= ?1 AND state = 'live') AS seen,"
        " (SELECT count(*) FROM view_history WHERE source = 'article' AND observed_at >= ?1) AS observations,"
        " (SELECT group_concat(DISTINCT kind) FROM events WHERE at >= ?1) AS events,"
        " (SELECT count(*) FROM captures WHERE status = 304 AND fetched_at >= ?1) AS kept",
        at.isoformat(),
    ) == [{"confirmed": 100, "snapshots": 100, "seen": 100, "observations": 0, "events": "delisted", "kept": 100}]
    assert _runs(crawling, "scope", "outcome", "articles_new", "articles_changed", "articles_unchanged")[1:] == [
        ("full", "finished", 0, 0, 100)
    ]


@pytest.mark.slow
def test_daily_run_asks_conditionally_too(validating: Known, tmp_path: Path) -> None:
    crawling = validating.copy(tmp_path)
    for days in (1, 2):  # what a 304 confirmed is asked for conditionally again
        asked = _articles(validating.visit(crawling, FIRST + days * DAY))
        assert len(asked) == LEAST
        assert {request.status for request in asked} == {304}


def test_edited_article_answers_200_and_makes_a_snapshot(editable: Known, tmp_path: Path) -> None:
    crawling, portal = editable.copy(tmp_path), editable.portal
    before = portal.listed()[3]
    portal.edit(before.id, title="Tiêu đề đã sửa sau khi đăng")
    asked = _articles(editable.visit(crawling, FIRST + DAY, "-a", "full=1"))
    again = _articles(editable.visit(crawling, FIRST + 2 * DAY, "-a", "full=1"))
    assert [_id(request) for request in asked if request.status == 200] == [str(before.id)]
    assert {request.status for request in again} == {304}
    rows = crawling.query("SELECT snapshot, title FROM article_history WHERE article_id = ?", str(before.id))
    assert rows == [{"snapshot": 1, "title": before.title}, {"snapshot": 2, "title": "Tiêu đề đã sửa sau khi đăng"}]
    assert crawling.query("SELECT count(*) AS n FROM article_history") == [{"n": 41}]
    assert _runs(crawling, "articles_changed", "articles_unchanged")[1:] == [(1, 39), (0, 40)]
