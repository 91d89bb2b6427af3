"""Only the part of a page that holds the article is parsed, and that never changes what is read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.html.decoding import decode_page
from archiver.html.elements import text_of
from archiver.html.links import Links
from archiver.html.markup import parse_beginning, parse_once
from archiver.parsing.article import read_article
from archiver.parsing.listing import ListingReader
from archiver.parsing.pages.container import find_article_part, find_ended_part, find_listing_part, guess_end
from archiver.parsing.pages.document import parse_html, parse_listing, parse_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI, read_address
from tests.portal import Portal, article_path, demo_portal, large_portal
from tests.real_portal import BROKEN_MARKUP, ZONE, read_truth, unpack_mirror

(LAYOUT,) = LIFERAY_HANOI.layouts
AT = datetime(2022, 9, 1, tzinfo=UTC)
URL = "https://portal.example/tin/-/view_content/71-hop-giao-ban.html"

PAGE = """<!DOCTYPE html><html><head><title>Trang</title>{head}</head><body>
<div class="side">{side}</div>
<div class="dd_chuyenmuc"><span class="tintuc"><p>Tin tức</p></span></div>{between}
<div class="portlet-boundary portlet-static"><div class="portlet-body">{before}
<div class="asset-full-content-title">Họp giao ban quý</div>
<div class="assetPublishDate block_timer">Ngày đăng 05/03/2021 | 8:15 AM | View count: 41</div>
<div class="asset-full-content"><div class="asset-content" id="_101_71">
<div class="sapo-wrapper"><p class="sapo"><strong></strong></p></div>
<div class="journal-content-article">{body}</div>
</div></div></div></div>
<div class="portlet-boundary"><div class="journal-content-article"><p>Đường dây nóng</p></div></div>
{after}</body></html>"""
BODY = "<p>Chi bộ họp giao ban.</p><p>Bàn việc quý tới.</p>"


def page(head="", side="", between="", before="", body=BODY, after=""):
    return PAGE.format(head=head, side=side, between=between, before=before, body=body, after=after)


def read_both(html, url=URL):
    """Read the article from the part that is cut out, and from the whole page."""
    trees = (parse_page(html, LAYOUT), parse_html(html))
    address = read_address(url)
    return tuple(read_article(tree, address, Links.of_page(url, html, tree), LAYOUT, ZONE, AT) for tree in trees)


def is_cut(html):
    return find_article_part(parse_once(html), LAYOUT) is not None


@pytest.mark.parametrize("make", [demo_portal, large_portal])
@pytest.mark.parametrize("padding", [0, 60_000])
def test_replica_reads_the_same_from_the_cut(make, padding):
    portal: Portal = make()
    portal.padding = padding
    for article in portal.listed():
        for path in (article_path(article), article_path(article, pop_up=True), article_path(article, prefix="/en")):
            html = portal.page(path).body.decode("utf-8-sig")
            cut, whole = read_both(html, f"https://portal.example{path}")
            assert is_cut(html)
            assert cut is not None
            assert cut == whole


@pytest.fixture(scope="module")
def mirror(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_mirror(shared, tmp_path_factory.mktemp("mirror"))


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_real_pages_read_the_same_from_the_cut(shared, mirror, step):
    rows = sorted(read_truth(shared).values(), key=lambda row: row["file"])[::step]
    for row in rows:
        html = decode_page((mirror / row["file"]).read_bytes(), ())
        cut, whole = read_both(html, row["address"])
        assert is_cut(html)
        assert cut is not None
        assert cut == whole or row["native_key"] in BROKEN_MARKUP, row["file"]
    assert len(rows) > 200


def test_an_ordinary_page():
    cut, whole = read_both(page())
    assert is_cut(page())
    assert cut == whole
    assert (cut.title, cut.section, cut.views.value) == ("Họp giao ban quý", "Tin tức", 41)
    assert cut.paragraphs == ("Chi bộ họp giao ban.", "Bàn việc quý tới.")


OTHER = '<div class="portlet-boundary"><div class="asset-full-content-title">Tin khác</div></div>'
PARTS = {
    "mark in a style": {"head": "<style>.asset-full-content-title{color:red}</style>"},
    "mark in a script": {"head": "<script>$('.asset-full-content-title').show()</script>"},
    "mark in the markup of a script": {"side": f"<script>var old = '{OTHER}'; document.write(old)</script>"},
    "mark in a comment": {"head": "<!-- asset-full-content-title -->"},
    "an article in a comment": {"between": f"<!-- {OTHER} -->"},
    "an article in a comment, far up": {"side": f"<!-- {OTHER} -->"},
    "an article in a script": {"between": f"<script>var old = '{OTHER}'</script>"},
    "a container in a comment": {"before": '<!-- <div class="portlet-boundary"> -->'},
    "mark in a text": {"side": "<p>Xem asset-full-content-title ở dưới</p>"},
    "container in another tag": {"before": '<span class="portlet-boundary"></span>'},
    "container in another attribute": {"before": '<div id="portlet-boundary">Tin</div>'},
    "breadcrumb in a style": {"head": "<style>.dd_chuyenmuc{float:left}</style>"},
    "breadcrumb in a comment": {"before": '<!-- <div class="dd_chuyenmuc"><span class="tintuc">Cũ</span></div> -->'},
    "tags in a comment": {"body": BODY + "<!-- </div></div></div></div> -->"},
    "tags in a script": {"body": BODY + "<script>write('</div></div></div></div></div>')</script>"},
    "an unfinished comment": {"after": "<!-- hết"},
    "capital letters": {"body": BODY.replace("<p>", "<DIV>").replace("</p>", "</DIV>")},
    "a container in a comment of the body": {"body": BODY + '<!-- <div class="portlet-boundary"> -->'},
    "a container in a script of the body": {"body": BODY + "<script>'<div class=portlet-boundary>'</script>"},
    "a container in an attribute of the body": {"body": BODY + "<b title='<div class=\"portlet-boundary\">'></b>"},
    "much behind": {"after": "<p>Cuối trang</p>" * 200},
    "much behind, and a comment without an end": {"after": "<p>Cuối trang</p>" * 200 + "<!-- hết"},
    "counts and dates before": {
        "side": '<div class="portlet-boundary"><div class="assetPublishDate">Ngày đăng 01/01/2020 | View count: 7</div>'
        '<p class="sapo">Tin khác</p></div>'
    },
}


@pytest.mark.parametrize("name", PARTS)
def test_boilerplate_leads_nobody_astray(name):
    cut, whole = read_both(page(**PARTS[name]))
    assert cut == whole
    assert (cut.title, cut.section, cut.views.value) == ("Họp giao ban quý", "Tin tức", 41)
    assert (cut.lead, cut.paragraphs) == (None, ("Chi bộ họp giao ban.", "Bàn việc quý tới."))


BREADCRUMB = '<div class="dd_chuyenmuc"><span class="tintuc">Tin trong tỉnh</span></div>'
BEHIND = {
    "a breadcrumb": (BREADCRUMB, "Tin trong tỉnh", "https://portal.example/tin/-/view_content/a.pdf"),
    "a base": ('<base href="/goc/">', None, "https://portal.example/goc/a.pdf"),
}


@pytest.mark.parametrize("name", BEHIND)
def test_what_stands_far_behind_the_article_is_found(name):
    after, section, file = BEHIND[name]
    html = page(body=BODY + '<p><a href="a.pdf">Tệp</a></p>', after="<p>Cuối trang</p>" * 200 + after)
    start, end = html.index('<div class="dd_'), html.index('<div class="portlet')
    cut, whole = read_both(html[:start] + html[end:])
    assert cut == whole
    assert (cut.section, [attachment.url for attachment in cut.attachments]) == (section, [file])


@pytest.mark.parametrize(("open_ends", "is_over"), [(0, True), (1, True), (4, False)])
def test_where_an_article_ended_before_the_rest_that_is_not_parsed(open_ends, is_over):
    html = page(body=BODY + "<div>" * open_ends, after="<p>Cuối trang</p>" * 200)
    end = guess_end(html, LAYOUT)
    assert 0 < end < len(html) / 2
    part = find_ended_part(parse_beginning(html, end), LAYOUT)
    assert (part is not None) == is_over
    cut, whole = read_both(html)
    assert cut.paragraphs[:2] == whole.paragraphs[:2]


STRAY = "</div>"
CELLS = "<table><tr><td>Một</td><td>Hai{0}</td></tr></table><p>Bàn việc quý tới.</p>"


@pytest.mark.parametrize("number", [1, 3, 9])
def test_ends_of_divisions_in_a_table_close_nothing_around_it(number):
    html = page(body="<p>Chi bộ họp giao ban.</p>" + CELLS.format(STRAY * number))
    cut, whole = read_both(html)
    assert is_cut(html)
    assert cut == whole
    assert cut.paragraphs == ("Chi bộ họp giao ban.", "Một\tHai", "Bàn việc quý tới.")


@pytest.mark.parametrize("body", [f"{BODY}{STRAY}", f"{BODY}{STRAY * 5}", f"{STRAY}{BODY}", "<div><div>" + BODY])
def test_wrong_divisions_in_the_body_do_the_same_to_both(body):
    cut, whole = read_both(page(body=body))
    assert cut == whole
    assert cut.title == "Họp giao ban quý"


def test_divisions_that_are_never_closed():
    html = page(body=BODY + "<div>" * 3).partition('<div class="portlet-boundary"><div class="journal')[0]
    cut, whole = read_both(html)
    assert cut == whole
    assert cut.paragraphs == ("Chi bộ họp giao ban.", "Bàn việc quý tới.")


def test_a_table_that_is_never_closed_does_not_swallow_the_page():
    html = page(body=BODY + "<table><tr><td>Một</td>", after="<div>Cuối trang</div>")
    cut, _ = read_both(html)
    assert is_cut(html)
    assert cut.paragraphs == ("Chi bộ họp giao ban.", "Bàn việc quý tới.", "Một")


def test_a_page_without_the_container_is_read_whole():
    html = page().replace("portlet-boundary portlet-static", "khung")
    cut, whole = read_both(html)
    assert not is_cut(html)
    assert cut == whole
    assert cut.paragraphs == ("Chi bộ họp giao ban.", "Bàn việc quý tới.")


@pytest.mark.parametrize("end", range(1, len(page()), 97))
def test_pages_that_break_off(end):
    cut, whole = read_both(page()[:end])
    assert cut == whole


@pytest.mark.parametrize("html", ["<!-- chỉ có ghi chú -->", "<?php", ""])
def test_nothing_to_parse_is_an_empty_tree(html):
    assert text_of(parse_html(html)) == ""


def _list_both(html, url):
    """Read the listing from the part that is cut out (None where nothing is), and from the whole page."""
    reader = ListingReader(url, read_address, ZONE, AT)
    cut = parse_listing(html, LAYOUT)
    return None if cut is None else reader.read(cut, LAYOUT), reader.read(parse_html(html), LAYOUT)


@pytest.mark.parametrize("make", [demo_portal, large_portal])
def test_listings_of_the_replica_read_the_same_from_the_cut(make):
    portal = make()
    portal.padding = 60_000
    for channel in portal.channels:
        html = portal.page(f"/{channel}").body.decode("utf-8-sig")
        cut, whole = _list_both(html, f"https://portal.example/{channel}")
        assert len([*parse_listing(html, LAYOUT).descendants]) < len([*parse_html(html).descendants]) / 2
        assert cut.entries
        assert cut == whole


@pytest.mark.slow
def test_real_listings_read_the_same_from_the_cut(mirror):
    read = 0
    for file in sorted(file for file in mirror.rglob("*.html") if file.is_file()):
        html = decode_page(file.read_bytes(), ())
        cut, whole = _list_both(html, f"https://sotttt.hanoi.gov.vn/{file.relative_to(mirror)}")
        assert cut in (None, whole), file
        read += cut is not None
    assert read > 50


ENTRY = (
    '<div class="asset-bounddary"><h3 class="asset-title">'
    '<a href="/tin/-/view_content/{0}-tin.html">Tin số {0}</a></h3>'
    '<div class="assetPublishDate">Ngày đăng 05/03/2021 | 8:15 AM | View count: 4{0}</div></div>'
)
PAGER = '<ul class="pager lfr-pagination-buttons"><li><a href="/tin?_101_INSTANCE_a_cur={0}">{0}</a></li></ul>'
LIST = """<html><head>{head}</head><body>{side}
<div class="dd_chuyenmuc"><span class="tintuc"><p>Tin tức</p></span></div>
<div class="portlet-boundary portlet-static"><div class="portlet-body">{entries}{pager}</div></div>
<div class="portlet-boundary"><p>Đường dây nóng</p></div>{after}</body></html>"""
USUAL = {"head": "", "side": "", "entries": ENTRY.format(1) + ENTRY.format(2), "pager": PAGER.format(2), "after": ""}
OTHER_LIST = f'<div class="portlet-boundary">{ENTRY.format(3)}</div>'
CUT_ALL_THE_SAME = {
    "nothing": {},
    "names in a style": {"head": "<style>.asset-bounddary, ul.lfr-pagination-buttons {float: left}</style>"},
    "names in a script": {"after": "<script>$('ul.pager.lfr-pagination-buttons li').text('Tiếp')</script>"},
    "the markup of entries in a script": {"side": f"<script>var old = '{ENTRY.format(8)}'</script>"},
    "entries in a comment": {"after": f"<!-- {OTHER_LIST} -->"},
    "no pager": {"pager": ""},
    "a name very often in a script": {"after": "<script>'asset-bounddary'</script>" * 30},
}
LEFT_WHOLE = {
    "entries in another portlet": {"after": OTHER_LIST},
    "entries in a portlet before": {"side": OTHER_LIST},
    "a pager in another portlet": {"pager": "", "after": PAGER.format(2)},
    "a later pager": {"after": PAGER.format(3)},
    "an article": {"side": '<div class="asset-full-content-title">Tin chính</div>'},
    "no entries": {"entries": "", "pager": ""},
}


@pytest.mark.parametrize("name", CUT_ALL_THE_SAME)
def test_boilerplate_around_a_listing_leads_nobody_astray(name):
    cut, whole = _list_both(LIST.format(**USUAL | CUT_ALL_THE_SAME[name]), "https://portal.example/tin")
    assert cut == whole
    assert [entry.native_key for entry in cut.entries] == ["1", "2"]
    assert (cut.section, cut.next_url is None) == ("Tin tức", name == "no pager")


@pytest.mark.parametrize("name", LEFT_WHOLE)
def test_a_listing_that_may_stand_elsewhere_too_is_not_cut(name):
    assert find_listing_part(parse_once(LIST.format(**USUAL | LEFT_WHOLE[name])), LAYOUT) is None
