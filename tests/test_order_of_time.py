"""What came before what is known by the times of runs and captures: rows of a merged archive have ids of their own."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.evidence.downloads import list_never_asked
from archiver.archive.evidence.payloads import _QUERIES
from archiver.archive.history.content import write_time
from archiver.archive.queries.browsing import first_views
from archiver.archive.queries.changes import ChangeFilter, list_changes, list_changes_of_run
from archiver.archive.queries.queries import summarise_sites
from archiver.archive.runs.health import Ending, Health, read_health
from archiver.archive.runs.known_articles import find_last_walk, find_unfinished_run
from archiver.archive.runs.run_history import list_attendance
from archiver.archive.runs.run_log import Run, close_run, find_open_runs, note_walk, open_run
from archiver.archive.store.file import close_archive
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.record import record_capture
from archiver.model import Capture, Problem, Unreadable
from tests.portal import Portal, demo_portal
from tests.visiting import BASE, SITE, Visits

TODAY = datetime(2026, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, OWN = 400, 20
"""Days ago."""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Visits]:
    visits = Visits(tmp_path / "own.db")
    yield visits
    visits.database.close()


def _add_run(visits: Visits, days_ago: float, outcome: str | None = "finished", **columns: object) -> Run:
    """Write a run of the past, as the ledger has it."""
    at = TODAY - days_ago * DAY
    with visits.database.atomic():
        connection = visits.database.conn
        run = open_run(connection, visits.site, {}, at, scope="daily")
        note_walk(connection, run, complete=True, late=0)
        close_run(connection, run, "finished", 5, at)
        for name, value in ({"outcome": outcome} | columns).items():
            connection.execute(f"UPDATE runs SET {name} = ? WHERE id = ?", (value, run.id))
    return run


def _merge_old(own: Visits, tmp_path: Path, fill: Callable[[Visits], object]) -> None:
    """Merge an archive of another machine that was filled before; its rows come after all that are there."""
    other = Visits(tmp_path / "old.db")
    fill(other)
    close_archive(other.database)
    merge_archive(own.database, tmp_path / "old.db")


def _health(visits: Visits, run: Run, at: datetime = TODAY) -> Health:
    start = tuple(f"{BASE}/{channel}" for channel in demo_portal().channels)
    return read_health(visits.database.conn, run, visits.site, start, Ending(at, 5, sound=True, complete=True))


def _begin(visits: Visits, days_ago: float = 0) -> Run:
    with visits.database.atomic():
        return open_run(visits.database.conn, visits.site, {}, TODAY - days_ago * DAY, scope="daily")


def test_a_run_is_held_against_the_last_ones_before_it(own: Visits, tmp_path: Path) -> None:
    for days in range(OWN, 0, -1):
        _add_run(own, days)
    _add_run(own, -3, requests=1)  # by a clock that was ahead
    run = _begin(own)
    _merge_old(own, tmp_path, lambda old: [_add_run(old, OLD - day, requests=1) for day in range(20)])
    health = _health(own, run)
    assert [figures.requests for figures in health.past] == 16 * [5]
    assert health.good_runs == OWN + 20


def test_runs_that_left_work_are_no_measure(own: Visits) -> None:
    left, put_off = _add_run(own, 2), _add_run(own, 1)
    with own.database.atomic():
        add = "INSERT INTO fates VALUES (?, 'pending', ?, 3)"
        own.database.conn.execute(add, (left.id, "not reached: closespider_timeout"))
        own.database.conn.execute(add, (put_off.id, "visit put off: the budget of requests is used up"))
    assert len(_health(own, _begin(own)).past) == 1


def test_runs_that_died_are_told_once(own: Visits, tmp_path: Path) -> None:
    _add_run(own, 2)
    died = _add_run(own, 1, "died")
    _merge_old(own, tmp_path, lambda old: [_add_run(old, OLD, "died"), _add_run(old, OLD - 1)])
    (began,) = own.query("SELECT started_at FROM runs WHERE id = ?", died.id)
    assert _health(own, _begin(own)).died == (began["started_at"],)


def test_imports_are_no_crawls(own: Visits) -> None:
    """They are in no median, not among what died, was attended or cut off, and nobody's to close but their own."""
    crawl = _add_run(own, 3)
    for days, outcome in ((2.0, "finished"), (1.0, "died"), (0.5, None)):
        _add_run(own, days, outcome, kind="import")
    connection = own.database.conn
    assert find_open_runs(connection, SITE.name) == []
    assert find_unfinished_run(connection, SITE.name, {}, TODAY) is None
    assert find_last_walk(connection, SITE.name, None, TODAY) == TODAY - 3 * DAY
    assert [entry.number for entry in list_attendance(connection)[SITE.name]] == [1]
    assert summarise_sites(connection)[SITE.name]["last_run"] == write_time(TODAY - 3 * DAY, "microseconds")
    health = _health(own, _begin(own))
    assert (len(health.past), health.good_runs, health.died) == (1, 1, ())
    assert crawl.id == 1


def test_open_runs_come_in_the_order_they_began(own: Visits) -> None:
    later, earlier = _begin(own, 1), _begin(own, 2)
    assert find_open_runs(own.database.conn, SITE.name) == [earlier, later]


def _without_author() -> Portal:
    portal = demo_portal()
    for article in portal.listed():
        portal.edit(article.id, author=None)
    return portal


def test_what_a_page_filled_before_is_what_it_filled_last(own: Visits, tmp_path: Path) -> None:
    """Once nobody signed, and the other machine read that later again; what counts is the day before the run."""
    own.run(demo_portal(), TODAY - DAY)
    _merge_old(own, tmp_path, lambda old: old.run(_without_author(), TODAY - OLD * DAY))
    run = own.begin(TODAY)
    for row in own.query("SELECT article_id, url FROM current_articles"):
        own.visit(run, _without_author(), str(row["url"]), TODAY, str(row["article_id"]))
    own.end(run, TODAY)
    (tmp_path / "old.db").unlink()
    _merge_old(own, tmp_path, lambda old: old.run(_without_author(), TODAY + DAY))
    health = _health(own, run)
    signed = sum(bool(article.author) for article in demo_portal().listed())
    assert sum("author" in (page.before or ()) for page in health.pages) == signed > 0
    assert sum("author" in filled for filled in health.recent) == signed


def test_the_archive_does_not_grow_by_what_was_known_long_ago(own: Visits, tmp_path: Path) -> None:
    """Nor by the first page of an address; which page is the first, and who had it first, is known by time."""
    before, after = (f"<html><body>{words * 100}</body></html>".encode() for words in ("cũ ", "mới "))
    for days, body in ((2, before), (1, after)):
        _keep(own, TODAY - days * DAY, body)
    assert [_health(own, Run(key, SITE.name)).run.growth > 0 for key in (1, 2)] == [False, True]
    _merge_old(own, tmp_path, lambda old: [_keep(old, TODAY - (OLD - day) * DAY, after) for day in range(2)])
    assert [_health(own, Run(key, SITE.name)).run.growth > 0 for key in (1, 2)] == [True, False]


def _keep(visits: Visits, at: datetime, body: bytes) -> None:
    run = visits.begin(at)
    page = Unreadable(BASE, Problem("no_layout", "none"))
    record_capture(visits.database, run, SITE, Capture(f"{BASE}/tin-tuc", at, 200, (), body), page)
    visits.end(run, at)


def test_the_first_count_is_the_oldest(own: Visits, tmp_path: Path) -> None:
    portal = demo_portal()
    article = next(article for article in portal.listed() if portal.views(article.id))
    portal.set_views(article.id, 700)
    own.run(portal, TODAY)
    portal.set_views(article.id, 50)
    _merge_old(own, tmp_path, lambda old: old.run(portal, TODAY - OLD * DAY))
    (row,) = own.query("SELECT id FROM articles WHERE native_key = ?", str(article.id))
    assert first_views(own.database.conn, int(str(row["id"]))) == 50


def test_events_are_shown_in_the_order_of_time(own: Visits, tmp_path: Path) -> None:
    portal = demo_portal()
    portal.freeze_counters()
    own.run(portal, TODAY - 3 * DAY)
    first, second = portal.listed()[5], portal.listed()[2]
    run = own.begin(TODAY)
    for article, minutes in ((first, 2), (second, 1)):  # recorded in one order, fetched in the other
        portal.edit(article.id, title=f"Tiêu đề sửa {minutes}")
        (row,) = own.query("SELECT url FROM current_articles WHERE article_id = ?", str(article.id))
        own.visit(run, portal, str(row["url"]), TODAY + timedelta(minutes=minutes), str(article.id))
    own.end(run, TODAY)
    _merge_old(own, tmp_path, lambda old: [old.run(demo_portal(), TODAY - OLD * DAY), old.run(portal, TODAY - 9 * DAY)])
    (row,) = own.query("SELECT id FROM runs WHERE started_at = ?", write_time(TODAY, "microseconds"))
    told = list_changes_of_run(own.database.conn, int(str(row["id"])), 10)
    assert [event["at"] for event in told] == sorted(event["at"] for event in told)
    times = [event["at"] for event in list_changes(own.database.conn, ChangeFilter())]
    assert times == sorted(times, reverse=True)


def test_files_of_the_articles_met_last_are_asked_for_first(own: Visits, tmp_path: Path) -> None:
    attached = [article for article in demo_portal().listed() if article.attachments]
    newer, older = attached[0], attached[-1]
    portal = demo_portal()
    portal.remove(older.id)
    own.run(portal, TODAY)
    portal = demo_portal()
    for article in portal.listed():
        if article.id != older.id:
            portal.remove(article.id)
    _merge_old(own, tmp_path, lambda old: old.run(portal, TODAY - OLD * DAY))
    urls = list(list_never_asked(own.database.conn, SITE.name, ("attachments",)))
    places = [next(n for n, url in enumerate(urls) if article.attachments[0][0] in url) for article in (newer, older)]
    assert places == sorted(places)
    assert places[1] == len(urls) - len(older.attachments)


def test_dictionaries_learn_from_the_last_pages(own: Visits, tmp_path: Path) -> None:
    own.run(demo_portal(), TODAY)
    before = _list_samples(own)
    _merge_old(own, tmp_path, lambda old: old.run(_without_author(), TODAY - OLD * DAY))
    assert _list_samples(own) == before


def _list_samples(visits: Visits) -> list[bytes]:
    values = {"site": SITE.name, "since": "", "count": 5}
    last_few = _QUERIES.texts["samples"].replace("LIMIT 1000", "LIMIT 10")
    return [row[0] for row in visits.database.conn.execute(last_few, values)]


def test_a_run_is_taken_up_by_when_it_began(own: Visits, tmp_path: Path) -> None:
    """Another machine was cut off long ago, and what it left was taken up by our runs since, though its row is last."""
    _add_run(own, 1)
    _merge_old(own, tmp_path, lambda old: _add_run(old, OLD, "interrupted"))
    assert find_unfinished_run(own.database.conn, SITE.name, {}, TODAY) is None
    cut_off = _add_run(own, 0.9, "interrupted")
    found = find_unfinished_run(own.database.conn, SITE.name, {"deep": "1"}, TODAY)
    assert found is not None
    assert found.ids == (cut_off.id,)


def test_runs_of_the_future_wait_for_their_time(own: Visits) -> None:
    """A clock was ahead for a run: it hides neither what was cut off nor that the listings are due to be walked."""
    _add_run(own, 10)
    cut_off = _add_run(own, 1, "interrupted")
    _add_run(own, -300)
    connection = own.database.conn
    found = find_unfinished_run(connection, SITE.name, {}, TODAY)
    assert found is not None
    assert found.ids == (cut_off.id,)
    assert find_last_walk(connection, SITE.name, None, TODAY) == TODAY - 10 * DAY


@pytest.mark.parametrize("outcome", ["interrupted", "died", "failed"])
def test_listings_that_were_walked_are_no_work_that_was_done(own: Visits, outcome: str) -> None:
    _add_run(own, 3)
    _add_run(own, 1, outcome)
    assert find_last_walk(own.database.conn, SITE.name, None, TODAY) == TODAY - 3 * DAY


@pytest.mark.parametrize(
    ("before", "arguments", "is_taken_up"),
    [
        ({}, {}, True),
        ({"full": "1"}, {"deep": "1"}, True),
        ({"start": "https://a.example/x"}, {"start": "https://a.example/x", "full": "1"}, True),
        ({"start": "https://a.example/x"}, {}, False),
        ({"start": "https://a.example/x"}, {"start": "https://a.example/y"}, False),
        ({"max_pages": "2"}, {}, False),
        ({}, {"since": "2026-01-01"}, False),
        ({"max_pages": "2"}, {"max_pages": "2"}, False),  # a day later it is another question
    ],
)
def test_what_is_taken_up_by_what(
    own: Visits, before: dict[str, str], arguments: dict[str, str], *, is_taken_up: bool
) -> None:
    _add_run(own, 1, "died", arguments=json.dumps(before))
    assert (find_unfinished_run(own.database.conn, SITE.name, arguments, TODAY) is not None) == is_taken_up


def test_how_far_a_chain_of_runs_goes(own: Visits) -> None:
    """As far as the run of it that was to go farthest; it began with the first."""
    uids = [uuid.uuid4().hex for _ in range(3)]
    for place, (uid, scope) in enumerate(zip(uids, ("daily", "full", "deep"), strict=True)):
        _add_run(own, 30 - place, "failed", uid=uid, scope=scope, resumes=uids[place - 1] if place else None)
    found = find_unfinished_run(own.database.conn, SITE.name, {}, TODAY)
    assert found is not None
    assert replace(found, last_began=None) == replace(
        found, uid=uids[2], ids=(1, 2, 3), scope="full", started_at=TODAY - 30 * DAY, last_began=None
    )
