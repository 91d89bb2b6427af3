"""Saved sites of VHV, Bến Tre, SharePoint and the Fatherland Front are read as they print, page by page."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from archiver.model import Article, Capture, Page
from archiver.onboarding.inquiry import Survey, explore
from archiver.onboarding.questions import InquiryReply
from archiver.parsing.page import read_page
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms import PLATFORMS
from archiver.text.cleaning import clean_text
from tests.conftest import SHARED, Crawling
from tests.mirrors import MIRRORS, Row, list_readings, read_rows, serve_site, unpack_site
from tests.real_portal import ZONE

AT = datetime(2024, 11, 30, tzinfo=UTC)
LEAST_EXACT = 0.99
HAS_ARTICLE = frozenset(("article", "document", "page"))

pytestmark = pytest.mark.skipif(not (SHARED / "mirrors").is_dir(), reason="the saved sites are not here")


# The larger ones, which take some ten seconds each, are read with the slow tests.
_LARGE = frozenset(("vhv-nbk", "vhv-minhtan", "bentre-hoanglam"))
_SITES = [pytest.param(name, marks=[pytest.mark.slow] if name in _LARGE else []) for name in MIRRORS]


@pytest.fixture(scope="module", params=_SITES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, list[tuple[Row, Page]]]:
    """Read all pages of a site that are told of, on the platform of its family."""
    name = request.param
    folder = unpack_site(SHARED, name, tmp_path_factory.mktemp("mirrors"))
    return name, [(row, _read(row, folder, MIRRORS[name])) for row in read_rows(SHARED, name)]


def _read(row: Row, folder: Path, platform: str) -> Page:
    return read_page(_capture(row, folder), PLATFORMS[platform], ZONE)


def _capture(row: Row, folder: Path) -> Capture:
    return Capture(f"http://127.0.0.1{row['address']}", AT, 200, (), (folder / row["file"]).read_bytes())


def test_printed_fields_are_exact(site: tuple[str, list[tuple[Row, Page]]]) -> None:
    name, pages = site
    readings = [reading for row, page in pages for reading in list_readings(row, page)]
    wrong = [reading for reading in readings if reading[1] != reading[2]]
    assert len(readings) > 200
    assert len(wrong) <= (1 - LEAST_EXACT) * len(readings), f"{name}: {Counter(reading[0] for reading in wrong)}"


def test_nothing_else_is_an_article(site: tuple[str, list[tuple[Row, Page]]]) -> None:
    _, pages = site
    assert [row["address"] for row, page in pages if isinstance(page, Article) and row["kind"] not in HAS_ARTICLE] == []


def test_an_article_has_one_key_at_all_its_addresses(site: tuple[str, list[tuple[Row, Page]]]) -> None:
    _, pages = site
    keys = {(row["key"], page.native_key) for row, page in pages if "key" in row and isinstance(page, Article)}
    assert all(printed == read for printed, read in keys)


@pytest.mark.parametrize("name", MIRRORS)
def test_articles_and_listings_are_recognised(name: str, tmp_path: Path) -> None:
    folder = unpack_site(SHARED, name, tmp_path)
    rows = [row for row in read_rows(SHARED, name) if row["kind"] == "article" or row.get("of") == "articles"]
    assert {recognise_capture(_capture(row, folder)).name for row in rows[::5]} == {MIRRORS[name]}


@pytest.mark.slow
@pytest.mark.parametrize("name", MIRRORS)
def test_a_channel_is_crawled_by_its_address(name: str, crawling: Crawling, tmp_path: Path) -> None:
    rows = {row["file"]: row for row in read_rows(SHARED, name)}
    channel = max((row for row in rows.values() if row.get("of") == "articles"), key=lambda row: len(row["entries"]))
    files = {entry["file"] for entry in channel["entries"] if not entry.get("dead")}
    expected = sorted(clean_text(rows[file]["title"]) for file in files if rows.get(file, {}).get("kind") == "article")
    with serve_site(SHARED, unpack_site(SHARED, name, tmp_path)) as base:
        done = crawling.archiver("crawl", "site", "-a", f"url={base}{channel['address']}", "-s", "DOWNLOAD_DELAY=0")
    assert done.status in (0, 3), done.err
    assert sorted(str(row["title"]) for row in crawling.query("SELECT title FROM current_articles")) == expected


@pytest.mark.slow
@pytest.mark.parametrize("at_home", [True, False])
@pytest.mark.parametrize("name", MIRRORS)
def test_a_site_is_got_to_know_by_its_home_page_and_by_a_channel(name: str, at_home: bool, tmp_path: Path) -> None:
    rows = [row for row in read_rows(SHARED, name) if row.get("of") == "articles"]
    channel = max(rows, key=lambda row: len(row["entries"]))
    with serve_site(SHARED, unpack_site(SHARED, name, tmp_path)) as base:
        survey = _explore(f"{base}/" if at_home else base + channel["address"])
    assert survey.site.platform == MIRRORS[name]
    assert survey.looks
    assert at_home or survey.site.listings == (base + channel["address"],)


def _explore(url: str) -> Survey:
    inquiry = explore(url, 0)
    questions = next(inquiry)
    while True:
        try:
            questions = inquiry.send([_fetch(url) for url in questions.urls])
        except StopIteration as end:
            survey: Survey = end.value
            return survey


def _fetch(url: str) -> InquiryReply:
    try:
        with urlopen(quote(url, safe=":/?=&%")) as response:
            return InquiryReply(url, Capture(response.url, AT, response.status, (), response.read()))
    except HTTPError as error:
        return InquiryReply(url, Capture(url, AT, error.code, (), error.read()))


def test_every_platform_that_is_called_proved_is_known_from_a_real_page() -> None:
    families = {"hanoi_liferay62": "liferay_hanoi", **{name: name for name in PLATFORMS}}
    index = json.loads((SHARED / "pages" / "INDEX.json").read_text(encoding="utf-8"))["pages"]
    saved = {families.get(row["portal_family"]) for row in index} | set(MIRRORS.values())
    abroad = {
        recognise_capture(Capture("http://a.example/", AT, 200, (), (SHARED / "pages" / row["file"]).read_bytes())).name
        for row in index
        if row["file"].startswith("other_lang/")
    }
    assert {name for name, platform in PLATFORMS.items() if platform.proved} <= saved | abroad
