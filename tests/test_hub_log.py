"""The hub's log: what is appended is there once, in an order that readers can rely on, and nobody changes it."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from archiver.archive.evidence.files import StoredFile, folder_of_files
from archiver.fleet.bundles import MOST_PACKED, Bundle
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.errors import HubAwayError, HubError, LostJobError
from archiver.fleet.hub.records import BEGINNING, Claim, Closing, Cursor, HubSettings, TakenOver
from tests.hub_server import READER, STRANGER, WORKERS, HubDatabase

ANNA, BINH = WORKERS
AT = datetime(2026, 1, 5, 3, tzinfo=UTC)


def make_bundle(data: bytes, site: str = "vidu", kind: str = "evidence", **more: object) -> Bundle:
    """Make a bundle of bytes that stand for one: the log does not look into it."""
    counts = {"captures": 1, "readings": 1, "findings": 0}
    rest = {"outcome": None, "first_at": AT, "last_at": AT, "files": ()}
    return Bundle(site=site, run="run-1", kind=kind, data=data, **(counts | rest | more))  # type: ignore[arg-type]


@pytest.fixture
def anna(hub_database: HubDatabase) -> Iterator[Hub]:
    with hub_database.hub(ANNA) as hub:
        yield hub


def list_data(hub: Hub, cursor: Cursor = BEGINNING, *sites: str) -> list[bytes]:
    return [logged.data for logged in hub.list_after(cursor, sites or None)]


def test_what_is_appended_is_read_as_it_was(hub_database: HubDatabase, anna: Hub) -> None:
    file = StoredFile(b"f" * 32, 7, "application/pdf", "pdf")
    bundle = make_bundle(b"one", kind="closing", outcome="finished", files=(file,), findings=2)
    assert anna.append(bundle, "may-1", declaration="d1")
    with hub_database.hub(READER) as reader:
        [logged] = reader.list_after(Cursor())
    assert (logged.site, logged.writer, logged.worker, logged.run) == ("vidu", ANNA, "may-1", "run-1")
    assert (logged.kind, logged.outcome, logged.declaration) == ("closing", "finished", "d1")
    assert (logged.files, logged.digest, logged.data) == ((file,), hashlib.sha256(b"one").digest(), b"one")


def test_appending_twice_is_appending_once(hub_database: HubDatabase, anna: Hub) -> None:
    assert anna.append(make_bundle(b"one"), "may-1")
    with hub_database.hub(BINH) as binh:
        assert not binh.append(make_bundle(b"one"), "may-2")
    assert not anna.append(make_bundle(b"one"), "may-1")
    assert anna.append(make_bundle(b"one", site="khac"), "may-1")
    assert list_data(anna) == [b"one", b"one"]


def test_a_reader_goes_on_behind_its_cursor(anna: Hub) -> None:
    for number in range(5):
        anna.append(make_bundle(bytes([number]), site="ab"[number % 2]), "may-1")
    first = anna.list_after(Cursor(), most=2)
    assert [logged.data for logged in first] == [b"\0", b"\1"]
    assert list_data(anna, first[-1].cursor) == [b"\2", b"\3", b"\4"]
    assert list_data(anna, first[-1].cursor, "a") == [b"\2", b"\4"]
    assert anna.count_after(first[-1].cursor) == {"a": 2, "b": 1}
    assert anna.count_after(first[-1].cursor, ["b"]) == {"b": 1}
    assert anna.has_cursor(Cursor())
    assert anna.has_cursor(first[-1].cursor)
    assert not anna.has_cursor(Cursor(first[-1].cursor.xid, 99))


def test_large_bundles_come_one_by_one(anna: Hub) -> None:
    half = MOST_PACKED // 2
    for number in range(3):
        anna.append(make_bundle(bytes([number]) * (half + 1)), "may-1")
    assert [logged.data[:1] for logged in anna.list_after(Cursor())] == [b"\0"]


def test_what_is_too_large_is_refused_in_a_line(hub_database: HubDatabase, anna: Hub, tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"^a bundle of 64\.0 MB was not logged \(vidu\): the hub takes at most 64 MB"):
        anna.append(make_bundle(b"x" * (MOST_PACKED + 1)), "may-1")
    large = StoredFile(b"f" * 32, 300_000_000, "application/pdf", "pdf")
    with pytest.raises(HubError, match=r"^a file of 300\.0 MB was not logged"):
        anna.keep_file(large, tmp_path / "large.pdf", "may-1")
    # Whoever comes with a program of his own gets no further.
    statement = (
        "INSERT INTO bundles (site, worker, run, kind, captures, readings, findings, digest, data) "
        "SELECT 'vidu', 'may-1', 'r', 'evidence', 1, 1, 0, sha256(d), d "
        "FROM (SELECT decode(repeat('00', 64000001), 'hex') d) x"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="bundles_data_check"):
        hub_database.execute(statement, user=ANNA)
    assert list_data(anna) == []


INSERT = (
    "INSERT INTO bundles (site, worker, run, kind, captures, readings, findings, digest, data{}) "
    "VALUES ('vidu', 'may-1', 'r', 'evidence', 1, 1, 0, sha256('x'), 'x'{})"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bundles SET worker = 'x'",
        "UPDATE bundles SET data = 'x'",
        "DELETE FROM bundles",
        "TRUNCATE bundles",
        "DROP TABLE bundles",
        "ALTER TABLE bundles DISABLE ROW LEVEL SECURITY",
        "DELETE FROM files",
        "UPDATE files SET worker = 'x'",
        "TRUNCATE files",
        "DELETE FROM checkpoints",
        "DELETE FROM checkpoint_parts",
        "UPDATE declarations SET first_seen = now()",
        "DELETE FROM declarations",
        "DELETE FROM workers",
        "INSERT INTO workers (id, name, writer) SELECT id, 'x', 'binh' FROM procrastinate_workers",
        "UPDATE settings SET value = 0",
        "INSERT INTO settings VALUES ('x', 'y')",
        "CREATE TABLE own (x int)",
        "INSERT INTO bundles SELECT * FROM bundles ON CONFLICT (site, digest) DO UPDATE SET worker = 'x'",
        INSERT.format(", writer", ", 'binh'"),
        INSERT.format(", xid", ", '1'"),
        INSERT.format(", logged_at", ", now()"),
        INSERT.replace("VALUES", "OVERRIDING SYSTEM VALUE VALUES").format(", seq", ", 7"),
        "SET ROLE binh",
        "SET ROLE owner",
    ],
)
def test_a_worker_changes_nothing_and_writes_in_no_other_name(hub_database: HubDatabase, statement: str) -> None:
    hub_database.execute(INSERT.format("", "").replace("'x'", "'before'"), user=ANNA)
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways)):
        hub_database.execute(statement, user=ANNA)
    assert hub_database.execute("SELECT writer, worker FROM bundles") == [(ANNA, "may-1")]


def test_row_level_security_holds_where_the_column_is_granted(hub_database: HubDatabase) -> None:
    hub_database.execute(f"GRANT INSERT ON bundles TO {ANNA}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        hub_database.execute(INSERT.format(", writer", ", 'binh'"), user=ANNA)
    hub_database.execute(INSERT.format(", writer", ", 'anna'"), user=ANNA)


def test_what_does_not_fit_its_digest_is_no_row(hub_database: HubDatabase) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="digest"):
        hub_database.execute(INSERT.format("", "").replace("sha256('x')", "sha256('y')"), user=ANNA)
    with pytest.raises(psycopg.errors.CheckViolation, match="digest"):
        hub_database.execute("INSERT INTO files (digest, worker, data) VALUES ('x', 'may-1', 'y')", user=ANNA)


def test_a_reader_writes_nothing_and_a_stranger_reads_nothing(hub_database: HubDatabase) -> None:
    with hub_database.hub(READER) as reader, pytest.raises(HubError, match=r"does not allow this \(permission denied"):
        reader.append(make_bundle(b"one"), "may-1")
    with hub_database.hub(STRANGER) as stranger, pytest.raises(HubError, match="GRANT archive_worker"):
        stranger.read_clock()


def test_readers_miss_nothing_while_long_transactions_write(hub_database: HubDatabase, anna: Hub) -> None:
    """Each writer holds transactions open, by turns, while others commit: what is committed late is read as well."""
    writers, rounds = 6, 40
    done = threading.Event()
    read: list[bytes] = []

    def follow() -> None:
        with hub_database.hub(READER) as reader:
            cursor = Cursor()
            while True:
                is_last = done.is_set()
                logged = reader.list_after(cursor, most=7)
                assert [each.cursor for each in logged] == sorted(each.cursor for each in logged)
                read.extend(each.data for each in logged)
                cursor = logged[-1].cursor if logged else cursor
                if is_last and not logged:
                    return

    turn = threading.Barrier(writers)

    def write(number: int) -> None:
        with closing(psycopg.connect(hub_database.url(ANNA))) as connection:
            for round_ in range(rounds):
                data = f"{number}-{round_}".encode()
                connection.execute(
                    "INSERT INTO bundles (site, worker, run, kind, captures, readings, findings, digest, data) "
                    "VALUES ('vidu', 'may-1', 'r', 'evidence', 1, 1, 0, sha256(%(data)s), %(data)s)",
                    {"data": data},
                )
                if (round_ + number) % 3 == 0:
                    turn_or_go_on(turn)  # the transaction stays open while others come and go
                connection.commit()

    follower = threading.Thread(target=follow)
    follower.start()
    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert sorted(read) == sorted(
        f"{number}-{round_}".encode() for number in range(writers) for round_ in range(rounds)
    )


def turn_or_go_on(turn: threading.Barrier) -> None:
    try:
        turn.wait(0.02)
    except threading.BrokenBarrierError:
        turn.reset()


def test_what_an_older_transaction_can_still_precede_is_not_shown(hub_database: HubDatabase, anna: Hub) -> None:
    with closing(psycopg.connect(hub_database.url(ANNA))) as slow:
        slow.execute(INSERT.format("", ""))
        anna.append(make_bundle(b"fast"), "may-1")
        assert list_data(anna) == []
        assert anna.count_after(Cursor()) == {"vidu": 1}
        slow.commit()
    assert list_data(anna) == [b"x", b"fast"]
    # By seq alone it would be missed the other way round: a lower seq, committed later.
    with closing(psycopg.connect(hub_database.url(ANNA))) as slow:
        slow.execute(INSERT.format("", "").replace("'x'", "'lower'"))
        [*_, last] = anna.list_after(Cursor())
        anna.append(make_bundle(b"higher"), "may-1")
        assert list_data(anna, last.cursor) == []
        slow.rollback()
    assert list_data(anna, last.cursor) == [b"higher"]


def make_job(database: HubDatabase, site: str = "vidu", *, beat: str = "now()") -> Claim:
    """Make a job that a worker does, whose last sign of life is at a time."""
    [(worker,)] = database.execute(
        f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({beat}) RETURNING id", user=ANNA
    )
    [(job,)] = database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, priority) "
        f"VALUES ('{site}', 'crawl', 'host-{site}', '{site}', '{{\"site\": \"{site}\"}}', 3) RETURNING id",
        user=ANNA,
    )
    database.execute(f"SELECT procrastinate_fetch_job_v2(ARRAY['{site}'], {worker})", user=ANNA)
    return Claim(job, worker)


def test_a_lost_claim_is_refused(hub_database: HubDatabase, anna: Hub) -> None:
    claim = make_job(hub_database)
    assert anna.append(make_bundle(b"one"), "may-1", claim)
    with pytest.raises(LostJobError, match=f"^job {claim.job_id} was given to another worker"):
        anna.append(make_bundle(b"two"), "may-1", Claim(claim.job_id, claim.worker_id + 1))
    hub_database.execute(f"UPDATE procrastinate_jobs SET status = 'failed' WHERE id = {claim.job_id}")
    with pytest.raises(LostJobError):
        anna.append(make_bundle(b"two"), "may-1", claim)
    assert list_data(anna) == [b"one"]
    assert anna.append(make_bundle(b"two"), "may-1")  # what is left over is written without a claim


def test_a_job_cannot_be_taken_while_its_worker_writes(hub_database: HubDatabase, anna: Hub) -> None:
    claim = make_job(hub_database, beat="now() - interval '1 hour'")
    hub_database.execute("UPDATE settings SET value = 0 WHERE name = 'stalled_after'")
    with hub_database.hub(BINH) as binh:
        with anna.hold_job(claim):
            assert binh.take_over_stalled() == []
        [taken] = binh.take_over_stalled()
    assert taken.old_job == claim.job_id


def test_stalled_jobs_are_taken_over_whole(hub_database: HubDatabase, anna: Hub) -> None:
    old = make_job(hub_database, "cu", beat="now() - interval '1 hour'")
    make_job(hub_database, "moi", beat="now() + interval '1 hour'")
    gone = make_job(hub_database, "mat")
    hub_database.execute(f"DELETE FROM procrastinate_workers WHERE id = {gone.worker_id}")
    assert anna.take_over_stalled() == [], "the server is not up for a minute"
    hub_database.execute("UPDATE settings SET value = 0.001 WHERE name = 'stalled_after'")
    taken = anna.take_over_stalled()
    assert [(each.old_job, each.queue) for each in taken] == [(old.job_id, "cu"), (gone.job_id, "mat")]
    assert anna.take_over_stalled() == []
    columns = "queue_name, task_name, lock, queueing_lock, args, priority, status::text, worker_id, attempts"
    assert hub_database.execute(f"SELECT {columns} FROM procrastinate_jobs WHERE id = {taken[0].new_job}") == [
        ("cu", "crawl", "host-cu", "cu", {"site": "cu"}, 3, "todo", None, 0)
    ]
    with pytest.raises(LostJobError):
        anna.append(make_bundle(b"late", site="cu"), "may-1", old)
    with pytest.raises(psycopg.errors.RaiseException, match="not in"):
        hub_database.execute(f"SELECT procrastinate_finish_job_v1({old.job_id}, 'succeeded', true)", user=ANNA)


def test_a_job_that_waits_already_stands_for_the_stalled_one(hub_database: HubDatabase, anna: Hub) -> None:
    old = make_job(hub_database, beat="now() - interval '1 hour'")
    hub_database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock) "
        "VALUES ('vidu', 'crawl', 'h', 'vidu')",
        "UPDATE settings SET value = 0 WHERE name = 'stalled_after'",
    )
    assert anna.take_over_stalled() == [TakenOver(old.job_id, None, "vidu")]
    assert hub_database.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == [(1,)]


def test_the_last_closings_of_each_site(anna: Hub) -> None:
    for number in range(6):
        at = AT.replace(day=20 - number)
        closed = {"outcome": "failed" if number else "finished", "last_at": at, "findings": number}
        anna.append(make_bundle(f"a{number}".encode(), "a", "closing", **closed), "may-1", declaration="d")
    anna.append(make_bundle(b"b", "b", "closing", outcome="died", last_at=None), "may-2")
    anna.append(make_bundle(b"b2", "b", "closing", outcome="locked", last_at=None), "may-2")
    anna.append(make_bundle(b"c", "c"), "may-2")
    closings = anna.list_closings(["a", "b", "c", "d"], most=2)
    assert [(each.site, each.outcome, each.finished_at, each.findings) for each in closings] == [
        ("a", "finished", AT.replace(day=20), 0),
        ("a", "failed", AT.replace(day=19), 1),
        ("b", "died", None, 0),
    ]
    assert anna.list_closings(most=2) == closings
    first = closings[0]
    assert first == Closing("a", "run-1", "finished", AT, AT.replace(day=20), first.logged_at, "may-1", 0, "d")


def test_files_are_kept_once_and_come_back_whole(hub_database: HubDatabase, anna: Hub, tmp_path: Path) -> None:
    body = os.urandom(5_000_000)
    path = tmp_path / "document.pdf"
    path.write_bytes(body)
    file = StoredFile(hashlib.sha256(body).digest(), len(body), "application/pdf", "pdf")
    folder = folder_of_files(tmp_path / "archive.db")
    assert not anna.has_file(file.digest)
    assert not anna.fetch_file(file, folder)
    assert anna.keep_file(file, path, "may-1")
    assert not anna.keep_file(file, path, "may-1")
    with hub_database.hub(READER) as reader:
        assert reader.has_file(file.digest)
        assert reader.fetch_file(file, folder)
        assert not reader.fetch_file(StoredFile(file.digest, 7, "application/pdf", "pdf"), tmp_path / "other")
    assert (folder / file.place).read_bytes() == body
    assert not [path for path in (tmp_path / "other").rglob("*") if path.is_file()]


def test_declarations_come_in_the_order_in_which_they_were_seen(anna: Hub) -> None:
    for digest, worker in (("new", "may-1"), ("a-newer", "may-2"), ("new", "may-3")):
        anna.note_declaration("vidu", digest, worker)
    found = anna.list_declarations(["vidu"])
    assert [(each.digest, each.worker) for each in found] == [("new", "may-1"), ("a-newer", "may-2")]
    assert anna.list_declarations(["other"]) == []


def test_two_checkpoints_of_a_site_are_kept(hub_database: HubDatabase, anna: Hub, tmp_path: Path) -> None:
    path, copy = tmp_path / "copy.db", tmp_path / "back.db"
    for number in range(3):
        anna.append(make_bundle(bytes([number])), "may-1")
        cursor = anna.list_after(Cursor())[-1].cursor
        path.write_bytes(os.urandom(1000) + bytes([number]) * 40_000_000)
        anna.put_checkpoint("vidu", cursor, path, "may-1")
    found = anna.find_checkpoint("vidu")
    assert found
    assert (found.site, found.cursor, found.size, found.worker) == ("vidu", cursor, 40_001_000, "may-1")
    assert anna.find_checkpoint("other") is None
    anna.fetch_checkpoint(found, copy)
    assert copy.read_bytes() == path.read_bytes()
    assert hub_database.execute("SELECT count(*) FROM checkpoints") == [(2,)]
    hub_database.execute("UPDATE checkpoint_parts SET logged_at = now() - interval '2 days'")
    anna.put_checkpoint("vidu", cursor, path, "may-1")
    assert hub_database.execute("SELECT count(*) FROM checkpoint_parts") == [(2,)]


def test_a_checkpoint_larger_than_a_part_and_one_that_is_not_as_it_was(
    hub_database: HubDatabase, anna: Hub, tmp_path: Path
) -> None:
    path, copy = tmp_path / "copy.db", tmp_path / "back.db"
    path.write_bytes(os.urandom(20_000_000))
    anna.append(make_bundle(b"one"), "may-1")
    [logged] = anna.list_after(Cursor())
    anna.put_checkpoint("vidu", logged.cursor, path, "may-1")
    found = anna.find_checkpoint("vidu")
    assert found
    anna.fetch_checkpoint(found, copy)
    assert copy.read_bytes() == path.read_bytes()
    assert hub_database.execute("SELECT count(*) FROM checkpoint_parts") == [(2,)]
    for change in (
        "UPDATE checkpoint_parts SET data = set_byte(data, 99, 1 # get_byte(data, 99))",
        "DELETE FROM checkpoint_parts WHERE part = 1",
    ):
        hub_database.execute(change)
        with pytest.raises(HubError, match=r"^the checkpoint is gone, or not as it was"):
            anna.fetch_checkpoint(found, copy)
        assert not copy.exists()


def test_a_checkpoint_stands_at_a_bundle_of_its_site_and_nobody_adds_to_it(
    hub_database: HubDatabase, anna: Hub, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(b"x")
    with pytest.raises(HubError, match="row-level security"):
        anna.put_checkpoint("vidu", Cursor(1 << 60, 1), path, "may-1")
    anna.append(make_bundle(b"one"), "may-1")
    [logged] = anna.list_after(Cursor())
    anna.put_checkpoint("vidu", logged.cursor, path, "may-1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        hub_database.execute(
            "INSERT INTO checkpoints (upload, parts, site, xid, seq, size, digest, worker) "
            "SELECT gen_random_uuid(), 0, 'khac', xid, seq, 0, digest, 'may-2' FROM bundles",
            user=BINH,
        )
    hub_database.execute(
        "INSERT INTO checkpoint_parts (upload, part, data) SELECT upload, 7, 'x' FROM checkpoints", user=BINH
    )
    found = anna.find_checkpoint("vidu")
    assert found
    anna.fetch_checkpoint(found, tmp_path / "back.db")
    assert (tmp_path / "back.db").read_bytes() == b"x"


def test_the_hub_is_waited_for(hub_database: HubDatabase, anna: Hub) -> None:
    with hub_database.hub(READER) as reader:
        assert reader.wait_for_bundles(0)  # begins to listen
        assert not reader.wait_for_bundles(0)
        anna.append(make_bundle(b"one"), "may-1")
        assert reader.wait_for_bundles(600)


def test_a_hub_that_was_away_is_there_again(hub_database: HubDatabase, anna: Hub) -> None:
    anna.append(make_bundle(b"one"), "may-1")
    hub_database.server.kill()
    try:
        with pytest.raises(HubAwayError, match=r"^the hub postgresql://127.0.0.1:\d+/hub_\d+ does not answer: "):
            anna.append(make_bundle(b"two"), "may-1")
        with pytest.raises(HubAwayError):
            hub_database.hub(READER).read_clock()
    finally:
        hub_database.server.start()
    assert anna.append(make_bundle(b"two"), "may-1")
    assert list_data(anna) == [b"one", b"two"]


def test_settings_and_the_clock(hub_database: HubDatabase, anna: Hub) -> None:
    assert anna.read_settings() == HubSettings(10, 60, 60, 5)
    [(low,)] = hub_database.execute("SELECT clock_timestamp()")
    clock = anna.read_clock()
    assert low <= clock <= hub_database.execute("SELECT clock_timestamp()")[0][0]
    assert clock.utcoffset() is not None
    anna.check_jobs()
