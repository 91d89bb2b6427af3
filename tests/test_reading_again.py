"""``archiver reparse`` and ``verify`` as commands: what they write, whoever reads the pages for them."""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.evidence.seals import seal_all
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.archive.upkeep import worker_pool as readers
from archiver.archive.upkeep.worker_pool import FEW, Readers
from archiver.errors import ArchiveError, ArchiverError
from archiver.ingest.reparse import reparse
from archiver.ingest.verify import verify
from archiver.platforms import PLATFORMS
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site
from tests.conftest import PROJECT, Crawling
from tests.portal import large_portal
from tests.visiting import BASE, Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi")
EARLIER = replace(LIFERAY_HANOI, version=0)
VIEWS = ("current_articles", "article_history", "view_history", "events", "run_summary")


@contextmanager
def _earlier_platform() -> Iterator[None]:
    """Read pages as a version of the platform that is older than the one that programs know."""
    PLATFORMS["liferay_hanoi"] = EARLIER
    try:
        yield
    finally:
        PLATFORMS["liferay_hanoi"] = LIFERAY_HANOI


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two runs over 60 articles, some of them edited, that today's parser has not read."""
    path = tmp_path_factory.mktemp("older") / "archive.db"
    portal = large_portal()
    with _earlier_platform():
        visits = Visits(path, SITE, BASE)
        for day in range(2):
            portal.edit(portal.listed()[day].id, title=f"Tiêu đề sửa ngày {day}")
            visits.run(portal, START + timedelta(days=day))
    close_archive(visits.database)
    return path


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start readers for a small archive, too."""
    monkeypatch.setattr(readers, "FEW", 4)


@pytest.fixture
def large(archive: Crawling) -> Crawling:
    """An archive that is worth starting readers for: each page was captured four times more."""
    with contextlib.closing(sqlite3.connect(archive.path)) as connection, connection:
        for year in range(2027, 2031):
            connection.execute(
                "INSERT INTO captures (run_id, address_id, fetched_at, status, header_set_id, headers, payload_digest) "
                "SELECT run_id, address_id, ? || substr(fetched_at, 5), status, header_set_id, headers, payload_digest "
                "FROM captures WHERE fetched_at < '2027'",
                (year,),
            )
        connection.execute("UPDATE runs SET seal = NULL")
        seal_all(connection)
    return archive


@pytest.fixture
def archive(older: Path, crawling: Crawling) -> Crawling:
    shutil.copy(older, crawling.path)
    return crawling


def _versions(archive: Crawling) -> list[str]:
    rows = archive.query("SELECT DISTINCT version FROM parsers p JOIN readings ON parser_id = p.id ORDER BY 1")
    return [str(row["version"]) for row in rows]


def test_after_an_upgrade_all_is_read_again_and_kept(archive: Crawling) -> None:
    before = {view: archive.query(f"SELECT * FROM {view}") for view in VIEWS}
    assert len(_versions(archive)) == 1
    done = archive.archiver("reparse")
    assert (done.status, done.out, done.err) == (0, "", "144 same\n")
    assert len(_versions(archive)) == 2
    assert {view: archive.query(f"SELECT * FROM {view}") for view in VIEWS} == before
    again = archive.archiver("reparse")
    assert (again.status, again.err) == (0, "nothing to read again\n")


def test_a_dry_run_changes_no_byte(archive: Crawling) -> None:
    before = archive.path.read_bytes()
    archive.path.chmod(0o444)
    done = archive.archiver("reparse", "--dry-run")
    assert (done.status, done.out, done.err) == (0, "", "would be: 144 same\n")
    assert archive.path.read_bytes() == before


def _dump(path: Path) -> list[str]:
    """Write out all rows; when a parser was met first depends on when the test ran."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE parsers SET since = ''")
        dump = list(connection.iterdump())
        connection.rollback()
    return dump


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_any_number_of_processes_makes_the_same_archive(older: Path, tmp_path: Path) -> None:
    """Row for row the same, ids included, and the same output."""
    made = []
    for jobs in (1, 2, 3):
        path = tmp_path / f"{jobs}.db"
        shutil.copy(older, path)
        database = create_or_open(path)
        rereads = list(reparse(database, jobs=jobs))
        close_archive(database)
        made.append((rereads, _dump(path)))
    assert len(made[0][0]) == 144
    assert made[1] == made[0]
    assert made[2] == made[0]


@pytest.mark.usefixtures("eager")
def test_what_is_broken_is_named_in_one_order(older: Path, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    shutil.copy(older, path)
    with _earlier_platform():
        whole = list(verify(open_for_reading(path)))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE payloads SET size = size + 1 WHERE rowid % 20 = 0")
        connection.execute("UPDATE contents SET title = title || ' thừa' WHERE id % 9 = 0")
        connection.execute("UPDATE contents SET digest = randomblob(32) WHERE id % 7 = 0")
        connection.execute("INSERT INTO findings (run_id, kind, url, detail) VALUES (99, 'odd', '', '')")
        # As if today's parser had read it: readers know no other.
        connection.execute("UPDATE parsers SET version = replace(version, '.0 ', ?)", (f".{LIFERAY_HANOI.version} ",))
    one, two = (list(verify(open_for_reading(path), jobs=jobs)) for jobs in (1, 2))
    assert whole == []
    assert two == one
    assert {line.split()[0] for line in one} == {"table", "payload", "search", "article", "content", "capture"}


@pytest.mark.usefixtures("eager")
def test_damage_is_told_in_its_turn(older: Path, tmp_path: Path) -> None:
    """What stands before it is recorded, with any number of processes; the next reparse comes to the same place."""
    left = []
    for jobs in (1, 2):
        path = tmp_path / f"{jobs}.db"
        shutil.copy(older, path)
        database = create_or_open(path)
        database.execute("UPDATE payloads SET data = x'00' WHERE rowid = (SELECT max(rowid) - 5 FROM payloads)")
        database.conn.commit()
        with pytest.raises(ArchiveError, match="damaged"):
            list(reparse(database, jobs=jobs))
        close_archive(database)
        left.append(_dump(path))
    assert left[0] == left[1]
    assert 0 < _count_read(path) < 144


@pytest.mark.usefixtures("eager")
def test_a_platform_that_only_this_process_knows_is_read_here(older: Path, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    shutil.copy(older, path)
    database = create_or_open(path)
    PLATFORMS["liferay_hanoi"] = replace(LIFERAY_HANOI, version=1_000)
    try:
        assert [reread.verdict for reread in reparse(database, jobs=2)] == ["same"] * 144
    finally:
        PLATFORMS["liferay_hanoi"] = LIFERAY_HANOI
        close_archive(database)
    assert _count_read(path) == 144


def test_a_few_pages_start_no_process(older: Path) -> None:
    database = open_for_reading(older)
    for number, others in ((FEW - 1, 0), (FEW, 2)):
        with Readers(database, 2) as asked:
            pids = set(asked.ask(iter([_tell_process] * number)))
            assert len(pids - {os.getpid()}) in ({0} if not others else {1, 2})
            assert len(_children(os.getpid())) == others
        assert _children(os.getpid()) == []
    database.close()


def _tell_process(_: object) -> int:
    return os.getpid()


def _count_read(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        query = "SELECT count(DISTINCT capture_id) FROM readings WHERE parser_id = (SELECT max(id) FROM parsers)"
        return int(connection.execute(query).fetchone()[0])


def _children(process: int) -> list[int]:
    """List the children of a process, without those that tests have for themselves: starting.py, hub_server.py."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(pid) for pid in children if not _is_of_tests(Path(f"/proc/{pid}/cmdline").read_bytes())]


def _is_of_tests(command: bytes) -> bool:
    return b"tests.starting" in command or b"postgres" in command


@pytest.mark.usefixtures("eager")
def test_a_reader_that_is_killed_ends_it_in_one_line(older: Path, tmp_path: Path) -> None:
    """kill -9 of a reader: what was recorded stays, and the next reparse makes of it what it would have been."""
    path, undisturbed = tmp_path / "archive.db", tmp_path / "undisturbed.db"
    for place in (path, undisturbed):
        shutil.copy(older, place)
    database = create_or_open(path)
    rereads = reparse(database, jobs=2)
    first = [next(rereads) for _ in range(10)]
    os.kill(_children(os.getpid())[0], signal.SIGKILL)
    with pytest.raises(ArchiverError, match=r"^one of the processes .* \(killed by SIGKILL\).* --jobs 1$"):
        list(rereads)
    assert _children(os.getpid()) == []
    close_archive(database)
    assert len(first) <= _count_read(path) < 144
    for place, jobs in ((path, 1), (undisturbed, 2)):
        database = create_or_open(place)
        list(reparse(database, jobs=jobs))
        close_archive(database)
    assert _dump(path) == _dump(undisturbed)


@contextmanager
def _reading(archive: Crawling) -> "Iterator[tuple[subprocess.Popen[str], list[int]]]":
    """Start a reparse with two readers, and wait until they are there."""
    called = [sys.executable, "-m", "archiver", "reparse", "--jobs", "2"]
    settings = os.environ | {"ARCHIVE_DB": str(archive.path)}
    with subprocess.Popen(called, cwd=PROJECT, env=settings, stderr=subprocess.PIPE, text=True) as process:
        while len(others := _children(process.pid)) < 2:
            assert process.poll() is None
            time.sleep(0.001)
        yield process, others


def _is_running(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("number", "everybody"),
    [(signal.SIGINT, False), (signal.SIGTERM, True)],
)
def test_an_interruption_ends_all_of_them(large: Crawling, number: signal.Signals, everybody: bool) -> None:
    """Ctrl-C, and SIGTERM as systemd sends it, to every process of a service."""
    with _reading(large) as (process, others):
        time.sleep(0.2)
        for each in (process.pid, *others) if everybody else (process.pid,):
            os.kill(each, number)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "\n")
    assert [other for other in others if _is_running(other)] == []
    assert large.archiver("verify").status == 0


def test_readers_do_not_outlive_a_process_that_is_killed(large: Crawling) -> None:
    with _reading(large) as (process, others):
        process.kill()
    deadline = time.monotonic() + 60
    while any(map(_is_running, others)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert large.archiver("verify").status == 0


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1000000"])
def test_jobs_is_a_number(crawling: Crawling, jobs: str) -> None:
    done = crawling.archiver("verify", "--jobs", jobs)
    assert done.status == 2
    assert re.search(r"^Error: Invalid value for '--jobs': .*\n\Z", done.err, re.MULTILINE)
