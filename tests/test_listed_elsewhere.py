"""Listings whose rows lead to documents or to other sites: told by a problem that names them, never passed over."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archiver.crawl.planning.discovery import MOST_BARE, Discovery
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import Plan
from archiver.crawl.planning.targets import Walk
from archiver.model import Capture, Listing, Page, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from tests.conftest import FAST, Crawling
from tests.loopback import QuietHandler, serve_handler
from tests.real_portal import ZONE

URL = "https://phuong.example/van-ban"
TITLES = (
    "Kế hoạch chăm sóc cây xanh trên địa bàn phường năm nay",
    "Biên bản họp tổ dân phố số bảy về việc sửa cổng chào",
    "Thông báo thu phí vệ sinh môi trường quý hai của phường",
    "Quyết định khen thưởng các hộ gia đình văn hóa tiêu biểu",
)


def _read(rows: str, *, title: str = "Văn bản của phường", below: str = "") -> Page:
    html = f"<html><head><title>{title}</title></head><body><h2>{title}</h2>{rows}{below}<p>© Phường</p></body></html>"
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return read_page(Capture(URL, datetime(2024, 5, 1, tzinfo=UTC), 200, headers, html.encode()), GENERIC, ZONE)


def _rows(*hrefs: str) -> str:
    rows = [
        f"<li><a href={href!r}>{title}</a> <i>0{day}/04/2024</i></li>"
        for day, (href, title) in enumerate(zip(hrefs, TITLES, strict=False), 1)
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _problems(page: Page) -> list[str]:
    assert isinstance(page, Listing), page
    return [problem.detail for problem in page.problems if problem.kind == "listed_elsewhere"]


@pytest.mark.parametrize("end", ["pdf", "DOCX", "xls", "rar", "odt"])
def test_rows_of_documents(end: str) -> None:
    page = _read(_rows(*(f"/tep/{number}.{end}" for number in range(4))))
    told = f"4 of 4 rows lead to documents and to no article: https://phuong.example/tep/0.{end}"
    assert (_problems(page), page.url) == ([told], URL)
    assert isinstance(page, Listing)
    assert (page.entries, page.non_articles) == ((), 4)


def test_rows_of_another_host() -> None:
    page = _read(_rows(*(f"https://tin.phuong.example/{number}" for number in range(4))))
    assert _problems(page) == ["4 of 4 rows lead to tin.phuong.example and to no article: https://tin.phuong.example/0"]


def test_rows_with_a_link_for_the_download() -> None:
    rows = "".join(
        f"<tr><td>{number}/KH</td><td>{title}</td><td>12/04/2024</td><td><a href='/t/{number}.pdf'>Tải về</a></td></tr>"
        for number, title in enumerate(TITLES)
    )
    assert len(_problems(_read(f"<table>{rows}</table>"))) == 1


@pytest.mark.parametrize(
    "link", ["<a href='/t/{0}.pdf'>{1}</a>", "<a href='/t/{0}.pdf'>{1}</a> <a href='/t/{0}.doc'>Tải</a>"]
)
def test_a_table_of_documents_is_no_article_with_documents(link: str) -> None:
    rows = "".join(
        f"<tr><td>{number}/TB</td><td>0{number + 1}/04/2024</td><td>{link.format(number, title)}</td></tr>"
        for number, title in enumerate(TITLES)
    )
    assert len(_problems(_read(f"<table>{rows}</table>"))) == 1


def test_an_article_with_documents_stays_one() -> None:
    text = "".join(
        f"<p>Phường công bố {number} văn bản kèm theo thông báo này để nhân dân biết và góp ý.</p>"
        for number in range(9)
    )
    files = _rows("/1.pdf", "/2.pdf", "/3.pdf")
    page = _read(
        f"<div>05/04/2024</div>{text}<div>{files}</div>", title="Phường công bố các văn bản lấy ý kiến nhân dân"
    )
    assert not isinstance(page, Listing)


def test_a_document_between_articles_is_counted_and_told() -> None:
    page = _read(_rows("/tin/a", "/tep/b.pdf", "/tin/c", "/tin/d"))
    assert _problems(page) == ["1 of 4 rows lead to documents and to no article: https://phuong.example/tep/b.pdf"]
    assert isinstance(page, Listing)
    assert [entry.url[-1] for entry in page.entries] == ["a", "c", "d"]
    assert page.non_articles == 1


def test_a_document_beside_the_title_of_an_article_is_none_of_the_listing() -> None:
    rows = "".join(
        f"<li><a href='/tin/{number}'>{title}</a> <i>02/04/2024</i> <a href='/{number}.pdf'>{title} (bản in)</a></li>"
        for number, title in enumerate(TITLES)
    )
    assert _problems(_read(f"<ul>{rows}</ul>")) == []


def test_links_beside_something_else_are_no_listing() -> None:
    text = "<p>" + "Phường giới thiệu lịch sử hình thành và các di tích trên địa bàn. " * 60 + "</p>"
    page = _read(_rows(*(f"https://bo.example/{number}" for number in range(4))), below=text)
    assert isinstance(page, Unreadable) or not page.problems
    error = _read(_rows("/1.pdf", "/2.pdf", "/3.pdf"), title="Không tìm thấy trang")
    assert isinstance(error, Unreadable)
    assert error.problem.kind == "error_page"


def test_a_channel_of_documents_is_walked_on_and_has_an_end() -> None:
    discovery = Discovery(CrawlOptions((URL,)), GENERIC, ZONE)
    discovery.adopt(Plan("deep", {}, most=10))
    walk = Walk(URL)
    kinds = []
    for number in range(2, MOST_BARE + 4):
        step = discovery.follow(Listing(URL, non_articles=4, next_url=f"{URL}?page={number}"), walk)
        kinds.append([problem.kind for problem in step.problems])
    assert kinds == [[]] * MOST_BARE + [["endless_pager"]] * 2


class _Portal(QuietHandler):
    def respond(self) -> None:
        body = f"<html><head><title>Văn bản</title></head><body>{_rows('/1.pdf', '/2.pdf', '/3.pdf')}</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def base() -> Iterator[str]:
    with serve_handler(_Portal) as address:
        yield address


def test_it_is_told_once(crawling: Crawling, base: str) -> None:
    for _ in range(2):
        crawling.run("scrapy", "crawl", "site", "-a", f"url={base}/van-ban", *FAST)
    found = crawling.query("SELECT kind, run_id FROM findings WHERE kind = 'listed_elsewhere'")
    assert found == [{"kind": "listed_elsewhere", "run_id": 1}]
