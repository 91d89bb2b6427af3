"""The portals on the CMS of VHV.vn: the looks of their articles, documents in a table, lists."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import (
    Article,
    Attachment,
    Capture,
    Count,
    Image,
    Listing,
    ListingEntry,
    PublishedDate,
    ResultCount,
    Unreadable,
)
from archiver.parsing.page import read_page
from archiver.platforms.vhv import VHV, read_address
from tests.real_portal import ZONE

AT = datetime(2021, 10, 20, tzinfo=UTC)
SITE = "http://truong.example"
URL = f"{SITE}/tin-tuc/hop-chi-bo.html"


def read(body, url=URL):
    return read_page(Capture(url, AT, 200, (), f"<html><body>{body}</body></html>".encode()), VHV, ZONE)


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("/tin-tuc/hop-chi-bo.html", "unknown", "/tin-tuc/hop-chi-bo.html"),
        ("/tin-tuc/hop-chi-bo.html?fbclid=1#top", "unknown", "/tin-tuc/hop-chi-bo.html"),
        ("/index-nhom-2.html", "unknown", "/index-nhom-2.html"),
        ("/chuyen-mon/chi-bo-dang", "listing", "/chuyen-mon/chi-bo-dang"),
        ("/?page=Article.News.list&utm_source=x", "listing", "/?page=Article.News.list"),
        ("/index9ba3.html?page=home", "listing", "/index9ba3.html?page=home"),
        ("", "listing", "/"),
    ],
)
def test_addresses(path, kind, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == (kind, key)


@given(st.text(max_size=40))
@example("[")
@example("a.html\n")
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


CRUMBS = """<ol class="breadcrumb"><li class="first-item"><a href="/">Trang chủ</a></li>
<li class=""><a href="/tin-tuc">Tin tức</a></li><li class="last-item"><a href="/tin-tuc/dang">Công tác Đảng</a></li>
</ol>"""
META = '<meta itemprop="datePublished" content="2019-01-01T10:18:47+07:00"/>'
BODY = """<p style="text-align:justify">Bí thư <span>kh</span><span>ai mạc</span>.</p>
<p style="text-align:center"><img src="/upload/1/hop.jpg"></p><p>Chi bộ bàn 3 việc.</p>
<p><a href="/upload/1/nghi-quyet.pdf">Nghị quyết</a></p>"""
SIDE = """<section class="section-list"><article class="list-news-one"><h2 itemprop="headline">
<a href="/khac.html">Tin khác
</a></h2></article></section><div>Lượt truy cập: 15053</div>"""

TYPE_2 = f"""{CRUMBS}<article id="article23" class="news-detail-layout-type-2 mb-20">{META}<header>
<span class="post-date left">Thứ 5, 18/06/2020 <span class="drash">|</span> 16:10</span><a>A<sup>+</sup></a></header>
<div class="article-content"><h1 class="title-detail" itemprop="headline"> Họp chi bộ </h1>
<div class="brief mb-10"><p>Chi bộ họp.</p><p>Đủ đảng viên dự.</p></div>
<div class="content-detail" itemprop="articleBody">{BODY}</div><hr>
<div class="author"><span><b>Tác giả:</b></span> Văn phòng </div></div>
<div class="rating">Tổng số điểm của bài viết là: <span>10</span></div></article>{SIDE}"""
ROW = """<article class="item-block listType4 Article-News"><h2 itemprop="headline"><a href="/a.html">Tin khác</a></h2>
<div class="news-date">Ngày đăng: 01/01/2018 - 07:00</div><div class="brief">Tóm tắt khác</div></article>"""
NEWS = f"""{CRUMBS}{ROW}<section class="news-detail-default"><article class="Article-News" data-id="34">{META}
<h1 itemprop="headline">Họp chi bộ</h1><div class="news-date">26/12/2020, 14:58:00 - Lượt xem: 9</div>
<div class="brief-detail"><p>Chi bộ họp.</p><p>Đủ đảng viên dự.</p></div>
<div class="content-detail" itemprop="articleBody">{BODY}</div></article></section>{SIDE}"""
PDF = f"""{CRUMBS}{ROW}<article class="pdf-detail-layout-default">{META}<h1 itemprop="headline">Họp chi bộ</h1>
<div class="news-date"><span>Ngày đăng: </span>03/08/2020 - 09:38</div>
<iframe src="/3rdparty/pdfjs/web/viewer.html?file=/upload/1/ke-hoach.pdf"></iframe></article>{SIDE}"""
LEAD = "Chi bộ họp. Đủ đảng viên dự."
PARAGRAPHS = ("Bí thư khai mạc.", "Chi bộ bàn 3 việc.", "Nghị quyết")
RESOLUTION = Attachment(f"{SITE}/upload/1/nghi-quyet.pdf", "Nghị quyết")
PICTURE = Image(f"{SITE}/upload/1/hop.jpg")


def article(**fields):
    """Return the article that all three looks print, with what each of them adds."""
    return Article(URL.removeprefix(SITE), URL, "Họp chi bộ", "Công tác Đảng", **fields)


def test_an_article_with_a_line_above_its_title():
    page = replace(read(TYPE_2), body_html="")
    published = PublishedDate("Thứ 5, 18/06/2020 | 16:10", datetime(2020, 6, 18, 9, 10, tzinfo=UTC), "minute")
    assert page == article(
        author="Văn phòng",
        lead=LEAD,
        paragraphs=PARAGRAPHS,
        published=published,
        images=(PICTURE,),
        attachments=(RESOLUTION,),
    )


def test_an_article_that_prints_its_count():
    page = replace(read(NEWS), body_html="")
    assert page == article(
        lead=LEAD,
        paragraphs=PARAGRAPHS,
        published=PublishedDate("26/12/2020, 14:58:00", datetime(2020, 12, 26, 7, 58, tzinfo=UTC), "minute"),
        views=Count("9", 9),
        images=(PICTURE,),
        attachments=(RESOLUTION,),
    )


def test_a_file_in_a_frame():
    page = replace(read(PDF), body_html="")
    assert page == article(
        published=PublishedDate("03/08/2020 - 09:38", datetime(2020, 8, 3, 2, 38, tzinfo=UTC), "minute"),
        attachments=(Attachment(f"{SITE}/upload/1/ke-hoach.pdf", "ke-hoach.pdf"),),
    )


def document(views, description="", file="/upload/1/cv-12.pdf"):
    cells = [
        ("Tiêu đề văn bản", ' class="title"', "Về việc họp"),
        ("Ngày ban hành", "", "01/02/2020"),
        ("Tài liệu đính kèm", "", f"<a onclick=\"downloadFile('5e36','{file}')\"> Tải về tại đây</a>"),
        ("Số lượt xem", "", views),
        ("Số lượt tải về", "", "506"),
        ("Mô tả", ' colspan="3"', description),
    ]
    rows = "".join(f'<tr><td class="td-title">{label}</td><td{more}>{value}</td></tr>' for label, more, value in cells)
    table = f'<div class="legal-document-detailLayout-default"><table>{rows}</table><iframe src="{file}#zoom=100">'
    return f"{CRUMBS}{table}</iframe></div>{SIDE}"


def test_a_document_in_a_table():
    page = read(document("17306", "<p>Chi bộ họp ngày 3.</p>"))
    assert page == Article(
        URL.removeprefix(SITE),
        URL,
        "Về việc họp",
        "Công tác Đảng",
        paragraphs=("Chi bộ họp ngày 3.",),
        body_html="<p>Chi bộ họp ngày 3.</p>",
        views=Count("17306", 17306),
        attachments=(Attachment(f"{SITE}/upload/1/cv-12.pdf", "cv-12.pdf"),),
    )


def test_a_count_that_is_not_printed_is_not_the_downloads():
    page = read(document(""))
    assert (page.views, [problem.kind for problem in page.problems]) == (Count("", None), ["unreadable_count"])


def test_the_line_of_another_site_is_text():
    pasted = "<p>Th.ba, 12/11/2019, 18:37Lượt xem: 15053</p>"
    page = read(TYPE_2.replace("<p>Chi bộ họp.</p>", pasted))
    assert (page.views, page.published.raw) == (None, "Thứ 5, 18/06/2020 | 16:10")
    assert page.lead == "Th.ba, 12/11/2019, 18:37Lượt xem: 15053 Đủ đảng viên dự."


def item(number, title):
    return f"""<article class="item-block listType4 Article-News" data-id="5a{number}"><figure>
<a href="/tin/bai-{number}.html">
<img src="/a.jpg"></a></figure><div class="post-title"><h2><a href="/tin/bai-{number}.html">{title}</a></h2></div>
</article>"""


PAGED = f"""<section class="section-list"><article class="list-news-one"><h2><a href="/tin/bai-9.html">Tin một</a></h2>
</article><article class="list-news-one"><h2><a href="/tin/bai-8.html">Tin hai</a></h2></article>
<div id="pagination26" class="default-pagination"></div></section>{SIDE}"""
DOCUMENTS = """<div class="list-legal-document-table"><table><thead><tr><th>STT</th></tr></thead><tbody>
<tr><td>1</td><td class="tg-yw4l"><a href="/tin/bai-9.html">Tin một</a></td><td>04/01/2020</td></tr>
<tr><td>2</td><td class="tg-yw4l"><a href="/tin/bai-8.html">Tin hai</a></td><td></td></tr></tbody></table></div>"""
BLOCKS = """<div class="legalddocument-default"><a class="title-documment" href="/tin/bai-9.html">Tin một</a></div>
<div class="legalddocument-default"><a class="title-documment" href="/tin/bai-8.html">Tin hai</a></div>"""


@pytest.mark.parametrize("rows", [item(9, "Tin một") + item(8, "Tin hai"), PAGED, DOCUMENTS, BLOCKS])
def test_lists(rows):
    assert read(CRUMBS + rows, f"{SITE}/tin") == Listing(
        url=f"{SITE}/tin",
        section="Công tác Đảng",
        entries=(
            ListingEntry("/tin/bai-9.html", f"{SITE}/tin/bai-9.html", "Tin một"),
            ListingEntry("/tin/bai-8.html", f"{SITE}/tin/bai-8.html", "Tin hai"),
        ),
    )


SCRIPT = """<script>VHV.using($.extend($.parseJSON(decode64('eyJs')),{{"module":"Content.Listing","id":"{}"}}),{{
itemsPerPage: "2", pageNo: 1, totalItems: {}, orderBy: "publishTime DESC"}});</script>"""


@pytest.mark.parametrize(
    ("scripts", "results"),
    [
        (SCRIPT.format(20, 154) + SCRIPT.format(26, 25), ResultCount(1, 2, 25)),
        (SCRIPT.format(20, 154), None),
        ("", None),
    ],
)
def test_a_list_that_a_script_turns_says_how_much_is_not_seen(scripts, results):
    listing = read(PAGED + scripts, f"{SITE}/tin")
    assert (listing.results, listing.next_url, listing.next_form) == (results, None, None)


def test_a_channel_that_is_being_filled_is_an_empty_listing():
    empty = '<section><div class="no-items"><h5>Nội dung đang được cập nhật.</h5></div></section>'
    assert read(CRUMBS + empty + SIDE, f"{SITE}/dang") == Listing(url=f"{SITE}/dang", section="Công tác Đảng")


LATER_LOOK = f"""{CRUMBS}<article class="news-detail-layout-type-4 mb-20"><header><span class="post-date">Thứ 5,
18/06/2020 <span>|</span> 16:10</span></header><h1 class="title-detail">Họp chi bộ</h1>
<div class="content-detail"><p>Chi bộ bàn 3 việc.</p></div><div class="author"><b>Tác giả:</b> Văn phòng</div>
<div class="author">Lượt xem: 29</div></article>"""


def test_a_look_is_known_by_what_its_names_have_in_common():
    page = read(LATER_LOOK + item(1, "Tin một") + item(2, "Tin hai"))
    assert isinstance(page, Article)
    assert (page.title, page.author, page.views, page.paragraphs) == (
        "Họp chi bộ",
        "Văn phòng",
        Count("29", 29),
        ("Chi bộ bàn 3 việc.",),
    )
    assert page.published.at == datetime(2020, 6, 18, 9, 10, tzinfo=UTC)


def test_a_date_in_another_place_of_the_article():
    page = read(LATER_LOOK.replace('class="post-date"', 'class="date-time"'))
    assert page.published.at == datetime(2020, 6, 18, 9, 10, tzinfo=UTC)
    none = LATER_LOOK.replace('class="post-date"', 'class="ngay"').replace(
        "<p>Chi", "<p class='date'>01/02/2019</p><p>Chi"
    )
    assert read(none).published is None


def columns(main, side):
    return f"""<div class="columns-widget"><div class="row"><div class="col-left col-md-8">{main}</div>
<div class="col-right col-md-4">{side}</div></div></div>"""


def dated(number, row, title, date):
    return f"""<{row}><div><a href="/tin/bai-{number}.html"><img src="/a.jpg"></a></div><div class="{title}">
<a href="/tin/bai-{number}.html">Tin số {number}</a></div>{date}</{row.split()[0]}>"""


SIDE_BOX = f"<section class='section-list Article-Detail-listType4'>{item(7, 'Tin bên')}{item(6, 'Tin cạnh')}</section>"


@pytest.mark.parametrize(
    ("row", "title", "date"),
    [
        ("article class='item-block detail-list-type-5'", "entry-title", "<time class='post-date'>13/09/2024</time>"),
        ("div class='listType6 news-item'", "news-title", "<span class='time-news'>13/09/2024</span>"),
        ("div class='news-listType10'", "post-title", "<span class='date'>13/09/2024</span>"),
    ],
)
def test_the_list_of_a_channel_is_not_the_box_beside_it(row, title, date):
    rows = "".join(f"<div class='row'>{dated(number, row, title, date)}</div>" for number in (9, 8))
    main = f"<section class='section-list Article-Detail-listType5'>{rows}</section>"
    listing = read(CRUMBS + columns(main, SIDE_BOX), f"{SITE}/tin.html")
    assert isinstance(listing, Listing)
    assert [(entry.native_key, entry.title, entry.published.raw) for entry in listing.entries] == [
        ("/tin/bai-9.html", "Tin số 9", "13/09/2024"),
        ("/tin/bai-8.html", "Tin số 8", "13/09/2024"),
    ]


def test_the_box_beside_a_page_is_no_list():
    assert isinstance(read(columns("<h1>Sơ đồ tổ chức</h1>", SIDE_BOX), f"{SITE}/so-do.html"), Unreadable)


def test_the_frame_of_an_article_that_is_not_there_leaves_the_boxes():
    page = read(columns('<article class="news-detail-layout-type-2"></article>', SIDE_BOX), f"{SITE}/tin.html")
    assert [entry.title for entry in page.entries] == ["Tin bên", "Tin cạnh"]


@pytest.mark.parametrize("name", ["detail-photoalbum", "rating-album-wrapper", "video-detail", "person-detail"])
def test_albums_films_and_persons_are_no_articles(name):
    text = "<p>Đoàn xã trao quà cho các cháu thiếu nhi ở hai thôn vùng cao nhân dịp đầu năm học mới.</p>" * 6
    page = f"<div class='{name}'><h1>Ngày hội đọc sách của thiếu nhi toàn xã</h1><p>02/03/2021</p>{text}</div>"
    assert isinstance(read(CRUMBS + page), Unreadable)


def test_a_home_page_is_neither():
    assert isinstance(read(f"<div class='ModuleWrapper' id='module1'></div>{SIDE}", f"{SITE}/"), Unreadable)
