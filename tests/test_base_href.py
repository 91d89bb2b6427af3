"""``<base href>`` says what addresses of a page are relative to: links, pictures, documents, pagers, forms, feeds."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.demo_portal.portal import ZONE
from archiver.html.addresses import base_of, choose_base, resolve_address
from archiver.html.elements import select_one
from archiver.html.links import Links
from archiver.model import Article, Capture, Listing, Page
from archiver.onboarding.pages import read_links
from archiver.parsing.generic.listings.form_pager import find_next_form, find_next_query
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.conftest import PROJECT
from tests.test_markup import FIRST, LIFERAY, NOTHING, PLAIN, SECOND, THIRD

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
URL = "https://xa.example/muc/tin/bai-1.html"
BASE = '<base href="/goc/">'
# What a page says, what its addresses are relative to.
BASES = {
    "none": ("", URL),
    "a path": ('<base href="/goc/">', "https://xa.example/goc/"),
    "a path of the folder": ('<base href="../anh/">', "https://xa.example/muc/anh/"),
    "an address": ('<base href="https://tep.example/kho/x.html">', "https://tep.example/kho/x.html"),
    "an address without a scheme": ('<base href="//tep.example/kho/">', "https://tep.example/kho/"),
    "single quotes, capitals": ("<BASE TARGET=_blank HREF='/goc/' />", "https://xa.example/goc/"),
    "only a target": ('<base target="_blank">', URL),
    "empty": ('<base href="">', URL),
    "the first of two": ('<base href="/goc/"><base href="/khac/">', "https://xa.example/goc/"),
    "the first that has an address": ('<base target="_top"><base href="/goc/">', "https://xa.example/goc/"),
    "a script": ('<base href="javascript:void(0)">', URL),
    "a file": ('<base href="file:///C:/web/">', URL),
    "data": ('<base href="data:text/html,x"><base href="/goc/">', "https://xa.example/goc/"),
    "broken": ('<base href="http://[x">', URL),
    "in a comment": ('<!-- <base href="/goc/"> -->', URL),
    "in a script's text": ("<script>var a = '<base href=\"/goc/\">'</script>", URL),
}
TEXT = (
    '<p>Xem <a href="van-ban/5.html">văn bản số năm</a> và <a href="#muc-2">mục hai</a> của báo cáo tháng này.</p>'
    '<p><img src="anh/hop.jpg" alt="Buổi họp"><img src="" alt="rỗng"></p>'
    '<p><a href="tep/bao-cao.pdf">Báo cáo tháng năm</a></p>'
)


def _read(html: str, url: str = URL, platform: Platform = GENERIC) -> Page:
    return read_page(Capture(url, AT, 200, (), html.encode()), platform, ZONE)


@pytest.mark.parametrize("name", BASES)
def test_which_base_is_heard(name: str) -> None:
    head, base = BASES[name]
    page = parse_html(f"<html><head>{head}</head><body><a href='x.html'>Tin</a></body></html>")
    link = select_one(page, "a")
    assert link is not None
    assert base_of(link, URL) == base
    assert resolve_address("x.html", link, URL) == re.sub("[^/]*$", "x.html", base, count=1)


@pytest.mark.parametrize(
    ("template", "platform", "url"),
    [(PLAIN, GENERIC, URL), (LIFERAY, LIFERAY_HANOI, "https://xa.example/tin/-/view_content/71-hop.html")],
    ids=["plain", "liferay"],
)
def test_an_article_has_its_links_pictures_and_documents_below_the_base(
    template: str, platform: Platform, url: str
) -> None:
    parts = NOTHING | {"head": BASE + '<link rel="canonical" href="tin/bai-goc.html">', "between": TEXT}
    article = _read(template.format(first=FIRST, second=SECOND, third=THIRD, **parts), url, platform)
    assert isinstance(article, Article)
    root = "https://xa.example/goc"
    assert [image.url for image in article.images] == [f"{root}/anh/hop.jpg"]
    assert [file.url for file in article.attachments] == [f"{root}/tep/bao-cao.pdf"]
    assert [link.url for link in article.links] == [f"{root}/van-ban/5.html", "#muc-2"]
    if platform is GENERIC:
        assert article.keys == ("xa.example/goc/tin/bai-goc.html",)


ROW = '<div class="tin"><a href="bai-{0}.html">Chi bộ số {0} họp bàn việc tháng tới</a> <i>0{0}/05/2024</i></div>'


def test_a_listing_has_its_entries_pages_and_feeds_below_the_base() -> None:
    feed = '<link rel="alternate" type="application/rss+xml" href="rss.xml">'
    rows = "".join(ROW.format(number) for number in range(1, 7))
    html = (
        f"<html><head><title>Tin tức</title>{BASE}{feed}</head><body><h2>Tin tức</h2><div>{rows}</div>"
        '<div class="trang"><span>1</span> <a href="/goc/tin?trang=2">2</a></div></body></html>'
    )
    listing = _read(html, "https://xa.example/goc/tin")
    assert isinstance(listing, Listing)
    assert [entry.url for entry in listing.entries] == [f"https://xa.example/goc/bai-{n}.html" for n in range(1, 7)]
    assert listing.next_url == "https://xa.example/goc/tin?trang=2"
    assert listing.more == ("https://xa.example/goc/rss.xml",)


ENTRY = (
    '<div class="asset-bounddary"><h3 class="asset-title"><a href="-/view_content/{0}-tin.html">Tin số {0}</a></h3>'
    '<div class="assetPublishDate">Ngày đăng 05/03/2024 | 8:15 AM | View count: 4{0}</div></div>'
)


def test_a_listing_of_a_platform_has_its_entries_and_pages_below_the_base() -> None:
    """The part that is read of it has no head."""
    pager = '<ul class="pager lfr-pagination-buttons"><li><a href="?_101_INSTANCE_a_cur=2">Tiếp</a></li></ul>'
    html = (
        f'<html><head><base href="/goc/tin"></head><body><div class="portlet-boundary">{ENTRY.format(1)}'
        f"{ENTRY.format(2)}{pager}</div></body></html>"
    ).replace('href="-/', 'href="tin/-/')
    listing = _read(html, "https://xa.example/tin", LIFERAY_HANOI)
    assert isinstance(listing, Listing)
    assert [entry.url for entry in listing.entries] == [
        f"https://xa.example/goc/tin/-/view_content/{number}-tin.html" for number in (1, 2)
    ]
    assert listing.next_url == "https://xa.example/goc/tin?_101_INSTANCE_a_cur=2"


def test_forms_are_sent_below_the_base() -> None:
    url = "https://xa.example/muc/ds.aspx"
    postback = "<a href=\"javascript:__doPostBack('g','Page$2')\">2</a>"
    page = parse_html(f'{BASE}<form action="ds.aspx"><span>1</span> {postback}</form>')
    form = find_next_form(page, url)
    assert form is not None
    assert form.url == "https://xa.example/goc/ds.aspx"
    page = parse_html(f'{BASE}<form action="ds"><button name="trang" value="2">2</button></form>')
    assert find_next_query(page, url) == "https://xa.example/goc/ds?trang=2"
    page = parse_html(f'{BASE}<form><button name="trang" value="2">2</button></form>')
    assert find_next_query(page, url) == f"{url}?trang=2"  # a form without an address is sent to its page


def test_links_that_a_survey_follows() -> None:
    page = parse_html(f'{BASE}<a href="tin/">Tin tức</a>')
    assert [link.url for link in read_links(page, "https://xa.example/")] == ["https://xa.example/goc/tin/"]


def test_a_link_to_a_place_stays_on_its_page() -> None:
    links = Links.of_page(URL, "", parse_html(BASE))
    assert links.find_target("#muc-2") == "#muc-2"
    assert links.find_target("#") is None
    assert links.resolve("") is None
    assert links.resolve("x.pdf") == "https://xa.example/goc/x.pdf"


@given(st.lists(st.text("/.:?#[]@ahtps ", max_size=12), max_size=4).map(tuple))
def test_any_base_is_an_address_of_the_web(bases: tuple[str, ...]) -> None:
    assert choose_base(bases, URL).startswith(("http://", "https://"))


# Where addresses are joined that stand in no page: headers, feeds, sitemaps, answers in JSON, what is typed in.
_JOINING = {"addresses.py", "links.py", "claims.py", "feed.py", "sitemap.py", "json_listing.py", "urls.py"}


@pytest.mark.parametrize("folder", ["parsing", "platforms", "onboarding"])
def test_one_place_resolves_the_addresses_of_pages(folder: str) -> None:
    files = [file for file in (PROJECT / "archiver" / folder).rglob("*.py") if file.name not in _JOINING]
    joining = [file.name for file in files if re.search("join_url|urljoin", file.read_text(encoding="utf-8"))]
    assert joining == []
    assert Path(files[0]).is_file()
