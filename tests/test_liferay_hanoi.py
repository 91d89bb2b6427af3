"""The Liferay portals of Hà Nội: what their addresses mean, and how their listings are read."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import (
    Article,
    Capture,
    Count,
    Listing,
    ListingEntry,
    Problem,
    PublishedDate,
    ResultCount,
    Unreadable,
)
from archiver.parsing.page import read_page
from archiver.platforms.layout import Address
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI, read_address
from tests.portal import article_path, demo_portal, large_portal, page_path
from tests.real_portal import ZONE

AT = datetime(2022, 9, 1, tzinfo=UTC)
SITE = "https://portal.example"
ARTICLE = f"{SITE}/tin-hoat-dong/-/view_content/690042-hop-giao-ban.html"
PAGER = (
    "p_p_id={id}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-1&p_p_col_pos=1&p_p_col_count=2"
    "&_{id}_delta=20&_{id}_keywords=&_{id}_advancedSearch=false&_{id}_andOperator=true"
    "&p_r_p_564233524_resetCur=false&_{id}_cur={page}"
)


@pytest.mark.parametrize(
    "url",
    [
        ARTICLE,
        f"{ARTICLE};jsessionid=0A1B2C.node1",
        f"{ARTICLE};JSESSIONID=0A1B2C.node1?redirect=%2Ftin-hoat-dong",
        f"{ARTICLE}?redirect=%2Ftin-hoat-dong%3Fp_p_id%3D101",
        f"{ARTICLE}?p_p_id=101&p_p_state=pop_up",
        f"{ARTICLE}?_101_viewMode=print#binh-luan",
        f"{ARTICLE}/en",
        f"{ARTICLE}/en/en/vi",
        f"{ARTICLE}/vi/",
        f"{SITE}/tin-hoat-dong/-/view_content/pop_up/690042-hop-giao-ban.html?_101_viewMode=print",
    ],
)
def test_spellings_of_an_article(url):
    assert read_address(url) == Address("article", "690042", ARTICLE)


@pytest.mark.parametrize("channel", ["/thong-bao", "/en/tin-hoat-dong", "/vi/tin-hoat-dong", "/web/so-eng/culture", ""])
def test_an_article_is_the_same_in_every_channel(channel):
    url = f"{SITE}{channel}/-/view_content/690042-hop-giao-ban.html"
    assert read_address(url) == Address("article", "690042", url)


@pytest.mark.parametrize(
    "path",
    [
        "/c/-/view_content/690042",
        "/c/-/view_content/690042-",
        "/c/-/view_content/690042.html",
        "/c/-/view_content/690042-%C4%91%E1%BA%A3ng.html",
    ],
)
def test_slugs_do_not_matter(path):
    assert read_address(SITE + path) == Address("article", "690042", SITE + path)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/tin-hoat-dong", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong/", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong;jsessionid=0A1B", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong/en", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong/vi/en/", "/tin-hoat-dong#1"),
        ("/en/tin-hoat-dong", "/en/tin-hoat-dong#1"),
        (f"/tin-hoat-dong?{PAGER.format(id='101', page=1)}", "/tin-hoat-dong#1"),
        (f"/tin-hoat-dong?{PAGER.format(id='101', page=2)}", "/tin-hoat-dong#2"),
        (f"/tin-hoat-dong?{PAGER.format(id='101_INSTANCE_kT3h_9xQa', page=27)}", "/tin-hoat-dong#27"),
        ("/tin-hoat-dong?_101_cur=0", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong?_101_cur=-3", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong?_101_cur=", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong?_101_cur=²", "/tin-hoat-dong#1"),
        (f"/tin-hoat-dong?_101_cur={'9' * 5000}", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong?_85_cur=4", "/tin-hoat-dong#1"),
        ("/tin-hoat-dong/-/view_content/", "/tin-hoat-dong/-/view_content#1"),
        ("/tin-hoat-dong/-/view_content/hop.html", "/tin-hoat-dong/-/view_content/hop.html#1"),
        ("/", "/#1"),
        ("", "/#1"),
        ("/en", "/#1"),
    ],
)
def test_listings(path, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == ("listing", key)


def test_the_address_of_a_listing_keeps_its_query():
    url = f"{SITE}/tin?{PAGER.format(id='101', page=2)}"
    assert read_address(f"{SITE}/tin;jsessionid=0A1B?{PAGER.format(id='101', page=2)}").url == url


@given(st.text(max_size=40))
@example("[")
@example("/-/view_content/1\n")
@example("?_101_cur=٣")
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


def test_layouts_hold_for_a_time():
    (today,) = LIFERAY_HANOI.layouts
    old, new = replace(today, valid_until=date(2015, 6, 30)), replace(today, valid_from=date(2015, 7, 1))
    platform = replace(LIFERAY_HANOI, layouts=(new, old))
    assert [platform.layout_on(day) for day in (date(2015, 6, 30), date(2015, 7, 1))] == [old, new]
    later = replace(new, valid_from=date(2016, 1, 1))
    assert replace(LIFERAY_HANOI, layouts=(later, old)).layout_on(date(2015, 9, 9)) == later


def test_the_layout_is_that_of_the_day_in_the_sites_zone():
    (today,) = LIFERAY_HANOI.layouts
    blind = replace(today, listings=(), valid_until=date(2015, 6, 30))
    platform = replace(LIFERAY_HANOI, layouts=(replace(today, valid_from=date(2015, 7, 1)), blind))
    kinds = []
    for hour in (16, 17):  # midnight in Hà Nội is 17:00 UTC
        capture = replace(listing_capture(ROWS), fetched_at=datetime(2015, 6, 30, hour, tzinfo=UTC))
        kinds.append(type(read_page(capture, platform, ZONE)))
    assert kinds == [Unreadable, Listing]


def test_a_channel_without_articles_is_an_empty_listing():
    publisher = '<div class="portlet-boundary portlet-boundary_101_ portlet-asset-publisher">{}</div>'
    empty = read_page(listing_capture(publisher.format("Nội dung đang được cập nhật.")), LIFERAY_HANOI, ZONE)
    assert empty == Listing(url=f"{SITE}/tin")
    changed = publisher.format('<h4><a href="/tin/-/view_content/9-tin.html">Tin một</a></h4>')
    assert isinstance(read_page(listing_capture(changed), LIFERAY_HANOI, ZONE), Unreadable)


def row(number, title, info="", href=None):
    link = href or f"/tin/-/view_content/{number}-tin.html;jsessionid=0A1B.node1"
    return f"""<div class="asset-bounddary"><div class="asset-abstract "><div class="asset-content normal-news">
<h3 class="asset-title">\n<a href="{link}"> {title} </a></h3>
<div class="assetPublishDate block_timer">{info}</div><div class="asset-summary">Tóm tắt...</div></div></div></div>"""


ROWS = row(9, "Tin một", "Ngày đăng\n 05/03/2015 | 03:42 PM \n&nbsp;|&nbsp;View count: 1108") + row(8, "Tin hai")
PUBLISHED = PublishedDate("05/03/2015 | 03:42 PM", datetime(2015, 3, 5, 8, 42, tzinfo=UTC), "minute")


def listing_capture(rows, pager="", above="", head="", path="/tin"):
    page = f"""<html><body>{above}<div class="portlet-boundary">{head}<div class="portlet-body">{rows}{pager}</div>
</div></body></html>"""
    return Capture(SITE + path, AT, 200, (), page.encode())


def read(rows, pager="", above="", head="", path="/tin"):
    listing = read_page(listing_capture(rows, pager, above, head, path), LIFERAY_HANOI, ZONE)
    assert isinstance(listing, Listing), listing
    return listing


def entry(number, title, published=None, views=None):
    return ListingEntry(str(number), f"{SITE}/tin/-/view_content/{number}-tin.html", title, published, views)


def test_a_whole_listing():
    assert read(ROWS) == Listing(
        url=f"{SITE}/tin",
        entries=(entry(9, "Tin một", PUBLISHED, Count("1108", 1108)), entry(8, "Tin hai")),
    )


def test_a_table_of_titles():
    cells = [
        ("9", "Tin một", '<td class="table-cell">05/03/2015 | 03:42 PM</td>'),
        ("8", "Tin hai", ""),
    ]
    rows = "".join(
        f'<tr><td class="table-cell"><a href="/tin/-/view_content/{number}-tin.html?redirect=%2Ftin">{title}</a></td>'
        f"{date}</tr>"
        for number, title, date in cells
    )
    table = f"<table><thead><tr><th>Tiêu đề</th></tr></thead><tbody class='table-data'>{rows}</tbody></table>"
    assert read(table).entries == (entry(9, "Tin một", PUBLISHED), entry(8, "Tin hai"))


def test_an_entry_is_counted_once():
    listing = read(ROWS + row(9, "Tin một"))
    assert [entry.native_key for entry in listing.entries] == ["9", "8"]
    assert listing.entries[0].views == Count("1108", 1108)


@pytest.mark.parametrize("href", ["/gioi-thieu", "https://khac.example/a", "javascript:;", "http://[hong"])
def test_strange_entries_are_counted_and_named(href):
    listing = read(ROWS + row(7, "Khách", href=href))
    assert (len(listing.entries), listing.non_articles) == (2, 1)
    assert listing.problems == (Problem("strange_entry", href),)


def test_rows_without_a_link_are_no_entries():
    listing = read(ROWS + '<div class="asset-bounddary"><h3 class="asset-title">Không có liên kết</h3></div>')
    assert (len(listing.entries), listing.non_articles, listing.problems) == (2, 0, ())


def test_unreadable_dates_and_counts_name_their_entry():
    listing = read(row(9, "Tin một", "31/02/2015 | 03:42 PM | View count: N/A"))
    assert listing.entries == (entry(9, "Tin một", PublishedDate("31/02/2015 | 03:42 PM"), Count("N/A")),)
    assert listing.problems == (
        Problem("unreadable_date", "31/02/2015 | 03:42 PM (Tin một)"),
        Problem("unreadable_count", "N/A (Tin một)"),
    )


@pytest.mark.parametrize(
    ("line", "results"),
    [
        ("Hiển thị 1 - 20 of 26 kết quả.", ResultCount(1, 20, 26)),
        ("Hiển thị 2.941 - 2.952 of 2.952 kết quả.", ResultCount(2941, 2952, 2952)),
        ("Showing 21 - 40 of 2,952 results.", ResultCount(21, 40, 2952)),
        ("Showing 1 – 9 of 1.234.567 results.", ResultCount(1, 9, 1234567)),
        ("Hiển thị 3 kết quả.", ResultCount(1, 3, 3)),
        ("Showing 1,234 results.", ResultCount(1, 1234, 1234)),
        ("Không có kết quả nào.", None),
        ("Hiển thị 0 kết quả.", None),
        ("", None),
    ],
)
def test_results_line(line, results):
    assert read(ROWS, f'<small class="search-results"> {line} </small>').results == results


def button(word, page, portlet="101", state=""):
    href = (
        f"/tin;jsessionid=0A1B?{PAGER.format(id=portlet, page=page)}".replace("&", "&amp;") if page else "javascript:;"
    )
    return f'<li class="{state} x"><a href="{href}" target="_self"> {word} </a></li>'


def pager(*buttons):
    return f'<ul class="pager lfr-pagination-buttons">{"".join(buttons)}</ul>'


OFF = "disabled"
FIRST_PAGE = pager(button("Đầu", 0, state=OFF), button("Trước", 0, state=OFF), button("Tiếp", 2), button("Cuối", 9))
MIDDLE = pager(button("First", 1), button("Previous", 3), button("next", 5), button("Last", 9))
LAST_PAGE = pager(button("Đầu", 1), button("Trước", 8), button("next", 0, state=OFF), button("Cuối", 0, state=OFF))


@pytest.mark.parametrize(
    ("buttons", "path", "following"),
    [
        (FIRST_PAGE, "/tin", 2),
        (FIRST_PAGE, f"/tin?{PAGER.format(id='101', page=1)}", 2),
        (MIDDLE, f"/tin?{PAGER.format(id='101', page=4)}", 5),
        (LAST_PAGE, f"/tin?{PAGER.format(id='101', page=9)}", None),
        (pager(button("next", 2, state=OFF)), "/tin", None),
        (pager(button("Last", 9), button("next", 2)), "/tin", 2),
        (pager(button("Previous", 1), button("next", 2)), f"/tin?{PAGER.format(id='101', page=2)}", None),
        ("", "/tin", None),
        ('<ul class="dropdown-menu"><li><a href="/tin?_101_cur=2">2</a></li></ul>', "/tin", None),
    ],
)
def test_next_page(buttons, path, following):
    expected = f"{SITE}/tin?{PAGER.format(id='101', page=following)}" if following else None
    assert read(ROWS, buttons, path=path).next_url == expected


def test_next_page_of_a_portlet_with_an_instance():
    buttons = pager(button("next", 10, portlet="101_INSTANCE_kT3h"), button("last", 11, portlet="101_INSTANCE_kT3h"))
    listing = read(ROWS, buttons, path=f"/tin?{PAGER.format(id='101_INSTANCE_kT3h', page=9)}")
    assert listing.next_url == f"{SITE}/tin?{PAGER.format(id='101_INSTANCE_kT3h', page=10)}"


CRUMB = '<div class="dd_chuyenmuc"><span class="trangchu">Trang chủ</span><span class="tintuc"><p> {} </p></span></div>'
HEAD = '<h1><span class="portlet-title-text">{}</span></h1>'
SIDE = '<div class="portlet-boundary"><span class="portlet-title-text">Tiện ích</span></div>'


@pytest.mark.parametrize(
    ("above", "head", "section"),
    [
        (CRUMB.format("Tin  hoạt động"), "", "Tin hoạt động"),
        (SIDE + CRUMB.format(""), HEAD.format("Thông báo"), "Thông báo"),
        (CRUMB.format("Tin hoạt động"), HEAD.format("Thông báo"), "Tin hoạt động"),
        (SIDE, "", None),
        ("", "", None),
    ],
)
def test_section(above, head, section):
    assert read(ROWS, above=above, head=head).section == section


@pytest.mark.parametrize("make", [demo_portal, large_portal])
def test_following_the_replica_gives_every_article_of_a_channel_in_order(make):
    portal = make()
    for channel, look in portal.channels.items():
        path, keys, sections = f"/{channel}", [], set()
        while path:
            body = portal.page(path).body
            listing = read_page(Capture(SITE + path, AT, 200, (), body), LIFERAY_HANOI, ZONE)
            keys += [entry.native_key for entry in listing.entries]
            sections.add(listing.section)
            path = listing.next_url.removeprefix(SITE) if listing.next_url else ""
        assert keys == [str(article.id) for article in portal.listed(channel)]
        assert sections == {look.name}


def test_counts_and_totals_of_the_replica():
    portal = large_portal()
    listed = portal.listed("tin-hoat-dong")
    path = page_path("tin-hoat-dong", "101", 2, 10)
    listing = read_page(Capture(SITE + path, AT, 200, (), portal.page(path).body), LIFERAY_HANOI, ZONE)
    assert listing.results == ResultCount(11, 20, len(listed))
    assert [entry.views.value for entry in listing.entries] == [article.views for article in listed[10:20]]
    assert listing.problems == ()


def test_what_a_page_is_does_not_depend_on_what_its_address_was_asked_for():
    """An article's address is read as an article first, and a listing that stands there is told all the same."""
    portal = demo_portal()
    paths = {Article: article_path(portal.listed()[0]), Listing: f"/{next(iter(portal.channels))}"}
    kinds = {kind: portal.page(path).body for kind, path in paths.items()}
    read = [
        (kind, type(read_page(Capture(SITE + path, AT, 200, (), body), LIFERAY_HANOI, ZONE)))
        for kind, body in kinds.items()
        for path in paths.values()
    ]
    assert read == [(Article, Article), (Article, Article), (Listing, Listing), (Listing, Listing)]
