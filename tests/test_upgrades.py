"""Archives of earlier versions: copied, upgraded in one step or not at all, and crawled on."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.archive.store.schema import VERSION
from archiver.errors import ArchiveError
from archiver.ingest.reparse import reparse
from archiver.ingest.verify import verify
from tests.archives import CHANNEL, DELISTED, REMOVED, change_portal, frozen_portal, unpack
from tests.conftest import PROJECT, Crawling
from tests.portal import serve

VIEWS = ("current_articles", "article_history", "view_history", "events", "run_summary")
ROWS = {"current_articles": 5, "article_history": 6, "view_history": 24, "events": 8, "run_summary": 3}
GOOD_CAPTURES = 17
OLDER = range(1, VERSION)
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(params=OLDER, ids=lambda schema: f"schema-{schema}")
def schema(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def path(crawling: Crawling, schema: int) -> Path:
    unpack(schema, crawling.path)
    return crawling.path


def _ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def _version(path: Path) -> object:
    return _ask(path, "PRAGMA user_version")[0][0]


def _columns(path: Path) -> dict[str, list[str]]:
    return {view: [str(row[1]) for row in _ask(path, f"PRAGMA table_info({view})")] for view in VIEWS}


def _dump(path: Path, columns: dict[str, list[str]]) -> Rows:
    """Return all rows of the public views, of the columns that an earlier version knew."""
    return {
        view: sorted(_ask(path, f"SELECT {', '.join(names)} FROM {view}"), key=str) for view, names in columns.items()
    }


def _copies(path: Path) -> list[str]:
    return sorted(copy.name for copy in path.parent.glob("*.bak"))


def test_an_upgrade_keeps_every_row_and_the_older_file(path: Path, schema: int) -> None:
    columns = _columns(path)
    before = _dump(path, columns)
    assert {view: len(before[view]) for view in VIEWS} == ROWS
    create_or_open(path).close()
    assert (_version(path), _dump(path, columns)) == (VERSION, before)
    with closing(open_for_reading(path)) as database:
        assert list(verify(database)) == []
    copy = path.with_name(f"archive.db.schema-{schema}.bak")
    assert _copies(path) == [copy.name]
    assert (_version(copy), _dump(copy, columns)) == (schema, before)
    create_or_open(path).close()
    assert _copies(path) == [copy.name]  # only what is older is upgraded


def test_what_was_read_then_is_read_the_same_today(path: Path) -> None:
    """Whatever libraries are under the parser: where this fails without a new version of it, one of them reads anew."""
    with closing(create_or_open(path)) as database:
        database.execute("UPDATE parsers SET version = 'then', ordinal = 0")
        rereads = list(reparse(database, dry_run=True))
    assert [reread.verdict for reread in rereads] == ["same"] * GOOD_CAPTURES


def test_an_earlier_copy_is_never_overwritten(path: Path, schema: int) -> None:
    for _ in range(3):
        unpack(schema, path)
        create_or_open(path).close()
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)
    names = [f"archive.db.schema-{schema}{number}.bak" for number in ("", "-2", "-3")]
    assert _copies(path) == sorted(names)


@pytest.mark.slow
def test_a_crawl_goes_on(crawling: Crawling, path: Path) -> None:
    texts = "SELECT article_id, snapshot, title, lead, body, changed_fields, cause FROM article_history ORDER BY 1, 2"
    before = _ask(path, texts)
    portal = frozen_portal()
    change_portal(portal)
    portal.restore(REMOVED)
    portal.restore(DELISTED)
    with serve(portal) as base:
        now = {"ARCHIVE_NOW": "2022-03-22T01:00:00+00:00"}
        done = crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", "-a", "full=1", **now)
    assert done.status == 0, done.err
    assert "made by an older version" in done.err
    assert _ask(path, texts) == before
    counts = "SELECT articles_new, articles_changed, articles_unchanged FROM run_summary ORDER BY run_id DESC LIMIT 1"
    assert _ask(path, counts) == [(0, 0, 5)]
    assert _ask(path, "SELECT DISTINCT state, listed FROM current_articles") == [("live", 1)]
    events = "SELECT article_id, kind FROM events WHERE at > '2022-03-22' AND kind <> 'moved' ORDER BY 1"
    assert _ask(path, events) == [("4500103", "restored"), ("4500104", "relisted")]
    assert crawling.archiver("verify").status == 0


@pytest.mark.parametrize(
    "command",
    [("list",), ("show", "4500101"), ("history", "4500101"), ("runs",), ("verify",), ("sites",)],
    ids="-".join,
)
@pytest.mark.slow
def test_reading_an_older_archive_is_refused_in_a_line(
    crawling: Crawling, path: Path, schema: int, command: tuple[str, ...]
) -> None:
    content = path.read_bytes()
    done = crawling.archiver(*command)
    line = f"archiver: {path}: made by an older version (schema {schema}); run archiver upgrade first\n"
    assert (done.status, done.out, done.err) == (1, "", line)
    assert (path.read_bytes(), _copies(path)) == (content, [])


def test_the_command_upgrades_and_says_where_the_older_one_is(crawling: Crawling, path: Path, schema: int) -> None:
    done = crawling.archiver("upgrade")
    kept = f"{path}: made by an older version (schema {schema}); it is upgraded now, and kept as it was in {path}"
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{kept}.schema-{schema}.bak\n{path}: up to date (schema {VERSION})\n"
    again = crawling.archiver("upgrade")
    assert (again.status, again.err) == (0, f"{path}: up to date (schema {VERSION})\n")


def test_without_a_copy_there_is_no_upgrade(path: Path, schema: int) -> None:
    """A copy needs as much room as the archive; here no file may grow larger than 100 KB."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    done = _run(f"{limit}; from archiver.cli import main; main()", "upgrade", "--db", str(path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"archiver: {path}: not upgraded, for a copy comes first: ")
    assert (_version(path), [left.name for left in path.parent.iterdir() if "schema" in left.name]) == (schema, [])


_KILLED = """
import os, sqlite3, sys
from pathlib import Path
from archiver.archive.store.file import create_or_open
path, left, connect = Path(sys.argv[1]), int(sys.argv[2]), sqlite3.connect

def count(statement):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)

def trace(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.set_trace_callback(count)
    return connection

sqlite3.connect = trace
create_or_open(path).close()
"""


@pytest.mark.slow
def test_kill_9_leaves_the_old_or_the_new(path: Path, schema: int) -> None:
    """The process dies before its 1st, 6th, 11th ... statement, of the copy and of the upgrade alike."""
    columns = _columns(path)
    before = _dump(path, columns)
    found, status, step = [], -signal.SIGKILL, 0
    while status == -signal.SIGKILL:
        for side in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + side).unlink(missing_ok=True)
        unpack(schema, path)
        status = _run(_KILLED, str(path), str(step)).returncode
        found.append(_version(path))
        assert _dump(path, columns) == before
        assert _ask(path, "PRAGMA integrity_check") == [("ok",)]
        for copy in path.parent.glob("*.bak"):
            assert (_version(copy), _dump(copy, columns)) == (schema, before)
            copy.unlink()
        step += 5
    assert status == 0
    assert found == sorted(found)
    assert len(found) > 8
    assert {found[0], found[-1]} == {schema, VERSION}


def test_a_newer_archive_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(ArchiveError, match="newer version"):
        create_or_open(path)
    assert _copies(path) == []


def _run(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [0.0, 0.2, 0.4, 0.8])
def test_serve_and_upgrade_at_once(crawling: Crawling, path: Path, ahead: float) -> None:
    """Whoever serves sees the old archive, and says so in a line, or the new one, and shows it."""
    command = [sys.executable, "-m", "archiver", "--db", str(path)]
    with subprocess.Popen([*command, "upgrade"], cwd=PROJECT, stderr=subprocess.DEVNULL) as upgrade:
        time.sleep(ahead)
        with subprocess.Popen(
            [*command, "serve", "--port", "0"], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stderr
            line = server.stderr.readline()
            assert upgrade.wait(60) == 0
            if "http://" in line:
                address = line.split("http://")[1].split()[0]
                with urlopen(f"http://{address}articles", timeout=60) as answer:
                    assert answer.status == 200
                assert crawling.archiver("upgrade").status == 0  # there is nothing to do, and nobody in the way
                server.terminate()
            else:
                assert "run archiver upgrade first" in line
                assert server.wait(60) == 1
            assert "Traceback" not in line + server.stderr.read()
    assert _version(path) == VERSION
