"""How views grow: of one article by the day as view_growth has it, and which articles grew most in a week."""

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.growth.of_article import CountRow, Growth, find_peak, grow_by_days, list_counts
from archiver.archive.growth.ranking import Counting, measure_gain, rank_articles
from archiver.archive.store.file import create_or_open
from archiver.cli import archiver
from archiver.errors import UsageError
from archiver.web.links import ServedLinks
from archiver.web.pages.charts import Label
from archiver.web.pages.growth_chart import draw_growth, find_edit
from archiver.web.pages.views import load_ranking
from archiver.web.rendering import Frame
from tests.portal import demo_portal
from tests.reading import SITE, ask
from tests.visiting import Visits

ENGLISH = {"accept-language": "en"}
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2024, 1, 10, 3, tzinfo=UTC)
DAY = timedelta(days=1)


class Counted:
    """A portal whose counts are set, visited every other day for three weeks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.portal = demo_portal()
        self.ids = [article.id for article in self.portal.listed()]
        visits = Visits(path)
        for day in range(0, 21, 2):
            for place, article in enumerate(self.ids):
                self.portal.set_views(article, 1000 + place * day * 10)
            surging, edited = self.ids[0], self.ids[1]
            self.portal.set_views(surging, 20 if day < 18 else 220)
            self.portal.set_views(edited, 500 if day < 10 else 900)
            if day == 12:
                self.portal.edit(edited, paragraphs=("Bài này đã được viết lại.",))
            visits.run(self.portal, START + day * DAY)
        self.connection: sqlite3.Connection = visits.database.conn


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    counted = Counted(tmp_path_factory.mktemp("growth") / "archive.db")
    yield counted
    counted.connection.close()


def test_counts_and_own_visits_are_those_of_view_growth(counted: Counted) -> None:
    keys = counted.connection.execute("SELECT id, native_key FROM articles").fetchall()
    for article, key in keys:
        counts = list_counts(counted.connection, article)
        expected = counted.connection.execute(
            "SELECT observed_until, views, own_visits, gained FROM view_growth WHERE article_id = ? "
            "ORDER BY observed_until, views",
            (key,),
        ).fetchall()
        assert [
            (after["observed_at"], after["views"], after["visits"] - before["visits"], after["views"] - before["views"])
            for before, after in pairwise(counts)
        ] == list(map(tuple, expected))


def _counts(times: list[int], gains: list[int]) -> list[CountRow]:
    views = [sum(gains[: place + 1]) for place in range(len(times))]
    return [
        {"observed_at": (START + timedelta(minutes=minute)).isoformat(), "views": count, "visits": place}
        for place, (minute, count) in enumerate(zip(sorted(times), views, strict=False))
    ]


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(-50, 500)), max_size=30))
def test_the_days_add_up_to_the_whole(pairs: list[tuple[int, int]]) -> None:
    counts = _counts([minute for minute, _ in pairs], [gain for _, gain in pairs])
    growth = grow_by_days(counts, HANOI)
    days = {datetime.fromisoformat(row["observed_at"]).astimezone(HANOI).date() for row in counts}
    assert len(growth) == max(len(days) - 1, 0)
    assert all(one.days >= 1 for one in growth)
    if growth:
        first = [row for row in counts if row["observed_at"] == growth[0].since][-1]
        assert sum(one.gained for one in growth) == counts[-1]["views"] - first["views"]
        assert sum(one.own for one in growth) == counts[-1]["visits"] - first["visits"]
        assert sum(one.days for one in growth) == (max(days) - min(days)).days


def test_two_readings_within_an_hour_make_no_rate() -> None:
    assert grow_by_days(_counts([0, 30], [100, 5]), HANOI) == []
    [one] = grow_by_days(_counts([0, 30, 24 * 60 + 10], [100, 5, 10]), HANOI)
    assert (one.days, one.gained, one.a_day) == (1, 10, 10.0)


def _growth(day: int, gained: int, own: int = 0) -> Growth:
    return Growth((START + day * DAY).isoformat(), (START + (day + 1) * DAY).isoformat(), 1, gained, own)


def test_a_counter_that_was_set_back_is_no_growth() -> None:
    assert find_peak([_growth(0, -500), _growth(1, 1, own=1)]) is None
    chart = draw_growth([_growth(0, -500), _growth(1, -3, own=1)], [], [], SITE, _frame())
    assert chart is not None
    assert (chart.others, chart.own, chart.peak) == ("", "", None)
    assert [label for label in chart.labels if label.y < 20] == []


def test_an_edit_after_the_surge_is_told() -> None:
    growth = [_growth(0, 5), _growth(1, 100), _growth(2, 3)]
    states = [_state(number, day) for number, day in ((1, 0), (2, 5), (3, 6))]
    chart = draw_growth(growth, states, [], SITE, _frame())
    assert chart is not None
    assert (chart.peak, chart.edit) == (growth[1], states[1])
    assert chart.edits == ""  # both are later than the last count
    assert find_edit(growth[1], [_state(2, 1), _state(3, 10)]) is None  # before it, and more than a week after it
    assert isinstance(chart.labels[0], Label)


def _state(number: int, day: int) -> dict:
    at = (START + day * DAY).isoformat()
    return {"snapshot": number, "seen_from": at, "seen_until": at, "cause": "page", "changed_fields": [], "title": ""}


def _frame() -> Frame:
    return Frame("en", ServedLinks(), {SITE: HANOI})


def test_the_page_shows_growth_beside_the_edit(counted: Counted) -> None:
    html = ask(counted.path, f"/article/{SITE}/{counted.ids[1]}", ENGLISH).text
    assert "It grew most from 18 Jan 2024 to 20 Jan 2024: 200 views a day without our own requests." in _words(html)
    assert "The text changed right after: 22 Jan 2024." in html
    assert "/compare?from=1&amp;to=2" in html
    assert re.findall(r'<path class="(others|ours|edits)" d="M', html) == ["edits", "others", "ours", "edits"]
    assert "<caption>Views a day</caption>" in html


def test_one_day_and_one_reading_say_so(tmp_path: Path) -> None:
    visits, portal = Visits(tmp_path / "a.db"), demo_portal()
    visits.run(portal, START)
    key = portal.listed()[0].id
    address = f"/article/{SITE}/{key}"
    assert "views a day show from the next day" in ask(tmp_path / "a.db", address, ENGLISH).text
    with visits.database.atomic():
        visits.database.execute("UPDATE readings SET views = NULL WHERE source = 'listing'")
    assert "Growth shows from the second reading on" in ask(tmp_path / "a.db", address, ENGLISH).text
    visits.database.close()


# The ranking.


def test_the_ranking_is_what_view_growth_says(counted: Counted) -> None:
    ranking = rank_articles(counted.connection, None, 100)
    assert ranking.since
    assert ranking.until
    assert ranking.until - ranking.since == 7 * DAY
    query = (
        "SELECT article_id, sum(gained_by_others) FROM view_growth WHERE observed_until > (SELECT coalesce(max(v."
        "observed_at), '') FROM view_history v WHERE v.article_id = view_growth.article_id AND v.observed_at < ?1) "
        "GROUP BY article_id"
    )
    since = ranking.since.isoformat(timespec="microseconds")
    expected = {key: gained for key, gained in counted.connection.execute(query, (since,)) if gained > 0}
    assert {row["article_id"]: row["gain"].others for row in ranking.most} == expected
    gained = [row["gain"].others for row in ranking.most]
    assert gained == sorted(gained, reverse=True)
    assert ranking.grown == len(counted.ids)
    assert ranking.fastest[0]["article_id"] == str(counted.ids[0])
    assert all(row["gain"].others >= 10 for row in ranking.fastest)


@pytest.mark.parametrize(
    ("counts", "gained"),
    [
        ([(1, 900), (5, 950)], 50),
        ([(1, 900), (4, 20), (5, 60)], 40),
        ([(1, 900), (4, 899), (5, 950)], 50),
        ([(5, 9)], 0),
    ],
)
def test_a_counter_that_was_set_back_begins_anew(counts: list[tuple[int, int]], gained: int) -> None:
    readings = [Counting((START + day * DAY).isoformat(), views, own=False) for day, views in counts]
    gain = measure_gain(1, readings, (START + 3 * DAY).isoformat())
    assert gain
    assert gain.others == gained
    own = [*readings, Counting((START + 5 * DAY).isoformat(), None, own=True)]
    after = measure_gain(1, own, (START + 3 * DAY).isoformat())
    assert after
    assert after.others == gained - (len(counts) > 1)
    assert measure_gain(1, readings, (START + 6 * DAY).isoformat()) is None


def test_the_page_ranks_and_the_list_of_the_site_leads_there(counted: Counted) -> None:
    html = ask(counted.path, "/views", ENGLISH).text
    fastest = html[html.index("Fastest growing") :]
    assert re.findall(r"/article/\w+/(\d+)", fastest)[0] == str(counted.ids[0])
    beside = ask(counted.path, f"/articles?site={SITE}", ENGLISH).text
    assert "Most read this week" in beside
    assert f"/views?site={SITE}" in beside
    assert "Most read this week" not in ask(counted.path, "/articles", ENGLISH).text
    assert ask(counted.path, "/views?site=nobody", ENGLISH).status_code == 404


def test_the_terminal_ranks_too(counted: Counted) -> None:
    ranking = rank_articles(counted.connection, None, 30)
    for option, rows in (("--top", ranking.most), ("--fastest", ranking.fastest)):
        told = json.loads(_call(counted.path, option, "--json").stdout)
        assert [(row["article_id"], row["gained_by_others"]) for row in told] == [
            (row["article_id"], row["gain"].others) for row in rows
        ]
        assert told[0]["gained"] == told[0]["views"] - told[0]["views_before"]
    assert "the growth of 24 articles is known" in _call(counted.path, "--top", "--site", SITE).stderr
    for wrong in ([], ["--top", "--fastest"], ["--top", "1"], ["--site", SITE], ["1", "--site", SITE]):
        with pytest.raises(UsageError):
            _call(counted.path, *wrong)


def _call(path: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(archiver, ["--db", str(path), "views", *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done


def test_an_empty_ranking_says_why(tmp_path: Path) -> None:
    create_or_open(tmp_path / "empty.db").close()
    assert "No crawl has finished yet." in ask(tmp_path / "empty.db", "/views", ENGLISH).text
    assert "No crawl has finished yet" in _call(tmp_path / "empty.db", "--top").stderr
    visits, portal = Visits(tmp_path / "once.db"), demo_portal()
    visits.run(portal, START)
    with visits.database.atomic():
        visits.database.execute("UPDATE readings SET views = NULL WHERE source = 'listing'")
    assert re.search(r"\d+ articles were counted once", ask(tmp_path / "once.db", "/views", ENGLISH).text)
    with visits.database.atomic():
        visits.database.execute("UPDATE readings SET views = NULL")
    visits.database.close()
    (tmp_path / "once.db").rename(tmp_path / "none.db")
    assert "no view count was read" in ask(tmp_path / "none.db", "/views", ENGLISH).text


def test_a_new_run_makes_a_new_ranking(tmp_path: Path) -> None:
    visits, portal = Visits(tmp_path / "a.db"), demo_portal()
    key, told = portal.listed()[0].id, []
    for day, views in ((0, 10), (2, 50), (4, 500)):
        portal.set_views(key, views)
        visits.run(portal, START + day * DAY)
        rows = load_ranking(visits.database.conn, SITE).most
        told.append([(row["gain"].before, row["gain"].after) for row in rows if row["article_id"] == str(key)])
    visits.database.close()
    assert told == [[], [(10, 51)], [(10, 501)]]


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))
