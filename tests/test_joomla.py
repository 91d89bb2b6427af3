"""Joomla: an article and two pages of a list, as its default templates print them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture, Listing
from archiver.parsing.document import parse_html
from archiver.parsing.page import read_page
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
