"""Rows have the keys that their types say: those of the public views, and whatever else the archive is read as."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.archive.history.past import find_article_at
from archiver.archive.queries import browsing, changes, rows, shown_runs
from archiver.archive.queries import queries as asked
from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.chosen_articles import choose_copies, list_shelf
from archiver.archive.queries.views import COLUMNS
from archiver.archive.runs.run_history import list_run_findings
from archiver.archive.store.file import create_or_open, open_for_reading
from tests.reading import SITE, make_archive

PUBLIC = {
    "current_articles": rows.ArticleRow,
    "article_history": rows.SnapshotRow,
    "view_history": rows.ObservationRow,
    "events": rows.EventRow,
    "run_summary": rows.RunRow,
}
EVERYTHING = ArticleFilter()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, str]]:
    path: Path = tmp_path_factory.mktemp("rows") / "a.db"
    key = make_archive(path)["edited"]
    database = create_or_open(path)
    with database.atomic():
        database.execute("INSERT INTO findings (run_id, kind, url, detail) SELECT id, 'k', '', '' FROM runs")
        database.execute("INSERT OR IGNORE INTO fates SELECT id, 'skipped', 'not due', 1 FROM runs")
    database.close()
    database = open_for_reading(path)
    yield database.conn, key
    database.close()


@pytest.mark.parametrize("view", PUBLIC)
def test_rows_of_views_have_their_columns(view: str) -> None:
    assert tuple(PUBLIC[view].__annotations__) == COLUMNS[view]
    assert set(rows.FindingRow.__annotations__) == set(COLUMNS["run_findings"])


def test_rows_have_the_keys_that_are_told(read: tuple[sqlite3.Connection, str]) -> None:
    connection, key = read
    article = browsing.find_article(connection, SITE, key)
    run = shown_runs.list_last_runs(connection)[SITE]
    assert article
    choose_copies(connection, EVERYTHING, None)
    found = {
        rows.ArticleRow: asked.find_articles(connection, key),
        rows.PastArticleRow: [find_article_at(connection, SITE, key, datetime.now(UTC))],
        rows.SnapshotRow: [*asked.list_snapshots(connection, SITE, key)],
        rows.ObservationRow: [*asked.list_observations(connection, SITE, key)],
        rows.EventRow: [*asked.list_events(connection)],
        rows.RunRow: [*asked.list_runs(connection, None, None)],
        rows.SiteRow: [*asked.summarise_sites(connection).values()],
        rows.SummaryRow: [*asked.list_articles(connection, EVERYTHING)],
        rows.ListedRow: browsing.list_page(connection, EVERYTHING, asked.zones_of_sites(connection)),
        rows.CopiedRow: [*list_shelf(connection, "changed", None, None)],
        rows.KnownArticleRow: [article],
        rows.StateRow: browsing.list_states(connection, article["id"]),
        rows.WholeStateRow: [browsing.load_state(connection, article["id"], 1)],
        rows.ChangeRow: [*changes.list_changes(connection, changes.ChangeFilter())],
        rows.ArticleEventRow: changes.list_events_of_article(connection, article["id"]),
        rows.ShownRunRow: shown_runs.list_runs_before(connection, None, None, 5),
        rows.CountedRunRow: [shown_runs.find_run(connection, run["run_id"])],
        rows.FindingRow: [*list_run_findings(connection, range(1, 100))],
        rows.RunFindingRow: [row for number in range(1, 9) for row in shown_runs.list_findings(connection, number, 9)],
        rows.FateRow: [fate for number in range(1, 9) for fate in shown_runs.list_fates(connection, number)],
    }
    for kind, some in found.items():
        assert {frozenset(row or ()) for row in some} == {frozenset(kind.__annotations__)}, kind.__name__
