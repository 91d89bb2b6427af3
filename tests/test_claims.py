"""Ids and addresses that a page prints about itself."""

from datetime import UTC, datetime

import pytest

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms import platform_of
from archiver.site import Site

SITE = Site("vidu", "Ví dụ", "generic")
AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
BODY = "".join(
    f"<p>Đoạn {n}: đoàn công tác đã nghe báo cáo về {n} nội dung, ghi nhận kết quả của các đơn vị trong năm qua.</p>"
    for n in range(5)
)


def _read(head: str = "", body: str = "", content: str = "", url: str = "http://vidu.vn/tin/bai-1.html") -> Article:
    html = (
        f"<!DOCTYPE html><html><head><title>Hội nghị tổng kết</title>{head}</head><body {body}><div {content}>"
        f"<h1>Hội nghị tổng kết</h1><div>Ngày đăng: 02/03/2026</div>{BODY}</div></body></html>"
    )
    capture = Capture(url, AT, 200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())
    page = read_page(capture, platform_of(SITE), SITE.zone)
    assert isinstance(page, Article), page
    return page


@pytest.mark.parametrize(
    ("head", "body", "content", "keys"),
    [
        ("", "", "", ()),
        ('<link rel="canonical" href="/tin/bai-1.html">', "", "", ()),
        ('<link rel="canonical" href="http://vidu.vn/tin/7-bai.html">', "", "", ("vidu.vn/tin/7-bai.html",)),
        ("<link href='/tin/7-bai.html?a=1&amp;b=2' rel=canonical />", "", "", ("vidu.vn/tin/7-bai.html?a=1&b=2",)),
        ('<meta property="og:url" content="https://www.vidu.vn/khac/">', "", "", ("vidu.vn/khac",)),
        ('<meta property="og:url" content="https://www.vidu.vn/">', "", "", ()),
        ('<link rel="canonical" href="http://vidu.vn/index.html">', "", "", ()),
        ('<link rel="shortlink" href="http://vidu.vn/?p=123">', "", "", ("post-123",)),
        ("", 'class="single single-post postid-123 no-sidebar"', "", ("post-123",)),
        ("", "", 'id="post-123" class="post"', ("post-123",)),
        ('<link rel="shortlink" href="/?p=5">', 'class="postid-5"', 'id="post-5"', ("post-5",)),
        ('<link rel="stylesheet" href="/khac.css"><meta property="og:title" content="x">', "", "", ()),
        ('<link rel="canonical" href="http://[">', "", "", ()),
    ],
)
def test_what_a_page_claims(head: str, body: str, content: str, keys: tuple[str, ...]) -> None:
    assert _read(head, body, content).keys == keys


def test_ids_of_a_list_are_nobodys() -> None:
    assert _read(content='id="post-1"><div id="post-2"></div').keys == ()
