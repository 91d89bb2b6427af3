"""The log of changes: every event once, in the order in which the archive learned of it, whatever judges it again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.queries.changes import KINDS, ChangeFilter, find_last_change, list_changes, list_learned
from archiver.archive.queries.rows import ChangeRow
from archiver.archive.store.file import create_or_open
from archiver.ingest.replay import replay
from archiver.ingest.withdrawal import decide_runs, merge
from tests.portal import demo_portal
from tests.scripted_year import record_run, script_year
from tests.visiting import Visits

START = datetime(2024, 1, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
STANDING = (
    "SELECT n.article_id, l.capture_id, l.kind FROM change_log l JOIN article_keys n ON n.site = l.site "
    "AND n.native_key = l.native_key WHERE NOT l.taken_back ORDER BY 1, 2, 3"
)
EVENTS = "SELECT article_id, capture_id, kind FROM article_events ORDER BY 1, 2, 3"


def _check(database: Database) -> None:
    """Every event that stands is in the log, and is told once."""
    connection = database.conn
    events = [tuple(row) for row in connection.execute(EVENTS)]
    assert {tuple(row) for row in connection.execute(STANDING)} == set(events)
    told = [(row["id"], row["at"], row["kind"]) for row in list_changes(connection, ChangeFilter())]
    assert len(told) == len(set(told))


def _identify(row: ChangeRow) -> tuple[object, ...]:
    return (row["site"], row["article_id"], row["kind"], row["at"])


@FEW
@given(seed=st.integers(0, 10**6))
def test_a_reader_of_a_year_is_told_of_each_change_once(tmp_path: Path, seed: int) -> None:
    database = create_or_open(tmp_path / f"{uuid4()}.db")
    read: list[tuple[object, ...]] = []
    place = 0
    for run in script_year(seed):
        record_run(database, run)
        read += map(_identify, list_learned(database.conn, ChangeFilter(after=place)))
        place = find_last_change(database.conn)
    _check(database)
    assert len(read) == len(set(read))
    missed = set(map(_identify, list_changes(database.conn, ChangeFilter()))) - set(read)
    assert missed == set()
    database.close()


def test_an_event_that_was_taken_back_is_news_when_it_stands_again(tmp_path: Path) -> None:
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.run(portal, START)
    article = portal.listed()[0]
    portal.edit(article.id, paragraphs=("Nội dung mới hoàn toàn khác.",))
    visits.run(portal, START + DAY)
    connection = visits.database.conn
    (edit,) = list_changes(connection, ChangeFilter(kinds=("edited",)))
    place = find_last_change(connection)
    _decide(visits.database, withdrawn=True)
    _check(visits.database)
    assert list(list_changes(connection, ChangeFilter(kinds=("edited",)))) == []
    visits.run(portal, START + 2 * DAY)  # so something else is learned meanwhile
    between = find_last_change(connection)
    _decide(visits.database, withdrawn=False)
    _check(visits.database)
    again = list(list_learned(connection, ChangeFilter(kinds=KINDS, after=max(place, between))))
    assert [_identify(row) for row in again] == [_identify(edit)]
    visits.database.close()


def test_what_is_made_anew_keeps_its_numbers(tmp_path: Path) -> None:
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.run(portal, START)
    for article in portal.listed()[:3]:
        portal.edit(article.id, title=f"{article.title} (sửa)")
    portal.remove(portal.listed()[4].id)
    visits.run(portal, START + DAY)
    before = list(list_learned(visits.database.conn, ChangeFilter()))
    for _ in replay(visits.database):
        pass
    _check(visits.database)
    after = list(list_learned(visits.database.conn, ChangeFilter()))
    assert [(row["change_id"], _identify(row)) for row in after] == [
        (row["change_id"], _identify(row)) for row in before
    ]
    visits.database.close()


def test_what_another_archive_knew_is_news_here(tmp_path: Path) -> None:
    portal = demo_portal()
    own, other = Visits(tmp_path / "own.db"), Visits(tmp_path / "other.db")
    other.run(portal, START)
    portal.edit(portal.listed()[0].id, paragraphs=("Nội dung mới hoàn toàn khác.",))
    own.run(portal, START + DAY)
    place = find_last_change(own.database.conn)
    other.database.close()
    merge(own.database, tmp_path / "other.db")
    _check(own.database)
    news = list(list_learned(own.database.conn, ChangeFilter(after=place)))
    assert {(row["kind"], row["at"][:10]) for row in news} >= {("edited", "2024-01-21")}
    own.database.close()


def _decide(database: Database, *, withdrawn: bool) -> None:
    for _ in decide_runs(database, (2,), withdrawn=withdrawn):
        pass
