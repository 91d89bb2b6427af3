"""Whatever a server sends is read without an exception, and never becomes an article that is not there."""

import time
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.ingest.record import read_capture
from archiver.model import Article, Capture, Count, Listing, Problem, PublishedDate, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site
from tests.portal import article_path, demo_portal
from tests.real_portal import ZONE
from tests.test_text import in_1258

AT = datetime(2022, 9, 1, tzinfo=UTC)
URL = "https://portal.example/tin/-/view_content/71-hop-giao-ban.html"
SITE = Site("portal", "Cổng thông tin", "liferay_hanoi")
TITLE = '<div class="asset-full-content-title">Họp giao ban quý</div>'
INFO = '<div class="assetPublishDate block_timer">{}</div>'
BODY = '<div class="asset-full-content"><div class="journal-content-article"><p>Chi bộ họp.</p></div></div>'


def read(body, headers=(), url=URL):
    body = body.encode() if isinstance(body, str) else body
    return read_page(Capture(url, AT, 200, headers, body), LIFERAY_HANOI, ZONE)


def page(*parts):
    inside = "\n".join(parts)
    return f'<!DOCTYPE html><html><body><div class="portlet-boundary">{inside}</div></body></html>'


GOOD = page(TITLE, INFO.format("Ngày đăng 05/03/2021 | 8:15 AM | View count: 41"), BODY)


def test_the_good_twin_is_read():
    article = read(GOOD)
    assert article == Article(
        native_key="71",
        url=URL,
        title="Họp giao ban quý",
        paragraphs=("Chi bộ họp.",),
        body_html="<p>Chi bộ họp.</p>",
        published=PublishedDate("05/03/2021 | 8:15 AM", datetime(2021, 3, 5, 1, 15, tzinfo=UTC), "minute"),
        views=Count("41", 41),
    )


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t \n" * 1000])
def test_empty_pages(body):
    assert read(body) == Unreadable(URL, Problem("empty_page", "the server answered with an empty page"))


@pytest.mark.parametrize(
    "head",
    [b"%PDF-1.4\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF",
     b"\x1f\x8b\x08", b"Rar!\x1a", b"\x00\x00\x01\x00" * 40],
)  # fmt: skip
def test_files_sent_as_pages(head):
    body = head + GOOD.encode()
    problem = Problem("not_html", f"{len(body)} bytes of a file, not a page")
    assert read(body, (("Content-Type", "text/html"),)) == Unreadable(URL, problem)


def test_compressed_bytes():
    assert isinstance(read(zlib.compress(GOOD.encode())), Unreadable)


@pytest.mark.parametrize("at", [0, 20, GOOD.index("giao ban"), GOOD.index("Chi bộ"), len(GOOD)])
def test_a_few_nulls_are_left_out(at):
    article = read(f"{GOOD[:at]}\0\0{GOOD[at:]}")
    assert isinstance(article, Article)
    assert (article.title, article.paragraphs) == ("Họp giao ban quý", ("Chi bộ họp.",))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_are_no_files(encoding):
    assert read(GOOD.encode(encoding)) == read(GOOD)


# (encoding of the bytes, what the header says, what the page says)
CHARSETS = [
    ("utf-8", "iso-8859-1", "utf-8"),
    ("utf-8", "utf-8", "iso-8859-1"),
    ("utf-8", "windows-1258", "windows-1258"),
    ("utf-8", None, None),
    ("windows-1258", "utf-8", "windows-1258"),
    ("windows-1258", "windows-1258", None),
]


@pytest.mark.parametrize(("encoding", "header", "meta"), CHARSETS)
def test_wrong_character_sets_change_no_letter(encoding, header, meta):
    html = GOOD.replace("<html>", f'<html><head><meta charset="{meta}"></head>') if meta else GOOD
    body = html.encode() if encoding == "utf-8" else in_1258(html)
    headers = (("Content-Type", f"text/html; charset={header}"),) if header else ()
    assert read(body, headers) == read(GOOD)


FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Tin</title>
<item><title>Họp giao ban</title><link>https://portal.example/tin/-/view_content/71-hop.html</link></item></channel></rss>"""


@pytest.mark.parametrize(
    "body",
    [
        '{"title": "Họp giao ban", "body": "asset-full-content-title"}',
        "https://portal.example/",
        "Họp giao ban",
        "<",
        "<!DOCTYPE html>",
        "<!-- asset-full-content-title -->",
        "<html><body><p>Chào mừng</p></body></html>",
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><html><body>&c;</body></html>',
        page(TITLE.replace("Họp giao ban quý", ""), BODY),
        page(TITLE.replace("Họp giao ban quý", "&nbsp;\u200b"), BODY),
        page(f"<!-- {TITLE} -->", BODY),
        page(f"<script>{TITLE}</script>", BODY),
        page('<div class="asset-title">Họp giao ban quý</div>', BODY),
    ],
)
def test_pages_of_another_kind(body):
    outcome = read(body)
    assert isinstance(outcome, Unreadable)
    assert outcome.problem.kind in ("no_layout", "not_html")


@pytest.mark.parametrize("body", [FEED, FEED.replace("rss", "feed")])
def test_a_feed_in_the_place_of_an_article_is_none(body):
    """It is a listing, and asked for as an article it is found wanting (listing_for_article)."""
    outcome = read(body)
    assert isinstance(outcome, Listing)
    assert outcome.kind == "feed"


def test_an_article_without_a_native_key_is_none():
    listing_address = "https://portal.example/tin"
    assert isinstance(read(GOOD, url=listing_address), Unreadable)
    named = page(
        TITLE, BODY.replace('<div class="journal', '<div class="asset-content" id="_101_71"><div class="journal')
    )
    assert read(named, url=listing_address).native_key == "71"


@pytest.mark.parametrize(
    ("line", "published", "views", "problems"),
    [
        ("", None, None, ()),
        ("Ngày đăng", None, None, ()),
        ("Ngày đăng 05/03/2021 | 12:00 AM",
         PublishedDate("05/03/2021 | 12:00 AM", datetime(2021, 3, 4, 17, tzinfo=UTC), "day"), None, ()),
        ("Ngày đăng 31/02/2021 | 8:15 AM", PublishedDate("31/02/2021 | 8:15 AM"), None,
         (Problem("unreadable_date", "31/02/2021 | 8:15 AM"),)),
        ("Ngày đăng 05/03/2921 | 8:15 AM | View count: 41", PublishedDate("05/03/2921 | 8:15 AM"), Count("41", 41),
         (Problem("unreadable_date", "05/03/2921 | 8:15 AM"),)),
        ("View count: N/A", None, Count("N/A"), (Problem("unreadable_count", "N/A"),)),
        ("View count:", None, Count(""), (Problem("unreadable_count", ""),)),
        ("View count: 0", None, Count("0", 0), ()),
        ("View count: 99999999999999999999", None, Count("99999999999999999999"),
         (Problem("unreadable_count", "99999999999999999999"),)),
        ("31/02/2021 | 8:15 AM | View count: N/A", PublishedDate("31/02/2021 | 8:15 AM"), Count("N/A"),
         (Problem("unreadable_date", "31/02/2021 | 8:15 AM"), Problem("unreadable_count", "N/A"))),
    ],
)  # fmt: skip
def test_absent_is_not_unreadable(line, published, views, problems):
    article = read(page(TITLE, INFO.format(line), BODY))
    assert (article.published, article.views, article.problems) == (published, views, problems)


def test_a_page_without_an_info_line():
    article = read(page(TITLE, BODY))
    assert (article.published, article.views, article.problems) == (None, None, ())


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503, 302])
def test_error_statuses_are_unreadable_whatever_the_page_says(status):
    capture = Capture(URL, AT, status, (), GOOD.encode())
    assert read_capture(SITE, capture) == Unreadable(URL, Problem(f"http_{status}", f"answered with status {status}"))


@settings(deadline=None)
@given(st.binary(max_size=400))
@example(b"http://portal.example/asset-full-content-title")
@example(b"\xff\xfe<\x00d\x00")
@example(b'<?xml version="1.0" encoding="utf-16"?><a/>')
@example(b"<![CDATA[" * 20)
@example(b"</" * 60)
@example(b"&#x110000;&#xD800;&#0;")
def test_random_bytes_are_no_article(body):
    assert isinstance(read(body), Unreadable)
    assert isinstance(read_capture(SITE, Capture(URL, AT, 200, (), body)), Unreadable)


@settings(deadline=None)
@given(st.integers(0, len(GOOD.encode())), st.integers(0, 40), st.binary(max_size=40))
def test_damaged_pages_are_read_without_an_exception(at, length, noise):
    good = GOOD.encode()
    outcome = read(good[:at] + noise + good[at + length :])
    assert isinstance(outcome, (Article, Listing, Unreadable))
    if isinstance(outcome, Article):
        f"{outcome.title} {outcome.body} {outcome.body_html}".encode()


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_pages_cut_short(share):
    portal = demo_portal()
    article = portal.listed()[0]
    body = portal.page(article_path(article)).body
    assert isinstance(read(body[: len(body) * share // 100]), (Article, Unreadable))


@pytest.mark.parametrize("errors", [0, 500])
def test_nesting_outside_the_article_hides_nothing(errors):
    """Beyond 2,048 levels lxml's own trees drop what is left of a page, without a word."""
    deep = "</b></i>" * errors + "<div>" * 3000
    assert read(deep + GOOD).title == "Họp giao ban quý"
    assert read(deep + GOOD.replace("portlet-boundary", "khung")).title == "Họp giao ban quý"


LARGE = 20_000_000
MENU = '<li><a href="/a">Chuyên mục</a></li>\n'
FILLINGS = {
    "menus before": lambda: f"<ul>{MENU * (LARGE // 40)}</ul>{GOOD}",
    "menus after": lambda: f"{GOOD}<ul>{MENU * (LARGE // 40)}</ul>",
    "one script": lambda: f"<script>{'var a = 1;' * (LARGE // 10)}</script>{GOOD}",
    "one word": lambda: page(TITLE, BODY.replace("Chi bộ họp.", "ộ" * (LARGE // 3))),
    "one entity": lambda: page(TITLE, BODY.replace("Chi bộ họp.", "&amp;" + "amp;" * (LARGE // 4))),
    "broken entities": lambda: page(TITLE, BODY.replace("Chi bộ họp.", "&a" * (LARGE // 2))),
    "comments": lambda: page("<!-- asset-full-content-title -->" * (LARGE // 33)),
    "unfinished comments": lambda: page(TITLE, "<!--" * (LARGE // 4), BODY),
    "containers": lambda: '<div class="portlet-boundary">' * (LARGE // 30) + page(TITLE, BODY),
    "ends of divisions": lambda: page(TITLE, BODY, "</div>" * (LARGE // 6)),
    "tables": lambda: page(TITLE, "<table>" * (LARGE // 7), BODY),
    "names in scripts": lambda: f"<script>{'asset-full-content-title ' * (LARGE // 25)}</script>{GOOD}",
    "spaces": lambda: page(TITLE, INFO.format(" \n" * (LARGE // 2)), BODY),
    "marks": lambda: page(TITLE, BODY.replace("Chi bộ họp.", "a" + "\u0323\u0302" * (LARGE // 4))),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILLINGS)
def test_large_pages_take_bounded_time(name):
    body = FILLINGS[name]().encode()
    assert len(body) > LARGE * 0.9
    started = time.process_time()
    outcome = read(body)
    assert isinstance(outcome, (Article, Unreadable))
    assert time.process_time() - started < 120
