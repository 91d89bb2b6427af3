"""What a site declares of its own places: read first, kept with the archive, part of what tells parsers apart."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from archiver.archive.evidence.kept_captures import load_site
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import parser_of
from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms import platform_of
from archiver.site import Places, Site

AT = datetime(2026, 3, 5, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLACES = Places(
    article=r"/bai-(\d+)\.html$",
    title="h2.ten",
    byline=("b.ngay", "b.dem"),
    lead="p.dau",
    body="div.than",
    author="i.ky",
    boilerplate=("div.than span.quang-cao",),
)
PAGE = """<html><head><title>Cổng thông tin</title></head><body><h1>Cổng thông tin xã Hạ Bình</h1>
<div class="asset-full-content-title">Không phải tên bài</div>
<h2 class="ten">Xã Hạ Bình trồng 300 cây xanh đầu năm</h2>
<div><b class="dem">Lượt xem: 71</b><p class="dau">Sáng nay cả xã ra đồng.</p></div><b class="ngay">02/03/2026 08:15</b>
<div class="asset-full-content"><div class="than"><p>Đoàn viên các thôn đào hố từ sớm.</p>
<span class="quang-cao">Mua giống</span>
<p>Đến trưa thì xong.</p></div></div><i class="ky">Hạ Vy</i></body></html>"""
ADDRESS = "https://habinh.example/tin/bai-812.html"


def declare(platform, places=PLACES):
    return Site("habinh", "Xã Hạ Bình", platform, ("https://habinh.example/tin",), places=places)


def read(site, url=ADDRESS):
    page = read_page(Capture(url, AT, 200, (), PAGE.encode()), platform_of(site), ZONE)
    assert isinstance(page, Article)
    return page


def printed(article):
    return (
        article.title,
        article.published.at,
        article.views.value,
        article.lead,
        article.paragraphs,
        article.author,
    )


EXPECTED = (
    "Xã Hạ Bình trồng 300 cây xanh đầu năm",
    datetime(2026, 3, 2, 1, 15, tzinfo=UTC),
    71,
    "Sáng nay cả xã ra đồng.",
    ("Đoàn viên các thôn đào hố từ sớm.", "Đến trưa thì xong."),
    "Hạ Vy",
)


def test_they_say_what_no_platform_knows():
    article = read(declare("generic"))
    assert printed(article) == EXPECTED
    assert article.native_key == "812"
    assert {(origin.field, origin.confidence) for origin in article.origins if origin.how == "declared"} == {
        (field, 1.0) for field in ("title", "published", "views", "lead", "body", "author")
    }


def test_they_go_before_those_of_a_platform():
    article = read(declare("liferay_hanoi"), "https://habinh.example/tin/-/view_content/812-trong-cay.html")
    assert printed(article) == EXPECTED


def test_an_address_that_does_not_fit_is_that_of_a_listing():
    read_address = platform_of(declare("generic")).read_address
    assert read_address(ADDRESS).kind == "article"
    assert read_address("https://habinh.example/tin?trang=2").kind == "listing"


def test_the_archive_keeps_them(tmp_path):
    """So that its pages can be read again by someone who does not have the site's file."""
    database = create_or_open(tmp_path / "archive.db")
    for places in (PLACES, Places()):
        site = declare("generic", places)
        with database.atomic():
            close_run(database.conn, open_run(database.conn, site, {}, AT), "finished", 0, AT)
        assert load_site(database.conn, "habinh").places == places
    database.close()


def test_other_places_are_another_parser(tmp_path):
    """So that a corrected declaration never looks like an edit (rule 10)."""
    database = create_or_open(tmp_path / "archive.db")
    parsers = {parser_of(database, declare("generic", places)).id for places in (PLACES, Places(), PLACES)}
    assert len(parsers) == 2
    database.close()
