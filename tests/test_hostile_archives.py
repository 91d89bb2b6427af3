"""Archives that non_articles made: nothing in them runs, nothing leads anywhere, and all it takes is one line."""

import hashlib
import json
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from archiver.archive.evidence.files import StoredFile, copy_files, has_file, put_file
from archiver.archive.evidence.headers import read_headers
from archiver.archive.evidence.payloads import load_payload
from archiver.archive.store.damage import LONGEST_VALUE, DamageError, distrust, noting_damage
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.archive.store.inspection import inspect_schema, make_schema, read_schema
from archiver.archive.store.schema import VERSION
from archiver.archive.upkeep.merge import merge_archive
from archiver.archive.upkeep.soundness import inspect_archive, list_faults
from archiver.crawl.running.locks import SiteLocks
from archiver.errors import ArchiveError
from archiver.web.serving import make_reader
from tests.archives import unpack
from tests.damaging import Whole, call, make_whole

ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
HUGE = "printf('%.*c', 900000000, 'x')"
Sql = tuple[str, ...]

# Whatever SQLite would run for somebody who reads or writes the archive, or that has not the shape that is expected.
FOREIGN: dict[str, Sql] = {
    "a view without end": (
        "DROP TABLE fates",
        f"CREATE VIEW fates AS {ENDLESS} SELECT n AS run_id, 'x' AS fate, 'y' AS reason, n AS articles FROM r",
    ),
    "a view for sites": (
        "ALTER TABLE sites RENAME TO sites_2",
        "CREATE VIEW sites AS SELECT * FROM sites_2",
    ),
    "a virtual table": ("DROP TABLE fates", "CREATE VIRTUAL TABLE fates USING fts5 (run_id, fate, reason, articles)"),
    "another search index": (
        "DROP TABLE search_folded",
        "CREATE VIRTUAL TABLE search_folded USING fts5 (body, title, lead, content = 'contents')",
    ),
    "a table without its constraints": (
        "DROP TABLE fates",
        "CREATE TABLE fates (run_id INTEGER, fate TEXT, reason TEXT, articles INTEGER)",
    ),
    "columns of other types": (
        "DROP TABLE files",
        "CREATE TABLE files (digest TEXT PRIMARY KEY, size TEXT, media_type TEXT, extension TEXT) STRICT",
    ),
    "a column less": (
        "DROP INDEX articles_by_section",
        "DROP VIEW current_articles",
        "ALTER TABLE articles DROP COLUMN section",
    ),
    "a table less": ("DROP TABLE downloads",),
    "a generated column": (f"ALTER TABLE runs ADD COLUMN more TEXT AS ({HUGE})",),
    "a check that calls a function": (
        f"ALTER TABLE runs ADD COLUMN more TEXT CHECK (length({HUGE}) > ifnull(more, 0))",
    ),
    "a trigger": ("CREATE TRIGGER spy AFTER INSERT ON runs BEGIN DELETE FROM captures; END",),
    "an index of expressions": ("CREATE INDEX more ON sites (abs(length(title)))",),
    "an index of some rows": ("CREATE INDEX more ON sites (title) WHERE abs(length(title)) > 1",),
    "a table of their own with a check": (f"CREATE TABLE more (n CHECK (length({HUGE}) > n))",),
    "a view of the migrations": (
        "DROP TABLE _sqlite_migrations",
        f"CREATE VIEW _sqlite_migrations AS {ENDLESS} SELECT n FROM r",
    ),
}
HARMLESS: dict[str, Sql] = {
    "a column more": ("ALTER TABLE sites ADD COLUMN note TEXT", "ALTER TABLE sites ADD COLUMN rank INTEGER DEFAULT 3"),
    "a column more in the middle of constraints": (
        "ALTER TABLE readings ADD COLUMN note TEXT NOT NULL DEFAULT 'it''s'",
    ),
    "tables, views and indexes of one's own": (
        "CREATE TABLE notes (article TEXT, note TEXT)",
        "CREATE VIEW noted AS SELECT * FROM notes",
        "CREATE INDEX noted_articles ON notes (article)",
        "CREATE INDEX captures_by_status ON captures (status)",
    ),
    "an index less": ("DROP INDEX runs_by_site",),
    "statistics": ("ANALYZE",),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return make_whole(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "archive.db"
    create_or_open(path).close()
    return path


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_schema_is_refused_in_one_line(whole: Whole, mine: Path, tmp_path: Path, name: str) -> None:
    """Whatever is asked of it: within seconds, nothing written, and where it is merged into stays as it was."""
    whole.change(*FOREIGN[name])
    before, receiver = whole.path.read_bytes(), mine.read_bytes()
    commands = (
        ("list",),
        ("search", "hội"),
        ("verify",),
        ("sites",),
        ("export", "csv", "-o", str(tmp_path / "out.csv")),
    )
    writing = (("backup", str(tmp_path / "copy.db")), ("vacuum",), ("upgrade",), ("reparse",))
    began = time.process_time()
    called = [call(whole.path, *arguments) for arguments in (*commands, *writing)]
    called.append(call(mine, "merge", str(whole.path)))
    with pytest.raises(ArchiveError, match="not an archive as this program makes them"):
        make_reader(whole.path)
    assert time.process_time() - began < 10
    for one in called:
        assert (one.status, one.defect, one.line.count("\n")) == (1, None, 0), called
        assert one.line.startswith(f"{whole.path}: "), one.line
        assert "not an archive as this program makes them" in one.line
    assert (whole.path.read_bytes(), mine.read_bytes()) == (before, receiver)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", HARMLESS)
def test_what_somebody_added_is_passed_over(whole: Whole, name: str) -> None:
    whole.change(*HARMLESS[name])
    assert [call(whole.path, *arguments) for arguments in (("list",), ("upgrade",))] == [call(whole.path, "schema")] * 2
    with closing(sqlite3.connect(whole.path)) as connection:
        inspect_archive(connection)


@pytest.mark.parametrize("schema", range(1, VERSION + 1))
def test_archives_of_all_versions_are_known(schema: int, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    unpack(schema, path) if schema < VERSION else create_or_open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        inspect_schema(connection)
        found = read_schema(connection, "main")
        assert {name: found[name] for name in make_schema(schema)} == make_schema(schema)
        connection.execute("DROP TABLE captures")
        with pytest.raises(ArchiveError, match="its table captures is missing"):
            inspect_schema(connection)


def test_an_attached_archive_is_inspected_by_its_name(whole: Whole, mine: Path) -> None:
    whole.change(*FOREIGN["a trigger"])
    with closing(sqlite3.connect(mine)) as connection:
        connection.execute("ATTACH DATABASE ? AS other", [str(whole.path)])
        inspect_archive(connection)
        with pytest.raises(ArchiveError, match=rf"{whole.path}: .*trigger, spy"):
            inspect_archive(connection, "other")


def test_replaced_views_are_refused_and_made_anew(whole: Whole) -> None:
    whole.change("DROP VIEW events", f"CREATE VIEW events AS {ENDLESS} SELECT n FROM r", "DROP VIEW run_summary")
    refused = (
        "its views are not those of this program (events, run_summary); run archiver upgrade, which makes them anew"
    )
    assert call(whole.path, "list").line == f"{whole.path}: {refused}"
    with pytest.raises(ArchiveError, match="its views are not those"):
        make_reader(whole.path)
    assert call(whole.path, "upgrade").status == 0
    assert call(whole.path, "runs") == call(whole.path, "schema")


VALUES: dict[str, tuple[str, str]] = {
    "an extension that leads out": ("UPDATE files SET extension = '/../../name'", "is no extension of a file"),
    "an extension with a null": ("UPDATE files SET extension = 'pdf' || char(0)", "is no extension of a file"),
    "a size below nothing": ("UPDATE files SET size = -1", "is no count"),
    "a payload without bounds": ("UPDATE payloads SET size = 1500000000", "is no size"),
    "a name of a site that is a path": ("UPDATE sites SET name = '../../x'", "is no name of a site"),
    "a zone that is none": ("UPDATE sites SET timezone = 'Asia'", "is no time zone"),
    "a zone that is a path": ("UPDATE sites SET timezone = '../../etc/passwd'", "is no time zone"),
    "places that are none": ("UPDATE sites SET places = '{\"article\": 7}'", "are no places of a site"),
    "arguments that are a list": ("UPDATE runs SET arguments = '[]'", "is no names with their values"),
    "a time that is none": ("UPDATE captures SET fetched_at = 'yesterday' WHERE id = 1", "is no time"),
    "a time at the end of the calendar": (
        "UPDATE captures SET fetched_at = '9999-12-31T23:59:59+00:00' WHERE id = 1",
        "is no time",
    ),
    "a time without offset": ("UPDATE runs SET started_at = '2024-01-10T03:00:00'", "is no time"),
    "no text": ("UPDATE contents SET title = CAST(x'c328' AS TEXT) WHERE id = 1", "is no UTF-8"),
    "images of another shape": ("UPDATE contents SET images = '[1]'", "is no list of files"),
    "attachments of another shape": ("UPDATE contents SET attachments = '[{\"url\": 7}]'", "is no list of files"),
    "JSON without end": (f"UPDATE contents SET images = '{'[' * 900}{']' * 900}'", "is no"),
    "pieces that are none": ("UPDATE contents SET body_html = '[{}]'", "are no pieces of HTML"),
    "changed fields that are none": ("UPDATE snapshots SET changed_fields = '{}'", "is no list of names"),
    "validators that are none": ("UPDATE downloads SET validators = '[7]'", "is no names with their values"),
    "headers that are none": ("UPDATE header_sets SET headers = '{\"a\": 1}'", "are no headers"),
    "a number that is no flag": ("UPDATE readings SET newest = 7", "not so: newest IN (0, 1)"),
    "a state that is none": ("UPDATE articles SET state = 'lost'", "not so: state IN ("),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_cannot_be_ours_are_not_merged(whole: Whole, mine: Path, name: str) -> None:
    sql, told = VALUES[name]
    whole.change("PRAGMA foreign_keys = OFF", sql)
    before = mine.read_bytes()
    called = call(mine, "merge", str(whole.path))
    assert (called.status, called.defect, mine.read_bytes()) == (1, None, before)
    assert called.line.startswith(f"{whole.path}: ")
    assert told in called.line
    assert "\n" not in called.line
    with closing(sqlite3.connect(whole.path)) as connection:
        assert told in "; ".join(list_faults(connection))


def test_a_whole_archive_has_no_faults_and_is_merged(whole: Whole, tmp_path: Path) -> None:
    whole.change()
    with closing(sqlite3.connect(whole.path)) as connection:
        assert list(list_faults(connection)) == []
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        assert merge_archive(database, whole.path).articles > 0


# --- files, names, locks --------------------------------------------------------------------------------------------

BODY = b"print('no document')\n"
DIGEST = hashlib.sha256(BODY).digest()


@pytest.mark.parametrize("extension", ["/../../name", "..", "", "pdf/", "PDF", "p\0df", "pdf\n", "x" * 9, None, 7])
def test_no_extension_is_part_of_a_path(tmp_path: Path, extension: object) -> None:
    file = StoredFile(DIGEST, len(BODY), "text/plain", extension)  # type: ignore[arg-type]
    for use in (lambda: file.place, lambda: has_file(tmp_path, file), lambda: put_file(tmp_path, file, iter([BODY]))):
        with pytest.raises(DamageError, match="is no extension of a file"):
            use()
    assert list(tmp_path.iterdir()) == []


def test_no_digest_is_part_of_a_path(tmp_path: Path) -> None:
    for digest in (b"short", "../../" + "x" * 26, None):
        with pytest.raises(DamageError, match="is no digest of a file"):
            has_file(tmp_path, StoredFile(digest, 1, "text/plain", "txt"))  # type: ignore[arg-type]


@pytest.mark.parametrize("linked", ["folder", "file"])
def test_links_do_not_lead_out_of_the_folder(tmp_path: Path, linked: str) -> None:
    folder, outside = tmp_path / "archive.files", tmp_path / "outside"
    file = StoredFile(DIGEST, len(BODY), "text/plain", "txt")
    place = folder / file.place
    outside.mkdir()
    if linked == "folder":
        folder.mkdir()
        place.parent.symlink_to(outside)
    else:
        place.parent.mkdir(parents=True)
        place.symlink_to(outside / "written")
    with pytest.raises(DamageError, match="a link leads out"):
        put_file(folder, file, iter([BODY]))
    with noting_damage() as damages:
        assert copy_files(iter([file]), folder, tmp_path / "target") == (0, 1)
    assert damages.count == 1
    assert list(outside.iterdir()) == []
    assert not list(folder.glob("*.unfinished"))


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "archive.files").symlink_to(tmp_path / "disk")
    file = StoredFile(DIGEST, len(BODY), "text/plain", "txt")
    put_file(tmp_path / "archive.files", file, iter([BODY]))
    assert has_file(tmp_path / "archive.files", file)


def test_a_file_of_a_stranger_is_never_shown_nor_copied(whole: Whole, tmp_path: Path) -> None:
    """Where it is used, the row is looked at: shown, backed up, exported, verified; each goes on with the rest."""
    whole.change("UPDATE files SET extension = '/../../../name' WHERE digest = (SELECT min(digest) FROM files)")
    before = sorted(path for path in whole.path.parent.rglob("*") if path.is_file())
    backup = call(whole.path, "backup", str(tmp_path / "copy.db"))
    export = call(whole.path, "export", "site", "--jobs", "1", "-o", str(tmp_path / "site"))
    assert (backup.status, export.status) == (1, 1)
    for called in (backup, export):
        assert "'/../../../name' is no extension of a file" in called.line
        assert "archiver verify names what is damaged" in called.line
    assert len(list((tmp_path / "copy.files").rglob("*.pdf"))) == 1  # the rest is there
    assert (tmp_path / "site" / "index.html").is_file()
    assert call(whole.path, "verify").status == 1
    assert sorted(path for path in whole.path.parent.rglob("*") if path.is_file()) == before
    assert not list(tmp_path.rglob("name"))


def test_a_site_of_an_archive_names_no_lock(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    with (
        SiteLocks(tmp_path / "deep" / "archive.db") as locks,
        pytest.raises(ArchiveError, match="is no name of a site"),
    ):
        locks.take("x/../../outside")
    assert [path.name for path in tmp_path.rglob("*")] == ["deep"]


# --- sizes ----------------------------------------------------------------------------------------------------------


def _memory_of(work: Callable[[], object]) -> int:
    """Return by how many bytes the most memory of this process grew, in a process of its own where that is exact."""
    import resource  # noqa: PLC0415 - only here

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return grown * (1 if sys.platform == "darwin" else 1024)


def _store(database: sqlite3.Connection, size: int, data: bytes) -> bytes:
    digest = hashlib.sha256(data).digest()
    database.execute(
        "INSERT INTO payloads (digest, size, encoding, data) VALUES (?, ?, 'plain', ?)", (digest, size, data)
    )
    return digest


def test_a_payload_of_gigabytes_fills_no_memory(tmp_path: Path) -> None:
    """What says how large it is, what lies about it, and what says nothing."""
    size = 1_500_000_000
    packer = zstandard.ZstdCompressor(level=1).compressobj(size=size)
    piece = bytes(10_000_000)
    bomb = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    silent = zstandard.ZstdCompressor(write_content_size=False).compress(piece)
    liar = zstandard.ZstdCompressor().compress(bytes(100)) + bomb
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        digests = [
            _store(database.conn, *one) for one in ((size, bomb), (-1, silent), (100, liar), (-size, bomb + b" "))
        ]

        def load() -> None:
            for digest in digests:
                with pytest.raises(ArchiveError, match="is damaged"):
                    load_payload(database.conn, digest)

        assert _memory_of(load) < 50_000_000


def test_headers_of_gigabytes_fill_no_memory() -> None:
    base = json.dumps([["a", "b"]])
    packer = zlib.compressobj(9, zdict=base.encode())
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(50)) + packer.flush()

    def read() -> None:
        with pytest.raises(ArchiveError, match="they have no end"):
            read_headers(bomb, base)

    assert _memory_of(read) < 50_000_000


@pytest.mark.parametrize("text", ['[["a"]]', '[["a", 1]]', "{}", '[{"a": "b"}]', '"text"', "[" * 5000, "nothing", "7"])
def test_headers_of_another_shape(text: str) -> None:
    packer = zlib.compressobj(9, zdict=b"[]")
    with pytest.raises(ArchiveError, match="headers are damaged"):
        read_headers(packer.compress(text.encode()) + packer.flush(), "[]")


def test_no_value_is_longer_than_any_of_ours(whole: Whole) -> None:
    whole.change()
    for connection in (open_for_reading(whole.path).conn, create_or_open(whole.path).conn):
        with pytest.raises(sqlite3.DataError, match="too big"):
            connection.execute(f"SELECT zeroblob({LONGEST_VALUE + 1})")
        assert connection.execute("PRAGMA cell_size_check").fetchone()[0] == 1
        connection.close()


def test_a_schema_is_not_trusted_where_sqlite_lets_us(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.create_function("spy", 0, lambda: 1)
        connection.execute("CREATE VIEW spying AS SELECT spy()")
        distrust(connection)
        if connection.execute("PRAGMA trusted_schema").fetchone()[0]:
            pytest.skip(f"SQLite {sqlite3.sqlite_version} takes its own JSON functions for unsafe then")
        with pytest.raises(sqlite3.OperationalError, match="unsafe use of spy"):
            connection.execute("SELECT * FROM spying")


def test_inspecting_takes_no_noticeable_time(whole: Whole) -> None:
    """A tenth of what Python needs to begin; the schema that is right is made once in a process."""
    whole.change()
    with closing(open_for_reading(whole.path)) as database:
        began = time.process_time()
        for _ in range(20):
            inspect_schema(database.conn)
        assert (time.process_time() - began) / 20 < 0.02
