"""Following the hub's log: the archive becomes what the workers' archives are, whatever is wrong on the way."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.archive.evidence.files import StoredFile, folder_of_files
from archiver.archive.queries.cursors import hold_cursor
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.errors import ArchiveError
from archiver.fleet.bundles import FORMAT, Bundle, open_bundle, pack
from archiver.fleet.following import PURPOSE, Followed, Follower, load_place
from archiver.fleet.packing import Mark
from archiver.fleet.quarantine import quarantine_beside
from tests.conftest import PROJECT, Crawling
from tests.hub_server import READER, HubDatabase
from tests.scripted_year import Rows, dump, record_run, script_year
from tests.test_bundles import pack_all
from tests.test_hub_log import make_bundle
from tests.visiting import SITE


@pytest.fixture
def worker(tmp_path: Path) -> Database:
    """The archive of a worker after two runs."""
    database = create_or_open(tmp_path / "worker.db")
    for scripted in script_year(3)[:2]:
        record_run(database, scripted)
    return database


@pytest.fixture
def bundles(worker: Database) -> list[Bundle]:
    return pack_all(worker.conn, Mark(), 7)[0]


def log_all(database: HubDatabase, bundles: list[Bundle]) -> None:
    with database.hub() as hub:
        for bundle in bundles:
            hub.append(bundle, "may-1")


def follow(database: HubDatabase, path: Path, *sites: str) -> tuple[Followed, list[str]]:
    """Follow once; returns what came of it, and what was told."""
    told: list[str] = []
    with database.hub(READER) as hub:
        follower = Follower(path, hub, sites or None, told.append)
        try:
            follower.follow(time.sleep, once=True)
        finally:
            told.append("")
    return follower.done, told[:-1]


def read_views(path: Path) -> Rows:
    with closing(create_or_open(path)) as database:
        return dump(database)


def test_an_archive_becomes_what_the_worker_has(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], crawling: Crawling
) -> None:
    log_all(hub_database, bundles[:4])
    first = crawling.archiver("follow", "--once", ARCHIVE_HUB=hub_database.url(READER))
    said = f"{crawling.path}: {{}} merged from {hub_database.shown}\n"
    assert (first.status, first.out, first.err) == (0, "", said.format("4 bundles"))
    log_all(hub_database, bundles)
    done, told = follow(hub_database, crawling.path)
    assert (done, told) == (Followed(merged=len(bundles) - 4), [])
    assert read_views(crawling.path) == dump(worker)
    assert follow(hub_database, crawling.path) == (Followed(), [])


def test_who_reads_meanwhile_goes_on_with_what_was_there(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    log_all(hub_database, bundles[:2])
    follow(hub_database, path)
    with closing(open_for_reading(path)) as reader:
        reader.execute("BEGIN")
        before = dump(reader)
        log_all(hub_database, bundles)
        follow(hub_database, path)
        assert dump(reader) == before
        reader.execute("ROLLBACK")
        assert dump(reader) == dump(worker) != before


def test_only_the_sites_that_are_asked_for(hub_database: HubDatabase, bundles: list[Bundle], tmp_path: Path) -> None:
    log_all(hub_database, [make_bundle(b"of another site", "khac"), *bundles])
    path = tmp_path / "archive.db"
    assert follow(hub_database, path, SITE.name) == (Followed(merged=len(bundles)), [])
    assert follow(hub_database, path, SITE.name) == (Followed(), [])
    done, _ = follow(hub_database, path)  # all sites have a cursor of their own
    assert (done.merged, done.quarantined) == (len(bundles), 1)


def test_what_cannot_be_merged_is_put_aside_and_the_others_go_on(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], crawling: Crawling
) -> None:
    log_all(hub_database, [bundles[0], make_bundle(b"no bundle", SITE.name), *bundles[1:]])
    done = crawling.archiver("follow", "--once", ARCHIVE_HUB=hub_database.url(READER))
    folder = quarantine_beside(crawling.path)
    [data], [text] = folder.glob("*.bundle"), folder.glob("*.txt")
    assert done.status == 3
    assert f"{SITE.name}: a bundle of worker may-1 was not merged (" in done.err
    assert done.err.endswith(f"{len(bundles)} bundles merged from {hub_database.shown}; 1 bundle in {folder}\n")
    assert data.read_bytes() == b"no bundle"
    lines = text.read_text().splitlines()
    assert lines[0].startswith("not merged: a bundle is damaged")
    assert lines[1:3] == [f"site: {SITE.name}", "run: run-1 (evidence)"]
    assert read_views(crawling.path) == dump(worker)
    again = crawling.archiver("follow", "--once", ARCHIVE_HUB=hub_database.url(READER))
    assert (again.status, len(again.err.splitlines())) == (3, 1)


def test_what_builds_on_a_bundle_in_quarantine_waits_there_for_it(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    log_all(hub_database, bundles[1:])
    first, told = follow(hub_database, path)
    assert first.quarantined
    assert len(told) == first.quarantined
    log_all(hub_database, bundles[:1])
    done, told = follow(hub_database, path)
    assert done == Followed(merged=1 + first.quarantined)
    assert all("merged after all" in line for line in told)
    assert [*quarantine_beside(path).iterdir()] == []
    assert read_views(path) == dump(worker)


def test_a_bundle_of_another_site_than_the_log_says_is_put_aside(
    hub_database: HubDatabase, bundles: list[Bundle], tmp_path: Path
) -> None:
    log_all(hub_database, [replace(bundles[0], site="khac")])
    done, [told] = follow(hub_database, tmp_path / "archive.db", "khac")
    assert done == Followed(quarantined=1)
    assert f"the log says that it is of khac, and it is of {SITE.name}" in told


def make_newer(bundle: Bundle) -> Bundle:
    with open_bundle(bundle.data) as (connection, _), closing(sqlite3.connect(":memory:")) as newer:
        newer.deserialize(connection.serialize())
        newer.execute("UPDATE bundle SET format = ?", [FORMAT + 1])
        newer.commit()
        return replace(bundle, data=pack(newer))


def test_a_newer_format_stops_it_before_that_bundle(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], crawling: Crawling
) -> None:
    log_all(hub_database, [*bundles[:3], make_newer(bundles[3]), *bundles[4:]])
    for _ in range(2):
        done = crawling.archiver("follow", "--once", ARCHIVE_HUB=hub_database.url(READER))
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("archiver: a bundle ")
        assert "upgrade" in done.err
        assert done.err.count("\n") == 1
    assert not quarantine_beside(crawling.path).exists()
    with hub_database.hub() as hub, closing(create_or_open(crawling.path)) as database:
        assert sum(hub.count_after(load_place(database, hub, None)).values()) == len(bundles) - 3
    assert read_views(crawling.path) != dump(worker)


def test_documents_are_fetched_before_the_bundle_that_names_them(
    hub_database: HubDatabase, bundles: list[Bundle], tmp_path: Path
) -> None:
    body, path = b"%PDF-1.4 a document", tmp_path / "archive.db"
    file = StoredFile(hashlib.sha256(body).digest(), len(body), "application/pdf", "pdf")
    lost = StoredFile(hashlib.sha256(b"lost").digest(), 4, "application/pdf", "pdf")
    hostile = StoredFile(file.digest, len(body), "application/pdf", "../../../../tmp/x")
    (tmp_path / "document.pdf").write_bytes(body)
    with hub_database.hub() as hub:
        hub.keep_file(file, tmp_path / "document.pdf", "may-1")
    log_all(hub_database, [replace(bundles[0], files=(file, lost, hostile))])
    done, [told] = follow(hub_database, path)
    assert done == Followed(merged=1, missing=1)
    assert told.startswith(f"{SITE.name}: the hub lacks the file {lost.place}; ")
    assert [kept for kept in folder_of_files(path).rglob("*") if kept.is_file()] == [folder_of_files(path) / file.place]
    assert (folder_of_files(path) / file.place).read_bytes() == body


def test_a_hub_that_lost_its_newest_bundles_is_read_from_the_begin(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    log_all(hub_database, bundles[:3])
    follow(hub_database, path)
    hub_database.execute("DELETE FROM bundles WHERE seq > 1")
    log_all(hub_database, bundles)
    done, [told] = follow(hub_database, path)
    assert told.endswith("lacks what was read last, as after a restore; it is read from the begin")
    assert done.merged == len(bundles)
    assert read_views(path) == dump(worker)


def test_a_hub_that_is_away_ends_following_once(hub_database: HubDatabase, crawling: Crawling) -> None:
    done = crawling.archiver("follow", "--once", "--hub", "postgresql://127.0.0.1:1/none")
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert done.err.startswith("archiver: the hub postgresql://127.0.0.1:1/none does not answer")


class Following:
    """``archiver follow`` as a process that goes on."""

    def __init__(self, database: HubDatabase, path: Path) -> None:
        environment = os.environ | {"ARCHIVE_HUB": database.url(READER), "ARCHIVE_DB": str(path)}
        command = [sys.executable, "-m", "archiver", "follow"]
        self.process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        self._path = path

    def read_line(self) -> str:
        """Wait for the next line that it tells."""
        assert self.process.stderr
        return self.process.stderr.readline()

    def wait_for(self, rows: Rows) -> None:
        """Wait until people see these rows, however long it takes."""
        while not self._path.exists() or self._read() != rows:
            assert self.process.poll() is None
            time.sleep(0.05)

    def _read(self) -> Rows | None:
        try:
            with closing(open_for_reading(self._path)) as database:
                return dump(database)
        except (ArchiveError, sqlite3.Error):  # it is being made
            return None

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()
        return self.process.returncode


def test_it_waits_for_bundles_and_for_a_hub_that_is_away(
    hub_database: HubDatabase, worker: Database, bundles: list[Bundle], tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    log_all(hub_database, bundles[:2])
    following = Following(hub_database, path)
    try:
        log_all(hub_database, bundles[2:5])
        hub_database.server.kill()
        try:
            said = following.read_line()
            assert said.startswith(f"archiver: the hub {hub_database.shown} does not answer: ")
            assert said.endswith("; waiting for it\n")
        finally:
            hub_database.server.start()
        assert following.read_line() == f"archiver: the hub {hub_database.shown} is back\n"
        log_all(hub_database, bundles[5:])
        following.wait_for(dump(worker))
    finally:
        status = following.end()
    assert status == 130
    assert follow(hub_database, path) == (Followed(), [])


def test_an_archive_has_one_follower(hub_database: HubDatabase, crawling: Crawling) -> None:
    create_or_open(crawling.path).close()
    with hold_cursor(crawling.path, PURPOSE):
        done = crawling.archiver("follow", "--once", ARCHIVE_HUB=hub_database.url(READER))
    assert (done.status, done.out, done.err.count("\n")) == (75, "", 1)
