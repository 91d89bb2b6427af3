"""Saved pages of real portals are read as printed; what is no article never becomes one."""

import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from archiver.model import Article, Capture, Listing, Page, ResultCount, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.text.cleaning import clean_text
from archiver.urls import strip_session
from tests.conftest import SHARED
from tests.real_portal import ZONE, read_capture_time, read_date, read_truth, unpack_mirror

INDEX: dict[str, list[dict[str, Any]]] = (
    json.loads((SHARED / "pages" / "INDEX.json").read_text(encoding="utf-8"))
    if SHARED.is_dir()
    else {"listings": [], "pages": []}
)
FAMILY = [row for row in INDEX["pages"] if row["portal_family"] == "hanoi_liferay62"]
OTHERS = [row for row in INDEX["pages"] if row["portal_family"] != "hanoi_liferay62"]

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not here: ../shared is missing")


UNKNOWN_TIME = "Sat, 27 Aug 2022 12:00:00 GMT"


def by_file(rows):
    return pytest.mark.parametrize("row", rows, ids=[row["file"] for row in rows])


def read(row):
    """Read a saved page as it was captured."""
    body = (SHARED / "pages" / row["file"]).read_bytes()
    address = row.get("address") or row["original_url"] or "https://portal.example/trang"
    captured = read_capture_time(row.get("captured") or row["captured_at"] or UNKNOWN_TIME)
    return read_page(Capture(address, captured, 200, (), body), LIFERAY_HANOI, ZONE)


def date_in(line):
    found = re.search(r"\d\d/\d\d/\d{4} \| \d?\d:\d\d [AP]M", line or "")
    return found.group() if found else None


def what_is_printed(entry):
    """Return key, title, date and count of an entry."""
    date = entry.published
    count = entry.views.value if entry.views else None
    return entry.native_key, entry.title, date.raw if date else None, (date.at, date.precision) if date else None, count


@by_file([row for row in INDEX["listings"] if row["listed"]])
def test_listings(row):
    listing = read(row)
    assert isinstance(listing, Listing)
    assert [what_is_printed(entry) for entry in listing.entries] == [
        (
            printed["native_key"],
            clean_text(html.unescape(printed["title"])),
            date_in(printed["info_line"]),
            read_date(date_in(printed["info_line"])) if date_in(printed["info_line"]) else None,
            printed["views"],
        )
        for printed in row["listed"]
    ]
    assert listing.results == (ResultCount(*row["results"]) if row["results"] else None)
    assert (listing.problems, listing.non_articles) == ((), 0)
    assert listing.url == strip_session(row["address"])


@by_file([row for row in INDEX["listings"] if not row["listed"]])
def test_listings_without_dates_and_listings_in_the_place_of_articles(row):
    listing = read(row)
    assert isinstance(listing, Listing)
    linked = row["article_ids_linked_in_main"] or [entry.native_key for entry in listing.entries]
    assert [entry.native_key for entry in listing.entries] == linked
    assert listing.results == (ResultCount(*row["results"]) if row["results"] else None)
    assert all(entry.title for entry in listing.entries)
    assert listing.entries


def test_a_table_of_titles_has_as_many_entries_as_it_says():
    (row,) = (row for row in INDEX["listings"] if row["file"].endswith("qlttps-no-dates.html"))
    listing = read(row)
    assert len(listing.entries) == listing.results.last
    assert {(entry.published, entry.views) for entry in listing.entries} == {(None, None)}


@by_file([row for row in FAMILY if row["page_kind"] == "article"])
def test_articles(row):
    article, printed = read(row), row["expected"]
    assert isinstance(article, Article)
    at, precision = read_date(printed["published"])
    count = printed["view_count"]
    date = article.published
    assert article.title == clean_text(printed["title"])
    assert article.native_key == printed["asset_id"].removeprefix("_101_")
    assert (date.raw, date.at, date.precision) == (printed["published"], at, precision) if date else at is None
    assert (article.views.raw, article.views.value) == (count, int(count)) if count else article.views is None
    assert len(article.attachments) == len(printed["attachments"])
    assert article.problems == ()


@by_file([row for row in FAMILY if row["page_kind"] == "article"])
def test_bodies_from_the_first_word_to_the_last(row):
    article, printed = read(row), row["expected"]
    assert (article.lead or "").startswith(clean_text(printed["lead"]))
    text = clean_text(" ".join([article.lead or "", *article.paragraphs, article.author or ""]))
    assert text.startswith(clean_text(printed["body_first80"]))
    assert text.endswith(clean_text(printed["body_last80"]))
    assert printed["cms_author"] not in text


@by_file([row for row in FAMILY if row["expected"].get("attachments")])
def test_attachments(row):
    article = read(row)
    for printed, read_one in zip(row["expected"]["attachments"], article.attachments, strict=True):
        folder = unquote(printed).split("documents/")[1].split("/")[0]
        assert f"/documents/{folder}/" in read_one.url
        assert read_one.title


@by_file([row for row in FAMILY if row["page_kind"] == "list"])
def test_lists_of_the_family(row):
    listing = read(row)
    assert isinstance(listing, Listing)
    assert [what_is_printed(entry)[1:] for entry in listing.entries] == [
        (clean_text(item["title"]), item["published"], read_date(item["published"]), int(item["view_count"]))
        for item in row["expected"]["items"]
    ]


@by_file([row for row in FAMILY if row["page_kind"] not in ("article", "list")])
def test_other_pages_give_no_article(row):
    assert isinstance(read(row), Unreadable)


@by_file(OTHERS)
def test_pages_of_other_platforms_are_read_by_the_generic_reader_or_not_at_all(row):
    page = read(row)
    assert not isinstance(page, Article) or {origin.field for origin in page.origins} >= {"title"}


@pytest.fixture(scope="module")
def mirror(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_mirror(shared, tmp_path_factory.mktemp("mirror"))


def test_nothing_else_on_the_mirror_is_an_article(shared, mirror):
    articles = read_truth(shared)
    kinds: Counter[type[Page]] = Counter()
    for path in sorted(mirror.rglob("*.html")):
        name, body = path.relative_to(mirror).as_posix(), path.read_bytes()
        if name in articles:
            continue
        capture = Capture(f"http://sotttt.hanoi.gov.vn/{name}", read_capture_time(UNKNOWN_TIME), 200, (), body)
        page = read_page(capture, LIFERAY_HANOI, ZONE)
        kinds[type(page)] += 1
        has_entries = isinstance(page, Listing) and bool(page.entries)
        assert has_entries == (b'class="asset-abstract' in body), name
    # Unreadable: logins, home, static pages, forms. One of the listings is a table of procedures without an entry.
    assert kinds == {Listing: 75, Unreadable: 37}
