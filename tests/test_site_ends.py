"""How sites end, stumble and come back, day by day: real crawls of both looks (rules 6, 7 and 9).

The table "What happens to a site, and what becomes of its history" in docs/faults.md says the same in words.
"""

from collections.abc import Iterator

import pytest

from tests.conftest import Crawling
from tests.ending_portal import LOOKS, NOT_FOUND, Days, EndingPortal, Look, Rule, serve_portal

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("look", LOOKS)]
ARTICLES = 6
UNDISTURBED = ARTICLES + 2  # its listing and robots.txt
FAREWELL = (
    '<div class="article"><h1>Lời tạm biệt của trang tin</h1><div class="info">Ngày đăng: 04/02/2026</div>'
    '<div class="content"><p>Kể từ hôm nay trang tin này ngừng hoạt động vĩnh viễn; bạn đọc có thể theo dõi tin tức '
    "tại cổng chung của tỉnh.</p><p>Ban biên tập cảm ơn bạn đọc gần xa đã đồng hành. Mã trang: {0}</p></div></div>"
)
LOGIN = "<h1>Khu vực nội bộ</h1><p>Vui lòng đăng nhập để đọc tiếp trang {0}.</p><p>Bạn chưa có quyền xem.</p>"
GEO = '<h1>Xin lỗi</h1><p class="meta">04/02/2026</p><p>Trang tin không mở cho người đọc ngoài lãnh thổ. {0}</p>'
MAINTENANCE = (
    '<div class="article"><h1>Thông báo bảo trì</h1><div class="info">Ngày đăng: 04/02/2026</div><div class="content">'
    "<p>Trang tin đang được bảo trì, mong bạn đọc quay lại sau ít ngày nữa. Mã yêu cầu {0}.</p></div></div>"
)


@pytest.fixture
def days(look: Look, crawling: Crawling) -> Iterator[Days]:
    """A portal that was crawled once."""
    portal = EndingPortal(look)
    portal.publish(ARTICLES)
    with serve_portal(portal) as base:
        days = Days(crawling, portal, base)
        assert days.crawl(0) == (0, UNDISTURBED)
        yield days


def _everywhere(portal: EndingPortal, status: int, middle: str) -> Rule:
    """Answer every address with one page, which prints something of its own each time."""

    def answer(path: str, _: str) -> tuple[int, str] | None:
        return None if path == "/robots.txt" else (status, portal.shell("Cổng", middle.format(f"{len(path)}z{path}")))

    return answer


def _assert_unharmed(days: Days) -> None:
    assert days.states() == {"live": ARTICLES}
    assert days.events() == {}
    assert days.snapshots() == ARTICLES


PASSING = {
    "login wall": (200, LOGIN, (2, 5, 8)),
    "geo block, 403": (403, "Cấm", (2, 5, 8)),
    "geo block, a page": (200, GEO, (2, 5, 8)),
    "maintenance, 503": (503, "Bảo trì", (2, 12, 22)),
    "maintenance, a page": (200, MAINTENANCE, (2, 12, 22)),
    "a moment of 404": (404, "Không có", (2, 9)),
    "a week of a farewell": (200, FAREWELL, (2, 9)),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_leaves_no_trace(name: str, days: Days) -> None:
    status, middle, bad = PASSING[name]
    days.portal.rule = _everywhere(days.portal, status, middle)
    for day in bad:
        ended, requests = days.crawl(day)
        assert ended in (1, 3)
        assert requests <= 1.2 * UNDISTURBED
        _assert_unharmed(days)
    days.portal.rule = None
    assert days.crawl(bad[-1] + 1) == (0, UNDISTURBED)
    _assert_unharmed(days)


ENDS = {"farewell": (200, FAREWELL), "404": (404, "Không có"), "410": (410, "Đã gỡ")}


@pytest.mark.parametrize("name", ENDS)
def test_a_portal_that_closes_is_gone_after_two_weeks(name: str, days: Days) -> None:
    days.portal.rule = _everywhere(days.portal, *ENDS[name])
    told = []
    for day in (2, 9, 17, 18):
        ended, requests = days.crawl(day)
        assert ended in (1, 3)  # as long as it is in the schedule, nothing can be crawled
        assert requests <= 1.2 * UNDISTURBED
        told.append("site_closed" in days.findings())
    assert days.states() == {"gone": ARTICLES}
    assert days.events() == {"suspect": ARTICLES, "gone": ARTICLES}
    assert days.snapshots() == ARTICLES
    assert told == [False, False, True, False]
    (detail,) = {row["detail"] for row in days.crawling.query("SELECT detail FROM events WHERE kind = 'gone'")}
    assert str(detail).endswith("missing on 2026-02-04, 2026-02-11, 2026-02-19")


def test_a_portal_rebuilt_at_new_addresses(days: Days) -> None:
    portal = days.portal
    old = {portal.path_of(news) for news in portal.articles}
    portal.rule = lambda path, _: NOT_FOUND if path in old else None
    for news in portal.articles:
        news.listed = False
    portal.publish(5, first=9000)
    for news in portal.articles[:5]:
        news.day = "03/02/2026"
    assert [days.crawl(day)[0] for day in (2, 9)] == [3, 3]
    assert days.states() == {"live": ARTICLES + 5}
    assert [days.crawl(day)[0] for day in (17, 18)] == [0, 0]
    assert days.states() == {"gone": ARTICLES, "live": 5}
    assert days.events() == {"suspect": ARTICLES, "gone": ARTICLES}


def test_a_listing_that_is_truncated_for_a_week(days: Days) -> None:
    hidden = days.portal.articles[2:]
    for news in hidden:
        news.listed = False
    for day in (2, 5, 8):
        assert days.crawl(day)[0] == 3
        assert days.findings() == ["listings_shrunk"]
        _assert_unharmed(days)
    for news in hidden:
        news.listed = True
    assert days.crawl(9) == (0, UNDISTURBED)
    _assert_unharmed(days)


def test_a_listing_that_stays_shorter_is_believed(days: Days) -> None:
    for news in days.portal.articles[2:]:
        news.listed = False
    assert [days.crawl(day)[0] for day in (2, 9, 17)] == [3, 3, 0]
    assert days.events() == {"delisted": ARTICLES - 2}
    assert days.states() == {"live": ARTICLES}
    assert days.crawl(18)[0] == 0


PAGERS = {
    "button": '<div class="box"><button type="button" class="btn">Xem thêm</button></div>',
    "numbers": '<ul class="pagination"><li><a href="#">1</a></li><li><a href="#" data-page="2">2</a></li></ul>',
    "nothing": "",
}


@pytest.mark.parametrize("pager", PAGERS)
def test_news_push_articles_off_a_page_that_a_script_turns(pager: str, days: Days) -> None:
    portal = days.portal
    portal.pager = PAGERS[pager] or " "
    portal.per_page = ARTICLES
    statuses = []
    for day in (2, 3, 9):
        portal.publish(1, first=8000)
        statuses.append(days.crawl(day)[0])
    assert days.events() == {}
    assert statuses == ([0, 0, 0] if pager == "nothing" else [3, 0, 0])
    portal.articles[1].listed = False  # within the page, and an older one takes its place
    days.crawl(10)
    assert days.events() == ({"delisted": 1} if pager == "nothing" else {})
