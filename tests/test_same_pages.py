"""One page at the addresses of several articles is none of theirs, whatever it looks like (rule 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.run_log import close_run, note_walk, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.verify import verify
from archiver.model import Capture, Listing, Purpose
from archiver.site import Site
from tests.ending_portal import FIRST_DAY, LOOKS, EndingPortal, Look, News, write_news

BASE = "http://cong.example"
PLATFORM = {"lif": "liferay_hanoi", "gen": "generic"}
NOTICE = (
    "<p>Ban biên tập trân trọng báo tin: mọi bài viết của trang tin từ nay được đăng tại cổng chung của tỉnh nhà.</p>"
    "<p>Kính mong bạn đọc tiếp tục theo dõi và góp ý cho chúng tôi tại địa chỉ ấy trong thời gian tới đây.</p>"
)


@dataclass
class Recording:
    """Runs over a portal, recorded without processes."""

    portal: EndingPortal
    path: Path

    def __post_init__(self) -> None:
        self.database = create_or_open(self.path)
        self.site = Site("cong", "Cổng thử", PLATFORM[self.portal.look])
        self.known: dict[str, str] = {}
        self.redirects: dict[str, str] = {}

    def run(self, day: int) -> list[str]:
        """Visit the listing and all that was ever listed; returns the kinds of what the judgement says."""
        at, connection = FIRST_DAY + timedelta(days=day), self.database.conn
        with self.database.atomic():
            run = open_run(connection, self.site, {}, at)
        asked = [(f"{BASE}/tin", Purpose("listing"))]
        for place, (url, purpose) in enumerate(asked):
            landed = self.redirects.get(url.removeprefix(BASE), url.removeprefix(BASE))
            status, text = self.portal.answer(landed)
            moment = at + timedelta(seconds=place)
            capture = Capture(
                BASE + landed, moment, status, (("Content-Type", "text/html; charset=utf-8"),), text.encode()
            )
            page = read_capture(self.site, capture)
            record_capture(self.database, run, self.site, capture, page, purpose)
            if purpose.kind == "listing":
                self.known |= {one.native_key: one.url for one in page.entries} if isinstance(page, Listing) else {}
                asked += [(address, Purpose("article", key)) for key, address in sorted(self.known.items())]
        with self.database.atomic():
            note_walk(connection, run, complete=True, late=0)
            problems = judge_run(connection, run)
            close_run(connection, run, "finished", 0, at)
        return [problem.kind for problem in problems]

    def seen(self) -> tuple[int, int, set[str]]:
        """Count articles and snapshots, and name the kinds of events."""
        articles, snapshots = (
            next(iter(self.database.query(f"SELECT count(*) AS n FROM {view}")))["n"]
            for view in ("current_articles", "article_history")
        )
        kinds = {row["kind"] for row in self.database.query("SELECT kind FROM events")}
        assert [line for line in verify(self.database) if "sites" not in line] == []
        return articles, snapshots, kinds - {"created"}


@pytest.fixture(params=LOOKS)
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Recording:
    look: Look = request.param
    portal = EndingPortal(look)
    portal.publish(5)
    recording = Recording(portal, tmp_path / "archive.db")
    assert recording.run(0) == []
    return recording


def _in_clothes(portal: EndingPortal, title: str, body: str, day: str = "05/02/2026") -> str:
    """Write a page that looks like an article's in every way."""
    return portal._page(News(portal.articles[0].number, title, body, day))


def _strike(recording: Recording, count: int, write: Callable[[EndingPortal, News], str]) -> None:
    portal = recording.portal
    pages = {portal.path_of(news): write(portal, news) for news in portal.articles[:count]}
    portal.rule = lambda path, _: (200, pages[path]) if path in pages else None


WAYS: dict[str, Callable[[EndingPortal, News], str]] = {
    "in an article's clothes": lambda portal, _: _in_clothes(portal, "Báo tin chung", NOTICE),
    "with the address": lambda portal, news: _in_clothes(portal, "Báo tin", f"{NOTICE}<p>{portal.path_of(news)}</p>"),
    "with a number of its own": lambda portal, news: _in_clothes(portal, "Tin", f"{NOTICE}<p>Mã {news.number}</p>"),
    "with each its date": lambda portal, news: _in_clothes(portal, "Báo tin", NOTICE, news.day),
    "with each its title": lambda portal, news: _in_clothes(portal, news.title, NOTICE, news.day),
    "in no clothes": lambda portal, news: portal.shell("Cổng", f"<h1>Báo tin</h1>{NOTICE}<p>Số {news.number}</p>"),
}


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.slow
def test_what_takes_the_place_of_articles_edits_none(way: str, count: int, recording: Recording) -> None:
    _strike(recording, count, WAYS[way])
    assert recording.run(3) == ["same_page"]
    assert recording.seen() == (5, 5, set())
    recording.portal.rule = None
    assert recording.run(4) == []
    assert recording.seen() == (5, 5, set())


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_what_stays_in_their_place_for_two_weeks_means_that_they_are_gone(way: str, recording: Recording) -> None:
    _strike(recording, 3, WAYS[way])
    assert [recording.run(day) for day in (3, 10, 17, 24)] == [["same_page"], ["same_page"], [], []]
    assert recording.seen() == (5, 5, {"suspect", "gone"})
    recording.portal.rule = None
    assert recording.run(30) == []
    assert recording.seen() == (5, 5, {"suspect", "gone", "restored"})


def test_new_articles_that_show_it_are_not_made(recording: Recording) -> None:
    portal = recording.portal
    portal.publish(2)
    _strike(recording, 4, WAYS["in an article's clothes"])
    assert recording.run(3) == ["same_page"]
    assert recording.seen() == (5, 5, set())
    portal.rule = None
    assert recording.run(4) == []
    assert recording.seen() == (7, 7, set())


def test_one_article_at_the_address_of_another(recording: Recording) -> None:
    portal = recording.portal
    mine, other = portal.articles[:2]
    portal.rule = lambda path, _: (200, portal._page(other)) if path == portal.path_of(mine) else None
    assert recording.run(3) == ["same_page"]
    portal.rule = None
    assert recording.run(4) == []
    assert recording.seen() == (5, 5, set())


def test_notices_posted_several_times_are_articles(recording: Recording) -> None:
    portal = recording.portal
    portal.publish(3)
    for news in portal.articles[:3]:
        news.title, news.body, news.day = "Lịch tiếp công dân", NOTICE, "03/02/2026"
    assert recording.run(3) == []
    assert recording.seen() == (8, 8, set())


def test_articles_that_are_edited_alike_are_edited(recording: Recording) -> None:
    """The same sentence is added to all of them; each still says what it said."""
    for news in recording.portal.articles:
        news.body += "<p>Bài viết đã được ban biên tập bổ sung theo ý kiến của bạn đọc gần xa.</p>"
    assert recording.run(3) == []
    assert recording.seen() == (5, 10, {"edited"})


def test_one_article_that_is_rewritten_is_edited(recording: Recording) -> None:
    fresh = write_news(9999)
    recording.portal.articles[0].body = fresh.body
    assert recording.run(3) == []
    assert recording.seen() == (5, 6, {"edited"})


def test_addresses_that_all_lead_to_one_page(recording: Recording) -> None:
    portal = recording.portal
    page = _in_clothes(portal, "Báo tin chung", NOTICE)
    portal.rule = lambda path, _: (200, page) if path == "/bao-tin.html" else None
    recording.redirects = {portal.path_of(news): "/bao-tin.html" for news in portal.articles[:4]}
    assert recording.run(3) == ["same_page"]
    assert recording.seen() == (5, 5, set())
    assert [recording.run(day) for day in (10, 17)] == [["same_page"], []]
    assert recording.seen() == (5, 5, {"suspect", "gone"})
    recording.redirects = {}
    assert recording.run(20) == []
    assert recording.seen() == (5, 5, {"suspect", "gone", "restored"})
