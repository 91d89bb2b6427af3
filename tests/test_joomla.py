"""Joomla: an article and two pages of a list, as its default templates print them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture, Count, Listing, PublishedDate
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import recognise_platform
from archiver.platforms.joomla import JOOMLA, read_address

HEAD = '<html><head><meta name="generator" content="Joomla! - Open Source Content Management"></head><body>'
ARTICLE = HEAD + (
    '<div class="item-page"><h2>Hội nghị đầu xuân</h2><dl class="article-info">'
    '<dd class="published"><time>Published: 05 March 2021</time></dd><dd class="hits">Hits: 152759</dd></dl>'
    '<div itemprop="articleBody"><p>Sáng nay hội nghị đã họp.</p></div></div></body></html>'
)
LIST = HEAD + (
    '<div class="blog"><h1>Tin tức</h1><div class="item"><h2><a href="/tin/7-hoi-nghi">Hội nghị</a></h2>'
    '<dd class="published">05 March 2021</dd></div></div><div class="pagination">'
    '<a href="/tin">1</a><a href="/tin?start=40">End</a><a href="/tin?start=20">2</a></div></body></html>'
)


def read(url, html):
    capture = Capture(url, datetime(2024, 1, 2, tzinfo=UTC), 200, (), html.encode())
    return read_page(capture, JOOMLA, ZoneInfo("UTC"))


def test_article():
    article = read("https://a.example/tin/7-hoi-nghi", ARTICLE)
    assert isinstance(article, Article)
    assert (article.native_key, article.title, article.published.at, article.views.value, article.paragraphs) == (
        "7", "Hội nghị đầu xuân", datetime(2021, 3, 5, tzinfo=UTC), 152759, ("Sáng nay hội nghị đã họp.",),
    )  # fmt: skip


INFO = """<dl class="article-info"><dt class="article-info-term">Details</dt>
<dd class="category-name">Category: <a href="/tin">Tin tức</a></dd><dd class="create">Created: 01/02/2021</dd>
<dd class="modified">Last Updated: 07/08/2021</dd><dd class="published">Published: 05/03/2021</dd>
<dd class="createdby">Written by Ban</dd><dd class="hits">Hits: 152759</dd></dl>"""
TEXT = "<p>Sáng nay hội nghị đã họp.</p><h2>Kết luận</h2><p>Hội nghị kết luận.</p>"
# As 2.5, 3 and 4 print it, the first two and the last with the heading of the menu above the title.
VERSIONS = {
    "2.5": f"""<div class="item-page"><h1>Tin của huyện</h1><h2><a href="/tin/7-hoi-nghi">Hội nghị đầu xuân</a></h2>
<ul class="actions"><li class="print-icon"><a href="/p">In</a></li></ul>{INFO}{TEXT}</div>""",
    "3": f"""<div class="item-page"><div class="page-header"><h1>Tin của huyện</h1></div><div class="page-header">
<h2 itemprop="headline">Hội nghị đầu xuân</h2></div>{INFO}<div itemprop="articleBody">{TEXT}</div>
<ul class="pager"><li>Sau</li></ul></div>""",
    "4": f"""<div class="com-content-article item-page"><div class="page-header"><h1>Hội nghị đầu xuân</h1></div>{INFO}
<div class="com-content-article__body">{TEXT}</div></div>""",
    "5": f"""<div class="com-content-article item-page"><div class="page-header"><h1>Tin của huyện</h1></div>
<div class="page-header"><h2>Hội nghị đầu xuân</h2></div>{INFO}
<div class="com-content-article__body">{TEXT}</div></div>""",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_whole_article_of_each_version(version):
    article = read("https://a.example/tin/7-hoi-nghi", f"{HEAD}{VERSIONS[version]}</body></html>")
    assert replace(article, body_html="") == Article(
        native_key="7",
        url="https://a.example/tin/7-hoi-nghi",
        title="Hội nghị đầu xuân",
        section="Tin tức",
        paragraphs=("Sáng nay hội nghị đã họp.", "Kết luận", "Hội nghị kết luận."),
        published=PublishedDate("05/03/2021", datetime(2021, 3, 5, tzinfo=UTC), "day"),
        views=Count("152759", 152759),
    )


def item(number):
    return f'<h2><a href="/tin/{number}-bai">Bài {number}</a></h2><dd class="published">05/03/2021</dd>'


@pytest.mark.parametrize(
    "entries",
    [
        f"""<h2><span class="subheading-category">Tin tức</span></h2>
<div class="items-leading"><div class="leading-0">{item(9)}
</div></div><div class="items-row"><div class="item column-1">{item(8)}</div></div>""",
        f"""<h2>Tin tức</h2><div class="blog-items items-leading"><div class="blog-item">{item(9)}</div></div>
<div class="blog-items"><div class="blog-item">{item(8)}</div></div>""",
    ],
    ids=["2.5", "4"],
)
def test_the_first_entries_of_a_list_are_entries_too(entries):
    listing = read("https://a.example/tin", f'{HEAD}<div class="blog"><h1>Huyện</h1>{entries}</div></body></html>')
    assert isinstance(listing, Listing)
    assert ([entry.native_key for entry in listing.entries], listing.section) == (["9", "8"], "Tin tức")


@pytest.mark.parametrize(("at", "following"), [("", "20"), ("?start=20", "40"), ("?start=40", None)])
def test_listing(at, following):
    listing = read(f"https://a.example/tin{at}", LIST)
    assert isinstance(listing, Listing)
    wanted = following and f"https://a.example/tin?start={following}"
    assert ([entry.native_key for entry in listing.entries], listing.next_url) == (["7"], wanted)


def test_addresses():
    urls = ("/tin/7-hoi-nghi", "/index.php?option=com_content&view=article&id=7:hoi", "/tin?start=20", "/tin")
    found = [read_address("https://a.example" + url) for url in urls]
    assert [(address.kind, address.key) for address in found[:2]] == [("article", "7")] * 2
    assert [address.kind for address in found[2:]] == ["listing", "unknown"]


def test_it_is_recognised():
    assert recognise_platform(parse_html(ARTICLE)) is JOOMLA
