"""Two runs of one site never at once; two sites, or two programs, never in each other's way."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.crawl.running.locks import SiteLocks
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
HELD = r"another run of this site is under way \(process {}, since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\)"

_SITE = "name, title, platform, timezone"


def _start(crawling: Crawling, program: str, site: str, start: str, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", program, "crawl", site, "-a", f"start={start}", *more]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _wait_for_request(portal: Portal) -> None:
    deadline = time.monotonic() + 60
    while not portal.count_requests():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def _running(crawling: Crawling, delay: float = 0.3, portal: Portal | None = None) -> "Iterator[subprocess.Popen[str]]":
    """Crawl in the background; what is in the context begins when the first request is here."""
    portal = portal or demo_portal()
    with serve(portal) as base:
        process = _start(crawling, "archiver", "dukdhcd", f"{base}/{CHANNEL}", "-s", f"DOWNLOAD_DELAY={delay}")
        with process:
            try:
                _wait_for_request(portal)
                yield process
            except BaseException:
                process.kill()
                raise


def _outcomes(crawling: Crawling) -> list[tuple[object, object]]:
    rows = crawling.query("SELECT outcome, captures > 0 AS kept FROM run_summary ORDER BY run_id")
    return [(row["outcome"], row["kept"]) for row in rows]


def test_of_two_crawls_one_runs_and_the_other_says_so(crawling: Crawling) -> None:
    """Also where the archive is named by another path, for both programs, and with a bound for the waiting."""
    (crawling.folder / "link.db").symlink_to(crawling.path)
    with _running(crawling, delay=60) as first, serve(other := demo_portal()) as elsewhere:
        start = ("-a", f"start={elsewhere}/{CHANNEL}", *FAST)
        refused = crawling.archiver("crawl", "dukdhcd", *start)
        linked = crawling.run("scrapy", "crawl", "dukdhcd", *start, ARCHIVE_DB=str(crawling.folder / "link.db"))
        relative = os.path.relpath(crawling.path, PROJECT)
        bounded = crawling.run("scrapy", "crawl", "dukdhcd", *start, "-s", "ARCHIVE_WAIT=0.3", ARCHIVE_DB=relative)
        assert [refused.status, linked.status, bounded.status, other.requests] == [75, 75, 75, []]
        first.terminate()
        assert first.wait(timeout=60) == 130
        said = HELD.format(first.pid)
    for done, program in ((refused, ""), (linked, "scrapy crawl: "), (bounded, "scrapy crawl: ")):
        _assert_line(done.err, f"{program}dukdhcd: {said}")
    assert _outcomes(crawling) == [("interrupted", 1), *[("locked", 0)] * 3]


def _assert_line(text: str, pattern: str) -> None:
    assert re.fullmatch(pattern, text.strip().splitlines()[-1]), text


@pytest.mark.slow
def test_wait_takes_its_turn(crawling: Crawling) -> None:
    portal = demo_portal()
    with _running(crawling, portal=portal) as first, serve(portal) as elsewhere:
        second = crawling.archiver("crawl", "dukdhcd", "--wait", "-a", f"start={elsewhere}/{CHANNEL}", *FAST)
        assert first.poll() == 0
    assert second.status == 0, second.err
    assert _outcomes(crawling) == [("finished", 1), ("finished", 1)]
    rows = crawling.query("SELECT lag(finished_at) OVER (ORDER BY run_id) <= started_at AS after FROM run_summary")
    assert rows == [{"after": None}, {"after": 1}]


@pytest.mark.parametrize("value", ["soon", "-1", "nan"])
def test_a_wait_that_is_none(crawling: Crawling, value: str) -> None:
    done = crawling.run("scrapy", "crawl", "sotttt", "-s", f"ARCHIVE_WAIT={value}")
    line = f"scrapy crawl: -s ARCHIVE_WAIT={value}: {value!r} is no number of seconds; inf waits without end\n"
    assert (done.status, done.err) == (2, line)


@pytest.mark.parametrize(
    "programs",
    [
        ("archiver", "scrapy"),
        pytest.param(("archiver", "archiver"), marks=pytest.mark.slow),
        pytest.param(("scrapy", "scrapy"), marks=pytest.mark.slow),
    ],
)
def test_two_crawls_started_together(crawling: Crawling, programs: tuple[str, str]) -> None:
    """Into an archive that is not there yet; who comes second has asked its server for nothing."""
    portals = demo_portal(), demo_portal()
    with serve(portals[0]) as one, serve(portals[1]) as two:
        delay = ("-s", "DOWNLOAD_DELAY=0.4")
        crawls = [
            _start(crawling, program, "dukdhcd", f"{base}/{CHANNEL}", *delay)
            for program, base in zip(programs, (one, two), strict=True)
        ]
        ends = [(crawl.communicate(timeout=120)[1], crawl.returncode) for crawl in crawls]
    assert sorted(status for _, status in ends) == [0, 75], ends
    for (_, status), portal in zip(ends, portals, strict=True):
        assert bool(portal.requests) == (status == 0)
    assert sorted(_outcomes(crawling)) == [("finished", 1), ("locked", 0)]


def test_two_sites_into_one_archive(crawling: Crawling) -> None:
    """Started together, into an archive that is not there yet; each with all articles of its portal."""
    with serve(demo_portal()) as one, serve(demo_portal()) as two:
        channels = list(demo_portal().channels)
        crawls = [
            _start(crawling, program, site, ",".join(f"{base}/{channel}" for channel in channels), *FAST)
            for program, site, base in (("archiver", "dukdhcd", one), ("scrapy", "sotttt", two))
        ]
        ends = [(crawl.communicate(timeout=120)[1], crawl.returncode) for crawl in crawls]
    assert [status for _, status in ends] == [0, 0], ends
    assert not any("locked" in errors for errors, _ in ends)
    rows = crawling.query("SELECT site, count(*) AS n FROM current_articles GROUP BY site")
    assert rows == [{"site": "dukdhcd", "n": 24}, {"site": "sotttt", "n": 24}]
    assert crawling.archiver("verify").status == 0
    assert not (crawling.folder / "archive.db.new").exists()


def test_a_lock_of_a_killed_process_is_no_obstacle(crawling: Crawling) -> None:
    with _running(crawling, delay=5) as first:
        first.kill()
    assert (crawling.folder / "archive.db.dukdhcd.lock").read_text().startswith(f"{first.pid} ")
    with serve(demo_portal()) as base:
        assert crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}").status in (0, 3)
    assert next(outcome for outcome, _ in _outcomes(crawling)) == "died"


def test_two_sites_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with SiteLocks(tmp_path / "archive.db") as locks, SiteLocks(tmp_path / "archive.db") as others:
        assert locks.take("sotttt")
        assert not others.take("sotttt")
        assert others.take("dukdhcd")
    with SiteLocks(tmp_path / "archive.db") as locks:
        assert locks.take("sotttt")


def test_a_transaction_that_reads_first_can_write_then(tmp_path: Path) -> None:
    """Another one wants to write in between; it waits, and none of the two is lost."""
    path = tmp_path / "archive.db"
    create_or_open(path).close()

    def write_too() -> None:
        database = create_or_open(path)
        with database.atomic():
            database.execute(f"INSERT INTO sites ({_SITE}) VALUES ('b', 'B', 'liferay_hanoi', 'UTC')")
        database.close()

    database, other = create_or_open(path), Thread(target=write_too)
    with database.atomic():
        assert database.execute("SELECT count(*) FROM sites").fetchone()[0] == 0
        other.start()
        other.join(timeout=0.5)
        database.execute(f"INSERT INTO sites ({_SITE}) VALUES ('a', 'A', 'liferay_hanoi', 'UTC')")
    other.join()
    assert [row[0] for row in database.execute("SELECT name FROM sites ORDER BY name")] == ["a", "b"]
    database.close()


def test_looking_at_an_archive_lets_go_of_no_lock(tmp_path: Path) -> None:
    """A process that has it open opens it again and closes that, as a crawl of two sites does; a second one comes.

    Where the lock is gone the second takes itself for the last to leave and removes the write-ahead log, in which the
    first goes on writing.
    """
    path = tmp_path / "archive.db"
    add = f"database.execute(\"INSERT INTO sites ({_SITE}) VALUES ('{{}}', '', 'liferay_hanoi', 'UTC')\")"
    database = create_or_open(path)
    create_or_open(path).close()
    open_for_reading(path).close()
    database.execute(f"INSERT INTO sites ({_SITE}) VALUES ('0', '', 'liferay_hanoi', 'UTC')")
    for name in "bc":
        program = f"from pathlib import Path; from archiver.archive.store.file import create_or_open; \
database = create_or_open(Path('{path}')); {add.format(name)}; database.close()"
        assert subprocess.run([sys.executable, "-c", program], check=False, cwd=PROJECT, timeout=60).returncode == 0
        assert path.with_name("archive.db-wal").exists()
    database.execute(f"INSERT INTO sites ({_SITE}) VALUES ('a', 'A', 'liferay_hanoi', 'UTC')")
    database.close()
    database = create_or_open(path)
    assert [row[0] for row in database.execute("SELECT name FROM sites ORDER BY name")] == ["0", "a", "b", "c"]
    database.close()


def test_an_archive_is_made_once(tmp_path: Path) -> None:
    """Eight at the same moment; a reader sees no archive or a whole one."""
    path, failed = tmp_path / "archive.db", []

    def make() -> None:
        try:
            create_or_open(path).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
            failed.append(error)

    threads = [Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["archive.db"]
