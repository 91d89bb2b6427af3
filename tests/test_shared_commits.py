"""Crawls of one process that record together: told when it is on disk, and each answer for itself where one fails."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.archive.evidence.captures import UNNOTED
from archiver.archive.runs.run_log import open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.recording import orders
from archiver.ingest.recording.orders import Recorded
from archiver.ingest.recording.shared_commits import MOST_TOGETHER, share_commits
from archiver.ingest.service import Ingest
from archiver.model import Capture
from tests.test_recording_process import AT, _captures
from tests.visiting import SITE

LATER, NEVER = 0.01, 3600.0


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Database]:
    database = create_or_open(tmp_path / "archive.db")
    yield database
    database.close()


def _begin(database: Database, path: Path, number: int, patience: float) -> list[Ingest]:
    ingests = []
    for name in (f"s{place}" for place in range(number)):
        site = replace(SITE, name=name)
        with database.atomic():
            run = open_run(database.conn, site, {}, AT)
        share_commits(path).join()
        ingests.append(Ingest(database, path, run, site, "never", patience))
    return ingests


def _end(ingest: Ingest, path: Path) -> None:
    ingest.close()
    share_commits(path).leave()


def _count(path: Path) -> int:
    """Count what another program sees."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])


async def _record(ingest: Ingest, capture: Capture, path: Path) -> tuple[Recorded, int]:
    recorded = await ingest.record(capture, await ingest.read(capture), UNNOTED)
    return recorded, _count(path)


def _record_all(
    database: Database, path: Path, captures: int, patience: float, crawls: int = 3
) -> list[tuple[Recorded, int] | BaseException]:
    async def record() -> list[tuple[Recorded, int] | BaseException]:
        ingests = _begin(database, path, crawls, patience)
        jobs = [_record(ingest, capture, path) for ingest in ingests for capture in _captures(captures)]
        ended = await asyncio.gather(*jobs, return_exceptions=True)
        for ingest in ingests:
            _end(ingest, path)
        return ended

    return asyncio.run(record())


def test_all_are_on_disk_when_the_first_is_told(archive: Database, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    ended = _record_all(archive, path, 3, LATER)
    assert ended == [(Recorded("new", False), 9)] * 9
    rows = archive.query("SELECT site, count(*) AS n FROM captures JOIN runs ON runs.id = run_id GROUP BY site")
    assert list(rows) == [{"site": f"s{place}", "n": 3} for place in range(3)]


def test_no_more_wait_than_a_kill_may_cost(archive: Database, tmp_path: Path) -> None:
    """However long they would: the transaction is full."""
    ended = _record_all(archive, tmp_path / "archive.db", MOST_TOGETHER // 2, NEVER, crawls=2)
    assert ended == [(Recorded("new", False), MOST_TOGETHER)] * MOST_TOGETHER


def test_a_crawl_alone_waits_for_nobody(archive: Database, tmp_path: Path) -> None:
    ended = _record_all(archive, tmp_path / "archive.db", 2, NEVER, crawls=1)
    assert ended == [(Recorded("new", False), 1), (Recorded("new", False), 2)]


def test_who_leaves_lets_nobody_wait(archive: Database, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"

    async def record() -> tuple[Recorded, int]:
        first, second = _begin(archive, path, 2, NEVER)
        waiting = asyncio.create_task(_record(first, _captures(1)[0], path))
        await asyncio.sleep(0)
        assert _count(path) == 0
        _end(second, path)
        told = await waiting
        _end(first, path)
        return told

    assert asyncio.run(record()) == (Recorded("new", False), 1)


def _break(monkeypatch: pytest.MonkeyPatch, url: str, error: Exception) -> None:
    record = orders.record_capture

    def fail(database: Database, run: object, site: object, capture: Capture, *more: object) -> object:
        if capture.url == url:
            raise error
        return record(database, run, site, capture, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(orders, "record_capture", fail)


def test_one_that_fails_fails_alone(archive: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, _captures(2)[1].url, ValueError("a defect"))
    ended = _record_all(archive, tmp_path / "archive.db", 2, LATER)
    assert [type(end) for end in ended] == [tuple, ValueError] * 3
    assert _count(tmp_path / "archive.db") == 3


def test_a_full_disk_is_told_to_all_and_tried_once(
    archive: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, _captures(2)[1].url, sqlite3.OperationalError("database or disk is full"))
    ended = _record_all(archive, tmp_path / "archive.db", 2, LATER)
    assert [type(end) for end in ended] == [sqlite3.OperationalError] * 6
    assert _count(tmp_path / "archive.db") == 0
