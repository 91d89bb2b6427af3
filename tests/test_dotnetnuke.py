"""DotNetNuke: its addresses, and the pages of the two modules for news that most of its sites have."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Count, Image, Listing, ListingEntry, PublishedDate
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import recognise_platform
from archiver.platforms.dotnetnuke import DOTNETNUKE, read_address
from archiver.platforms.sharepoint import SHAREPOINT
from tests.real_portal import ZONE

AT = datetime(2021, 6, 1, tzinfo=UTC)
SITE = "https://xa.example"
URL = f"{SITE}/tin-tuc/ArtMID/908/ArticleID/123/hop-chi-bo"
HEAD = '<html><head><meta id="MetaGenerator" name="GENERATOR" content="DotNetNuke "></head><body>'
MORNING = PublishedDate("15/05/2020 10:25", datetime(2020, 5, 15, 3, 25, tzinfo=UTC), "minute")


def read(body, url=URL):
    return read_page(Capture(url, AT, 200, (), f"{HEAD}{body}</body></html>".encode()), DOTNETNUKE, ZONE)


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("/tin-tuc/ArtMID/908/ArticleID/123/hop-chi-bo", "article", "123"),
        ("/tin-tuc/artmid/908/articleid/123", "article", "123"),
        ("/tin/tabid/55/articleType/ArticleView/articleId/123/Hop.aspx?tabid=4", "article", "123"),
        ("/tin/ArticleID/123.aspx", "article", "123"),
        ("/Default.aspx?tabid=55&ArticleID=123", "article", "123"),
        ("/tin/pgrid/591/pageid/2", "listing", "xa.example/tin/pgrid/591/pageid/2"),
        ("/tin/articleType/CategoryView/categoryId/98/tin.aspx", "listing", None),
        ("/tin/currentpage/2", "listing", None),
        ("/tin.aspx?currentpage=2", "listing", None),
        ("/hop-chi-bo", "unknown", "xa.example/hop-chi-bo"),
    ],
)
def test_addresses(path, kind, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == (kind, key or address.key)
    assert read_address(address.url) == address


@given(st.text(max_size=40))
@example("[")
@example("articleid/1\n")
@example("?ArticleID=٣")
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


COLUMN = '<div id="dnn_RightPane"><div class="meta_text">Tin khác 01/01/2019 - Number of views (9)</div></div>'
EASY = """<ul class="eds_breadCrumbs"><li>Trang chủ</li><li>Công tác Đảng</li></ul>
<article class="edn_article edn_articleDetails edn_clearFix"><h1 class="edn_articleTitle">Họp chi bộ</h1>
<div class="edn_metaDetails"><time>15/05/2020 10:25</time> <span>Number of views (1204)</span></div>
<div class="edn_articleSummary"><p>Chi bộ họp định kỳ.</p></div>
<div class="edn_articleContent"><p>Bí thư khai mạc.</p><p><img src="/Portals/0/hop.jpg" alt="Họp"></p>
<p>Tải <a href="/Portals/0/nghi-quyet.pdf">nghị quyết</a>.</p></div></article>"""
EASY_BARE = EASY.replace('<div class="edn_articleContent">', "").replace("</p></div></article>", "</p></article>")
OLDER = """<ul class="eds_breadCrumbs"><li>Trang chủ</li><li>Công tác Đảng</li></ul>
<div class="article details"><h1>Họp chi bộ</h1>
<p class="meta_text no_margin">Author: Ban biên tập<span class="separator">/</span>15/05/2020 10:25</p>
<div class="Detail_Summary">Chi bộ họp định kỳ.</div>
<div class="main_content"><p>Bí thư khai mạc.</p><p><img src="/Portals/0/hop.jpg" alt="Họp"></p>
<p>Tải <a href="/Portals/0/nghi-quyet.pdf">nghị quyết</a>.</p></div>
<p class="meta_text eds_viewsComments">Number of views (1204)<span class="separator">/</span>Comments (0)</p></div>"""
ARTICLE = Article(
    native_key="123",
    url=URL,
    title="Họp chi bộ",
    section="Công tác Đảng",
    lead="Chi bộ họp định kỳ.",
    paragraphs=("Bí thư khai mạc.", "Tải nghị quyết."),
    published=MORNING,
    views=Count("1204", 1204),
    images=(Image(f"{SITE}/Portals/0/hop.jpg", None, "Họp"),),
    attachments=(Attachment(f"{SITE}/Portals/0/nghi-quyet.pdf", "nghị quyết"),),
)


@pytest.mark.parametrize("body", [EASY, EASY_BARE, OLDER], ids=["easy", "bare", "older"])
def test_a_whole_article_of_easydnnnews(body):
    assert replace(read(body + COLUMN), body_html="") == ARTICLE


STANDARD = """<div class="article"><div class="articleHeadline"><h1><a href="/x/articleId/123">Họp chi bộ</a></h1></div>
<div class="articleAuthor Normal"><a href="/u">Ban biên tập</a> posted on May 15, 2020 10:25</div>
<div class="articleEntry Normal"><p>Bí thư khai mạc.</p></div>
<div class="articleCategories Normal">Posted in: <a href="/c">Công tác Đảng</a></div>
<div class="Normal">Actions: <a href="/x#Comments">Comments (4)</a></div></div>"""
TABLE = """<table><tr><td class="articleTopCell"><span>Friday, May 15, 2020</span></td></tr><tr>
<td class="articleContentCell"><a href="/x/articleId/123" class="articleTitle">Họp chi bộ</a><br>
By Ban biên tập @ 10:25 AM :: 1204 Views :: <a href="/x#Comments">4 Comments</a></td></tr>
<tr><td class="articleTextCell"><span><p>Bí thư khai mạc.</p></span></td></tr></table>"""


def test_a_whole_article_of_newsarticles():
    date = PublishedDate("May 15, 2020 10:25", MORNING.at, "minute")
    assert replace(read(STANDARD), body_html="") == Article(
        native_key="123",
        url=URL,
        title="Họp chi bộ",
        section="Công tác Đảng",
        author="Ban biên tập",
        paragraphs=("Bí thư khai mạc.",),
        published=date,
    )


def test_a_whole_article_in_tables():
    date = PublishedDate("Friday, May 15, 2020 | 10:25 AM", MORNING.at, "minute")
    assert replace(read(TABLE), body_html="") == Article(
        native_key="123",
        url=URL,
        title="Họp chi bộ",
        paragraphs=("Bí thư khai mạc.",),
        published=date,
        views=Count("1204", 1204),
    )


def easy(number):
    return f"""<article class="edn_article edn_clearFix"><h2 class="edn_articleTitle">
<a href="/tin-tuc/ArtMID/908/ArticleID/{number}/bai">Bài {number}</a></h2>
<div class="edn_metaDetails"><time>15/05/2020 10:25</time></div>
<div class="edn_articleSummary">Tóm tắt</div></article>"""


def older(number):
    return f"""<div class="article in_list"><h1>
<a href="/tin-tuc/ArtMID/908/ArticleID/{number}/bai">Bài {number}</a></h1>
<div class="summary">Tóm tắt</div><div class="meta_text">15/05/2020 10:25</div></div>"""


def standard(number):
    return f"""<div class="article"><div class="articleHeadline"><h1>
<a href="/tin-tuc/ArtMID/908/ArticleID/{number}/bai">Bài {number}</a></h1></div>
<div class="articleAuthor"><a href="/u">Ban</a> 15/05/2020 10:25</div><div class="articleEntry">Tóm tắt</div></div>"""


def table(number):
    return f"""<table id="tblArticles1-9-{number}"><tr><td class="articleContentCell">
<table id="tblArticles3-9-{number}"><tr><td><a class="articleTitle"
href="/tin-tuc/ArtMID/908/ArticleID/{number}/bai">Bài {number}</a><br>By Ban @ 15/05/2020 10:25</td></tr></table></td>
</tr></table>"""


PAGER = """<div class="article_pager"><a href="/tin-tuc/pgrid/908/pageid/1">1</a>
<a href="/tin-tuc/pgrid/908/pageid/3">3</a><a class="next" href="/tin-tuc/pgrid/908/pageid/3">&gt;</a></div>
<div class="article_pager"><a href="/tin-tuc/pgrid/77/pageid/2">2</a><a href="/tin-tuc/pgrid/77/pageid/9">9</a></div>"""


@pytest.mark.parametrize("entry", [easy, older, standard, table])
def test_a_whole_listing(entry):
    url = f"{SITE}/tin-tuc/pgrid/908/pageid/2"
    listing = read(entry(9) + entry(8) + PAGER, url)
    assert listing == Listing(
        url=url,
        section=None,
        entries=tuple(
            ListingEntry(str(number), f"{SITE}/tin-tuc/ArtMID/908/ArticleID/{number}/bai", f"Bài {number}", MORNING)
            for number in (9, 8)
        ),
        next_url=f"{SITE}/tin-tuc/pgrid/908/pageid/3",
    )


@pytest.mark.parametrize(
    ("path", "following"),
    [("/tin-tuc", "/tin-tuc/pgrid/908/pageid/3"), ("/tin-tuc/pgrid/908/pageid/3", None)],
)
def test_next_page(path, following):
    assert read(easy(9) + easy(8) + PAGER, SITE + path).next_url == (following and SITE + following)


def test_it_is_recognised_with_a_text_out_of_sharepoint():
    pasted = '<form id="Form"><div class="ExternalClassA1B2"><p>Bí thư khai mạc.</p></div></form>'
    assert recognise_platform(parse_html(f"{HEAD}{pasted}</body></html>")) is DOTNETNUKE
    assert recognise_platform(parse_html(pasted)) is SHAREPOINT


def test_a_page_of_another_module_is_left_to_the_generic_reader():
    text = "Sáng nay chi bộ họp định kỳ, bàn việc của quý sau và nghe các đồng chí góp ý kiến. " * 8
    page = f'<div id="dnn_ContentPane"><h1>Họp chi bộ</h1><p>15/05/2020</p><p>{text}</p><p>{text}</p></div>'
    article = read(page)
    assert isinstance(article, Article)
    assert (article.title, len(article.paragraphs)) == ("Họp chi bộ", 2)
