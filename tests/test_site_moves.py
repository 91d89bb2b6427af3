"""The life of a site that moves its articles: sixty days of daily runs, and what history makes of them (rule 8)."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tests.changing_portal import ChangingPortal, Look, serve_changing
from tests.conftest import Crawling

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
# A run a day while something happens, then now and then: listings are walked to their ends in each of them.
DAYS = (0, 1, 2, 3, 4, 10, 17, 27, 43, 60)
COUNT = 6
MODULES = ("-s", "SPIDER_MODULES=tests.changing_portal")


@dataclass(frozen=True)
class Life:
    """What happens on which days, and what is right in the end: events but ``created``, by how often they are told."""

    happens: dict[int, Callable[[ChangingPortal], None]]
    events: dict[str, int] = field(default_factory=dict)
    looks: tuple[Look, ...] = ("lif", "gen")


def _renumber(portal: ChangingPortal, redirects: int | None) -> None:
    for place, piece in enumerate(portal.pieces):
        number, slug = piece.number + 900_000, f"{piece.slug}-{place}"
        portal.change(place, redirects=redirects, number=number, slug=slug)


def _rename_channel(portal: ChangingPortal, redirects: int | None) -> None:
    portal.channels = ["tin-moi"]
    for place in range(COUNT):
        portal.change(place, redirects=redirects, channel="tin-moi")


def _follow_title(portal: ChangingPortal) -> None:
    for place in (1, 4):
        piece = portal.pieces[place]
        portal.change(place, redirects=301, title=f"{piece.title} (đính chính)", slug=f"{piece.slug}-dinh-chinh")


def _take_down(portal: ChangingPortal) -> None:
    portal.answers[portal.path(portal.pieces[2])] = (404, {}, "<html><h1>Không tìm thấy</h1></html>")
    portal.change(2, is_listed=False)


def _publish_again(portal: ChangingPortal) -> None:
    piece = portal.pieces[2]
    text = ("Tin đăng lại sau khi rà soát.", *piece.text[1:])
    portal.change(2, is_listed=True, number=piece.number + 50, slug=f"{piece.slug}-dang-lai", text=text)


def _restyle(portal: ChangingPortal) -> None:
    portal.is_restyled = True


LIVES = {
    "nothing": Life({}),
    "new ids with redirects": Life({2: lambda portal: _renumber(portal, 301)}, {"moved": COUNT}),
    "new ids without redirects": Life({2: lambda portal: _renumber(portal, None)}, {"moved": COUNT}),
    "new ids with temporary redirects": Life({2: lambda portal: _renumber(portal, 302)}, {"moved": COUNT}),
    "redirects that end": Life(
        {2: lambda portal: _renumber(portal, 301), 10: ChangingPortal.end_redirects}, {"moved": COUNT}
    ),
    "channel renamed": Life({2: lambda portal: _rename_channel(portal, None)}, {"moved": COUNT}),
    "channel renamed, with redirects": Life({2: lambda portal: _rename_channel(portal, 301)}, {"moved": COUNT}),
    "slug follows title": Life({2: _follow_title}, {"moved": 2, "edited": 2, "title_changed": 2}),
    "republished under a new id": Life(
        {2: _take_down, 4: _publish_again}, {"suspect": 1, "restored": 1, "moved": 1, "edited": 1}
    ),
    "ids kept with a new look": Life({2: _restyle}),
}
CASES = [(name, look) for name, life in LIVES.items() for look in life.looks]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "look"), CASES, ids=[f"{name}-{look}" for name, look in CASES])
def test_a_site_that_moves(crawling: Crawling, name: str, look: Look) -> None:
    life, portal = LIVES[name], ChangingPortal(look, COUNT)
    asked = []
    with serve_changing(portal.answer) as base:
        for day in DAYS:
            life.happens.get(day, lambda _: None)(portal)
            portal.log.clear()
            status = _crawl(crawling, look, f"{base}/{portal.channels[0]}", day)
            asked.append(len(portal.log))
        assert status == 0
        _check(crawling, {f"{base}{portal.path(piece)}" for piece in portal.pieces})
    assert _count_events(crawling) == life.events
    assert max(asked[-5:]) <= asked[1] * 1.2
    assert crawling.archiver("verify").out.count("\n") <= 1


def _crawl(crawling: Crawling, look: str, start: str, day: int, **environment: str) -> int:
    at = (START + timedelta(days=day)).isoformat()
    return crawling.scrapy(look, start, *MODULES, ARCHIVE_NOW=at, **environment).status


def _check(crawling: Crawling, urls: set[str]) -> None:
    rows = crawling.query("SELECT url, state, listed FROM current_articles")
    assert {(row["state"], row["listed"]) for row in rows} == {("live", 1)}
    assert sorted(str(row["url"]) for row in rows) == sorted(urls)


def _count_events(crawling: Crawling) -> dict[str, int]:
    rows = crawling.query("SELECT kind, count(*) AS n FROM events WHERE kind != 'created' GROUP BY kind")
    return {str(row["kind"]): int(str(row["n"])) for row in rows}


def _write_anew(place: int) -> tuple[str, ...]:
    """Write a text that shares nothing with others but its letters."""
    chance = Random(place)
    words = ["".join(chance.choices("bcdghklmnpqrstvx", k=1) + chance.choices("aeiou", k=2)) for _ in range(90)]
    return tuple(" ".join(words[start : start + 30]).capitalize() + "." for start in (0, 30, 60))


@pytest.mark.slow
@pytest.mark.parametrize("fate", ["redirects", "is gone", "edited and declared"])
@pytest.mark.parametrize("look", ["lif", "gen"])
def test_a_host_that_was_renamed(crawling: Crawling, look: Look, fate: str) -> None:
    """The site is started at its new host; what becomes of the old one is another matter."""
    old, new = ChangingPortal(look, COUNT), ChangingPortal(look, COUNT)
    with ExitStack() as stack:
        former, base = (stack.enter_context(serve_changing(portal.answer)) for portal in (old, new))
        assert _crawl(crawling, look, f"{former}/tin-tuc", 0) == 0
        assert _crawl(crawling, look, f"{former}/tin-tuc", 1) == 0
        usual = len(old.log) // 2
        if fate == "redirects":
            old.everything = lambda path: (301, {"Location": f"{base}{path}"}, "")
        else:
            old.everything = lambda _path: (404, {}, "<html><h1>Không còn</h1></html>")
        declared = {}
        if fate == "edited and declared":
            declared = {"FORMER_HOSTS": former.removeprefix("http://")}
            for place in range(COUNT):
                new.change(place, text=_write_anew(place))
        first, *later = (_crawl(crawling, look, f"{base}/tin-tuc", day, **declared) for day in (2, 3, 9, 20, 40, 60))
        assert later[-2:] == [0, 0]
        assert first == (3 if look == "gen" and not declared else 0)
        assert (len(old.log) + len(new.log) - 2 * usual) / 6 <= usual * 1.3
        _check(crawling, {f"{base}{new.path(piece)}" for piece in new.pieces})
    edits = {"edited": COUNT} if fate == "edited and declared" else {}
    assert _count_events(crawling) == {"moved": COUNT, **edits}
    proposals = crawling.query("SELECT detail FROM findings WHERE kind = 'host_renamed'")
    assert len(proposals) == (1 if first else 0)
    assert all(f'hosts = ("{former.removeprefix("http://")}",)' in str(row["detail"]) for row in proposals)
