"""The headline of an article of no known platform: which line it is, and what is glued to it and no part of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Article, Capture, Count, Origin
from archiver.parsing.generic.names.heading import read_heading
from archiver.parsing.generic.names.titles import Titles
from archiver.parsing.generic.outline import read_outline
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms.generic import GENERIC

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
SITE = "https://xa-dong-lam.example"
URL = f"{SITE}/bai/4711"
NAME = "Ủy ban nhân dân xã Đông Lâm"
TITLE = "Xã Đông Lâm khởi công trạm y tế mới bên bờ kênh"
TEXT = (
    "<p>Trạm y tế mới rộng sáu trăm mét vuông, có phòng khám thai và phòng tiêm chủng riêng cho trẻ nhỏ trong xã.</p>"
    "<p>Bà con góp ba trăm ngày công san nền, ngân sách huyện lo phần xây lắp và thiết bị khám chữa bệnh ban đầu.</p>"
    "<p>Theo kế hoạch công trình hoàn thành trước Tết, trạm cũ được giao lại cho trường mầm non làm sân chơi.</p>"
)
DATE = "<div>14/05/2024</div>"


def read(main: str, title: str = f"{TITLE} - {NAME}", url: str = URL, head: str = "") -> Article:
    html = (
        f"<html><head><title>{title}</title>{head}</head><body><ul><li><a href='/'>Trang chủ</a></li></ul>"
        f"<div>{main}</div><div><h3>Tin mới</h3><a href='/bai/1'>Lịch tiêm phòng cho gia súc</a></div></body>"
    )
    page = read_page(Capture(url, AT, 200, (), html.encode()), GENERIC, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert isinstance(page, Article), page
    return page


GLUED = {
    "empty brackets": f"{TITLE} ( )",
    "empty square brackets": f"{TITLE} []",
    "empty brackets in an element": f"{TITLE} <span>(<i></i>)</span>",
    "a count in brackets": f"{TITLE} (1.234 lượt xem)",
    "a count in square brackets": f"{TITLE} [Lượt xem: 532]",
    "a count in an element": f"{TITLE} <small>532 lượt xem</small>",
    "a count behind a sign": f"{TITLE} - Lượt xem: 532",
    "comments in brackets": f"{TITLE} (12 bình luận)",
    "a day before it": f"14/05/2024 {TITLE}",
    "a day and a colon": f"14.05.2024: {TITLE}",
    "a day with a time": f"14/05/2024 08:30 - {TITLE}",
    "a day behind it": f"{TITLE} 14/05/2024",
    "a day in brackets": f"{TITLE} (14/05/2024)",
    "a day in an element": f"<span>14/05/2024</span> {TITLE}",
    "a time element": f"{TITLE} <time>14/05/2024</time>",
    "a kicker in an element": f"<span>Y tế</span> {TITLE}",
    "a kicker and a colon": f"<span>Y tế:</span> {TITLE}",
    "soft breaks": TITLE.replace(" ", "<wbr> "),
}


@pytest.mark.parametrize("glued", GLUED)
def test_what_is_glued_to_a_headline_is_no_part_of_it(glued: str) -> None:
    assert read(f"<h1>{GLUED[glued]}</h1>{DATE}{TEXT}").title == TITLE


@pytest.mark.parametrize(
    ("heading", "views"),
    [
        (f"{TITLE} (1.234 lượt xem)", Count("1.234", 1234)),
        (f"{TITLE} <small>532 lượt xem</small>", Count("532", 532)),
        (f"{TITLE} (12 bình luận)", None),
    ],
)
def test_a_count_within_the_headline_is_read(heading: str, views: Count | None) -> None:
    assert read(f"<h1>{heading}</h1>{DATE}{TEXT}").views == views


@pytest.mark.parametrize(
    "title",
    [
        "Kế hoạch tuần từ 14/05/2024",
        "14/05/2024: ngày hội hiến máu của thanh niên",
        "Kết quả bốc thăm (14/05/2024)",
        "Clip về con kênh đạt 5 triệu lượt xem",
        "Thông báo (số 12)",
        "Bình luận của cử tri về ngân sách",
        "Weitere Ampeln am Schulweg",
    ],
)
def test_what_the_page_is_titled_with_stays(title: str) -> None:
    assert read(f"<h1>{title}</h1>{DATE}{TEXT}", title=f"{title} - {NAME}").title == title


def test_a_kicker_above_is_no_headline() -> None:
    kicker = "Chăm sóc sức khỏe ban đầu"
    titles = f"{kicker}: {TITLE} - {NAME}"
    assert read(f"<h2>{kicker}</h2><h2>{TITLE}</h2>{DATE}{TEXT}", titles).title == TITLE
    assert read(f"<h1><span>{kicker}</span> {TITLE}</h1>{DATE}{TEXT}", titles).title == TITLE
    assert read(f"<h1><em class='kicker'>{kicker}:</em> {TITLE}</h1>{DATE}{TEXT}", titles).title == TITLE
    assert read(f"<p>{kicker}</p><h1>{TITLE}</h1>{DATE}{TEXT}").title == TITLE


def test_a_subtitle_below_is_no_headline() -> None:
    below = "Ba trăm ngày công của bà con"
    assert read(f"<h1>{TITLE}</h1><h2>{below}</h2>{DATE}{TEXT}", f"{TITLE} - {below}").title == TITLE


@pytest.mark.parametrize("title", [f"Đông Lâm sắp có trạm y tế - {NAME}", NAME, "", f"Trang chủ - {NAME}"])
def test_the_only_heading_may_be_worded_otherwise(title: str) -> None:
    article = read(f"<h1>{TITLE}</h1>{DATE}{TEXT}<h2>Lịch khám</h2>", title)
    assert article.title == TITLE
    assert article.origins[0].confidence >= 0.7


def test_other_titles_agree_too() -> None:
    said = f"<meta property='og:title' content='{TITLE}'>"
    main = f"<h1>{NAME}</h1><h2>{TITLE}</h2>{DATE}{TEXT}"
    assert read(main, NAME, head=said).title == TITLE


def test_the_name_of_the_site_is_no_headline() -> None:
    assert read(f"<h1>{NAME}</h1><h2>{TITLE}</h2>{DATE}{TEXT}", f"{TITLE} - {NAME}").title == TITLE
    url = f"{SITE}/xa-dong-lam-khoi-cong-tram-y-te-moi-ben-bo-kenh"
    assert read(f"<p>{TITLE}</p>{DATE}{TEXT}<p>{NAME}</p>", NAME, url).title == TITLE


def test_a_text_is_no_headline() -> None:
    lead = (
        "Xã Đông Lâm khởi công trạm y tế mới bên bờ kênh vào sáng thứ ba, với sự góp công của bà con ba thôn trong xã."
    )
    url = f"{SITE}/xa-dong-lam-khoi-cong-tram-y-te-moi-ben-bo-kenh"
    assert read(f"<h2>{TITLE}</h2><p>{lead}</p>{DATE}{TEXT}", url=url).title == TITLE
    assert read(f"<h1>{TITLE}</h1>{DATE}<p>{lead}</p>{DATE}{TEXT}", NAME).title == TITLE


def test_a_headline_may_link_to_its_own_page() -> None:
    linked = f"<h2><a href='{URL}'>{TITLE}</a></h2>{DATE}{TEXT}<h3>3 ý kiến về <em>{TITLE}</em></h3><p>14/05/2024</p>"
    assert read(linked).title == TITLE


def test_headings_of_boxes_that_are_printed_twice_stay_so() -> None:
    outline = read_outline(parse_html("<h1><span>Thông báo</span> <span>Thông báo</span></h1>"))
    assert read_heading(outline.lines[0], Titles(("Thông báo",), "")).text == "Thông báo Thông báo"


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60))
def test_what_is_left_stands_in_the_heading(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    outline = read_outline(parse_html(f"<h1><b>14/05/2024</b> {escaped}</h1>"))
    for line in outline.lines:
        left = read_heading(line, Titles((TITLE,), "")).text
        assert left
        assert "".join(left.split()) in "".join(line.text.split()) or len(left) < len(line.text)


def _show_picture(alt: str, href: str = URL, heading: str = "h2") -> str:
    return f"<{heading}><a href='{href}'><img src='/chu/{len(alt)}.png' alt='{alt}'></a></{heading}>"


@pytest.mark.parametrize("heading", ["h1", "h2", "h3"])
def test_a_headline_that_is_a_picture_of_its_letters(heading: str) -> None:
    page = read(f"{_show_picture(TITLE, heading=heading)}{DATE}{TEXT}<h3>Gửi ý kiến</h3>")
    assert page.title == TITLE
    assert page.published is not None
    assert Origin("title", "picture", 0.8) in page.origins


def test_a_printed_headline_goes_before_a_picture() -> None:
    page = read(f"{_show_picture(TITLE)}<h1>{TITLE}</h1>{DATE}{TEXT}")
    assert page.title == TITLE
    assert Origin("title", "picture", 0.8) not in page.origins


@pytest.mark.parametrize(
    "picture",
    [
        _show_picture(NAME, "/"),
        _show_picture(TITLE, "/bai/1"),
        _show_picture("Cổng chào"),
        f"<div><a href='{URL}'><img src=/a.png alt='{TITLE}'></a></div>",
    ],
)
def test_a_picture_that_is_no_headline(picture: str) -> None:
    """One of the site's name, one that leads elsewhere, one that says something else, one in no heading."""
    page = read(f"{picture}<h2>Bờ kênh phía đông</h2>{DATE}{TEXT}")
    assert page.title == "Bờ kênh phía đông"
