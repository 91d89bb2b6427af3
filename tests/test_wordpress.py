"""WordPress: an article, pages of a list, recognition and addresses. Saved pages are read in test_real_foreign."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Attachment, Capture, Count, Image, Listing, PublishedDate
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import recognise_platform
from archiver.platforms.wordpress import WORDPRESS, read_address

LIST = (
    '<html><head><meta name="generator" content="WordPress 6.1"></head><body><h1 class="page-title">Tin tức</h1>'
    '<article class="post hentry"><h2 class="entry-title"><a href="/2021/03/hop-dau-xuan/">Họp đầu xuân</a></h2>'
    '<span class="posted-on"><time class="entry-date published">05/03/2021</time></span></article>'
    '<div class="nav-links"><a class="next page-numbers" href="/category/tin/page/2/">Sau</a></div></body></html>'
)


SITE = "https://a.example"
URL = f"{SITE}/2021/03/hop-dau-xuan/"
POPULAR = "<li><a href='/khac/'>Bài khác</a> <span class='views'>9 Lượt xem</span></li>"


def article(count="<span class='post-views'>7331 Lượt xem</span>", beside=""):
    """A post, with lists of others in a column, above and below it."""
    return f"""<html><head><meta name="generator" content="WordPress 6.1"></head><body>
<aside><ul class="popular">{POPULAR}</ul></aside>
<article class="post hentry"><header><h1 class="entry-title">Họp đầu xuân</h1><ul>{POPULAR}</ul>
<div class="entry-meta"><span class="posted-on"><time class="entry-date published">05/03/2021</time></span>
<span class="cat-links"><a rel="category tag" href="/tin/">Tin tức</a></span>{count}</div></header>
<div class="entry-content"><p>Sáng nay các đồng chí đã họp.</p><p><img src="/wp-content/uploads/hop.jpg" alt="Họp"></p>
<p>Xem <a href="/wp-content/uploads/ke-hoach.pdf">kế hoạch</a>.</p>{beside}</div></article>
<div class="views">12 Lượt xem</div><footer><span class="view-count">31 Lượt xem</span></footer></body></html>"""


ARTICLE = Article(
    native_key="a.example/2021/03/hop-dau-xuan",
    url=URL,
    title="Họp đầu xuân",
    section="Tin tức",
    paragraphs=("Sáng nay các đồng chí đã họp.", "Xem kế hoạch."),
    published=PublishedDate("05/03/2021", datetime(2021, 3, 5, tzinfo=UTC), "day"),
    views=Count("7331", 7331),
    images=(Image(f"{SITE}/wp-content/uploads/hop.jpg", None, "Họp"),),
    attachments=(Attachment(f"{SITE}/wp-content/uploads/ke-hoach.pdf", "kế hoạch"),),
)


def read(html, url=URL):
    return read_page(Capture(url, datetime(2024, 1, 2, tzinfo=UTC), 200, (), html.encode()), WORDPRESS, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "count",
    [
        "<span class='post-views'>7331 Lượt xem</span>",
        "<i class='view-count'>7331 Lượt xem</i>",
        "<b>7331 Lượt xem</b>",
    ],
)
def test_a_whole_article(count):
    assert replace(read(article(count)), body_html="") == ARTICLE


def test_counts_of_other_posts_are_none_of_this_one():
    assert replace(read(article("")), body_html="") == replace(ARTICLE, views=None)


def test_a_theme_with_names_of_its_own_is_left_to_the_generic_reader():
    text = "Sáng nay các đồng chí đã họp, bàn việc của quý sau và nghe nhiều ý kiến góp ý. " * 8
    page = read(f"<html><body><h1>Họp đầu xuân</h1><p>05/03/2021</p><p>{text}</p><p>{text}</p></body></html>")
    assert isinstance(page, Article)
    assert (page.title, len(page.paragraphs)) == ("Họp đầu xuân", 2)


@pytest.mark.parametrize(
    ("page", "platform"),
    [
        (LIST, WORDPRESS),
        ("<link rel='https://api.w.org/' href='https://a.example/wp-json/'>", WORDPRESS),
        ("<body class='post-template-default single single-post postid-7'><p>a</p></body>", WORDPRESS),
        ("<link rel='stylesheet' href='https://other.example/wp-content/themes/a/style.css'>", None),
        ("<body class='single'><p>a</p></body>", None),
    ],
)
def test_it_is_recognised_by_marks_of_its_own(page, platform):
    assert recognise_platform(parse_html(page)) is platform


def test_listing():
    url = "https://a.example/category/tin/"
    listing = read(LIST, url)
    assert isinstance(listing, Listing)
    rows = [(entry.url, entry.title, entry.published and entry.published.at) for entry in listing.entries]
    assert rows == [
        ("https://a.example/2021/03/hop-dau-xuan/", "Họp đầu xuân", datetime(2021, 3, 5, tzinfo=UTC)),
    ]
    assert (listing.section, listing.next_url) == ("Tin tức", "https://a.example/category/tin/page/2/")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/2021/03/hop-dau-xuan/", "article"),
        ("/hop-dau-xuan/", "unknown"),
        ("/page/2/", "listing"),
        ("/2021/03/", "listing"),
        ("/tag/xuan/", "listing"),
    ],
)
def test_addresses(path, kind):
    assert read_address(f"https://a.example{path}").kind == kind
