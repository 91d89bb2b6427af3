"""One filter, and every reader of it means the same articles: lists, pages, searches, exports, and plain arithmetic."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.archive.queries import browsing
from archiver.archive.queries.article_filter import AWAY, STATES, ArticleFilter, begin_day, move_day
from archiver.archive.queries.browsing import list_page
from archiver.archive.queries.export_rows import list_keys
from archiver.archive.queries.queries import list_articles, zones_of_sites
from archiver.archive.search.engine import search_articles
from archiver.archive.search.index import rebuild_index
from archiver.archive.search.query_language import Query
from archiver.archive.store.file import create_or_open, open_for_reading
from tests.benchmarks.serving import fill

ZONES = {"alpha": "UTC", "beta": "Pacific/Kiritimati", "gamma": "America/Los_Angeles"}
FIRST = datetime(2021, 5, 1, tzinfo=UTC)
SECTIONS = [f"Chuyên mục {number}" for number in range(5)]
DAYS = [FIRST.date() + timedelta(days=number) for number in range(-1, 5)] + [date.min, date.max]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Open an archive of sites in three zones, whose articles were published and changed around midnight."""
    path: Path = tmp_path_factory.mktemp("filter") / "a.db"
    fill(path, 510)
    database = create_or_open(path)
    chance = Random(1)
    with database.atomic():
        for site, zone in ZONES.items():
            database.execute("UPDATE sites SET timezone = ? WHERE name = ?", (zone, site))
        for [content] in database.execute("SELECT id FROM contents").fetchall():
            at = (FIRST + timedelta(minutes=30 * chance.randrange(200))).isoformat()
            database.execute(
                "UPDATE contents SET published_at = ? WHERE id = ?", (None if content % 9 == 0 else at, content)
            )
        for article, number in database.execute("SELECT article_id, number FROM snapshots").fetchall():
            at = (FIRST + timedelta(minutes=30 * chance.randrange(200))).isoformat()
            values = (at, article, number)
            database.execute("UPDATE snapshots SET seen_from = ? WHERE article_id = ? AND number = ?", values)
        for [article] in database.execute("SELECT id FROM articles").fetchall():
            values = (chance.choice(STATES), chance.choice(SECTIONS), article)
            database.execute("UPDATE articles SET state = ?, section = ? WHERE id = ?", values)
        rebuild_index(database.conn)
    database.close()
    reading = open_for_reading(path)
    yield reading.conn
    reading.close()


FILTERS = st.builds(
    ArticleFilter,
    site=st.none() | st.sampled_from(list(ZONES)),
    section=st.none() | st.sampled_from(SECTIONS),
    since=st.none() | st.sampled_from(DAYS),
    until=st.none() | st.sampled_from(DAYS),
    changed_since=st.none() | st.sampled_from(DAYS),
    state=st.none() | st.sampled_from([*STATES, AWAY]),
    changed=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(wanted=FILTERS, few=st.booleans())
def test_all_readers_mean_the_same_articles(connection: sqlite3.Connection, wanted: ArticleFilter, few: bool) -> None:
    expected = _find_by_hand(connection, wanted)
    zones = zones_of_sites(connection)
    assert {(row["site"], row["article_id"]) for row in list_articles(connection, wanted)} == expected
    assert set(list_keys(connection, wanted)) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browsing, "FEW", 1_000 if few else -1)
        page = list_page(connection, wanted, zones, limit=1_000)
    assert {(row["site"], row["article_id"]) for row in page} == expected
    if wanted != ArticleFilter():  # a search for nothing finds nothing
        hits = [(hit.site, hit.article_id) for hit in search_articles(connection, Query(articles=wanted))]
        assert sorted(hits) == sorted(expected)


def _find_by_hand(connection: sqlite3.Connection, wanted: ArticleFilter) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT * FROM current_articles").fetchall()
    return {(row["site"], row["article_id"]) for row in rows if _is_meant(row, wanted)}


def _is_meant(row: sqlite3.Row, wanted: ArticleFilter) -> bool:
    published, changed = (_find_day(row[name], ZONES[row["site"]]) for name in ("published_at", "changed_at"))
    return (
        wanted.site in (None, row["site"])
        and wanted.section in (None, row["section"])
        and (wanted.state in (None, row["state"]) or (wanted.state == AWAY and row["state"] != "live"))
        and (wanted.since is None or (published is not None and published >= wanted.since))
        and (wanted.until is None or (published is not None and published <= wanted.until))
        and (wanted.changed_since is None or (changed is not None and changed >= wanted.changed_since))
        and (not wanted.changed or row["snapshots"] > 1)
    )


def _find_day(time: str | None, zone: str) -> date | None:
    return datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).date() if time else None


def test_what_a_filter_says_counts_more_than_what_stands_below_it() -> None:
    below = ArticleFilter(site="a", since=date(2020, 1, 1), state="gone", changed=True)
    above = ArticleFilter(site="b", until=date(2021, 1, 1), state=AWAY)
    expected = ArticleFilter(site="b", since=date(2020, 1, 1), until=date(2021, 1, 1), state=AWAY, changed=True)
    assert above.over(below) == expected
    assert above.over(ArticleFilter()) == ArticleFilter().over(above) == above


def test_days_at_the_ends_of_the_calendar() -> None:
    east, west = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/Los_Angeles")
    assert begin_day(date.min, east) == "0001-01-01"
    assert begin_day(date(2021, 5, 1), east) == "2021-04-30T17:00:00+00:00"
    assert begin_day(date.max, west) == "9999-12-31T08:00:00+00:00"
    assert (move_day(date.max, 1), move_day(date.min, -1), move_day(date.min, 31)) == (
        date.max,
        date.min,
        date(1, 2, 1),
    )
