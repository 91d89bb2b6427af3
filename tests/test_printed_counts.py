"""Counts of views as pages of no known platform print them: digit by digit, beside others, or by a script later."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
TITLE = "Phòng Nông nghiệp hướng dẫn bà con phòng rét cho trâu bò"
TEXT = (
    "<p>Cán bộ thú y đến từng chuồng xem cách che chắn, nhắc bà con trữ rơm khô và ủ chua thân ngô làm thức ăn.</p>"
    "<p>Những hộ ở trên cao được hỗ trợ bạt dứa và tiền mua muối khoáng, mỗi con trâu một suất theo danh sách thôn.</p>"
)


def read(counter: str, script: str = "") -> Article:
    html = f"<title>{TITLE}</title><h1>{TITLE}</h1><div>14/03/2024</div>{counter}<div>{TEXT}</div>{script}"
    page = read_page(Capture("https://a.example/1", AT, 200, (), html.encode()), GENERIC, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert isinstance(page, Article), page
    return page


def is_told(article: Article) -> bool:
    return any(problem.kind == "unreadable_count" for problem in article.problems)


@pytest.mark.parametrize(
    "counter",
    [
        "<div>Lượt xem: <b>0</b> <b>4</b> <b>8</b> <b>7</b></div>",
        "<div>Lượt xem: <b>0</b><b>4</b><b>8</b><b>7</b></div>",
        "<div>Lượt xem: <div>0</div><div>4</div><div>8</div><div>7</div></div>",
        "<div>Lượt xem:</div><p>4</p><p>8</p><p>7</p>",
        "<p>Bình luận 3 Lượt xem 487 Thích 12</p>",
        "<p><span>3 bình luận</span> <span>487 lượt xem</span> <span>12 lượt thích</span></p>",
    ],
)
def test_the_count_is_read_however_it_is_printed(counter: str) -> None:
    article = read(counter)
    assert article.views is not None
    assert article.views.value == 487


@pytest.mark.parametrize(
    ("counter", "script"),
    [
        ("<p>Lượt xem: <span></span></p>", ""),
        ("<p>Lượt xem: <span>...</span></p>", ""),
        ("<p>Lượt xem: <span>đang tải</span></p>", ""),
        ("<p>Lượt xem: <b id='luot-xem'>0</b></p>", "<script>dem('luot-xem')</script>"),
        ("<p>Lượt xem: <b class='luot-xem so'>0</b></p>", "<script>$('.luot-xem').load('/dem?bai=1')</script>"),
        ("<p>Lượt xem: <b data-id='4711'>0</b></p>", ""),
        ("<p>Lượt xem: <b url='/_visitcountdisplay?articleId=7'>0</b></p>", ""),
        ("<p>Lượt xem:</p><p data-bai='4711'>0</p>", ""),
    ],
)
def test_a_count_that_a_script_fills_in_is_told_and_no_zero(counter: str, script: str) -> None:
    article = read(counter, script)
    assert article.views is None or article.views.value is None
    assert is_told(article)


@pytest.mark.parametrize(
    ("counter", "script"),
    [
        ("<p>Lượt xem: <b>0</b></p>", "<script>dem('khach')</script>"),
        ("<p>Lượt xem: <b id='luot-xem'>0</b></p>", "<script>dem('luot-tai')</script>"),
        ("<p>Lượt xem: <b data-count='0'>0</b></p>", ""),
        ("<p>Lượt xem: 0</p>", ""),
    ],
)
def test_a_printed_zero_is_a_count(counter: str, script: str) -> None:
    article = read(counter, script)
    assert article.views is not None
    assert article.views.value == 0
    assert not is_told(article)


@pytest.mark.parametrize("counter", ["<p>12 bình luận</p>", "<p>Phản hồi: 12</p>", "<p>Lượt tải: 12</p>"])
def test_other_counters_are_no_views(counter: str) -> None:
    article = read(counter)
    assert article.views is None
    assert not is_told(article)
