"""Which addresses a crawl asks for, decided without a network: options, walks through channels, totals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.runs.known_articles import KnownArticle, UnfinishedRun
from archiver.archive.runs.unread import UnreadArticle
from archiver.crawl.planning.accounting import Accounting
from archiver.crawl.planning.discovery import Discovery
from archiver.crawl.planning.options import EXAMPLES, CrawlOptions, read_options
from archiver.crawl.planning.plan import Plan, Scope
from archiver.crawl.planning.targets import Agenda, Target, Walk, WalkStep
from archiver.errors import UsageError
from archiver.model import Listing, ListingEntry, Problem, PublishedDate, ResultCount
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BASE = "http://portal.vn"
DAY = datetime(2022, 3, 1, tzinfo=UTC)
SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi", (f"{BASE}/tin", f"{BASE}/van-ban"))


def _page(channel: str, number: int, host: str = BASE) -> str:
    return f"{host}/{channel}?p_p_id=101&_101_delta=10&_101_cur={number}"


def _entry(key: int, channel: str = "tin", host: str = BASE, day: str | None = None) -> ListingEntry:
    at = datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC) if day else None
    published = PublishedDate(day or "", at, "minute") if day else None
    return ListingEntry(str(key), f"{host}/{channel}/-/view_content/{key}-tin.html", f"Tin {key}", published)


def _listing(
    *entries: ListingEntry, after: str | None = None, total: int | None = None, non_articles: int = 0
) -> Listing:
    results = ResultCount(1, len(entries), total) if total is not None else None
    return Listing(f"{BASE}/tin", entries=entries, next_url=after, results=results, non_articles=non_articles)


def _discovery(*start: str, since: date | None = None, max_pages: int | None = None) -> Discovery:
    return Discovery(CrawlOptions(start or (f"{BASE}/tin",), since, max_pages), LIFERAY_HANOI, ZONE)


def _asked(step: WalkStep) -> list[tuple[str, str]]:
    return [(target.kind, target.url) for target in step.targets]


def _walks(discovery: Discovery) -> list[Walk]:
    return [target.walk for target in discovery.begin().targets if target.walk]


def _begin(discovery: Discovery) -> Walk:
    return _walks(discovery)[0]


def test_begins_with_the_first_page_of_every_channel() -> None:
    first, second = _discovery(f"{BASE}/tin", f"{BASE}/van-ban").begin().targets
    assert first == Target("listing", "/tin#1", f"{BASE}/tin", Walk(f"{BASE}/tin"))
    assert second == Target("listing", "/van-ban#1", f"{BASE}/van-ban", Walk(f"{BASE}/van-ban"))


@pytest.mark.parametrize(
    "spelling", [f"{BASE}/tin", _page("tin", 1), f"{BASE}/tin;jsessionid=AB.node1", f"{BASE}/tin/vi/en"]
)
def test_a_channel_under_two_spellings_begins_once(spelling: str) -> None:
    assert [target.key for target in _discovery(f"{BASE}/tin", spelling).begin().targets] == ["/tin#1"]


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
    tin, van_ban = _walks(discovery)
    spellings = [
        replace(_entry(7), url=f"{BASE}/en/van-ban/-/view_content/7-tin.html"),
        replace(_entry(7), url=f"{BASE}/van-ban/-/view_content/7-tin.html;jsessionid=F00"),
        replace(_entry(7), url=f"{BASE}/van-ban/-/view_content/pop_up/7-tin.html"),
    ]
    assert len(discovery.follow(_listing(_entry(7)), tin).targets) == 1
    assert discovery.follow(_listing(*spellings), van_ban).targets == ()


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
    assert step == WalkStep((), (Problem("endless_pager", f"page 2 of {BASE}/tin shows nothing new"),))


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
    for walk, channel in zip(_walks(discovery), ("tin", "van-ban"), strict=True):
        step = discovery.follow(_listing(_entry(hash(channel)), after=_page(channel, 2)), walk)
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
    assert step == WalkStep(())


def test_since_goes_on_where_no_date_is_printed() -> None:
    discovery = _discovery(since=date(2018, 4, 27))
    step = discovery.follow(_listing(_entry(1), after=_page("tin", 2)), _begin(discovery))
    assert _asked(step) == [("listing", _page("tin", 2)), ("article", _entry(1).url)]


@pytest.mark.parametrize(("total", "non_articles"), [(3, 0), (4, 1), (None, 0)])
def test_totals_that_add_up(total: int | None, non_articles: int) -> None:
    discovery = _discovery()
    walk = _begin(discovery)
    discovery.follow(
        _listing(_entry(1), _entry(2), after=_page("tin", 2), total=total, non_articles=non_articles), walk
    )
    assert discovery.follow(_listing(_entry(2), _entry(3), total=total), walk).problems == ()


def test_totals_count_what_other_channels_showed_before() -> None:
    discovery = _discovery(f"{BASE}/tin", f"{BASE}/van-ban")
    tin, van_ban = _walks(discovery)
    discovery.follow(_listing(_entry(1), total=1), tin)
    assert discovery.follow(_listing(_entry(1), _entry(2), total=2), van_ban).problems == ()


@pytest.mark.parametrize("total", [0, 2, 4])
def test_totals_that_do_not_add_up(total: int) -> None:
    discovery = _discovery()
    step = discovery.follow(_listing(_entry(1), _entry(2), non_articles=1, total=total), _begin(discovery))
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
        ({"zzzz": "1"}, "unknown argument 'zzzz'; known: start, since, max_pages, full, deep"),
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
    tin, van_ban = _walks(discovery)
    assert discovery.follow(_listing(), tin).problems == ()
    assert discovery.follow(_listing(), van_ban).problems == (
        Problem("no_articles", "none of the listings shows an article"),
    )


def _known(key: int, title: str | None = None, *, listed: bool = True) -> KnownArticle:
    entry = _entry(key)
    return KnownArticle(str(key), entry.url, title or entry.title, "live", listed, None, DAY, None, DAY, 0)


def _plan(scope: Scope, *known: KnownArticle, visits: Sequence[str] = (), most: int = 20, **other: Any) -> Plan:
    return Plan(scope, {article.key: article for article in known}, visits, most, **other)


def _adopting(plan: Plan, *start: str, max_pages: int | None = None) -> Discovery:
    discovery = _discovery(*start, max_pages=max_pages)
    discovery.adopt(plan)
    return discovery


def _keys(targets: Sequence[Target]) -> list[str]:
    return [target.key for target in targets]


def test_known_articles_that_left_the_listings_are_visited_once_all_were_walked() -> None:
    plan = _plan("deep", _known(1), _known(7), _known(8, listed=False), visits=["1"])
    discovery = _adopting(plan, f"{BASE}/tin", f"{BASE}/van-ban")
    tin, van_ban = _walks(discovery)
    assert _keys(discovery.follow(_listing(_entry(1)), tin).targets) == ["1"]
    assert not discovery.is_complete
    assert _keys(discovery.follow(_listing(_entry(2)), van_ban).targets) == ["2"]
    assert discovery.is_complete
    assert _keys(discovery.finish()) == ["7"]


def test_a_bounded_walk_visits_only_what_it_meets() -> None:
    discovery = _adopting(_plan("daily", _known(1), _known(7), visits=["1", "7"]), max_pages=5)
    assert _keys(discovery.follow(_listing(_entry(1), _entry(2)), _begin(discovery)).targets) == ["1", "2"]
    assert discovery.finish() == []
    discovery.leave()
    assert discovery.accounting.accountable == 2


def _walk_pages(discovery: Discovery, pages: Sequence[Sequence[int]]) -> tuple[list[str], int]:
    """Walk one channel as far as discovery goes; returns the articles asked for and the number of pages."""
    walk, asked = _begin(discovery), []
    for number, page in enumerate(pages, 1):
        after = _page("tin", number + 1) if number < len(pages) else None
        step = discovery.follow(_listing(*(_entry(key) for key in page), after=after), walk)
        asked += [target.key for target in step.targets if target.kind == "article"]
        if not any(target.kind == "listing" for target in step.targets):
            return asked, number
    raise AssertionError("the walk has no end")


PAGES = ([9, 8], [7, 6], [5, 4], [3, 2], [1, 0])


@pytest.mark.parametrize(
    ("scope", "new", "asked", "pages", "late"),
    [
        ("daily", [], [], 2, set()),
        ("daily", [9], ["9"], 3, set()),
        ("daily", [9, 6], ["9", "6"], 4, set()),
        ("daily", [3], [], 2, set()),  # below the overlap: the deep pass finds it
        ("deep", [3], ["3"], 5, {"3"}),
        ("deep", [9, 6], ["9", "6"], 5, set()),
        ("daily", range(10), [str(key) for key in range(9, -1, -1)], 5, set()),
    ],
)
def test_a_daily_walk_ends_behind_what_is_known(
    scope: Scope, new: Sequence[int], asked: list[str], pages: int, late: set[str]
) -> None:
    discovery = _adopting(_plan(scope, *(_known(key) for key in range(10) if key not in new)))
    assert _walk_pages(discovery, PAGES) == (asked, pages)
    assert discovery.late == (late if len(new) < 10 else set())
    assert discovery.is_complete == (pages == len(PAGES))


def test_a_listing_with_another_title_leads_to_a_visit() -> None:
    """A title that was only cut, by the listing, says nothing; and only so many are believed."""
    plan = _plan("daily", _known(1, "Tin cũ"), _known(2, "Tin 2 và phần bị cắt"), _known(3, "Khác"), most=1)
    discovery = _adopting(plan)
    cut = replace(_entry(2), title="Tin 2...")
    assert _keys(discovery.follow(_listing(_entry(1), cut, _entry(3)), _begin(discovery)).targets) == ["1"]


def test_the_pages_of_a_run_that_was_cut_off_are_not_asked_for_again() -> None:
    pages = [
        replace(_listing(_entry(1), _entry(2), after=_page("tin", 2)), url=f"{BASE}/tin"),
        replace(_listing(_entry(3), after=_page("tin", 3)), url=_page("tin", 2)),
    ]
    run = UnfinishedRun("uid", (1,), "deep", DAY)
    plan = _plan("deep", _known(1), listings=pages, done=frozenset({"1"}), resumed=run)
    discovery = _adopting(plan)
    step = discovery.begin()
    assert _asked(step) == [("article", _entry(2).url), ("listing", _page("tin", 3)), ("article", _entry(3).url)]
    walk = next(target.walk for target in step.targets if target.kind == "listing")
    assert walk is not None
    assert walk.found == {"1", "2", "3"}
    assert _keys(discovery.follow(_listing(_entry(4), total=4), walk).targets) == ["4"]
    assert discovery.is_complete


def test_what_another_run_left_comes_before_everything_else() -> None:
    """It is no news that only a deep pass found; what failed before comes among the visits at the end."""
    left, failed = (UnreadArticle(str(key), _entry(key).url) for key in (2, 6))
    strange = UnreadArticle("8", _entry(8, host="http://evil.vn").url)
    plan = _plan("deep", *map(_known, (1, 3, 4, 9)), visits=["1", "9"], left=[left, strange], failed=[failed])
    discovery = _adopting(plan)
    assert _keys(discovery.list_left()) == ["2"]
    assert _walk_pages(discovery, ([4], [3], [2], [5])) == (["5"], 4)
    assert discovery.late == {"5"}
    assert _keys(discovery.finish()) == ["1", "9", "6"]
    agenda = Agenda()
    agenda.extend([Target("article", "1", BASE), Target("listing", "2", BASE)])
    agenda.put_first([Target("article", "3", BASE)])
    assert _keys(agenda.take(9)) == ["3", "2", "1"]


def test_visits_carry_their_validators() -> None:
    plan = _plan("daily", _known(1), _known(2), visits=["1", "2"], validators={"1": {"ETag": '"a"'}})
    targets = _adopting(plan).finish()
    assert [(target.key, dict(target.validators)) for target in targets] == [("1", {"ETag": '"a"'}), ("2", {})]


def test_every_article_found_has_a_fate() -> None:
    plan = _plan("daily", _known(1), _known(2), _known(5), visits=["2"])
    discovery = _adopting(plan)
    discovery.follow(_listing(_entry(1), _entry(3), _entry(4, host="http://evil.vn")), _begin(discovery))
    discovery.accounting.note("3", "asked")
    assert discovery.accounting.accountable == 5
    discovery.leave()
    assert discovery.accounting.close("not reached: shutdown", interrupted=True) == {
        "1": ("skipped", "not due"),
        "2": ("pending", "not reached: shutdown"),
        "3": ("pending", "asked for, no answer yet"),
        "4": ("skipped", "on another host"),
        "5": ("skipped", "not due"),
    }
    assert discovery.accounting.close("", interrupted=False)["3"] == ("asked", "")


KEYS = st.sampled_from("abcdef")


@given(st.lists(KEYS), st.sets(KEYS), st.lists(KEYS))
def test_each_article_is_accounted_for_once(before: list[str], known: set[str], after: list[str]) -> None:
    fates = Accounting()
    for key in before:
        fates.note(key, "waiting")
    fates.expect(known)
    for key in after:
        fates.note(key, "read")
    assert fates.accountable == len({*before, *known, *after})


def test_a_host_that_the_site_left_is_asked_no_more() -> None:
    """The same path on the host of today is; with and without www. it is one host."""
    site = replace(SITE, hosts=("cu.vn", "cu.vn:81"))
    options = read_options(site, {"start": "https://www.moi.vn/tin"})
    assert options.renew("http://cu.vn/a/b?c=1") == "https://www.moi.vn/a/b?c=1"
    assert options.renew("http://cu.vn:81/a") == "https://www.moi.vn/a"
    assert options.renew("http://moi.vn/a") == "http://moi.vn/a"
    assert options.renew("http://khac.vn/a") == "http://khac.vn/a"
    assert options.covers("http://moi.vn/a")
    assert not options.covers("http://cu.vn/a")
    assert not options.covers("http://www.khac.vn/a")
