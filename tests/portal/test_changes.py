"""The replica counts visits, changes while it is served, and knows the truth about itself."""

import unicodedata
from dataclasses import replace
from datetime import UTC
from html import unescape
from itertools import pairwise

import pytest

from tests.portal import Portal, article_path, expected_articles, huge_portal, large_portal, write_articles
from tests.portal.browsing import Client, byline, ids, text, titles

CHANNEL = "hoat-dong-dang-uy-khoi"


def test_every_get_of_an_article_counts(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    portal.set_views(article.id, 100)
    for path in (article_path(article), f"/en{article_path(article)}", article_path(article) + ";jsessionid=1"):
        client.page(path)
    assert portal.views(article.id) == 103
    assert byline(client.page(f"/{CHANNEL}")).endswith("View count: 103")
    assert byline(client.page(article_path(article))).endswith("View count: 104")


def test_listings_head_requests_and_the_trap_do_not_count(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    client.page(f"/{CHANNEL}")
    client.page(article_path(article) + "/en")
    client.connection.request("HEAD", article_path(article))
    assert client.connection.getresponse().read() == b""
    assert portal.views(article.id) == article.views


def test_counters_can_be_frozen_and_set(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    portal.freeze_counters()
    portal.set_views(article.id, 7)
    assert byline(client.page(article_path(article))).endswith("View count: 7")
    portal.set_views(article.id, None)
    assert "View count" not in byline(client.page(article_path(article)))


def test_edit_changes_the_text_and_keeps_address_and_count(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    path = article_path(article)
    portal.set_views(article.id, 100)
    client.page(path)
    edited = portal.edit(article.id, title="Tiêu đề đã sửa", spelling=0)
    assert article_path(edited) == path
    assert text(client.page(path), "div.asset-full-content-title") == "Tiêu đề đã sửa"
    assert titles(client.page(f"/{CHANNEL}"))[0] == "Tiêu đề đã sửa"
    assert portal.views(article.id) == 102


@pytest.mark.parametrize(("method", "status"), [("remove", 404), ("delist", 200)])
def test_removed_and_delisted_articles_come_back(portal: Portal, client: Client, method: str, status: int) -> None:
    article = portal.listed(CHANNEL)[0]
    getattr(portal, method)(article.id)
    assert client.get(article_path(article))[0] == status
    assert article.id not in ids(client.page(f"/{CHANNEL}"))
    portal.restore(article.id)
    assert client.get(article_path(article))[0] == 200
    assert ids(client.page(f"/{CHANNEL}"))[0] == article.id


def test_added_article_is_listed_by_its_date(portal: Portal, client: Client) -> None:
    newest = portal.listed(CHANNEL)[0]
    portal.add(replace(newest, id=9, title="Tin mới", published=newest.published.replace(year=2022)))
    assert ids(client.page(f"/{CHANNEL}"))[:2] == [9, newest.id]
    with pytest.raises(ValueError, match="no such channel: khong-co"):
        portal.add(replace(newest, channel="khong-co"))


def test_log_keeps_what_was_asked(portal: Portal, client: Client) -> None:
    client.get(f"/{CHANNEL}?a=1")
    client.get("/khong-co")
    assert [(request.path, request.status) for request in portal.requests] == [
        (f"/{CHANNEL}?a=1", 200),
        ("/khong-co", 404),
    ]
    assert "Host" in dict(portal.requests[0].headers)
    assert (portal.count_requests(f"/{CHANNEL}"), portal.count_requests()) == (1, 2)
    portal.clear_log()
    assert portal.requests == []


def test_articles_are_the_same_for_the_same_seed() -> None:
    assert write_articles(24, ["a", "b", "c"], seed=5) == write_articles(24, ["a", "b", "c"], seed=5)
    assert write_articles(24, ["a", "b", "c"], seed=5) != write_articles(24, ["a", "b", "c"], seed=6)


def test_thousands_of_articles_lie_within_a_dozen_years() -> None:
    articles = write_articles(3000, ["a", "b", "c"])
    assert all(newer.id > older.id > 0 for newer, older in pairwise(articles))
    timed = [article.published for article in articles if not article.no_time]
    assert all(newer > older for newer, older in pairwise(timed))
    assert 11 * 365 < (timed[0] - timed[-1]).days < 13 * 365
    assert {published.hour for published in timed} == set(range(7, 19))
    assert len({article.title for article in articles}) == 2999


def test_huge_portal_lists_each_article_once() -> None:
    portal = huge_portal(300)
    assert [len(portal.listed(channel)) for channel in portal.channels] == [60] * 5
    assert {len(article.channels) for article in portal.listed()} == {1}


def test_articles_show_every_case() -> None:
    articles = large_portal().listed()
    assert len({article.title for article in articles}) == len(articles) - 1
    texts = [paragraph for article in articles for paragraph in article.paragraphs if "\t" not in paragraph]
    assert len(set(texts)) == len(texts)
    assert {len(article.channels) for article in articles} == {1, 2, 3}
    assert {len(article.attachments) for article in articles} == {0, 1, 2}
    assert {(article.author or "").count("\n") for article in articles} == {0, 1}
    assert any("\n" in caption for article in articles for _, caption in article.images)
    assert any(not article.paragraphs for article in articles)
    assert any(not article.lead for article in articles)
    assert {article.lead_in_body for article in articles} == {article.no_time for article in articles} == {True, False}


def test_spellings_differ_in_bytes_only(portal: Portal) -> None:
    article = portal.listed()[0]
    printed, read = set(), set()
    for spelling in (0, 20, 40, 60):
        portal.edit(article.id, spelling=spelling)
        page = portal.page(article_path(article)).body.decode()
        title = page.partition('content-title">')[2].partition("</div>")[0]
        printed.add(title)
        read.add(" ".join(unicodedata.normalize("NFC", unescape(unescape(title))).split()))
    assert len(printed) == 4
    assert read == {article.title}


def test_truth_names_every_article_that_listings_lead_to(portal: Portal) -> None:
    portal.remove(portal.listed()[0].id)
    portal.delist(portal.listed()[0].id)
    truth = expected_articles(portal)
    assert [article.native_key for article in truth] == [str(article.id) for article in portal.listed()]
    assert len(truth) == 22
    assert {article.precision for article in truth} == {"day", "minute"}
    assert all(article.published.tzinfo is UTC for article in truth)
