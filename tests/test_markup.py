"""What is a tag, a comment or a script is the parser's to say: no mark of one in another place loses a word."""

import time
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from lxml import etree

from archiver.demo_portal.portal import ZONE
from archiver.html.elements import text_of
from archiver.html.markup import LEAST_LIBXML2, DeepMarkupError, parse_once
from archiver.html.tree import parse_tree
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms.generic import GENERIC
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
FIRST = "Ban chấp hành công đoàn trường họp phiên thường kỳ, nghe báo cáo về việc chăm lo đời sống của đoàn viên."
SECOND = "Các tổ công đoàn đề nghị sửa lại nhà để xe và bổ sung sách mới cho thư viện trước ngày khai giảng."
THIRD = "Chủ tịch công đoàn kết luận, giao văn phòng lập dự toán và trình ban giám hiệu trong tuần tới."
PLAIN = """<!DOCTYPE html><html><head><title>Công đoàn họp phiên thường kỳ</title>{head}</head><body>{above}
<div><h1>Công đoàn họp phiên thường kỳ</h1><div>Ngày đăng: 20/05/2024</div>
<div><p>{first}</p>{between}<p>{second}</p><p>{third}</p></div></div>{below}</body></html>"""
LIFERAY = """<!DOCTYPE html><html><head><title>Công đoàn họp</title>{head}</head><body>{above}
<div class="dd_chuyenmuc"><span class="tintuc">Tin tức</span></div>
<div class="portlet-boundary portlet-static"><div class="portlet-body">
<div class="asset-full-content-title">Công đoàn họp phiên thường kỳ</div>
<div class="assetPublishDate block_timer">Ngày đăng 20/05/2024 | 8:15 AM | View count: 41</div>
<div class="asset-full-content"><div class="asset-content" id="_101_71"><div class="journal-content-article">
<p>{first}</p>{between}<p>{second}</p><p>{third}</p></div></div></div></div></div>{below}</body></html>"""
NOTHING = {"head": "", "above": "", "between": "", "below": ""}
URL = "https://congdoan.example/tin/-/view_content/71-hop.html"
MARKS = {
    "in a script": "<script>var a = '<!--'; document.write(a);</script>",
    "unfinished in a script": "<script><!--\nvar menu = 1;\n</script>",
    "a script in a script": "<script><!-- document.write('<script src=a.js></script>'); //--></script>",
    "in a style": "<style><!-- p {color: red} </style>",
    "in an attribute": '<img src="/a.png" alt="<!-- ảnh -">',
    "in an attribute without quotes": "<img src=/a.png data-note=<!-->",
    "in a textarea": "<textarea><!-- ý kiến</textarea>",
    "in a frame": "<iframe src=/b><!-- </iframe>",
    "a comment ended by --!>": "<!-- ghi chú --!>",
    "an empty comment": "<!-->",
    "an empty comment of three": "<!--->",
    "a comment of dashes": "<!------- mục -------->",
    "a comment within a comment": "<!-- <!-- -->",
    "a conditional comment": "<!--[if IE]><p>Trình duyệt cũ</p><![endif]-->",
    "a conditional that is none": "<![if !IE]>",
    "a processing instruction": "<?xml:namespace prefix = o />",
    "CDATA": "<![CDATA[ <!-- ]]>",
    "ends of divisions in a script": "<script>write('</div></div></div></div></div></div>')</script>",
    "ends of divisions in an attribute": '<b title="</div></div></div></div></div></div>"></b>',
    "ends of divisions in a comment": "<!-- </div></div></div></div></div></div> --!>",
    "a tag that is none": "<3 năm",
}
SHOWN = {"<3 năm"}


def _read(template: str, **parts: str) -> Page:
    page = template.format(first=FIRST, second=SECOND, third=THIRD, **{**NOTHING, **parts})
    platform = LIFERAY_HANOI if template is LIFERAY else GENERIC
    return read_page(Capture(URL, AT, 200, (), page.encode()), platform, ZONE)


@pytest.mark.parametrize("place", ["head", "above", "between", "below"])
@pytest.mark.parametrize("template", [PLAIN, LIFERAY], ids=["plain", "liferay"])
@pytest.mark.parametrize("name", MARKS)
def test_no_mark_loses_a_word(name: str, template: str, place: str) -> None:
    if place == "head" and name not in ("in a script", "unfinished in a script", "in a style"):
        return  # what may stand in no head begins the body
    article, twin = _read(template, **{place: MARKS[name]}), _read(template)
    assert isinstance(article, Article)
    assert isinstance(twin, Article)
    assert (article.title, article.published) == (twin.title, twin.published)
    words = [paragraph for paragraph in article.paragraphs if paragraph not in SHOWN]
    assert words == [FIRST, SECOND, THIRD]


def test_a_comment_that_is_never_ended_hides_what_follows_as_in_a_browser() -> None:
    article = _read(LIFERAY, below="<!-- hết <p>Cuối trang</p>")
    assert isinstance(article, Article)
    assert article.paragraphs == (FIRST, SECOND, THIRD)
    assert "Cuối" not in text_of(parse_html(f"<p>{FIRST}</p><!-- hết <p>Cuối trang</p>"))


def test_a_container_in_a_table_without_an_end_is_not_read() -> None:
    """What a table took in that was never ended is other parts of the page."""
    other = '<div class="portlet-boundary"><div><p>Đường dây nóng</p></div></div>'
    article = _read(LIFERAY, between="<table><tr><td>Một</td>", below=other)
    assert isinstance(article, Article)
    assert "Đường dây nóng" not in article.body


TAGS = (
    "<!-- <!-- a --!> <!--> <div> <p> <b> <i> <a> <table> <td> <tr><td> <li> <ul><li> </div> </p> </table> <script> "
    "<style> <title> <textarea> <form> <select> <option> <html> <body> <br> <img> <font> <span> <template> <svg> "
    "<noscript> <dd> <button> <h1> <iframe> <object> <video> <base> <meta> <link> < <x </ <! <? & &# &amp; ' a=' <a="
).split(" ")


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("template", [PLAIN, LIFERAY], ids=["plain", "liferay"])
@pytest.mark.parametrize(("letters", "seconds"), [(50_000, 1), pytest.param(1_000_000, 3, marks=pytest.mark.slow)])
def test_many_of_one_tag_take_linear_time(tag: str, template: str, letters: int, seconds: int) -> None:
    started = time.process_time()
    page = _read(template, between=tag * (letters // len(tag)))
    assert isinstance(page, Article | Listing | Unreadable)
    assert time.process_time() - started < seconds


def test_elements_are_nested_as_deep_as_any_page_nests_them() -> None:
    with pytest.raises(DeepMarkupError):
        _ = parse_once("<div>" * 3000).root
    assert text_of(parse_html("<div>" * 3000 + "Sâu")) == "Sâu"
    problem = Problem("too_deep", "elements are nested deeper than any real page nests them")
    assert _read(PLAIN, above="<div>" * 6000) == Unreadable(URL, problem)


def test_a_page_is_parsed_once() -> None:
    html = f"<p>{FIRST}</p>"
    assert parse_once(html).root is parse_once(html).root
    assert parse_once(f"<p>{SECOND}</p>").root is not parse_once(html).root


def test_libxml2_reads_as_browsers_do() -> None:
    assert etree.LIBXML_VERSION >= LEAST_LIBXML2


def test_elements_have_all_that_those_of_beautifulsoup_have() -> None:
    """Ours are made without its constructors: what a newer one adds to its elements shows here."""
    html = '<p class="a">Một <b>hai</b></p>'
    for ours, theirs in zip(_list_nodes(parse_tree(html)), _list_nodes(BeautifulSoup(html, "lxml")), strict=True):
        missing = [name for name in vars(theirs) if not hasattr(type(ours), name) and name not in vars(ours)]
        assert missing == []


def _list_nodes(soup: BeautifulSoup) -> list[Tag | NavigableString]:
    return [node for node in soup.descendants if isinstance(node, Tag | NavigableString)]
