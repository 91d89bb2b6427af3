"""A small site that is crawled every few minutes: what it is asked for, counted at the server."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archiver.archive.store.file import open_for_reading
from archiver.demo_portal.exchange import Headers
from archiver.ingest.verify import verify
from tests.conftest import Crawling
from tests.portal import Portal, Response, huge_portal, serve

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_TITLE = re.compile(r'(<h3 class="asset-title">\s*<a href="[^"]*">)(.*?)(</a>)', re.DOTALL)


class SmallPortal(Portal):
    """A portal of 30 articles in one channel; its listings may carry an ETag, and print titles as they like.

    ``lies``: its server says for ever that a listing has not changed.
    """

    def __init__(self, *, tagged: bool = False, spell: Callable[[str], str] = str, count: int = 30) -> None:
        model = huge_portal(count)
        channel = next(iter(model.channels))
        articles = [replace(article, channel=channel, also_in=()) for article in model.listed()]
        super().__init__(articles, {channel: model.channels[channel]}, page_size=15)
        self.channel, self.tagged, self.spell, self.lies = channel, tagged, spell, False
        self.titles: dict[str, str] = {}

    def _respond(self, target: str, headers: Headers, *, ticking: bool) -> Response:
        response = super()._respond(target, headers, ticking=ticking)
        if "/-/" in target or response.status != 200 or not target.startswith(f"/{self.channel}"):
            return response
        text = _TITLE.sub(self._print, response.body.decode())
        tag = f'"{hashlib.sha256(repr((_TITLE.findall(text), target)).encode()).hexdigest()[:12]}"'
        asked = {name.lower(): value for name, value in headers}.get("if-none-match")
        if self.tagged and asked and (self.lies or asked == tag):
            return Response(304, headers=(("ETag", tag),))
        more = (("ETag", tag),) if self.tagged else ()
        return Response(200, text.encode(), (*response.headers, *more))

    def _print(self, found: "re.Match[str]") -> str:
        title = next((new for key, new in self.titles.items() if f"/{key}-" in found[1]), None)
        return f"{found[1]}{title or self.spell(found[2])}{found[3]}"


class Often:
    """Crawls of a small portal at moments of the test's choice."""

    def __init__(self, crawling: Crawling, portal: SmallPortal, base: str) -> None:
        self.crawling, self.portal, self.start = crawling, portal, f"{base}/{portal.channel}"

    def visit(self, at: timedelta, *more: str, status: int = 0) -> tuple[list[str], Counter[int]]:
        """Crawl; returns the keys of the articles asked for, and the statuses of the listings' answers."""
        self.portal.clear_log()
        done = self.crawling.scrapy("dukdhcd", self.start, *more, ARCHIVE_NOW=(START + at).isoformat())
        assert done.status == status, done.err[-2000:]
        requests = [(request.path, request.status) for request in self.portal.requests]
        keys = [key[1] for path, _ in requests if (key := re.search(r"view_content/(\d+)", path))]
        listings = Counter(code for path, code in requests if "/-/" not in path and path != "/robots.txt")
        return keys, listings


def _verify(crawling: Crawling) -> list[str]:
    database = open_for_reading(crawling.path)
    try:
        return list(verify(database))
    finally:
        database.close()


@pytest.mark.slow
def test_within_a_day_listings_alone_are_read(crawling: Crawling) -> None:
    """The whole site at first and on the next day, an hour earlier even; a retitled article at once, and once."""
    with serve(portal := SmallPortal()) as base:
        often = Often(crawling, portal, base)
        assert len(often.visit(0 * MINUTE)[0]) == 30
        assert often.visit(10 * MINUTE) == ([], Counter({200: 2}))
        edited = portal.listed()[17].id
        portal.edit(edited, title="Tiêu đề đã sửa lúc sáng sớm")
        assert often.visit(20 * MINUTE)[0] == [str(edited)]
        assert often.visit(30 * MINUTE)[0] == []
        assert len(often.visit(23 * 60 * MINUTE)[0]) >= 29  # and the retitled one where its own day has come
        assert len(often.visit(24 * 60 * MINUTE, "-a", "full=1")[0]) == 30
    assert crawling.query("SELECT count(*) AS n FROM events WHERE kind = 'title_changed'") == [{"n": 1}]


@pytest.mark.parametrize(
    "spell",
    [
        lambda title: f"Tin: {title}",
        pytest.param(str.upper, marks=pytest.mark.slow),
        pytest.param(lambda title: f"{title[:25]}…", marks=pytest.mark.slow),
    ],
    ids=["longer", "capitals", "cut"],
)
def test_listings_that_spell_titles_otherwise(crawling: Crawling, spell: Callable[[str], str]) -> None:
    """Nothing is visited for that; and a title that they print otherwise than before is, in the same run."""
    with serve(portal := SmallPortal(spell=spell)) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        assert often.visit(10 * MINUTE)[0] == []
        edited = portal.listed()[4].id
        portal.edit(edited, title="Mới: tiêu đề đã sửa lúc sáng sớm")
        assert often.visit(20 * MINUTE)[0] == [str(edited)]
        assert often.visit(30 * MINUTE)[0] == []


@pytest.mark.slow
def test_a_sign_that_could_not_be_looked_into_is_kept(crawling: Crawling) -> None:
    """The page of a retitled article fails; the runs after it ask for it until it answers."""
    with serve(portal := SmallPortal()) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        edited = portal.listed()[4].id
        portal.edit(edited, title="Tiêu đề đã sửa lúc sáng sớm")
        portal.outage = lambda path: Response(500, b"", ()) if f"/{edited}-" in path else None
        keys, _ = often.visit(13 * 60 * MINUTE, "-s", "RETRY_TIMES=0", status=3)
        assert set(keys) >= {str(edited)}
        portal.outage = None
        assert str(edited) in often.visit(13 * 60 * MINUTE + 10 * MINUTE)[0]
        assert str(edited) not in often.visit(13 * 60 * MINUTE + 20 * MINUTE)[0]
    assert crawling.query("SELECT count(*) AS n FROM events WHERE kind = 'title_changed'") == [{"n": 1}]


@pytest.mark.slow
def test_listings_are_asked_for_by_their_tags(crawling: Crawling) -> None:
    """What has not changed is not sent again: nothing is said of what it lists, and nothing is lost."""
    with serve(portal := SmallPortal(tagged=True)) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        assert often.visit(10 * MINUTE) == ([], Counter({304: 2}))
        gone = portal.listed()[24].id
        portal.delist(gone)
        assert often.visit(20 * MINUTE)[1] == Counter({304: 1, 200: 1})  # not whole: it may stand on a page not sent
        first = portal.listed()[0].id
        portal.edit(first, title="Tiêu đề đã sửa lúc sáng sớm")
        assert often.visit(30 * MINUTE)[0] == [str(first)]
        assert crawling.query("SELECT count(*) AS n FROM events WHERE kind = 'delisted'") == [{"n": 0}]
        keys, listings = often.visit(8 * 24 * 60 * MINUTE)
        assert listings == Counter({200: 2})
        assert str(gone) in keys
    events = crawling.query("SELECT article_id, kind FROM events WHERE kind NOT IN ('created', 'edited')")
    assert [tuple(event.values()) for event in events] == [(str(first), "title_changed"), (str(gone), "delisted")]
    assert crawling.query("SELECT count(*) AS n FROM run_findings") == [{"n": 0}]
    assert crawling.query("SELECT sum(errors) AS n FROM run_summary") == [{"n": 0}]
    assert _verify(crawling) == []
    before = crawling.query("SELECT * FROM current_articles ORDER BY article_id")
    assert crawling.archiver("reparse", "--all").status == 0
    assert crawling.query("SELECT * FROM current_articles ORDER BY article_id") == before


@pytest.mark.slow
def test_a_server_that_lies_is_asked_for_everything_once_a_week(crawling: Crawling) -> None:
    with serve(portal := SmallPortal(tagged=True)) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        portal.lies = True
        newest = portal.listed()[0]
        portal.add(replace(newest, id=newest.id + 900, title="Bài mới của tuần này"))
        assert often.visit(24 * 60 * MINUTE)[1] == Counter({304: 2})
        keys, listings = often.visit(7 * 24 * 60 * MINUTE)
        assert set(listings) == {200}
        assert str(newest.id + 900) in keys


@pytest.mark.slow
def test_what_left_the_listings_and_does_not_answer_is_not_visited_at_every_run(crawling: Crawling) -> None:
    with serve(portal := SmallPortal()) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        removed = portal.listed()[3].id
        portal.remove(removed)
        visits = [often.visit(number * 10 * MINUTE)[0] for number in range(1, 4)]
        assert visits == [[str(removed)], [], []]
        delisted = portal.listed()[3].id
        portal.delist(delisted)
        visits = [often.visit(number * 10 * MINUTE)[0] for number in range(4, 6)]
        assert visits == [[str(delisted)], []]
    events = crawling.query("SELECT article_id, kind FROM events WHERE kind IN ('suspect', 'delisted') ORDER BY at")
    assert [tuple(event.values()) for event in events] == [(str(removed), "suspect"), (str(delisted), "delisted")]


@pytest.mark.slow
def test_listings_that_shrank_and_are_not_believed_do_not_cost_visits_at_every_run(crawling: Crawling) -> None:
    with serve(portal := SmallPortal()) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        for article in portal.listed()[8:]:
            portal.delist(article.id)
        assert len(often.visit(10 * MINUTE, status=3)[0]) == 22
        assert often.visit(20 * MINUTE, status=3)[0] == []


@pytest.mark.slow
def test_a_day_of_crawls(crawling: Crawling) -> None:
    """Crawls through a day, the moments that matter among them: each article is visited once more at most."""
    visits: Counter[str] = Counter()
    with serve(portal := SmallPortal()) as base:
        often = Often(crawling, portal, base)
        often.visit(0 * MINUTE)
        for minutes in (10, 20, 60, 300, 710, 730, 1190, 1210, 1220, 1430, 1440):
            keys, listings = often.visit(minutes * MINUTE)
            visits.update(keys)
            assert sum(listings.values()) == 2
    assert max(visits.values()) == 1
    rows = crawling.query("SELECT max(own_visits) AS n FROM view_growth")
    assert rows == [{"n": 1}]
