"""Which addresses a crawl asks for, decided without a network: options, walks through channels, totals."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.crawl.discovery import Discovery, Step, Target, Walk
from archiver.crawl.options import EXAMPLES, CrawlOptions, read_options
from archiver.errors import UsageError
from archiver.model import Listing, ListingEntry, Problem, PublishedDate, ResultCount
from archiver.platforms.liferay_hanoi import read_address
from archiver.site import Site

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BASE = "http://portal.vn"
SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi", (f"{BASE}/tin", f"{BASE}/van-ban"))


def _page(channel: str, number: int, host: str = BASE) -> str:
    return f"{host}/{channel}?p_p_id=101&_101_delta=10&_101_cur={number}"


def _entry(key: int, channel: str = "tin", host: str = BASE, day: str | None = None) -> ListingEntry:
    at = datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC) if day else None
    published = PublishedDate(day or "", at, "minute") if day else None
    return ListingEntry(str(key), f"{host}/{channel}/-/view_content/{key}-tin.html", f"Tin {key}", published)


def _listing(*entries: ListingEntry, after: str | None = None, total: int | None = None, strangers: int = 0) -> Listing:
    results = ResultCount(1, len(entries), total) if total is not None else None
    return Listing(f"{BASE}/tin", entries=entries, next_url=after, results=results, strangers=strangers)


def _discovery(*start: str, since: date | None = None, max_pages: int | None = None) -> Discovery:
    return Discovery(CrawlOptions(start or (f"{BASE}/tin",), since, max_pages), read_address, ZONE)


def _asked(step: Step) -> list[tuple[str, str]]:
    return [(target.kind, target.url) for target in step.targets]


def _begin(discovery: Discovery) -> Walk:
    return discovery.begin()[0].walk


def test_begins_with_the_first_page_of_every_channel() -> None:
    first, second = _discovery(f"{BASE}/tin", f"{BASE}/van-ban").begin()
    assert first == Target("listing", "/tin#1", f"{BASE}/tin", Walk(f"{BASE}/tin"))
    assert second == Target("listing", "/van-ban#1", f"{BASE}/van-ban", Walk(f"{BASE}/van-ban"))


@pytest.mark.parametrize(
    "spelling", [f"{BASE}/tin", _page("tin", 1), f"{BASE}/tin;jsessionid=AB.node1", f"{BASE}/tin/vi/en"]
)
def test_a_channel_under_two_spellings_begins_once(spelling: str) -> None:
    assert [target.key for target in _discovery(f"{BASE}/tin", spelling).begin()] == ["/tin#1"]


def test_follows_the_pager_and_the_articles() -> None:
    discovery = _discovery()
    step = discovery.follow(_listing(_entry(1), _entry(2), after=_page("tin", 2)), _begin(discovery))
    assert step.problems == ()
    assert _asked(step) == [("listing", _page("tin", 2)), ("article", _entry(1).url), ("article", _entry(2).url)]


def test_both_addresses_of_page_one_are_one_page() -> None:
    """A pager that leads back to the first page under its long address leads nowhere new."""
    discovery = _discovery()
    walk = _begin(discovery)
    step = discovery.follow(_listing(_entry(1), after=_page("tin", 1)), walk)
    assert _asked(step) == [("article", _entry(1).url)]


def test_pages_with_other_portlets_names_in_their_parameters() -> None:
    discovery = _discovery()
    walk = _begin(discovery)
    long = f"{BASE}/tin?p_p_id=101_INSTANCE_x1&_101_INSTANCE_x1_cur=2"
    discovery.follow(_listing(_entry(1), after=long), walk)
    step = discovery.follow(_listing(_entry(2), after=_page("tin", 2)), walk)
    assert _asked(step) == [("article", _entry(2).url)]


def test_an_article_of_several_channels_languages_and_sessions_is_asked_for_once() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban")
    tin, van_ban = discovery.begin()
    spellings = [
        replace(_entry(7), url=f"{BASE}/en/van-ban/-/view_content/7-tin.html"),
        replace(_entry(7), url=f"{BASE}/van-ban/-/view_content/7-tin.html;jsessionid=F00"),
        replace(_entry(7), url=f"{BASE}/van-ban/-/view_content/pop_up/7-tin.html"),
    ]
    assert len(discovery.follow(_listing(_entry(7)), tin.walk).targets) == 1
    assert discovery.follow(_listing(*spellings), van_ban.walk).targets == ()


def test_other_hosts_are_never_asked() -> None:
    discovery = _discovery()
    away = (
        _entry(1, host="http://evil.vn"),
        _entry(2, host="http://portal.vn:8080"),
        _entry(3, host="http://127.0.0.1"),
    )
    step = discovery.follow(_listing(*away, _entry(4), after=_page("tin", 2, "http://evil.vn")), _begin(discovery))
    assert _asked(step) == [("article", _entry(4).url)]


def test_an_article_first_linked_on_another_host_is_still_found_on_its_own() -> None:
    discovery = _discovery()
    walk = _begin(discovery)
    step = discovery.follow(_listing(_entry(1, host="http://evil.vn"), after=_page("tin", 2)), walk)
    assert _asked(step) == [("listing", _page("tin", 2))]
    step = discovery.follow(_listing(_entry(1), _entry(2)), walk)
    assert _asked(step) == [("article", _entry(1).url), ("article", _entry(2).url)]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"{BASE}/tin/2", True),
        ("http://PORTAL.vn:80/tin", True),
        ("https://portal.vn/tin", True),
        ("http://portal.vn:8080/tin", False),
        ("http://sub.portal.vn/tin", False),
        ("http://portal.vn@evil.vn/tin", False),
        ("http://127.0.0.1/", False),
    ],
)
def test_allowed_hosts(url: str, allowed: bool) -> None:
    assert _discovery().allows(url) is allowed


def test_endless_pager_is_told_and_ends() -> None:
    """A server that always has a next page, and always shows the same articles."""
    discovery = _discovery()
    walk = _begin(discovery)
    for number in range(2, 100):
        step = discovery.follow(_listing(_entry(1), after=_page("tin", number)), walk)
        if step.problems:
            break
    assert number == 3
    assert step == Step((), (Problem("endless_pager", f"page 2 of {BASE}/tin shows nothing new"),))


def test_empty_channel() -> None:
    discovery = _discovery()
    assert discovery.follow(_listing(), _begin(discovery)).targets == ()
    assert discovery.follow(_listing(after=_page("tin", 2)), Walk("x")).problems[0].kind == "endless_pager"


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_max_pages_bounds_the_walk(pages: int) -> None:
    discovery = _discovery(max_pages=pages)
    walk = _begin(discovery)
    asked = 1
    while True:
        listing = _listing(_entry(asked), after=_page("tin", asked + 1), total=99)
        step = discovery.follow(listing, walk)
        assert step.problems == ()  # a walk that was cut short cannot check the total
        assert ("article", _entry(asked).url) in _asked(step)
        if len(step.targets) == 1:
            break
        asked += 1
    assert asked == pages


def test_max_pages_counts_each_channel_by_itself() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban", max_pages=2)
    for target, channel in zip(discovery.begin(), ("tin", "van-ban"), strict=True):
        step = discovery.follow(_listing(_entry(hash(channel)), after=_page(channel, 2)), target.walk)
        assert _asked(step)[0] == ("listing", _page(channel, 2))


def test_since_leaves_older_articles_out() -> None:
    """The day is one of the site's zone: 30 minutes before midnight in Hà Nội is another day in UTC."""
    discovery = _discovery(since=date(2018, 4, 27))
    entries = (_entry(1, day="2018-04-27T00:30"), _entry(2, day="2018-04-26T23:30"), _entry(3))
    step = discovery.follow(_listing(*entries, after=_page("tin", 2)), _begin(discovery))
    assert _asked(step) == [("listing", _page("tin", 2)), ("article", _entry(1).url), ("article", _entry(3).url)]


def test_since_ends_the_walk_at_a_page_of_older_articles() -> None:
    discovery = _discovery(since=date(2018, 4, 27))
    step = discovery.follow(_listing(_entry(1, day="2018-04-26"), after=_page("tin", 2), total=50), _begin(discovery))
    assert step == Step(())


def test_since_goes_on_where_no_date_is_printed() -> None:
    discovery = _discovery(since=date(2018, 4, 27))
    step = discovery.follow(_listing(_entry(1), after=_page("tin", 2)), _begin(discovery))
    assert _asked(step) == [("listing", _page("tin", 2)), ("article", _entry(1).url)]


@pytest.mark.parametrize(("total", "strangers"), [(3, 0), (4, 1), (None, 0)])
def test_totals_that_add_up(total: int | None, strangers: int) -> None:
    discovery = _discovery()
    walk = _begin(discovery)
    discovery.follow(_listing(_entry(1), _entry(2), after=_page("tin", 2), total=total, strangers=strangers), walk)
    assert discovery.follow(_listing(_entry(2), _entry(3), total=total), walk).problems == ()


def test_totals_count_what_other_channels_showed_before() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban")
    tin, van_ban = discovery.begin()
    discovery.follow(_listing(_entry(1), total=1), tin.walk)
    assert discovery.follow(_listing(_entry(1), _entry(2), total=2), van_ban.walk).problems == ()


@pytest.mark.parametrize("total", [0, 2, 4])
def test_totals_that_do_not_add_up(total: int) -> None:
    discovery = _discovery()
    step = discovery.follow(_listing(_entry(1), _entry(2), strangers=1, total=total), _begin(discovery))
    assert step.problems == (Problem("listing_total", f"{BASE}/tin says {total} articles, its pages show 3"),)


def test_options_default_to_the_declaration() -> None:
    assert read_options(SITE, {}) == CrawlOptions(SITE.listings, None, None, False)
    assert read_options(SITE, {}).hosts == {"portal.vn"}


def test_options_are_read() -> None:
    options = read_options(
        SITE, {"start": " http://a.vn:81/x , https://B.vn/y,http://a.vn:81/x", "since": "2018-04-27", "max_pages": "3"}
    )
    assert options == CrawlOptions(("http://a.vn:81/x", "https://b.vn/y"), date(2018, 4, 27), 3, False)
    assert options.hosts == {"a.vn:81", "b.vn"}
    assert [read_options(SITE, {"full": value}).full for value in "01"] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sinc": "2018-04-27"}, "unknown argument 'sinc'; did you mean since?"),
        ({"zzzz": "1"}, "unknown argument 'zzzz'; known: start, since, max_pages, full"),
        ({"since": "27/04/2018"}, "since='27/04/2018' is no day; write since=2018-04-27"),
        ({"since": "20180427"}, "since='20180427' is no day; write since=2018-04-27"),
        ({"since": "2018-02-30"}, "since='2018-02-30' is no day; write since=2018-04-27"),
        ({"since": ""}, "since='' is no day; write since=2018-04-27"),
        ({"max_pages": "0"}, "max_pages='0' is no number of pages; write max_pages=3"),
        ({"max_pages": "-1"}, "max_pages='-1' is no number of pages; write max_pages=3"),
        ({"max_pages": "٣"}, "max_pages='٣' is no number of pages; write max_pages=3"),
        ({"full": "yes"}, "full='yes' is neither 0 nor 1; write full=1"),
        ({"start": "portal.vn/tin"}, f"start='portal.vn/tin' is no list of addresses; write {EXAMPLES['start']}"),
        ({"start": "file:///etc/x"}, f"start='file:///etc/x' is no list of addresses; write {EXAMPLES['start']}"),
    ],
)
def test_wrong_options_are_named(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        read_options(SITE, arguments)
    assert str(error.value) == message


def test_a_site_without_an_address_says_how_to_give_one() -> None:
    with pytest.raises(UsageError, match=r"give one: scrapy crawl dukdhcd -a start=https://HOST/CHANNEL"):
        read_options(replace(SITE, listings=()), {})


def test_channels_without_any_article_are_noticed() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban")
    tin, van_ban = (target.walk for target in discovery.begin())
    assert discovery.follow(_listing(), tin).problems == ()
    assert discovery.follow(_listing(), van_ban).problems == (
        Problem("no_articles", "none of the listings shows an article"),
    )


def test_known_articles_that_no_listing_shows_are_visited_once_all_were_walked() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban")
    discovery.know([("1", f"{BASE}/tin/-/view_content/1-tin.html"), ("7", f"{BASE}/tin/-/view_content/7-tin.html")])
    tin, van_ban = (target.walk for target in discovery.begin())
    assert [target.key for target in discovery.follow(_listing(_entry(1)), tin).targets] == ["1"]
    assert not discovery.is_complete
    assert [target.key for target in discovery.follow(_listing(_entry(2)), van_ban).targets] == ["2", "7"]
    assert discovery.is_complete


def test_known_articles_wait_where_the_walk_was_bounded() -> None:
    discovery = _discovery(max_pages=5)
    discovery.know([("7", f"{BASE}/tin/-/view_content/7-tin.html")])
    assert [target.key for target in discovery.follow(_listing(_entry(1)), _begin(discovery)).targets] == ["1"]
    assert not discovery.is_complete
