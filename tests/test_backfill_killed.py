"""``archiver backfill`` as people call it: killed at any moment and called again, with lines and statuses."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from archiver.archive.store.file import create_or_open
from archiver.crawl.running.locks import SiteLocks
from archiver.ingest.importing import ImportedCapture, Importer
from archiver.ingest.verify import verify
from archiver.model import Capture
from spiders.sotttt import Sotttt
from tests.archives import frozen_portal
from tests.conftest import PROJECT, Crawling
from tests.scripted_year import HISTORY, dump
from tests.test_backfill import count_distinct, keep_years
from tests.test_terminal import at_terminal
from tests.visiting import BASE, Visits
from tests.web_archives import Asked, Reply, WebArchive, serve_archive

SITE = Sotttt.declare_site()
HOST = "https://sotttt.hanoi.gov.vn"
KILLS = 10
PAUSE = 0.1


def keep_site(visits: int = 6) -> list[Capture]:
    return [replace(one, url=one.url.replace(BASE, HOST)) for one in keep_years(3, visits)]


@pytest.fixture
def archive() -> WebArchive:
    return WebArchive(keep_site())


@pytest.fixture
def base(archive: WebArchive) -> Iterator[str]:
    with serve_archive(archive) as address:
        yield address


def import_at_once(path: Path, captures: list[Capture]) -> dict[str, list[str]]:
    database = create_or_open(path)
    importer = Importer(database, SITE)
    for capture in captures:
        importer.add(ImportedCapture(capture, "other.warc.gz"))
    importer.close()
    return dump(database, HISTORY)


def wait_for_requests(archive: WebArchive, number: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while len(archive.asked) < number and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)


def check_pauses(asked: list[Asked]) -> None:
    """The pauses run from the end of an answer, so what the server sees is never shorter."""
    lists = [one.at for one in asked if one.is_list]
    assert [one.path for one, later in pairwise(asked) if later.at - one.at < PAUSE] == []
    assert [at for at, later in pairwise(lists) if later - at < 3 * PAUSE] == []


def call_and_kill(path: Path, site: str, base: str, archive: WebArchive) -> list[str]:
    """Call backfill and kill it, ten times; returns what was asked for last each time.

    Nothing is answered beyond a few requests, so that no process comes to its end before it is killed.
    """
    chance = random.Random(5)
    served, limit = archive.trouble, 0

    def hold(here: WebArchive, path: str) -> Reply | None:
        number = len(here.asked)
        while number > limit:
            time.sleep(0.01)
        return served(here, path) if served else None

    archive.trouble = hold
    command = [sys.executable, "-m", "archiver", "backfill", site, "--from", base, "--pause", str(PAUSE)]
    environment = os.environ | {"ARCHIVE_DB": str(path), "PYTHONPATH": str(PROJECT)}
    last: list[str] = []
    for _ in range(KILLS):
        wanted = len(archive.asked) + chance.randint(1, 9)
        limit = wanted + 2
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
        wait_for_requests(archive, wanted, process)
        time.sleep(chance.random() * PAUSE)
        assert process.poll() is None, "it came to its end before it was killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
        last.append(archive.asked[-1].path)
    archive.trouble = served
    limit = len(archive.asked)
    return last


def check_asked_once(asked: list[Asked], last: list[str], distinct: int) -> None:
    """What was on its way when the process died may be asked for again, nothing else; no request is too early."""
    times = Counter(one.path for one in asked)
    assert {path for path, number in times.items() if number > 1} <= set(last)
    assert times.total() - len(times) <= KILLS
    assert len({one.path for one in asked if not one.is_list}) == distinct
    check_pauses(asked)


@pytest.mark.slow
def test_killed_ten_times_it_asks_for_everything_once(crawling: Crawling, archive: WebArchive, base: str) -> None:
    captures = keep_site(30)
    archive.captures = captures
    last = call_and_kill(crawling.path, "sotttt", base, archive)
    done = crawling.archiver("backfill", "sotttt", "--from", base, "--pause", str(PAUSE))
    assert (done.status, done.out) == (0, ""), done.err
    check_asked_once(archive.asked, last, count_distinct(captures))
    database = create_or_open(crawling.path)
    assert dump(database, HISTORY) == import_at_once(crawling.folder / "at_once.db", captures)
    assert [*verify(database)] == []


def test_who_interrupts_it_goes_on_later(crawling: Crawling, archive: WebArchive, base: str) -> None:
    command = [sys.executable, "-m", "archiver", "backfill", "sotttt", "--from", base]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path), "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE)
    wait_for_requests(archive, 2, process)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in told) == (130, False), told


def test_a_dry_run_says_how_much_there_is(crawling: Crawling, archive: WebArchive, base: str) -> None:
    captures = list(archive.captures)
    done = crawling.archiver("backfill", "sotttt", "--from", base, "--dry-run", "--pause", "0")
    addresses = len({one.url for one in captures})
    pages = count_distinct(captures)
    said = f"sotttt: {addresses} addresses with {len(captures)} captures, 0 known before; {pages} pages to ask for, "
    assert (done.status, done.err.startswith(said)) == (0, True), done.err
    assert all(one.is_list for one in archive.asked)
    assert crawling.query("SELECT count(*) AS number FROM captures") == [{"number": 0}]
    asked = len(archive.asked)
    crawling.archiver("backfill", "sotttt", "--from", base, "--pause", "0")
    assert len(archive.asked) - asked == pages  # the lists were kept


def test_a_period_is_asked_for(crawling: Crawling, archive: WebArchive, base: str) -> None:
    days = sorted({one.fetched_at.date() for one in archive.captures})
    chosen = [one for one in archive.captures if days[1] <= one.fetched_at.date() <= days[2]]
    done = crawling.archiver(
        "backfill", "sotttt", "--from", base, "--pause", "0", "--since", f"{days[1]}", "--until", f"{days[2]}"
    )
    assert done.status == 0, done.err
    assert crawling.query("SELECT count(*) AS number FROM captures") == [{"number": len(chosen)}]


def test_a_service_that_has_enough_ends_it_with_a_line(crawling: Crawling, archive: WebArchive, base: str) -> None:
    archive.trouble = lambda here, _: Reply(429, b"", (("Retry-After", "0"),)) if len(here.asked) > 12 else None
    done = crawling.archiver("backfill", "sotttt", "--from", base, "--pause", "0")
    assert done.status == 3
    assert "\narchiver: sotttt: stopped: " in done.err
    assert "(429); call again in 1 s, and it goes on from here" in done.err
    archive.trouble = None
    assert crawling.archiver("backfill", "sotttt", "--from", base, "--pause", "0").status == 0
    assert crawling.query("SELECT count(*) AS number FROM captures") == [{"number": len(archive.captures)}]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("nothing",), 2, "there is no site 'nothing'"),
        (("sotttt", "--from", "ftp://x"), 2, "no web archive; write wayback, pywb, or an address"),
        (("sotttt", "--from", "http://user:pass@x/"), 2, "no web archive"),
        (("sotttt", "--pause", "0.5"), 2, "too short for the Internet Archive"),
        (("sotttt", "--since", "2020-01-02", "--until", "2020-01-01"), 2, "exchange them"),
        (("dukdhcd", "--from", "http://127.0.0.1:9/"), 1, "no host of it is known"),
        (("sotttt", "--from", "http://127.0.0.1:9/", "--pause", "0"), 1, "the list of sotttt.hanoi.gov.vn was not had"),
    ],
)
def test_a_mistake_is_told_in_one_line(crawling: Crawling, arguments: tuple[str, ...], status: int, said: str) -> None:
    done = crawling.archiver("backfill", *arguments)
    assert (done.status, said in done.err, "Traceback" in done.err) == (status, True, False), done.err


def test_what_is_no_web_archive_is_told(crawling: Crawling, archive: WebArchive, base: str) -> None:
    archive.trouble = lambda *_: Reply(200, b"<html>welcome</html>")
    done = crawling.archiver("backfill", "sotttt", "--from", base, "--pause", "0")
    assert done.status == 1
    assert done.err.count("\n") == 1
    assert "is a page for people; is --from the address of a web archive" in done.err.replace(f"{base}/cdx ", "")


def test_a_crawl_and_a_backfill_of_one_site_exclude_each_other(crawling: Crawling, base: str) -> None:
    with SiteLocks(crawling.path) as locks:
        assert locks.take("sotttt")
        assert crawling.archiver("backfill", "sotttt", "--from", base).status == 75


def test_a_progress_file_that_is_none_is_told(crawling: Crawling, base: str) -> None:
    crawling.path.with_name("archive.db.backfill").write_bytes(b"no database" * 100)
    done = crawling.archiver("backfill", "sotttt", "--from", base)
    assert (done.status, "remove the file, and lists are asked for once more" in done.err) == (1, True), done.err


@pytest.mark.parametrize(("hour", "day"), [("165959", "2022-06-01"), ("170000", "2022-06-02")])
def test_days_are_those_of_the_site(crawling: Crawling, archive: WebArchive, base: str, hour: str, day: str) -> None:
    at = datetime.strptime(f"20220601{hour}+0000", "%Y%m%d%H%M%S%z")
    archive.captures = [replace(archive.captures[0], fetched_at=at)]
    crawling.archiver("backfill", "sotttt", "--from", base, "--pause", "0", "--since", day, "--until", day)
    assert crawling.query("SELECT count(*) AS number FROM captures") == [{"number": 1}]


def test_at_a_terminal_it_says_how_far_it_is(crawling: Crawling, archive: WebArchive, base: str) -> None:
    shown = at_terminal(crawling.path, "backfill", "sotttt", "--from", base, "--pause", "0")
    pages = count_distinct(list(archive.captures))
    assert "\r\x1b[Klist of sotttt.hanoi.gov.vn from the beginning" in shown
    assert f"\r\x1b[K20220601: 0 of {pages} pages asked for" in shown
    assert f"\r\x1b[Ksotttt: {len(archive.captures)} captures taken over" in shown


def test_a_site_that_only_the_archive_knows_is_backfilled(crawling: Crawling, archive: WebArchive, base: str) -> None:
    visits = Visits(crawling.path, replace(SITE, name="khac", listings=(HOST,)), HOST)
    visits.run(frozen_portal(), datetime(2026, 1, 1, tzinfo=UTC))
    visits.database.close()
    done = crawling.archiver("backfill", "khac", "--from", base, "--pause", "0")
    assert (done.status, f"khac: {len(archive.captures)} captures taken over" in done.err) == (0, True), done.err
