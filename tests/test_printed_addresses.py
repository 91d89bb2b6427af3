"""An address is asked for as it is printed; only the comparison leaves out what names a session or a moment."""

import dataclasses
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from archiver.archive.history.content import Content, find_changes
from archiver.crawl.documents.document_requests import FileAddress, pair_addresses
from archiver.demo_portal.exchange import HTML, Response
from archiver.demo_portal.files import pdf
from archiver.model import Article, Attachment, Image
from archiver.platforms.liferay_hanoi import read_address
from archiver.urls import identify_files, join_url
from tests.conftest import Crawling
from tests.portal import Portal, serve
from tests.test_attachments import MONDAY, SITE, crawl, make_portal

BASE = "https://portal.example"
BODY = Article("7", f"{BASE}/7", "Nghị quyết", paragraphs=("Chi bộ ra nghị quyết.",))
FIRST, SECOND = "/tai/van-ban.pdf?sid=31", "/tai/van-ban.pdf?sid=32"
MOVING = "/documents/2/so-lieu.pdf/c1?t="
LOCKED = "/tai/phu-luc.pdf?token=k9Qz"


def hold(*addresses: str) -> Content:
    files = tuple(Attachment(BASE + address, "Văn bản") for address in addresses)
    return Content.of_article(dataclasses.replace(BODY, attachments=files))


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        (["/a.pdf?sid=1"], ["/a.pdf?sid=2"], True),
        (["/a.pdf?token=x"], ["/a.pdf?token=y"], True),
        (["/a.pdf?id=1"], ["/a.pdf?id=2"], True),
        (["/a.pdf?t=1"], ["/a.pdf?t=2"], True),
        (["/a.pdf?t=1657072430000"], ["/a.pdf?t=1657072490000"], False),
        (["/a.pdf?id=3&t=1657072430"], ["/a.pdf?id=3"], False),
        (["/a.pdf?p_auth=Ab1"], ["/a.pdf?p_auth=Cd2"], False),
        (["/a.pdf?PHPSESSID=1&id=4"], ["/a.pdf?PHPSESSID=2&id=4"], False),
        (["/a.pdf;jsessionid=0A"], ["/a.pdf"], False),
        (["/a.pdf?t=1657072430000", "/a.pdf?t=1657072490000"], ["/a.pdf?t=1657072430000"] * 2, True),
        (["/a.pdf?t=1657072430000&p_auth=a", "/a.pdf?t=1657072490000"],
         ["/a.pdf?t=1657072430000&p_auth=b", "/a.pdf?t=1657072490000"], False),
    ],
)  # fmt: skip
def test_what_of_an_address_is_compared(before, after, is_edit):
    assert find_changes(hold(*before), hold(*after)) == (("attachments",) if is_edit else ())


def test_the_row_holds_the_address_as_printed():
    article = dataclasses.replace(BODY, images=(Image(f"{BASE}/anh.png?t=1657072430000&s=2"),))
    assert '"url":"https://portal.example/anh.png?t=1657072430000&s=2"' in str(
        Content.of_article(article).row["images"]
    )


names = st.sampled_from(["sid", "token", "t", "id", "v", "p_auth", "img_id"])
values = st.sampled_from(["1", "2", "abc", "1657072430000", "1657072490000"])
addresses = st.builds(
    lambda path, items: f"{BASE}{path}?{'&'.join(f'{name}={value}' for name, value in items)}",
    st.sampled_from(["/a.pdf", "/b.pdf", "/documents/1/c.pdf"]),
    st.lists(st.tuples(names, values), max_size=3),
)


@given(st.lists(addresses, max_size=6), st.lists(addresses, max_size=6))
def test_every_file_that_is_printed_is_asked_for_as_printed(printed, shown):
    pairs = pair_addresses(printed, shown)
    assert [pair.url for pair in pairs] == printed
    assert all(pair.known in {*shown, pair.url} for pair in pairs)


@given(st.lists(addresses, min_size=1, max_size=6))
def test_what_the_archive_knows_under_the_same_address_is_that(printed):
    assert pair_addresses(printed, printed) == [FileAddress(url, url) for url in printed]
    assert len(identify_files(printed)) == len(printed)


@pytest.mark.parametrize("query", ["token=k9", "sid=7&x=1", "t=5", "xem=1", "id=2"])
def test_an_article_is_asked_for_with_its_parameters(query):
    url = f"{BASE}/tin/-/view_content/5511-hop.html"
    address = read_address(f"{url}?redirect=%2Ftin&{query}&p_p_id=101&_101_viewMode=print&utm_source=zalo")
    assert (address.key, address.url) == ("5511", f"{url}?{query}")


@pytest.fixture
def portal():
    portal = make_portal()
    one, two, three = (4_600_101, 4_600_102, 4_600_103)
    portal.edit(one, attachments=((FIRST, "Nghị quyết 31"), (SECOND, "Nghị quyết 32")))
    portal.edit(two, attachments=((LOCKED, "Phụ lục"),))
    portal.edit(three, attachments=((f"{MOVING}1700000000000", "Số liệu"),))
    portal.answers |= {FIRST: _serve("31"), SECOND: _serve("32"), LOCKED: _serve("phụ lục")}
    portal.answers["/tai/phu-luc.pdf"] = Response(403, b"", HTML)
    return portal


def _serve(text: str) -> Response:
    return Response(200, pdf(text), (("Content-Type", "application/pdf"),))


def test_documents_told_apart_by_a_parameter_are_had_and_kept_apart(portal: Portal, crawling: Crawling):
    with serve(portal) as base:
        crawl(crawling, base, MONDAY)
    rows = crawling.query("SELECT file_url, title, digest, problem FROM attachments ORDER BY file_url")
    kept = {row["file_url"].removeprefix(base): row for row in rows}
    assert {FIRST, SECOND, LOCKED} < kept.keys()
    assert len({kept[url]["digest"] for url in (FIRST, SECOND, LOCKED)} - {None}) == 3


def test_a_document_exchanged_on_liferay_goes_on_under_its_first_address(portal: Portal, crawling: Crawling):
    old, new = f"{MOVING}1700000000000", f"{MOVING}1700009000000"
    with serve(portal) as base:
        portal.answers |= {old: _serve("cũ"), new: _serve("mới")}
        crawl(crawling, base, MONDAY)
        portal.edit(4_600_103, attachments=((new, "Số liệu"),))
        crawl(crawling, base, MONDAY + timedelta(days=40), "-a", "full=1")
    assert [request.path for request in portal.requests if "so-lieu" in request.path] == [old, new]
    rows = crawling.query("SELECT file_url, copies FROM attachments WHERE title = 'Số liệu'")
    assert rows == [{"file_url": base + old, "copies": 2}]
    assert crawling.query("SELECT count(*) AS n FROM article_history WHERE site = ?", SITE) == [{"n": 3}]


@given(
    st.sampled_from(
        ["https://portal.example", "http://www.portal.vn", "https://ubnd-xa.gov.vn", "http://Portal.VN:80"]
    ),
    st.text("ab9_/.~%+,:@=-&?#;| éX2F", max_size=14),
)
def test_what_needs_no_encoding_is_joined_as_anything_else(host, rest):
    url = f"{host}/{rest}".strip()
    assert join_url(f"{BASE}/tin/7", url) == safe_url_string(urljoin(f"{BASE}/tin/7", url))
    href = f"/{rest}".strip()
    if not href.startswith("//"):
        assert join_url(BASE, href) == safe_url_string(urljoin(BASE, href))
