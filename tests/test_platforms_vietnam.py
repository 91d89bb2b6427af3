"""Portals of the Fatherland Front and on Viettel's VCMS; how platforms are told apart, and read bad pages."""

from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest

from archiver.html.elements import prose_of
from archiver.model import (
    Article,
    Attachment,
    Capture,
    Count,
    Form,
    Image,
    Listing,
    ListingEntry,
    Problem,
    PublishedDate,
    Unreadable,
)
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import PLATFORMS, recognise_platform
from archiver.platforms.viettel_vcms import read_address
from archiver.text.cleaning import clean_text
from tests.real_portal import ZONE

AT = datetime(2019, 9, 1, tzinfo=UTC)
SITE = "http://portal.example"
FRONT = f"{SITE}/tin-hoat-dong/hop-ban-thuong-truc-4711.html"
VCMS = f"{SITE}/web/guest/tin/-/vcmsviewcontent/GbkG/2015/2015/23894"
AFTERNOON = datetime(2018, 4, 27, 9, 3, tzinfo=UTC)


def read(platform, body, url):
    page = f"<html><body>{body}</body></html>".encode()
    return read_page(Capture(url, AT, 200, (), page), PLATFORMS[platform], ZONE)


def front(line):
    return f"""<ol class="breadcrumb"><li>Trang chủ</li><li>Hoạt động</li></ol><div id="contentdetail">
<h1 id="title">Họp Ban Thường trực</h1><div class="date">27/04/2018 16:03</div>{line}
<p>Chủ tịch khai mạc.</p><p>Tải <a href="/uploads/ke-hoach.pdf">kế hoạch</a>.</p></div>
<div>Lượt truy cập: <span class="badge">99</span></div>"""


@pytest.mark.parametrize(
    ("line", "views"),
    [
        (
            '<p><span class="badge">12308</span> lần xem | <span class="badge">0</span> bình luận</p>',
            Count("12308", 12308),
        ),
        ('<p><span class="badge">5</span> bình luận</p>', None),
        ("", None),
    ],
)
def test_an_article_of_the_front(line, views):
    assert replace(read("mat_tran", front(line), FRONT), body_html="") == Article(
        native_key=f"portal.example{FRONT.removeprefix(SITE)}",
        url=FRONT,
        title="Họp Ban Thường trực",
        section="Hoạt động",
        paragraphs=("Chủ tịch khai mạc.", "Tải kế hoạch."),
        published=PublishedDate("27/04/2018 16:03", AFTERNOON, "minute"),
        views=views,
        attachments=(Attachment(f"{SITE}/uploads/ke-hoach.pdf", "kế hoạch"),),
    )


PORTLET = '<div id="p_p_id_vcmsviewcontent_INSTANCE_GbkG_" class="portlet-boundary">{}</div>'
TITLE_TABLE = """<p class="bread-crum">Tin trong nước</p><table class="chanel-news"><tr><td>
<p class="title01">Họp báo</p>
<span class="time">{}</span><div class="n-img"><img src="/image/images?img_id=7"></div>
<b class="hot-line">Bộ họp báo.</b>
<p>Thứ trưởng khai mạc.</p><p>Có 30 cơ quan dự.</p></td></tr></table>
<p><b class="news-other">Các tin khác:</b></p><p><a href="/x">Tin khác</a></p>"""
RIGHT_TABLE = """<table><tr><td class="title_center">Tin trong nước</td></tr><tr><td><div align="right">{}</div></td>
</tr>
<tr><td><div align="justify"><p><span class="text_none2">» Họp báo</span><br></p>
<table><tr><td><div class="n-img"><img src="/image/images?img_id=7"></div></td></tr></table>
<p><b>Bộ họp báo về kết quả công tác của quý hai năm nay.</b></p><p>Thứ trưởng khai mạc.</p><p>Có 30 cơ quan dự.</p>
</div></td></tr></table>"""


@pytest.mark.parametrize(
    ("printed", "at", "precision"),
    [
        ("27/04/2018 | 16:03 PM", AFTERNOON, "minute"),
        ("27/04/2018 | 04:03", datetime(2018, 4, 26, 21, 3, tzinfo=UTC), "minute"),
        ("27/04/2018 | 24:00", datetime(2018, 4, 26, 17, tzinfo=UTC), "day"),
    ],
)
@pytest.mark.parametrize(
    ("look", "lead"),
    [(TITLE_TABLE, "Bộ họp báo."), (RIGHT_TABLE, "Bộ họp báo về kết quả công tác của quý hai năm nay.")],
)
def test_an_article_of_vcms(look, lead, printed, at, precision):
    page = read("viettel_vcms", PORTLET.format(look.format(printed)), VCMS)
    assert replace(page, body_html="") == Article(
        native_key="23894",
        url=VCMS,
        title="Họp báo",
        section="Tin trong nước",
        lead=lead,
        paragraphs=("Thứ trưởng khai mạc.", "Có 30 cơ quan dự."),
        published=PublishedDate(printed, at, precision),
        images=(Image(f"{SITE}/image/images?img_id=7"),),
    )


NAME = "_vcmsviewcontent_INSTANCE_GbkG_"


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("/web/guest/tin/-/vcmsviewcontent/GbkG/2015/2015/23894", "article", "23894"),
        ("/web/guest/tin/-/vcmsviewcontent/GbkG/2001/2001/23894?p=1", "article", "23894"),
        (f"/web/guest/tin?p_p_id=x&{NAME}articleId=23894&{NAME}categoryId=2015", "article", "23894"),
        ("/web/guest/tin/-/vcmsviewcontent/GbkG/2015/2015", "listing", None),
        (f"/web/guest/tin?{NAME}categoryId=2015&{NAME}page=2", "listing", "/web/guest/tin#2015#2"),
        (f"/web/guest/tin?{NAME}articleId=&{NAME}categoryId=2015", "listing", "/web/guest/tin#2015#1"),
        ("", "listing", "/##1"),
    ],
)
def test_addresses_of_vcms(path, kind, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == (kind, key or f"{path}#2015/2015#1")
    assert read_address(address.url) == address


def vcms_list(pages, shown):
    rows = "".join(
        f"""<div class="clearfix"><a class="fon6" href="/web/guest/tin/-/vcmsviewcontent/GbkG/2015/2015/{number}">
<b>{title}
</b></a><span>(27/04/2018 | 16:03 PM)</span><div class="fon5">Tóm tắt</div></div>"""
        for number, title in ((9, "Tin một"), (8, "Tin hai"))
    )
    steps = "".join(f"""<a class="next_article" onclick="{NAME}submitForm('{page}','');">x</a>""" for page in pages)
    form = f"""<form name="{NAME}fm" action="/web/guest/tin?p_p_id=x" method="post">
<input type="hidden" name="{NAME}page"
value="{shown}"><input type="hidden" name="{NAME}categoryId" value="2015"></form>"""
    return PORTLET.format(f'<div class="smallpage">{rows}</div>{steps}{form}')


def test_a_list_of_vcms():
    date = PublishedDate("(27/04/2018 | 16:03 PM)", AFTERNOON, "minute")
    url = f"{SITE}/web/guest/tin/-/vcmsviewcontent/GbkG/2015/2015"
    assert read("viettel_vcms", vcms_list((2, 7), ""), url) == Listing(
        url=url,
        entries=tuple(
            ListingEntry(str(number), f"{url}/{number}", title, date)
            for number, title in ((9, "Tin một"), (8, "Tin hai"))
        ),
        next_form=Form(f"{SITE}/web/guest/tin?p_p_id=x", ((f"{NAME}page", "2"), (f"{NAME}categoryId", "2015")), "2"),
    )


@pytest.mark.parametrize(
    ("pages", "shown", "following"), [((1, 2, 4, 7), "3", "4"), ((1, 6), "7", None), ((), "", None)]
)
def test_the_next_page_of_vcms(pages, shown, following):
    form = read("viettel_vcms", vcms_list(pages, shown), SITE).next_form
    assert (form.page if form else None) == following


GENERATOR = '<meta name="{}" content="{}">'


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ('<div class="asset-full-content-title">A</div>', "liferay_hanoi"),
        ('<div id="idDivMainChiTietTinTittle">A</div>', "vnpt_bentre"),
        ('<div class="UI_Danhsachtin_Phantrang"></div>', "vnpt_bentre"),
        ('<table class="DetailCB_config"></table>', "vnpt_bentre"),
        (PORTLET.format("A"), "viettel_vcms"),
        ('<article class="news-detail-layout-type-2 mb-20"></article>', "vhv"),
        ('<article class="pdf-detail-layout-default"></article>', "vhv"),
        ('<div id="module12" class="ModuleWrapper"></div>', "vhv"),
        (front(""), "mat_tran"),
        (GENERATOR.format("generator", "NukeViet v4.5"), "nukeviet"),
        (GENERATOR.format("GENERATOR", "Microsoft SharePoint"), "sharepoint"),
        ('<form><div class="ExternalClass0A">A</div></form>', "sharepoint"),
        ('<div class="ms-news-header">A</div>', "sharepoint"),
        ('<p><a href="http://bo.example/-/vcmsviewcontent/GbkG/1/1/2">Một bài trên cổng khác</a></p>', None),
        ("<h1>Trang chủ</h1><p>A</p>", None),
    ],
)
def test_recognition(page, name):
    platform = recognise_platform(parse_html(page))
    assert (platform.name if platform else None) == name


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Một</p><p>hai</p>ba<br>bốn", "Một hai ba bốn"),
        ("<span>TR</span><span>ƯỜNG</span> <b>h</b>ọc", "TRƯỜNG học"),
        ("<table><tr><td>Một</td><td>hai</td></tr></table>ba", "Một hai ba"),
        ("Một<!-- ẩn --><script>x()</script><style>p{}</style> hai", "Một hai"),
        ("", ""),
    ],
)
def test_prose_keeps_words_whole_and_apart(html, text):
    assert clean_text(prose_of(parse_html(f"<div>{html}</div>"))) == text


@pytest.mark.parametrize("platform", ["sharepoint", "mat_tran", "vhv", "nukeviet", "liferay_hanoi"])
def test_what_no_known_look_fits_is_left_to_the_generic_reader(platform, monkeypatch):
    asked = []

    def read_generic(capture, platform, _zone):
        asked.append(platform.name)
        return Unreadable(capture.url, Problem("no_layout", "không rõ"))

    monkeypatch.setattr("archiver.parsing.page.read_generic", read_generic)
    assert isinstance(read(platform, "<h1>Trang khác</h1>", FRONT), Unreadable)
    assert isinstance(read(platform, "<h1>404</h1><p>Không tìm thấy trang</p>", FRONT), Unreadable)
    assert asked == [platform]


VIETNAMESE = ("vnpt_bentre", "vhv", "viettel_vcms", "mat_tran", "nukeviet", "sharepoint")
HOSTILE = {
    "deep": "<div class='ExternalClass1 portlet-body'><table><tr><td>" * 400 + "x",
    "wide": '<p class="Title">1</p><td class="Time">2</td><article class="Article-News"></article>' * 3000,
    "links": "<a href=\"javascript:__doPostBack('a','1')\" onclick=\"downloadFile('1','2')\">x</a>1 " * 3000,
    "forms": '<form><input name="__VIEWSTATE"><div class="UI_Danhsachtin_Phantrang"><input type="submit">' * 300,
    "digits": f"<div class='ms-news-header'>{'(1' * 20000}</div><div class='ExternalClass1'>{'9' * 100000}</div>",
    "onclick": "<article class='Article-News'><h1 itemprop='headline'>A</h1><p class='Title'><a href='/a'>A</a></p>"
    + "".join(
        f'<a onclick="{code * 20000}">x</a>'
        for code in (
            "CountDownConfig('a',",
            "downloadFile('a','",
            "_vcmsviewcontent_INSTANCE_",
            "RefreshPageTo(event,'",
        )
    ),
    "paged": f"""<a onclick="RefreshPageTo(event, '{"Paged=TRUE" * 20000}">x</a>
<table><tr><td><p class="Title"><a href="/a">A</a></p></td></tr></table>""",
    "spaces": f"""<form><input name="__VIEWSTATE"><table><td><p class="Title"><a href="/a">A</a></p></table>
<a href="javascript:__doPostBack('a','b')">2{"&nbsp;" * 50000}x</a>{"&nbsp;" * 50000}x</form>""",
    "header": f"<div class='ms-news-header'>A ({'1' * 100000}</div><div class='ExternalClass1'>b</div>",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_are_read_in_time(kind):
    start = process_time()
    for name in VIETNAMESE:
        read(name, HOSTILE[kind], FRONT)
    recognise_platform(parse_html(HOSTILE[kind]))
    assert process_time() - start < 10
