"""The portals of Bến Tre: addresses whose identity is a query without a value, articles, documents, listings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Count, Form, Image, Listing, ListingEntry, PublishedDate
from archiver.parsing.page import read_page
from archiver.platforms.layout import Address
from archiver.platforms.vnpt_bentre import VNPT_BENTRE, read_address
from archiver.urls import join_url
from tests.real_portal import ZONE

AT = datetime(2022, 3, 1, tzinfo=UTC)
SITE = "http://phuong.bentre.example"
ARTICLE = f"{SITE}/chi-tiet-tin?/hop-chi-bo-thang-hai/10409234"
CHANNEL = f"{SITE}/-ang-oan-the"
PORTLET = "_Danh_Sach_Tin_conf_WAR_Article_Bai_Vietportlet_INSTANCE_GRZp"


def read(body, url=CHANNEL):
    return read_page(Capture(url, AT, 200, (), f"<html><body>{body}</body></html>".encode()), VNPT_BENTRE, ZONE)


@pytest.mark.parametrize(
    "path",
    [
        "/chi-tiet-tin?/hop-chi-bo-thang-hai/10409234",
        "/chi-tiet-tin/?/hop-chi-bo-thang-hai/10409234",
        "/chi-tiet-tin/?/hop-chi-bo-thang-hai/10409234#binh-luan",
        "/chi-tiet-tin;jsessionid=0A1B?/hop-chi-bo-thang-hai/10409234",
        "/chi-tiet-tin/index828a.html?/hop-chi-bo-thang-hai/10409234",
        "/en/chi-tiet-tin?/ten-khac/10409234",
        "/van-ban/-/vanbanconfig/3JAw/Detail_Document_Config/10409234",
    ],
)
def test_spellings_of_an_article(path):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == ("article", "10409234")
    assert read_address(address.url) == address


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("", "/"),
        ("/-ang-oan-the", "/-ang-oan-the"),
        ("/-ang-oan-the/", "/-ang-oan-the"),
        ("/-ang-oan-the/-/dst/GRZp/displayUI_DST?p_auth=hvQs", "/-ang-oan-the"),
        ("/danh-muc-bai-viet?/xem-them/8414681", "/danh-muc-bai-viet?/xem-them/8414681"),
        ("/danh-muc-bai-viet/indexda7b.html?/xem-them/8414681", "/danh-muc-bai-viet?/xem-them/8414681"),
        ("/chi-tiet-tin", "/chi-tiet-tin"),
        ("/chi-tiet-tin?/hop-chi-bo/", "/chi-tiet-tin?/hop-chi-bo/"),
        ("/chi-tiet-tin?/hop-chi-bo/١٢", "/chi-tiet-tin?/hop-chi-bo/١٢"),
        ("/tin?/hop-chi-bo/10409234", "/tin?/hop-chi-bo/10409234"),
    ],
)
def test_listings(path, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == ("listing", key)


def test_two_articles_stay_two():
    urls = (join_url(CHANNEL, f"/chi-tiet-tin?/bai-{number}/{number}") for number in (1, 2))
    assert [read_address(url) for url in urls] == [
        Address("article", "1", f"{SITE}/chi-tiet-tin?/bai-1/1"),
        Address("article", "2", f"{SITE}/chi-tiet-tin?/bai-2/2"),
    ]


@given(st.text(max_size=40))
@example("[")
@example("chi-tiet-tin?/a/1\n")
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


NEWS = """<div class="portlet-body"><div id="idDivMainChiTietTin"><div class="UI_Tinbai_chitiet">
<div class="CTTDivTittleBaiViet" id="idDivMainChiTietTinTittle"> Họp chi bộ <b>tháng Hai</b> </div>
<span class="UI_Tinbai_chitiet_startdate"> 07/02/2022 </span>
<div class="UI_Tinbai_chitiet_noidungngan"><p>Chi bộ họp định kỳ.</p><p>Đủ đảng viên dự.</p></div>
<div class="UI_Tinbai_chitiet_noidung">\u200b <p>Bí thư khai mạc.</p>
<p style="text-align:center"><img src="/documents/7/8/hop.jpg?t=1" alt="Họp"></p>
<p style="text-align:center"><em>Quang cảnh</em></p>
<p>Xem <a href="/documents/7/8/nghi-quyet.pdf?t=1">nghị quyết</a>.</p>
</div></div></div>
<div class="UI_Tinbai_chitiet_tlq"><a href="index258f.html?/khac/8">Tin liên quan</a> - 07/01/2022
<form><input type="hidden" name="_Chi_Tiet_Tin_articleAjax" value="10409234"></form></div></div>"""


@pytest.mark.parametrize("url", [ARTICLE, f"{SITE}/chi-tiet-tin/-/chitiettin/JTne/displayUI_CTT?p_auth=o6hM"])
def test_a_whole_article(url):
    assert replace(read(NEWS, url), body_html="") == Article(
        native_key="10409234",
        url=url,
        title="Họp chi bộ tháng Hai",
        lead="Chi bộ họp định kỳ. Đủ đảng viên dự.",
        paragraphs=("Bí thư khai mạc.", "Xem nghị quyết."),
        published=PublishedDate("07/02/2022", datetime(2022, 2, 6, 17, tzinfo=UTC), "day"),
        images=(Image(f"{SITE}/documents/7/8/hop.jpg?t=1", "Quang cảnh", "Họp"),),
        attachments=(Attachment(f"{SITE}/documents/7/8/nghi-quyet.pdf?t=1", "nghị quyết"),),
    )


def document_row(label, value):
    return f"<tr class='QTVBTieuBangchipDetailConfig'><td><strong> {label} </strong></td><td> {value} </td></tr>"


FILE = """<br> <a style="cursor:pointer;" onclick="CountDownConfig('../CountDown?p_auth=hvQs','167', '{downloads}',
'../../../../../documents/7/8/cv-12.pdf');" > cv-12.pdf({downloads}-lượt)</a>
<a onclick="CountDownXemConfig('../CountDown?p_auth=hvQs','167', '0','../DetailPdf_Config/cv-12.pdf/add');">XEM</a>"""
TABLE = [
    ("Số/Ký hiệu", "12/CV-ĐU"),
    ("Trích yếu", "Về việc họp chi bộ"),
    ("Loại văn bản", "Công văn"),
    ("Ngày ban hành", "01-02-2022"),
    ("Ngày hiệu lực", "05-02-2022"),
]


def read_document(downloads):
    rows = "".join(document_row(*row) for row in [*TABLE, ("Văn bản đính kèm", FILE.format(downloads=downloads))])
    return read(
        f"<a>← Trở về</a><table class='DetailCB_config'>{rows}</table>",
        f"{SITE}/van-ban/-/vanbanconfig/3JAw/Detail_Document_Config/16704186",
    )


def test_a_document_is_an_article_without_a_date_of_publication():
    assert replace(read_document(0), body_html="") == Article(
        native_key="16704186",
        url=f"{SITE}/van-ban/-/vanbanconfig/3JAw/Detail_Document_Config/16704186",
        title="Về việc họp chi bộ",
        section="Công văn",
        paragraphs=tuple(f"{label}\t{value}" for label, value in TABLE),
        attachments=(Attachment(f"{SITE}/documents/7/8/cv-12.pdf", "cv-12.pdf"),),
    )


def test_downloads_are_no_change_of_a_document():
    assert read_document(0) == read_document(30)


def row(number, title, info="- 07/02/2022 (số lượt xem: 32)"):
    href = f"/chi-tiet-tin?/bai-{number}/{number}"
    return f"""<div class="UI_Danhsachtin_Phantrang_item"><div><a href="{href}"><img src="/a.jpg"></a></div>
<span class="UI_Danhsachtin_Phantrang_tieude"><a href="{href}"> {title} </a><span>{info}</span></span>
<p class="UI_Danhsachtin_Phantrang_ndn">Tóm tắt...</p></div>"""


def page_form(page, style=""):
    return f"""<form action="{CHANNEL}/-/dst/GRZp/displayUI_DST?p_auth=hvQs" method="post" name="{PORTLET}_{page}">
<input type="hidden" value="{page - 1}" name="{PORTLET}_T"/><input type="hidden" value="0" name="{PORTLET}_T1"/>
<input type="submit" style="color:{style}" value="{page}" /></form>"""


def listing(rows, forms=""):
    return f"""<section class="portlet"><h1><span class="portlet-title-text">Thông báo</span></h1></section>
<section class="portlet"><h1><span class="portlet-title-text">Đảng - Đoàn thể</span></h1><div class="portlet-body">
<div class="UI_Danhsachtin_Phantrang">{rows}<table><tr><td>{forms}</td></tr></table></div></div></section>"""


def test_a_whole_listing():
    published = PublishedDate("07/02/2022", datetime(2022, 2, 6, 17, tzinfo=UTC), "day")
    assert read(listing(row(9, "Tin một") + row(8, "Tin hai", ""), page_form(1))) == Listing(
        url=CHANNEL,
        section="Đảng - Đoàn thể",
        entries=(
            ListingEntry("9", f"{SITE}/chi-tiet-tin?/bai-9/9", "Tin một", published, Count("32", 32)),
            ListingEntry("8", f"{SITE}/chi-tiet-tin?/bai-8/8", "Tin hai"),
        ),
    )


@pytest.mark.parametrize(("shown", "following"), [(None, 2), (1, 2), (2, 3), (3, None)])
def test_the_next_page_is_a_form(shown, following):
    forms = "".join(page_form(page, "red" if page == shown else "") for page in (1, 2, 3))
    fields = ((f"{PORTLET}_T", str((following or 0) - 1)), (f"{PORTLET}_T1", "0"))
    form = Form(f"{CHANNEL}/-/dst/GRZp/displayUI_DST?p_auth=hvQs", fields, str(following)) if following else None
    assert read(listing(row(9, "Tin một"), forms)).next_form == form


def test_a_channel_without_articles_is_an_empty_listing():
    assert read(listing("")) == Listing(url=CHANNEL, section="Đảng - Đoàn thể")


def test_rows_of_another_look():
    rows = "".join(
        f"""<div class="UI_Danhsachtin_Phantrang_item"><a href="/chi-tiet-tin?/tin-{n}/{n}"><img src="/a.jpg"></a>
<div class="UI_Danhsachtin_Phantrang_tieude"><a href="/chi-tiet-tin?/tin-{n}/{n}">Tin số {n}</a>
<span>- 0{n}/12/2021 (số lượt xem: {n}2)</span></div></div>"""
        for n in (3, 2)
    )
    listing = read(f"<div class='UI_Danhsachtin_Phantrang'>{rows}</div>")
    assert [(entry.native_key, entry.title, entry.published.raw, entry.views.value) for entry in listing.entries] == [
        ("3", "Tin số 3", "03/12/2021", 32),
        ("2", "Tin số 2", "02/12/2021", 22),
    ]


def test_a_list_with_links_of_an_unknown_look_is_no_empty_channel():
    listing = "<div class='UI_Danhsachtin_Phantrang'><b><a href='/chi-tiet-tin?/tin-3/3'>Tin số 3</a></b></div>"
    assert not isinstance(read(listing), Listing)


BARE = """<head><meta property="og:url" content="http://phuong.bentre.example/chi-tiet-tin?/ke-hoach/{key}"></head>
<div class="UI_Tinbai_chitiet"><div id="idDivMainChiTietTinTittle">Kế hoạch tháng tư</div>
<span class="UI_Tinbai_chitiet_startdate">07/04/2018</span><div class="UI_Tinbai_chitiet_noidung"><p>Trường họp.</p>
<p align="right">Văn phòng</p></div></div>"""


def test_an_article_at_the_address_of_its_file_has_the_id_of_its_own_address():
    article = read(BARE.format(key="10284488"), f"{SITE}/chi-tiet-tin95fa.html")
    assert (article.native_key, article.title) == ("10284488", "Kế hoạch tháng tư")
    assert not isinstance(read(BARE.format(key=""), f"{SITE}/chi-tiet-tin95fa.html"), Article)


def test_the_last_line_is_text():
    article = read(BARE.format(key="1"), ARTICLE)
    assert (article.paragraphs, article.author) == (("Trường họp.", "Văn phòng"), None)
