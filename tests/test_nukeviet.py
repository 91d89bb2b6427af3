"""NukeViet: its addresses, and the pages of its module for news."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Count, Image, Listing, ListingEntry, PublishedDate
from archiver.parsing.page import read_page
from archiver.platforms.nukeviet import NUKEVIET, read_address
from tests.real_portal import ZONE

AT = datetime(2021, 6, 1, tzinfo=UTC)
SITE = "https://huyen.example"
URL = f"{SITE}/vi/news/cong-tac-dang/hop-chi-bo-123.html"


def read(body, url=URL):
    return read_page(Capture(url, AT, 200, (), f"<html><body>{body}</body></html>".encode()), NUKEVIET, ZONE)


@pytest.mark.parametrize(
    "path",
    [
        "/vi/news/cong-tac-dang/hop-chi-bo-123.html",
        "/vi/news/print/cong-tac-dang/hop-chi-bo-123.html",
        "/vi/news/savefile/cong-tac-dang/hop-chi-bo-123.html",
        "/vi/news/hop-chi-bo-123.html?fbclid=7",
        "/index.php?language=vi&nv=news&op=cong-tac-dang/hop-chi-bo-123",
    ],
)
def test_spellings_of_an_article(path):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == ("article", "vi/news/123")
    assert read_address(address.url) == address


@pytest.mark.parametrize("module", ["en/news", "vi/thong-bao", "news", "cong-tac-dang"])
def test_every_module_counts_on_its_own(module):
    address = read_address(f"{SITE}/{module}/hop-chi-bo-123.html")
    assert (address.kind, address.key) == ("article", f"{module}/123")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/vi/news/cong-tac-dang",
        "/vi/news/cong-tac-dang/page-2",
        "/index.php?language=vi&nv=news&op=cong-tac-dang",
        "/vi/about/gioi-thieu.html",
        "/gioi-thieu-123.html",
    ],
)
def test_listings(path):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == ("listing", path)


@given(st.text(max_size=40))
@example("[")
@example("a/b-1.html\n")
@example("?op=a-1&nv=&language=x")
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


CRUMBS = """<ul class="temp-breadcrumbs hidden"><li itemprop="itemListElement"><a>
<span itemprop="name">Trang nhất</span></a></li>
<li itemprop="itemListElement"><a><span itemprop="name">Tin tức</span></a></li>
<li itemprop="itemListElement"><a><span itemprop="name">Công tác Đảng</span></a></li></ul>"""


def news(line="Thứ sáu - 15/05/2020 10:25", author="Tác giả"):
    return f"""{CRUMBS}<div class="news_column panel"><div class="panel-body">
<h1 class="title margin-bottom-lg" itemprop="headline">Họp chi bộ</h1>
<span class="hidden" itemprop="datePublished">2020-05-15T10:25:00+07:00</span>
<div class="row"><div><span class="h5">{line}</span></div><div><ul><li><a title="In ra">&nbsp;</a></li></ul></div></div>
<div class="clearfix"><figure class="article left"><div><p><img alt="Họp" src="/uploads/news/hop.jpg"></p>
<figcaption>Quang cảnh</figcaption></div></figure><div id="imgpreview" style="display:none">
<img src="/uploads/hop-to.jpg"></div>
<div class="hometext m-bottom" itemprop="description">Chi bộ họp định kỳ.</div></div>
<div id="news-bodyhtml" class="bodytext"><p>Bí thư khai mạc.</p>
<p>Tải <a href="/uploads/nghi-quyet.doc">nghị quyết</a>: 15 lượt tải.</p></div>
<div class="list-group news-download-file"><span class="badge"><a href="#file-0">Xem</a></span>
<a href="/vi/news/cong-tac-dang/hop-chi-bo-123.html?download=1&amp;id=0">Tải về: <strong>lich.pdf</strong></a></div>
<div class="margin-bottom-lg"><p class="h5 text-right"><strong>{author}: </strong>Văn phòng</p>
<p class="h5 text-right"><strong>Nguồn tin: </strong>Báo huyện</p></div></div></div>
<div class="news_column"><div class="h5"><strong>Từ khóa: </strong><a><em>họp</em></a></div></div>
<div class="news_column"><ul class="related"><li><h4><a href="/vi/news/dang/khac-8.html">Tin khác</a></h4>
<em>(01/05/2020)</em></li></ul></div>"""


ARTICLE = Article(
    native_key="vi/news/123",
    url=URL,
    title="Họp chi bộ",
    section="Công tác Đảng",
    author="Văn phòng",
    lead="Chi bộ họp định kỳ.",
    paragraphs=("Bí thư khai mạc.", "Tải nghị quyết: 15 lượt tải."),
    published=PublishedDate("Thứ sáu - 15/05/2020 10:25", datetime(2020, 5, 15, 3, 25, tzinfo=UTC), "minute"),
    images=(Image(f"{SITE}/uploads/news/hop.jpg", "Quang cảnh", "Họp"),),
    attachments=(
        Attachment(f"{SITE}/uploads/nghi-quyet.doc", "nghị quyết"),
        Attachment(f"{URL}?download=1&id=0", "Tải về: lich.pdf"),
    ),
)


def test_a_whole_article():
    assert replace(read(news()), body_html="") == ARTICLE


def test_a_theme_that_prints_the_count():
    line = "Đăng lúc: 15/05/2020 10:25 - Đã xem: 1.204 - Phản hồi: 3"
    page = read(news(line, author="Nguồn"))
    assert (page.published.raw, page.views, page.author) == ("15/05/2020 10:25", Count("1.204", 1204), None)


def row(number, title, line="Thứ sáu - 15/05/2020 10:25 Đã xem: 44 Phản hồi: 0"):
    pieces = "".join(f"<li><em class='fa'>&nbsp;</em> {piece}</li>" for piece in line.split(" | "))
    return f"""<div class="news_column"><div class="panel"><div class="panel-body">
<a href="/vi/news/dang/bai-{number}.html">
<img src="/a.jpg"></a><h3><a href="/vi/news/dang/bai-{number}.html">{title}</a></h3>
<div class="text-muted"><ul>{pieces}</ul></div>Tóm tắt</div></div></div>"""


PAGER = """<ul class="pagination"><li><a href="/vi/news/dang/">&laquo;</a></li><li><a href="/vi/news/dang/">1</a></li>
<li class="active"><a href="#">2</a></li><li><a href="/vi/news/dang/page-3/">3</a></li><li class="disabled">
<span>...</span></li>
<li><a href="/vi/news/dang/page-9/">9</a></li><li><a href="/vi/news/dang/page-3/">&raquo;</a></li></ul>"""


def test_a_whole_listing():
    rows = row(9, "Tin một", "Thứ sáu - 15/05/2020 10:25 | Đã xem: 44 | Phản hồi: 3") + row(8, "Tin hai", "")
    published = PublishedDate("15/05/2020 10:25", datetime(2020, 5, 15, 3, 25, tzinfo=UTC), "minute")
    assert read(CRUMBS + rows + PAGER, f"{SITE}/vi/news/dang/page-2/") == Listing(
        url=f"{SITE}/vi/news/dang/page-2/",
        section="Công tác Đảng",
        entries=(
            ListingEntry("vi/news/9", f"{SITE}/vi/news/dang/bai-9.html", "Tin một", published, Count("44", 44)),
            ListingEntry("vi/news/8", f"{SITE}/vi/news/dang/bai-8.html", "Tin hai"),
        ),
        next_url=f"{SITE}/vi/news/dang/page-3/",
    )


@pytest.mark.parametrize(
    ("path", "following"),
    [
        ("/vi/news/dang/", 3),
        ("/vi/news/dang/page-3/", 9),
        ("/vi/news/dang/page-9/", None),
        ("/vi/news/dang/?page=2", 3),
    ],
)
def test_next_page(path, following):
    expected = f"{SITE}/vi/news/dang/page-{following}/" if following else None
    assert read(row(9, "Tin một") + PAGER, SITE + path).next_url == expected
