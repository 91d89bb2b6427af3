"""Portals of the Fatherland Front: the text in a division of its own or among buttons and a form, lists."""

from datetime import UTC, datetime

import pytest

from archiver.model import Article, Capture, Count, Listing, Page
from archiver.parsing.page import read_page
from archiver.platforms.mat_tran import MAT_TRAN
from tests.real_portal import ZONE

AT = datetime(2024, 9, 1, tzinfo=UTC)
SITE = "http://mttq.example"
TEXT = "<p>Ban Thường trực họp phiên tháng ba.</p><p>Quỹ vì người nghèo trao tám căn nhà.</p>"
PARAGRAPHS = ("Ban Thường trực họp phiên tháng ba.", "Quỹ vì người nghèo trao tám căn nhà.")
LINE = """<div class="row"><h4 id="title">Trao nhà đại đoàn kết</h4><div>
<span class="glyphicon glyphicon-calendar"></span> {day}
<span class="glyphicon glyphicon-tasks"></span> <a href="/tin">Tin trong tỉnh</a></div><div>
<span class="glyphicon glyphicon-user"></span><span>T. Nhân</span> <span class="badge">57</span> lần xem |
<a href="#boxcomment"><span class="badge">0</span> bình luận</a></div></div>"""
BUTTONS = """<div><a href="javascript:history.back();">Quay lại</a> | <a href="javascript: print();">Bản in</a> | Font:
</div>"""
DEAD_BUTTONS = "<div><a href='#'>Quay lại</a> | <a href='#'>Bản in</a> | Font: </div>"
EDITOR = """<div class="modal"><h4>Gửi bình luận</h4><textarea></textarea><span>Nhấn ALT + 0 để được giúp đỡ</span>
<div>Mã xác thực <input name="captcha_code"></div></div>"""


def read(body: str, path: str = "/trao-nha") -> Page:
    return read_page(Capture(SITE + path, AT, 200, (), f"<body>{body}</body>".encode()), MAT_TRAN, ZONE)


@pytest.mark.parametrize("day", ["", "07/03/2024"])
def test_what_follows_the_pictures_of_the_line(day: str) -> None:
    detail = f"<div id='detail'>{TEXT}<p align='right'>Theo báo tỉnh</p></div>"
    page = read(f"<div id='contentdetail'>{BUTTONS}<div id='body'>{LINE.format(day=day)}{detail}</div>{EDITOR}</div>")
    assert isinstance(page, Article)
    assert (page.title, page.section, page.author) == ("Trao nhà đại đoàn kết", "Tin trong tỉnh", "T. Nhân")
    assert page.paragraphs == (*PARAGRAPHS, "Theo báo tỉnh")
    assert page.views == Count("57", 57)
    assert (page.published.raw if page.published else "") == day


FORMS = [
    EDITOR,
    "<div class='comment'><h4>Ý kiến của bạn</h4><form><label>Họ tên</label><input name='ten'></form></div>",
    "<div id='boxcomment'><p>Chưa có bình luận nào</p></div>",
    "<h4>Gửi bình luận</h4><form><p>Mã bảo vệ</p><textarea></textarea><input type='submit' value='Gửi'></form>",
    "<div><div>Ý kiến của bạn</div><textarea></textarea><span>Nhấn ALT + 0</span><a href='#'>Gửi đi</a></div>",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("buttons", [BUTTONS, DEAD_BUTTONS])
def test_buttons_and_forms_are_no_text(buttons: str, form: str) -> None:
    title = "<div id='title'>Trao nhà đại đoàn kết</div><div class='date'>07/03/2024</div>"
    page = read(f"<div id='contentdetail'>{title}{buttons}{TEXT}{form}</div>")
    assert isinstance(page, Article)
    assert page.paragraphs == PARAGRAPHS


def test_a_paragraph_with_links_that_lead_nowhere_is_text() -> None:
    body = "<p>Xem <a href='#'>phụ lục một</a> và <a href='#'>phụ lục hai</a> kèm theo kế hoạch.</p>"
    page = read(f"<div id='contentdetail'><div id='title'>Kế hoạch</div>{TEXT}<div>{body}</div></div>")
    assert isinstance(page, Article)
    assert page.paragraphs[:2] == PARAGRAPHS


def row(number: int, title: str) -> str:
    return f"""<li><a href="{title.lower().replace(" ", "-")}"><div class="title"><span class="badge">{number}</span>
{title}</div><div>Đăng bởi: Admin - Ngày: 0{number}/03/2024 Lượt xem: {number}5 - Bình luận: 0</div>
<div class="summary">Tóm tắt có ngày 01/01/2001.</div></a></li>"""


def test_a_listing() -> None:
    listing = read(f"<div id='boxlist01'><ul class='list01'>{row(1, 'Tin mot')}{row(2, 'Tin hai')}</ul></div>", "/tin")
    assert isinstance(listing, Listing)
    assert [(entry.url, entry.title, entry.views) for entry in listing.entries] == [
        (f"{SITE}/tin-mot", "Tin mot", Count("15", 15)),
        (f"{SITE}/tin-hai", "Tin hai", Count("25", 25)),
    ]
    assert [entry.published.raw for entry in listing.entries if entry.published] == ["01/03/2024", "02/03/2024"]
