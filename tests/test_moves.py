"""Moves: one article, several addresses (rule 8)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Crawling
from tests.portal import ChannelLook, Portal, PortalArticle, Response, article_path, serve
from tests.visiting import SITE, Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
CHANNEL = "tin-hoat-dong"


def _article(number: int, title: str = "Hội nghị tổng kết năm") -> PortalArticle:
    return PortalArticle(
        id=number,
        channel=CHANNEL,
        title=f"{title} {number % 10}",
        lead="Chiều nay, Đảng ủy Khối tổng kết công tác năm.",
        paragraphs=(f"Hội nghị nghe báo cáo số {number % 10}.", "Các đại biểu thống nhất phương hướng."),
        published=datetime(2025, 12, 30, 14, 0),  # noqa: DTZ001 - the portal's own time
        views=5,
    )


def _portal(*articles: PortalArticle) -> Portal:
    return Portal(articles, {CHANNEL: ChannelLook("Tin hoạt động"), "tin-moi": ChannelLook("Tin mới")})


def _crawl(crawling: Crawling, base: str, day: int, channel: str = CHANNEL) -> int:
    at = (START + timedelta(days=day)).isoformat()
    return crawling.scrapy("dukdhcd", f"{base}/{channel}", ARCHIVE_NOW=at).status


def _articles(crawling: Crawling) -> list[dict[str, object]]:
    return crawling.query("SELECT article_id, state, snapshots FROM current_articles ORDER BY article_id")


@pytest.mark.parametrize("listed", [False, True], ids=["found by redirect", "listed under the new key"])
def test_a_redirect_to_the_same_text_is_the_same_article(crawling: Crawling, listed: bool) -> None:
    """The portal gave an article a new id and redirects from the old address; which answers first is chance."""
    old, new, other = _article(7001), _article(7101), _article(7002)
    portal = _portal(old, other)
    with serve(portal) as base:
        assert _crawl(crawling, base, 0) == 0
        portal.delist(old.id)
        portal.add(new)
        if not listed:
            portal.delist(new.id)
        _redirect(crawling, portal, base, new)
        assert _crawl(crawling, base, 1) == 0
    assert _articles(crawling) == [
        {"article_id": "7001", "state": "live", "snapshots": 1},
        {"article_id": "7002", "state": "live", "snapshots": 1},
    ]
    joined = (
        "SELECT count(*) AS n FROM article_addresses JOIN articles a ON a.id = article_id WHERE native_key = '7001'"
    )
    assert crawling.query(joined) == [{"n": 2}]
    # the new address counts anew
    assert sorted(map(str, _kinds(crawling))) == sorted(["created", "moved", "counter_reset" if listed else "delisted"])


@pytest.mark.parametrize("redirect_first", [False, True])
def test_which_address_answers_first_makes_no_difference(tmp_path: Path, redirect_first: bool) -> None:
    old, new = _article(7001), _article(7101)
    portal = _portal(old)
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, START)
    portal.add(new)
    paths = [(article_path(new), "7001"), (article_path(new), "7101")]
    run = visits.begin(START + timedelta(days=1))
    for seconds, (path, expected) in enumerate(paths if redirect_first else paths[::-1]):
        visits.visit(run, portal, path, START + timedelta(days=1, seconds=seconds), expected)
    visits.end(run, START + timedelta(days=1, minutes=1))
    rows = visits.query("SELECT article_id, snapshots, state FROM current_articles")
    assert rows == [{"article_id": "7001", "snapshots": 1, "state": "live"}]
    tally = visits.query("SELECT articles_new, articles_unchanged FROM run_summary WHERE run_id = 2")
    assert tally == [{"articles_new": 0, "articles_unchanged": 1}]
    visits.database.close()


def test_an_article_that_joins_one_known_before_has_moved(crawling: Crawling) -> None:
    old, new = _article(7001), _article(7101)
    portal = _portal(old, new)
    with serve(portal) as base:
        assert _crawl(crawling, base, 0) == 0
        portal.delist(old.id)
        _redirect(crawling, portal, base, new)
        assert _crawl(crawling, base, 1) == 0
    assert _articles(crawling) == [
        {"article_id": "7001", "state": "moved", "snapshots": 1},
        {"article_id": "7101", "state": "live", "snapshots": 1},
    ]
    assert _kinds(crawling) == ["created", "moved"]


def _redirect(crawling: Crawling, portal: Portal, base: str, to: PortalArticle) -> None:
    path = str(crawling.query("SELECT url FROM current_articles WHERE article_id = '7001'")[0]["url"])
    portal.answers[path.removeprefix(base)] = Response(301, b"", (("Location", article_path(to)),))


def _kinds(crawling: Crawling) -> list[object]:
    rows = crawling.query("SELECT kind FROM events WHERE article_id = '7001' ORDER BY at, kind")
    return [row["kind"] for row in rows]


def test_a_redirect_to_another_text_is_reported_and_changes_nothing(crawling: Crawling) -> None:
    old, other = _article(7001), _article(7002, "Đại hội nhiệm kỳ mới")
    portal = _portal(old, other)
    with serve(portal) as base:
        assert _crawl(crawling, base, 0) == 0
        portal.answers[article_path(old)] = Response(302, b"", (("Location", article_path(other)),))
        assert _crawl(crawling, base, 1) == 3
    assert _articles(crawling) == [
        {"article_id": "7001", "state": "live", "snapshots": 1},
        {"article_id": "7002", "state": "live", "snapshots": 1},
    ]
    assert crawling.query("SELECT kind FROM findings") == [{"kind": "redirect_to_other_article"}]


def test_a_channel_renamed_makes_no_second_article(crawling: Crawling) -> None:
    articles = [_article(number) for number in (7001, 7002, 7003)]
    portal = _portal(*articles)
    with serve(portal) as base:
        assert _crawl(crawling, base, 0) == 0
        for article in articles:
            portal.edit(article.id, channel="tin-moi")
        assert _crawl(crawling, base, 1, "tin-moi") == 0
    assert [row["snapshots"] for row in _articles(crawling)] == [1, 1, 1]
    sections = crawling.query("SELECT DISTINCT section FROM article_addresses ORDER BY section")
    assert sections == [{"section": "Tin hoạt động"}, {"section": "Tin mới"}]


def test_another_host_and_scheme_are_the_same_articles(tmp_path: Path) -> None:
    """Pictures are named by their host too; that is no edit."""
    portal = Portal([_article(number) for number in (7001, 7002)], {CHANNEL: ChannelLook("Tin hoạt động")})
    portal.edit(7001, images=(("/image/journal/article?img_id=9", "Quang cảnh hội nghị"),))
    first = Visits(tmp_path / "archive.db")
    first.run(portal, START)
    first.database.close()
    second = Visits(tmp_path / "archive.db", SITE, "https://moi.example")
    assert second.run(portal, START + timedelta(days=1), unlisted=False) == []
    rows = second.query(
        "SELECT article_id, snapshots, state, url LIKE 'https://moi.example/%' AS new FROM current_articles ORDER BY 1"
    )
    assert rows == [
        {"article_id": "7001", "snapshots": 1, "state": "live", "new": 1},
        {"article_id": "7002", "snapshots": 1, "state": "live", "new": 1},
    ]
    second.database.close()
