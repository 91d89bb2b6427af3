"""Bundles that somebody else made: refused in one line that names the bundle, and nothing of them is merged."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from sqlite_utils import Database

from archiver.archive.store.file import create_or_open
from archiver.fleet.bundles import (
    FORMAT,
    MOST_PACKED,
    MOST_UNPACKED,
    Bundle,
    BundleError,
    NewerBundleError,
    read_head,
)
from archiver.fleet.packing import Mark, pack_next
from archiver.fleet.unpacking import merge_bundles
from tests.bundling import change, follow, pack_all
from tests.scripted_year import Rows, dump, record_run, script_year

ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, ...]:
    with closing(create_or_open(tmp_path_factory.mktemp("worker") / "archive.db")) as worker:
        for scripted in script_year(2)[:2]:
            record_run(worker, scripted)
        return tuple(pack_all(worker.conn, Mark())[0])


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Database]:
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        yield database


def _refuse(database: Database, data: bytes, said: str, *, before: Rows | None = None) -> None:
    with pytest.raises(BundleError, match=said) as raised:
        merge_bundles(database, [data])
    assert "\n" not in str(raised.value)
    assert raised.value.digest == hashlib.sha256(data).digest()
    assert dump(database) == (before or {view: [] for view in dump(database)})
    assert database.execute("SELECT count(*) FROM captures").fetchone()[0] == 0 or before


HOSTILE: dict[str, tuple[tuple[str, ...], str]] = {
    "a trigger": (("CREATE TRIGGER spy AFTER INSERT ON runs BEGIN DELETE FROM captures; END",), "plain tables: 'spy'"),
    "a view": (
        ("ALTER TABLE sites RENAME TO sites_2", "CREATE VIEW sites AS SELECT * FROM sites_2"),
        "more in it than plain tables",
    ),
    "a view without end": (
        ("DROP TABLE runs", f"CREATE VIEW runs AS {ENDLESS} SELECT n AS id FROM r"),
        "more in it than plain tables: 'runs'",
    ),
    "a generated column": (("ALTER TABLE runs ADD COLUMN more AS (1)",), "plain tables: 'runs'"),
    "an index": (("CREATE INDEX more ON runs (id)",), "plain tables: 'more'"),
    "a virtual table": (("CREATE VIRTUAL TABLE more USING fts5 (a)",), "more in it than plain tables"),
    "another site's runs": (("UPDATE runs SET site = 'khac'",), "has rows of 'khac'"),
    "another site's addresses": (("UPDATE addresses SET site = 'khac'",), "has rows of 'khac'"),
    "another site beside": (
        ("INSERT INTO sites SELECT 'khac', title, platform, timezone, places, hosts, noise FROM sites",),
        "has rows of 'khac'",
    ),
    "a text for a number": (("UPDATE captures SET status = 'x'",), "cannot store TEXT value in INTEGER column"),
    "a number for a digest": (("UPDATE captures SET payload_digest = 7",), "cannot store INT value in BLOB column"),
    "a digest that is too short": (("UPDATE contents SET digest = x'00'",), "CHECK constraint failed"),
    "another sign": (("UPDATE readings SET sign = 'x'",), "CHECK constraint failed"),
    "no time": (("UPDATE captures SET fetched_at = 'yesterday'",), "is no time"),
    "no UTF-8": (("UPDATE contents SET title = CAST(x'ff41' AS TEXT)",), "damaged"),
    "another digest": (("UPDATE payloads SET body = zeroblob(9)",), "its bytes have another digest"),
    "a page that is none": (("UPDATE payloads SET body = 'text'",), "a page in it is none"),
    "no page": (("DELETE FROM payloads",), "names a page that an earlier bundle had, and that one is not here"),
    "a base that nobody has": (
        ("UPDATE payloads SET base_digest = zeroblob(32), is_whole = 0",),
        "on which another stands, is not here",
    ),
    "captures of no run": (("UPDATE captures SET run_id = 77",), "name rows that are not in it"),
    "readings of no capture": (("UPDATE readings SET capture_id = 7777",), "name rows that are not in it"),
    "another run": (("UPDATE bundle SET run = 'x'",), "the run that it is of is not in it"),
    "two heads": (("INSERT INTO bundle SELECT * FROM bundle",), "damaged, or made by hand"),
    "no head": (("DELETE FROM bundle",), "does not say of which format"),
    "no table of heads": (("DROP TABLE bundle",), "no such table: bundle"),
    "a site that is a path": (("UPDATE bundle SET site = '../x'",), "is no name of one"),
    "a kind that there is not": (("UPDATE bundle SET kind = 'x'",), "of which run it is, or what of it"),
    "the same row twice": (("INSERT INTO captures SELECT * FROM captures",), "UNIQUE constraint failed"),
    "a document at a path": (
        (
            "CREATE TABLE files (digest, size, media_type, extension)",
            "INSERT INTO files VALUES (zeroblob(32), 1, 'text/plain', '/../../name')",
        ),
        "is no extension of a file",
    ),
    "a content that an earlier bundle had": (
        ("CREATE TABLE known_contents (id, row_digest)", "INSERT INTO known_contents VALUES (9999, zeroblob(32))"),
        "names a content that an earlier bundle had, and that one is not here",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_this_program_cannot_have_written_is_refused(
    name: str, bundles: tuple[Bundle, ...], follower: Database
) -> None:
    statements, said = HOSTILE[name]
    _refuse(follower, change(bundles[0].data, *statements), said)
    follow(follower, bundles)


def test_a_closing_with_a_page_of_its_own_is_refused_and_the_rest_stays(
    bundles: tuple[Bundle, ...], follower: Database
) -> None:
    follow(follower, bundles[:-1])
    before = dump(follower)
    said = "cannot store TEXT value in INTEGER column"
    _refuse(follower, change(bundles[-1].data, "UPDATE runs SET requests = 'x'"), said, before=before)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: b"", "damaged|none"),
        (lambda _: b"text", "damaged"),
        (lambda data: data[: len(data) // 2], "damaged|none"),
        (lambda data: bytes(200) + data, "damaged"),
        (lambda _: zstandard.compress(b"text"), "no SQLite file in it"),
        (lambda _: zstandard.compress(b"SQLite format 3\0" + bytes(5000)), "damaged"),
        (lambda _: bytes(MOST_PACKED + 1), "nothing of it was read"),
        (lambda _: _make_bomb(1_000_000_000), "nothing of it was used"),
    ],
    ids=["nothing", "text", "a half", "shifted", "text packed", "an empty SQLite file", "a large one", "a bomb"],
)
def test_what_is_no_bundle_is_refused(
    make: Callable[[bytes], bytes], said: str, bundles: tuple[Bundle, ...], follower: Database
) -> None:
    data = make(bundles[0].data)
    _refuse(follower, data, said)
    with pytest.raises(BundleError, match=said):
        read_head(data)


def _make_bomb(size: int) -> bytes:
    packer = zstandard.ZstdCompressor(level=1).compressobj(size=size)
    piece = bytes(10_000_000)
    assert size > MOST_UNPACKED
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


def test_a_newer_format_is_another_error(bundles: tuple[Bundle, ...], follower: Database) -> None:
    data = change(bundles[0].data, f"UPDATE bundle SET format = {FORMAT + 1}")
    with pytest.raises(NewerBundleError, match=f"is of format {FORMAT + 1}, this program reads {FORMAT}: upgrade"):
        merge_bundles(follower, [data])
    assert follower.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


def test_other_columns_and_tables_of_the_same_format_do_no_harm(
    bundles: tuple[Bundle, ...], tmp_path: Path, follower: Database
) -> None:
    """What another version writes more is passed over; what it writes less is what a new row has by itself."""
    changed = [
        change(
            bundle.data,
            "ALTER TABLE runs ADD COLUMN more",
            "UPDATE runs SET more = 'x'",
            "CREATE TABLE others (a, b)",
            "INSERT INTO others VALUES (1, 2)",
            "ALTER TABLE runs DROP COLUMN outage",
        )
        for bundle in bundles
    ]
    with closing(create_or_open(tmp_path / "plain.db")) as plain:
        right = follow(plain, bundles)
    merge_bundles(follower, changed)
    assert dump(follower) == right


def test_of_several_the_one_is_named_and_nothing_of_any_is_merged(
    bundles: tuple[Bundle, ...], follower: Database
) -> None:
    wrong = change(bundles[2].data, "UPDATE captures SET status = 'x'")
    with pytest.raises(BundleError) as raised:
        merge_bundles(follower, [bundles[0].data, bundles[1].data, wrong, bundles[3].data])
    assert raised.value.digest == hashlib.sha256(wrong).digest()
    assert follower.execute("SELECT count(*) FROM runs").fetchone()[0] == 0
    follow(follower, bundles)


def test_what_is_kept_beside_a_merge_is_kept_with_it_or_not_at_all(
    bundles: tuple[Bundle, ...], follower: Database
) -> None:
    def fail(_: sqlite3.Connection) -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        merge_bundles(follower, [bundles[0].data], fail)
    assert follower.execute("SELECT count(*) FROM runs").fetchone()[0] == 0
    merge_bundles(follower, [bundles[0].data], lambda connection: connection.execute("DELETE FROM cursors"))
    assert pack_next(follower.conn, Mark()) is not None
