"""The archive file: made, opened, read, refused; what goes in comes out; what goes in twice changes nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.evidence.captures import keep_capture, load_capture
from archiver.archive.queries.views import VIEWS
from archiver.archive.runs.run_log import Run, open_run
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.archive.store.schema import APPLICATION_ID, VERSION
from archiver.errors import ArchiveError
from archiver.ingest.record import read_capture, record_capture
from archiver.model import Capture
from archiver.site import Site
from tests.portal import Portal, article_path, demo_portal

SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi")
BASE = "http://portal.vn"
MORNING = datetime(2022, 1, 3, 1, tzinfo=UTC)
IN_MEMORY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "archive.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = create_or_open(path)
    yield database
    database.close()


def _begin_run(database: Database) -> Run:
    with database.atomic():
        return open_run(database.conn, SITE, {}, MORNING)


def _ask(database: Database, question: str) -> Any:
    return database.execute(question).fetchone()[0]


def _dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables and views."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    dump = {name: [tuple(row) for row in database.execute(f"SELECT * FROM {name}")] for name in names}
    # What a full-text table answers for its own name is the number of the cursor.
    return dump | {"article_search": [row[1:] for row in dump["article_search"]]}


def test_a_new_archive_is_marked_and_empty(path: Path, database: Database) -> None:
    assert _ask(database, "PRAGMA application_id") == APPLICATION_ID
    assert _ask(database, "PRAGMA user_version") == VERSION
    assert _ask(database, "PRAGMA integrity_check") == "ok"
    counts = {view.name: _ask(database, f"SELECT count(*) FROM {view.name}") for view in VIEWS}
    assert counts == dict.fromkeys(counts, 0)
    assert {"current_articles", "article_history", "view_history", "events", "run_summary"} <= counts.keys()
    assert path.exists()


def test_views_have_the_columns_that_are_told(database: Database) -> None:
    for view in VIEWS:
        columns = [column[0] for column in database.execute(f"SELECT * FROM {view.name}").description]
        assert columns == list(view.columns)


def test_writing_is_durable_and_checked(database: Database) -> None:
    assert _ask(database, "PRAGMA journal_mode") == "wal"
    assert _ask(database, "PRAGMA synchronous") == 2  # FULL
    assert _ask(database, "PRAGMA foreign_keys") == 1
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), database.atomic():
        database.execute("INSERT INTO addresses (site, url) VALUES ('nowhere', 'http://a.vn/')")


def test_all_tables_are_strict(database: Database) -> None:
    own = [row for row in database.query("PRAGMA table_list") if row["type"] == "table" and row["schema"] == "main"]
    loose = {row["name"] for row in own if not row["strict"]}
    assert loose <= {"sqlite_schema", "_sqlite_migrations"}
    assert len(own) > 10


def test_a_value_of_the_wrong_type_is_refused(database: Database) -> None:
    _begin_run(database)
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"), database.atomic():
        database.execute("UPDATE runs SET requests = 'N/A'")
    assert _ask(database, "SELECT requests FROM runs") == 0


def test_opening_again_changes_nothing(path: Path, database: Database) -> None:
    _begin_run(database)
    before = _dump(database)
    database.close()
    again = create_or_open(path)
    assert _dump(again) == before
    again.close()


def test_reading_cannot_write(path: Path, database: Database) -> None:
    reader = open_for_reading(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("UPDATE runs SET requests = 1")
    reader.close()


def test_people_read_while_a_crawl_writes(path: Path, database: Database) -> None:
    with database.atomic():
        open_run(database.conn, SITE, {}, MORNING)
        reader = open_for_reading(path)
        assert _ask(reader, "SELECT count(*) FROM runs") == 0
    assert _ask(reader, "SELECT count(*) FROM runs") == 1
    reader.close()


def test_readers_do_not_make_an_archive(path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive; crawl first, or name another with --db"):
        open_for_reading(path)
    assert not path.parent.exists()


def _make_directory(path: Path) -> None:
    path.mkdir()


def _make_empty(path: Path) -> None:
    path.touch()


def _make_newer(path: Path) -> None:
    database = create_or_open(path)
    database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()


def _make_foreign(path: Path) -> None:
    database = Database(path)
    database["accounts"].insert({"name": "An"})
    database.close()


def _make_text(path: Path) -> None:
    path.write_text("no archive\n" * 500, encoding="utf-8")


def _corrupt_header(path: Path) -> None:
    create_or_open(path).close()
    content = bytearray(path.read_bytes())
    content[:16] = b"SQLite format 4\0"
    path.write_bytes(content)


def _cut_off(path: Path) -> None:
    create_or_open(path).close()
    path.write_bytes(path.read_bytes()[:60])


@pytest.mark.parametrize(
    "make", [_make_directory, _make_empty, _make_newer, _make_foreign, _make_text, _corrupt_header, _cut_off]
)
@pytest.mark.parametrize("open_it", [create_or_open, open_for_reading])
def test_what_is_no_archive_is_refused_untouched(
    path: Path, make: Callable[[Path], None], open_it: Callable[[Path], Database]
) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ArchiveError) as error:
        open_it(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def _capture(body: bytes, at: datetime = MORNING, url: str = f"{BASE}/tin", status: int = 200) -> Capture:
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=Đ"))
    return Capture(url, at, status, headers, body)


@IN_MEMORY
@given(bodies=st.lists(st.one_of(st.binary(max_size=300), st.binary(min_size=1).map(lambda b: b * 400)), max_size=6))
def test_captures_come_out_as_they_went_in(database: Database, bodies: list[bytes]) -> None:
    run = _begin_run(database)
    url = f"{BASE}/{run.id}"
    captures = [_capture(body, MORNING + timedelta(days=day), url) for day, body in enumerate(bodies)]
    with database.atomic():
        kept = [keep_capture(database.conn, run, capture) for capture in captures]
    assert [load_capture(database.conn, capture) for capture in kept if capture] == captures


def test_a_payload_is_kept_once_and_its_damage_is_noticed(database: Database) -> None:
    run = _begin_run(database)
    with database.atomic():
        first = keep_capture(database.conn, run, _capture(b"trang" * 99))
        keep_capture(database.conn, run, _capture(b"trang" * 99, MORNING + timedelta(days=1)))
    assert _ask(database, "SELECT count(*) FROM payloads") == 1
    data = _ask(database, "SELECT data FROM payloads")
    with database.atomic():
        database.execute("UPDATE payloads SET data = ?", [data[:-2] + b"\0\0"])
    with pytest.raises(ArchiveError, match="damaged"):
        load_capture(database.conn, first or 0)
    with pytest.raises(ArchiveError, match="there is no capture 99"):
        load_capture(database.conn, 99)


def test_an_uncommitted_capture_leaves_nothing(database: Database) -> None:
    run = _begin_run(database)
    before = _dump(database)
    with suppress(ZeroDivisionError), database.atomic():
        assert keep_capture(database.conn, run, _capture(b"trang"))
        raise ZeroDivisionError
    assert _dump(database) == before


class Pages:
    """One article of a portal in several states, as captures of its rendered page."""

    def __init__(self) -> None:
        self.portal: Portal = demo_portal()
        self.article = next(article for article in self.portal.listed() if article.lead and article.author)
        self.path = article_path(self.article)

    def show(self, state: tuple[int, int, int], at: datetime, views: int) -> Capture:
        title, body, author = state
        self.portal.edit(
            self.article.id,
            title=f"{self.article.title} ({title})",
            paragraphs=(f"Đoạn thứ {body}.", *self.article.paragraphs),
            author=f"Người viết {author}",
        )
        self.portal.set_views(self.article.id, views)
        return Capture(BASE + self.path, at, 200, (), self.portal.page(self.path).body)

    def listing(self, at: datetime) -> Capture:
        url = f"/{self.article.channel}"
        return Capture(BASE + url, at, 200, (), self.portal.page(url).body)


def _record(database: Database, run: Run, captures: list[Capture]) -> list[str | None]:
    return [record_capture(database, run, SITE, capture, read_capture(SITE, capture)) for capture in captures]


def _goes_by_turns(states: list[tuple[int, int, int]]) -> bool:
    """Say whether two states take turns (A, B, A, B): that makes no snapshot (see test_noise_history)."""
    shown = [state for state, _ in groupby(states)]
    return any(shown[n : n + 2] == shown[n + 2 : n + 4] for n in range(len(shown) - 3))


States = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=8).filter(
    lambda states: not _goes_by_turns(states)
)


@IN_MEMORY
@given(states=States)
def test_snapshots_are_the_distinct_neighbouring_states(
    states: list[tuple[int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = create_or_open(tmp_path_factory.mktemp("law") / "archive.db")
    pages, run = Pages(), _begin_run(database)
    times = [MORNING + timedelta(days=day) for day in range(len(states))]
    captures = [pages.show(state, at, 100 + n) for n, (state, at) in enumerate(zip(states, times, strict=True))]
    novelties = _record(database, run, captures)
    groups = [list(group) for _, group in groupby(range(len(states)), key=lambda index: states[index])]
    starts = {group[0] for group in groups}
    assert novelties == ["new" if n == 0 else "changed" if n in starts else "unchanged" for n in range(len(states))]
    assert _read_history(database) == _write_history(pages, states, times, groups)
    counts = database.execute("SELECT views, source FROM view_history ORDER BY observed_at").fetchall()
    assert [tuple(count) for count in counts] == [(100 + n, "article") for n in range(len(states))]
    _check_return(database, states, groups)
    before = _dump(database)
    assert _record(database, run, captures) == [None] * len(states)
    assert _dump(database) == before
    database.close()


def _read_history(database: Database) -> list[tuple[Any, ...]]:
    rows = database.query("SELECT * FROM article_history ORDER BY snapshot")
    return [
        (row["snapshot"], row["title"], row["body"].split("\n")[0], row["author"], row["seen_from"], row["seen_until"])
        for row in rows
    ]


def _write_history(
    pages: Pages, states: list[tuple[int, int, int]], times: list[datetime], groups: list[list[int]]
) -> list[tuple[Any, ...]]:
    return [
        (
            number,
            f"{pages.article.title} ({states[group[0]][0]})",
            f"Đoạn thứ {states[group[0]][1]}.",
            f"Người viết {states[group[0]][2]}",
            times[group[0]].isoformat(timespec="microseconds"),
            times[group[-1]].isoformat(timespec="microseconds"),
        )
        for number, group in enumerate(groups, 1)
    ]


def _check_return(database: Database, states: list[tuple[int, int, int]], groups: list[list[int]]) -> None:
    """A return to an earlier text is a snapshot of its own with the earlier digest; each change names its fields."""
    rows = list(database.query("SELECT content_digest, changed_fields FROM article_history ORDER BY snapshot"))
    shown = [states[group[0]] for group in groups]
    digests = dict(zip(shown, (row["content_digest"] for row in rows), strict=True))
    assert [row["content_digest"] for row in rows] == [digests[state] for state in shown]
    assert len(set(digests.values())) == len(set(shown))
    fields = [database.execute("SELECT json(?)", [row["changed_fields"]]).fetchone()[0] for row in rows]
    names = ("title", "body", "author")
    changes = [
        '["' + '","'.join(name for name, old, new in zip(names, one, two, strict=True) if old != new) + '"]'
        for one, two in pairwise(shown)
    ]
    assert fields == [None, *changes]


def test_recording_pages_and_listings_twice_changes_nothing(database: Database) -> None:
    pages, run = Pages(), _begin_run(database)
    captures = [pages.show((0, 0, 0), MORNING, 5), pages.listing(MORNING + timedelta(hours=1))]
    captures += [
        Capture(f"{BASE}/gone", MORNING, 404, (), b"no"),
        Capture(f"{BASE}/empty", MORNING, 200, (), b""),
        pages.show((1, 0, 0), MORNING + timedelta(hours=2), 6),
    ]
    _record(database, run, captures)
    before = _dump(database)
    assert _ask(database, "SELECT count(*) FROM findings") == 2
    assert _ask(database, "SELECT count(*) FROM captures") == 5
    _record(database, run, captures)
    assert _dump(database) == before
    assert _ask(database, "PRAGMA integrity_check") == "ok"
    assert list(database.query("PRAGMA foreign_key_check")) == []
