"""WordPress: pages of a list, and what its addresses mean. Articles are read in test_real_foreign."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Capture, Listing
from archiver.parsing.page import read_page
from archiver.platforms.wordpress import WORDPRESS, read_address

LIST = (
    '<html><head><meta name="generator" content="WordPress 6.1"></head><body><h1 class="page-title">Tin tức</h1>'
    '<article class="post hentry"><h2 class="entry-title"><a href="/2021/03/hop-dau-xuan/">Họp đầu xuân</a></h2>'
    '<span class="posted-on"><time class="entry-date published">05/03/2021</time></span></article>'
    '<div class="nav-links"><a class="next page-numbers" href="/category/tin/page/2/">Sau</a></div></body></html>'
)


def test_listing():
    url = "https://a.example/category/tin/"
    capture = Capture(url, datetime(2024, 1, 2, tzinfo=UTC), 200, (), LIST.encode())
    listing = read_page(capture, WORDPRESS, ZoneInfo("UTC"))
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
