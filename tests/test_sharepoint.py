"""News pages on SharePoint, and the pagers of ASP.NET that they have."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archiver.model import Article, Attachment, Capture, Form, Listing, ListingEntry, PublishedDate
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms.postback import find_next_postback, read_target
from archiver.platforms.sharepoint import SHAREPOINT
from tests.real_portal import ZONE

AT = datetime(2019, 9, 1, tzinfo=UTC)
SITE = "http://bo.example"
URL = f"{SITE}/tin-tuc/Pages/chi-tiet.aspx?ItemID=12&l=TinTuc"
STATE = '<input type="hidden" name="__VIEWSTATE" value="/wEP">'


def read(body, url=URL):
    page = f'<html><body><form method="post" action="./list.aspx?l=TinTuc">{STATE}{body}</form></body></html>'
    return read_page(Capture(url, AT, 200, (), page.encode()), SHAREPOINT, ZONE)


BODY = """<h1>Cổng thông tin của Bộ</h1>{head}<div class="ExternalClass5F0A"><p>Bộ trưởng khai mạc.</p>
<p>Xem <a href="/Lists/VanBan/Attachments/7/ke-hoach.docx">kế hoạch</a>.</p></div>"""
COLUMNS = '<table><tr><td><p class="Title">Họp cơ quan</p></td><td class="Time">{}</td></tr></table>'
HEADER = '<div class="ms-news-header"><h3>Họp cơ quan</h3><span>{}</span></div>'
ARTICLE = Article(
    native_key="bo.example/tin-tuc/Pages/chi-tiet.aspx?ItemID=12&l=TinTuc",
    url=URL,
    title="Họp cơ quan",
    paragraphs=("Bộ trưởng khai mạc.", "Xem kế hoạch."),
    attachments=(Attachment(f"{SITE}/Lists/VanBan/Attachments/7/ke-hoach.docx", "kế hoạch"),),
)
MORNING = datetime(2019, 8, 5, 9, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("printed", "published"),
    [
        ("(05.08.2019 16:32)", PublishedDate("05.08.2019 16:32", MORNING, "minute")),
        ("( )", None),
        ("(31/12/9999 12:00 SA)", None),
    ],
)
def test_a_header_with_a_date_behind(printed, published):
    page = read(BODY.format(head=HEADER.format(printed)))
    assert replace(page, body_html="") == replace(ARTICLE, published=published)


@pytest.mark.parametrize(
    ("printed", "published"),
    [
        ("(05.08.2019 16:32)", ("(05.08.2019 16:32)", MORNING)),
        ("thứ hai, 05 08 2019 16:32", ("thứ hai, 05 08 2019 16:32", MORNING)),
        ("05/08/2019 4:32 CH", ("05/08/2019 4:32 CH", MORNING)),
        ("05/08/2019 9:32 SA", ("05/08/2019 9:32 SA", datetime(2019, 8, 5, 2, 32, tzinfo=UTC))),
        ("31/12/9999", None),
        ("( )", None),
    ],
)
def test_a_date_in_a_column(printed, published):
    date = PublishedDate(*published, "minute") if published else None
    page = read(BODY.format(head=COLUMNS.format(printed)))
    assert replace(page, body_html="") == replace(ARTICLE, published=date)


def row(number, title, time):
    return f"""<tr><td><p class="Title"><a href="/tin-tuc/Pages/chi-tiet.aspx?ItemID={number}">{title}</a></p></td>
<td class="Time">{time}</td></tr>"""


def pager(shown):
    links = [
        f"<td><span>{page}</span></td>"
        if page == shown
        else f"""<td><a href="javascript:__doPostBack('ctl00$Main$List','Page${page}')">{page}</a></td>"""
        for page in (1, 2, 3)
    ]
    return f"<table><tr>{''.join(links)}</tr></table>"


ROWS = f"<table>{row(9, 'Tin một', '(05.08.2019 16:32)')}{row(8, 'Tin hai', '( )')}</table>"


def entry(number, title, published=None):
    path = f"/tin-tuc/Pages/chi-tiet.aspx?ItemID={number}"
    return ListingEntry(f"bo.example{path}", SITE + path, title, published)


def test_a_whole_listing():
    url = f"{SITE}/tin-tuc/Pages/list.aspx?l=TinTuc"
    date = PublishedDate("(05.08.2019 16:32)", MORNING, "minute")
    state = (("__VIEWSTATE", "/wEP"), ("__EVENTTARGET", "ctl00$Main$List"), ("__EVENTARGUMENT", "Page$3"))
    assert read(ROWS + pager(2), url) == Listing(
        url=url,
        entries=(entry(9, "Tin một", date), entry(8, "Tin hai")),
        next_form=Form(url, state, "3"),
    )


def test_a_view_of_a_list_knows_its_next_address():
    steps = r"""<a href="javascript:" onclick='RefreshPageTo(event, "/l.aspx?Paged=TRUE\u0026PagedPrev=TRUE");'>
</a><a href="javascript:" onclick='javascript:RefreshPageTo(event, "/l.aspx?Paged=TRUE\u0026p_ID=8");return false;'>
</a>"""
    listing = read(ROWS + steps + pager(1))
    assert (listing.next_url, listing.next_form) == (f"{SITE}/l.aspx?Paged=TRUE&p_ID=8", None)


def test_a_page_without_a_body_is_no_article():
    page = read(f"<h1>Cổng thông tin của Bộ</h1>{HEADER.format('(05.08.2019 16:32)')}")
    assert not isinstance(page, Article)


FOLDER = """<table><tr class="{name}"><td class="{cell}">Tin hoạt động</td><td class="Time">(05.08.2019 16:32)</td></tr>
</table><div id="part1"><table id="tableforprint"><tr><td><p class="Title">Họp cơ quan</p></td></tr>
<tr><td><b class="lv_description_mode1">Cơ quan họp.</b></td></tr><tr><td>{body}</td></tr></table></div>"""
LINES = "<p>Bộ trưởng khai mạc.</p><p style='text-align:right'>Theo báo tỉnh</p>"


@pytest.mark.parametrize(("name", "cell"), [("ms-news-header", "FolderTitle"), ("", "ten")])
@pytest.mark.parametrize("body", [f"<div class='ExternalClass7'>{LINES}</div>", f"<div>{LINES}</div>"])
def test_a_folder_above_the_title(name, cell, body):
    article = read(FOLDER.format(name=name, cell=cell, body=body))
    assert isinstance(article, Article)
    assert (article.title, article.section, article.lead) == ("Họp cơ quan", "Tin hoạt động", "Cơ quan họp.")
    assert (article.published.at, article.paragraphs) == (MORNING, ("Bộ trưởng khai mạc.", "Theo báo tỉnh"))
    assert article.author is None


def test_rows_whose_link_holds_the_date():
    rows = "".join(
        f"<tr><td class='TitleFront'><a href='/tin-{n}'>Tin số {n} <span class='ShowDate'>{date}</span></a></td></tr>"
        for n, date in ((9, "(05.08.2019 16:32)"), (8, "thứ hai, 05 08 2019 16:32"))
    )
    below = "<td class='Other'><li><a href='/cu'>Tin cũ</a><span class='ShowDate'>(01/08/2019)</span></li></td>"
    listing = read(f"<a class='a_header_style1'>Tin tức</a><table>{rows}</table>{below}", f"{SITE}/tin-tuc")
    assert isinstance(listing, Listing)
    assert listing.section == "Tin tức"
    assert [(entry.title, entry.published.at) for entry in listing.entries] == [
        ("Tin số 9", MORNING),
        ("Tin số 8", MORNING),
    ]


def find(body, state=STATE):
    page = f'<form action="/tin.aspx">{state}<input name="q" value="a"><input type="submit" name="ok">{body}</form>'
    return find_next_postback(parse_html(page), f"{SITE}/tin.aspx?l=1")


def link(text, argument, target="ctl00$pager"):
    return f"""<a href="javascript:__doPostBack(&#39;{target}&#39;,&#39;{argument}&#39;)">{text}</a>"""


@pytest.mark.parametrize(
    ("body", "argument", "page"),
    [
        (f"<b>1</b> {link(2, 'p2')} {link(3, 'p3')}", "p2", "2"),
        (f"{link(1, 'p1')} [2] {link(3, 'p3')}", "p3", "3"),
        (f"{link(9, 'p9')}<span>10</span>{link('Tiếp »', 'more')}", "more", "11"),
        (f"{link('Trang sau', 'n')}", "n", "ctl00$pager&n"),
        (f"{link('<img alt=Next>', 'n')}", "n", "ctl00$pager&n"),
        (f"{link(1, 'p1')} {link(2, 'p2')} <b>3</b>", None, None),
        (f"{link('Đăng xuất', 'out')} 2 {link('Tìm', 'q')}", None, None),
        ("<a href='?page=2'>2</a>", None, None),
    ],
)
def test_the_next_page_of_a_pager(body, argument, page):
    form = find(body)
    if argument is None:
        assert form is None
        return
    fields = (("__VIEWSTATE", "/wEP"), ("q", "a"), ("__EVENTTARGET", "ctl00$pager"), ("__EVENTARGUMENT", argument))
    assert form == Form(f"{SITE}/tin.aspx", fields, page)


def test_without_the_state_of_the_page_nothing_can_be_sent():
    assert find(f"<b>1</b> {link(2, 'p2')}", state="") is None


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("javascript:__doPostBack('a$b','Page$2')", ("a$b", "Page$2")),
        ('javascript:__doPostBack("a$b", "")', ("a$b", "")),
        ('javascript:WebForm_DoPostBackWithOptions(new WebForm_PostBackOptions("a$b", "", true, "", ""))', ("a$b", "")),
        ("javascript:__doPostBack('','x')", None),
        ("javascript:void(0)", None),
    ],
)
def test_targets(code, target):
    assert read_target(code) == target
