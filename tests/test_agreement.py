"""The layouts of a platform and the generic reader together: who reads a page that a layout does not fit."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.html.elements import Element, select_one
from archiver.model import (
    Article,
    Capture,
    Count,
    Listing,
    ListingEntry,
    Origin,
    Page,
    Problem,
    PublishedDate,
    Unreadable,
)
from archiver.parsing.page import read_page
from archiver.parsing.pages.agreement import hold_against, is_plain_article, outweighs, take_text
from archiver.platforms.generic import read_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from tests.real_portal import ZONE

AT = datetime(2025, 3, 1, tzinfo=UTC)
SITE = "https://xa.example"
TITLE = "Hội Nông dân xã ra mắt tổ hợp tác nuôi cá lồng trên sông"
SENTENCES = (
    "Sáng qua, Hội Nông dân xã ra mắt tổ hợp tác nuôi cá lồng với mười hai hộ thành viên ở hai thôn ven sông.",
    "Các hộ góp vốn mua chung con giống, thức ăn và thuê một kỹ sư theo dõi chất lượng nước vào thứ hai hằng tuần.",
    "Ngân hàng chính sách cho mỗi hộ vay sáu mươi triệu đồng trong ba năm, trả gốc sau khi bán lứa cá đầu tiên.",
)
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
OTHER_LOOK = f"<div class='bai'><h1>{TITLE}</h1><span>14/02/2025 08:15</span>{TEXT}</div>"
TEASERS = "".join(
    f"<div class='row'><a href='/tin/khac-{n}'>Tin khác của xã, bài thứ {n} trong tháng này</a></div>" for n in range(3)
)
ARTICLE = ArticleLayout(
    mark="look",
    title="div.look h2",
    byline="div.look i",
    lead=None,
    body=("div.look div.text",),
    sections=(),
    content="div.look",
)
ROWS = ListingLayout("div.row", "a[href]", None, (), None)


def is_empty(page: Element) -> bool:
    return select_one(page, "p.none") is not None


def read_its_address(url: str) -> Address:
    address = read_address(url)
    kind = "article" if "/bai/" in url else "listing" if "/kenh/" in url else "unknown"
    return Address(kind, address.key, address.url)  # type: ignore[arg-type]


PROVED = Platform(
    "vidu",
    "A platform",
    (Layout((ARTICLE,), (ROWS,), is_empty, others=("div.album",)),),
    read_its_address,
    proved=True,
)
UNPROVED = replace(PROVED, proved=False)


def read(body: str, path: str = "/bai/ca-long", platform: Platform = PROVED, title: str = "Xã") -> Page:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return read_page(Capture(SITE + path, AT, 200, (), html.encode()), platform, ZONE)


def look(title: str = TITLE, line: str = "14/02/2025 08:15", text: str = TEXT) -> str:
    return f"<div class='look'><h2>{title}</h2><i>{line}</i><div class='text'>{text}</div></div>"


def kinds(page: Page) -> list[str]:
    assert not isinstance(page, Unreadable)
    return [problem.kind for problem in page.problems]


def test_a_layout_that_fits_is_all_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("archiver.parsing.page.read_generic")
    page = read(look())
    assert isinstance(page, Article)
    assert (page.title, page.paragraphs, page.origins) == (TITLE, SENTENCES, ())


def test_the_day_of_a_layout_without_a_text_may_be_that_of_another_article() -> None:
    page = read(
        f"<div class='look'><i>01/02/2025 10:00</i><h2>{TITLE}</h2></div>"
        f"<div class='moi'><p>Ngày đăng: 14/02/2025 08:15</p>{TEXT}</div>"
    )
    assert isinstance(page, Article)
    assert page.published is not None
    assert page.published.raw == "14/02/2025 08:15"
    assert set(kinds(page)) == {"layout_missed", "readers_disagree"}


@pytest.mark.parametrize(("path", "found"), [("/bai/ca-long", ["layout_missed"]), ("/ca-long", [])])
def test_a_page_that_no_layout_fits_is_read_by_the_generic_reader(path: str, found: list[str]) -> None:
    page = read(OTHER_LOOK, path)
    assert isinstance(page, Article)
    assert (page.title, page.paragraphs) == (TITLE, SENTENCES)
    assert kinds(page) == found
    assert page.origins


def test_a_layout_that_finds_no_text_is_helped_out() -> None:
    page = read(f"<div class='look'><h2>{TITLE}</h2><i>14/02/2025 08:15</i></div><div class='moi'>{TEXT}</div>")
    assert isinstance(page, Article)
    assert (page.title, page.paragraphs, kinds(page)) == (TITLE, SENTENCES, ["layout_missed"])


def test_an_article_without_a_text_stays_one() -> None:
    page = read(look(text=""))
    assert isinstance(page, Article)
    assert (page.paragraphs, kinds(page)) == ((), [])


@pytest.mark.parametrize("path", ["/bai/ca-long", "/ca-long"])
def test_teasers_below_an_article_make_no_listing_of_it(path: str) -> None:
    page = read(OTHER_LOOK + TEASERS, path)
    assert isinstance(page, Article)
    assert (page.title, page.paragraphs) == (TITLE, SENTENCES)


@pytest.mark.parametrize("path", ["/kenh/tin", "/tin", "/bai/da-go"])
def test_a_listing_stays_one(path: str) -> None:
    page = read(f"<h1>Tin tức của xã</h1>{TEASERS}", path)
    assert isinstance(page, Listing)
    assert len(page.entries) == 3


def test_an_empty_channel_on_a_page_with_rows_is_none() -> None:
    rows = "".join(
        f"<li><a href='/tin/{n}-nuoi-ca'>Bà con thôn {n} thả lứa cá đầu tiên</a> <span>0{n}/02/2025</span></li>"
        for n in range(1, 6)
    )
    page = read(f"<p class='none'></p><h1>Tin tức</h1><ul>{rows}</ul>", "/tin")
    assert isinstance(page, Listing)
    assert len(page.entries) == 5
    assert read("<p class='none'></p>", "/tin") == Listing(f"{SITE}/tin")


def test_pages_that_are_known_to_be_something_else_are_no_articles() -> None:
    assert isinstance(read(f"<div class='album'></div>{OTHER_LOOK}"), Unreadable)


@pytest.mark.parametrize("path", ["/bai/ca-long", "/ca-long"])
@pytest.mark.parametrize("title", ["Trang chủ - Xã Ví Dụ", "Trang chủ"])
def test_an_article_is_none_the_less_one_if_all_pages_are_titled_as_home(path: str, title: str) -> None:
    assert isinstance(read(OTHER_LOOK, path, title=title), Article)
    assert isinstance(read(look(), path, title=title), Article)


def test_a_home_page_is_none() -> None:
    box = "<div><h2>Thông báo</h2><p>Cổng thông tin của xã.</p></div>"
    page = read(box, "/bai/ca-long", title="Trang chủ - Xã Ví Dụ")
    assert isinstance(page, Unreadable)
    assert page.problem.kind == "home_page"


def test_a_page_with_the_words_of_its_address_is_no_home_page() -> None:
    page = read("<a class='ten'>Thủ tục hành chính</a>", "/thu-tuc-hanh-chinh", title="Trang chủ - Xã Ví Dụ")
    assert isinstance(page, Unreadable)
    assert page.problem.kind == "no_layout"


def test_a_form_that_asks_for_a_code_makes_no_captcha_of_an_article() -> None:
    form = "<form><h3>Gửi bình luận</h3><label>Mã xác thực</label><input name='ma'></form>"
    assert isinstance(read(OTHER_LOOK + form), Article)
    captcha = read("<h1>Mã xác thực</h1><form><p>Nhập mã để tiếp tục</p><input name='ma'></form>")
    assert isinstance(captcha, Unreadable)
    assert captcha.problem.kind == "captcha_page"


PROPOSED = Article("a", f"{SITE}/a", TITLE, paragraphs=SENTENCES, published=PublishedDate("14/02/2025", AT, "day"))
SECOND = replace(PROPOSED, origins=tuple(Origin(name, "markup", 0.9) for name in ("title", "published", "body")))


def test_two_readings_that_agree_are_no_finding() -> None:
    assert hold_against(PROPOSED, SECOND) == PROPOSED
    assert hold_against(PROPOSED, replace(SECOND, title=f"1. {TITLE}")) == PROPOSED


def test_a_title_is_taken_of_whoever_is_sure_of_it() -> None:
    channel = replace(PROPOSED, title="Tin trong xã")
    held = hold_against(channel, SECOND)
    assert (held.title, [problem.kind for problem in held.problems]) == (TITLE, ["readers_disagree"])
    unsure = replace(SECOND, origins=(Origin("title", "markup", 0.6),))
    assert hold_against(channel, unsure) == channel


def test_a_day_is_added_and_a_count_is_not() -> None:
    dateless = replace(PROPOSED, published=None)
    held = hold_against(dateless, replace(SECOND, views=Count("9", 9)))
    assert (held.published, held.views, held.problems) == (SECOND.published, None, ())
    assert [origin.field for origin in held.origins] == ["published"]


def test_a_kicker_is_no_part_of_a_title_that_the_page_repeats() -> None:
    kicker = replace(PROPOSED, title=f"Nông thôn mới | {TITLE}")
    surer = replace(SECOND, origins=(Origin("title", "title", 0.99),))
    held = hold_against(kicker, surer)
    assert (held.title, held.problems, held.origins) == (TITLE, (), surer.origins)
    assert hold_against(kicker, SECOND) == kicker


def test_a_day_that_cannot_be_read_gives_way() -> None:
    unread = replace(PROPOSED, published=PublishedDate("mùng hai"), problems=(Problem("unreadable_date", "mùng hai"),))
    held = hold_against(unread, SECOND)
    assert (held.published, held.problems) == (SECOND.published, ())
    assert hold_against(unread, replace(SECOND, published=None)) == unread


def test_a_row_that_leads_to_its_own_page_is_the_article() -> None:
    own = ListingEntry(PROPOSED.native_key, PROPOSED.url, TITLE)
    rows = " ".join((TITLE, *SENTENCES))
    assert outweighs(PROPOSED, Listing(PROPOSED.url, entries=(own,)), rows)
    assert not outweighs(PROPOSED, Listing(PROPOSED.url, entries=(own, ListingEntry("b", f"{SITE}/b", "Tin"))), rows)


def test_two_days_are_a_finding() -> None:
    other = replace(SECOND, published=PublishedDate("01/02/2025", datetime(2025, 2, 1, tzinfo=UTC), "day"))
    held = hold_against(PROPOSED, other)
    assert held.published == PROPOSED.published
    assert [(problem.kind, problem.detail) for problem in held.problems] == [
        ("readers_disagree", f"published: {date(2025, 3, 1)} and {date(2025, 2, 1)}")
    ]


@given(st.integers(min_value=0, max_value=3), st.integers(min_value=0, max_value=3))
def test_a_text_of_less_than_half_is_never_kept_in_silence(first: int, second: int) -> None:
    proposed, other = (replace(PROPOSED, paragraphs=SENTENCES[:count]) for count in (first, second))
    held = hold_against(proposed, other)
    is_short = 2 * len(proposed.body) < len(other.body)
    assert held.paragraphs == (other if is_short else proposed).paragraphs
    assert bool(held.problems) == is_short


@given(st.sampled_from((PROPOSED, replace(PROPOSED, title="Tin khác hẳn", published=None, paragraphs=()))))
def test_holding_again_changes_no_field(proposed: Article) -> None:
    held = hold_against(proposed, SECOND)
    again = hold_against(held, SECOND)
    assert replace(again, origins=()) == replace(held, origins=())


def test_a_text_is_taken_of_the_same_title_only() -> None:
    bare = replace(PROPOSED, paragraphs=())
    taken = take_text(bare, SECOND)
    assert taken is not None
    assert taken.paragraphs == SENTENCES
    assert take_text(bare, replace(SECOND, title="Tin khác của xã bên")) is None
    assert take_text(bare, bare) is None


def test_rows_that_are_the_text_are_a_listing() -> None:
    channel = Listing(f"{SITE}/tin", entries=(ListingEntry("b", f"{SITE}/b", "Tin khác"),))
    assert outweighs(PROPOSED, channel, "Tin khác")
    assert not outweighs(PROPOSED, channel, f"Tin khác\n{'  '.join(SENTENCES)} 14/02/2025")
    assert not outweighs(PROPOSED, replace(channel, section=TITLE), "Tin khác")
    assert not outweighs(PROPOSED, replace(channel, entries=(ListingEntry("c", f"{SITE}/c", TITLE),)), TITLE)


def test_a_page_that_tells_of_a_maintenance_is_no_plain_article() -> None:
    assert is_plain_article(PROPOSED)
    assert not is_plain_article(replace(PROPOSED, title="Hệ thống đang bảo trì"))
    assert not is_plain_article(replace(PROPOSED, paragraphs=SENTENCES[:1]))


def test_an_unproved_platform_only_proposes() -> None:
    page = read(look("Tin trong xã") + f"<h1>{TITLE}</h1>", platform=UNPROVED)
    assert isinstance(page, Article)
    assert isinstance(read(look(), platform=UNPROVED), Article)
    short = look(text=f"<p>{SENTENCES[0]}</p>") + f"<div class='tiep'>{TEXT}{TEXT.replace('cá', 'tôm')}</div>"
    held = read(short, platform=UNPROVED)
    assert isinstance(held, Article)
    assert len(held.body) > 2 * len(SENTENCES[0])
    assert kinds(held) == ["readers_disagree"]


def test_a_day_told_exactly_goes_before_hours_ago() -> None:
    told = '<script type=\'application/ld+json\'>{"datePublished": "2025-02-14T08:15:00+07:00"}</script>'
    page = read(look(line="4 giờ trước") + told, platform=UNPROVED)
    assert isinstance(page, Article)
    assert page.published is not None
    assert page.published.raw == "2025-02-14T08:15:00+07:00"
