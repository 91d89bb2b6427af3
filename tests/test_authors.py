"""Who wrote an article of no known platform: what is printed of it, and which of it names no author."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
URL = "https://hoidongnhandan.example/tin/giam-sat-cho-que"
TITLE = "Hội đồng nhân dân giám sát việc nâng cấp chợ quê trước mùa mưa"
TEXT = (
    "<p>Đoàn giám sát đi kiểm tra ba ngôi chợ đang sửa, hỏi các hộ kinh doanh về mái che, lối đi và nguồn nước.</p>"
    "<p>Chủ đầu tư giải trình vì sao phần thoát nước chậm hai tháng, và hẹn xong toàn bộ trước khi mưa lớn kéo về.</p>"
    "<p>Trưởng đoàn đề nghị niêm yết tiến độ ngay tại cổng chợ để bà con theo dõi, và báo lại sau mỗi tuần.</p>"
)


def read(above: str = "", below: str = "", head: str = "", after: str = "", end: str = "") -> Article:
    """Read a page; ``above`` stands above its text, ``end`` at its end, ``below`` under it, ``after`` in a foot."""
    html = (
        f"<html><head><title>{TITLE} - Hội đồng nhân dân huyện Mẫu</title>{head}</head><body>"
        f"<ul><li><a href='/gioi-thieu'>Giới thiệu</a></li><li><a href='/van-ban'>Văn bản</a></li></ul>"
        f"<article><h1>{TITLE}</h1><div>14/03/2024</div>{above}<div>{TEXT}{end}</div>{below}</article>"
        f"<footer>{after}© Hội đồng nhân dân huyện Mẫu</footer></body></html>"
    )
    page = read_page(Capture(URL, AT, 200, (), html.encode()), GENERIC, ZONE)
    assert isinstance(page, Article), page
    return page


def tell(author: object, **said: object) -> str:
    """Tell machines of the article."""
    about = {"@type": "NewsArticle", "headline": TITLE, "author": author, **said}
    return f'<script type="application/ld+json">{json.dumps(about)}</script>'


PRINTED = {
    "a label": "<div>Tác giả: Vũ Thị Mơ</div>",
    "a label in French": "<div>Auteur : Lucie Moreau</div>",
    "a by-line": "<div>bởi Vũ Thị Mơ</div>",
    "the word in an element of its own": "<ul><li>By</li><li>Vũ Thị Mơ</li></ul>",
    "elements without a space": "<div><span>Von</span><a>Vũ Thị Mơ</a><span>Redaktion</span></div>",
    "rel": "<div><a rel='author' href='/x'>Vũ Thị Mơ</a></div>",
    "itemprop": "<div><span itemprop='author'>Vũ Thị Mơ</span></div>",
    "itemprop with a name in it": "<div itemprop='author'><b itemprop='name'>Vũ Thị Mơ</b></div>",
    "a class": "<p class='post-author'>Vũ Thị Mơ</p>",
    "a class of several words": "<div class='articleAuthorName'>Vũ Thị Mơ</div>",
    "the address of a profile": "<h4><a href='/tac-gia/vu-thi-mo'>Vũ Thị Mơ</a></h4>",
    "a class, with an office": "<div class='author'><b>Vũ Thị Mơ</b> <i>Phó phòng</i></div>",
}


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("way", PRINTED)
def test_an_author_is_printed(way: str, place: str) -> None:
    article = read(**{place: PRINTED[way]})
    assert article.author == ("Lucie Moreau" if "French" in way else "Vũ Thị Mơ")
    assert [origin.confidence >= 0.8 for origin in article.origins if origin.field == "author"] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "<div>Đăng bởi Admin</div>",
        "<div>By Super User</div>",
        "<div class='author'>administrator</div>",
        "<div class='author'>quantri</div>",
        "<div class='author'>Ban biên tập cổng thông tin</div>",
        "<div class='author'>hdnd@example.org</div>",
        "<div>bởi Hội đồng nhân dân huyện Mẫu</div>",
        "<a rel='author' href='/x'></a>",
        "<div class='comment-author'>Vũ Thị Mơ</div>",
        "<div class='author-bio'>Vũ Thị Mơ thích đi chợ và viết về chợ từ nhiều năm nay.</div>",
        "<div>Xây bởi bàn tay người dân quê</div>",
    ],
)
def test_accounts_the_site_and_readers_are_no_authors(line: str) -> None:
    assert read(above=line).author is None


def test_several_authors_are_all_named() -> None:
    assert read(above="<p>By Vũ Thị Mơ and Lò Văn Sơn</p>").author == "Vũ Thị Mơ and Lò Văn Sơn"
    linked = "<p>By <a href='/a/1'>Vũ Thị Mơ</a>, <a href='/a/2'>Lò Văn Sơn</a></p>"
    assert read(above=linked).author == "Vũ Thị Mơ, Lò Văn Sơn"
    said = [{"@type": "Person", "name": "Vũ Thị Mơ"}, {"@type": "Person", "name": "Lò Văn Sơn"}]
    assert read(head=tell(said)).author == "Vũ Thị Mơ, Lò Văn Sơn"


def test_a_nickname_needs_a_link_or_a_mark() -> None:
    assert read(above="<p>Posted by <a href='/u/7'>mo_ga</a> on March 14, 2024</p>").author == "mo_ga"
    assert read(above="<p>Posted by mo_ga on March 14, 2024</p>").author is None


def test_machines_are_told_of_an_author() -> None:
    assert read(head="<meta name='author' content='Vũ Thị Mơ'>").author == "Vũ Thị Mơ"
    article = read(head=tell({"@type": "Person", "name": "Vũ Thị Mơ"}))
    assert article.author == "Vũ Thị Mơ"
    assert [origin.how for origin in article.origins if origin.field == "author"] == ["metadata"]


def test_by_reference() -> None:
    graph = [
        {"@type": "NewsArticle", "headline": TITLE, "author": {"@id": "/#mo"}},
        {"@type": "Person", "@id": "/#mo", "name": "Vũ Thị Mơ"},
    ]
    head = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'
    assert read(head=head).author == "Vũ Thị Mơ"
    # WordPress names the account that entered the text: alone it is no author.
    account = head.replace("/#mo", "/#/schema/person/0a1b2c")
    assert read(head=account).author is None
    assert read(head=account, below="<p>Ảnh và bài Vũ Thị Mơ</p>").author == "Vũ Thị Mơ"


@pytest.mark.parametrize(
    "head",
    [
        "<meta name='author' content='admin'>",
        "<meta name='author' content='Hội đồng nhân dân huyện Mẫu'>",
        "<meta property='og:site_name' content='Mẫu Online'><meta name='author' content='Mẫu Online'>",
        "<meta property='article:author' content='https://example.org/mo'>",
        "<meta name='twitter:creator' content='@vumo'>",
        tell({"@type": "Organization", "name": "Phòng Văn hóa"}),
        tell({"@type": "Person", "name": "vumo"}),
        tell("Vũ Thị Mơ", headline="Tin khác") + tell({"@type": "Organization", "name": "Phòng Văn hóa"}),
    ],
)
def test_what_machines_are_told_and_is_no_author(head: str) -> None:
    assert read(head=head).author is None


def test_what_is_printed_goes_before_what_machines_are_told() -> None:
    head = tell({"@type": "Person", "name": "Lò Văn Sơn"})
    assert read(above="<p>bởi Vũ Thị Mơ</p>", head=head).author == "Vũ Thị Mơ"
    signed = "<p align='right'><b>Vũ Thị Mơ</b></p>"
    assert read(end=signed, head=head).author == "Vũ Thị Mơ"


def test_a_signature_goes_before_an_element_that_may_be_an_account() -> None:
    assert (
        read(above="<div class='author'>Lò Văn Sơn</div>", end="<p align='right'>Vũ Thị Mơ</p>").author == "Vũ Thị Mơ"
    )


def test_the_foot_of_the_page_names_no_author() -> None:
    assert read(after="<p>By Lò Văn Sơn</p>").author is None


def test_a_signature_that_an_element_repeats_is_sure() -> None:
    signed = "<p align='right'>Vũ Thị Mơ</p>"
    for above, sure in (("Vũ Thị Mơ", True), ("Lò Văn Sơn", False)):
        article = read(above=f"<div class='author'>{above}</div>", end=signed)
        assert article.author == "Vũ Thị Mơ"
        assert [origin.confidence >= 0.8 for origin in article.origins if origin.field == "author"] == [sure]
