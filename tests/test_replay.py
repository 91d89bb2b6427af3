"""``archiver reparse --all``: the whole history is made again from captures alone, or stays as it is."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.crawl.running.locks import SiteLocks
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from tests.archives import unpack
from tests.conftest import PROJECT, Crawling
from tests.portal import Response, article_path, demo_portal, serve
from tests.scripted_year import Rows, dump, record_year, script_year

START = datetime(2026, 1, 5, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of four crawls: redirects, 304, 404, edits, a page that leads home, an article under a new id."""
    crawling = Crawling(tmp_path_factory.mktemp("crawled"))
    portal = demo_portal()
    portal.validators = True
    first, second, third, fourth, *_ = portal.listed()
    with serve(portal) as base:
        starts = ",".join(f"{base}/{channel}" for channel in portal.channels)
        for number in range(4):
            now = (START + timedelta(days=8 * number)).isoformat()
            crawling.scrapy("dukdhcd", starts, "-a", "full=1", ARCHIVE_NOW=now)
            if number == 0:
                portal.edit(first.id, title="Tiêu đề đã sửa", lead="Phần dẫn đã sửa.")
                portal.remove(second.id)
                portal.answers[article_path(third)] = Response(302, b"", (("Location", "/"),))
                portal.delist(fourth.id)
            portal.set_views(first.id, number)
    return crawling.path


@pytest.fixture
def path(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(crawled, tmp_path / "archive.db"))


def _dump(path: Path) -> Rows:
    with closing(open_for_reading(path)) as database:
        return dump(database)


def _replay(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archiver", "--db", str(path), "reparse", "--all", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.slow
def test_what_a_crawl_recorded_is_what_its_captures_say(path: Path, jobs: str) -> None:
    before = _dump(path)
    kinds = {row.split('"kind": "')[1].split('"')[0] for row in before["events"]}
    assert kinds >= {"created", "edited", "suspect", "gone", "delisted", "counter_reset"}
    done = _replay(path, "--jobs", jobs)
    with closing(sqlite3.connect(path)) as connection:
        final = connection.execute("SELECT count(*) FROM captures WHERE final").fetchone()[0]
    said = f"{final} captures read again, 0 articles are shown otherwise\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", said)
    assert _dump(path) == before
    with closing(open_for_reading(path)) as database:
        assert list(verify(database)) == []


@pytest.mark.parametrize("schema", range(1, 6))
def test_archives_of_earlier_versions_can_be_made_again(tmp_path: Path, schema: int) -> None:
    unpack(schema, tmp_path / "archive.db")
    create_or_open(tmp_path / "archive.db").close()
    before = _dump(tmp_path / "archive.db")
    assert _replay(tmp_path / "archive.db").returncode == 0
    assert _dump(tmp_path / "archive.db") == before


def test_what_was_changed_by_hand_is_put_right_and_named(path: Path) -> None:
    before = _dump(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contents SET body = 'Khác' WHERE id = 1")
        live = "SELECT id FROM articles WHERE state = 'live' ORDER BY native_key LIMIT 2"
        one, other = connection.execute(live).fetchall()
        connection.execute("UPDATE articles SET state = 'gone' WHERE id = ?", one)
        connection.execute("DELETE FROM readings WHERE article_id = ?", other)
        connection.execute("DELETE FROM snapshots WHERE article_id = ?", other)
    trial = _replay(path, "--dry-run")
    assert trial.stderr.startswith("would be: ")
    assert _dump(path) != before
    done = _replay(path)
    assert done.stdout == trial.stdout
    assert len(done.stdout.splitlines()) == 2  # what stands in a body is not looked at here: verify does
    assert _dump(path) == before


def test_damaged_captures_keep_what_was_read_of_them(path: Path) -> None:
    before = _dump(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE payloads SET data = x'00' WHERE rowid % 3 = 0")
        damaged = connection.execute("SELECT count(*) FROM payloads WHERE data = x'00'").fetchone()[0]
    done = _replay(path)
    assert damaged
    assert done.returncode == 3
    assert "what was read of " in done.stderr
    assert _dump(path) == before


def test_it_waits_for_no_crawl(path: Path) -> None:
    with SiteLocks(path) as locks:
        assert locks.take("dukdhcd")
        done = _replay(path)
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr == f"archiver: {path}: not read again, a crawl is under way: dukdhcd\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.slow
def test_killed_in_the_midst_it_changes_nothing(path: Path, number: signal.Signals) -> None:
    before, chance = _dump(path), random.Random(number)
    for _ in range(3):
        command = [sys.executable, "-m", "archiver", "--db", str(path), "reparse", "--all"]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.4 + chance.random())
        os.kill(process.pid, number)
        process.wait()
        assert _dump(path) == before
    assert _replay(path).returncode == 0
    assert _dump(path) == before


def test_a_site_alone(tmp_path: Path) -> None:
    before = record_year(tmp_path / "archive.db", script_year(1, runs=4))
    database = create_or_open(tmp_path / "archive.db")
    list(replay(database, "dukdhcd"))
    list(replay(database, "another"))
    assert dump(database) == before
    database.close()
