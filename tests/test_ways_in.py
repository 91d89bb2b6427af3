"""Feeds and sitemaps: further ways to articles, walked once a run, and no channels; and addresses that tell nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archiver.archive.runs.known_articles import KnownArticle
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.crawl.planning.discovery import Discovery
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import STRANGER_FOR, Plan, make_plan
from archiver.crawl.planning.targets import Walk
from archiver.ingest.record import is_non_article, record_capture
from archiver.model import Article, Capture, Listing, ListingEntry, Page, Problem, PublishedDate, Purpose, Unreadable
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site

BASE = "http://vidu.vn"
FEED, SITEMAP = f"{BASE}/rss.xml", f"{BASE}/sitemap.xml"
AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SITE = Site("vidu-vn", "vidu.vn", "generic", (f"{BASE}/tin",))


def _entry(name: str, title: str = "") -> ListingEntry:
    return ListingEntry(f"vidu.vn/{name}", f"{BASE}/{name}", title)


def _known(name: str, title: str = "Tin", *, listed: bool = True) -> KnownArticle:
    return KnownArticle(
        f"vidu.vn/{name}", f"{BASE}/{name}", title, "live", listed, None, AT, None, AT - timedelta(days=1), 0
    )


def _discovery(*known: KnownArticle, platform: Platform = GENERIC, max_pages: int | None = None) -> Discovery:
    discovery = Discovery(CrawlOptions((f"{BASE}/tin",), max_pages=max_pages), platform, ZoneInfo("Asia/Ho_Chi_Minh"))
    discovery.adopt(Plan("deep", {article.key: article for article in known}, most=10))
    return discovery


def _walk_listing(discovery: Discovery, *entries: ListingEntry, more: tuple[str, ...] = ()) -> list[str]:
    target = discovery.begin().targets[0]
    assert target.walk
    step = discovery.follow(Listing(f"{BASE}/tin", entries=entries, more=more), target.walk)
    return [target.url for target in step.targets]


def test_they_come_after_the_listings_and_once() -> None:
    discovery = _discovery()
    assert _walk_listing(discovery, _entry("mot"), more=(FEED, SITEMAP, FEED)) == [f"{BASE}/mot"]
    feed, sitemap = discovery.proceed()
    assert [feed.url, sitemap.url] == [FEED, SITEMAP]
    assert feed.walk
    assert sitemap.walk
    found = discovery.follow(Listing(FEED, entries=(_entry("mot"), _entry("hai")), kind="feed"), feed.walk)
    assert [(target.kind, target.url) for target in found.targets] == [("article", f"{BASE}/hai")]
    maps = Listing(SITEMAP, more=(f"{BASE}/sitemap-2.xml", SITEMAP), kind="sitemap")
    assert discovery.follow(maps, sitemap.walk).targets == ()
    assert [target.url for target in discovery.proceed()] == [f"{BASE}/sitemap-2.xml"]
    assert discovery.proceed() == []


@pytest.mark.parametrize(
    ("platform", "max_pages"), [(LIFERAY_HANOI, None), (GENERIC, 1)], ids=["a known platform", "a bounded crawl"]
)
def test_where_they_are_not_followed(platform: Platform, max_pages: int | None) -> None:
    discovery = _discovery(platform=platform, max_pages=max_pages)
    discovery.note_ways((SITEMAP,))
    _walk_listing(discovery, more=(FEED,))
    assert discovery.proceed() == []


def test_other_hosts_are_left_alone() -> None:
    discovery = _discovery()
    _walk_listing(discovery, more=("http://other.vn/rss.xml",))
    assert discovery.proceed() == []


def test_their_titles_are_no_sign_of_an_edit() -> None:
    """A sitemap has none, and a feed may write it another way."""
    discovery = _discovery(_known("mot", "Một"), _known("hai", "Hai"))
    _walk_listing(discovery, _entry("mot", "Một"), _entry("hai", "Hai"), more=(FEED,))
    walk = discovery.proceed()[0].walk
    assert walk
    entries = (_entry("mot", "Một khác"), _entry("hai"))
    assert discovery.follow(Listing(FEED, entries=entries, kind="feed"), walk).targets == ()


def test_a_feed_that_a_crawl_starts_from_is_no_complete_walk() -> None:
    discovery = _discovery(_known("cu"))
    target = discovery.begin().targets[0]
    assert target.walk
    discovery.follow(Listing(f"{BASE}/tin", entries=(_entry("mot"),), kind="feed"), target.walk)
    assert not discovery.is_complete


def test_an_entry_that_leads_to_a_listing_of_the_run_is_not_asked_for_as_an_article() -> None:
    assert _walk_listing(_discovery(), _entry("tin"), _entry("mot")) == [f"{BASE}/mot"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "redirect_to_home"),
        ("/index.html", "redirect_to_home"),
        ("/trang-chu", "redirect_to_home"),
        ("/tin", "redirect_to_listing"),
        ("/tin-khac", None),
        ("/?bai=5", None),
    ],
)
def test_where_an_article_may_be_redirected_to(path: str, kind: str | None) -> None:
    discovery = _discovery()
    discovery.begin()
    problem = discovery.refuse_redirect(f"{BASE}{path}")
    assert (problem.kind if problem else None) == kind


ARTICLE = Article(
    "vidu.vn/mot", f"{BASE}/mot", "Một", paragraphs=("Nội dung.",), published=PublishedDate("05/01/2026", AT, "day")
)
LISTING = Listing(f"{BASE}/mot", entries=(_entry("hai", "Hai"),))
NOTHING = Unreadable(f"{BASE}/mot", Problem("no_article", "no headline"))
GONE = Unreadable(f"{BASE}/mot", Problem("http_404", "answered with status 404"))
CAPTCHA = Unreadable(f"{BASE}/mot", Problem("captcha_page", "asks whether the visitor is a robot"))


def _visit(path: Path, *pages: Page, expected: str | None = "vidu.vn/mot") -> tuple[list[str], bool, frozenset[str]]:
    """Record answers of one address, a day apart; return findings, if the last is a stranger, the plan's."""
    database = create_or_open(path)
    stranger = False
    for day, page in enumerate(pages):
        at = AT + timedelta(days=day)
        status = 404 if page is GONE else 200
        capture = Capture(f"{BASE}/mot", at, status, (), f"trang {day}".encode())
        with database.atomic():
            run = open_run(database.conn, SITE, {}, at)
            record_capture(database, run, SITE, capture, page, Purpose("article", expected))
            close_run(database.conn, run, "finished", 1, at)
        stranger = is_non_article(database, SITE, capture, page, expected)
    plan = make_plan(database, SITE, CrawlOptions(SITE.listings), {}, AT + timedelta(days=len(pages)))
    later = make_plan(database, SITE, CrawlOptions(SITE.listings), {}, AT + len(pages) * STRANGER_FOR * 3)
    assert later.non_articles == frozenset()
    findings = [row["kind"] for row in database.query("SELECT kind FROM findings ORDER BY id")]
    database.close()
    return findings, stranger, plan.non_articles


@pytest.mark.parametrize("page", [LISTING, NOTHING, GONE], ids=["a listing", "no article", "404"])
def test_what_never_was_an_article_is_no_finding_and_not_asked_for_tomorrow(tmp_path: Path, page: Page) -> None:
    assert _visit(tmp_path / "archive.db", page) == ([], True, frozenset({"vidu.vn/mot"}))


def test_what_hides_an_article_for_a_day_is_asked_for_again(tmp_path: Path) -> None:
    assert _visit(tmp_path / "archive.db", CAPTCHA) == (["captcha_page"], False, frozenset())


@pytest.mark.parametrize("page", [LISTING, GONE], ids=["a listing", "404"])
def test_an_article_that_is_missing_is_suspect(tmp_path: Path, page: Page) -> None:
    """Its events tell of it, and no finding (rule 7)."""
    findings, stranger, _ = _visit(tmp_path / "archive.db", ARTICLE, page)
    assert (findings, stranger) == ([], False)
    database = create_or_open(tmp_path / "archive.db")
    signs = list(database.query("SELECT sign, standing, detail FROM readings ORDER BY capture_id"))
    assert [row["sign"] for row in signs] == ["content", "missing"]
    database.close()


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_what_a_feed_shows_is_not_listed_for_that(tmp_path: Path, kind: str) -> None:
    """So what left it is not delisted (rule 9)."""
    page = Listing(f"{BASE}/mot", entries=(_entry("hai", "Hai"),), kind="feed" if kind == "feed" else "sitemap")
    _visit(tmp_path / "archive.db", page, expected=None)
    database = create_or_open(tmp_path / "archive.db")
    assert list(database.query("SELECT * FROM readings")) == []
    database.close()


def test_a_walk_through_a_feed_is_told_by_what_it_shows() -> None:
    walk = Walk(FEED)
    _discovery().follow(Listing(FEED, kind="feed"), walk)
    assert walk.is_way
