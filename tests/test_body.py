"""A body is taken apart into lead, paragraphs, captions and signature, and written again as clean HTML."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Image, Problem, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.real_portal import ZONE

AT = datetime(2022, 9, 1, tzinfo=UTC)
SITE = "https://portal.example"
URL = f"{SITE}/tin/-/view_content/71-hop-giao-ban.html"
ACCOUNT = '<p align="right" class="view-content-author">\n<strong><em>bien tap vien</em></strong>\n</p>'
LEAD = "Sáng 5/3, chi bộ trường họp giao ban quý một và bàn việc quý hai."
FIRST = "Chi bộ điểm lại các việc đã làm trong quý một."
LAST = "Cuộc họp kết thúc lúc mười một giờ."
PICTURE = "/image/journal/article?img_id=9&t=1657072430000"
PHOTO = '<img alt="" src="/image/journal/article?img_id=9&amp;t=1657072430000" />'


def capture(body, sapo="", beside="", below=""):
    """Put a body into the portal's markup."""
    page = f"""<html><body><div class="portlet-boundary">
<div class="asset-full-content-title">Họp giao ban quý</div>
<div class="assetPublishDate block_timer">Ngày đăng 05/03/2021 | 8:15 AM</div>
<div class="asset-full-content show-asset-title"><div class="asset-content" id="_101_71">
<div class="sapo-wrapper clearfix">{beside}<p class="sapo"><strong>{sapo}</strong></p></div>
<div class="journal-content-article">{body}{ACCOUNT}</div></div></div>{below}</div></body></html>"""
    return Capture(URL, AT, 200, (), page.encode())


def read(body, sapo="", beside="", below=""):
    page = read_page(capture(body, sapo, beside, below), LIFERAY_HANOI, ZONE)
    assert isinstance(page, Article), page
    return page


def texts(body):
    return read(body).paragraphs


@pytest.mark.parametrize(
    ("sapo", "body", "lead", "paragraphs"),
    [
        (LEAD, f"<p>{FIRST}</p><p>{LAST}</p>", LEAD, (FIRST, LAST)),
        (LEAD, f"<p><strong>{LEAD}</strong></p><p>{FIRST}</p>", LEAD, (LEAD, FIRST)),
        ("", f"<p><strong>{LEAD}</strong></p><p>{FIRST}</p>", LEAD, (FIRST,)),
        (
            "&nbsp;",
            f"<p>&nbsp;</p><p><b>{LEAD[:20]}</b><strong>{LEAD[20:]}</strong> </p><p>{FIRST}</p>",
            LEAD,
            (FIRST,),
        ),
        ("", f"<p><strong>{LEAD[:30]}<br>{LEAD[30:]}</strong></p><p>{FIRST}</p>", f"{LEAD[:30]} {LEAD[30:]}", (FIRST,)),
        ("", f"<p><strong>{LEAD}</strong></p><p><strong>{FIRST}</strong></p>", None, (LEAD, FIRST)),
        ("", f"<p><strong>{LEAD}</strong></p>", None, (LEAD,)),
        ("", f'<p style="text-align: center"><strong>{LEAD}</strong></p><p>{FIRST}</p>', None, (LEAD, FIRST)),
        ("", f"<center><strong>{LEAD}</strong></center><p>{FIRST}</p>", None, (LEAD, FIRST)),
        ("", f"<h2>{LEAD}</h2><p>{FIRST}</p>", None, (LEAD, FIRST)),
        ("", f"<p><strong>{LEAD}</strong>.</p><p>{FIRST}</p>", None, (f"{LEAD}.", FIRST)),
        ("", f"<p><strong>Về việc họp</strong></p><p>{FIRST}</p>", None, ("Về việc họp", FIRST)),
        ("", f"<p>{FIRST}</p><p><strong>{LEAD}</strong></p><p>{LAST}</p>", None, (FIRST, LEAD, LAST)),
    ],
)
def test_lead(sapo, body, lead, paragraphs):
    article = read(body, sapo)
    assert (article.lead, article.paragraphs) == (lead, paragraphs)


CENTRED = '<p style="text-align: center;">'
CAPTION = "Toàn cảnh cuộc họp"


@pytest.mark.parametrize(
    ("picture", "caption"),
    [
        (f"{CENTRED}{PHOTO}</p>{CENTRED}{CAPTION}</p>", CAPTION),
        (
            f'<p align="center">{PHOTO}</p><p align="CENTER"><span style="color: #00f"><em>{CAPTION}</em></span></p>',
            CAPTION,
        ),
        (f'{CENTRED}{PHOTO}</p><p style="text-align:center !important">{CAPTION}</p>', CAPTION),
        (f"<center>{PHOTO}</center><center>{CAPTION}</center>", CAPTION),
        (f"{CENTRED}{PHOTO}</p><p>&nbsp;</p>{CENTRED}{CAPTION}</p>", CAPTION),
        (f"{CENTRED}{PHOTO}</p>{CENTRED}{CAPTION}</p>{CENTRED}(Ảnh: Lê Na)</p>", f"{CAPTION} (Ảnh: Lê Na)"),
        (f"{CENTRED}{PHOTO}<br>{CAPTION}</p>", CAPTION),
        (f"{CENTRED}{PHOTO}<br>{CAPTION}<br>(Ảnh: Lê Na)</p>", f"{CAPTION} (Ảnh: Lê Na)"),
        (f"<p>{PHOTO}<em>{CAPTION}</em></p>", CAPTION),
        (f"<p>{PHOTO}</p>{CENTRED}{CAPTION}</p>", CAPTION),
        (f"<div>{PHOTO}</div>{CENTRED}{CAPTION}</p>", CAPTION),
        (
            f'<table align="center"><tbody><tr><td>{PHOTO}</td></tr><tr><td>{CAPTION}</td></tr></tbody></table>',
            CAPTION,
        ),
        (f"<table><tr><td>{CENTRED}{PHOTO}</p></td></tr><tr><td>{CENTRED}{CAPTION}</p></td></tr></table>", CAPTION),
        (f'<figure style="text-align:center">{PHOTO}<figcaption>{CAPTION}</figcaption></figure>', CAPTION),
        (f"{CENTRED}{PHOTO}</p>", None),
    ],
)
def test_captions_belong_to_their_image(picture, caption):
    article = read(f"<p>{FIRST}</p>{picture}<p>{LAST}</p>")
    assert article.images == (Image(f"{SITE}/image/journal/article?img_id=9&t=1657072430000", caption),)
    assert article.paragraphs == (FIRST, LAST)


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        (f"<p>{PHOTO}{FIRST}</p><p>{LAST}</p>", (FIRST, LAST)),  # a picture in a paragraph has no caption
        (f"{CENTRED}{PHOTO}</p><p>{FIRST}</p>", (FIRST,)),
        (f"{CENTRED}{PHOTO}</p>{CENTRED}{'Lời dài. ' * 50}</p>", (("Lời dài. " * 50).strip(),)),
        (f"{CENTRED}<b>PHẦN MỘT</b></p>{CENTRED}{PHOTO}</p><p>{FIRST}</p>", ("PHẦN MỘT", FIRST)),
    ],
)
def test_what_is_no_caption_stays_in_the_body(body, paragraphs):
    article = read(body)
    assert article.paragraphs == paragraphs
    assert [image.caption for image in article.images] == [None]


@pytest.mark.parametrize(("lines", "is_text"), [(4, True), (3, False)])
def test_a_text_that_is_centred_throughout_has_no_captions_for_being_so(lines, is_text):
    said = [f"Dòng thứ {number} của bài viết về chuyến đi" for number in range(2 * lines)]
    halves = said[:lines], said[lines:]
    article = read(
        "".join(f"{CENTRED}{PHOTO}</p>" + "".join(f"{CENTRED}{line}</p>" for line in half) for half in halves)
    )
    assert article.paragraphs == (tuple(said) if is_text else ())
    assert [bool(image.caption) for image in article.images] == [not is_text]


def test_a_report_of_pictures_has_captions_beside_its_text():
    report = "".join(
        f"{CENTRED}{PHOTO.replace('img_id=9', f'img_id={n}')}</p>{CENTRED}{CAPTION} {n}</p>" for n in range(5)
    )
    verse = "".join(f"{CENTRED}Câu thơ thứ {number}</p>" for number in range(4))
    article = read(f"<p>{FIRST}</p>{report}<p>{LAST}</p>{verse}")
    assert [image.caption for image in article.images] == [f"{CAPTION} {n}" for n in range(5)]


def test_a_caption_of_another_look_is_a_paragraph():
    article = read(f"{CENTRED}{PHOTO}</p>{CENTRED}<em>{CAPTION}</em></p>{CENTRED}<b>PHẦN HAI</b></p><p>{LAST}</p>")
    assert (article.images[0].caption, article.paragraphs) == (CAPTION, ("PHẦN HAI", LAST))


@pytest.mark.parametrize(
    ("end", "author", "left"),
    [
        ('<p align="right">Lê Na</p>', "Lê Na", ()),
        ('<p style="text-align: right;"><strong><em>Lê Na</em></strong></p><p>&nbsp;</p>', "Lê Na", ()),
        ('<p style="text-align:end">&nbsp;&nbsp; Lê Na</p>', "Lê Na", ()),
        ('<p align="right">Tin: Lê Na</p><p align="right">Ảnh: Vũ Hà</p>', "Tin: Lê Na Ảnh: Vũ Hà", ()),
        ('<p align="right">Tin: Lê Na<br>Ảnh: Vũ Hà</p>', "Tin: Lê Na Ảnh: Vũ Hà", ()),
        ("<p><strong>Lê Na</strong></p>", "Lê Na", ()),
        ("<p><strong>Nơi nhận:</strong></p>", None, ("Nơi nhận:",)),
        ("<p><strong>Họ đã nói gì?</strong></p>", None, ("Họ đã nói gì?",)),
        ("<p>Lê Na</p>", None, ("Lê Na",)),
        (f'<p align="right">{"Phòng Tổ chức, " * 6}</p>', None, (("Phòng Tổ chức, " * 6).strip(),)),
        ('<p align="right">A</p><p align="right">B</p><p align="right">C</p>', "B C", ("A",)),
        ('<p>Trân trọng.</p><div align="right">Lê Na</div>', "Lê Na", ("Trân trọng.",)),
        ('<div>Trân trọng.<p align="right">Lê Na</p></div>', "Lê Na", ("Trân trọng.",)),
        ('<p align="right"><a href="/khac">Xem thêm</a></p>', None, ("Xem thêm",)),
        ('<h3 align="right">Lê Na</h3>', None, ("Lê Na",)),
    ],
)
def test_signature(end, author, left):
    article = read(f"<p>{FIRST}</p>{end}")
    assert (article.author, article.paragraphs) == (author, (FIRST, *left))


def test_the_account_of_the_editor_is_nowhere():
    article = read(f"<p>{FIRST}</p>")
    assert (article.author, article.paragraphs) == (None, (FIRST,))
    assert "bien tap vien" not in article.body_html


def test_a_single_paragraph_is_no_signature():
    assert (read('<p align="right">Lê Na</p>').author, texts('<p align="right">Lê Na</p>')) == (None, ("Lê Na",))


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<p><span>TR</span><span>ƯỜNG</span> họp</p>", ("TRƯỜNG họp",)),
        ("<p><b>Đ</b>ảng <i>bộ</i><u> trường</u></p>", ("Đảng bộ trường",)),
        ("<p>Đa<!-- ghi chú -->\u0309ng bô<span>\u0323</span></p>", ("Đảng bộ",)),
        ("<p>m<sup>2</sup> và H<sub>2</sub>O</p>", ("m² và H₂O",)),
        ("<p>Đảng\n\n   bộ&nbsp;&nbsp;trường</p>", ("Đảng bộ trường",)),
        ("<p>Một</p>\n<p>&nbsp;</p><p> </p><p>Hai</p>", ("Một", "Hai")),
        ("<p>Một<p>Hai", ("Một", "Hai")),
        ("Một<p>Hai</p>Ba", ("Một", "Hai", "Ba")),
        ("<div>Một<div>Hai</div>Ba</div>", ("Một", "Hai", "Ba")),
        ("<p>Một<br>Hai</p>", ("Một\nHai",)),
        ("<p>Một<br>\n<br>Hai</p>", ("Một", "Hai")),
        ("<p>Một<br>&nbsp;<br/><br>Hai</p>", ("Một", "Hai")),
        ("<p>Một<br></p><p><br>Hai</p>", ("Một", "Hai")),
        ("<p>Một<br><em><br>Hai</em></p>", ("Một", "Hai")),
        ("<p>Mục 1:</p><ul><li>Một</li><li><p>Hai</p></li><li>Ba<ul><li>Bốn</li></ul></li></ul>",
         ("Mục 1:", "Một", "Hai", "Ba", "Bốn")),
        ("<h2>Đầu mục</h2><p>Một</p>", ("Đầu mục", "Một")),
        ("<h1><p>Một</p><p>Hai</p></h1>", ("Một", "Hai")),
        ("<h1>Một<br><br>Hai</h1>", ("Một", "Hai")),
        ("<blockquote>Một</blockquote><pre>Hai\n  Ba</pre>", ("Một", "Hai\nBa")),
        ("<p>Một</p><script>var x='Hai'</script><style>p{}</style><noscript>Ba</noscript>Bốn", ("Một", "Bốn")),
        ("<p>Một <select><option>Hai</option></select><input value='Ba'><button>Bốn</button></p>", ("Một Bốn",)),
        ("<p>Giá &lt; 5 &amp; &gt; 3</p>", ("Giá < 5 & > 3",)),
        ("<p>h&amp;ocirc;m nghegrave;o</p>", ("hôm nghegrave;o",)),
        ("", ()),
        ("<p>&nbsp;</p><div></div>", ()),
    ],
)  # fmt: skip
def test_paragraphs(body, paragraphs):
    assert texts(body) == paragraphs


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<table><tr><th>TT</th><th>Đơn vị</th></tr><tr><td>1</td><td>Khoa Toán</td></tr></table>",
         ("TT\tĐơn vị", "1\tKhoa Toán")),
        ("<table><tbody><tr><td><p>1</p></td>\n<td><p>Khoa</p><p>Toán<br>Tin</p></td></tr></tbody></table>",
         ("1\tKhoa Toán Tin",)),
        ("<table><tr><td>1</td><td></td><td>5</td></tr></table>", ("1\t\t5",)),
        ("<table><tr><td>1</td><td>&nbsp;</td></tr></table>", ("1",)),
        ("<table><tr><td><p>Một</p><p>Hai</p></td></tr></table>", ("Một", "Hai")),
        ("<table><tr><td>Một<table><tr><td>A</td><td>B</td></tr></table></td><td>Hai</td></tr></table>",
         ("Một", "A\tB", "Hai")),
        (f"<table><tr><td>{'<p>Lời.</p>' * 4}</td><td>Hai</td></tr></table>", (*["Lời."] * 4, "Hai")),
        ("<p>Trước</p><table><tr><td>A</td><td>B</td></tr></table>Sau", ("Trước", "A\tB", "Sau")),
    ],
)  # fmt: skip
def test_tables(body, paragraphs):
    assert texts(body) == paragraphs


def test_related_articles_and_buttons_are_not_in_the_body():
    boilerplate = (
        '<div class="related_asset"><ul><li><a href="/a">Tin khác</a></li></ul></div>'
        '<div class="asset-control-detail"><a href="/in">In bài viết</a></div><form><p>Gửi ý kiến</p></form>'
    )
    article = read(f"<p>{FIRST}</p>{boilerplate}<p>{LAST}</p>", below=boilerplate)
    assert article.paragraphs == (FIRST, LAST)
    assert "Tin khác" not in article.body_html


def test_boilerplate_within_a_paragraph_is_left_out():
    (layout,) = LIFERAY_HANOI.layouts
    places = replace(layout.articles[0], boilerplate=(*layout.articles[0].boilerplate, "span.dem"))
    platform = replace(LIFERAY_HANOI, layouts=(replace(layout, articles=(places,)),))
    page = capture(f'<p>Chi bộ <span class="dem">41 lượt</span><span>họp</span></p><p>{LAST}</p>')
    assert read_page(page, platform, ZONE).paragraphs == ("Chi bộ họp", LAST)


def test_body_without_its_own_division():
    page = capture(f"<p>{FIRST}</p>", LEAD)
    page = Capture(page.url, page.fetched_at, 200, (), page.body.replace(b"journal-content-article", b"khac"))
    article = read_page(page, LIFERAY_HANOI, ZONE)
    assert (article.lead, article.paragraphs) == (LEAD, (FIRST,))


@pytest.mark.parametrize(
    ("links", "attachments"),
    [
        ('<a href="/documents/1/0/KH+12.pdf/ab-1?t=5">Kế hoạch</a>',
         [("/documents/1/0/KH+12.pdf/ab-1?t=5", "Kế hoạch")]),
        ('<a href="/documents/1/0/KH+so+12.PDF/ab-1"><i class="icon"></i></a>',
         [("/documents/1/0/KH+so+12.PDF/ab-1", "KH so 12.PDF")]),
        ('<a href="/tai-ve/k%E1%BA%BF%20ho%E1%BA%A1ch%00.docx"> </a>',
         [("/tai-ve/k%E1%BA%BF%20ho%E1%BA%A1ch%00.docx", "kế hoạch.docx")]),
        ('<a href="/documents/1/0/ab-1"></a>', [("/documents/1/0/ab-1", "ab-1")]),
        ('<a href="/documents/1/0/KH.pdf/ab-1?t=5">Một</a> <a href="/documents/1/0/KH.pdf/ab-1?t=6">Hai</a>',
         [("/documents/1/0/KH.pdf/ab-1?t=5", "Một"), ("/documents/1/0/KH.pdf/ab-1?t=6", "Hai")]),
        ('<a href="/tai/vb.pdf?sid=11">Một</a> <a href="/tai/vb.pdf?token=12#trang=2">Hai</a>',
         [("/tai/vb.pdf?sid=11", "Một"), ("/tai/vb.pdf?token=12", "Hai")]),
        ('<a href="/documents/1/0/KH.pdf/ab-1"></a><a href="/documents/1/0/KH.pdf/ab-1">Hai</a>',
         [("/documents/1/0/KH.pdf/ab-1", "Hai")]),
        ('<a href="/documents/1/0/anh.jpg/ab-1">Ảnh</a><a href="/tai-ve/anh.png">Ảnh</a>', []),
        ('<a href="/khac.html">Khác</a><a href="mailto:a@b.example">Thư</a><a href="javascript:;">x</a><a>x</a>', []),
        ('<a href="https://khac.example/bang.xls">Bảng</a>', [("https://khac.example/bang.xls", "Bảng")]),
        ('<a href="http://[hong/a.pdf">Hỏng</a>', []),
    ],
)  # fmt: skip
def test_attachments(links, attachments):
    expected = tuple(Attachment(path if "//" in path else SITE + path, title) for path, title in attachments)
    assert read(f"<p>{FIRST}</p><p>{links}</p>").attachments == expected


def test_links_of_boilerplate_are_no_attachments():
    assert read(f"<p>{FIRST}</p>", below='<p><a href="/documents/1/0/KH.pdf/ab">Khác</a></p>').attachments == ()


@pytest.mark.parametrize(
    ("html", "images"),
    [
        ('<img src="/a.jpg" alt=" Chi  bộ ">', [Image(f"{SITE}/a.jpg", alt="Chi bộ")]),
        ('<img src="data:image/gif;base64,R0lGOD" data-src="/a.jpg">', [Image(f"{SITE}/a.jpg")]),
        ('<img src=""><img><img src="#"><img src="javascript:alert(1)">', []),
        ('<img src="data:image/png;base64,iVBO">', []),
        ('<p><img src="/a.jpg?t=1"></p><p><img src="/a.jpg?t=2"></p>',
         [Image(f"{SITE}/a.jpg?t=1"), Image(f"{SITE}/a.jpg?t=2")]),
        ('<p><img src="/anh?img_id=7&amp;t=1657072430000"></p><p><img src="/anh?img_id=7&amp;t=1657072430001"></p>',
         [Image(f"{SITE}/anh?img_id=7&t=1657072430000")]),
        (f'<p><img src="/a.jpg"></p><p>{FIRST}</p>{CENTRED}<img src="/a.jpg"></p>{CENTRED}{CAPTION}</p>',
         [Image(f"{SITE}/a.jpg", CAPTION)]),
        (f'{CENTRED}<img src="/a.jpg"><img src="/b.jpg"></p>{CENTRED}{CAPTION}</p>',
         [Image(f"{SITE}/a.jpg"), Image(f"{SITE}/b.jpg", CAPTION)]),
        ('<img src="//anh.example/a.jpg">', [Image("https://anh.example/a.jpg")]),
        ('<img src="../anh/a b.jpg">', [Image(f"{SITE}/tin/-/anh/a%20b.jpg")]),
    ],
)  # fmt: skip
def test_images(html, images):
    assert read(f"{html}<p>{LAST}</p>").images == tuple(images)


def test_the_picture_beside_the_lead_comes_first():
    article = read(f"{CENTRED}{PHOTO}</p><p>{FIRST}</p>", LEAD, beside='<img src="/lead.jpg?t=7" alt="">')
    assert [image.url for image in article.images] == [f"{SITE}/lead.jpg?t=7", f"{SITE}{PICTURE}"]


def test_body_html_has_everything_in_its_place():
    body = (
        f'<p style="color:red" onclick="x()">{FIRST} <b>Đậm</b> &lt; <a href="/khac?a=1&amp;b=2">khác</a><br>hết</p>'
        f"{CENTRED}{PHOTO}</p>{CENTRED}{CAPTION}</p><h2>Đầu mục</h2><ul><li>Một</li></ul>"
        "<table><tr><td>A</td><td>B</td></tr></table>"
    )
    image = f'<img src="{SITE}/image/journal/article?img_id=9&amp;t=1657072430000" alt="">'
    assert read(body).body_html.split("\n") == [
        f'<p>{FIRST} <strong>Đậm</strong> &lt; <a href="{SITE}/khac?a=1&amp;b=2">khác</a><br>hết</p>',
        f"<figure>{image}<figcaption>{CAPTION}</figcaption></figure>",
        "<h3>Đầu mục</h3>",
        "<ul><li>Một</li></ul>",
        "<table><tr><td>A</td><td>B</td></tr></table>",
    ]


ALLOWED = {
    "p": set(), "strong": set(), "em": set(), "u": set(), "sup": set(), "sub": set(), "br": set(), "span": set(),
    "a": {"href"}, "figure": set(), "figcaption": set(), "img": {"src", "alt"}, "h3": set(), "ul": set(),
    "li": set(), "table": set(), "tr": set(), "td": set(),
}  # fmt: skip


class Strict(HTMLParser):
    """Fails at anything that clean HTML has not; collects the text and whether all elements are closed."""

    def __init__(self, html):
        super().__init__()
        self.open = []
        self.text = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        assert all(value.startswith(("http://", "https://")) for name, value in attrs if name in ("href", "src"))
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)


HOSTILE = """<p>Một<script>alert(1)</script></p><p onclick="alert(2)" style="x:expression(alert(3))">Hai</p>
<a href="javascript:alert(4)">Ba</a><a href=" JaVaScRiPt:alert(5)">Bốn</a><a href="data:text/html,<script>">Năm</a>
<a href='/x" onmouseover="alert(6)'>Sáu</a><img src=x onerror="alert(7)"><img src="/a.jpg" alt='"><script>alert(8)'>
<iframe src="https://khac.example"></iframe><svg onload="alert(9)"><text>Bảy</text></svg>
<p>&lt;script&gt;alert(10)&lt;/script&gt; &amp;lt;script&amp;gt;</p><style>@import "x"</style><object data="x"></object>
<form action="https://khac.example"><input name="a"></form><meta http-equiv="refresh" content="0;url=//khac.example">
<p>--&gt;<!-- <b>tám</b> --><![CDATA[<script>]]></p><math><mi xlink:href="javascript:alert(11)">Chín</mi></math>"""


def test_a_hostile_body_is_harmless():
    article = read(HOSTILE)
    strict = Strict(article.body_html)
    assert strict.open == []
    assert "<script" not in article.body_html.lower()
    shown = " ".join("".join(strict.text).split())
    for word in ("Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "<script>alert(10)</script>"):
        assert word in shown


NAMES = st.sampled_from("p div b i em u a span br img table tr td th ul li h2 script style center font form".split())
ATTRIBUTES = st.sampled_from(
    (
        "",
        'onclick="x()"',
        'href="javascript:x()"',
        'href="/a"',
        'src="/b.jpg"',
        'style="text-align:right"',
        'alt="\'<>&"',
    )
)
TAGS = st.builds(lambda close, name, rest: f"<{close}{name} {rest}>", st.sampled_from(["", "", "/"]), NAMES, ATTRIBUTES)
PIECES = st.one_of(TAGS, st.text(alphabet="Đảng bộ<>&;'\"\u0301\u200b\t\n", max_size=12))


@settings(deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_body_becomes_clean_html(body):
    article = read_page(capture(f"{body}</div>"), LIFERAY_HANOI, ZONE)
    assert isinstance(article, Article)
    strict = Strict(article.body_html)
    assert strict.open == []
    assert all(text == text.strip() and text for text in article.paragraphs)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="Đảngbộtrường ", min_size=1, max_size=30), max_size=6))
def test_every_word_is_read_once(lines):
    body = "".join(f"<p>{line}</p>" for line in lines)
    article = read(f"<p>{FIRST}</p>{body}<p>{LAST}</p>")
    assert article.body.split() == f"{FIRST} {' '.join(lines)} {LAST}".split()
    assert re.sub("<[^>]+>", " ", unescape(article.body_html)).split() == article.body.split()


@pytest.mark.parametrize("tag", ["div", "b", "span", "table><tr><td", "ul><li", "blockquote", "a href=/x", "font"])
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.slow
def test_nesting_without_end(tag, closed):
    names = [name.split()[0] for name in tag.split("><")]
    end = "".join(f"</{name}>" for name in reversed(names)) if closed else ""
    body = f"<p>{FIRST}</p>" + f"<{tag}>" * 100_000 + LAST + end * 100_000
    started = time.process_time()
    page = read_page(capture(body), LIFERAY_HANOI, ZONE)
    assert time.process_time() - started < 10
    assert page == Unreadable(
        URL, Problem("too_deep", "elements are nested deeper than any real page nests them")
    ) or page.paragraphs == (FIRST, LAST)


@pytest.mark.parametrize(("levels", "outcome"), [(400, Article), (600, Unreadable), (3000, Unreadable)])
def test_how_deep_is_too_deep(levels, outcome):
    page = read_page(capture("<div>" * levels + LAST + "</div>" * levels), LIFERAY_HANOI, ZONE)
    assert isinstance(page, outcome)
    assert page.paragraphs == (LAST,) if outcome is Article else page.problem.kind == "too_deep"
