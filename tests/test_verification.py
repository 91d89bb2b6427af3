"""``archiver verify``: whatever is changed behind the archive's back is named, column by column and bit by bit."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.errors import ArchiverError
from archiver.ingest.verify import verify
from tests.archives import CHANNEL, change_portal, frozen_portal
from tests.conftest import Crawling
from tests.portal import Response, article_path, serve

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
DOCUMENT = (("/documents/1/0/KH+01.pdf/aa", "Kế hoạch số 01"),)
# Columns that nobody reads, and that nothing which people read follows from.
UNREAD = {
    "runs": {"id", "merged"},
    "captures": {"id"},
    "addresses": {"id"},
    "articles": {"id"},
    "contents": {"id"},
    "parsers": {"id", "version", "ordinal", "since"},  # a version that is not today's cannot be read again
    "header_sets": {"id", "site"},
    "dictionaries": {"site", "made_at"},
    "payloads": {"encoding"},  # what stands beside it says the same
    "article_addresses": {"answered"},  # named where another address is shown for it
    "findings": {"id"},
    "learned_noise": {
        "proof",
        "capture_id",
    },  # for people; rules are named by the histories that follow
    "change_log": {"id"},  # the order in which it was learned: nothing else says it
    "seal_tokens": {"authority"},  # for people: whom to ask for the certificates
    "search_order": {"place", "content_id"},
    "_sqlite_migrations": {"id", "migration_set", "name", "applied_at"},
}
# Tables of the search index: verify compares their words, which a change of a row here does not always change.
NOT_ROWS = ("search_folded", "search_exact")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three crawls, with documents, edits, a removal and findings."""
    crawling = Crawling(tmp_path_factory.mktemp("whole"))
    portal = frozen_portal()
    portal.edit(portal.listed()[0].id, attachments=DOCUMENT)
    portal.answers[article_path(portal.listed()[1])] = Response(200, b"", ())
    with serve(portal) as base:
        for number in range(3):
            now = (START + timedelta(days=number)).isoformat()
            arguments = ("-a", "full=1", "-s", "ARCHIVE_ATTACHMENTS=documents")
            crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", *arguments, ARCHIVE_NOW=now)
            change_portal(portal)
    with closing(sqlite3.connect(crawling.path)) as connection:
        assert connection.execute("SELECT count(*) FROM downloads WHERE digest IS NOT NULL").fetchone()[0]
        assert connection.execute("SELECT count(*) FROM findings").fetchone()[0]
    return crawling.path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole.with_suffix(".files"), tmp_path / "archive.files")
    return Path(shutil.copy(whole, tmp_path / "archive.db"))


def _verify(path: Path, *, quick: bool = False) -> list[str]:
    """Return what ``verify`` names; an archive that no command reads is told in one line."""
    try:
        with closing(open_for_reading(path)) as database:
            return list(verify(database, quick=quick))
    except ArchiverError as error:
        return [str(error)]


def _list_columns() -> Iterator[tuple[str, str]]:
    database = _open_empty()
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for table in tables:
        if not table.startswith((*NOT_ROWS, "sqlite_")):
            for row in database.execute(f"SELECT name FROM pragma_table_info('{table}')"):
                if row[0] not in UNREAD.get(table, set()):
                    yield table, row[0]
    database.close()


def _open_empty() -> sqlite3.Connection:
    """Return the schema of this version, with nothing in it."""
    with TemporaryDirectory() as folder:
        database = create_or_open(Path(folder) / "empty.db")
        copy = sqlite3.connect(":memory:")
        database.conn.backup(copy)
        database.close()
    return copy


@pytest.mark.parametrize(("table", "column"), list(_list_columns()), ids=lambda name: name)
@pytest.mark.slow
def test_a_column_changed_by_hand_is_named(path: Path, table: str, column: str) -> None:
    """In the row that is shown last: what a careless or dishonest hand would change."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        changed = _change(connection, table, column)
    if not changed:
        pytest.skip("no row has a value there that can be changed")
    lines = _verify(path)
    assert lines
    assert all(len(line) < 500 and "\n" not in line for line in lines)


def _change(connection: sqlite3.Connection, table: str, column: str) -> int:
    numbered = " AND number IS NOT NULL" if table == "snapshots" else ""
    key = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})") if row[5]) or "rowid"
    for value in (
        (
            f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {column} + 1 WHEN typeof({column}) = 'blob' "
            f"THEN randomblob(max(length({column}), 1)) ELSE {column} || 'x' END"
        ),
        f"iif({column} = 1, 0, 1)",
        "'[\"x\"]'",
    ):
        try:
            return connection.execute(
                f"UPDATE {table} SET {column} = {value} WHERE ({key}) IN (SELECT {key} FROM {table} "
                f"WHERE {column} IS NOT NULL{numbered} ORDER BY {key} DESC LIMIT 1)"
            ).rowcount
        except sqlite3.IntegrityError:
            continue
    raise AssertionError(f"no other value fits into {table}.{column}")


def test_nothing_is_named_where_nothing_was_changed(path: Path) -> None:
    assert _verify(path) == []
    assert _verify(path, quick=True) == []


HANDS = {
    "body, punctuation": "UPDATE contents SET body = replace(body, '.', ';') WHERE id = 1",
    "a reading is taken away": "DELETE FROM readings WHERE capture_id = (SELECT max(first_capture_id) FROM snapshots)",
    "an article is taken away": "; ".join(
        f"DELETE FROM {table} WHERE article_id = 1"
        for table in ("readings", "snapshots", "article_events", "article_addresses", "article_keys")
    )
    + "; DELETE FROM articles WHERE id = 1",
    "a snapshot is taken away": "DELETE FROM snapshots WHERE number = 2",
    "an event is taken away": "DELETE FROM article_events WHERE kind = 'edited'",
    "an event is invented": "INSERT INTO article_events SELECT id, 1, 'gone', 'x' FROM articles",
    "a capture is taken away": "DELETE FROM readings WHERE capture_id = 5; DELETE FROM captures WHERE id = 5",
    "a finding is taken away": "DELETE FROM findings",
    "a state": "UPDATE articles SET state = 'gone' WHERE id = 2",
    "a standing": "UPDATE readings SET standing = 'withheld' WHERE sign = 'missing'",
    "what is newest": "UPDATE readings SET newest = 0 WHERE views IS NOT NULL",
    "a view": "DROP VIEW events; CREATE VIEW events AS SELECT 1 AS site",
    "text and digest together": "UPDATE contents SET title = 'Khác', digest = randomblob(32)",
    "a site": "UPDATE sites SET title = 'Khác'",
    "what an outage is worth": "UPDATE runs SET outage = 'partial'",
    "a page of the portal": (
        "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, detail) SELECT article_id, "
        "capture_id, parser_id, 'article', 'missing', 'withheld', 'one page at the addresses of several articles' "
        "FROM readings WHERE sign = 'content' LIMIT 1"
    ),
    "a seal": "UPDATE runs SET seal = NULL",
}


@pytest.mark.parametrize("sql", HANDS.values(), ids=HANDS)
def test_a_change_of_several_rows_is_named(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(sql)
    assert _verify(path)


def test_an_invalid_byte_is_named_and_hides_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contents SET body = cast(x'c328' || cast(body AS blob) AS text) WHERE id = 1")
        connection.execute("UPDATE readings SET views = views + 1000 WHERE views IS NOT NULL AND capture_id > 8")
    lines = _verify(path)
    assert any("content 1" in line for line in lines)
    assert any("the view count" in line for line in lines)


def _rows(path: Path) -> object:
    """Return all that people can see; None where it cannot be read at all."""
    views = "current_articles article_history view_history events run_summary run_findings attachments".split()
    try:
        with closing(open_for_reading(path)) as database:
            database.conn.text_factory = bytes
            return [
                [tuple(row) for row in database.execute(f"SELECT * FROM {view}")] for view in (*views, "attachments")
            ]
    except (sqlite3.Error, ArchiverError):
        return None


@pytest.mark.parametrize("count", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_a_flipped_bit_that_changes_a_row_is_named(path: Path, count: int) -> None:
    """Or the archive is refused: either way in lines, and never by an error of another kind."""
    chance, whole, before = random.Random(count), path.read_bytes(), _rows(path)
    for _ in range(count):
        place = chance.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        lines = _verify(path)
        assert lines or _rows(path) == before, f"byte {place}"
