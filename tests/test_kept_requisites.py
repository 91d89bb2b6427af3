"""Sites that declare ``requisites``: what their pages need to be shown is kept once, and the raw page shows it."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from archiver.archive.evidence.files import check_files, list_files
from archiver.archive.store.file import open_for_reading
from archiver.errors import SiteError
from archiver.html.requisites import MOST_REQUISITES
from archiver.site import Site
from tests.conftest import FAST, Crawling
from tests.reading import ask
from tests.starting import Done
from tests.styled_portal import LOGO, PICTURES, SHEETS, StyledPortal, font, serve_styled

MONDAY = datetime(2024, 3, 4, 1, tzinfo=UTC)
ENGLISH = {"accept-language": "en"}
EVERYTHING = sorted([*PICTURES, *SHEETS, "/theme/fonts/khoi.ttf", "/theme/images/logo.svg"])
LOST = "/anh/mat.png"
TIME = "2024-03-04T01%3A00%3A00%2B00%3A00"


def crawl(crawling: Crawling, base: str, at: datetime, *more: str, site: str = "styled", **environment: str) -> Done:
    modules = ("-s", "SPIDER_MODULES=tests.styled_portal")
    start = ("-a", f"start={base}/tin", "-a", "full=1")
    time = {"ARCHIVE_NOW": at.isoformat(), "PYTHONUTF8": "1"}
    return crawling.run("scrapy", "crawl", site, *start, *modules, *FAST, *more, **time, **environment)


@pytest.fixture
def portal() -> StyledPortal:
    return StyledPortal()


@pytest.fixture(scope="module")
def kept(module_crawling: Crawling) -> tuple[Crawling, str, StyledPortal, Done]:
    """Crawl once: an archive, the address of its portal, the portal with its log, and how the crawl ended."""
    portal = StyledPortal()
    with serve_styled(portal) as base:
        done = crawl(module_crawling, base, MONDAY)
    return module_crawling, base, portal, done


Kept = tuple[Crawling, str, StyledPortal, Done]


def show(crawling: Crawling, base: str, end: str = "") -> str:
    row = crawling.query("SELECT site, article_id FROM current_articles WHERE url = ?", f"{base}/bai/1")[0]
    return ask(crawling.path, f"/article/{row['site']}/{quote(str(row['article_id']), safe='')}/raw{end}", ENGLISH).text


def test_everything_is_asked_for_once_and_kept_once(kept: Kept) -> None:
    crawling, _, portal, done = kept
    assert done.status == 0, done.err
    assert portal.list_asked() == sorted([*((path, 200) for path in EVERYTHING), (LOST, 404)])
    files = crawling.query("SELECT media_type, count(*) AS n FROM files GROUP BY 1 ORDER BY 1")
    assert files == [
        {"media_type": "font/ttf", "n": 1},
        {"media_type": "image/png", "n": 6},
        {"media_type": "image/svg+xml", "n": 1},
        {"media_type": "text/css", "n": 3},
    ]
    assert crawling.query("SELECT kind FROM findings") == []
    with closing(open_for_reading(crawling.path)) as database:
        assert [*check_files(database.conn, list_files(database.conn))] == []


@pytest.mark.slow
def test_a_day_later_only_style_sheets_are_asked_for_and_with_their_validators(
    crawling: Crawling, portal: StyledPortal
) -> None:
    with serve_styled(portal) as base:
        crawl(crawling, base, MONDAY)
        portal.list_asked()
        crawl(crawling, base, MONDAY + timedelta(hours=6))
        assert portal.list_asked() == []
        crawl(crawling, base, MONDAY + timedelta(days=2), "-a", "full=0")
        assert portal.list_asked() == sorted([*((path, 304) for path in SHEETS), (LOST, 404)])


@pytest.mark.slow
def test_a_site_that_declares_nothing_keeps_nothing_and_the_raw_page_says_so(
    crawling: Crawling, portal: StyledPortal
) -> None:
    with serve_styled(portal) as base:
        crawl(crawling, base, MONDAY, site="plain")
    assert portal.list_asked() == []
    page = show(crawling, base)
    assert "None of the 8 files that the page needs (style sheets, pictures, fonts) is kept" in page
    assert "declare requisites = True for the site" in page
    assert f'<span class="address">{base}/anh/muon.png</span> <span class="about">never asked for</span>' in page


def test_the_raw_page_asks_for_nothing_but_what_is_kept(kept: Kept) -> None:
    crawling, base, _, _ = kept
    page = show(crawling, base, "/page")
    asked = re.findall(r'(?:src|srcset|href|background)="([^"]+)"', page)
    assert all(url.startswith(("/file/", "/requisite/", "data:")) for url in asked), asked
    assert "<script" not in page
    assert base not in page.replace(f"url={base}", "")
    sheet = next(url for url in asked if url.startswith("/requisite/")).replace("&amp;", "&")
    answer = ask(crawling.path, sheet)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    inner = re.findall(r'"(/[^"]+)"', answer.text)
    assert [urlsplit(url).path.rpartition(".")[2] for url in inner] == ["css", "css", "ttf"]
    assert ask(crawling.path, inner[2].partition("#")[0]).content == font()
    assert "/file/" in ask(crawling.path, inner[0]).text
    drawing = ask(crawling.path, next(url for url in asked if url.endswith(".svg")))
    assert (drawing.text, drawing.headers["content-type"]) == (LOGO, "image/svg+xml")
    assert drawing.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_around_the_raw_page_stands_what_proves_it(kept: Kept) -> None:
    crawling, base, _, _ = kept
    page = show(crawling, base)
    sealed = crawling.query(
        "SELECT lower(hex(k.payload_digest)) AS digest, lower(hex(r.seal)) AS seal FROM captures k JOIN runs r "
        "ON r.id = k.run_id JOIN addresses a ON a.id = k.address_id WHERE a.url = ?",
        f"{base}/bai/1",
    )
    digest, seal = sealed[0].values()
    for shown in (
        f"<code>{digest}</code>",
        f"<code>{seal}</code>",
        "<dd>200</dd>",
        f"{base}/bai/1",
        "<dt>Content-Length</dt>",
    ):
        assert shown in page
    assert "08:00 +07</time> = 2024-03-04 01:00:" in page
    assert "Shown with 11 of the 12 files that it needs" in page
    assert f'<span class="address">{base}{LOST}</span> <span class="about">http 404' in page


@pytest.mark.slow
def test_shown_is_what_was_valid_then(crawling: Crawling, portal: StyledPortal) -> None:
    """A style sheet that is exchanged later changes no earlier page; a picture that came later is told."""
    with serve_styled(portal) as base:
        portal.answers["/anh/nho.png"] = (404, "text/html", b"")
        crawl(crawling, base, MONDAY)
        portal.answers["/theme/css/base.css"] = (200, "text/css", b"body { color: #123456 }")
        del portal.answers["/anh/nho.png"]
        crawl(crawling, base, MONDAY + timedelta(days=3))
    for at, colour in (("?at=2024-03-04", "#eef"), ("", "#123456")):
        page = show(crawling, base, f"/page{at}")
        sheet = next(iter(re.findall(r'href="(/requisite[^"]+)"', page))).replace("&amp;", "&")
        imported = next(iter(re.findall(r'@import "([^"]+)"', ask(crawling.path, sheet).text)))
        assert colour in ask(crawling.path, imported).text
    then = show(crawling, base, "?at=2024-03-04")
    assert "What was kept only after this page (1)" in then
    assert f'<span class="address">{base}/anh/nho.png</span> <span class="about"><time datetime="2024-03-07' in then
    assert "kept only after" not in show(crawling, base)


@pytest.mark.slow
def test_other_hosts_are_asked_where_the_site_names_them(crawling: Crawling, portal: StyledPortal) -> None:
    cdn = StyledPortal()
    cdn.answers["/cdn/them.css"] = (200, "text/css", b"h1 { background: url(nen.png) }")
    cdn.answers["/robots.txt"] = (200, "text/plain", b"User-agent: *\nDisallow: /cdn/nen.png\n")
    with serve_styled(portal) as base, serve_styled(cdn) as other:
        portal.cdn = other
        crawl(crawling, base, MONDAY)
        assert cdn.asked == []
        assert f'{other}/cdn/them.css</span> <span class="about">on another host' in show(crawling, base)
        done = crawl(crawling, base, MONDAY + timedelta(days=2), STYLED_CDN=urlsplit(other).netloc)
    assert (done.status, cdn.asked) == (0, [("/robots.txt", 200), ("/cdn/them.css", 200)]), done.err
    assert f'{other}/cdn/nen.png</span> <span class="about">robots.txt forbids it' in show(crawling, base)


@pytest.mark.slow
def test_a_host_beside_that_is_away_ends_no_crawl(crawling: Crawling, portal: StyledPortal) -> None:
    cdn = StyledPortal()
    with serve_styled(cdn) as other:
        pass
    with serve_styled(portal) as base:
        portal.cdn = other
        host = urlsplit(other).netloc
        done = crawl(crawling, base, MONDAY, "-s", "RETRY_TIMES=0", STYLED_CDN=host)
    assert done.status == 0, done.err
    assert crawling.query("SELECT outcome, articles_new FROM run_summary") == [
        {"outcome": "finished", "articles_new": 2}
    ]
    assert f'{other}/cdn/them.css</span> <span class="about">its robots.txt cannot be read' in show(crawling, base)


@pytest.mark.slow
def test_what_is_no_style_sheet_is_not_kept_as_one(crawling: Crawling, portal: StyledPortal) -> None:
    portal.answers["/theme/css/base.css"] = (200, "text/css", PICTURES["/anh/nho.png"])
    portal.answers["/anh/muon.png"] = (200, "image/png", b"body {}")
    with serve_styled(portal) as base:
        crawl(crawling, base, MONDAY)
    page = show(crawling, base)
    for path in ("/theme/css/base.css", "/anh/muon.png"):
        assert f'{base}{path}</span> <span class="about">a file of another type' in page


def test_no_other_sheet_is_served(kept: Kept) -> None:
    digest = kept[0].query("SELECT lower(hex(digest)) AS digest FROM files WHERE extension = 'css'")[0]["digest"]
    picture = kept[0].query("SELECT lower(hex(digest)) AS digest FROM files WHERE extension = 'png'")[0]["digest"]
    for at, name in (("x", digest), ("2024-03-04", digest), (TIME, 64 * "0"), (TIME, picture)):
        assert ask(kept[0].path, f"/requisite/styled/{at}/{name}.css?url=a", ENGLISH).status_code == 404
    assert ask(kept[0].path, f"/requisite/styled/{TIME}/{digest}.css", ENGLISH).status_code == 200
    assert ask(kept[0].path, f"/requisite/khac/{TIME}/{digest}.css?url=http://[", ENGLISH).status_code == 200


@pytest.mark.parametrize(
    ("requisites", "told"),
    [
        ("cdn.example.vn", "requisites = 'cdn.example.vn'; write True, False or other hosts that have some: ("),
        (("https://cdn.example.vn",), "'https://cdn.example.vn' is no host; write it as in an address"),
    ],
)  # fmt: skip
def test_a_declaration_that_is_none_is_refused(requisites: Any, told: str) -> None:
    with pytest.raises(SiteError, match=re.escape(told)):
        Site("mot", "Một", "generic", requisites=requisites)


@pytest.mark.slow
def test_style_sheets_without_end_are_followed_five_deep(crawling: Crawling, portal: StyledPortal) -> None:
    for number in range(9):
        sheet = f'@import "{number + 1}.css"; @import "{number}.css"; @import "main.css";'
        portal.answers[f"/theme/css/{number}.css"] = (200, "text/css", sheet.encode())
    portal.answers["/theme/css/main.css"] = portal.answers["/theme/css/0.css"]
    with serve_styled(portal) as base:
        crawl(crawling, base, MONDAY)
    asked = [path for path, _ in portal.list_asked() if path.endswith(".css")]
    assert asked == [f"/theme/css/{name}.css" for name in ("0", "1", "2", "3", "4", "main", "main")]  # one with a query
    page = show(crawling, base)
    assert "The page asks for 1 more, which is more than is kept of a page." in page


@pytest.mark.slow
def test_of_a_page_that_asks_without_end_the_first_are_kept(crawling: Crawling, portal: StyledPortal) -> None:
    sheet = "".join(f".a{number} {{ background: url(/anh/{number}.png) }}" for number in range(MOST_REQUISITES + 20))
    portal.answers["/theme/css/main.css"] = (200, "text/css", sheet.encode())
    portal.answers |= {f"/anh/{number}.png": (200, "image/png", PICTURES["/anh/nho.png"]) for number in range(400)}
    with serve_styled(portal) as base:
        crawl(crawling, base, MONDAY)
    asked = [path for path, _ in portal.list_asked()]
    assert len(asked) == len(set(asked)) == MOST_REQUISITES + 8  # with what the page itself asks for
    assert "more, which is more than is kept of a page" in show(crawling, base)


@pytest.mark.slow
def test_a_host_beside_that_asks_to_wait_is_left_alone_and_ends_no_crawl(
    crawling: Crawling, portal: StyledPortal
) -> None:
    cdn = StyledPortal()
    cdn.wait = "7200"
    with serve_styled(portal) as base, serve_styled(cdn) as other:
        portal.cdn = other
        sheet = "".join(f'@import "{other}/cdn/{number}.css";' for number in range(12))
        portal.answers["/theme/css/main.css"] = (200, "text/css", sheet.encode())
        cdn.answers |= {f"/cdn/{number}.css": (503, "text/plain", b"") for number in range(12)}
        cdn.answers["/cdn/them.css"] = (503, "text/plain", b"")
        done = crawl(crawling, base, MONDAY, STYLED_CDN=urlsplit(other).netloc)
    assert done.status == 0, done.err
    assert [row["outcome"] for row in crawling.query("SELECT outcome FROM run_summary")] == ["finished"]
    assert 0 < len(cdn.list_asked()) <= 4
