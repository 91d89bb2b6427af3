"""What a web archive kept of a site becomes part of its history: asked for once, politely, and only what is proved."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.evidence.captures import load_capture
from archiver.archive.store.file import create_or_open
from archiver.backfill.cdx import read_block
from archiver.backfill.client import Client
from archiver.backfill.pace import Pace
from archiver.backfill.progress import Progress
from archiver.backfill.service import Backfill, Backfilled
from archiver.backfill.sources import Window, read_source
from archiver.errors import ArchiverError
from archiver.ingest.importing import ImportedCapture, Importer
from archiver.ingest.verify import verify
from archiver.model import Capture
from archiver.site import Site
from tests.archives import frozen_portal
from tests.portal import Portal, article_path
from tests.scripted_year import HISTORY, dump
from tests.visiting import BASE, SITE
from tests.web_archives import Reply, WebArchive, serve_archive, show

EVER = Window()
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
START = datetime(2022, 6, 1, 2, 0, tzinfo=UTC)
OURS = replace(SITE, listings=(f"{BASE}/tin-khoi",))
ARTICLE = min(frozen_portal()._articles)


def take(portal: Portal, path: str, at: datetime) -> Capture:
    response = portal.answer(path)
    return Capture(BASE + path, at, response.status, tuple(response.headers), response.body)


def keep_years(seed: int = 1, visits: int = 6) -> list[Capture]:
    """Let somebody else look at a portal over years: it is edited, an article goes, most looks are alike."""
    chance = random.Random(seed)
    portal = frozen_portal()
    articles = sorted(portal._articles)
    paths = {article: article_path(portal._articles[article]) for article in articles}
    captures = []
    same: dict[str, Capture] = {}
    at = START
    for _ in range(visits):
        moments = [*paths.values(), *(f"/{channel}" for channel in portal.channels)]
        for second, path in enumerate(moments):
            if chance.random() < 0.8:
                moment = at + timedelta(seconds=second)
                same[path] = replace(same[path], fetched_at=moment) if path in same else take(portal, path, moment)
                captures.append(same[path])
        article = chance.choice(articles)
        same = {path: one for path, one in same.items() if path != paths[article] and chance.random() < 0.7}
        match chance.choice("edit remove restore none none".split()):
            case "edit":
                portal.edit(article, title=f"Tiêu đề thứ {chance.randint(1, 3)}")
            case "remove":
                portal.remove(article)
            case "restore":
                portal.restore(article)
        at += timedelta(days=chance.choice([0, 1, 40, 200]), hours=1)
    return captures


def import_at_once(path: Path, captures: list[Capture], source: str = "other.warc.gz") -> Database:
    database = create_or_open(path)
    importer = Importer(database, OURS)
    for capture in captures:
        importer.add(ImportedCapture(capture, source))
    importer.close()
    return database


class Clock:
    """A clock that goes on by sleeping alone, so that hours of pauses take no time."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@contextmanager
def backfilling(
    path: Path, base: str, *, clock: Clock | None = None, site: Site = OURS, window: Window = EVER
) -> Iterator[Backfill]:
    clock = clock or Clock()
    database = create_or_open(path)
    progress = Progress(path)
    pace = Pace(progress, "127.0.0.1", 1.0, clock.read, clock.sleep)
    try:
        yield Backfill(database, site, Client(pace, "tests"), progress, tuple(read_source(base, site.name)), window)
    finally:
        progress.close()
        database.close()


def backfill(path: Path, base: str, most: int | None = None, clock: Clock | None = None) -> Backfilled:
    with backfilling(path, base, clock=clock) as begun:
        return begun.run(most)


def check_like(path: Path, other: Database) -> None:
    database = create_or_open(path)
    assert dump(database, HISTORY) == dump(other, HISTORY)
    assert [*verify(database)] == []
    database.close()


def count_distinct(captures: list[Capture]) -> int:
    return len({(one.url, one.body) for one in captures})


def test_each_content_is_asked_for_once_and_stands_at_all_its_times(tmp_path: Path) -> None:
    captures = keep_years()
    archive = WebArchive(captures)
    with serve_archive(archive) as base:
        done = backfill(tmp_path / "archive.db", base)
    pages = [asked.path for asked in archive.asked if not asked.is_list]
    assert (done.stopped, done.refused, done.left) == (None, [], 0)
    assert done.imported.captures == len(captures)
    assert len(pages) == len(set(pages)) == count_distinct(captures) < len(captures)
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))


def test_twice_is_once(tmp_path: Path) -> None:
    archive = WebArchive(keep_years())
    with serve_archive(archive) as base:
        backfill(tmp_path / "archive.db", base)
        database = create_or_open(tmp_path / "archive.db")
        rows, asked = dump(database), len(archive.asked)
        done = backfill(tmp_path / "archive.db", base)
        assert (done.imported.captures, done.requests, len(archive.asked)) == (0, 0, asked)
        assert dump(database) == rows


def test_all_requests_wait_for_their_turn(tmp_path: Path) -> None:
    """Three seconds lie between lists and one between pages, from the end of an answer."""
    clock = Clock()
    times: list[tuple[float, bool]] = []

    def note(_: WebArchive, path: str) -> Reply | None:
        times.append((clock.time, path.startswith("/cdx/")))
        clock.time += 0.4  # it takes its time
        return None

    with serve_archive(WebArchive(keep_years(), trouble=note)) as base:
        backfill(tmp_path / "archive.db", base, clock=clock)
    lists = [at for at, is_list in times if is_list]
    assert len(lists) > 3
    assert min(later - at for at, later in pairwise(lists)) >= 3.4
    assert min(later - at for (at, _), (later, _) in pairwise(times)) >= 1.4


def test_the_third_429_ends_the_call_and_the_next_one_goes_on(tmp_path: Path) -> None:
    captures = keep_years()
    clock, refused = Clock(), [5, 9, 12]

    def refuse(archive: WebArchive, path: str) -> Reply | None:
        return Reply(429, b"slow down", (("Retry-After", "90"),)) if len(archive.asked) in refused else None

    archive = WebArchive(captures, trouble=refuse)
    with serve_archive(archive) as base:
        first = backfill(tmp_path / "archive.db", base, clock=clock)
        assert "answered 3 times that there are too many requests (429); call again in 90 s" in str(first.stopped)
        assert len(archive.asked) == 12
        assert [seconds for seconds in clock.slept if seconds > 60] == [90, 90]
        before = clock.time
        second = backfill(tmp_path / "archive.db", base, clock=clock)
    assert second.stopped is None
    assert clock.time - before >= 90
    served = [asked.path for number, asked in enumerate(archive.asked, 1) if number not in refused]
    assert len(served) == len(set(served))
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))


def test_who_asks_for_hours_is_left_alone(tmp_path: Path) -> None:
    clock = Clock()
    archive = WebArchive(keep_years(), trouble=lambda *_: Reply(503, b"", (("Retry-After", "7200"),)))
    with serve_archive(archive) as base:
        for _ in range(3):
            done = backfill(tmp_path / "archive.db", base, clock=clock)
            assert "asked to be left alone; call again in 2 h" in str(done.stopped)
        assert len(archive.asked) == 1


def test_what_is_stopped_and_limited_goes_on(tmp_path: Path) -> None:
    captures = keep_years()
    archive = WebArchive(captures)
    with serve_archive(archive) as base:
        lefts: list[int] = []
        while not lefts or lefts[-1]:
            lefts.append(backfill(tmp_path / "archive.db", base, most=4).left)
            assert len(lefts) < 20
    pages = [asked.path for asked in archive.asked if not asked.is_list]
    assert lefts == sorted(lefts, reverse=True)
    assert len(pages) == len(set(pages)) == count_distinct(captures)
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))


PAGE = Capture(
    BASE + article_path(frozen_portal()._articles[ARTICLE]),
    START,
    200,
    (("Content-Type", "text/html; charset=utf-8"), ("Server", "Liferay"), ("X-Own", "1"), ("Content-Encoding", "gzip")),
    frozen_portal().answer(article_path(frozen_portal()._articles[ARTICLE])).body,
)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (show(PAGE, memento_datetime=""), "no capture came (status 200, without a time of capture)"),
        (
            show(PAGE, memento_datetime="Wed, 01 Jun 2022 02:00:01 GMT"),
            "the capture that came is of 2022-06-01 02:00:01",
        ),
        (show(PAGE, memento_datetime="yesterday"), "no capture came (status 200, without a time of capture)"),
        (show(replace(PAGE, status=404)), "it has status 404, and the list says 200"),
        (
            Reply(403, b"", (("X-Archive-Wayback-Runtime-Error", "RobotAccessControlException"),)),
            "no capture came (status 403, RobotAccessControlException)",
        ),
        (Reply(404, b"<html>"), "no capture came (status 404, without a time of capture)"),
        (
            Reply(302, b"", (("Location", f"/web/20110101000000id_/{PAGE.url}"),)),
            "the web archive leads to a capture of another time (20110101000000)",
        ),
        (
            Reply(302, b"", (("Location", "http://elsewhere.example/"),)),
            "the web archive leads elsewhere instead of to the capture",
        ),
        (replace(show(PAGE), cut=10), "its answer was cut off, 10 bytes before its end"),
        (show(PAGE, content_encoding="br"), "it is encoded as br"),
        (show(PAGE, content_encoding="deflate"), "it cannot be unpacked"),
        (Reply(503, b"busy"), "status 503"),
    ],
)
def test_what_is_not_proved_to_be_the_capture_is_not_taken(tmp_path: Path, reply: Reply, why: str) -> None:
    """It is asked for by the next calls, too, until it was tried three times in all."""
    trouble = lambda _, path: None if path.startswith("/cdx/") else reply  # noqa: E731 - of one test
    with serve_archive(WebArchive([PAGE], trouble=trouble)) as base:
        for _ in range(3):
            done = backfill(tmp_path / "archive.db", base)
            assert [refusal.why for refusal in done.refused] == [why]
            assert done.imported.captures == 0
        assert backfill(tmp_path / "archive.db", base).plan.skipped == {"could not be had": 1}


def test_another_of_the_same_bytes_is_asked_for_where_one_is_not_shown(tmp_path: Path) -> None:
    captures = [replace(PAGE, fetched_at=START + timedelta(days=day)) for day in range(3)]
    archive = WebArchive(captures, trouble=lambda _, path: Reply(404, b"") if "/20220601" in path else None)
    with serve_archive(archive) as base:
        assert len(backfill(tmp_path / "archive.db", base).refused) == 1
        assert backfill(tmp_path / "archive.db", base).imported.captures == 3


def test_the_headers_of_a_capture_are_its_own(tmp_path: Path) -> None:
    later = START + timedelta(days=3)
    with serve_archive(WebArchive([PAGE, replace(PAGE, fetched_at=later)])) as base:
        backfill(tmp_path / "archive.db", base)
    captures = load_all(tmp_path / "archive.db")
    first = (("x-own", "1"), ("server", "Liferay"), ("content-type", "text/html; charset=utf-8"))
    assert [(one.fetched_at, one.status, sorted(one.headers)) for one in captures] == [
        (START, 200, sorted(first)),
        (later, 200, [("content-type", "text/html; charset=utf-8")]),
    ]
    assert {one.body for one in captures} == {PAGE.body}


def test_redirects_are_kept_as_the_portal_sent_them(tmp_path: Path) -> None:
    """Their bodies are alike, so a digest does not tell where they lead."""
    there = [f"{BASE}/tin-khoi/a", f"{BASE}/tin-khoi/b", "/tin-khoi/c"]
    moved = [
        Capture(PAGE.url, START + timedelta(days=day), 302, (("Location", place),), b"")
        for day, place in enumerate(there)
    ]
    with serve_archive(WebArchive(moved)) as base:
        done = backfill(tmp_path / "archive.db", base)
    assert done.refused == []
    kept = [value for one in load_all(tmp_path / "archive.db") for name, value in one.headers if name == "location"]
    assert kept == there


def load_all(path: Path) -> list[Capture]:
    database = create_or_open(path)
    ids = [row[0] for row in database.execute("SELECT id FROM captures ORDER BY fetched_at")]
    captures = [load_capture(database.conn, number) for number in ids]
    database.close()
    return [replace(one, headers=tuple((name.lower(), value) for name, value in one.headers)) for one in captures]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"<html><title>Sorry</title>"), "is a page for people"),
        (Reply(200, b'{"message": "no"}'), "cannot be read"),
        (Reply(200, b"[1, 2]"), "is JSON of another kind"),
        (Reply(200, b'[["a", "b"], ["1", "2"]]'), "does not name its fields"),
        (Reply(403, b"Blocked Site Error"), "has status 403: Blocked Site Error"),
        (Reply(302, b"", (("Location", "http://elsewhere.example/x"),)), "leads to another host"),
        (Reply(302, b"", (("Location", ""),)), "has status 302"),
        (Reply(200, b'[["timestamp", "original"], ["2012'), "came 3 times empty or cut off"),
        (Reply(200, b""), "came 3 times empty or cut off"),
        (Reply(200, b'[["timestamp", "original"]]', cut=5), "its answer was cut off"),
        (Reply(500, b""), "status 500"),
    ],
)
def test_a_list_that_is_none_is_told_in_a_line(tmp_path: Path, reply: Reply, said: str) -> None:
    with (
        serve_archive(WebArchive([PAGE], trouble=lambda *_: reply)) as base,
        backfilling(tmp_path / "archive.db", base) as begun,
        pytest.raises(ArchiverError, match=re.escape(said)),
    ):
        begun.make_plan()


def test_a_list_that_breaks_off_is_gone_on_with(tmp_path: Path) -> None:
    captures = keep_years()
    cuts = {2, 3, 5}

    def cut(archive: WebArchive, path: str) -> Reply | None:
        return replace(archive.serve(path), cut=9) if len(archive.asked) in cuts else None

    archive = WebArchive(captures, trouble=cut)
    with serve_archive(archive) as base:
        assert backfill(tmp_path / "archive.db", base).imported.captures == len(captures)
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))


@FEW
@given(seed=st.integers(0, 10_000), most=st.integers(1, 12), step=st.integers(1, 12), troubles=st.randoms())
def test_whatever_happens_on_the_way_the_history_is_that_of_one_import(
    tmp_path_factory: pytest.TempPathFactory, seed: int, most: int, step: int, troubles: random.Random
) -> None:
    """Calls are limited and stopped anywhere, answers break off and are refused; the rest was crawled before."""
    folder = tmp_path_factory.mktemp("orders")
    captures = keep_years(seed)
    own = [one for one in captures if troubles.random() < 0.2]
    troubles.shuffle(captures)

    def trouble(archive: WebArchive, path: str) -> Reply | None:
        match troubles.randrange(8):
            case 0:
                return Reply(429, b"", (("Retry-After", "5"),))
            case 1:
                return replace(archive.serve(path), cut=3)
            case 2:
                return Reply(502, b"")
        return None

    archive = WebArchive(captures, step=step, revisits=troubles.random() < 0.5, trouble=trouble)
    import_at_once(folder / "archive.db", own).close()
    with serve_archive(archive) as base:
        for number in range(400):
            archive.trouble = trouble if number < 40 else None
            done = backfill(folder / "archive.db", base, most=most)
            if done.stopped is None and not done.left:
                break
    whole = import_at_once(folder / "at_once.db", captures)
    check_like(folder / "archive.db", whole)


def test_who_shows_nothing_is_not_asked_on_and_on(tmp_path: Path) -> None:
    shown = [replace(PAGE, url=f"{PAGE.url}?p_p_id={number}", body=b"<p>%d</p>" % number) for number in range(60)]
    archive = WebArchive(shown, trouble=lambda _, path: None if path.startswith("/cdx/") else Reply(403, b"no"))
    with serve_archive(archive) as base:
        done = backfill(tmp_path / "archive.db", base)
    assert "20 captures in a row could not be had, the last one: no capture came (status 403" in str(done.stopped)
    assert (sum(not asked.is_list for asked in archive.asked), done.left) == (20, 60)


def test_a_process_that_was_killed_over_a_request_makes_the_next_one_wait(tmp_path: Path) -> None:
    """When the request of the dead process reached the service is known to nobody: at the latest, just now."""
    clock = Clock()
    progress = Progress(tmp_path / "archive.db")
    Pace(progress, "x", 1.0, clock.read, clock.sleep).wait("list")
    clock.time += 2.9
    Pace(progress, "x", 1.0, clock.read, clock.sleep).wait("list")
    assert clock.slept == [3.0]
    clock.time -= 10 * 24 * 3600  # somebody sets the clock back
    pace = Pace(progress, "x", 1.0, clock.read, clock.sleep)
    pace.wait("page")
    pace.note_answer("page")
    pace.wait("page")
    assert sum(clock.slept) <= 3.0 + 2 * 3.0
    progress.close()


def test_other_hosts_and_other_things_than_pages_are_passed_over(tmp_path: Path) -> None:
    def mislead(archive: WebArchive, path: str) -> Reply | None:
        if not path.startswith("/cdx/"):
            return None
        text = archive.serve(path).body.decode()
        return Reply(200, text.replace(f"{BASE}/strange", "http://elsewhere.example/x").encode())

    captures = [
        replace(PAGE, url=f"{BASE}/strange"),
        replace(PAGE, url=f"{BASE}/tin-khoi?download=1"),
        replace(PAGE, url=f"{BASE}/image/logo", headers=(("Content-Type", "image/png"),)),
        replace(
            PAGE, url=f"{BASE}/image/logo", headers=(("Content-Type", "image/png"),), fetched_at=START.replace(day=9)
        ),
        replace(PAGE, status=503),
        replace(PAGE, status=200, fetched_at=START.replace(day=2)),
    ]
    archive = WebArchive(captures, trouble=mislead)
    with serve_archive(archive) as base:
        done = backfill(tmp_path / "archive.db", base)
    assert done.plan.skipped == {
        "of another host": 1,
        "no article or listing": 1,
        "no page": 2,
        "error of the server": 1,
    }
    assert done.imported.captures == 1


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("wayback", [("wayback", "https://web.archive.org/web/")]),
        ("pywb", [("pywb", "http://localhost:8080/sotttt/")]),
        (
            "https://web.archive.org/web/",
            [("wayback", "https://web.archive.org/web/"), ("pywb", "https://web.archive.org/web/")],
        ),
        ("http://a.vn:81", [("wayback", "http://a.vn:81/web/"), ("pywb", "http://a.vn:81/")]),
        ("http://a.vn/coll/", [("pywb", "http://a.vn/coll/"), ("wayback", "http://a.vn/coll/web/")]),
    ],
)
def test_what_web_archive_is_meant(name: str, bases: list[tuple[str, str]]) -> None:
    assert [(source.dialect, source.prefix) for source in read_source(name, "sotttt")] == bases


def test_an_address_is_read_as_crawls_write_it() -> None:
    table = [
        ["original", "timestamp"],
        ["http://A.vn:80/tin tức?a=é", "20120101000000"],
        ["ftp://a.vn/", "20120101000000"],
        ["http://a.vn/", "20121301000000"],
        [None, None],
    ]
    block = read_block(json.dumps(table).encode(), "wayback")
    assert [row.url for row in block.rows] == ["http://a.vn/tin%20t%E1%BB%A9c?a=%C3%A9"]
    assert block.unreadable == 3


def test_what_is_here_says_what_the_same_bytes_were_at_other_times(tmp_path: Path) -> None:
    archive = WebArchive([replace(PAGE, fetched_at=START + timedelta(days=day)) for day in range(5)])
    with serve_archive(archive) as base:
        with backfilling(tmp_path / "archive.db", base, window=Window("20220602000000", "20220603235959")) as begun:
            assert begun.run().imported.captures == 2
        assert backfill(tmp_path / "archive.db", base).imported.captures == 3
    assert sum(not asked.is_list for asked in archive.asked) == 1
    assert {one.body for one in load_all(tmp_path / "archive.db")} == {PAGE.body}


def test_lists_are_asked_for_anew_after_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Web archives go on collecting, and what is collected elsewhere comes in years later."""
    archive = WebArchive([PAGE], step=1)
    with serve_archive(archive) as base:
        for day, captures in ((1, 1), (6, 1), (9, 2)):
            monkeypatch.setenv("ARCHIVE_NOW", f"2026-05-0{day}T00:00:00+00:00")
            backfill(tmp_path / "archive.db", base)
            assert len(load_all(tmp_path / "archive.db")) == captures
            archive.captures = [PAGE, replace(PAGE, fetched_at=START - timedelta(days=9), body=PAGE.body + b"\n")]
