"""Listings of pages of no known platform: rows, pagers, the feeds they name, selectors for what was found."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.html.elements import select
from archiver.model import Count, Form, Listing, ListingEntry, PublishedDate, ResultCount
from archiver.onboarding.selectors import write_selector
from archiver.parsing.generic.listing import read_generic_listing
from archiver.parsing.generic.listings.form_pager import find_next_form, find_next_query
from archiver.parsing.generic.listings.pager import find_next_url
from archiver.parsing.generic.listings.rows import find_rows
from archiver.parsing.pages.document import parse_html
from archiver.platforms.generic import GENERIC, read_address
from tests.real_portal import ZONE

AT = datetime(2026, 1, 20, tzinfo=UTC)
URL = "https://xa.example/tin"
ROW = (
    '<div class="k"><a href="/tin/{0}"><img src="/{0}.jpg" alt="Ảnh"></a><h3><a href="/tin/{0}" '
    'title="Họp tổ dân phố số {0} ở xã">Họp tổ dân phố…</a></h3>'
    "<p>Ngày đăng 0{0}/01/2026 | 09:30 AM | Lượt xem: 1{0}</p><p>Bà con bàn việc nước sạch và đường làng.</p></div>"
)
MENU = '<ul class="menu">' + "".join(f'<li><a href="/muc/{n}">Chuyên mục số {n}</a></li>' for n in range(9)) + "</ul>"
HEAD = '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" type="application/rss+xml" '
HEAD += 'href="/comments/feed">'


def make_page(rows: str, *, pager: str = "") -> str:
    return f"<html><head>{HEAD}</head><body>{MENU}<div>{rows}</div>{pager}</body></html>"


def make_entry(number: int) -> ListingEntry:
    at = datetime(2026, 1, number, 2, 30, tzinfo=UTC)
    published = PublishedDate(f"0{number}/01/2026 | 09:30 AM", at, "minute")
    url = f"https://xa.example/tin/{number}"
    views = Count(f"1{number}", 10 + number)
    return ListingEntry(url.removeprefix("https://"), url, f"Họp tổ dân phố số {number} ở xã", published, views)


def read(html: str, url: str = URL) -> Listing | None:
    return read_generic_listing(parse_html(html), url, GENERIC, ZONE, AT)


def test_rows_are_read_and_menus_are_not() -> None:
    pager = "<p>Hiển thị 1 - 3 of 26 kết quả</p><a href='?page=2'>2</a><a href='?page=3'>3</a><a href='?page=9'>»</a>"
    assert read(make_page("".join(map(ROW.format, (1, 2, 3))), pager=pager)) == Listing(
        URL,
        entries=(make_entry(1), make_entry(2), make_entry(3)),
        next_url=f"{URL}?page=2",
        results=ResultCount(1, 3, 26),
        more=("https://xa.example/feed",),
    )


def test_a_related_list_below_an_article_is_no_listing() -> None:
    body = "<p>" + "Xã họp bàn việc làm đường, bà con góp ý kiến. " * 80 + "</p>"
    links = "".join(f'<li><a href="/tin/{n}">Một bài viết khác số {n}</a></li>' for n in range(5))
    assert read(make_page(f"<h1>Họp dân</h1>{body}<h4>Tin liên quan</h4><ul>{links}</ul>")) is None


def test_columns_are_no_rows() -> None:
    menu = "".join(f'<li><a href="/muc/{n}">Chuyên mục dài số {n}</a></li>' for n in range(8))
    boxes = f"<div><ul>{menu}</ul></div><div>{''.join(map(ROW.format, (1, 2)))}</div><div><ul>{menu}</ul></div>"
    listing = read(f"<html><body><div>{boxes}</div></body></html>")
    assert listing is not None
    assert listing.entries == (make_entry(1), make_entry(2))


@pytest.mark.parametrize(
    "inside",
    [
        "{0}<span class='d'> (0{1}.01.2026 09:30)</span>",
        "<i>0{1}/01/2026 09:30</i> {0}",
        "{0} [09:30 0{1}/01/2026]",
        "<b>{0}</b><br><small>Ngày đăng: 0{1}/01/2026 09:30</small>",
    ],
)
def test_dates_within_the_links_of_rows(inside: str) -> None:
    """Tables of one row each: the date is none of the title."""
    titles = {number: f"Họp tổ dân phố số {number} ở xã" for number in (1, 2, 3)}
    links = (f'<a href="/tin/{number}">{inside.format(title, number)}</a>' for number, title in titles.items())
    listing = read(make_page("".join(f"<table><tr><td>{link}</td></tr></table>" for link in links)))
    assert listing is not None
    assert [entry.title for entry in listing.entries] == list(titles.values())
    assert [str(entry.published and entry.published.at) for entry in listing.entries] == [
        f"2026-01-0{number} 02:30:00+00:00" for number in titles
    ]


def test_a_date_that_one_title_has_stays_in_it() -> None:
    titles = (
        "Lịch tiếp dân của xã (12/01/2026)",
        "Họp tổ dân phố ở thôn",
        "Bàn việc nước sạch ở xã",
        "Làm đường ở xóm",
    )
    rows = "".join(f'<p><a href="/tin/{number}">{title}</a></p>' for number, title in enumerate(titles))
    listing = read(make_page(rows))
    assert listing is not None
    assert [entry.title for entry in listing.entries] == list(titles)


def test_tags_in_a_row_make_no_column_of_it() -> None:
    tags = "".join(f'<a href="/the/{n}">đường làng {n}</a>' for n in range(6))
    listing = read(make_page("".join(ROW.format(n).replace("</h3>", f"</h3>{tags}") for n in (1, 2, 3))))
    assert listing is not None
    assert listing.entries == (make_entry(1), make_entry(2), make_entry(3))


def test_links_that_mostly_share_one_address_are_no_listing() -> None:
    rows = "".join(f"<li><a href='/dang-nhap'>Bài viết dài của thôn số {n}</a></li>" for n in range(5))
    assert read(f"<ul>{rows}<li><a href='/ban-do'>Bản đồ đường đi của xã ta</a></li></ul>") is None


@pytest.mark.parametrize("words", ["Giới thiệu {}", "党建{}号"])
def test_short_links_without_dates_are_a_menu(words: str) -> None:
    assert read("".join(f"<p><a href='/m/{n}'>{words.format(n)}</a></p>" for n in range(9))) is None


@pytest.mark.parametrize(
    "notice", ["Nội dung đang được cập nhật.", "Chưa có bài viết nào trong chuyên mục", "No posts found", "暂无数据"]
)
def test_an_empty_channel_is_not_filled_from_the_column_beside_it(notice: str) -> None:
    about = "<div>" + "Văn phòng xã mở cửa từ thứ hai đến thứ sáu hằng tuần. " * 8 + "</div>"
    side = "".join(map(ROW.format, (1, 2, 3)))
    page = f"<h1>Chi bộ thôn</h1><div>{{}}</div><div>{side}</div>{about}"
    listing = read(page.format("Thôn ta có hai mươi đảng viên."))
    assert listing is not None
    assert read(page.format(f"<h5> {notice}</h5>")) is None
    following = read(page.format(f"<h5>{notice}</h5>") + "<a href='?page=2'>2</a>")
    assert following is not None
    assert following.entries == listing.entries


ROWS = "".join(map(ROW.format, (1, 2, 3)))
CRUMBS = "<ol><li><a href='/'>Trang chủ</a></li><li><a href='/chi-bo'>Chi bộ thôn</a></li></ol>"


@pytest.mark.parametrize(
    ("above", "section"),
    [
        (CRUMBS, "Chi bộ thôn"),
        ("<h1>Tin của thôn</h1>", "Tin của thôn"),
        ("<h1><span>Tin của thôn</span> <span>Tin của thôn</span></h1>", "Tin của thôn"),
        ("<p>" + "Xã ta có năm thôn. " * 9 + "</p>", None),
        ("", None),
    ],
)
def test_the_section_is_the_last_crumb_or_the_heading(above: str, section: str | None) -> None:
    listing = read(f"<body><div>{above}<div>{ROWS}</div></div></body>")
    assert listing is not None
    assert listing.section == section


@pytest.mark.parametrize(
    ("title", "heading", "is_read"),
    [
        ("Chi bộ thôn", "Thông báo", False),
        ("Chi bộ thôn", "Chi bộ thôn", True),
        ("Chi bộ thôn", "", True),
        ("Cổng thông tin xã", "Thông báo", True),
    ],
)
def test_the_box_of_another_channel_is_not_the_listing(title: str, heading: str, is_read: bool) -> None:
    about = "<div>" + "Văn phòng xã mở cửa từ thứ hai đến thứ sáu hằng tuần. " * 8 + "</div>"
    box = f"<div><p>{heading}</p><div>{ROWS}</div></div>"
    listing = read(f"<head><title>{title}</title></head><body>{CRUMBS}{box}{about}</body>")
    assert (listing is not None) == is_read


def test_white_space_without_end_takes_no_time() -> None:
    about = "<div>" + "Văn phòng xã mở cửa từ thứ hai đến thứ sáu hằng tuần. " * 8 + "</div>"
    assert read(f"<p>{' ' * 200_000}x</p><div>{ROWS}</div>{about}") is not None


@pytest.mark.parametrize("html", ["", "<p>" * 3000, "<a href='x'>" * 3000, "<a href='//['>Một tiêu đề rất dài</a>" * 9])
def test_odd_pages_have_no_listing(html: str) -> None:
    assert read(html) is None


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (URL, "<a href='/tin/page/2'>2</a><a href='/tin/page/3'>3</a>", "/tin/page/2"),
        ("https://xa.example/tin/page/2", "<a href='/tin'>1</a><a href='/tin/page/3'>3</a>", "/tin/page/3"),
        ("https://xa.example/tin?trang=3", "<a href='?trang=1'>«</a><a href='?trang=2'>2</a>", None),
        (URL, "<a href='?page=1'>2</a><a href='?page=2'>3</a>", "/tin?page=1"),
        ("https://xa.example/tin?page=5", "<a href='?page=1'>…</a><a href='?page=6'>…</a>", "/tin?page=6"),
        (URL, "<a href='?start=20'>Siguiente</a><a href='?start=80'>5</a>", "/tin?start=20"),
        (URL, "<a href='/tin?sau=abc'>Trang sau</a>", "/tin?sau=abc"),
        (URL, "<a href='javascript:;'>next</a><li class='disabled'><a href='?page=2'>2</a></li>", None),
        (URL, "<a href='?p=123'>Một bài viết</a>", None),
        ("https://xa.example/tin?id=3", "<a href='?id=4&page=2'>2</a>", None),
        *(
            (URL, f"<a href='?page=2'>{word}</a>", "/tin?page=2")
            for word in ("下一页", "Weiter", "следующая", "次", "›")
        ),
    ],
)
def test_the_next_page(url: str, links: str, following: str | None) -> None:
    assert find_next_url(parse_html(links), url) == (f"https://xa.example{following}" if following else None)


def test_a_postback_is_a_form() -> None:
    html = (
        "<form action='/ds.aspx'><input type=hidden name=__VIEWSTATE value=abc><input name=q value=x><table><tr>"
        "<td><a href=\"javascript:__doPostBack('g','Page$1')\">1</a></td><td><span>2</span></td>"
        "<td><a href=\"javascript:__doPostBack('g','Page$3')\">3</a></td></tr></table></form>"
    )
    fields = (("__VIEWSTATE", "abc"), ("__EVENTTARGET", "g"), ("__EVENTARGUMENT", "Page$3"))
    assert find_next_form(parse_html(html), URL) == Form("https://xa.example/ds.aspx", fields, "Page$3")


STEP = "<li{2}><a href=\"javascript:__doPostBack('{0}','')\">{1}</a></li>"


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        (STEP.format("a", "1", "") + "<b>2</b>" + STEP.format("c", "3", ""), "c"),
        (STEP.format("a", "1", "") + "<li class=active>2</li>" + STEP.format("c", "3", ""), "c"),
        (STEP.format("a", "1", "") + STEP.format("b", "2", " class=active") + STEP.format("c", "3", ""), "c"),
        (STEP.format("a", "1", "") + "<b>2</b>" + STEP.format("c", "...", ""), "c"),
        (STEP.format("a", "...", "") + "<b>3</b>" + STEP.format("c", "...", ""), "c"),
        (STEP.format("a", "...", "") + "<b>3</b>", None),
        (STEP.format("a", "1", "") + "<b>2</b>", None),
    ],
)
def test_the_current_page_of_postbacks(pager: str, following: str | None) -> None:
    form = find_next_form(parse_html(f"<form><ul>{pager}</ul></form>"), URL)
    assert (dict(form.fields)["__EVENTTARGET"] if form else None) == following


@pytest.mark.parametrize(
    ("url", "form", "following"),
    [
        (URL, "<button name=page value=1>1</button><button name=page value=2>2</button>", "/tin?muc=3&page=2"),
        (
            f"{URL}?page=2",
            "<input type=submit name=page value=3><input type=submit name=page value=4>",
            "/tin?muc=3&page=3",
        ),
        (URL, "<select name=trang><option value=1>1<option value=2>2</select>", "/tin?muc=3&trang=2"),
        (f"{URL}?trang=2", "<select name=trang><option value=1>1<option value=2>2</select>", None),
        (URL, "<select name=nam><option value=2025>2025<option value=2026>2026</select>", None),
        (URL, "<button name=page value=2 disabled>2</button>", None),
    ],
)
def test_a_plain_form_asks_for_the_next_page(url: str, form: str, following: str | None) -> None:
    page = parse_html(f"<form><input type=hidden name=muc value=3>{form}</form>")
    assert find_next_query(page, url) == (f"https://xa.example{following}" if following else None)
    assert find_next_query(parse_html(f"<form method=POST>{form}</form>"), url) is None


def test_a_selector_finds_exactly_the_rows() -> None:
    page = parse_html(make_page("".join(map(ROW.format, (1, 2, 3)))))
    found = find_rows(page, URL, GENERIC, ZONE, AT)
    assert found is not None
    rows = [row.element for row in found.rows]
    assert write_selector(rows, page) == "div.k"
    titles = [row.link for row in found.rows]
    assert [id(e) for e in select(page, write_selector(titles, page))] == list(map(id, titles))


WORDS = st.sampled_from(
    ["a", "tin", "/", "//", "?", "&", "utm_source=x", "id=3", ";jsessionid=1", "#", "%20", "=", "redirect=/a", "%3F"]
)


@given(st.lists(WORDS, max_size=8).map("".join))
def test_reading_an_address_twice_changes_nothing(rest: str) -> None:
    address = read_address(f"http://www.xa.example/{rest}")
    assert read_address(address.url) == address


def test_the_way_back_is_no_part_of_an_address() -> None:
    way = "redirect=https%3A%2F%2Fxa.example%2Ftin%3F_101_cur%3D2"
    assert read_address(f"https://xa.example/tin/1?{way}").url == "https://xa.example/tin/1"
    assert read_address(f"https://xa.example/tin/1/?{way}&id=3").key == "xa.example/tin/1?id=3"
