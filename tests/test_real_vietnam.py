"""Saved pages of the Vietnamese families beside Liferay Hà Nội are read as printed, each on its own platform."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archiver.html.decoding import decode_page
from archiver.model import Article, Capture, Listing, Unreadable
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import PLATFORMS, recognise_platform
from archiver.text.cleaning import clean_text
from tests.conftest import SHARED
from tests.real_portal import ZONE, read_capture_time

INDEX: dict[str, list[dict[str, Any]]] = (
    json.loads((SHARED / "pages" / "INDEX.json").read_text(encoding="utf-8"))
    if SHARED.is_dir()
    else {"listings": [], "pages": []}
)
# Family of the index -> platform. Pages of the others are of none of these.
FAMILIES = {"hanoi_liferay62": "liferay_hanoi", "vnpt_bentre_liferay": "vnpt_bentre", "vhv_cms": "vhv"}
VIETNAMESE = (*FAMILIES.values(), "viettel_vcms", "mat_tran", "nukeviet", "sharepoint")
OURS = [row for row in INDEX["pages"] if row["portal_family"] in ("vnpt_bentre_liferay", "vhv_cms")]
ARTICLES = [row for row in OURS if row["page_kind"] == "article"]
LATER = datetime(2023, 1, 1, tzinfo=UTC)
# A home page of links to other systems, and a form: nothing on them is of the family alone.
WITHOUT_A_MARK = ("hanoi_liferay62/home_index.html", "hanoi_liferay62/qa_form.html")
# What stands in the table of a document is read with the table; these pages are read as articles all the same.
DOCUMENT = "vnpt_bentre_liferay/document_detail_anhoa.html"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not here: ../shared is missing")


def by_file(rows):
    return pytest.mark.parametrize("row", rows, ids=[row["file"] for row in rows])


def read(row, platform=None):
    """Read a saved page as it was captured, on the platform of its family."""
    body = (SHARED / "pages" / row["file"]).read_bytes()
    address = row["original_url"].split(" ")[0]
    captured = read_capture_time(row["captured_at"]) if row["captured_at"] else LATER
    name = platform or FAMILIES[row["portal_family"]]
    return read_page(Capture(address, captured, 200, (), body), PLATFORMS[name], ZONE)


def when(printed):
    """Return the instant and precision of the index's local time."""
    if printed is None:
        return None
    at = datetime.fromisoformat(printed).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    return at.astimezone(UTC), "minute" if "T" in printed else "day"


@by_file(ARTICLES)
def test_articles(row):
    article, printed = read(row), row["expected"]
    assert isinstance(article, Article)
    date = article.published
    assert article.title == clean_text(printed["title"])
    assert ((date.at, date.precision) if date else None) == when(printed.get("published_iso_local"))
    assert (date.raw if date else None) == printed["published"]
    assert (article.views.raw if article.views else None) == printed["view_count"]
    assert (article.views.value if article.views else None) == printed.get("view_count_int")
    assert article.problems == ()


@by_file(ARTICLES)
def test_leads_and_bodies(row):
    article, printed = read(row), row["expected"]
    lead = clean_text(printed.get("lead") or "")
    assert (article.lead or "").startswith(lead)
    captions = [image.caption for image in article.images if image.caption]
    text = clean_text(" ".join([*([] if lead else [article.lead or ""]), *article.paragraphs, *captions]))
    assert text.startswith(clean_text(printed["body_first80"]))
    # An author stands in the body, as its last line, or under it.
    last = clean_text(printed["body_last80"])
    assert text.endswith(last) or f"{text} {article.author}".endswith(last)


@pytest.mark.parametrize(
    ("file", "section", "author", "images", "attachments"),
    [
        ("vnpt_bentre_liferay/article_anhoa_slash.html", 0, 0, 0, 0),
        ("vnpt_bentre_liferay/article_dai_hoi_dang_vien.html", 0, 0, 0, 0),
        (DOCUMENT, 1, 0, 0, 1),
        ("vhv_cms/bacninh_article_party.html", 2, 1, 0, 0),
        ("vhv_cms/camau_article_chibo.html", 2, 0, 3, 0),
        ("vhv_cms/camau_article_party.html", 3, 0, 0, 1),
        ("vhv_cms/camau_inbody_fake_views.html", 3, 0, 2, 0),
        ("vhv_cms/camau_document_views164.html", 3, 0, 0, 1),
        ("vhv_cms/gialai_article_1.html", 2, 0, 0, 0),
        ("vhv_cms/gialai_article_2.html", 3, 1, 4, 0),
        ("vhv_cms/thaibinh_document_views17306.html", 2, 0, 0, 1),
        ("vhv_cms/thaibinh_document_views141086.html", 3, 0, 0, 2),
    ],
)
def test_what_the_index_does_not_say(file, section, author, images, attachments):
    """``section`` counts the steps of the breadcrumb, of which the last is the section."""
    (row,) = (row for row in OURS if row["file"] == file)
    article = read(row)
    page = parse_html(decode_page((SHARED / "pages" / file).read_bytes(), ()))
    steps = [clean_text(step.get_text()) for step in page.select("ol.breadcrumb li")]
    assert bool(article.section) == bool(section)
    if steps:
        assert (len(steps), article.section) == (section, steps[-1])
    found = (bool(article.author), len(article.images), len(article.attachments))
    assert found == (bool(author), images, attachments)
    assert all(document.title for document in article.attachments)


def test_a_document_is_read_with_its_file_and_without_a_date_of_publication():
    (row,) = (row for row in OURS if row["file"] == DOCUMENT)
    article, printed = read(row), row["expected"]
    assert (article.title, article.published, article.views) == (clean_text(printed["title"]), None, None)
    assert [document.title for document in article.attachments] == printed["attachments"]
    assert any(paragraph.endswith(f"\t{printed['published']}") for paragraph in article.paragraphs)
    assert any(paragraph.endswith(f"\t{printed['document_number']}") for paragraph in article.paragraphs)
    assert "lượt" not in article.body


def test_an_article_under_two_addresses_is_one():
    one, other = (read(row) for row in OURS if "article_anhoa" in row["file"])
    assert (one.native_key, one.title, one.lead, one.body) == (other.native_key, other.title, other.lead, other.body)


@by_file([row for row in OURS if row["page_kind"] == "list"])
def test_lists(row):
    listing, printed = read(row), row["expected"]
    assert isinstance(listing, Listing)
    assert [
        (
            entry.title,
            entry.published.raw if entry.published else None,
            entry.views.raw if entry.views else None,
        )
        for entry in listing.entries
    ] == [(clean_text(item["title"]), item["published"], item["view_count"]) for item in printed["items"]]
    assert (listing.problems, listing.non_articles, listing.next_url, listing.next_form) == ((), 0, None, None)
    assert listing.section in (clean_text(printed["title"]), None)


@by_file([row for row in INDEX["pages"] if row["portal_family"] in ("moh_liferay7", "quangich_longbien")])
@pytest.mark.parametrize("platform", VIETNAMESE)
def test_home_and_static_pages_of_others_are_no_articles(row, platform):
    assert not isinstance(read(row, platform), Article)


def test_a_home_page_is_no_article():
    (row,) = (row for row in OURS if row["page_kind"] == "home")
    assert isinstance(read(row), Unreadable)


@pytest.mark.slow
def test_every_page_is_recognised_as_what_it_is():
    told = {}
    for row in (*INDEX["pages"], *INDEX["listings"]):
        page = parse_html(decode_page((SHARED / "pages" / row["file"]).read_bytes(), ()))
        family = row.get("portal_family", "hanoi_liferay62")
        platform = recognise_platform(page)
        name = platform.name if platform and platform.name in VIETNAMESE else None
        told.setdefault((family, name), set()).add(row["file"])
    assert set(told) == {*FAMILIES.items(), ("hanoi_liferay62", None)} | {
        (family, None) for family, name in told if family not in FAMILIES
    }
    assert told["hanoi_liferay62", None] == set(WITHOUT_A_MARK)
