"""The checks over real archives: what the figures are read from, and what ``archiver check`` prints."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.health import ChannelFigures, Ending, read_health
from archiver.archive.runs.run_log import Run, add_finding, close_run, note_walk, open_run, write_fates
from archiver.archive.store.file import close_archive
from archiver.checks import check_run
from archiver.cli.printing.explaining import explain_row
from archiver.ingest.record import record_capture
from archiver.model import Article, Capture, Page, Purpose
from archiver.site import Expectations
from tests.conftest import PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve
from tests.visiting import SITE, Visits

START = datetime(2026, 2, 1, 3, tzinfo=UTC)
WEEK = timedelta(days=7)
LOGIN = "<html><title>Đăng nhập</title><body><form>Đăng nhập <input type=password></form></body></html>"


class CheckedVisits(Visits):
    """Runs that are accounted for and checked as the ledger does it."""

    def begin(self, at: datetime) -> Run:
        self.fates: dict[str, tuple[str, str]] = {}
        return super().begin(at)

    def visit(self, run: Run, portal: Portal, url: str, at: datetime, key: str | None = None) -> Page:
        page = super().visit(run, portal, url, at, key)
        if key:
            self.fates[key] = ("read", "") if isinstance(page, Article) else ("failed", "no page")
        return page

    def end(self, run: Run, at: datetime, *, sound: bool = True) -> list[str]:
        connection = self.database.conn
        with self.database.atomic():
            start = tuple(f"{self.base}/{channel}" for channel in demo_portal().channels)
            note_walk(connection, run, complete=True, late=0)
            for problem in judge_run(connection, run):
                add_finding(connection, run, start[0], problem)
            write_fates(connection, run, self.fates)
            (requests,) = connection.execute("SELECT count(*) FROM captures WHERE run_id = ?", (run.id,)).fetchone()
            ending = Ending(at, requests, sound, complete=True)
            self.health = read_health(connection, run, self.site, start, ending)
            check_run(connection, run, self.site, start, ending)
            close_run(connection, run, "finished", requests, at)
        return [
            str(row["kind"]) for row in self.query("SELECT kind FROM findings WHERE run_id = ? ORDER BY id", run.id)
        ]


WATCHED_SITE = replace(SITE, expectations=Expectations(new_within_days=60))


def _portal() -> Portal:
    portal = demo_portal()
    portal.freeze_counters()
    return portal


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[CheckedVisits]:
    visits = CheckedVisits(tmp_path / "archive.db", WATCHED_SITE)
    yield visits
    visits.database.close()


@pytest.fixture(scope="module")
def five_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of five runs over a portal that is well."""
    path = tmp_path_factory.mktemp("weeks") / "archive.db"
    visits, portal = CheckedVisits(path, WATCHED_SITE), _portal()
    assert [visits.run(portal, START + week * WEEK) for week in range(5)] == [[]] * 5
    close_archive(visits.database)
    return path


@pytest.fixture
def known(five_weeks: Path, tmp_path: Path) -> Iterator[CheckedVisits]:
    """Go on where the five runs ended."""
    visits = CheckedVisits(Path(shutil.copy(five_weeks, tmp_path)), WATCHED_SITE)
    yield visits
    visits.database.close()


def _bend(portal: Portal, bend: Callable[[str, bytes], bytes | Response | None]) -> None:
    """Let a portal answer something else: what ``bend`` makes of an address and its page; None as it is."""

    def answer(target: str) -> Response | None:
        page = portal.page(target)
        bent = bend(target, page.body)
        return replace(page, body=bent) if isinstance(bent, bytes) else bent

    portal.outage = answer


def _rename(old: str, new: str, part: str = "view_content") -> Callable[[Portal], None]:
    def rename(portal: Portal) -> None:
        _bend(portal, lambda target, body: body.replace(old.encode(), new.encode()) if part in target else None)

    return rename


def _reset_counters(portal: Portal) -> None:
    for article in portal.listed():
        if portal.views(article.id) is not None:
            portal.set_views(article.id, 0)


def _refuse(portal: Portal) -> None:
    shown = {f"/{article.id}-" for article in portal.listed()[:6]}
    _bend(portal, lambda target, _: Response(200, LOGIN.encode()) if any(map(target.__contains__, shown)) else None)


def _pad(portal: Portal) -> None:
    _bend(portal, lambda _, body: body.replace(b"</body>", b"<!--" + b"x" * 4 * len(body) + b"--></body>"))


# What happens to a portal that was crawled five times -> the findings of the run after it, without those of pages.
TROUBLE: dict[str, tuple[Callable[[Portal], None], list[str]]] = {
    "nothing": (lambda portal: None, []),
    "no leads": (_rename('class="sapo"', 'class="tom-tat"'), ["outage", "field_lost"]),
    "no date": (_rename("assetPublishDate", "ngay-dang"), ["outage", "field_lost", "field_lost"]),
    "counters back": (_reset_counters, ["counters_back"]),
    "logins": (_refuse, ["blocked"]),
    "larger pages": (_pad, ["larger_pages"]),
}
ABOUT_PAGES = {"login_page", "unreadable_date", "unreadable_count"}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_portal_in_trouble(known: CheckedVisits, trouble: str) -> None:
    happen, expected = TROUBLE[trouble]
    portal = _portal()
    happen(portal)
    kinds = known.run(portal, START + 5 * WEEK)
    assert [kind for kind in kinds if kind not in ABOUT_PAGES] == expected


def test_one_page_for_many_articles_is_no_new_layout(known: CheckedVisits) -> None:
    """Its title and a sentence, and neither date nor lead: withheld, and told as what it is."""
    at = START + 5 * WEEK
    run = known.begin(at)
    for number in range(8):
        url = f"{known.base}/tin/-/view_content/{900 + number}-x.html"
        page = Article(str(900 + number), url, "Hệ thống bận", paragraphs=("Mời bạn quay lại sau ít phút.",))
        capture = Capture(url, at + timedelta(seconds=number), 200, (), f"<p>{number}</p>".encode())
        record_capture(known.database, run, known.site, capture, page, Purpose("article", page.native_key))
        known.fates[page.native_key] = ("read", "")
    kinds = known.end(run, at)
    assert [kind for kind in kinds if kind != "listings_shrunk"] == ["same_page"]


def test_the_first_runs_raise_nothing_but_what_is_certain(visits: CheckedVisits) -> None:
    """The layout changes after three runs: too early to speak of a usual."""
    portal = _portal()
    for week in range(3):
        assert visits.run(portal, START + week * WEEK) == []
    TROUBLE["no leads"][0](portal)
    assert visits.run(portal, START + 3 * WEEK) == ["outage"]


def test_a_site_that_falls_silent(visits: CheckedVisits) -> None:
    """Measured from the newest publication or first sight: here the first run saw everything first."""
    portal = _portal()
    days = (0, 60, 62)
    assert [visits.run(portal, START + timedelta(days=day)) for day in days] == [[], [], ["nothing_new"]]
    (finding,) = visits.query("SELECT kind, url, detail FROM findings ORDER BY id LIMIT 1")
    channel = next(iter(portal.channels))
    assert finding == {
        "kind": "nothing_new",
        "url": f"{visits.base}/{channel}",
        "detail": "nothing new for 61 days, more than the declared 60; look whether the news moved to other pages",
    }


def test_what_the_first_pages_of_channels_show(known: CheckedVisits) -> None:
    portal = _portal()
    first, *others = portal.channels
    portal.answers[f"/{first}"] = Response(404, b"khong thay")
    known.run(portal, START + 5 * WEEK)
    past = (portal.page_size,) * 5
    assert known.health.channels == (
        ChannelFigures(f"{known.base}/{first}", None, past),
        *(ChannelFigures(f"{known.base}/{channel}", portal.page_size, past) for channel in others),
    )


def test_the_figures_of_a_run(visits: CheckedVisits) -> None:
    portal = _portal()
    visits.run(portal, START)
    removed, *_ = portal.listed()
    portal.remove(removed.id)
    visits.run(portal, START + WEEK)
    run, (past,) = visits.health.run, visits.health.past
    listed = len(portal.listed())
    assert (past.listed, past.relisted, past.errors, past.refused, past.growth) == (listed + 1, 0, 0, 0, 0)
    assert (run.listed, run.relisted, run.errors, run.kinds) == (listed, listed, 1, frozenset())
    assert run.requests == run.captures + 1
    assert 5_000 < run.page_size < 200_000
    assert 0 < run.growth < 100_000
    assert (visits.health.articles, visits.health.unaccounted) == (listed + 1, 0)
    assert visits.health.newest == datetime.fromisoformat(
        str(visits.query("SELECT max(first_seen_at) t FROM articles")[0]["t"])
    )


def test_runs_of_other_scope_or_bounded_or_cut_off_are_no_measure(visits: CheckedVisits) -> None:
    connection, at = visits.database.conn, START
    with visits.database.atomic():
        for arguments, scope, outcome in (
            ({}, "daily", "finished"),
            ({"since": "2026-01-01"}, "full", "finished"),
            ({"max_pages": "1"}, "full", "finished"),
            ({"start": "https://elsewhere.example/"}, "full", "finished"),
            ({}, "full", "failed"),
            ({}, "full", "interrupted"),
            ({}, "full", "problems"),
        ):
            run = open_run(connection, visits.site, arguments, at, scope=scope)
            note_walk(connection, run, complete=scope == "full", late=0)
            close_run(connection, run, outcome, 0, at)  # type: ignore[arg-type]
    visits.run(_portal(), START + WEEK)
    assert (len(visits.health.past), visits.health.good_runs) == (1, 3)


def test_a_run_that_died_is_told_once(visits: CheckedVisits) -> None:
    portal = _portal()
    visits.run(portal, START)
    with visits.database.atomic():
        died = open_run(visits.database.conn, visits.site, {}, START + WEEK)
        close_run(visits.database.conn, died, "died", 0, START + 2 * WEEK)
    assert visits.run(portal, START + 2 * WEEK) == ["died_run"]
    assert visits.run(portal, START + 3 * WEEK) == []
    assert visits.query("SELECT detail FROM findings") == [
        {
            "detail": "the run that began 2026-02-08T03:00 died: killed, out of memory, or the power went; "
            "see the system's log"
        }
    ]


def test_a_run_that_does_not_add_up(visits: CheckedVisits) -> None:
    portal = _portal()
    run = visits.begin(START)
    for article in portal.listed()[:3]:
        visits.visit(run, portal, f"/{article.channel}/-/view_content/{article.id}-x.html", START, str(article.id))
    with visits.database.atomic():
        visits.database.conn.execute("INSERT INTO fates VALUES (?, 'skipped', 'not due', -2)", (run.id,))
    assert visits.end(run, START) == ["unaccounted"]
    assert visits.query("SELECT detail FROM findings") == [
        {"detail": "3 articles found, 1 accounted for; please report it"}
    ]


def _check(crawling: Crawling, at: datetime, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    done = crawling.archiver("check", "--json", *arguments, ARCHIVE_NOW=at.isoformat())
    assert done.err == ""
    return done.status, json.loads(done.out)


def _ledger(visits: Visits, *outcomes: str | None, days: int = 1) -> datetime:
    """Write a ledger of runs; returns when the last one began."""
    connection = visits.database.conn
    with visits.database.atomic():
        for number, outcome in enumerate(outcomes):
            run = open_run(connection, visits.site, {}, START + timedelta(days=number * days))
            if outcome:
                close_run(connection, run, outcome, 0, START + timedelta(days=number * days, hours=1))  # type: ignore[arg-type]
    close_archive(visits.database)
    return START + timedelta(days=(len(outcomes) - 1) * days)


def _remark(kind: str, run: int, detail: str) -> dict[str, object]:
    started_at = f"{START + timedelta(days=run - 1):%Y-%m-%dT%H:%M:%S}+00:00"
    row = {"site": "dukdhcd", "run_id": run, "started_at": started_at, "kind": kind, "url": "", "detail": detail}
    return explain_row(row)


# A ledger, how long after its last run one looks at it -> what is said of the last run.
LEDGERS: dict[str, tuple[tuple[str | None, ...], timedelta, list[tuple[str, str]]]] = {
    "in time": (("finished",) * 4, timedelta(hours=47), []),
    "no longer run": (
        ("finished",) * 4,
        timedelta(days=3),
        [("not_run", "no run for 3 days, usually every 24 h; look at cron")],
    ),
    "too few runs to tell": (("finished",) * 3, timedelta(days=300), []),
    "last failed": (
        ("finished", "failed"),
        timedelta(hours=2),
        [("run_failed", "the last run failed; its log is in the folder logs beside the archive")],
    ),
    "failed before": (("failed", "finished"), timedelta(hours=2), []),
    "interrupted": (("finished", "interrupted"), timedelta(hours=2), []),
    "under way": (("finished", None), timedelta(hours=2), []),
    "open for long": (
        ("finished", None),
        timedelta(days=2),
        [("run_open", "open for 2 days: killed, and no run since that would have closed it")],
    ),
    "locked is no run": (("finished", "failed", "locked"), timedelta(0), [("run_failed", "")]),
}


@pytest.mark.parametrize("name", LEDGERS)
@pytest.mark.slow
def test_what_the_ledger_says(name: str, visits: CheckedVisits, crawling: Crawling) -> None:
    outcomes, later, expected = LEDGERS[name]
    last = _ledger(visits, *outcomes)
    status, rows = _check(crawling, last + later)
    number = len([outcome for outcome in outcomes if outcome != "locked"])
    assert rows == [_remark(kind, number, detail or str(rows[0]["detail"])) for kind, detail in expected]
    assert status == (3 if expected else 0)


def test_check_prints_the_findings_of_the_last_run(known: CheckedVisits, crawling: Crawling) -> None:
    portal = _portal()
    _reset_counters(portal)
    known.run(portal, START + 5 * WEEK)
    close_archive(known.database)
    later = START + 5 * WEEK + timedelta(hours=1)
    before = crawling.path.read_bytes()
    status, rows = _check(crawling, later)
    assert (status, [(row["run_id"], row["kind"]) for row in rows]) == (3, [(6, "counters_back")])
    assert _check(crawling, later, "--site", "dukdhcd", "--since", "2026-03-08") == (3, rows)
    assert _check(crawling, later, "--since", "2026-03-09") == (0, [])
    table = crawling.archiver("check", ARCHIVE_NOW=later.isoformat(), COLUMNS="500")
    assert (table.status, table.err) == (3, "")
    shown, _, explained = table.out.partition("\n\n")
    detail = f"{rows[0]['detail']} <{rows[0]['url']}>".split()
    assert shown.split()[-len(detail) - 4 :] == ["dukdhcd", "6", "2026-03-08", "counters_back", *detail]
    assert explained == f"counters_back: {rows[0]['meaning']} {rows[0]['advice']}\n"
    assert rows[0]["meaning"] == "The view counts of many articles went back at once."
    assert crawling.path.read_bytes() == before
    assert crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_check_of_what_is_not_there(visits: CheckedVisits, crawling: Crawling) -> None:
    missing = crawling.archiver("--db", str(crawling.folder / "none.db"), "check")
    assert (missing.status, missing.err.count("\n"), "Traceback" in missing.err) == (1, 1, False)
    _ledger(visits, "finished")
    unknown = crawling.archiver("check", "--site", "dukdhdc")
    assert (unknown.status, unknown.err.startswith("archiver: there is no run of a site 'dukdhdc'")) == (2, True)
    both = crawling.archiver("check", "--all", "--since", "2026-01-01")
    assert (both.status, both.err) == (2, "archiver: --since and --all exclude each other\n")


def test_people_at_a_terminal_are_told_that_all_is_well(visits: CheckedVisits, crawling: Crawling) -> None:
    last = _ledger(visits, "finished", None)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "archiver", "--db", str(crawling.path), "check"]
    later = os.environ | {"ARCHIVE_NOW": (last + timedelta(hours=3)).isoformat()}
    done = subprocess.run(command, cwd=PROJECT, env=later, stdout=subprocess.PIPE, stderr=theirs, check=False)
    told = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (0, b"")
    assert told == ["dukdhcd: a run is under way, since 3 h", "all is well: dukdhcd"]


def test_runs_show_how_far_they_went_in_80_columns(visits: CheckedVisits, crawling: Crawling) -> None:
    visits.run(_portal(), START)
    close_archive(visits.database)
    lines = crawling.archiver("runs", COLUMNS="80").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == "run site started at outcome scope new changed failed findings".split()
    assert lines[3].split() == "1 dukdhcd 2026-02-01 finished full 24 0 0 0".split()
    (row,) = json.loads(crawling.archiver("runs", "--json").out)
    fates = {name: value for name, value in row.items() if name.startswith("articles_")} | {"scope": row["scope"]}
    assert fates == {
        "articles_new": 24,
        "articles_changed": 0,
        "articles_unchanged": 0,
        "articles_found": 24,
        "articles_failed": 0,
        "articles_skipped": 0,
        "articles_pending": 0,
        "articles_late": 0,
        "scope": "full",
    }


@pytest.mark.slow
def test_real_crawls_are_checked(crawling: Crawling) -> None:
    """Daily crawls of a healthy portal end with 0; the day the counts are gone it is told, by field and place."""
    portal = _portal()
    statuses = []
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        for day in range(6):
            if day == 5:
                _rename("assetPublishDate", "ngay-dang")(portal)
            at = (START + timedelta(days=day)).isoformat()
            statuses.append(crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=at).status)
    assert statuses == [0, 0, 0, 0, 0, 3]
    told = crawling.query("SELECT kind, detail FROM findings WHERE kind = 'field_lost' ORDER BY detail")
    place = "read by div.assetPublishDate"
    assert [str(row["detail"]).partition(":")[0] for row in told] == [f"published, {place}", f"views, {place}"]
